"""What an expression or template is made of: what it uses and calls, and whether it keeps to the language.

Works on Jinja2's syntax tree. Loops and conditions are all that templates may do besides printing; macros, imports,
assignments and method calls are refused here, before anything is compiled.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from jinja2 import nodes

from definitions.language.evaluation.vocabulary import (
    CALENDAR_METHODS,
    FILTERS,
    FUNCTIONS,
    NAMING,
    PLAIN_FILTERS,
    PRESENCE,
    TESTS,
    calendar_signature,
    signature_of,
)
from definitions.source.problems import nearest

MAX_DEPTH = 40  #: of the syntax tree
MAX_LOOPS = 3  #: loops inside each other
EACH = "[]"  #: stands in a reference for "an item of this list"

_ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.If, nodes.For,
    nodes.Name, nodes.Const, nodes.Tuple, nodes.List, nodes.Dict, nodes.Pair, nodes.Keyword, nodes.CondExpr,
    nodes.Filter, nodes.Test, nodes.Call, nodes.Getitem, nodes.Getattr, nodes.Slice, nodes.Concat,
    nodes.Compare, nodes.Operand, nodes.BinExpr, nodes.UnaryExpr,
)  # fmt: skip
_ONE_OF = frozenset({"first", "last", "min", "max"})
_SAME_LIST = frozenset({"list", "sort", "reverse", "unique", "select", "reject", "selectattr", "rejectattr"})
_ENGINE_NAMES = frozenset({"self", "super", "caller", "varargs", "kwargs"})  #: Jinja2's own
_PHRASE = re.compile(r"([A-Za-z][\w.]*) differs from previous by (\d+(?:\.\d+)?)\s*%")


class OutsideLanguage(Exception):
    """Not of the language. `word` is what to point at."""

    def __init__(self, code: str, message: str, word: str = "", suggestion: str | None = None) -> None:
        super().__init__(message)
        self.code, self.message, self.word, self.suggestion = code, message, word, suggestion


@dataclass(frozen=True, slots=True)
class Reference:
    """A name used, as a path from the context; `[]` for an item of a list. `written` is how the text says it."""

    parts: tuple[str, ...]
    written: str

    @property
    def dotted(self) -> str:
        """The part of the path that has a name: answers.practice_return."""
        end = self.parts.index(EACH) if EACH in self.parts else len(self.parts)
        return ".".join(self.parts[:end])


@dataclass(frozen=True, slots=True)
class Uses:
    """What a text uses."""

    references: tuple[Reference, ...]
    calls: frozenset[str]


def phrases(text: str) -> str:
    """The phrase `X differs from previous by 15%` as a call of the function it means."""
    return _PHRASE.sub(r"differs(\1, previous.\1, \2)", text)


def too_deep(text: str) -> bool:
    """Whether brackets nest so deep that the parser itself might fall."""
    depth = deepest = 0
    for character in text:
        if character in "([{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in ")]}":
            depth -= 1
    return deepest > MAX_DEPTH


def bound(tree: nodes.Template) -> None:
    """Refuses what is not of the language, or too deep. Raises OutsideLanguage."""
    stack: list[tuple[nodes.Node, int, int]] = [(tree, 0, 0)]
    while stack:
        node, depth, loops = stack.pop()
        if depth > MAX_DEPTH:
            raise OutsideLanguage("BD502", "nested too deeply")
        if not isinstance(node, _ALLOWED):
            raise OutsideLanguage("BD502", f"{_kind(node)} is not part of the language")
        if isinstance(node, nodes.For):
            loops += 1
            if loops > MAX_LOOPS or node.recursive:
                raise OutsideLanguage(
                    "BD502", f"at most {MAX_LOOPS} loops inside each other, and none that recurse"
                )
        _no_private(node)
        stack.extend((child, depth + 1, loops) for child in node.iter_child_nodes())


def _kind(node: nodes.Node) -> str:
    return {"Assign": "set", "AssignBlock": "set"}.get(type(node).__name__, type(node).__name__.lower())


def _no_private(node: nodes.Node) -> None:
    name = (
        node.attr if isinstance(node, nodes.Getattr) else node.name if isinstance(node, nodes.Name) else None
    )
    if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
        name = node.arg.value
    if isinstance(name, str) and name.startswith("_"):
        raise OutsideLanguage("BD502", f"{name!r}: names that begin with _ cannot be read", name)
    if isinstance(node, nodes.Name) and name in _ENGINE_NAMES:
        raise OutsideLanguage("BD502", f"{name!r} is not part of the language", node.name)


def uses(tree: nodes.Template) -> Uses:
    """Every name and function used. Raises OutsideLanguage for an unknown filter, test or function, or a bad call."""
    walk = _Walk()
    walk.visit(tree, {})
    return Uses(tuple(walk.references), frozenset(walk.calls))


#: What a loop's variable stands for: a path, or None when it cannot be told.
_Locals = Mapping[str, tuple[str, ...] | None]


class _Walk:
    def __init__(self) -> None:
        self.references: dict[Reference, None] = {}
        self.calls: set[str] = set()

    def visit(self, node: nodes.Node, known: _Locals) -> None:
        if isinstance(node, nodes.For):
            self.loop(node, known)
            return
        if isinstance(node, nodes.Call):
            self.call(node, known)
            return
        if isinstance(node, nodes.Name | nodes.Getattr | nodes.Getitem):
            self.refer(node, known)
            return
        if isinstance(node, nodes.Filter):
            _check_filter(node)
        if isinstance(node, nodes.Test):
            _known("test", node.name, {*TESTS, *PRESENCE})
            if node.name in TESTS:
                _fits_call(node.name, signature_of(TESTS[node.name]), node, 1)
        for child in node.iter_child_nodes():
            self.visit(child, known)

    def loop(self, node: nodes.For, known: _Locals) -> None:
        self.visit(node.iter, known)
        path = self.path(node.iter, known)
        inner: dict[str, tuple[str, ...] | None] = {**known, "loop": None}
        if isinstance(node.target, nodes.Name):
            inner[node.target.name] = (*path, EACH) if path else None
        else:
            inner.update({name.name: None for name in node.target.find_all(nodes.Name)})
        for part in (*node.body, *([node.test] if node.test else [])):
            self.visit(part, inner)
        for part in node.else_:
            self.visit(part, known)

    def call(self, node: nodes.Call, known: _Locals) -> None:
        callee = node.node
        if isinstance(callee, nodes.Name) and callee.name not in known:
            _known("function", callee.name, FUNCTIONS)
            _fits_call(callee.name, signature_of(FUNCTIONS[callee.name]), node)
            self.calls.add(callee.name)
        elif isinstance(callee, nodes.Getattr) and _is_calendar(callee.node, known):
            if callee.attr not in CALENDAR_METHODS:
                suggestion = nearest(callee.attr, CALENDAR_METHODS)
                word = f"calendar.{callee.attr}"
                raise OutsideLanguage("BD303", f"the calendar has no {callee.attr!r}", word, suggestion)
            _fits_call(f"calendar.{callee.attr}", calendar_signature(callee.attr), node)
            self.calls.add(f"calendar.{callee.attr}")
        else:
            word = callee.attr if isinstance(callee, nodes.Getattr) else ""
            raise OutsideLanguage("BD502", "only Baton's functions and the calendar can be called", word)
        for child in (*node.args, *node.kwargs):
            self.visit(child, known)

    def refer(self, node: nodes.Expr, known: _Locals) -> None:
        path = self.path(node, known)
        if path is not None:
            self.references[Reference(path, self.written(node))] = None
        elif isinstance(node, nodes.Getattr | nodes.Getitem):
            self.visit(node.node, known)
        if isinstance(node, nodes.Getitem) and not isinstance(node.arg, nodes.Const):
            self.visit(node.arg, known)

    def path(self, node: nodes.Node, known: _Locals) -> tuple[str, ...] | None:
        """The path a node reads from the context, or None when it is not a plain one."""
        if isinstance(node, nodes.Name):
            return known.get(node.name, (node.name,))
        if isinstance(node, nodes.Filter) and node.node is not None:
            inner = self.path(node.node, known)
            if inner is None or node.name not in _ONE_OF | _SAME_LIST:
                return None
            return (*inner, EACH) if node.name in _ONE_OF else inner
        if not isinstance(node, nodes.Getattr | nodes.Getitem):
            return None
        inner = self.path(node.node, known)
        if inner is None:
            return None
        if isinstance(node, nodes.Getattr):
            return (*inner, node.attr)
        constant = node.arg.value if isinstance(node.arg, nodes.Const) else None
        if isinstance(constant, str):
            return (*inner, constant)
        return None if isinstance(node.arg, nodes.Slice) else (*inner, EACH)

    def written(self, node: nodes.Node) -> str:
        if isinstance(node, nodes.Name):
            return node.name
        if isinstance(node, nodes.Getattr):
            before = self.written(node.node)
            return f"{before}.{node.attr}" if before else node.attr
        return ""


def _is_calendar(node: nodes.Node, known: _Locals) -> bool:
    return isinstance(node, nodes.Name) and node.name == "calendar" and node.name not in known


def _known(what: str, name: str, names: Collection[str]) -> None:
    if name not in names:
        raise OutsideLanguage("BD303", f"there is no {what} {name!r}", name, nearest(name, names))


def _check_filter(node: nodes.Filter) -> None:
    """The filter, and the filter or test it names. Such a name is written out: what is worked out names nothing."""
    _known("filter", node.name, FILTERS)
    if node.dyn_args is not None or node.dyn_kwargs is not None:
        raise _starred(node.name)
    if node.name in NAMING:
        if not _by_attribute(node):
            _check_naming(node)
    else:
        _fits_call(node.name, signature_of(PLAIN_FILTERS[node.name]), node, 1)


def _check_naming(node: nodes.Filter) -> None:
    what, place = NAMING[node.name]
    if len(node.args) < place or (what == "filter" and not node.args):
        needs = "the name of a filter, or attribute=" if what == "filter" else "the part to look at"
        raise OutsideLanguage("BD507", f"{node.name} needs {needs}", node.name)
    if len(node.args) > place:
        _check_named(node, what, node.args[place], place)
    elif node.kwargs:
        raise OutsideLanguage("BD507", f"{node.name}: name the test before what it takes", node.name)


def _check_named(node: nodes.Filter, what: str, given: nodes.Expr, place: int) -> None:
    if not isinstance(given, nodes.Const) or not isinstance(given.value, str):
        raise OutsideLanguage("BD502", f"{node.name}: write the name of the {what} out, in quotes", node.name)
    name = given.value
    _known(what, name, PLAIN_FILTERS if what == "filter" else {*TESTS, *(PRESENCE if place else ())})
    callees = PLAIN_FILTERS if what == "filter" else TESTS
    if name in callees:
        _fits_call(name, signature_of(callees[name]), node, 1, place + 1)


def _by_attribute(node: nodes.Filter) -> bool:
    """Whether `map` reads a part of each item, and names no filter."""
    keys = {pair.key for pair in node.kwargs}
    if node.name != "map" or "attribute" not in keys:
        return False
    if node.args or not keys <= {"attribute", "default"}:
        raise OutsideLanguage("BD507", "map takes attribute and default, or the name of a filter", "map")
    return True


def _fits_call(
    name: str,
    signature: inspect.Signature,
    node: nodes.Call | nodes.Filter | nodes.Test,
    first: int = 0,
    after: int = 0,
) -> None:
    """Whether what is called takes what it gets: `first` values put in front, then the arguments `after` a name."""
    if node.dyn_args is not None or node.dyn_kwargs is not None:
        raise _starred(name)
    try:
        signature.bind(
            *[None] * first, *node.args[after:], **{str(pair.key): pair.value for pair in node.kwargs}
        )
    except TypeError as error:
        wanted = ", ".join(list(signature.parameters)[first:])
        raise OutsideLanguage("BD507", f"{name}({wanted}): {error}", name) from None


def _starred(name: str) -> OutsideLanguage:
    return OutsideLanguage("BD502", f"{name}: * and ** are not part of the language", name)
