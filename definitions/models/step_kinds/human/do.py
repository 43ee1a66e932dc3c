"""do: a task for a person outside Baton: a call, a meeting, an upload elsewhere.

Contract: it closes when the person says it is done, with whatever the form asks as proof.

Example::

    - id: submit
      kind: do
      title: Send the plan to the ICB
      assign: {role: pcn_manager}
      form:
        - {id: submitted_on, type: date, label: When did you send it}
"""

from __future__ import annotations

from definitions.models.step_kinds.declaration import StepKind

KIND = StepKind(
    name="do",
    needs=("assign", "due"),
    outcome="done",
    leaves="answers",
    mailbox=True,
)
