"""notify: the engine tells people something, and goes on.

Contract: one notice a person, planned in the draft that reaches the step; nobody outside the PCN is ever told.

Example::

    - id: thanks
      kind: notify
      title: Close and thank
      message:
        to: [everyone who took part]
        subject: "{{ inputs.quarter }} is closed. Here is how it came out"
        body: All practices answered.
"""

from __future__ import annotations

from typing import Any

from definitions.models.step_kinds.declaration import Contents, StepKind, Surroundings


def _perform(step: Contents, around: Surroundings) -> dict[str, Any]:
    """The words told; who hears them is planned with the notices."""
    if step.message is None:
        return {}
    return {
        "subject": around.text(step.message.subject, "line"),
        "body": around.text(step.message.body, "email"),
    }


KIND = StepKind(
    name="notify",
    needs=("message",),
    outcome="told",
    leaves="nothing",
    keys=frozenset({"message"}),
    perform=_perform,
)
