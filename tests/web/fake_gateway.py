"""A gateway in memory: one practice's figures, checked for real, and a record of everything that was changed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from definitions.language.expressions import Forgiving, compile_cached, template_cached
from definitions.models.fields import Check, FormField, FormItem, RepeatedGroup
from definitions.models.replies import ReplyKind
from engine.dates.clock import VirtualClock
from engine.events.workflow import Actor
from engine.forms.answers import AnswerProblem, CheckedAnswers, check_answers
from engine.forms.presentation import draw_form
from notifications.links import Links, sha256_of
from store.protocol import LinkRow, WorkflowRow
from web.views import (  # fmt: skip
    AssignmentPage,
    Contact,
    ConversationLine,
    Invalid,
    LaunchReceipt,
    Refused,
    ResponseReceipt,
    ShownResult,
    StandingAnswer,
    Warned,
    WebSettings,
)

START = datetime(2027, 1, 6, 9, 30, tzinfo=UTC)
NHS_NUMBER = "943 476 5919"
ASSIGNMENT = "w1.practice_return.1.Y90001.practice_manager"
TOKEN = "test-api-token"
HOSTILE = "<script>alert('x')</script><img src=x onerror=alert(1)>\"'>"

FORM: list[FormItem] = [
    RepeatedGroup.model_validate(
        {
            "repeat": "inputs.indicators",
            "as": "indicator",
            "title": "{{ indicator.id }}: {{ indicator.name }}",
            "fields": [
                {"id": "result", "type": "ratio", "label": "{{ indicator.name }}", "allow_unknown": True,
                 "help": "From the search named in the email",
                 "warn": "result.denominator differs from previous by 15%",
                 "warn_message": "{{ indicator.name }}: the denominator was {{ previous.result.denominator }} last time. Is it right?"},
                {"id": "on_track", "type": "choice", "label": "On track for year end", "options": ["yes", "at risk", "no"]},
            ],
        }
    ),
    FormField(id="search_run_on", type="date", label="When was the search run?", min="1 day after quarter_end"),
    FormField(id="clinics", type="yes/no", label="Will you hold extra clinics?"),
    FormField(id="clinic_cost", type="money", label="What will they cost?", show_if="clinics == 'yes'"),
    FormField.model_validate(
        {"id": "sessions", "type": "table", "label": "Extra sessions", "required": False,
         "columns": [{"id": "who", "label": "Who"}, {"id": "on", "type": "date", "label": "Day"},
                     {"id": "cost", "type": "money", "label": "Cost"},
                     {"id": "booked", "type": "yes/no", "label": "Booked", "required": False}]}
    ),
    FormField(id="wishes", type="choices", label="What would help?", options=["Searches", "Phone calls", "Nothing"], required=False),
    FormField(id="evidence", type="file", label="Search report", required=False),
    FormField(id="note", type="long text", label="Anything the PCN should know", required=False),
    FormField(id="nothing_identifiable", type="attestation", label="Counts only",
              statement="These are counts only; nobody can be identified."),
]  # fmt: skip
CHECKS = [Check(check="search_run_on <= today", message="The search cannot have been run in the future")]
CONTEXT: dict[str, Any] = {
    "inputs": {"indicators": [{"id": "LD01", "name": "Learning disability health checks"}, {"id": "CAN-02", "name": "FIT tests"}]},
    "previous": Forgiving({"indicators": {"LD01": {"result": {"numerator": 20, "denominator": 40}}}}),
    "today": date(2027, 1, 6),
}  # fmt: skip
GOOD: dict[str, Any] = {
    "indicators": {
        "LD01": {"result": {"numerator": 30, "denominator": 41}, "on_track": "yes"},
        "CAN-02": {"result": "unknown", "on_track": "no"},
    },
    "search_run_on": "2027-01-05",
    "clinics": "no",
    "nothing_identifiable": True,
}
#: The same as a browser sends it.
TYPED = {
    "f.indicators.LD01.result.numerator": "30", "f.indicators.LD01.result.denominator": "41",
    "f.indicators.LD01.on_track": "yes",
    "f.indicators.CAN-02.result.unknown": "yes", "f.indicators.CAN-02.on_track": "no",
    "f.search_run_on.day": "5", "f.search_run_on.month": "1", "f.search_run_on.year": "2027",
    "f.clinics": "no", "f.nothing_identifiable": "yes",
    "name": "Priya Shah", "role": "Practice manager",
}  # fmt: skip


class Words:
    def expression(self, text: str, context: Mapping[str, Any]) -> Any:
        return compile_cached(text).evaluate(context)

    def template(self, text: str, context: Mapping[str, Any]) -> str:
        return template_cached(text).render(context)

    def moment(self, text: str) -> date | None:
        return date(2027, 1, 1) if text == "1 day after quarter_end" else date.fromisoformat(text)


def row(workflow_id: str = "w1") -> WorkflowRow:
    return WorkflowRow(
        workflow_id, 3, "iif-quarter-close", 1, "b" * 64, "IIF Q3 2026/27", "U12345", "Harbour Vale PCN", "l1", "b1",
        "", "open", False, START, None, START + timedelta(days=7), "3 practices",
    )  # fmt: skip


class FakeGateway:
    """`changes` lists everything that was asked to change, in order."""

    def __init__(self) -> None:
        self.changes: list[tuple[str, Any]] = []
        self.links: dict[str, LinkRow] = {}
        self.values: dict[str, Any] | None = None
        self.more: dict[str, Any] = {}
        self.refuse: Exception | None = None

    def checked(self, answers: Mapping[str, Any]) -> CheckedAnswers:
        return check_answers(FORM, CHECKS, answers, CONTEXT, Words())

    async def link(self, sha256: str) -> LinkRow | None:
        return self.links.get(sha256)

    async def page(self, assignment_id: str, *, to_manager: bool = False) -> AssignmentPage | None:
        if assignment_id != ASSIGNMENT:
            return None
        page = AssignmentPage(
            assignment=ASSIGNMENT,
            pcn="Harbour Vale PCN",
            reference="IIF Q3 2026/27",
            title="Your figures for Q3",
            why="The PCN is paid on its total, so every practice’s figures count.",
            takes="10 minutes",
            organisation="Elm Tree Surgery",
            asked="Priya Shah",
            role="practice manager",
            status="open",
            due="Friday 15 January 2027, 17:00",
            due_explained="10 working days after Thu 31 Dec 2026, which is day 0; Fri 1 January (New Year’s Day) and "
            "weekends skipped: due Fri 15 January, 17:00.",
            silence="Saying nothing never counts as an answer. A missing practice is named, and never estimated.",
            next=("Tue 12 January: a line in your weekly email", "Tue 19 January: an offer of help",
                  "Fri 22 January: the PCN manager rings you"),
            form=tuple(draw_form(FORM, CONTEXT, Words(), self.values)),
            previous=(("Learning disability health checks", "20 of 40"),),
            unverified=("The thresholds of 2026/27 are not confirmed by anybody yet",),
            manager=Contact("Sam Reed", "sam.reed@example.org", "01632 960001"),
        )  # fmt: skip
        if self.values is not None:
            page = replace(
                page,
                status="answered",
                standing=StandingAnswer(
                    "Priya Shah", "Practice manager", "Wed 6 January 2027, 09:30", len(self.taken)
                ),
            )
        return replace(page, **self.more)

    @property
    def taken(self) -> list[tuple[str, Any]]:
        return [change for change in self.changes if change[0] == "respond"]

    async def check(self, assignment_id: str, answers: Mapping[str, Any]) -> Sequence[AnswerProblem]:
        if self.refuse:
            raise self.refuse
        return self.checked(answers).problems

    async def respond(
        self,
        assignment_id: str,
        answers: Mapping[str, Any],
        actor: Actor,
        *,
        anyway: bool = True,
        seen: int | None = None,
    ) -> ResponseReceipt:
        if self.refuse:
            raise self.refuse
        if assignment_id != ASSIGNMENT:
            raise Refused("not_found", "There is no such assignment; check its id.")
        checked = self.checked(answers)
        if checked.problems:
            raise Invalid(checked.problems)
        if checked.warnings and not anyway:
            raise Warned(checked.warnings)
        self.values = checked.values
        self.changes.append(("respond", (checked.values, actor)))
        return ResponseReceipt(len(self.taken), False, checked.warnings)

    async def reply(
        self, assignment_id: str, kind: ReplyKind, text: str, until: date | None, actor: Actor
    ) -> None:
        if self.refuse:
            raise self.refuse
        self.changes.append(("reply", (kind, text, until, actor)))

    async def keep_file(self, name: str, content: bytes) -> str:
        self.changes.append(("file", name))
        return hashlib.sha256(content).hexdigest()

    async def launch(
        self,
        definition: str,
        pcns: Sequence[str],
        inputs: Mapping[str, Any],
        actor: Actor,
        idempotency_key: str,
    ) -> LaunchReceipt:
        if self.refuse:
            raise self.refuse
        repeated = ("launch", idempotency_key) in self.changes
        self.changes.append(("launch", idempotency_key))
        return LaunchReceipt("l1", tuple(f"w-{pcn}" for pcn in pcns), repeated)

    async def hold(self, workflow_id: str, reason: str, actor: Actor) -> None:
        self._known(workflow_id)
        self.changes.append(("hold", reason))

    async def lift(self, workflow_id: str, reason: str, actor: Actor) -> None:
        self._known(workflow_id)
        self.changes.append(("lift", reason))

    def _known(self, workflow_id: str) -> None:
        if workflow_id != "w1":
            raise Refused("not_found", "There is no such workflow; GET /api/workflows lists them.")

    async def workflows(
        self, *, pcn: str = "", definition: str = "", status: str = "", limit: int = 100
    ) -> Sequence[WorkflowRow]:
        return [row()]

    async def workflow(self, workflow_id: str) -> Mapping[str, Any] | None:
        return {"workflow_id": "w1", "steps": []} if workflow_id == "w1" else None


@dataclass(frozen=True)
class Email:
    id: str
    at: datetime
    to: str
    subject: str
    text: str
    html: str


class FakeOutbox:
    def __init__(self) -> None:
        self.kept = [
            Email("m1", START, "priya.shah@elmtree.example", "Q3 figures: 10 minutes, by Fri 15 January",
                   "Dear Priya,\n\nplease open http://127.0.0.1:4200/a/x\n", "<html><head></head><body><p>Dear <b>Priya</b></p></body></html>"),
            Email("m2", START, "tom@oak.example", HOSTILE, HOSTILE, HOSTILE),
        ]  # fmt: skip

    def emails(self, limit: int = 200) -> Sequence[Email]:
        return self.kept[:limit]

    def email(self, id: str) -> Email | None:
        return next((email for email in self.kept if email.id == id), None)


LINKS = Links(b"s" * 32, "http://127.0.0.1:4200")
SETTINGS = WebSettings(secret=b"f" * 32, api_token=TOKEN)


def live_link(
    gateway: FakeGateway, *, revoked: bool = False, expires: datetime = START + timedelta(days=90)
) -> str:
    """The path of a link to the assignment, known to the gateway."""
    token = LINKS.token(ASSIGNMENT)
    gateway.links[sha256_of(token)] = LinkRow(sha256_of(token), ASSIGNMENT, expires, revoked)
    return f"/a/{token}"


def shown(gateway: FakeGateway) -> None:
    """Everything a page can show at once."""
    gateway.more = {
        "shown": (ShownResult("Where the PCN stands", "The PCN is **12** short.", ("Practice", "Done"), (("Elm Tree", "30 of 41"),)),),
        "conversation": (ConversationLine("question", "Which search?", "Priya Shah", "Tue 5 January", "The one in the pack."),),
        "held": "Held since Mon 4 January: the search was wrong.",
    }  # fmt: skip


def clock() -> VirtualClock:
    return VirtualClock(START)
