"""wait: something outside has to happen; somebody records it when it does.

Contract: it may be answered many times while things stand still; `counts_if` says which answer ends the wait.
The outside body is never written to.

Example::

    - id: icb_outcome
      kind: wait
      title: What did the ICB say?
      assign: {role: pcn_manager}
      form:
        - {id: outcome, type: choice, options: [accepted, returned, no response], label: Outcome}
      counts_if: response.outcome != 'no response'
      on: {returned: reopen draft_plan}
"""

from __future__ import annotations

from definitions.models.step_kinds.declaration import StepKind

KIND = StepKind(
    name="wait",
    needs=("assign", "due"),
    outcome="recorded",
    leaves="answers",
)
