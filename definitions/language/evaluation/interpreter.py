"""Works a syntax tree out: each node becomes a small function, put together once when the text is compiled.

No Python is made from a text, and none of Jinja2's own machinery runs: what a node may do stands here. The number of
steps of a text is known but for its loops, so it is counted once for the whole and once for each turn of a loop; what
goes through a list or makes a text counts that itself (`budget.spend`).

The tree must have been checked (`definitions.language.syntax`): names of filters, tests and functions are looked up here
and taken to be there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jinja2 import nodes

from definitions.language.budget import CHARACTERS, spend
from definitions.language.evaluation.frame import Frame, binder, loop_at
from definitions.language.evaluation.list_filters import mapped, reader, rejected, selected
from definitions.language.evaluation.operators import BINARY, COMPARE, concatenated, negated
from definitions.language.evaluation.values import (
    Missing,
    item_of,
    items_of,
    part_of,
    printed,
    sliced,
    spend_size,
)
from definitions.language.evaluation.vocabulary import (
    CALENDAR_METHODS,
    FORGIVING,
    FUNCTIONS,
    NAMING,
    PLAIN_FILTERS,
    PRESENCE,
    TESTS,
)
from definitions.language.exact_numbers import admitted
from definitions.language.formats.pieces import Piece

Work = Callable[[Frame], Any]
_APPLYING: Mapping[str, Callable[[Any, Callable[[Any], Any]], Any]] = {
    "map": mapped, "select": selected, "selectattr": selected, "reject": rejected, "rejectattr": rejected,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Program:
    """A tree ready to be worked out, and the steps that takes besides the turns of its loops."""

    work: Work
    steps: int

    def run(self, names: Mapping[str, Any]) -> Any:
        """The value of an expression. Raises Missing, TooMuch, and whatever Python says of values that do not suit."""
        spend(self.steps)
        return self.work(Frame(names))

    def pieces(self, names: Mapping[str, Any]) -> list[Piece]:
        """What a template makes, its own text and the values in it. Raises as `run` does."""
        spend(self.steps)
        frame = Frame(names)
        self.work(frame)
        return frame.pieces


def compiled(tree: nodes.Node) -> Program:
    """A checked tree as a program. Raises TooMuch for a number with too many digits."""
    compiler = _Compiler()
    return Program(compiler.visit(tree), compiler.steps)


class _Compiler:
    """Makes the functions of one tree. `steps` counts the nodes that are met once each time it is worked out."""

    def __init__(self) -> None:
        self.steps = 0
        self._variables: frozenset[str] = frozenset()

    def visit(self, node: nodes.Node) -> Work:
        self.steps += 1
        made: Work = getattr(self, f"_{type(node).__name__.lower()}")(node)
        return made

    def _each(self, several: Sequence[nodes.Node]) -> list[Work]:
        return [self.visit(node) for node in several]

    # --- statements

    def _template(self, node: nodes.Template) -> Work:
        return self._body(node.body)

    def _body(self, several: Sequence[nodes.Node]) -> Work:
        return _in_order(self._each(several))

    def _output(self, node: nodes.Output) -> Work:
        return _in_order([self._written(each) for each in node.nodes])

    def _written(self, node: nodes.Node) -> Work:
        if isinstance(node, nodes.TemplateData):
            self.steps += 1 + len(node.data) // CHARACTERS
            piece = Piece(node.data)
            return lambda frame: frame.write(piece)
        value_of = self.visit(node)

        def write(frame: Frame) -> None:
            value = value_of(frame)
            frame.write(Piece(printed(value), value, typed=True))

        return write

    def _if(self, node: nodes.If) -> Work:
        branches = [(self.visit(node.test), self._body(node.body))]
        branches += [(self.visit(each.test), self._body(each.body)) for each in node.elif_]
        otherwise = self._body(node.else_)

        def run(frame: Frame) -> None:
            for test, body in branches:
                if test(frame):
                    body(frame)
                    return
            otherwise(frame)

        return run

    def _for(self, node: nodes.For) -> Work:
        values_of, otherwise = self.visit(node.iter), self._body(node.else_)
        before, known = self.steps, self._variables
        names = [node.target.name] if isinstance(node.target, nodes.Name) else _names_in(node.target)
        self._variables = known | {*names, "loop"}
        test = self.visit(node.test) if node.test else None
        body = self._body(node.body)
        turn, self.steps, self._variables = self.steps - before, before, known
        unpack = isinstance(node.target, nodes.Tuple)
        looks = any(name.name == "loop" for part in node.body for name in part.find_all(nodes.Name))

        def run(frame: Frame) -> None:
            outer = frame.variables
            frame.variables = dict(outer)
            bind = binder(frame.variables, names, unpack)
            values = items_of(values_of(frame))
            spend(turn * len(values))
            if test is not None:
                values = [value for value in values if bind(value) and test(frame)]
            for index, value in enumerate(values):
                bind(value)
                if looks:
                    frame.variables["loop"] = loop_at(values, index)
                body(frame)
            frame.variables = outer
            if not values:
                otherwise(frame)

        return run

    # --- names and parts

    def _name(self, node: nodes.Name) -> Work:
        name = node.name
        if name in self._variables:
            return lambda frame: frame.variables[name]

        def look_up(frame: Frame) -> Any:
            try:
                return admitted(frame.names[name])
            except KeyError:
                raise Missing(name) from None

        return look_up

    def _getattr(self, node: nodes.Getattr) -> Work:
        of, name = self.visit(node.node), node.attr
        return lambda frame: part_of(of(frame), name)

    def _getitem(self, node: nodes.Getitem) -> Work:
        of = self.visit(node.node)
        if isinstance(node.arg, nodes.Slice):
            ends = [
                self.visit(end or nodes.Const(None)) for end in (node.arg.start, node.arg.stop, node.arg.step)
            ]
            return lambda frame: sliced(of(frame), *(end(frame) for end in ends))
        key = self.visit(node.arg)
        return lambda frame: item_of(of(frame), key(frame))

    # --- literals

    def _const(self, node: nodes.Const) -> Work:
        value = admitted(node.value)
        return lambda frame: value

    def _list(self, node: nodes.List) -> Work:
        parts = self._each(node.items)
        return lambda frame: [part(frame) for part in parts]

    _tuple = _list

    def _dict(self, node: nodes.Dict) -> Work:
        pairs = [(self.visit(pair.key), self.visit(pair.value)) for pair in node.items]
        return lambda frame: {key(frame): value(frame) for key, value in pairs}

    # --- operators

    def _binary(self, node: nodes.BinExpr) -> Work:
        left, right, operate = self.visit(node.left), self.visit(node.right), BINARY[type(node).__name__]
        return lambda frame: operate(left(frame), right(frame))

    _add = _sub = _mul = _div = _floordiv = _mod = _pow = _binary

    def _and(self, node: nodes.And) -> Work:
        left, right = self.visit(node.left), self.visit(node.right)
        return lambda frame: left(frame) and right(frame)

    def _or(self, node: nodes.Or) -> Work:
        left, right = self.visit(node.left), self.visit(node.right)
        return lambda frame: left(frame) or right(frame)

    def _not(self, node: nodes.Not) -> Work:
        value_of = self.visit(node.node)
        return lambda frame: not value_of(frame)

    def _neg(self, node: nodes.Neg) -> Work:
        value_of = self.visit(node.node)
        return lambda frame: negated(value_of(frame))

    def _pos(self, node: nodes.Pos) -> Work:
        return self.visit(node.node)

    def _concat(self, node: nodes.Concat) -> Work:
        parts = self._each(node.nodes)
        return lambda frame: concatenated([part(frame) for part in parts])

    def _compare(self, node: nodes.Compare) -> Work:
        start = self.visit(node.expr)
        steps = [(COMPARE[each.op], self.visit(each.expr)) for each in node.ops]

        def compare(frame: Frame) -> bool:
            left = start(frame)
            for holds, value_of in steps:
                right = value_of(frame)
                if not holds(left, right):
                    return False
                left = right
            return True

        return compare

    def _condexpr(self, node: nodes.CondExpr) -> Work:
        test, then = self.visit(node.test), self.visit(node.expr1)
        otherwise = self.visit(node.expr2) if node.expr2 else _nothing_else
        return lambda frame: then(frame) if test(frame) else otherwise(frame)

    # --- filters, tests, functions

    def _filter(self, node: nodes.Filter) -> Work:
        value_of = self.visit(node.node or nodes.Const(None))
        if node.name in FORGIVING:
            value_of = _or_missing(value_of)
        if node.name in NAMING:
            return self._naming(node, value_of)
        given, function = self._arguments(node), PLAIN_FILTERS[node.name]
        return lambda frame: given(frame, function, value_of(frame))

    def _naming(self, node: nodes.Filter, value_of: Work) -> Work:
        """`map` and its like: what they apply is looked up here, once."""
        apply, parts = _APPLYING[node.name], any(pair.key == "attribute" for pair in node.kwargs)
        each = self._attribute_of(node) if parts else self._named(node)
        return lambda frame: apply(value_of(frame), each(frame))

    def _attribute_of(self, node: nodes.Filter) -> Callable[[Frame], Callable[[Any], Any]]:
        given = self._arguments(node)
        return lambda frame: given(frame, reader)

    def _named(self, node: nodes.Filter) -> Callable[[Frame], Callable[[Any], Any]]:
        what, place = NAMING[node.name]
        name = node.args[place].as_const() if len(node.args) > place else ""
        read = self.visit(node.args[0]) if place else None
        given = self._arguments(node, place + 1)
        function = PLAIN_FILTERS[name] if what == "filter" else TESTS.get(name, bool)

        def of(frame: Frame) -> Callable[[Any], Any]:
            if read is None:
                return lambda value: given(frame, function, value)
            part = reader(read(frame))
            if name in PRESENCE:
                return lambda value: _present(part, value) == (name == "defined")
            return lambda value: given(frame, function, part(value))

        return of

    def _test(self, node: nodes.Test) -> Work:
        value_of = self.visit(node.node)
        if node.name in PRESENCE:
            return lambda frame: _present(value_of, frame) == (node.name == "defined")
        given, function = self._arguments(node), TESTS[node.name]
        return lambda frame: given(frame, function, value_of(frame))

    def _call(self, node: nodes.Call) -> Work:
        given = self._arguments(node)
        if isinstance(node.node, nodes.Name):
            function = FUNCTIONS[node.node.name]
            return lambda frame: admitted(given(frame, function))
        assert isinstance(node.node, nodes.Getattr) and node.node.attr in CALENDAR_METHODS
        calendar, method = self.visit(node.node.node), node.node.attr
        return lambda frame: given(frame, getattr(calendar(frame), method))

    def _arguments(self, node: nodes.Filter | nodes.Test | nodes.Call, after: int = 0) -> Callable[..., Any]:
        """What calls a function with the arguments of a node, those `before` which it stands put in front."""
        args = self._each(node.args[after:])
        kwargs = {str(pair.key): self.visit(pair.value) for pair in node.kwargs}

        def given(frame: Frame, function: Callable[..., Any], *first: Any) -> Any:
            worked = [arg(frame) for arg in args]
            named = {key: value_of(frame) for key, value_of in kwargs.items()}
            spend_size(*(each for each in (*worked, *named.values()) if isinstance(each, str)))
            return function(*first, *worked, **named)

        return given


def _names_in(target: nodes.Node) -> list[str]:
    return [name.name for name in target.find_all(nodes.Name)]


def _in_order(parts: Sequence[Work]) -> Work:
    def run(frame: Frame) -> None:
        for part in parts:
            part(frame)

    return run


def _nothing_else(frame: Frame) -> Any:
    raise Missing("the value of 'if' without 'else'")


def _or_missing(work: Work) -> Work:
    """What gives Missing itself for what is not there, for a filter that says what is there instead."""

    def run(frame: Frame) -> Any:
        try:
            return work(frame)
        except Missing:
            return Missing

    return run


def _present(work: Callable[[Any], Any], given: Any) -> bool:
    try:
        work(given)
    except Missing:
        return False
    return True
