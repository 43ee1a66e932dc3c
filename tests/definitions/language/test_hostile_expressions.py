"""Whatever an expression or a template says, and whatever it is given: a value within the budget, or an error."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from definitions.language.budget import MAX_STEPS, MAX_TEXT, Budget
from definitions.language.evaluation.vocabulary import FILTERS, PRESENCE, TESTS
from definitions.language.expressions import Expression, ExpressionError, Template, compile_cached
from tests.definitions.language.hostile import CONTEXT, expressions, templates

pytestmark = pytest.mark.fuzz


#: What one evaluation may leave behind: texts and lists that were not there before.
MOST_BYTES = 64_000_000

hostile = settings(suppress_health_check=list(HealthCheck), deadline=None)


def parts(value: Any, seen: dict[int, Any]) -> Iterator[Any]:
    """Each object in a value, once."""
    within = [value]
    while within:
        each = within.pop()
        if id(each) in seen:
            continue
        seen[id(each)] = each
        yield each
        if isinstance(each, Mapping):
            within += [*each.keys(), *each.values()]
        elif isinstance(each, list | tuple):
            within += each


_KNOWN: dict[int, Any] = {}
for _ in parts(dict(CONTEXT), _KNOWN):
    pass


def bytes_made(value: Any) -> int:
    return sum(sys.getsizeof(each) for each in parts(value, dict(_KNOWN)))


@hostile
@given(expressions)
def test_an_expression_ends_within_its_budget(text: str) -> None:
    with Budget(100 * MAX_STEPS) as counted:
        try:
            value = Expression.compile(text).evaluate(CONTEXT)
        except ExpressionError as error:
            value = str(error)
            assert len(value) < 10_000
    assert counted.spent <= MAX_STEPS
    assert bytes_made(value) < MOST_BYTES


@hostile
@given(templates)
def test_a_template_ends_within_its_budget(text: str) -> None:
    with Budget(100 * MAX_STEPS) as counted:
        try:
            value = Template.compile(text).render(CONTEXT)
        except ExpressionError as error:
            value = str(error)
    assert counted.spent <= MAX_STEPS
    assert len(value) <= MAX_TEXT


@pytest.mark.parametrize(
    "text",
    [
        "(['1e99999999'] | map('int') | first | int) % 7",
        "['1e999999'] | sum | int",
        "'1e999999' | int",
        "'9' * 1",
        "huge.decimal + 1",
        "huge.decimal < 1",
        "huge.decimal == 1",
        "huge.small * 2",
        "huge.digits | round(2)",
        "huge.int + 1",
        "huge.int | string",
        "huge.int % 7",
        "huge.fraction * 2",
        "huge.nan == huge.nan",
        "huge.snan < 1",
        "huge.infinity | int",
        "huge.text | money",
        "huge.written | money",
        "[huge.int] | max",
        "[huge.decimal] | sum",
        "[huge.decimal, 1] | sort",
        "[huge.int, 1] | unique",
        "huge.int in [1]",
        "huge.int is odd",
        "huge.int is divisibleby 3",
        "[huge.int] | join",
        "[huge.int] | json",
        "huge.int ~ 'x'",
        "'x'[huge.int:]",
        "percentage(huge.decimal, 2)",
        "percentage(huge.written, 2)",
        "total([{'n': huge.digits}], 'n')",
        "2 ** 240",
        "10 ** 59 * 100",
        "1e400",
        "1 / 3e61",
    ],
)  # fmt: skip
def test_a_number_has_a_bounded_number_of_digits_wherever_it_comes_from(text: str) -> None:
    with Budget(2_000_000) as counted, pytest.raises(ExpressionError):
        Expression.compile(text).evaluate(CONTEXT)
    assert counted.spent < 50_000


@pytest.mark.parametrize(
    "value", [10**61, Decimal("1e61"), Decimal("1e-61"), Fraction(1, 10**61), float("nan"), 1e61]
)
def test_a_number_of_the_data_is_looked_at_before_it_is_worked_with(value: Any) -> None:
    for text in (
        "given + 1",
        "given > 1",
        "[given] | sum",
        "rows[0].n * 2",
        "given ~ ''",
        "-given",
        "given | int",
    ):
        with pytest.raises(ExpressionError, match=r"digits|work with"):
            Expression.compile(text).evaluate({"given": value, "rows": [{"n": value}]})


def test_numbers_as_large_as_anyone_needs_are_exact() -> None:
    assert Expression.compile("a + 1").evaluate({"a": 10**59}) == 10**59 + 1
    assert (
        Expression.compile("'123456789012345678901234567890' | int").evaluate({})
        == 123456789012345678901234567890
    )


@pytest.mark.parametrize(
    ("text", "words", "suggestion"),
    [
        ("rows | map(' decimal')", "there is no filter ' decimal'", None),
        ("rows | map(' turns')", "there is no filter ' turns'", None),
        ("rows | map('uper')", "there is no filter 'uper'", "upper"),
        ("rows | map('attr', '__class__')", "there is no filter 'attr'", None),
        ("rows | map('map', 'upper')", "there is no filter 'map'", "max"),
        ("rows | map('round', 1, 2, 3)", "round", None),
        ("rows | map(long)", "write the name of the filter out", None),
        ("rows | map('up' ~ 'per')", "write the name of the filter out", None),
        ("rows | map(attribute='n', other=1)", "map takes attribute and default", None),
        ("rows | map", "needs the name of a filter", None),
        ("rows | map(*many)", r"\* and \*\*", None),
        ("rows | select('evn')", "there is no test 'evn'", "even"),
        ("rows | select(long)", "write the name of the test out", None),
        ("rows | reject('upper', 1, 2)", "upper", None),
        ("rows | selectattr('n', 'equalto')", "equalto", None),
        ("rows | selectattr('n', 'equal')", "there is no test 'equal'", "equalto"),
        ("rows | selectattr", "needs the part to look at", None),
        ("rows | rejectattr('n', long, 2)", "write the name of the test out", None),
        ("rows | sort(1, 2, 3, 4)", "sort", None),
        ("rows is divisibleby", "divisibleby", None),
        ("rows is selectattr", "there is no test 'selectattr'", None),
    ],
)
def test_a_name_passed_as_text_is_checked_when_the_text_is_loaded(
    text: str, words: str, suggestion: str | None
) -> None:
    with pytest.raises(ExpressionError, match=words) as caught:
        Expression.compile(text)
    assert caught.value.suggestion == suggestion


def test_names_that_begin_with_a_line_are_not_read_however_they_are_named() -> None:
    for text in ("mapping['__class__']", "mapping['__cl' ~ 'ass__']", "[mapping] | map(attribute='__cl' ~ 'ass__') | list",
                 "[mapping] | sort(attribute='__class__')", "[mapping] | groupby('__class__')", "[mapping] | sum('__class__')",
                 "[mapping] | join(attribute='_x')", "[mapping] | selectattr('__class__') | list", "[mapping] | unique(attribute='_x')"):  # fmt: skip
        with pytest.raises(ExpressionError, match=r"not for definitions to read|cannot be read"):
            compile_cached(text).evaluate(CONTEXT)


def test_every_word_is_one_of_the_language() -> None:
    assert not [name for name in {*FILTERS, *TESTS, *PRESENCE} if name.startswith((" ", "_"))]


@pytest.mark.parametrize(
    "text",
    [
        "{% for a in many %}{% for b in many %}{% if a + b == -1 %}x{% endif %}{% endfor %}{% endfor %}",
        "{% for a in many %}{% if [" + ", ".join(["a"] * 400) + "] == 0 %}{% endif %}{% endfor %}",
        "{% for a in many %}{% if alike == alike %}{% endif %}{% endfor %}",
        "{% for a in many %}{% if long in long ~ a %}{% endif %}{% endfor %}",
        "{% for a in many %}{% if long | trim('ab') %}{% endif %}{% endfor %}",
        "{% for a in many %}{% if unmatched(rows, rows, 'n', ['v']) %}{% endif %}{% endfor %}",
        "{% for a in many %}{% if list_size_share(rows) %}{% endif %}{% endfor %}",
        "{% for a in many %}{% if colliding | unique %}{% endif %}{% endfor %}",
        "{% for a in many %}{% if rows[1:] %}{% endif %}{% endfor %}",
        "{% for a in many %}{% if rows + rows %}{% endif %}{% endfor %}",
        "{% for a in many %}{% if deep | json %}{% endif %}{% endfor %}",
    ],
)
def test_no_work_goes_uncounted(text: str) -> None:
    with (
        Budget(100 * MAX_STEPS) as counted,
        pytest.raises(ExpressionError, match="steps to work it out") as caught,
    ):
        Template.compile(text).render(CONTEXT)
    assert caught.value.code == "BD502"
    assert counted.spent == MAX_STEPS


def test_what_the_log_keeps_is_bounded_as_a_whole() -> None:
    names: dict[str, Any] = {"a": ["x" * 100]}
    doubled = Expression.compile("[a, a]")
    for _ in range(13):
        names["a"] = doubled.kept(names)
    with pytest.raises(ExpressionError, match="items and characters to keep"):
        doubled.kept(names)


def test_the_count_is_the_same_every_time() -> None:
    template = Template.compile("{% for row in rows %}{{ row.v | upper }}{{ loop.index }}{% endfor %}")
    spent = set()
    for _ in range(3):
        with Budget(MAX_STEPS) as counted:
            template.render({"rows": CONTEXT["rows"][:100]})
        spent.add(counted.spent)
    assert len(spent) == 1 and spent.pop() > 400
