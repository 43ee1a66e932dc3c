"""The lines of the demonstration: short, and no less true."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest

from audit.story import StoryWriter
from cli.demo.screen import Screen, brief, cut, people
from engine.decisions.advance import ANSWERED
from tests.engine.stages import do, staged

PLACES = {
    "Jo Marsh": "Elm Tree Surgery",
    "Beth Carter": "Quayside Surgery",
    "Priya Nair": "The Willows Practice",
}


def line(event: str, **facts: Any) -> dict[str, Any]:
    return {"text": "The whole sentence.", "facts": {"event": event, **facts}}


def answer(who: str = "Jo Marsh", place: str = "Elm Tree Surgery", **facts: Any) -> dict[str, Any]:
    known = {
        "step": "Your figures",
        "outcome": "answered",
        "late": False,
        "number": 1,
        "counts": True,
        "warnings": [],
    }
    return line("ResponseReceived", who=who, place=place, **{**known, **facts})


def closed(**facts: Any) -> dict[str, Any]:
    known = {
        "step": "Your figures",
        "outcome": "answered",
        "because": "enough is in",
        "missing": [],
    }
    return line("StepClosed", **{**known, **facts})


def test_what_several_practices_answered_is_one_line() -> None:
    told = list(brief(answer(name, place) for name, place in PLACES.items()))
    assert told == [
        "3 practices answered “Your figures”: Elm Tree Surgery, Quayside Surgery and The Willows Practice"
    ]


@pytest.mark.parametrize(
    ("full", "short"),
    [
        (answer(), "Jo Marsh, Elm Tree Surgery, answered “Your figures”."),
        (answer(late=True), "Jo Marsh, Elm Tree Surgery, answered “Your figures”, late."),
        (answer("Dr Nina Hassan", "Harbour Vale PCN", step="Declare", outcome="signed"),
         "Dr Nina Hassan answered “Declare”: signed."),
        (answer(number=2, counts=False, warnings=["the count fell"]),
         "Jo Marsh, Elm Tree Surgery, answered “Your figures”. It amends answer 1. It does not count towards closing. "
         "Looked unusual: the count fell."),
        (line("AssignmentOpened", step="Your figures", attempt=1, due="Fri 15 Jan 2027",
              people=["Sam Lee for Jo Marsh", "Daniel Frost"]),
         "Asked for “Your figures”, due Fri 15 Jan 2027: Sam Lee for Jo Marsh and Daniel Frost"),
        (line("WorkflowLaunched", who="Asha Patel", definition="iif-quarter-close"),
         "Asha Patel launched it (iif-quarter-close)."),
        (closed(because="enough is in (80% of list size)", missing=["The Willows"]),
         "“Your figures” closed: enough is in (80% of list size). Missing, and not estimated: The Willows."),
        (closed(outcome="approved"), "The whole sentence."),
        (line("HoldPlaced"), "The whole sentence."),
    ],
)  # fmt: skip
def test_a_line_is_shortened_without_its_meaning(full: dict[str, Any], short: str) -> None:
    assert list(brief([full])) == [short]


def test_what_an_answer_has_said_already_is_not_said_again() -> None:
    assert list(brief([closed(outcome="approved", because=ANSWERED), line("AssignmentEnded")])) == []
    assert len(list(brief([closed(because=ANSWERED, missing=["The Willows"])]))) == 1


def test_a_whole_process_is_told_from_what_the_audit_gives() -> None:
    stage = staged("iif-quarter-close", "2026-12-15 09:00")
    do(stage, answer="confirm_set")
    do(stage, clock="2027-01-04 09:00")
    do(stage, everyone_answers="practice_return")
    told = list(brief(asdict(each) for each in StoryWriter(stage.state).lines(stage.events)))
    assert told[0] == "Asha Patel launched it (iif-quarter-close)."
    assert any(each.startswith("5 practices answered “") and "Elm Tree Surgery" in each for each in told)
    assert any(each.startswith("Asked for “") and ", due Fri 15 Jan 2027: " in each for each in told)
    assert not any("it was answered" in each for each in told)


def test_lines_stand_under_their_day_and_end_at_a_word(capsys: pytest.CaptureFixture[str]) -> None:
    screen = Screen()
    screen.emails(
        "Tue 15 Dec 2026", [("Jo Marsh <jo@x.example>", "Figures"), ("Beth Carter <b@x.example>", "Figures")]
    )
    screen.story(
        "Process, from Monday", "Tue 15 Dec 2026", [{"text": "word " * 60, "facts": {"event": "HoldPlaced"}}]
    )
    day, email, line = capsys.readouterr().out.strip().splitlines()
    assert day == "Tue 15 Dec 2026"
    assert email.endswith("Jo Marsh and Beth Carter: Figures")
    assert line.startswith("  Process  ") and line.endswith("word …") and len(line) <= 140


def test_people_and_words() -> None:
    assert people(["Jo"]) == "Jo"
    assert people(["A", "B", "C", "D", "E", "F"]) == "A, B, C, D and 2 more"
    assert cut("three short words", 13) == "three short …"
