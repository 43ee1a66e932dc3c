"""From events to rows: what the lists show, kept in the same transaction as the events.

`rows_after(event, tables)` is pure: it looks at the rows as they are and gives the rows that change, whole. The
memory store, the DuckDB writer and the rebuild put those rows into their tables, so all three agree by
construction; a test holds them to it.

Rule 2 is kept here: whatever ends an assignment voids its planned notices in the same breath, except outcomes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import orjson

from engine import events as e
from engine.events.codec import canonical
from engine.events.declarations import Sets
from engine.events.kinds import Table
from engine.notices.written import TELLING, PostSoFar, is_waiting_ask
from store.projections.tables import Row, Tables
from store.protocol import (
    AssignmentRow,
    LaunchRow,
    LinkRow,
    MessageRow,
    NoticeRow,
    Pending,
    StepRow,
    WorkflowRow,
)

#: A message in one of these is not tried again.
_GONE = frozenset({"sent", "refused", "unconfirmed"})
#: A workflow in one of these can still move.
OPEN = frozenset({"open", "held"})


def rows_after(event: e.Event, tables: Tables) -> list[Row]:
    """The rows `event` changes, as they are after it."""
    return list(_ROWS[type(event.body)](event.body, event, tables))


def project(event: e.Event, tables: Tables) -> None:
    """Put what `event` changes into `tables`."""
    for row in _ROWS[type(event.body)](event.body, event, tables):
        tables.put(row)


def settle(stream: str, version: int, pending: Pending | None, tables: Tables) -> None:
    """After a commit to `stream`: its workflow's version and what it waits for now."""
    row = tables.workflows.get(stream)
    if row is None:  # the post and the links are streams, not workflows
        return
    row = replace(row, version=version)
    if pending is not None and row.status in OPEN:  # one that is closed waits for nothing
        seen = version if pending.seen else row.seen
        row = replace(row, next_deadline=pending.next_deadline, waiting_for=pending.waiting_for, seen=seen)
    tables.put(row)


Projection = Callable[[Any, e.Event, Tables], Iterator[Row]]


def _no_rows(body: e.Body, event: e.Event, tables: Tables) -> Iterator[Row]:
    return iter(())


def _declared(sets: Sets, kind: type[e.Body]) -> Projection:
    """The rows of an event that sets what it declares. What an assignment stops being open for voids its notices; a message
    takes those it carries with it when it is sent or refused, and a deferred one keeps them claimed."""
    row_of = {
        "workflow": WorkflowRow,
        "step": StepRow,
        "assignment": AssignmentRow,
        "link": LinkRow,
        "message": MessageRow,
    }[sets.what]
    values, status = sets.getters(row_of), str(sets.values.get("status", "open"))

    def workflow(body: Any, event: e.Event, tables: Tables) -> Iterator[Row]:
        if row := tables.workflows.get(event.workflow_id):
            yield replace(row, **values(event))

    def step(body: Any, event: e.Event, tables: Tables) -> Iterator[Row]:
        yield replace(_step(event, body.step, body.attempt, tables), **values(event))

    def assignment(body: Any, event: e.Event, tables: Tables) -> Iterator[Row]:
        if row := tables.assignments.get(body.assignment):
            yield replace(row, **values(event))
        if status != "open":
            yield from _voided(body.assignment, tables)

    def link(body: Any, event: e.Event, tables: Tables) -> Iterator[Row]:
        if row := tables.links.get(body.sha256):
            yield replace(row, **values(event))

    def message(body: Any, event: e.Event, tables: Tables) -> Iterator[Row]:
        if row := tables.messages.get(body.message_id):
            yield replace(row, **values(event))
            if status in _GONE:
                yield from _notices_of(row, tables, status)

    of: dict[str, Projection] = {
        "workflow": workflow, "step": step, "assignment": assignment, "link": link, "message": message,
    }  # fmt: skip
    return of[sets.what]


_ROWS: Table[Projection] = Table("rows", _no_rows, _declared)


# --- the workflow


