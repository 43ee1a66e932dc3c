"""The filters of lists and mappings, and the named tests. There are these and no others.

`map`, `select` and their like get what they apply as a function: names were looked up when the text was compiled.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from definitions.language.budget import spend, spend_items
from definitions.language.evaluation.operators import COMPARE, add
from definitions.language.evaluation.values import Missing, items_of, joined, path_of, printed, spend_size
from definitions.language.exact_numbers import admitted, is_number, number_of, shown

Test = Callable[[Any], bool]
Reader = Callable[[Any], Any]


class GroupedItems(NamedTuple):
    """What `groupby` makes: the value they share, and the items."""

    grouper: Any
    list: list[Any]


def reader(attribute: Any = None, default: Any = Missing) -> Reader:
    """What reads a dotted part of an item, or the item where no part is named; `default` where there is none."""
    if attribute is None:
        return admitted

    def read(value: Any) -> Any:
        spend(1)
        try:
            return path_of(value, attribute)
        except Missing:
            if default is Missing:
                raise
            return default

    return read


# --- each item


def mapped(values: Any, each: Reader) -> list[Any]:
    """What `each` makes of the items."""
    return [each(value) for value in items_of(values)]


def selected(values: Any, test: Test) -> list[Any]:
    """The items for which the test holds."""
    return [value for value in items_of(values) if test(value)]


def rejected(values: Any, test: Test) -> list[Any]:
    """The items for which the test does not hold."""
    return [value for value in items_of(values) if not test(value)]


# --- order


def _keyed(values: Any, read: Reader, case_sensitive: bool) -> list[tuple[Any, Any]]:
    """Each item behind what it is compared by, letters alike unless said. What a sort compares is counted."""
    found = []
    for value in items_of(values):
        key = read(value)
        found.append((key.lower() if isinstance(key, str) and not case_sensitive else key, value))
    for _ in range(len(found).bit_length()):
        spend_size([key for key, _ in found])
    return found


def _first(pair: tuple[Any, Any]) -> Any:
    return pair[0]


def sort(
    values: Any, reverse: bool = False, case_sensitive: bool = False, attribute: Any = None
) -> list[Any]:
    """The items in order; by a part, or by several with commas between."""
    parts = attribute.split(",") if isinstance(attribute, str) else [attribute]
    found = items_of(values)
    for part in reversed(parts):
        read = reader(part.strip() if isinstance(part, str) else part)
        pairs = sorted(_keyed(found, read, case_sensitive), key=_first, reverse=bool(reverse))
        found = [value for _, value in pairs]
    return found


def dictsort(value: Any, case_sensitive: bool = False, by: str = "key", reverse: bool = False) -> list[Any]:
    """The pairs of a mapping in the order of their keys, or of their values."""
    if by not in ("key", "value"):
        raise ValueError("sort a mapping by key or by value")
    return sort(items(value), reverse, case_sensitive, 0 if by == "key" else 1)


def groupby(
    values: Any, attribute: Any, default: Any = Missing, case_sensitive: bool = False
) -> list[GroupedItems]:
    """The items in groups that share a part, in its order."""
    read = reader(attribute, default)
    groups: list[GroupedItems] = []
    before: Any = Missing
    for key, value in sorted(_keyed(values, read, case_sensitive), key=_first):
        if before is Missing or key != before:
            groups.append(GroupedItems(read(value), []))
            before = key
        groups[-1].list.append(value)
    return groups


def unique(values: Any, case_sensitive: bool = False, attribute: Any = None) -> list[Any]:
    """The items without those that came before, in their order."""
    seen: dict[Any, Any] = {}
    for key, value in _keyed(values, reader(attribute), case_sensitive):
        seen.setdefault(_hashed(key), value)
    return list(seen.values())


def _hashed(key: Any) -> Any:
    """A key by which equal values are found. A number by its digits: whole numbers can be chosen to collide."""
    if is_number(key):
        return "number", format(number_of(key).normalize(), "f")
    if isinstance(key, list | tuple | dict):
        raise TypeError("a list has no unique lists; name an attribute")
    return key


def smallest(values: Any, case_sensitive: bool = False, attribute: Any = None) -> Any:
    """The smallest item, or the one whose part is."""
    return _end(min, values, case_sensitive, attribute)


def largest(values: Any, case_sensitive: bool = False, attribute: Any = None) -> Any:
    """The largest item, or the one whose part is."""
    return _end(max, values, case_sensitive, attribute)


def _end(which: Callable[..., Any], values: Any, case_sensitive: bool, attribute: Any) -> Any:
    pairs = _keyed(values, reader(attribute), case_sensitive)
    if not pairs:
        raise Missing("an item of an empty list")
    return which(pairs, key=_first)[1]


# --- the list as a whole


def first(values: Any) -> Any:
    """The first item."""
    return _at(values, 0)


def last(values: Any) -> Any:
    """The last item."""
    return _at(values, -1)


def _at(values: Any, index: int) -> Any:
    found = items_of(values)
    if not found:
        raise Missing("an item of an empty list")
    return found[index]


def length(values: Any) -> int:
    """How many items there are; none in nothing."""
    if not isinstance(values, list | tuple | str | Mapping | None):
        raise TypeError(f"{shown(values)} has no length")
    return 0 if values is None else len(values)


def items(values: Any) -> list[Any]:
    """The pairs of key and value of a mapping."""
    if not isinstance(values, Mapping):
        raise TypeError(f"{shown(values)} is not a mapping")
    spend_items(len(values))
    return [(admitted(key), admitted(value)) for key, value in values.items()]


def reverse(values: Any) -> Any:
    """The items from the last to the first; a text from its end."""
    found = items_of(values)
    return "".join(reversed(found)) if isinstance(values, str) else found[::-1]


def join(values: Any, between: str = "", attribute: Any = None) -> str:
    """The items' texts, with something between."""
    read = reader(attribute, None)
    return joined([printed(read(value)) for value in items_of(values)], printed(between))


