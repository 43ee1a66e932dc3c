"""What may be said instead of an answer stands in one table, and a new kind is known everywhere from there."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import TypeAdapter, ValidationError

from definitions.models.replies import REPLIES, ReplyKind
from definitions.models.scenario import ScenarioLine

ROOT = Path(__file__).parents[3]


def test_every_kind_says_everything_about_itself() -> None:
    for reply in REPLIES.values():
        assert all((reply.title, reply.button, reply.thanks, reply.asks, reply.asked, reply.form))
        asked = {field.id: field.required for field in reply.form}
        assert asked.get("until", False) is reply.needs_day
        assert asked["text"] is reply.needs_text


def test_only_the_kinds_of_the_table_are_taken_and_a_mistake_is_told_with_them() -> None:
    kind = TypeAdapter(ReplyKind)
    assert [kind.validate_python(each) for each in REPLIES] == list(REPLIES)
    with pytest.raises(ValidationError, match="more time, not ours, question"):
        kind.validate_python("later")
    with pytest.raises(ValidationError):
        ScenarioLine.model_validate({"reply": "later", "to": "a_step"})
    assert kind.json_schema() == {"type": "string", "enum": list(REPLIES)}


def test_no_other_module_spells_the_kinds_out() -> None:
    written = [f'"{kind}"' for kind in REPLIES if " " in kind]
    rooms = ("audit", "application", "cli", "definitions", "engine", "flows", "notifications", "store", "web")
    found = {
        str(file.relative_to(ROOT))
        for room in rooms
        for ending in ("*.py", "*.jinja", "*.j2")
        for file in (ROOT / room).rglob(ending)
        if any(each in file.read_text(encoding="utf-8") for each in written)
    }
    assert found == {"definitions/models/replies.py"}
