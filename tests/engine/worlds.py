"""Small definitions that use every kind of step and every key between them, and a PCN where things happen.

Each definition is loaded and checked as one of the library is, with the ladders that ship.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from definitions.loading.bank_holidays import bank_holidays
from definitions.loading.bundle import Bundle, Process, open_bundle
from definitions.loading.library import SHIPPED, Library
from definitions.loading.loader import load_definition
from definitions.models.directory import Pcn
from engine import commands
from engine import events as e
from engine.dates.calendar import Calendar
from engine.decisions.draft import Decision
from engine.state.workflow import WorkflowState

MANAGER = e.Actor("Asha Patel", "pcn_manager", "U10001", "asha", channel="web")

_HEAD = """\
version: 1
title: {title}
summary: A process for tests.
retention: corporate-6
sensitivity: none
"""

FIGURES = """\
id: figures
{head}
launch:
  by: [pcn_manager]
  reference: "Figures {{{{ inputs.quarter }}}}"
  inputs:
    - {{id: quarter, type: choice, options: [Q1, Q4], label: Quarter}}
    - {{id: indicators, type: dataset, dataset: iif-indicators-2025-26, label: Indicators, required: false}}
    - {{id: board_date, type: date, label: Board, required: false}}
    - {{id: cut_off, type: date, label: Cut-off}}
dates:
  quarter_end: {{is: "calendar.quarter_end(inputs.quarter, '2026/27')"}}
  board: {{is: inputs.board_date, when: inputs.board_date}}
  external_deadline: {{is: inputs.cut_off, external: true}}
steps:
  - id: heads_up
    kind: notify
    title: Coming soon
    message: {{to: [every practice], subject: "Figures for {{{{ inputs.quarter }}}} are coming", body: Soon., urgent: true}}
  - id: returns
    kind: collect
    title: Your figures for {{{{ inputs.quarter }}}}
    why: The PCN is paid on its total.
    takes: 10 minutes
    assign: {{role: practice_manager, at: every practice}}
    opens: 1 working day after quarter_end
    due: 10 working days after quarter_end
    form:
      - {{id: visits, type: integer, label: Visits, min: 0, max: 500}}
      - repeat: inputs.indicators
        as: indicator
        fields:
          - {{id: result, type: ratio, label: "{{{{ indicator.name }}}}", required: false}}
      - {{id: note, type: long text, label: Note, required: false}}
    close_when: 80% of list size
    if_short: {{if: inputs.quarter == 'Q4', then: {{do: decide, at: 8 working days before external_deadline}}, otherwise: decide}}
    silence: never counts
    ladder: {{if: inputs.quarter == 'Q4', then: standard-q4, otherwise: standard}}
  - id: position
    kind: compute
    title: Position
    after: [returns]
    values: {{visits: "total(answers.returns, 'visits')"}}
  - id: confirm
    kind: attest
    title: Confirm the figures of {{{{ practice.name }}}}
    after: [returns]
    assign: {{role: gp_lead, at: every practice}}
    due: later of 13 working days after quarter_end and 3 working days after opens
    signs: [returns]
    not_by: {{step: returns, level: refuse}}
    statement: These figures are ours.
    form:
      - {{id: decision, type: decision, options: [approved, returned], label: Decision}}
    on: {{returned: reopen returns for the practice}}
    close_when: at least 3
    if_short: proceed and name the gaps
    ladder: standard
  - id: query
    kind: collect
    title: A question about your figures
    after: [returns]
    on_demand: true
    assign: {{role: practice_manager, at: chosen practices}}
    due: 5 working days after opens
    outcome: finding
    form:
      - {{id: finding, type: choice, options: [right, wrong], label: Finding}}
    on: {{wrong: reopen returns for the practice}}
    ladder: standard
  - id: review
    kind: approve
    title: The quarter on one page
    after: [position, confirm]
    assign: {{role: clinical_director}}
    due: later of 18 working days after quarter_end and 2 working days after opens
    on: {{returned: reopen returns, rejected: reopen confirm}}
    ladder: pcn
  - id: declare
    kind: do
    title: Declare
    when: inputs.quarter == 'Q4'
    assign: {{role: pcn_manager}}
    due: external_deadline
    external: true
    form:
      - {{id: declared, type: yes/no, label: Declared}}
    stop_if: response.declared == 'no'
    stop_message: It has to be declared first.
    ladder: pcn
  - id: approval
    kind: wait
    title: The commissioner's approval
    after: [declare]
    assign: {{role: pcn_manager}}
    due: later of external_deadline and 2 working days after opens
    outcome: status
    form:
      - {{id: status, type: choice, options: [nothing yet, approved, returned], label: Status}}
    counts_if: response.status != 'nothing yet'
    on: {{returned: reopen review}}
    locks: true
    ladder: watch
  - id: thanks
    kind: notify
    title: Thanks
    message: {{to: [everyone who took part], subject: Thank you, body: Done.}}
