"""notify: the engine tells people something, and goes on.

Contract: one notice a person, planned in the draft that reaches the step; nobody outside the PCN is ever told.

Example::

    - id: thanks
      kind: notify
      title: Close and thank
      message:
        to: [everyone who took part]
        subject: "{{ inputs.quarter }} is closed, thank you. Here is how it came out"
        body: All practices answered.
"""

from __future__ import annotations

from typing import Any

from definitions.models.definition import Step
from engine.decisions.step_kinds.kind import Automatic
from engine.expressions.scope import Scope


def perform(step: Step, scope: Scope) -> dict[str, Any]:
    """The words told; who hears them is planned with the notices."""
    if step.message is None:
        return {}
    around = scope.around(step)
    return {
        "subject": scope.text(step.message.subject, "line", **around),
        "body": scope.text(step.message.body, "email", **around),
    }


KIND = Automatic(outcome="told", perform=perform)
