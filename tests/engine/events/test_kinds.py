"""The registry of events: nothing is left undeclared, and no room drops an event in silence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import engine.events as exported
from audit import line_facts, sentences
from audit.names import Names
from engine import events as e
from engine.events.codec import Record, from_record
from engine.events.declarations import AT, Of, Phrase, Sets
from engine.events.documents import named_in
from engine.events.kinds import (
    BY_CODE,
    KINDS,
    NOTHING,
    EventKind,
    IncompleteRegistry,
    Table,
    UnknownEvent,
    event,
    fields_of,
    kind_named,
)
from engine.events.post import LINKS, POST
from engine.events.streams.access import TOKENS
from engine.events.streams.directory import DIRECTORY
from engine.expressions.scope import Scope
from engine.notices import plan
from engine.state import fold
from store.projections import projector
from store.projections.tables import Tables
from tests.engine.worlds import World, simple

ROOMS: dict[str, Table[Any]] = {
    "folds": fold.FOLDS,
    "notifies": plan._NOTICES,
    "rows": projector._ROWS,
    "story": sentences._STORY,
}
ALL: dict[str, Any] = {
    "folds": NOTHING,
    "notifies": NOTHING,
    "rows": NOTHING,
    "story": NOTHING,
    "published": NOTHING,
}
AT_NINE = datetime(2027, 1, 4, 9, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Invented(e.Body):
    """A type of event that nobody declared."""

    step: str = ""


@pytest.fixture
def registry() -> Iterator[None]:
    """What a test registers is taken out again."""
    before = dict(KINDS)
    yield
    KINDS.clear()
    KINDS.update(before)


@pytest.mark.parametrize("left_out", ALL)
def test_no_declaration_can_be_left_out(left_out: str) -> None:
    with pytest.raises(TypeError, match=left_out):
        event(**{key: value for key, value in ALL.items() if key != left_out})


@pytest.mark.parametrize(
    "wrong", [{"folds": Sets("step", status=Of("outcome"))}, {"rows": Sets("step", due=Of("due.at"))}, {"explains": "new.explanation"}]
)  # fmt: skip
@pytest.mark.usefixtures("registry")
def test_a_field_that_the_event_lacks_cannot_be_declared(wrong: dict[str, Any]) -> None:
    with pytest.raises(IncompleteRegistry, match="no such field"):
        event(**{**ALL, **wrong})(Invented)


@pytest.mark.parametrize("aspect", ROOMS)
def test_a_room_without_the_code_that_an_event_asks_for_does_not_import(aspect: str) -> None:
    kind = EventKind(Invented, **{**ALL, aspect: BY_CODE})
    with pytest.raises(IncompleteRegistry, match="Invented"):
        ROOMS[aspect].complete([*KINDS.values(), kind])


@pytest.mark.parametrize("aspect", ROOMS)
def test_a_room_with_code_that_nothing_asks_for_does_not_import(aspect: str) -> None:
    asked = next(kind for kind in KINDS.values() if getattr(kind, aspect) is BY_CODE)
    with pytest.raises(IncompleteRegistry, match="nothing asks for"):
        ROOMS[aspect].complete([replace(asked, **{aspect: NOTHING})])
    ROOMS[aspect].complete()


@pytest.mark.parametrize(
    ("aspect", "declared"),
    [
        ("folds", Sets("step", colour="red")),
        ("rows", Sets("assignment", colour="red")),
        ("story", "{colour} was left out"),
        ("story", "{step:loudly} was left out"),
    ],
)
def test_a_room_refuses_a_declaration_it_cannot_read(aspect: str, declared: object) -> None:
    kind = EventKind(Invented, **{**ALL, aspect: declared})
    with pytest.raises(ValueError, match=r"colour|loudly"):
        ROOMS[aspect].complete([kind])
    ROOMS[aspect].complete()


def test_no_room_takes_an_event_that_nobody_declared() -> None:
    world = World(simple())
    unknown = e.Event("w1", world.state.version + 1, AT_NINE, e.BATON, "clock", Invented())
    scope = Scope(world.state, AT_NINE)
    for takes in (
        lambda: fold.apply(world.state, unknown, world.open_bundle),
        lambda: plan.plan(world.state, unknown, scope),
        lambda: projector.rows_after(unknown, Tables()),
        lambda: sentences.sentence(unknown, Names(world.state)),
        lambda: from_record(Record("w1", 1, "Invented", AT_NINE, b"{}", b"{}")),
        lambda: kind_named("Invented"),
    ):
        with pytest.raises(UnknownEvent, match="Invented"):
            takes()


@pytest.mark.parametrize("name", KINDS)
def test_every_event_can_be_named_and_says_what_it_is(name: str) -> None:
    assert getattr(exported, name) is KINDS[name].body and name in exported.__all__


def test_names_for_automations_are_each_event_s_own() -> None:
    published = [kind.published for kind in KINDS.values() if kind.published is not NOTHING]
    assert len(set(published)) == len(published)
    assert all(str(name).startswith("baton.") for name in published)


@pytest.mark.parametrize("name", [name for name, kind in KINDS.items() if kind.stream])
def test_an_event_of_another_stream_is_never_a_workflow_s(name: str) -> None:
    kind = KINDS[name]
    assert kind.stream in (POST, LINKS, DIRECTORY, TOKENS) and kind.folds is kind.notifies is NOTHING
    world = World(simple())
    body = kind.body.__new__(kind.body)
    strayed = e.Event("w1", world.state.version + 1, AT_NINE, e.BATON, "clock", body)
    with pytest.raises(fold.BrokenLog, match="baton store check"):
        fold.apply(world.state, strayed, world.open_bundle)


def test_a_workflow_is_launched_once() -> None:
    world = World(simple())
    again = replace(world.events[0], version=world.state.version + 1)
    with pytest.raises(fold.BrokenLog, match="launched twice"):
        fold.apply(world.state, again, world.open_bundle)


def test_what_is_put_into_a_phrase_is_not_read_as_one() -> None:
    phrase = Phrase("{reason} and {hold}", {"reason", "hold"}, ())
    assert phrase.fill(e.WorkflowHeld("{hold} {0.__class__}"), {"hold": "{reason}"}, {}) == (
        "{hold} {0.__class__} and {reason}"
    )


def test_a_part_in_brackets_is_told_only_where_its_values_are() -> None:
    phrase = Phrase(
        "moved[ from {old}] to {new}[ (asked by {who}, {role})].", {"old", "new", "who", "role"}, ()
    )
    body = e.DateMoved("board", "", "Friday", "late")
    assert phrase.fill(body, {"who": "Jo", "role": None}, {}) == "moved to Friday."
    assert phrase.fill(body, {"old": "[Monday]", "who": "Jo", "role": "CD"}, {}) == (
        "moved from [Monday] to Friday (asked by Jo, CD)."
    )


def test_values_set_are_constants_circumstances_and_parts_of_the_event() -> None:
    sets = Sets("step", outcome="skipped", closed_at=AT, due=Of("due.at"), text=Of("due.explanation", "none"))
    happened = e.Event("w1", 3, AT_NINE, e.BATON, "clock", e.StepOpened("ask", 1))
    from engine.state.workflow import StepState

    assert sets.getters(StepState)(happened) == {
        "outcome": "skipped",
        "closed_at": AT_NINE,
        "due": None,
        "text": "none",
    }


@pytest.mark.parametrize("fact", ["colour", "step:loudly"])
def test_a_fact_that_cannot_be_given_is_refused(fact: str) -> None:
    kind = EventKind(Invented, **ALL, facts=(fact,))
    with pytest.raises(ValueError, match=fact):
        line_facts._declared(kind)


def test_whatever_happens_in_another_stream_says_to_which_row() -> None:
    """The store loads the rows that a commit may change by these fields."""
    keys = {POST: "message_id", LINKS: "sha256"}
    changing = [kind for kind in KINDS.values() if kind.stream and kind.rows is not NOTHING]
    assert all(keys[kind.stream] in fields_of(kind.body) for kind in changing)


def test_the_documents_that_an_event_names() -> None:
    file = {"name": "a.csv", "sha256": "f" * 64, "size": 3}
    launched = next(iter(World(simple()).events))
    answered = e.ResponseReceived("a1", "ask", 1, {"rows": [{"scan": file}], "n": 2}, "answered", False, True)
    named = {
        e.CalendarChanged("b" * 64, "a bank holiday"): ["b" * 64],
        e.MessageSent("m1", "250 ok", 1, "c" * 64): ["c" * 64],
        e.MessageSent("m1", "250 ok", 1, ""): [],
        e.LinkRevoked("d" * 64, "a1", "passed on"): [],
    }
    for body, documents in named.items():
        assert list(named_in(replace(launched, body=body))) == documents
    assert list(named_in(replace(launched, body=answered))) == ["f" * 64]
    assert isinstance(launched.body, e.WorkflowLaunched) and launched.body.bundle in list(named_in(launched))


def test_each_event_is_declared_in_one_family() -> None:
    families = Path(exported.__file__).parent
    for name in KINDS:
        holding = [
            file.name for file in families.rglob("*.py") if f"class {name}(Body)" in file.read_text("utf-8")
        ]
        assert len(holding) == 1
