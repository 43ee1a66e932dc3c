"""From events to rows: what the lists show, kept in the same transaction as the events.

`rows_after(event, tables)` is pure: it looks at the rows as they are and gives the rows that change, whole. The
memory store, the DuckDB writer and the rebuild put those rows into their tables, so all three agree by
construction; a test holds them to it.

Rule 2 is kept here: whatever ends an assignment voids its planned notices in the same breath, except outcomes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import singledispatch
from typing import Any

import orjson

from engine.events import changes as changes
from engine.events import post as posted
from engine.events import workflow as e
from engine.events.codec import canonical
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

#: A workflow in one of these can still move.
OPEN = frozenset({"open", "held"})


def rows_after(event: e.Event, tables: Tables) -> list[Row]:
    """The rows `event` changes, as they are after it."""
    return list(_rows(event.body, event, tables))


def project(event: e.Event, tables: Tables) -> None:
    """Put what `event` changes into `tables`."""
    for row in _rows(event.body, event, tables):
        tables.put(row)


def settle(stream: str, version: int, pending: Pending | None, tables: Tables) -> None:
    """After a commit to `stream`: its workflow's version and what it waits for now."""
    row = tables.workflows.get(stream)
    if row is None:  # the post and the links are streams, not workflows
        return
    row = replace(row, version=version)
    if pending is not None and row.status in OPEN:  # one that is closed waits for nothing
        row = replace(row, next_deadline=pending.next_deadline, waiting_for=pending.waiting_for)
    tables.put(row)


@singledispatch
def _rows(body: Any, event: e.Event, tables: Tables) -> Iterator[Row]:
    """Events without a row of their own change none."""
    return iter(())


# --- the workflow


@_rows.register
def _(body: e.WorkflowLaunched, event: e.Event, tables: Tables) -> Iterator[Row]:
    yield WorkflowRow(
        workflow_id=event.workflow_id, version=event.version, definition=body.definition,
        definition_version=body.definition_version, bundle=body.bundle, reference=body.reference,
        pcn=str(body.pcn.get("code", "")), pcn_name=str(body.pcn.get("name", "")), launch=body.launch,
        batch=body.batch, parent=body.parent, status="open", locked=False, launched_at=event.at,
        closed_at=None, next_deadline=None, waiting_for="",
    )  # fmt: skip
    if body.key:
        yield LaunchRow(body.key, body.launch, body.content)


def _workflow(event: e.Event, tables: Tables, **changes: Any) -> Iterator[Row]:
    if row := tables.workflows.get(event.workflow_id):
        yield replace(row, **changes)


@_rows.register
def _(body: e.WorkflowClosed, event: e.Event, tables: Tables) -> Iterator[Row]:
    yield from _workflow(
        event, tables, status=body.outcome, closed_at=event.at, next_deadline=None, waiting_for=""
    )
    for row in tables.assignments_of(event.workflow_id):
        yield from _ended(row)
        yield from _voided(row.assignment, tables)


@_rows.register
def _(body: changes.WorkflowHeld, event: e.Event, tables: Tables) -> Iterator[Row]:
    yield from _workflow(event, tables, status="held")


@_rows.register
def _(body: changes.HoldLifted, event: e.Event, tables: Tables) -> Iterator[Row]:
    yield from _workflow(event, tables, status="open")


@_rows.register
def _(body: changes.WorkflowLocked, event: e.Event, tables: Tables) -> Iterator[Row]:
    yield from _workflow(event, tables, locked=True)


@_rows.register
def _(body: changes.LockLifted, event: e.Event, tables: Tables) -> Iterator[Row]:
    yield from _workflow(event, tables, locked=False)


@_rows.register
def _(body: changes.MembershipChanged, event: e.Event, tables: Tables) -> Iterator[Row]:
    code, name = str(body.pcn.get("code", "")), str(body.pcn.get("name", ""))
    yield from _workflow(event, tables, pcn=code, pcn_name=name)


@_rows.register
def _(body: changes.CalendarChanged, event: e.Event, tables: Tables) -> Iterator[Row]:
    yield from _workflow(event, tables, bundle=body.bundle)


@_rows.register
def _(body: changes.DefinitionChanged, event: e.Event, tables: Tables) -> Iterator[Row]:
    yield from _workflow(event, tables, bundle=body.bundle, definition_version=body.version)


# --- its steps


def _step(event: e.Event, step: str, attempt: int, tables: Tables) -> StepRow:
    """The row of the attempt, or a fresh one: a step computed on the spot closes without having opened."""
    return tables.steps.get((event.workflow_id, step, attempt)) or StepRow(
        event.workflow_id, step, attempt, "open", None, None, None, ""
    )


@_rows.register
def _(body: e.StepSkipped, event: e.Event, tables: Tables) -> Iterator[Row]:
    row = _step(event, body.step, body.attempt, tables)
    yield replace(row, status="skipped", closed_at=event.at, outcome="skipped")


@_rows.register
def _(body: e.StepOpened, event: e.Event, tables: Tables) -> Iterator[Row]:
    row = _step(event, body.step, body.attempt, tables)
    due = body.due.at if body.due else None
    yield replace(row, status="open", opened_at=event.at, due=due, closed_at=None, outcome="")


