"""The projection rows in memory, by key and by what they belong to.

All of them in the memory store; those of the workflows just touched in the DuckDB writer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator
from dataclasses import replace
from typing import Any

from store.protocol import AssignmentRow, LaunchRow, LinkRow, MessageRow, NoticeRow, StepRow, WorkflowRow

Row = WorkflowRow | StepRow | AssignmentRow | NoticeRow | MessageRow | LinkRow | LaunchRow
StepKey = tuple[str, str, int]


class Tables:
    """Rows by key. `put` inserts or replaces; `touched` collects the rows put since it was last emptied."""

    def __init__(self) -> None:
        self.workflows: dict[str, WorkflowRow] = {}
        self.steps: dict[StepKey, StepRow] = {}
        self.assignments: dict[str, AssignmentRow] = {}
        self.notices: dict[str, NoticeRow] = {}
        self.messages: dict[str, MessageRow] = {}
        self.links: dict[str, LinkRow] = {}
        self.launches: dict[str, LaunchRow] = {}
        self._steps_of: defaultdict[str, dict[StepKey, None]] = defaultdict(dict)
        self._assignments_of: defaultdict[str, dict[str, None]] = defaultdict(dict)
        self._notices_of: defaultdict[str, dict[str, None]] = defaultdict(dict)
        self._planned: defaultdict[str, dict[str, None]] = defaultdict(dict)
        self._links_of: defaultdict[str, dict[str, None]] = defaultdict(dict)
        self._by_kind: dict[type[Row], Any] = {
            WorkflowRow: self.workflows,
            StepRow: self.steps,
            AssignmentRow: self.assignments,
            NoticeRow: self.notices,
            MessageRow: self.messages,
            LinkRow: self.links,
            LaunchRow: self.launches,
        }
        #: By kind of row and key: the row as it was before it was first put, None when there was none.
        self.touched: dict[type[Row], dict[Hashable, Row | None]] = {}

    def put(self, row: Row) -> None:
        """Insert or replace `row`, and note that it changed."""
        key, before = self.keep(row)
        self.touched.setdefault(type(row), {}).setdefault(key, before)

    def differences(self, made: Tables) -> Iterator[str]:
        """The rows here that are not what `made` has; what a workflow waits for, and whether that was seen, is the engine's to say, and left out."""
        for kind, rows in self._by_kind.items():
            others = made._by_kind[kind]
            for key in sorted({**rows, **others}, key=str):
                if _without_pending(rows.get(key)) != _without_pending(others.get(key)):
                    yield f"{kind.__name__} {key}: it is not what the log makes it"

    def now(self, kind: type[Row], key: Hashable) -> Row:
        """The row of `kind` with `key` as it is."""
        rows: dict[Hashable, Row] = self._by_kind[kind]
        return rows[key]

    def keep(self, row: Row) -> tuple[Hashable, Row | None]:
        """Insert or replace `row` without noting a change; its key, and the row before it."""
        before: Row | None
        match row:
            case WorkflowRow():
                before = self.workflows.get(row.workflow_id)
                self.workflows[row.workflow_id] = row
                return row.workflow_id, before
            case AssignmentRow():
                before = self.assignments.get(row.assignment)
                self.assignments[row.assignment] = row
                self._assignments_of[row.workflow_id][row.assignment] = None
                return row.assignment, before
            case StepRow():
                key = (row.workflow_id, row.step, row.attempt)
                before = self.steps.get(key)
                self.steps[key] = row
                self._steps_of[row.workflow_id][key] = None
                return key, before
            case NoticeRow():
                return row.notice.id, self._keep_notice(row)
            case MessageRow():
                before = self.messages.get(row.message_id)
                self.messages[row.message_id] = row
                return row.message_id, before
            case LinkRow():
                before = self.links.get(row.sha256)
                self.links[row.sha256] = row
                self._links_of[row.assignment][row.sha256] = None
                return row.sha256, before
            case LaunchRow():
                before = self.launches.get(row.key)
                self.launches[row.key] = row
                return row.key, before

    def _keep_notice(self, row: NoticeRow) -> NoticeRow | None:
        notice = row.notice
        before = self.notices.get(notice.id)
        self.notices[notice.id] = row
        self._notices_of[row.workflow_id][notice.id] = None
        if notice.about:
            if row.status == "planned":
                self._planned[notice.about][notice.id] = None
            elif notice.about in self._planned:
                self._planned[notice.about].pop(notice.id, None)
        return before

    def steps_of(self, workflow_id: str) -> list[StepRow]:
        return [self.steps[key] for key in self._steps_of.get(workflow_id, ())]

    def assignments_of(self, workflow_id: str) -> list[AssignmentRow]:
        return [self.assignments[key] for key in self._assignments_of.get(workflow_id, ())]

    def notices_of(self, workflow_id: str) -> list[NoticeRow]:
        return [self.notices[key] for key in self._notices_of.get(workflow_id, ())]

    def planned_about(self, assignment: str) -> list[NoticeRow]:
        """The planned notices about an assignment."""
        return [self.notices[key] for key in self._planned.get(assignment, ())]

    def links_of(self, assignment: str) -> list[LinkRow]:
        return [self.links[key] for key in self._links_of.get(assignment, ())]

    def drop_workflow(self, workflow_id: str) -> None:
        """Forget every row of a workflow: the DuckDB writer's cache making room."""
        self.workflows.pop(workflow_id, None)
        for step in self._steps_of.pop(workflow_id, ()):
            del self.steps[step]
        for assignment in self._assignments_of.pop(workflow_id, ()):
            del self.assignments[assignment]
        for notice_id in self._notices_of.pop(workflow_id, ()):
            self.drop_notice(notice_id)

    def drop_notice(self, notice_id: str) -> None:
        row = self.notices.pop(notice_id)
        if held := self._notices_of.get(row.workflow_id):
            held.pop(notice_id, None)
        if row.notice.about in self._planned:
            planned = self._planned[row.notice.about]
            planned.pop(notice_id, None)
            if not planned:
                del self._planned[row.notice.about]

    def drop_small(self) -> None:
        """Forget messages, links and launches."""
        self.launches.clear()
        self.messages.clear()
        self.links.clear()
        self._links_of.clear()


def _without_pending(row: Row | None) -> Row | None:
    return replace(row, next_deadline=None, waiting_for="", seen=0) if isinstance(row, WorkflowRow) else row
