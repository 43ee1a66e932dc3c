"""Expressions and templates: what they can do, and what hostile ones cannot."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from definitions.language.exact_numbers import Returns
from definitions.language.expressions import Expression, ExpressionError, Forgiving, Template

CONTEXT: dict[str, Any] = {
    "inputs": {"quarter": "Q4", "cost": Decimal("10.10"), "rate": 0.2, "board": None, "l": list(range(1_000))},
    "dates": {"start": date(2027, 1, 15)},
    "practice": None,  # a text about the whole PCN has none
    "previous": Forgiving({"result": {"denominator": 100}}),
    "result": {"numerator": 1, "denominator": 120},
    "answers": {"ask": Returns([{"n": 2, "practice": {"name": "Elm"}}, {"n": 3, "practice": {"name": "Oak"}}],
                               missing=[{"code": "Y1", "name": "Ash"}])},
}  # fmt: skip


def value(text: str) -> Any:
    return Expression.compile(text).evaluate(CONTEXT)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("inputs.quarter == 'Q4'", True),
        ("inputs['quarter'] in ['Q1', 'Q4']", True),
        ("1.1 + 2.2", Decimal("3.3")),
        ("inputs.cost * 3", Decimal("30.30")),
        ("inputs.rate + 0.1 == 0.3", True),
        ("1 / 8", Decimal("0.125")),
        ("dates.start.year", 2027),
        ("inputs.board.year", None),  # what was not given has no parts
        ("inputs.board is none", True),
        ("previous.visits", None),
        ("previous.visits.anything", None),
        ("practice.name", None),  # about nobody in particular
        ("result.denominator differs from previous by 15%", True),
        ("result.denominator differs from previous by 20 %", False),
        ("answers.ask | map(attribute='n') | sum", 5),
        ("answers.ask | map(attribute='practice.name') | join(', ')", "Elm, Oak"),
        ("answers.ask | selectattr('n', 'gt', 2) | list | length", 1),
        ("answers.ask.missing[0].name", "Ash"),
        ("(answers.ask | first).n", 2),
        ("answers.ask[1].n", 3),
        ("total(answers.ask, 'n')", Decimal(5)),
        ("2.345 | round(2)", Decimal("2.35")),
        ("{'a': 1}.a", 1),
        ("'yes' if inputs.quarter == 'Q4' else 'no'", "yes"),
        ("inputs.nothing is defined", False),
        ("inputs.nothing | default('x')", "x"),
    ],
)
def test_values(text: str, expected: Any) -> None:
    assert value(text) == expected


def test_names_and_calls() -> None:
    expression = Expression.compile(
        "indicator_position(inputs.indicators, answers.practice_return) and dates['x'].year"
    )
    assert expression.names == {"inputs.indicators", "answers.practice_return", "dates.x.year"}
    assert expression.calls == {"indicator_position"}
    template = Template.compile(
        "{% for r in answers.ask %}{{ r.practice.name }}{{ calendar.year_end('2026/27') }}{% endfor %}"
    )
    assert template.names == {"answers.ask"}
    assert {r.parts for r in template.references} >= {("answers", "ask", "[]", "practice", "name")}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Your figures for {{ inputs.quarter }}", "Your figures for Q4"),
        ("{{ dates.start }} {{ inputs.board }}|{{ 1 == 1 }}", "Fri 15 Jan 2027 |yes"),
        ("{{ inputs.cost | money }} {{ 62.50 | percent }} {{ 12345.6 | number }}", "£10.10 62.5% 12,346"),
        ("{{ answers.ask | people }}", "Elm and Oak"),
        ("{{ ['a', 'b', 'c'] | people }}", "a, b and c"),
        ("{% for r in answers.ask %}{{ loop.index }}{{ r.practice.name }};{% endfor %}", "1Elm;2Oak;"),
        ("{% for r in inputs.board %}x{% else %}none{% endfor %}", "none"),
        ("{% if practice %}{{ practice.name }}{% else %}all{% endif %}", "all"),
        ("{{ '=1+1' | csv }},{{ 'a,b' | csv }},{{ -3 | csv }}", '\'=1+1,"a,b",-3'),
        ("{{ {'b': 1, 'a': dates.start} | json }}", '{"a": "2027-01-15", "b": 1}'),
        ("plain {text}", "plain {text}"),
    ],
)
def test_texts(text: str, expected: str) -> None:
    assert Template.compile(text).render(CONTEXT) == expected


def test_a_moment_is_told_in_london_time() -> None:
    render = Template.compile("{{ at | date }}; {{ at }}").render
    winter, summer = datetime(2027, 1, 15, 17, tzinfo=UTC), datetime(2027, 7, 15, 16, tzinfo=UTC)
    assert render({"at": winter}) == "Fri 15 Jan 2027, 17:00; Fri 15 Jan 2027, 17:00"
    assert render({"at": summer}) == "Thu 15 Jul 2027, 17:00; Thu 15 Jul 2027, 17:00"


@pytest.mark.parametrize(
    ("text", "words", "suggestion"),
    [
        ("inputs.quater == 'Q4'", "inputs.quater is not known", "inputs.quarter"),
        ("inptus.quarter", "inptus is not known", "inputs"),
        ("[inputs.quater]", "inputs.quater is not known", "inputs.quarter"),
        ("inputs.quarter | uper", "no filter 'uper'", "upper"),
        ("totl(answers.ask, 'n')", "no function 'totl'", "total"),
        ("total(answers.ask)", "column", None),
        ("calendar.quarter_ends('Q1', '2026/27')", "no 'quarter_ends'", "quarter_end"),
        ("inputs.quarter is evn", "no test 'evn'", "even"),
        ("inputs.quarter ==", "unexpected 'end of template'", None),
        ("inputs.quarter inputs", "not expected here", None),
        ("inputs.board < 3", "not supported", None),
        ("1 / 0", "divided by nothing", None),
    ],
)
def test_errors_say_what_and_the_nearest_name(text: str, words: str, suggestion: str | None) -> None:
    with pytest.raises(ExpressionError) as caught:
        value(text)
    assert words in str(caught.value)
    assert caught.value.suggestion == suggestion


TEXT, LIST = "ab" * 90_000, [{} for _ in range(10_000)]


@pytest.mark.parametrize(
    "text",
    [
        "{% for a in many %}{{ (many | sort | first) > 5 }}{% endfor %}",
        "{% for a in many %}{{ 'x' in many }}{% endfor %}",
        "{% for a in many %}{{ many is sequence }}{{ total(many, 'n') }}{% endfor %}",
        "{% for a in many %}{{ long | upper | lower == '' }}{% endfor %}",
        "{{ many | select('in', many) | list | length }}",
        "{{ items | map(attribute='no', default=long) | map('upper') | list | length }}",
        "{{ items | map(attribute='no', default=long) | list | json }}",
        "{{ items | map(attribute='no', default=long) | list }}",
        "{{ items | map(attribute='no', default=long) | people }}",
    ],
)
def test_work_within_work_is_bounded(text: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        Template.compile(text).render({"many": list(range(15_000)), "items": LIST, "long": TEXT})
    assert caught.value.code == "BD502"


HOSTILE = [
    "().__class__.__bases__[0].__subclasses__()",
    "''.__class__",
    "inputs['__class__']",
    "inputs | attr('__class__')",
    "inputs | map(attribute='__class__') | list",
    "[inputs] | map(attribute='quarter.__class__') | list",
    "[inputs] | groupby('__class__')",
    "[inputs] | sum(attribute='__class__') + ''.__doc__",
    "total.__globals__",
    "total(answers.ask, '__class__').__class__",
    "inputs.quarter.upper()",
    "inputs.quarter.format(1)",
    "'{0.__class__}'.format(inputs)",
    "inputs.items()",
    "self",
    "caller()",
    "range(10)",
    "cycler(1)",
    "namespace(a=1)",
    "lipsum()",
    "dict(a=1)",
    "import('os')",
    "(lambda: 1)()",
    "'a' * 1000000000",
    "[1] * 1000000000",
    "2 ** 100000000",
    "(10 ** 30) ** (10 ** 30)",
    "1.5 ** 100000000",
    "'%1000000000d' % 1",
    "'x' | center(1000000000)",
    "'%1000000000d' | format(1)",
    "'x' | indent(1000000000)",
    "inputs.l | batch(1000000000, 'x') | list",
    "1 | round(1000000000)",
    "'a' | replace('a', 'aaaaaaaaaaaaaaaa')" + " | replace('a', 'aaaaaaaaaaaaaaaa')" * 30,
    "'aa' | join('aaaaaaaaaaaaaaaa')" + " | join('aaaaaaaaaaaaaaaa')" * 30,
    "(" * 900 + "1" + ")" * 900,
    "[" * 900,
    "not " * 490 + "1",
    "-" * 1_900 + "1",
    "1" + " + 1" * 480,
    "a" + ".b" * 900,
    "a" + "|first" * 300,
    "a if " * 300 + "a",
    "x" * 2_001,
    "total(*inputs.l)",
    "total(**inputs)",
    "joiner",
    "calendar.__init__",
    "calendar.from_data({})",
    "loop",
    "inputs.l[::0]",
]


@pytest.mark.parametrize("text", HOSTILE, ids=[text[:40] for text in HOSTILE])
def test_hostile_expressions_are_errors(text: str) -> None:
    with pytest.raises(ExpressionError):
        value(text)


HOSTILE_TEMPLATES = [
    "{% import 'os' as os %}",
    "{% include '/etc/passwd' %}",
    "{% extends 'x' %}",
    "{% from 'x' import y %}",
    "{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}",
    "{% set a = 'x' %}" + "{% set a = a ~ a %}" * 40 + "{{ a }}",
    "{% with a = 1 %}{{ a }}{% endwith %}",
    "{% block x %}{{ self.x() }}{% endblock %}",
    "{% filter upper %}x{% endfilter %}",
    "{% call total() %}{% endcall %}",
    "{% for a in inputs.l recursive %}{{ loop(inputs.l) }}{% endfor %}",
    "{% for a in inputs.l %}{% for b in inputs.l %}{% for c in inputs.l %}{% endfor %}{% endfor %}{% endfor %}",
    "{% for a in inputs.l %}" * 4 + "{% endfor %}" * 4,
    "{% for a in inputs.l %}{{ inputs.l }}{% endfor %}",
    "{% for a in [inputs.l | join('x' ~ 'y')] %}{% for b in [" + "a ~ " * 80 + "a] %}{{ " + "b ~ " * 80 + "b }}{% endfor %}{% endfor %}",
    "{{ loop.cycle('a') }}",
    "{{ inputs.quarter.__class__ }}",
    "{{ self }}",
    "{% do inputs.l.append(1) %}",
    "{% debug %}",
    "{{ x",
    "x" * 20_001,
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE_TEMPLATES, ids=[text[:40] for text in HOSTILE_TEMPLATES])
def test_hostile_templates_are_errors(text: str) -> None:
    with pytest.raises(ExpressionError):
        Template.compile(text).render(CONTEXT)


def test_data_is_not_code() -> None:
    # What a practice types is never rendered as a template.
    assert Template.compile("{{ said }}").render({"said": "{{ 7 * 7 }}"}) == "{{ 7 * 7 }}"


def test_evaluating_changes_nothing() -> None:
    context = {"a": [1, 2], "b": {"c": 1}}
    Template.compile("{% for x in a %}{{ x }}{% endfor %}{{ a | sort(reverse=true) }}{{ b.c }}").render(
        context
    )
    assert context == {"a": [1, 2], "b": {"c": 1}}
