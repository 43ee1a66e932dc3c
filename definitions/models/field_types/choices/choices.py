"""choices: any of the options that the field lists, or that an expression gives.

Kept as a list of the options' values, in the order they are listed. `min` and `max` say how many may be chosen.

Example::

    {id: sites, type: choices, options: [Elm Tree, Oak House, The Willows], label: Where, min: 1}
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from definitions.language.names import LEAF, Parts
from definitions.models.field_types.declaration import FieldSpec, FieldType, Sampling, View, Widget
from definitions.models.field_types.options import chosen, meant
from definitions.source.typed_text import BadValue, is_blank, look_alike

_MOST = 1000


def read(ask: FieldSpec, given: Any) -> list[str]:
    """The options that were given: a list, one, or several in a text with commas between. Raises BadValue."""
    wanted = _listed(ask, given)
    if len(wanted) > _MOST:
        raise BadValue("choose from the answers shown")
    found = {chosen(ask, one, "choose from the answers shown") for one in wanted if not is_blank(one)}
    if isinstance(ask.least, Decimal) and len(found) < ask.least:
        raise BadValue(f"choose at least {ask.least:f}")
    if isinstance(ask.most, Decimal) and len(found) > ask.most:
        raise BadValue(f"choose no more than {ask.most:f}")
    return [option.value for option in ask.options if option.value in found]


def _listed(ask: FieldSpec, given: Any) -> Sequence[Any]:
    if isinstance(given, list | tuple):
        return given
    if isinstance(given, str) and "," in given and meant(ask.options, look_alike(given)) is None:
        return given.split(",")
    return [given]


def sample(ask: FieldSpec, sampling: Sampling) -> list[str]:
    """Some of the options, as many as may be chosen."""
    values = [option.value for option in ask.options]
    least = int(ask.least) if isinstance(ask.least, Decimal) else 1
    most = int(ask.most) if isinstance(ask.most, Decimal) else len(values)
    count = min(max(least, sampling.rng.randint(1, max(1, len(values)))), most, len(values))
    taken = set(sampling.rng.sample(values, count))
    return [value for value in values if value in taken]


def shown(value: Any, view: View) -> str:
    """The values, as one line."""
    return "; ".join(map(str, value))


TYPE = FieldType(
    name="choices",
    schema={"type": "array", "items": {"type": "string"}, "uniqueItems": True},
    widget=Widget("some of"),
    missing="choose at least one",
    read=read,
    sample=sample,
    places=frozenset({"form", "input"}),
    needs="options",
    bounds="number",
    parts=Parts({}, LEAF),
    shown=shown,
    hint=lambda ask: "Choose all that apply",
)