@_rows.register
def _(body: e.StepClosed, event: e.Event, tables: Tables) -> Iterator[Row]:
    row = _step(event, body.step, body.attempt, tables)
    opened = row.opened_at or event.at
    yield replace(row, status="closed", opened_at=opened, closed_at=event.at, outcome=body.outcome)
    for asked in tables.assignments_of(event.workflow_id):
        if asked.step == body.step and asked.attempt == body.attempt:
            yield from _ended(asked)
            yield from _voided(asked.assignment, tables)


@_rows.register
def _(body: e.StepReopened, event: e.Event, tables: Tables) -> Iterator[Row]:
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


@_rows.register
def _(body: e.AssignmentOpened, event: e.Event, tables: Tables) -> Iterator[Row]:
    yield AssignmentRow(
        assignment=body.assignment, workflow_id=event.workflow_id, step=body.step, attempt=body.attempt,
        organisation=body.organisation, role=body.role, person=body.person, name=body.name, status="open",
        opened_at=event.at, due=body.due.at if body.due else None,
        external=body.due.external if body.due else False, answered_at=None, late=False, responses=0,
        rungs_climbed=0,
    )  # fmt: skip


@_rows.register
def _(body: e.ResponseReceived, event: e.Event, tables: Tables) -> Iterator[Row]:
    yield from _assignment(
        body.assignment, tables, status="answered", answered_at=event.at, late=body.late,
        responses=body.number,
    )  # fmt: skip
    yield from _voided(body.assignment, tables)


@_rows.register
def _(body: e.AskedAgain, event: e.Event, tables: Tables) -> Iterator[Row]:
    due, external = (body.due.at, body.due.external) if body.due else (None, False)
    yield from _assignment(body.assignment, tables, status="open", due=due, external=external)


@_rows.register
def _(body: e.ResponseCarried, event: e.Event, tables: Tables) -> Iterator[Row]:
    before = tables.assignments.get(body.from_assignment)
    answered_at, late = (before.answered_at, before.late) if before else (None, False)
    yield from _assignment(body.assignment, tables, status="carried", answered_at=answered_at, late=late)
    yield from _voided(body.assignment, tables)


@_rows.register
def _(body: e.AssignmentEnded, event: e.Event, tables: Tables) -> Iterator[Row]:
    yield from _assignment(body.assignment, tables, status="ended")
    yield from _voided(body.assignment, tables)


@_rows.register
def _(body: e.AssignmentReassigned, event: e.Event, tables: Tables) -> Iterator[Row]:
    yield from _assignment(body.assignment, tables, person=body.person, name=body.name)


@_rows.register
def _(body: e.RungClimbed, event: e.Event, tables: Tables) -> Iterator[Row]:
    if row := tables.assignments.get(body.assignment):
        yield replace(row, rungs_climbed=row.rungs_climbed + 1)


@_rows.register
def _(body: e.DeadlineMoved, event: e.Event, tables: Tables) -> Iterator[Row]:
    if body.assignment:
        yield from _assignment(body.assignment, tables, due=body.new.at, external=body.new.external)
        return
    steps = [row for row in tables.steps_of(event.workflow_id) if row.step == body.step]
    if steps:  # without an assignment it is the present attempt of the step that moves
        yield replace(max(steps, key=lambda row: row.attempt), due=body.new.at)


# --- its notices, and the post


@_rows.register
def _(body: e.NoticePlanned, event: e.Event, tables: Tables) -> Iterator[Row]:
    if body.notice.id in tables.notices:  # the first stands: an id is planned once
        return
    # Through the canonical bytes, so that the row is the same whether it comes from the caller or the log.
    facts = orjson.loads(canonical(body.notice.facts))
    yield NoticeRow(replace(body.notice, facts=facts), event.workflow_id, "planned", "", event.at)


@_rows.register
def _(body: posted.MessageClaimed, event: e.Event, tables: Tables) -> Iterator[Row]:
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


@_rows.register
def _(body: posted.MessageSent, event: e.Event, tables: Tables) -> Iterator[Row]:
    if row := tables.messages.get(body.message_id):
        yield replace(row, status="sent", sent_at=event.at, because="")
        yield from _notices_of(row, tables, "sent")


@_rows.register
def _(body: posted.MessageDeferred, event: e.Event, tables: Tables) -> Iterator[Row]:
    # Its notices stay claimed: they belong to this message whenever it goes.
    if row := tables.messages.get(body.message_id):
        yield replace(
            row, status="deferred", because=body.because, lease_until=body.retry_at, tries=body.tries
        )


@_rows.register
def _(body: posted.MessageRefused, event: e.Event, tables: Tables) -> Iterator[Row]:
    if row := tables.messages.get(body.message_id):
        yield replace(row, status="refused", because=body.because)
        yield from _notices_of(row, tables, "refused")


# --- the links


@_rows.register
def _(body: posted.LinkIssued, event: e.Event, tables: Tables) -> Iterator[Row]:
    yield LinkRow(body.sha256, body.assignment, body.expires, False)


@_rows.register
def _(body: posted.LinkRevoked, event: e.Event, tables: Tables) -> Iterator[Row]:
    if row := tables.links.get(body.sha256):
        yield replace(row, revoked=True)
