"""What somebody answers in a file is the text that stands there, whatever YAML makes of it elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli import arguments
from definitions.loading.directory_file import read_directory
from definitions.loading.loader import load_definition, load_shape
from definitions.models.fields import FormField
from definitions.models.scenario import Scenarios
from definitions.source.reader import read_text
from engine.forms.answers import check_answers
from tests.definitions.models.test_field_types import DEFINITION
from tests.engine.forms.form_fields import CONTEXT, Words

SPELLINGS = [
    "2026.10", "0042", "42", "+447700900123", "1e5", "0x1F", "0o17", "1_000", ".5", "5.", "-0", "007", "12:30", "2026-02-30",
    "2027-01-15", "yes", "no", "on", "off", "Yes", "true", "True", "FALSE", "null", "Null", "NULL", ".inf", ".nan", "1.2.3", "08",
    "3/4", "6E2", "1E1", "00", "1234567890123456789",
]  # fmt: skip


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_plain_value_is_kept_as_it_was_written(spelling: str, tmp_path: Path) -> None:
    file = tmp_path / "answers.yaml"
    file.write_text(
        f"round: {spelling}\nrows:\n  - {{code: {spelling}}}\nagain: &x {spelling}\nonce_more: *x\n",
        encoding="utf-8",
    )
    found = arguments.values([], file, "--answer")
    assert found == {
        "round": spelling,
        "rows": [{"code": spelling}],
        "again": spelling,
        "once_more": spelling,
    }
    assert arguments.values([f"round={spelling}"], None, "--answer") == {"round": spelling}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_every_text_takes_it_as_it_was_written(spelling: str) -> None:
    given = read_text(
        f"a: {spelling}\nb: {spelling}\nc: {spelling}\nd: {spelling}\ne: [{{f: {spelling}}}]\n",
        "answers.yaml",
    ).texts
    form = [
        FormField(id="a", type="text"),
        FormField(id="b", type="long text"),
        FormField(id="c", type="person"),
        FormField(id="d", type="choice", options=["other", spelling]),
        FormField.model_validate({"id": "e", "type": "table", "columns": [{"id": "f", "label": "F"}]}),
    ]
    checked = check_answers(form, (), given, CONTEXT, Words())
    assert checked.problems == ()
    assert checked.values == given


def test_other_types_read_what_was_written() -> None:
    given = read_text("a: 1,234\nb: 1234\nc: true\nd: no\ne: 2027-01-15\nf: 0.80\n", "answers.yaml").texts
    form = [
        FormField(id="a", type="integer"), FormField(id="b", type="money"), FormField(id="c", type="attestation", statement="Yes."),
        FormField(id="d", type="yes/no"), FormField(id="e", type="date"), FormField(id="f", type="fte"),
    ]  # fmt: skip
    checked = check_answers(form, (), given, CONTEXT, Words())
    assert checked.problems == ()
    assert {key: checked.values[key] for key in "abdef"} == {
        "a": 1234,
        "b": "1234.00",
        "d": "no",
        "e": "2027-01-15",
        "f": "0.80",
    }


def test_nothing_is_nothing_and_null_is_nothing_in_json_alone() -> None:
    assert read_text("a:\nb: ~\nc: ''\nd: null\n", "f").texts == {"a": None, "b": None, "c": "", "d": "null"}
    assert read_text('{"a": null, "b": "null", "c": 2026.10, "d": true}', "f").texts == {
        "a": None, "b": "null", "c": "2026.10", "d": "true"
    }  # fmt: skip


def test_json_on_the_command_line_keeps_its_spelling() -> None:
    assert arguments.values(['rows=[{"code": 2026.10}, {"code": 7}]'], None, "--answer") == {
        "rows": [{"code": "2026.10"}, {"code": "7"}]
    }


def test_adopted_inputs_of_a_directory_are_as_written() -> None:
    directory = read_directory(
        "pcns:\n"
        "  - code: U90001\n    name: Harbour Vale\n"
        "    practices: [{code: Y90001, name: Elm Tree, list_size: 8000}]\n"
        "    people: [{id: priya, name: Priya Nair, email: priya@example.org}]\n"
        "    roles: [{person: priya, role: pcn_manager, at: U90001}]\n"
        "    adopted:\n      - {definition: sites, inputs: {round: 2026.10, pack: 0042, nested: [1e5, {deep: yes}]}}\n"
    )
    (adopted,) = directory.pcns[0].adopted
    assert adopted.inputs == {"round": "2026.10", "pack": "0042", "nested": ["1e5", {"deep": "yes"}]}
    assert directory.pcns[0].practices[0].list_size == 8000


def test_a_scenario_gives_and_answers_as_written() -> None:
    text = (
        "definition: sites\n"
        'given: {directory: d.yaml, pcn: U90001, at: "2026-12-15 09:00", inputs: {round: 2026.10}}\n'
        "scenarios:\n"
        "  - scenario: one\n"
        "    play:\n"
        "      - {answer: where, with: {pack: 0042, rows: [{code: 1e5}]}}\n"
        "      - expect: {count: 2, step: where}\n"
    )
    found = load_shape(read_text(text, "sites.test.yaml"), Scenarios)
    assert found.given is not None and found.given.inputs == {"round": "2026.10"}
    line, expected = found.scenarios[0].play
    assert line.with_ == {"pack": "0042", "rows": [{"code": "1e5"}]}
    assert expected.expect is not None and expected.expect.count == 2  # type: ignore[union-attr]


def test_options_and_defaults_of_a_definition_are_as_written() -> None:
    text = DEFINITION.replace(
        "- {id: start_at, type: postcode, label: Start at, default: ls1 4ap}",
        "- {id: round, type: choice, options: [2026.10, 2026.1, 0042, yes, true], default: 2026.10}",
    ).replace(
        "type: postcode, label: Where is it, warn: \"place == 'LS14AP'\", warn_message: That is the PCN's own",
        "type: text",
    )
    declared = load_definition(text).launch.inputs[0]
    assert declared.options == ["2026.10", "2026.1", "0042", "yes", "true"]
    assert declared.default == "2026.10"