@_ROWS.by_code(e.WorkflowLaunched)
def _workflow_launched(body: e.WorkflowLaunched, event: e.Event, tables: Tables) -> Iterator[Row]:
    yield WorkflowRow(
        workflow_id=event.workflow_id, version=event.version, definition=body.definition,
        definition_version=body.definition_version, bundle=body.bundle, reference=body.reference,
        pcn=str(body.pcn.get("code", "")), pcn_name=str(body.pcn.get("name", "")), launch=body.launch,
        batch=body.batch, parent=body.parent, status="open", locked=False, launched_at=event.at,
        closed_at=None, next_deadline=None, waiting_for="", seen=0,
    )  # fmt: skip
    if body.key:
        yield LaunchRow(body.key, body.launch, body.content)


@_ROWS.by_code(e.WorkflowClosed)
def _workflow_closed(body: e.WorkflowClosed, event: e.Event, tables: Tables) -> Iterator[Row]:
    if row := tables.workflows.get(event.workflow_id):
        yield replace(
            row, status=body.outcome, closed_at=event.at, next_deadline=None, waiting_for="", seen=0
        )
    for asked in tables.assignments_of(event.workflow_id):
        yield from _ended(asked)
        yield from _voided(asked.assignment, tables)
    if body.outcome == "cancelled":
        yield from _of_no_use(event.workflow_id, tables)


def _of_no_use(workflow_id: str, tables: Tables) -> Iterator[Row]:
    """The notices that ask somebody for something, also those about no assignment; what only tells stays."""
    for row in tables.notices_of(workflow_id):
        if row.status == "planned" and row.notice.kind not in TELLING:
            yield replace(row, status="void")


# --- its steps


def _step(event: e.Event, step: str, attempt: int, tables: Tables) -> StepRow:
    """The row of the attempt, or a fresh one: a step computed on the spot closes without having opened."""
    return tables.steps.get((event.workflow_id, step, attempt)) or StepRow(
        event.workflow_id, step, attempt, "open", None, None, None, ""
    )


@_ROWS.by_code(e.StepClosed)
def _step_closed(body: e.StepClosed, event: e.Event, tables: Tables) -> Iterator[Row]:
    row = _step(event, body.step, body.attempt, tables)
    opened = row.opened_at or event.at
    yield replace(row, status="closed", opened_at=opened, closed_at=event.at, outcome=body.outcome)
    for asked in tables.assignments_of(event.workflow_id):
        if asked.step == body.step and asked.attempt == body.attempt:
            yield from _ended(asked)
            yield from _voided(asked.assignment, tables)


@_ROWS.by_code(e.StepReopened)
def _step_reopened(body: e.StepReopened, event: e.Event, tables: Tables) -> Iterator[Row]:
    for step in tables.steps_of(event.workflow_id):
        if step.step == body.step and step.attempt < body.attempt:
            yield replace(step, status="reopened")
    for asked in tables.assignments_of(event.workflow_id):
        if asked.step == body.step and asked.attempt < body.attempt:
            yield from _ended(asked)
            yield from _voided(asked.assignment, tables)


# --- its assignments


def _ended(row: AssignmentRow) -> Iterator[Row]:
    if row.status == "open":
        yield replace(row, status="ended")


def _voided(assignment: str, tables: Tables) -> Iterator[Row]:
    for row in tables.planned_about(assignment):
        if row.notice.kind != "outcome":
            yield replace(row, status="void")


def _assignment(assignment: str, tables: Tables, **changes: Any) -> Iterator[Row]:
    if row := tables.assignments.get(assignment):
        yield replace(row, **changes)


@_ROWS.by_code(e.AssignmentOpened)
def _assignment_opened(body: e.AssignmentOpened, event: e.Event, tables: Tables) -> Iterator[Row]:
    yield AssignmentRow(
        assignment=body.assignment, workflow_id=event.workflow_id, step=body.step, attempt=body.attempt,
        organisation=body.organisation, role=body.role, person=body.person, name=body.name, status="open",
        opened_at=event.at, due=body.due.at if body.due else None,
        external=body.due.external if body.due else False, answered_at=None, late=False, responses=0,
        rungs_climbed=0,
    )  # fmt: skip


