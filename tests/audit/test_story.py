"""The story in prose: each kind of event has its sentence, and no id stands where a name belongs."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from application.network_calendar import network_calendar
from audit.names import Names
from audit.sentences import sentence
from audit.story import StoryWriter
from definitions.loading.directory_file import load_directory
from definitions.loading.library import Library
from engine import events as e
from engine.events.kinds import KINDS, NOTHING
from engine.events.streams.directory import DirectoryChanged, DirectoryFollowed
from engine.simulation.rehearsal import Rehearsal, rehearse
from tests.cli.conftest import EXAMPLES

AT = datetime(2026, 12, 15, 9, tzinfo=UTC)
ASHA = e.Actor("Asha Patel", "pcn_manager", "U90001", "asha-patel", channel="web")
STEP = "practice_return"
ONE = f"rehearsal.{STEP}.1.Y90001.practice_manager"


@pytest.fixture(scope="module")
def future() -> Rehearsal:
    library, directory = Library(), load_directory(EXAMPLES / "harbour-vale.yaml")
    process = library.process(
        "iif-quarter-close", {"indicators": "iif-indicators-2025-26"}, network_calendar().to_data()
    )
    inputs = {"financial_year": "2026/27", "quarter": "Q3", "indicators": "iif-indicators-2025-26",
              "list_size_adjustment": "1", "board_date": "2027-02-11"}  # fmt: skip
    return rehearse(process, directory.pcn("U90001"), inputs, AT)


def _when() -> e.When:
    return e.When(datetime(2027, 1, 22, 17, tzinfo=UTC), False, "Because.")


def _told() -> e.Told:
    jo = e.Actor("Jo Marsh", "practice_manager", "Y90001", "jo-marsh", channel="told")
    return e.Told(jo, "by telephone", datetime(2027, 1, 5, 10, tzinfo=UTC))


SENTENCES: list[tuple[e.Body, str]] = [
    (e.WorkflowLaunched("iif-quarter-close", 2, "", "IIF Q3", "", "", {}, {}), "Asha Patel (PCN manager, Harbour Vale PCN) launched IIF Q3 for Harbour Vale PCN on the web page, on iif-quarter-close version 2."),
    (e.WorkflowLocked(STEP), "Locked by “Your figures for Q3”: what is done cannot change any more."),
    (e.ChildRequested(STEP, "evidence", {}, "w-child"), "“Your figures for Q3” started evidence (workflow w-child)."),
    (e.ChildRefused(STEP, "w-child", "nobody is the lead", 1, None), "“Your figures for Q3” could not start workflow w-child: nobody is the lead; it is not tried again."),
    (e.ChildClosed(STEP, "w-child", "Evidence Q3", "completed", ""), "Evidence Q3 (workflow w-child), which “Your figures for Q3” started, was completed."),
    (e.AssignmentOpened(ONE, STEP, 2, "Y90001", "practice_manager", "jo-marsh", "Jo Marsh", "", _when(), ()), "Asked for “Your figures for Q3” (attempt 2), due Fri 22 Jan 2027, 17:00: Jo Marsh (practice manager, Elm Tree Surgery)."),
    (e.WorkflowClosed("completed", "the last step closed"), "Closed, completed by Asha Patel (PCN manager, Harbour Vale PCN): the last step closed."),
    (e.WorkflowReopened(STEP, (STEP,), "it was right"), "Asha Patel (PCN manager, Harbour Vale PCN) opened it again, at “Your figures for Q3”: it was right."),
    (e.WorkflowHeld("half term"), "Asha Patel (PCN manager, Harbour Vale PCN) put it on hold: half term."),
    (e.PartHeld("half term", STEP, "Y90002"), "Asha Patel (PCN manager, Harbour Vale PCN) put on hold what is asked in “Your figures for Q3” of Oak House Medical Centre: half term."),
    (e.PartLifted(2, "it is over", "", "Y90002"), "Asha Patel (PCN manager, Harbour Vale PCN) lifted the hold on what is asked of Oak House Medical Centre: it is over. 2 working days were lost; internal dates moved on by that."),
    (e.HoldLifted(1), "Asha Patel (PCN manager, Harbour Vale PCN) lifted the hold. 1 working day was lost; internal dates moved on by that."),
    (e.LockLifted("a wrong figure"), "Asha Patel (PCN manager, Harbour Vale PCN) lifted the lock: a wrong figure."),
    (e.MembershipChanged({}, ("Y90002",), (), "it joined"), "Asha Patel (PCN manager, Harbour Vale PCN) changed the membership (Oak House Medical Centre joined): it joined."),
    (e.CalendarChanged("x", "a bank holiday was announced"), "The calendar changed: a bank holiday was announced."),
    (e.MembershipChanged({}, (), ("Y90003",), "a merger", {"Y90003": "Y90002"}, {"Y90002": 12000}), "Asha Patel (PCN manager, Harbour Vale PCN) changed the membership (The Willows Practice left and merged into Oak House Medical Centre; Oak House Medical Centre has 12,000 patients): a merger."),
    (e.InputCorrected("board_date", "2027-02-11", "2027-02-18", "it was typed wrongly", "IIF Q3"), "Asha Patel (PCN manager, Harbour Vale PCN) corrected board date from 2027-02-11 to 2027-02-18: it was typed wrongly."),
    (e.DateMoved("cut_off", "2027-05-21", "2027-05-28", "they need longer", "the ICB's email"), "Asha Patel (PCN manager, Harbour Vale PCN) moved cut off from 2027-05-21 to 2027-05-28, as the ICB's email says: they need longer."),
    (e.DateMoved("board", "2027-02-11", "2027-02-18", "illness"), "Asha Patel (PCN manager, Harbour Vale PCN) moved board from 2027-02-11 to 2027-02-18: illness."),
    (e.StepSkipped(STEP, 1, "not this quarter"), "“Your figures for Q3” was left out by Asha Patel (PCN manager, Harbour Vale PCN): not this quarter."),
    (e.StepClosed(STEP, 1, "done", "80% are in", ("Y90003",)), "“Your figures for Q3” closed (done): 80% are in. Missing, and not estimated: The Willows Practice."),
    (e.StepReopened(STEP, 2, "sent back", "Y90003"), "“Your figures for Q3” was opened again for The Willows Practice by Asha Patel (PCN manager, Harbour Vale PCN), attempt 2: sent back."),
    (e.DateRefused(STEP, 1, "bank holidays of 2030 are not known"), "A date of “Your figures for Q3” was not guessed; the manager was asked to see to it: bank holidays of 2030 are not known."),
    (e.ActionsSetOff(ONE, STEP, 1, "returned"), "That answer (returned) set off what the definition says should follow, while the others are still asked."),
    (e.AskedAgain(ONE, STEP, "it is in progress", _when(), ()), "“Your figures for Q3” of Elm Tree Surgery was asked again by Asha Patel (PCN manager, Harbour Vale PCN), for Fri 22 Jan 2027, 17:00: it is in progress."),
    (e.ShortfallRaised(STEP, 1, ("Y90003",), AT), "“Your figures for Q3” is short of The Willows Practice; the manager was asked how to go on."),
    (e.ShortfallDecided(STEP, 1, "proceed", "time is short"), "Asha Patel (PCN manager, Harbour Vale PCN) decided to go on with “Your figures for Q3” without what is missing: time is short."),
    (e.ResponseReceived(ONE, STEP, 2, {}, "answered", True, True), "Asha Patel (PCN manager, Harbour Vale PCN) answered “Your figures for Q3” of Elm Tree Surgery on the web page, late, amending the answer (number 2)."),
    (e.ResponseCarried(ONE, STEP, ONE), "The earlier answer to “Your figures for Q3” of Elm Tree Surgery stands."),
    (e.ReplyReceived(ONE, STEP, "more time", "a busy week", _when().at), "Asha Patel (PCN manager, Harbour Vale PCN) asked for more time until Fri 22 Jan 2027, 17:00 (“Your figures for Q3” of Elm Tree Surgery). “a busy week” Reminders stopped."),
    (e.ReplySettled(ONE, STEP, "fine"), "Asha Patel (PCN manager, Harbour Vale PCN) replied to Elm Tree Surgery: fine."),
    (e.ResponseReceived(ONE, STEP, 1, {}, "answered", True, True, told=_told()), "Jo Marsh (practice manager, Elm Tree Surgery) answered “Your figures for Q3” of Elm Tree Surgery by telephone on Tue 5 Jan 2027, 10:00, late; Asha Patel (PCN manager, Harbour Vale PCN) recorded it."),
    (e.ReplyReceived(ONE, STEP, "question", "Which search?", told=_told()), "Jo Marsh (practice manager, Elm Tree Surgery) asked a question (“Your figures for Q3” of Elm Tree Surgery) by telephone on Tue 5 Jan 2027, 10:00; Asha Patel (PCN manager, Harbour Vale PCN) recorded it. “Which search?” Reminders stopped."),
    (e.ReplySettled(ONE, STEP, "of course", _when(), "sam-lee"), "Asha Patel (PCN manager, Harbour Vale PCN) replied to Elm Tree Surgery, gave them until Fri 22 Jan 2027, 17:00, and asked Sam Lee instead: of course."),
    (e.ReplyUnsettled(ONE, STEP), "What Elm Tree Surgery had said was not settled yet; the manager was reminded."),
    (e.TimeGiven(_when().at, "half term", STEP, "Y90001", (ONE,)), "Asha Patel (PCN manager, Harbour Vale PCN) gave everyone still asked at Elm Tree Surgery until Fri 22 Jan 2027, 17:00 for “Your figures for Q3”: half term. The date of “Your figures for Q3” of Elm Tree Surgery is set from outside, and stays."),
    (e.HandedOver("jo-marsh", "sam-lee", "leave", (ONE,)), "Asha Patel (PCN manager, Harbour Vale PCN) asked Sam Lee for all that Jo Marsh was asked: leave."),
    (e.PromisePassed(ONE, STEP, AT), "The time Elm Tree Surgery had asked for passed without an answer; the manager was told."),
    (e.DeadlineMoved(ONE, STEP, None, _when(), "the hold"), "“Your figures for Q3” of Elm Tree Surgery is now due Fri 22 Jan 2027, 17:00: the hold."),
    (e.AssignmentReassigned(ONE, STEP, "jo-marsh", "sam-lee", "Sam Lee", "leave"), "Asha Patel (PCN manager, Harbour Vale PCN) asked Sam Lee instead of Jo Marsh for “Your figures for Q3” of Elm Tree Surgery: leave."),
    (e.RungClimbed(ONE, STEP, "offer", "offer of help", ("jo-marsh",)), "Chased “Your figures for Q3” of Elm Tree Surgery to Jo Marsh: offered help; the last email that goes by itself."),
    (e.RungClimbed(ONE, STEP, "call", "ring them", ("asha-patel",)), "Chased “Your figures for Q3” of Elm Tree Surgery: asked Asha Patel to ring them."),
    (e.RungSkipped(ONE, STEP, "due_today", "there was a reply"), "The chaser “due today” for Elm Tree Surgery was passed over: there was a reply."),
    (e.AskUndelivered(ONE, STEP, "their mail server refused the email that asks"), "Nobody chases Elm Tree Surgery by email: their mail server refused the email that asks."),
    (e.CallNoted(ONE, STEP, True, "it comes on Friday", date(2027, 1, 29)), "Asha Patel (PCN manager, Harbour Vale PCN) spoke with Elm Tree Surgery: it comes on Friday. Next step: Fri 29 Jan 2027."),
    (e.CallNoted(ONE, STEP, False, ""), "Asha Patel (PCN manager, Harbour Vale PCN) tried to reach Elm Tree Surgery and could not."),
    (e.CallDue(ONE, STEP), "There was no answer from Elm Tree Surgery by the day that had been noted; the manager was reminded."),
    (e.Nudged(ONE, STEP, "Any news?"), "Asha Patel (PCN manager, Harbour Vale PCN) reminded Elm Tree Surgery of “Your figures for Q3”: “Any news?”."),
    (e.SilenceCounted(ONE, STEP, "agreement"), "Elm Tree Surgery said nothing, which counts as agreement, as the first email said."),
    (e.AssignmentEnded(ONE, STEP, "the step closed"), "“Your figures for Q3” of Elm Tree Surgery ended without an answer: the step closed."),
    (DirectoryChanged((), "a new practice manager"), "Asha Patel (PCN manager, Harbour Vale PCN) changed the directory: a new practice manager."),
    (DirectoryFollowed(2, "2027-01-22"), "The workflows under way followed the directory"),
    (e.LinkRevoked("a" * 64, ONE, "passed on"), "Asha Patel (PCN manager, Harbour Vale PCN) revoked the link to “Your figures for Q3” of Elm Tree Surgery: passed on."),
    (e.TokenIssued("a" * 64, "jo-marsh", "U90001", "Jo Marsh", ("look",), AT, "the reporting tool"), "Asha Patel (PCN manager, Harbour Vale PCN) made a token of the API for Jo Marsh: the reporting tool."),
    (e.TokenRevoked("a" * 64, "Jo has left"), f"Asha Patel (PCN manager, Harbour Vale PCN) ended the token {'a' * 64} of the API: Jo has left."),
]  # fmt: skip


@pytest.mark.parametrize(("body", "told"), SENTENCES, ids=lambda each: type(each).__name__)
def test_a_sentence(future: Rehearsal, body: e.Body, told: str) -> None:
    event = e.Event("rehearsal", 1, AT, ASHA, "test", body)
    assert sentence(event, Names(future.ended)) == told


def test_every_sentence_is_here() -> None:
    told = {type(body) for body, _ in SENTENCES}
    assert told == {kind.body for kind in KINDS.values() if kind.story is not NOTHING}


def test_those_asked_at_once_stand_in_one_line_for_each_date(future: Rehearsal) -> None:
    lines = [
        line
        for line in StoryWriter(future.ended).lines(future.events)
        if "Asked for “Your figures for Q3”" in line.text
    ]
    assert sum(line.text.count("(practice manager, ") for line in lines) == 5
    assert all("Thu 31 Dec 2026" in line.why for line in lines)


def test_the_story_goes_forward_and_ends_with_how_it_closed(future: Rehearsal) -> None:
    lines = StoryWriter(future.ended).lines(future.events)
    assert [line.at for line in lines] == sorted(line.at for line in lines)
    assert lines[0].text.startswith("rehearsal (PCN manager, Harbour Vale PCN) launched IIF Q3 2026/27")
    assert any(line.text.startswith("Closed, completed") for line in lines[-3:])
