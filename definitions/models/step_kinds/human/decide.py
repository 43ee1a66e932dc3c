"""decide: somebody chooses between ways on.

Contract: the outcome is the value of the field `outcome` names (else of the decision field), and `on` says
what each value sets off. It is never automatic.

Example::

    - id: day_one_gate
      kind: decide
      title: Ready for day one?
      assign: {role: pcn_manager}
      form:
        - {id: decision, type: choice, options: [start as planned, delay], label: What happens}
      on: {delay: move start_date to answers.day_one_gate.new_start_date}
"""

from __future__ import annotations

from definitions.models.step_kinds.declaration import StepKind

KIND = StepKind(
    name="decide",
    needs=("assign", "due", "form"),
    outcome="decided",
    leaves="answers",
)