"""

VOTE = """\
id: vote
{head}
launch:
  by: [pcn_manager]
  reference: "Vote {{{{ inputs.start }}}}"
  inputs:
    - {{id: start, type: date, label: Start}}
    - {{id: chosen, type: practices, label: Practices, required: false}}
    - {{id: employer, type: organisation, label: Employer, required: false}}
    - {{id: supervisor, type: person, label: Supervisor, required: false}}
dates:
  start: {{is: inputs.start}}
  review: {{at: 20 working days after start}}
steps:
  - id: views
    kind: review
    title: Have you any objection
    after: []
    assign: {{role: practice_manager, at: practices with tag town}}
    due: 5 working days after start
    form:
      - {{id: decision, type: decision, options: [approved, returned], label: Decision}}
    close_when: majority
    silence: counts as agreement
    ladder: one-reminder
  - id: ballot
    kind: approve
    title: Vote
    after: []
    assign: {{role: gp_lead, at: every practice}}
    due: 5 working days after opens
    form:
      - {{id: decision, type: decision, options: [approved, approved with conditions], label: Vote}}
    close_when: majority
    if_short: decide
    silence: counts as abstention
    ladder: one-reminder
  - id: anyone
    kind: collect
    title: Can anybody host
    after: []
    assign: {{role: practice_manager, at: every practice}}
    where: practice.list_size > 5000
    due: 3 working days after launch
    form:
      - {{id: host, type: yes/no, label: Can you host}}
    close_when: any
    ladder: standard
  - id: few
    kind: collect
    title: Two are enough
    after: []
    when: inputs.chosen
    assign: {{role: practice_manager, at: practices in inputs.chosen}}
    due: review
    form:
      - {{id: host, type: yes/no, label: Can you host}}
    counts_if: response.host == 'yes'
    on: {{"no": open talk for the practice}}
    outcome: host
    close_when: at least 2
    if_short: {{do: decide, at: 2 working days before due}}
    ladder: standard
  - id: talk
    kind: do
    title: A word with {{{{ practice.name }}}}
    after: []
    on_demand: true
    assign: {{role: clinical_director, at: chosen practices}}
    due: 3 working days after opens
    outcome: how
    form:
      - {{id: how, type: choice, options: [settled, ask again], label: How it goes on}}
    on: {{ask again: reopen few for the practice}}
    ladder: pcn
  - id: employer_word
    kind: collect
    title: The employer's word
    after: [views, ballot]
    assign:
      - {{role: hr_lead, at: organisation inputs.employer}}
      - {{person: inputs.supervisor}}
    due: later of 5 working days after start and 5 working days after opens
    form:
      - {{id: fine, type: yes/no, label: Fine}}
    ladder: pcn
  - id: gate
    kind: decide
    title: Start
    after: [employer_word, anyone, few]
    assign: {{role: pcn_manager}}
    due: 2 working days before start
    form:
      - {{id: decision, type: choice, options: [start, delay, give up], label: What happens}}
      - {{id: new_start, type: date, label: New start, required: false, required_if: decision == 'delay'}}
    on: {{delay: [move start to answers.gate.new_start, reopen gate], give up: stop}}
    ladder: pcn
  - id: sign
    kind: attest
    title: Sign
    assign: {{role: clinical_director}}
    due: 3 working days after opens
    signs: [gate]
    cover_may: attest
    statement: I agree.
    not_by: {{step: gate, level: warn}}
    ladder: pcn
    starts: figures
    wait: no
    start_inputs: {{quarter: "'Q1'", cut_off: dates.review}}
  - id: record
    kind: produce
    title: Record
    opens: 1 working day after sign.closed
    artefact: {{name: Record, template: "{{{{ workflow.reference }}}}: {{{{ answers.gate.decision }}}}"}}
"""

NOTHING = """\
id: nothing
{head}
launch: {{by: [pcn_manager], reference: Nothing}}
steps:
  - id: one
    kind: do
    title: One
    when: 1 > 2
    assign: {{role: pcn_manager}}
    due: 1 working day after opens
  - id: two
    kind: do
    title: Two
    assign: {{role: practice_manager, at: practices with tag nowhere}}
    due: 1 working day after opens