def summed(values: Any, attribute: Any = None) -> Any:
    """The sum, exactly; what was not given counts as nothing."""
    read = reader(attribute, None)
    total: Any = 0
    for value in items_of(values):
        part = read(value)
        if part is not None and part != "":
            total = add(total, part if isinstance(part, int) else number_of(part))
    return total


#: Every filter of lists and mappings, by its name. `map` and its like take what they apply as a function.
LIST_FILTERS: dict[str, Callable[..., Any]] = {
    "count": length, "dictsort": dictsort, "first": first, "groupby": groupby, "items": items, "join": join,
    "last": last, "length": length, "list": items_of, "max": largest, "min": smallest, "reverse": reverse,
    "sort": sort, "sum": summed, "unique": unique,
}  # fmt: skip


# --- tests


def _case(change: Callable[[str], str]) -> Callable[[Any], bool]:
    def holds(value: Any) -> bool:
        spend_size(value)
        return isinstance(value, str) and any(map(str.isalpha, value)) and change(str(value)) == str(value)

    return holds


def _divisible(value: Any, by: Any) -> bool:
    return bool(number_of(value) % number_of(by) == 0)


def _is(*kinds: type) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, kinds) and not isinstance(value, bool)


#: Every test, by its name. `defined` and `undefined` are the interpreter's own: they look at what may not be there.
TESTS: dict[str, Callable[..., bool]] = {
    "none": lambda value: value is None,
    "true": lambda value: value is True,
    "false": lambda value: value is False,
    "boolean": lambda value: isinstance(value, bool),
    "integer": _is(int),
    "number": is_number,
    "string": _is(str),
    "mapping": _is(Mapping),
    "sequence": _is(list, tuple, str, Mapping),
    "iterable": _is(list, tuple, str, Mapping),
    "in": COMPARE["in"],
    "odd": lambda value: not _divisible(value, 2),
    "even": lambda value: _divisible(value, 2),
    "divisibleby": _divisible,
    "lower": _case(str.lower),
    "upper": _case(str.upper),
    **dict.fromkeys(("eq", "==", "equalto"), COMPARE["eq"]),
    **dict.fromkeys(("ne", "!="), COMPARE["ne"]),
    **dict.fromkeys(("lt", "<", "lessthan"), COMPARE["lt"]),
    **dict.fromkeys(("le", "<="), COMPARE["lteq"]),
    **dict.fromkeys(("gt", ">", "greaterthan"), COMPARE["gt"]),
    **dict.fromkeys(("ge", ">="), COMPARE["gteq"]),
}
