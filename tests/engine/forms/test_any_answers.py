"""Any form with any answers: what is taken is settled, and sample answers are always taken."""

from __future__ import annotations

import json
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from definitions.models.fields import FormField, FormItem, RepeatedGroup
from engine.forms.answers import check_answers
from engine.forms.samples import sample_answers
from tests.engine.forms.form_fields import (
    CONTEXT,
    OPTIONS,
    POSTS,
    TYPES,
    Words,
    check,
    messages,
    one,
)


def _fields() -> st.SearchStrategy[FormField]:
    numbers = st.integers(-50, 50)

    @st.composite
    def build(draw: st.DrawFn) -> FormField:
        type_ = draw(st.sampled_from(TYPES))
        more: dict[str, Any] = {"required": draw(st.booleans()), "allow_unknown": draw(st.booleans())}
        if type_ in ("integer", "decimal", "money") and draw(st.booleans()):
            low = draw(numbers)
            more |= {"min": low, "max": low + draw(st.integers(0, 20))}
        if type_ == "date" and draw(st.booleans()):
            more["min"] = "1 day after quarter_end"
        if type_ in ("choice", "choices", "decision"):
            more["options"] = OPTIONS
        if type_ == "table":
            more["columns"] = POSTS
            more["rows"] = draw(st.sampled_from([None, "['GP', 'Nurse']"]))
        return one(type_, **more)

    return build()


@st.composite
def forms(draw: st.DrawFn) -> list[FormItem]:
    fields = draw(st.lists(_fields(), min_size=1, max_size=6))
    form: list[FormItem] = [field.model_copy(update={"id": f"f{n}"}) for n, field in enumerate(fields)]
    if draw(st.booleans()):
        form.append(
            RepeatedGroup.model_validate(
                {"repeat": "inputs.indicators", "as": "indicator", "fields": [fields[0]]}
            )
        )
    return form


@settings(max_examples=200, deadline=None)
@given(forms(), st.integers())
def test_sample_answers_always_pass_and_checking_twice_changes_nothing(
    form: list[FormItem], seed: int
) -> None:
    answers = sample_answers(form, CONTEXT, Words(), Random(seed))
    checked = check_answers(form, (), answers, CONTEXT, Words())
    assert messages(checked) == []
    assert checked.values == answers
    assert answers == sample_answers(form, CONTEXT, Words(), Random(seed))


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["yes", "15/1/2027", "1/2", "Q1", "12.50"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["day", "month", "numerator", "denominator", "role", "cost", "agreed", "name"]) | st.text(), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(_fields(), _JSON)
def test_anything_at_all_is_taken_or_refused_and_what_is_taken_is_settled(field: FormField, raw: Any) -> None:
    checked = check(field, answer=raw)
    if checked.ok:
        json.dumps(checked.values).encode()
        assert check(field, **checked.values).values == checked.values