@_ROWS.by_code(e.ResponseCarried)
def _response_carried(body: e.ResponseCarried, event: e.Event, tables: Tables) -> Iterator[Row]:
    before = tables.assignments.get(body.from_assignment)
    answered_at, late = (before.answered_at, before.late) if before else (None, False)
    yield from _assignment(body.assignment, tables, status="carried", answered_at=answered_at, late=late)
    yield from _voided(body.assignment, tables)


@_ROWS.by_code(e.AskedAgain)
def _asked_again(body: e.AskedAgain, event: e.Event, tables: Tables) -> Iterator[Row]:
    due, external = (body.due.at, body.due.external) if body.due else (None, False)
    yield from _assignment(body.assignment, tables, status="open", due=due, external=external)
    if body.email:
        yield from _voided(body.assignment, tables)


@_ROWS.by_code(e.AssignmentReassigned)
def _assignment_reassigned(body: e.AssignmentReassigned, event: e.Event, tables: Tables) -> Iterator[Row]:
    """What has not gone yet was for whoever was asked before."""
    yield from _assignment(body.assignment, tables, person=body.person, name=body.name)
    yield from _voided(body.assignment, tables)


@_ROWS.by_code(e.RungClimbed)
def _rung_climbed(body: e.RungClimbed, event: e.Event, tables: Tables) -> Iterator[Row]:
    if row := tables.assignments.get(body.assignment):
        yield replace(row, rungs_climbed=row.rungs_climbed + 1)


@_ROWS.by_code(e.DeadlineMoved)
def _deadline_moved(body: e.DeadlineMoved, event: e.Event, tables: Tables) -> Iterator[Row]:
    if body.assignment:
        yield from _assignment(body.assignment, tables, due=body.new.at, external=body.new.external)
        return
    steps = [row for row in tables.steps_of(event.workflow_id) if row.step == body.step]
    if steps:  # without an assignment it is the present attempt of the step that moves
        yield replace(max(steps, key=lambda row: row.attempt), due=body.new.at)


# --- its notices, and the post


@_ROWS.by_code(e.NoticePlanned)
def _notice_planned(body: e.NoticePlanned, event: e.Event, tables: Tables) -> Iterator[Row]:
    if body.notice.id in tables.notices:  # the first stands: an id is planned once
        return
    # Through the canonical bytes, so that the row is the same whether it comes from the caller or the log.
    facts = orjson.loads(canonical(body.notice.facts))
    notice = body.notice
    known = tables.notices_of(event.workflow_id) if notice.only else []
    goes = PostSoFar.of((row.notice, row.status) for row in known).goes(notice)
    if goes and notice.only == "unasked":
        waiting = [row for row in known if row.notice.about == notice.about]
        yield from (replace(row, status="void") for row in waiting if is_waiting_ask(row.notice, row.status))
    status = "planned" if goes else "void"
    yield NoticeRow(replace(notice, facts=facts, only=""), event.workflow_id, status, "", event.at)


@_ROWS.by_code(e.MessageClaimed)
def _message_claimed(body: e.MessageClaimed, event: e.Event, tables: Tables) -> Iterator[Row]:
    before = tables.messages.get(body.message_id)
    yield MessageRow(
        message_id=body.message_id, notices=body.notices, person=body.person, to=body.to,
        subject=body.subject, status="claimed", claimed_at=event.at, lease_until=body.lease_until,
        sent_at=None, tries=before.tries if before else 0, urgent=body.urgent, because="",
    )  # fmt: skip
    for notice_id in body.notices:
        row = tables.notices.get(notice_id)
        if row and row.status in ("planned", "claimed"):
            yield replace(row, status="claimed", message_id=body.message_id)


def _notices_of(message: MessageRow, tables: Tables, status: str) -> Iterator[Row]:
    for notice_id in message.notices:
        row = tables.notices.get(notice_id)
        if row and row.message_id == message.message_id:
            yield replace(row, status=status)


# --- the links


@_ROWS.by_code(e.LinkIssued)
def _link_issued(body: e.LinkIssued, event: e.Event, tables: Tables) -> Iterator[Row]:
    yield LinkRow(body.sha256, body.assignment, body.expires, False)


_ROWS.complete()
