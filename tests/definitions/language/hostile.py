"""Strategies of texts in the language of expressions, built from its own words, and of data that means no good."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from definitions.language.evaluation.vocabulary import (
    CALENDAR_METHODS,
    FILTERS,
    NAMING,
    PRESENCE,
    TESTS,
)
from definitions.language.exact_numbers import Returns
from definitions.language.expressions import Forgiving
from definitions.language.functions import FUNCTIONS
from definitions.language.named_values import Chosen, Named
from definitions.language.names import RESERVED

LONG = "ab\n" * 60_000
ROWS = [{"n": number, "v": "x" * 50, "practice": {"code": f"Y{number}", "name": "Elm", "list_size": number}} for number in range(3_000)]  # fmt: skip
#: Numbers that collide in any mapping.
COLLIDING = [number * (2**61 - 1) for number in range(3_000)]

#: What a context may hold: every kind of value, each as bad as it can be.
CONTEXT: Mapping[str, Any] = {
    "long": LONG,
    "many": list(range(15_000)),
    "colliding": COLLIDING,
    "rows": Returns(ROWS, missing=[{"code": "Y1", "name": LONG}]),
    "alike": [LONG] * 5_000,
    "deep": [[[[[[[["x" * 1_000] * 20] * 5] * 5] * 5] * 5] * 5] * 5],
    "huge": {
        "int": 10**100_000, "decimal": Decimal("1e99999999"), "small": Decimal("1e-99999999"), "digits": Decimal("1." + "7" * 9_000),
        "nan": Decimal("NaN"), "snan": Decimal("sNaN"), "infinity": float("inf"), "fraction": Fraction(1, 10**1_000),
        "text": "1e99999999", "written": "9" * 100_000,
    },
    "day": date(2027, 1, 15),
    "moment": datetime(2027, 1, 15, 17, tzinfo=UTC),
    "person": Named("rowan", name="Rowan Hale\x1b[31m", email="r@x.example"),
    "set": Chosen("iif", ROWS[:20]),
    "given": Forgiving({"a": None, "b": "{{ 7 * 7 }}", "c": "\ud800"}),
    "calendar": object(),
    "mapping": {"": 1, "__class__": 2, "name": {"name": {"name": {"name": {"name": "x"}}}}},
    "nothing": None,
}  # fmt: skip

_NAMES = [
    *[*CONTEXT] * 3,
    *sorted(RESERVED),
    "loop",
    "a",
    "b",
    "nope",
    "self",
    "caller",
    "range",
    "dict",
    "namespace",
]
_PARTS = ["n", "v", "practice", "practice.code", "int", "decimal", "digits", "text", "year", "name", "missing", "index",
          "__class__", "_x", "0.1", "format", "items", "parts", "grouper", "list"]  # fmt: skip
_LITERALS = ["0", "1", "-1", "2", "60", "1e60", "1e400", "0.1", "9" * 61, "''", "'x'", "'ab' 'cd'", "'1e999999'", "'%s'", "'\\ud800'",
             "'{0.__class__}'", "true", "none", "[]", "{}", "()", "'\\n'"]  # fmt: skip
_OPERATORS = [
    "+",
    "-",
    "*",
    "/",
    "//",
    "%",
    "**",
    "~",
    "and",
    "or",
    "==",
    "!=",
    "<",
    "<=",
    ">",
    ">=",
    "in",
    "not in",
]
_UNKNOWN = [
    " decimal",
    " turns",
    "attr",
    "format",
    "center",
    "indent",
    "xmlattr",
    "pprint",
    "safe",
    "random",
    "batch",
]


def _listed(inner: SearchStrategy[str], most: int = 3) -> SearchStrategy[str]:
    return st.lists(inner, max_size=most).map(", ".join)


def _arguments(inner: SearchStrategy[str]) -> SearchStrategy[str]:
    words = [
        "attribute",
        "default",
        "case_sensitive",
        "reverse",
        "by",
        "boolean",
        "length",
        "places",
        "base",
        "indent",
    ]
    named = st.tuples(st.sampled_from(words), inner | st.sampled_from(_PARTS).map(repr)).map("=".join)
    return st.lists(inner | named | st.sampled_from(_PARTS).map(repr), max_size=4).map(", ".join)


def _grown(inner: SearchStrategy[str]) -> SearchStrategy[str]:
    filters = [*sorted(FILTERS) * 3, *_UNKNOWN]  # mostly words there are
    tests = [*sorted(TESTS), *sorted(PRESENCE), "nope"]
    naming = st.tuples(
        st.sampled_from(sorted(NAMING)), st.sampled_from([*filters, *tests]), _arguments(inner)
    )
    pair = st.tuples(inner, inner).map(": ".join)
    return st.one_of(
        st.tuples(inner, st.sampled_from(_OPERATORS), inner).map(lambda each: f"({' '.join(each)})"),
        st.tuples(inner, st.sampled_from(filters)).map(lambda each: f"{each[0]} | {each[1]}"),
        st.tuples(inner, st.sampled_from(filters), _arguments(inner)).map(lambda each: f"({each[0]} | {each[1]}({each[2]}))"),
        st.tuples(inner, naming).map(lambda each: f"({each[0]} | {each[1][0]}('{each[1][1]}', {each[1][2]}))"),
        st.tuples(inner, st.sampled_from(_PARTS), naming).map(lambda each: f"({each[0]} | {each[2][0]}('{each[1]}', '{each[2][1]}', {each[2][2]}))"),
        st.tuples(inner, st.sampled_from(tests), inner).map(lambda each: f"({each[0]} is {each[1]} {each[2]})"),
        st.tuples(inner, st.sampled_from(tests)).map(lambda each: f"({each[0]} is not {each[1]})"),
        st.tuples(st.sampled_from(sorted(FUNCTIONS)), _arguments(inner)).map(lambda each: f"{each[0]}({each[1]})"),
        st.tuples(st.sampled_from(sorted(CALENDAR_METHODS)), _arguments(inner)).map(lambda each: f"calendar.{each[0]}({each[1]})"),
        st.tuples(inner, st.sampled_from(_PARTS)).map(lambda each: f"{each[0]}.{each[1]}"),
        st.tuples(inner, inner).map(lambda each: f"{each[0]}[{each[1]}]"),
        st.tuples(inner, inner, inner).map(lambda each: f"{each[0]}[{each[1]}:{each[2]}]"),
        st.tuples(inner, inner, inner).map(lambda each: f"({each[0]} if {each[1]} else {each[2]})"),
        st.tuples(st.sampled_from(["not ", "-", "+"]), inner).map("".join),
        _listed(inner, 6).map(lambda each: f"[{each}]"),
        st.lists(pair, max_size=4).map(lambda each: "{" + ", ".join(each) + "}"),
        st.tuples(inner, _listed(inner)).map(lambda each: f"{each[0]}({each[1]})"),
    )  # fmt: skip


#: Expressions, mostly well formed.
expressions: SearchStrategy[str] = st.recursive(
    st.sampled_from(_NAMES) | st.sampled_from(_LITERALS), _grown, max_leaves=8
)

_END = ["", "-"]


def _within(inner: SearchStrategy[str]) -> SearchStrategy[str]:
    blocks = st.lists(inner, min_size=1, max_size=3).map("".join)
    target = st.sampled_from(["a", "b", "a, b", "loop", "x.y"])
    return st.one_of(
        st.tuples(target, expressions, blocks).map(lambda each: f"{{% for {each[0]} in {each[1]} %}}{each[2]}{{% endfor %}}"),
        st.tuples(target, expressions, expressions, blocks, blocks).map(lambda each: f"{{% for {each[0]} in {each[1]} if {each[2]} -%}}{each[3]}{{%- else %}}{each[4]}{{% endfor %}}"),
        st.tuples(expressions, blocks, blocks).map(lambda each: f"{{% if {each[0]} %}}{each[1]}{{% else %}}{each[2]}{{% endif %}}"),
        st.tuples(st.sampled_from(["set a = ", "include ", "import ", "macro a(", "block ", "do ", "with a = "]), expressions).map(lambda each: f"{{% {each[0]}{each[1]} %}}"),
    )  # fmt: skip


_printed = expressions.map(lambda each: "{{ " + each + " }}")
_plain = st.sampled_from(
    ["", "x", "| a | b |\n", "# ", "{{", "}}", "{%", "{# c #}", "'", '"', "\n", "\r", "\x00", "é"]
)

#: Templates, mostly well formed.
templates: SearchStrategy[str] = st.lists(
    st.recursive(_printed | _plain, _within, max_leaves=5), min_size=1, max_size=4
).map("".join)