"""

#: A single question to every practice: what the rules and the benchmarks ask of.
SIMPLE = """\
id: simple
{head}
launch:
  by: [pcn_manager]
  reference: Simple
  inputs:
    - {{id: start, type: date, label: Start}}
    - {{id: deadline, type: date, label: Deadline, required: false}}
dates:
  start: {{is: inputs.start}}
  external_deadline: {{is: inputs.deadline, external: true, when: inputs.deadline}}
steps:
  - id: ask
    kind: {kind}
    title: How many visits
    why: So that the van is full.
    takes: 5 minutes
    assign: {{role: {role}, at: every practice}}
    due: {due}
    form:
      - {form}
    ladder: standard
    {extra}
"""

VISITS = "{id: visits, type: integer, label: Visits, min: 0}"
DECISION = "{id: decision, type: decision, label: Decision}"


@cache
def calendar_data(extra: tuple[str, ...] = ()) -> Mapping[str, Any]:
    added = {date.fromisoformat(day): "an extra holiday" for day in extra}
    return Calendar.of(bank_holidays(), added=added).to_data()


def bundled(text: str, extra: tuple[str, ...] = ()) -> Process:
    """The process of a definition's text, with every ladder and dataset that ships, and holidays besides."""
    load_definition(text, catalogue=Library())
    return open_bundle(Bundle(text, _texts("ladders"), _texts("datasets"), calendar_data(extra)).body)


@cache
def _texts(folder: str) -> dict[str, str]:
    return {path.stem: path.read_text() for path in (SHIPPED / folder).glob("*.yaml")}


@cache
def process(name: str, extra: tuple[str, ...] = ()) -> Process:
    """`figures`, `vote` or `nothing`."""
    text = {"figures": FIGURES, "vote": VOTE, "nothing": NOTHING}[name].format(head=_HEAD.format(title=name))
    if name == "vote":  # what it starts is not in the library
        shaped = text.replace("    starts: figures\n    wait: no\n", "").replace(
            "    start_inputs: {quarter: \"'Q1'\", cut_off: dates.review}\n", ""
        )
        load_definition(shaped, catalogue=Library())
        return open_bundle(Bundle(text, _texts("ladders"), _texts("datasets"), calendar_data(extra)).body)
    return bundled(text, extra)


@cache
def simple(
    *, kind: str = "collect", role: str = "practice_manager", due: str = "10 working days after start",
    form: str = VISITS, extra: str = "", holidays: tuple[str, ...] = (),
) -> Process:  # fmt: skip
    """One step asked of every practice. `extra` is more keys of it, one a line."""
    head = _HEAD.format(title="simple")
    keys = "\n    ".join(extra.split("\n"))
    text = SIMPLE.format(head=head, kind=kind, role=role, due=due, form=form, extra=keys)
    return bundled(text, holidays)


def pcn_data() -> dict[str, Any]:
    """Four practices: one person for two of them, a vacant role with a mailbox, another without, covers, absences,
    closures and half days."""
    people = ["asha", "leo", "nina", "owen", "jo", "sam", "priya", "gil", "tom", "maya", "rae"]
    names = {"asha": "Asha Patel", "nina": "Dr Nina Hassan", "owen": "Dr Owen Bright", "jo": "Jo Marsh"}
    return {
        "code": "U10001",
        "name": "Wide Bay PCN",
        "practices": [
            {"code": "Y10001", "name": "Elm Tree", "list_size": 9000, "tags": ["town"]},
            {"code": "Y10002", "name": "Orchard", "list_size": 7000, "tags": ["town"]},
            {"code": "Y10003", "name": "Quayside", "list_size": 5000, "tags": ["town", "harbour"],
             "mailbox": "desk@quayside.example"},
            {"code": "Y10004", "name": "Moor", "list_size": 4000},
        ],
        "people": [
            {"id": who, "name": names.get(who, who.title()), "email": f"{who}@example.nhs.uk"} for who in people
        ],
        "roles": [
            {"role": "pcn_manager", "at": "U10001", "person": "asha"},
            {"role": "clinical_director", "at": "U10001", "person": "nina"},
            {"role": "deputy_clinical_director", "at": "U10001", "person": "owen"},
            {"role": "hr_lead", "at": "U10001", "person": "maya"},
            {"role": "practice_manager", "at": "Y10001", "person": "jo"},
            {"role": "practice_manager", "at": "Y10002", "person": "priya"},
            {"role": "practice_manager", "at": "Y10004", "person": "priya"},
            {"role": "gp_lead", "at": "Y10001", "person": "owen"},
            {"role": "gp_lead", "at": "Y10002", "person": "nina"},
            {"role": "gp_lead", "at": "Y10003", "person": "gil"},
        ],
        "cover": [
            {"for": "jo", "by": "sam", "from": "2027-01-04", "to": "2027-01-15"},
            {"for": "nina", "by": "owen", "may": "attest"},
            {"for": "asha", "by": "leo"},
            {"for": "gil", "by": "rae", "from": "2027-01-01", "to": "2027-02-28", "may": "complete"},
        ],
        "absences": [
            {"person": "jo", "from": "2027-01-04", "to": "2027-01-15"},
            {"person": "gil", "from": "2027-01-11", "to": "2027-01-22"},
        ],
        "closures": [
            {"organisation": "Y10001", "date": "2027-01-15"},
            {"organisation": "Y10002", "date": "2027-01-18", "hours": "13:00-18:30"},
            {"organisation": "Y10003", "from": "2027-01-20", "to": "2027-01-22"},
            {"organisation": "U10001", "date": "2027-01-27"},
        ],
    }  # fmt: skip


