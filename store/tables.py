"""The projection rows in memory, by key and by what they belong to.

All of them in the memory store; those of the workflows just touched in the DuckDB writer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable

from store.protocol import AssignmentRow, LinkRow, MessageRow, NoticeRow, StepRow, WorkflowRow

Row = WorkflowRow | StepRow | AssignmentRow | NoticeRow | MessageRow | LinkRow
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
        self._steps_of: defaultdict[str, dict[StepKey, None]] = defaultdict(dict)
        self._assignments_of: defaultdict[str, dict[str, None]] = defaultdict(dict)
        self._notices_of: defaultdict[str, dict[str, None]] = defaultdict(dict)
        self._planned: defaultdict[str, dict[str, None]] = defaultdict(dict)
        self._links_of: defaultdict[str, dict[str, None]] = defaultdict(dict)
        #: Keys by kind of row: True when the row is new.
        self.touched: dict[type[Row], dict[Hashable, bool]] = defaultdict(dict)

    def put(self, row: Row) -> None:
        """Insert or replace `row`, and note that it changed."""
        kind = type(row)
        key = self.keep(row)
        touched = self.touched[kind]
        if key[0] not in touched:
            touched[key[0]] = key[1]

    def keep(self, row: Row) -> tuple[Hashable, bool]:
        """Insert or replace `row` without noting a change; its key, and whether it is new here."""
        match row:
            case WorkflowRow():
                new = row.workflow_id not in self.workflows
                self.workflows[row.workflow_id] = row
                return row.workflow_id, new
            case AssignmentRow():
                new = row.assignment not in self.assignments
                self.assignments[row.assignment] = row
                self._assignments_of[row.workflow_id][row.assignment] = None
                return row.assignment, new
            case StepRow():
                key = (row.workflow_id, row.step, row.attempt)
                new = key not in self.steps
                self.steps[key] = row
                self._steps_of[row.workflow_id][key] = None
                return key, new
            case NoticeRow():
                return row.notice.id, self._keep_notice(row)
            case MessageRow():
                new = row.message_id not in self.messages
                self.messages[row.message_id] = row
                return row.message_id, new
            case LinkRow():
                new = row.sha256 not in self.links
                self.links[row.sha256] = row
                self._links_of[row.assignment][row.sha256] = None
                return row.sha256, new

    def _keep_notice(self, row: NoticeRow) -> bool:
        notice = row.notice
        new = notice.id not in self.notices
        self.notices[notice.id] = row
        self._notices_of[row.workflow_id][notice.id] = None
        if notice.about:
            if row.status == "planned":
                self._planned[notice.about][notice.id] = None
            elif notice.about in self._planned:
                self._planned[notice.about].pop(notice.id, None)
        return new

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
