"""Conditions of a form: what nobody gave leaves one open; anything else that is wrong with it is said."""

from __future__ import annotations

from typing import Any

import pytest

from definitions.language.expressions import ExpressionError, Forgiving
from engine.forms.conditions import holds
from tests.engine.forms.form_fields import Words

ROWS = [{"cost": 4}, {"cost": None}]


@pytest.mark.parametrize(
    ("condition", "names"),
    [
        ("left > 3", {"left": None}),
        ("left > 3", {"left": "unknown"}),
        ("result.numerator > 3", {"result": None}),
        ("left > previous.left", {"left": 4, "previous": Forgiving()}),
        ("indicators.LD01.result > 3", {"indicators": {"LD01": {"result": None}}}),
        ("rows | map(attribute='cost') | max > 3", {"rows": ROWS}),
    ],
)
@pytest.mark.parametrize("gaps", [True, False])
def test_what_nobody_gave_leaves_it_open(condition: str, names: dict[str, Any], gaps: bool) -> None:
    assert holds(condition, {**names, "other": 1}, Words(), gaps) is gaps


@pytest.mark.parametrize(
    ("condition", "code"),
    [
        ("left > word", "BD501"),
        ("left / 0 > 1", "BD501"),
        ("nothing > 1", "BD303"),
        ("[" + ", ".join(["'x' | replace('x', long)"] * 40) + "] | length and other > 1", "BD502"),
    ],
)
def test_a_gap_elsewhere_excuses_nothing(condition: str, code: str) -> None:
    names = {"left": 4, "word": "x", "long": "y" * 190_000, "other": None}
    with pytest.raises(ExpressionError) as error:
        holds(condition, names, Words(), gaps=False)
    assert error.value.code == code