def pcn(**changes: Any) -> Pcn:
    return Pcn.model_validate(pcn_data() | changes)


def at(text: str) -> datetime:
    """`2027-01-04 09:00`, which is London's time in the winter."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


LAUNCHES: dict[str, dict[str, Any]] = {
    "figures": {"quarter": "Q4", "indicators": "iif-indicators-2025-26", "cut_off": "2027-05-21", "board_date": "2027-05-13"},
    "vote": {"start": "2027-01-11", "chosen": ["Y10001", "Y10002", "Y10003"], "employer": "U10001", "supervisor": "tom"},
    "nothing": {},
}  # fmt: skip


def launched(process_: Process, inputs: Mapping[str, Any], now: datetime, of: Pcn | None = None) -> Decision:
    return commands.launch("w1", process_, now, MANAGER, of or pcn(), inputs)


class World:
    """One workflow, its log, and a clock."""

    def __init__(
        self, process_: Process, inputs: Mapping[str, Any] | None = None, now: str = "2027-01-04 09:00",
        of: Pcn | None = None,
    ) -> None:  # fmt: skip
        self.now = at(now)
        self.processes = {process_.hash: process_}
        first = launched(process_, inputs if inputs is not None else {"start": "2027-01-04"}, self.now, of)
        self.state: WorkflowState = first.state
        self.events = list(first.events)

    def open_bundle(self, sha256: str) -> Process:
        return self.processes[sha256]

    def take(self, decision: Decision) -> list[e.Event]:
        self.state = decision.state
        self.events += decision.events
        return list(decision.events)

    def advance(self, to: str | datetime | None = None) -> list[e.Event]:
        from engine.decisions.advance import advance

        if to is not None:
            self.now = at(to) if isinstance(to, str) else to
        return self.take(advance(self.state, self.now))

    def run(self, to: str | datetime) -> list[e.Event]:
        """Go from deadline to deadline until `to`."""
        from engine.decisions.pending import next_deadline

        end, found = (at(to) if isinstance(to, str) else to), list(self.advance())
        while (following := next_deadline(self.state, self.now)) is not None and following <= end:
            found += self.advance(following)
        return found + self.advance(end)

    def asked(self, step: str, organisation: str) -> Any:
        return next(a for a in self.state.steps[step].assignments.values() if a.organisation == organisation)

    def answer(self, step: str, organisation: str, answers: Mapping[str, Any], **who: Any) -> list[e.Event]:
        from engine.commands.responses import respond

        asked = self.asked(step, organisation)
        actor = e.Actor(
            who.get("name", asked.name), asked.role, who.get("organisation", organisation),
            who.get("person", asked.person), who.get("for_", ""), channel="web",
        )  # fmt: skip
        return self.take(respond(self.state, self.now, actor, asked.id, answers))

    def do(self, command: Any, *args: Any, **more: Any) -> list[e.Event]:
        """A command of the engine, by the manager, now."""
        return self.take(command(self.state, self.now, MANAGER, *args, **more))

    def bodies(self, kind: type[Any], since: int = 0) -> list[Any]:
        return [event.body for event in self.events[since:] if isinstance(event.body, kind)]

    def notices(self, since: int = 0) -> list[e.Notice]:
        return [body.notice for body in self.bodies(e.NoticePlanned, since)]
