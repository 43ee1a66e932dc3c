"""Emails as they are really sent, one of each kind, for the tests and for looking at."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from engine.dates.clock import LONDON
from engine.events import Notice
from notifications.planner import Email
from notifications.sections import in_order

MANAGER = {"name": "Sam Patel", "email": "sam.patel@harbourvale.example", "phone": "0191 496 0123"}
FIGURES: dict[str, Any] = {
    "title": "Your figures for Q3",
    "why": "the PCN is paid on its total, so every practice's figures count",
    "takes": "10 minutes",
    "due": "Fri 15 January 2027, 5pm",
    "due_at": "2027-01-15T17:00:00+00:00",
    "due_why": "10 working days after the quarter ended on Thu 31 December 2026; Fri 1 January is New Year's Day",
    "silence": "saying nothing never counts as an answer; after the date the PCN goes on with the practices that "
    "answered, and names the ones that did not",
    "next": [
        "On Tue 12 January, if nothing has come, one line in your morning email",
        "On Fri 15 January an email, only if you have not started",
        "On Tue 19 January an offer of help",
        "After that no more emails: Sam rings you",
    ],
    "practice": "Elm Tree Surgery",
    "pcn": "Harbour Vale PCN",
    "reference": "IIF Q3 2026/27",
    "manager": MANAGER,
    "step_title": "Practice return",
}
CHOICES = [
    "It is nearly done, and only needs a few more days",
    "The search does not run, or the numbers look wrong",
    "Whoever does this is away",
    "We have a question first",
]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON).astimezone(UTC)


def notice(kind: str = "ask", id: str = "n1", **given: Any) -> Notice:
    facts = FIGURES | given.pop("facts", {})
    values: dict[str, Any] = {
        "person": "ruth", "name": "Ruth Bell", "email": "ruth.bell@elmtree.example", "organisation": "Y90001",
        "about": "iif-q3/practice_return/1/Y90001", "step": "practice_return",
        "subject": "Q3 learning disability and FIT figures: 10 minutes, by Fri 15 January",
        "not_before": at("2027-01-04 08:30"),
    } | given  # fmt: skip
    return Notice(id=id, kind=kind, facts=facts, **values)  # type: ignore[arg-type]


def email(*notices: Notice, now: datetime | None = None, urgent: bool = False) -> Email:
    first = notices[0]
    return Email(
        first.person, first.name, first.email, in_order(notices, now or at("2027-01-04 08:30")), urgent
    )


REMINDER = notice("reminder", "n2", subject="Coming up: Q3 figures, by Fri 15 January")
DUE_TODAY = notice("reminder", "n3", subject="Due today, if it is not on its way: Q3 figures")
OFFER = notice(
    "offer of help", "n4", subject="Still to come from Elm Tree: Q3 figures. Can I help?",
    facts={"choices": CHOICES, "text": ""},
)  # fmt: skip
TASK = notice(
    "task", "n5", person="sam", name="Sam Patel", email="sam.patel@harbourvale.example", organisation="U90000",
    subject="Please ring Elm Tree Surgery about Q3 figures",
    facts={
        "title": "Ring Ruth Bell at Elm Tree Surgery", "takes": "5 minutes", "due": "", "due_at": "", "due_why": "",
        "text": "Two emails have gone, and nothing has come back. A call does more now than a third email.",
        "why": "One practice's silence can cost all five the payment, and there is usually a reason worth hearing.",
        "silence": "", "next": ["Note what came of it on the page; no more emails go to the practice",
                                "On Wed 27 January, if it is still open, Dr Okafor is asked to speak with their GP lead"],
        "items": ["Asked Mon 4 January; due Fri 15 January", "Ruth Bell, 0191 496 0145", "Cover: Jo Reid"],
    },
)  # fmt: skip
QUESTION = notice(
    "question", "n6", person="sam", name="Sam Patel", email="sam.patel@harbourvale.example", organisation="U90000",
    subject="Elm Tree has a question about Q3 figures",
    facts={"text": "Do patients who moved in during December count?\n\nWe have several, and the search leaves them out.",
           "why": "", "takes": "", "silence": "", "next": ["Their clock has stopped until you answer"]},
)  # fmt: skip
TOLD = notice(
    "told", "n7", subject="Thank you: Q3 figures from Elm Tree are in",
    facts={"title": "Your Q3 figures are in, thank you", "why": "", "takes": "", "due": "", "due_at": "", "due_why": "",
           "silence": "", "text": "We have them, and there is nothing more to do. You can correct them until Sam closes the step.",
           "next": ["You hear how the quarter came out when it closes"]},
)  # fmt: skip
OUTCOME = notice(
    "outcome", "n8", subject="Q3 is closed. Here is how it came out", about="",
    facts={"title": "Q3 is closed", "why": "", "takes": "", "due": "", "due_at": "", "due_why": "", "silence": "", "next": [],
           "text": "All five practices answered, four of them on time. Thank you for your part in that.",
           "items": ["Learning disability health checks: on track", "FIT with urgent referrals: a little behind",
                     "The board agreed to offer Saturday clinics in February"]},
)  # fmt: skip
DECISION = notice(
    "decision", "n9", person="amara", name="Dr A. Okafor", email="a.okafor@harbourvale.example", organisation="U90000",
    about="iif-q3/cd_review/1/U90000", subject="Q3 position: please approve or send back, by Wed 27 January",
    facts={"title": "Approve the Q3 position", "practice": "", "attest": True, "due": "Wed 27 January 2027, 5pm",
           "due_at": "2027-01-27T17:00:00+00:00", "takes": "5 minutes", "on_behalf_of": "Dr Lena Frost",
           "why": "The clinical director declares what the PCN has achieved.",
           "due_why": "18 working days after the quarter ended", "next": ["Approved, it is locked and everyone hears"]},
)  # fmt: skip
OTHER_ASK = notice(
    "ask", "n10", about="access/plan/1/Y90001", subject="Access plan: your part, 30 minutes, by Fri 29 January",
    facts={"title": "Your part of the access plan", "due": "Fri 29 January 2027, 5pm",
           "due_at": "2027-01-29T17:00:00+00:00", "takes": "30 minutes", "due_why": "two weeks before the board meets",
           "why": "The ICB pays on the plan as a whole.", "reference": "Access plan 2027/28",
           "next": ["A reminder three working days before"]},
)  # fmt: skip
LATE_DAY = at("2027-01-19 08:30")
KINDS: dict[str, Email] = {
    "ask": email(notice()),
    "coming up": email(REMINDER),
    "due today": email(DUE_TODAY),
    "offer of help": email(OFFER),
    "task": email(TASK),
    "question": email(QUESTION),
    "told": email(TOLD),
    "outcome": email(OUTCOME),
    "decision": email(DECISION),
    "digest": email(OTHER_ASK, DUE_TODAY, TOLD, OUTCOME, now=at("2027-01-15 08:30")),
}
MOMENTS: dict[str, datetime] = {
    "due today": at("2027-01-15 09:00"), "offer of help": LATE_DAY, "digest": at("2027-01-15 08:30")
}  # fmt: skip


def link(about: Notice) -> str:
    return (
        "https://baton.harbourvale.example/a/WyJpaWYtcTMiLDBd.AzU8KUMNl34smoBBG2TnYXl67HIN"
        if about.about
        else ""
    )
