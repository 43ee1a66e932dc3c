"""The names under which Baton's events reach Prefect's automations. What is not here is nobody's hook."""

from __future__ import annotations

NAMES: dict[str, str] = {
    "WorkflowLaunched": "baton.workflow.launched",
    "WorkflowClosed": "baton.workflow.closed",
    "WorkflowHeld": "baton.workflow.held",
    "HoldLifted": "baton.workflow.lifted",
    "WorkflowLocked": "baton.workflow.locked",
    "StepOpened": "baton.step.opened",
    "StepClosed": "baton.step.closed",
    "StepReopened": "baton.step.reopened",
    "ShortfallRaised": "baton.step.short",
    "RungClimbed": "baton.step.escalated",
    "ResponseReceived": "baton.assignment.answered",
    "ReplyReceived": "baton.assignment.replied",
    "DeadlineMoved": "baton.assignment.moved",
}
