"""A type of field is one module: what it leaves out is found, and what it declares is enough for everything."""

from __future__ import annotations

import json
import types
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from definitions.loading.loader import load_definition
from definitions.models.field_types import FIELD_TYPES
from definitions.models.field_types.declaration import FieldSpec, FieldType, Sampling, View, Widget
from definitions.models.fields import FormField
from definitions.source.problems import DefinitionErrors
from definitions.source.typed_text import BadValue, as_text
from engine.forms.answers import check_answers
from engine.forms.presentation import draw_form
from engine.forms.samples import sample_answers
from tests.engine.forms.form_fields import CONTEXT, OPTIONS, Words
from web.practice.questions import questions

KEYS: dict[str, dict[str, Any]] = {
    "options": {"options": OPTIONS},
    "columns": {"columns": [{"id": "role", "label": "Role"}, {"id": "cost", "type": "money", "label": "Cost"}]},
    "statement": {"statement": "Counts only."},
}  # fmt: skip


def field(type_: str) -> FormField:
    return FormField.model_validate(
        {"id": "answer", "type": type_, "label": "Result", **KEYS.get(FIELD_TYPES[type_].needs, {})}
    )


FORM_TYPES = [name for name, type_ in FIELD_TYPES.items() if "form" in type_.places]


@pytest.mark.parametrize("name", FIELD_TYPES)
def test_every_type_declares_what_it_is(name: str) -> None:
    type_ = FIELD_TYPES[name]
    assert type_.places and type_.missing
    Draft202012Validator.check_schema(dict(type_.schema))
    doc = FIELD_TYPES.doc(name)
    assert doc.strip().startswith(f"{name}: ")
    assert f"type: {name}" in doc.split("Example::")[1]
    if type_.bounds != "day":
        assert type_.free == (type_.longest > 0)


@pytest.mark.parametrize("name", FORM_TYPES)
def test_a_made_up_answer_of_every_type_fits_its_schema_and_is_seen_shown_and_asked(name: str) -> None:
    type_, form = FIELD_TYPES[name], [field(name)]
    for seed in range(20):
        (value,) = sample_answers(form, CONTEXT, Words(), Random(seed)).values()
        Draft202012Validator(dict(type_.schema)).validate(value)
        assert form[0].shown(value)
        assert form[0].seen(value) is not None
        (drawn,) = draw_form(form, CONTEXT, Words(), {"answer": value})
        assert check_answers(form, (), {"answer": value}, CONTEXT, Words()).values == {"answer": value}
        (asked,) = questions([drawn])
        assert asked.component
        json.dumps(asked.params)


def test_a_module_that_declares_nothing_or_too_little_is_found() -> None:
    with pytest.raises(TypeError, match="declares no TYPE"):
        FIELD_TYPES.add(types.ModuleType("empty"))
    with pytest.raises(TypeError, match="schema"):
        FieldType(name="half")  # type: ignore[call-arg]
    twice = types.ModuleType("twice")
    twice.TYPE = FIELD_TYPES["text"]  # type: ignore[attr-defined]
    with pytest.raises(ValueError, match="declared twice"):
        FIELD_TYPES.add(twice)


# --- a type that Baton does not have: all there is of it stands here


def _read_postcode(ask: FieldSpec, given: Any) -> str:
    text = as_text(given, "a postcode").upper()
    if len(text.split()) != 2:
        raise BadValue("enter a postcode, for example LS1 4AP")
    return text


def _sample_postcode(ask: FieldSpec, sampling: Sampling) -> str:
    return f"LS{sampling.rng.randint(1, 9)} 4AP"


POSTCODE = FieldType(
    name="postcode",
    schema={"type": "string"},
    widget=Widget("line", width=10, spelling=False),
    missing="enter a postcode",
    read=_read_postcode,
    sample=_sample_postcode,
    keys=frozenset({"accept"}),
    shown=lambda value, view: f"{value} (postcode)",
    seen=lambda value, view: value.replace(" ", ""),
    hint=lambda ask: "Such as LS1 4AP",
)

DEFINITION = """\
id: sites
version: 1
title: Sites
summary: Where the practices are.
retention: corporate-6
sensitivity: aggregate
launch:
  by: [pcn_manager]
  reference: Sites
  inputs:
    - {id: start_at, type: postcode, label: Start at, default: ls1 4ap}
steps:
  - id: where
    kind: collect
    assign: {role: practice_manager, at: every practice}
    due: 5 working days after launch
    form:
      - {id: place, type: postcode, label: Where is it, warn: "place == 'LS14AP'", warn_message: That is the PCN's own}
"""


@pytest.fixture
def postcode() -> Iterator[None]:
    module = types.ModuleType("postcode")
    module.TYPE = POSTCODE  # type: ignore[attr-defined]
    FIELD_TYPES.add(module)
    yield
    FIELD_TYPES.remove("postcode")


def test_without_its_module_the_type_is_a_mistake() -> None:
    with pytest.raises(DefinitionErrors, match="'type' is 'postcode'; use one of"):
        load_definition(DEFINITION)


def test_a_made_up_type_is_loaded_asked_read_seen_sampled_and_shown(postcode: None) -> None:
    form = load_definition(DEFINITION).steps[0].form
    place = form[0]
    assert isinstance(place, FormField)

    checked = check_answers(form, (), {"place": " ls1 4ap"}, CONTEXT, Words())
    assert checked.values == {"place": "LS1 4AP"}
    assert [warning.message for warning in checked.warnings] == ["That is the PCN's own"]
    refused = check_answers(form, (), {"place": "LS1"}, CONTEXT, Words())
    assert [problem.message for problem in refused.problems] == [
        "Where is it: enter a postcode, for example LS1 4AP"
    ]
    missing = check_answers(form, (), {}, CONTEXT, Words())
    assert [problem.message for problem in missing.problems] == ["Where is it: enter a postcode"]

    (drawn,) = draw_form(form, CONTEXT, Words(), checked.values)
    (asked,) = questions([drawn])
    assert (asked.component, asked.params["width"], asked.params["value"]) == ("input", 10, "LS1 4AP")
    assert asked.params["hint"] == {"text": "Such as LS1 4AP."}
    assert sample_answers(form, CONTEXT, Words(), Random(1))["place"].endswith("4AP")
    assert place.shown("LS1 4AP", View()) == "LS1 4AP (postcode)"


def test_its_own_keys_and_defaults_are_checked_as_those_of_any_other(postcode: None) -> None:
    with pytest.raises(DefinitionErrors, match="a field of type postcode has no 'max_length'"):
        load_definition(DEFINITION.replace("label: Where is it,", "label: Where is it, max_length: 3,"))
    with pytest.raises(DefinitionErrors, match="the default 'ls1': enter a postcode, for example LS1 4AP"):
        load_definition(DEFINITION.replace("default: ls1 4ap", "default: ls1"))
