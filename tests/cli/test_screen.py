"""The lines of the demonstration: short, and no less true."""

from __future__ import annotations

import pytest

from cli.demo.screen import Screen, brief, cut, people

ANSWER = "{} (practice manager, {}) answered “Your figures” of {} on the web page."
PLACES = {
    "Jo Marsh": "Elm Tree Surgery",
    "Beth Carter": "Quayside Surgery",
    "Priya Nair": "The Willows Practice",
}


def test_what_several_practices_answered_is_one_line() -> None:
    told = list(brief(ANSWER.format(name, place, place) for name, place in PLACES.items()))
    assert told == [
        "3 practices answered “Your figures”: Elm Tree Surgery, Quayside Surgery and The Willows Practice"
    ]


@pytest.mark.parametrize(
    ("full", "short"),
    [
        (ANSWER.format("Jo Marsh", "Elm Tree Surgery", "Elm Tree Surgery"),
         "Jo Marsh, Elm Tree Surgery, answered “Your figures”."),
        ("Jo Marsh (practice manager, Elm Tree Surgery) answered “Your figures” of Elm Tree Surgery on the web page, late.",
         "Jo Marsh, Elm Tree Surgery, answered “Your figures”, late."),
        ("Dr Nina Hassan (clinical director, Harbour Vale PCN) answered “Declare” of Harbour Vale PCN on the web page: "
         "signed. Signed.", "Dr Nina Hassan answered “Declare”: signed."),
        ("Asked for “Your figures”, due Fri 15 Jan 2027, 17:00: Sam Lee for Jo Marsh (practice manager, Elm Tree Surgery); "
         "Daniel Frost (practice manager, Oak House Medical Centre).",
         "Asked for “Your figures”, due Fri 15 Jan 2027: Sam Lee for Jo Marsh and Daniel Frost"),
        ("Asha Patel (PCN manager, Harbour Vale PCN) launched IIF Q3 2026/27 for Harbour Vale PCN at the command line, on "
         "iif-quarter-close version 1.", "Asha Patel launched it (iif-quarter-close)."),
        ("“Your figures” closed (answered): enough is in (80% of list size). Missing, and not estimated: The Willows.",
         "“Your figures” closed: enough is in (80% of list size). Missing, and not estimated: The Willows."),
    ],
)  # fmt: skip
def test_a_sentence_is_shortened_without_its_meaning(full: str, short: str) -> None:
    assert list(brief([full])) == [short]


def test_that_an_answer_closed_its_step_is_not_said_again() -> None:
    assert list(brief(["“Approve” closed (approved): it was answered."])) == []


def test_lines_stand_under_their_day_and_end_at_a_word(capsys: pytest.CaptureFixture[str]) -> None:
    screen = Screen()
    screen.emails(
        "Tue 15 Dec 2026", [("Jo Marsh <jo@x.example>", "Figures"), ("Beth Carter <b@x.example>", "Figures")]
    )
    screen.story("Process, from Monday", "Tue 15 Dec 2026", ["word " * 60])
    day, email, line = capsys.readouterr().out.strip().splitlines()
    assert day == "Tue 15 Dec 2026"
    assert email.endswith("Jo Marsh and Beth Carter: Figures")
    assert line.startswith("  Process  ") and line.endswith("word …") and len(line) <= 140


def test_people_and_words() -> None:
    assert people(["Jo"]) == "Jo"
    assert people(["A", "B", "C", "D", "E", "F"]) == "A, B, C, D and 2 more"
    assert cut("three short words", 13) == "three short …"
