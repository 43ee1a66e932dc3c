"""Projection rows to columns and back, and which columns change together.

A `Facet` is a set of columns one UPDATE writes. DuckDB's UPDATE costs about a quarter of a millisecond a column,
so a row goes only into the facets in which it changed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, get_type_hints

import orjson

from engine.events import Notice
from store.log.chain import micros, moment
from store.projections.tables import Row
from store.protocol import AssignmentRow, LaunchRow, LinkRow, MessageRow, NoticeRow, StepRow, WorkflowRow

Columns = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Facet:
    """`statement` updates `columns`, given by their places in a row's columns; the first are the key."""

    statement: str
    key: tuple[int, ...]
    columns: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TableColumns:
    """How one kind of row is stored."""

    table: str
    names: tuple[str, ...]
    to_columns: Callable[[Any], Columns]
    from_columns: Callable[[Columns], Any]
    facets: tuple[Facet, ...]


def _plain(kind: type[Row]) -> tuple[Callable[[Any], Columns], Callable[[Columns], Any], tuple[str, ...]]:
    """Conversions for a row whose fields are its columns, moments as microseconds."""
    hints = get_type_hints(kind)
    names = tuple(each.name for each in fields(kind))
    moments = tuple(i for i, name in enumerate(names) if hints[name] in (datetime, datetime | None))

    def to_columns(row: Any) -> Columns:
        columns = [getattr(row, name) for name in names]
        for i in moments:
            if columns[i] is not None:
                columns[i] = micros(columns[i])
        return tuple(columns)

    def from_columns(columns: Columns) -> Any:
        values = list(columns)
        for i in moments:
            if values[i] is not None:
                values[i] = moment(values[i])
        return kind(*values)

    return to_columns, from_columns, names


_message_to, _message_from, _message_names = _plain(MessageRow)


def _message_columns(row: MessageRow) -> Columns:
    columns = _message_to(row)
    return (columns[0], orjson.dumps(row.notices).decode(), *columns[2:])


def _message(columns: Columns) -> MessageRow:
    row: MessageRow = _message_from((columns[0], tuple(orjson.loads(columns[1])), *columns[2:]))
    return row


_NOTICE_NAMES = (
    "id", "workflow_id", "kind", "person", "name", "email", "organisation", "about", "step", "subject",
    "not_before", "urgent", "digest_only", "rung", "facts", "status", "message_id", "planned_at",
)  # fmt: skip


def _notice_columns(row: NoticeRow) -> Columns:
    n = row.notice
    return (
        n.id, row.workflow_id, n.kind, n.person, n.name, n.email, n.organisation, n.about, n.step, n.subject,
        micros(n.not_before), n.urgent, n.digest_only, n.rung,
        orjson.dumps(n.facts, option=orjson.OPT_SORT_KEYS).decode(), row.status, row.message_id,
        micros(row.planned_at),
    )  # fmt: skip


def _notice(columns: Columns) -> NoticeRow:
    (id_, workflow_id, kind, person, name, email, organisation, about, step, subject, not_before, urgent,
     digest_only, rung, facts, status, message_id, planned_at) = columns  # fmt: skip
    notice = Notice(
        id=id_, kind=kind, person=person, name=name, email=email, organisation=organisation, about=about,
        step=step, subject=subject, not_before=moment(not_before), urgent=urgent, digest_only=digest_only,
        rung=rung, facts=orjson.loads(facts),
    )  # fmt: skip
    return NoticeRow(notice, workflow_id, status, message_id, moment(planned_at))


def _facet(statement: str, names: Sequence[str], key: str, columns: str) -> Facet:
    keys, changing = key.split(), columns.split()
    return Facet(statement, tuple(map(names.index, keys)), tuple(map(names.index, changing)))


def _shape(table: str, kind: type[Row], key: str, **facets: str) -> TableColumns:
    to_columns, from_columns, names = _plain(kind)
    made = tuple(_facet(statement, names, key, columns) for statement, columns in facets.items())
    return TableColumns(table, names, to_columns, from_columns, made)


_MESSAGE_FACETS = {
    "update_messages_progress": "status claimed_at lease_until sent_at tries because",
    "update_messages_content": "notices person to subject urgent",
}

SHAPES: dict[type[Row], TableColumns] = {
    WorkflowRow: _shape(
        "workflows", WorkflowRow, "workflow_id",
        update_workflows_waiting="version next_deadline waiting_for seen",
        update_workflows_status="status locked closed_at",
        update_workflows_pins="definition_version bundle pcn pcn_name reference",
    ),
    StepRow: _shape(
        "steps", StepRow, "workflow_id step attempt", update_steps="status opened_at closed_at due outcome"
    ),
    AssignmentRow: _shape(
        "assignments", AssignmentRow, "assignment",
        update_assignments_answer="status answered_at late responses",
        update_assignments_terms="person name opened_at due external",
        update_assignments_rungs="rungs_climbed",
    ),
    NoticeRow: TableColumns(
        "notices", _NOTICE_NAMES, _notice_columns, _notice,
        (_facet("update_notices", _NOTICE_NAMES, "id", "status message_id"),),
    ),
    MessageRow: TableColumns(
        "messages", _message_names, _message_columns, _message,
        tuple(_facet(name, _message_names, "message_id", cols) for name, cols in _MESSAGE_FACETS.items()),
    ),
    LinkRow: _shape("links", LinkRow, "sha256", update_links="assignment expires revoked"),
    LaunchRow: _shape("launches", LaunchRow, "key"),
}  # fmt: skip
