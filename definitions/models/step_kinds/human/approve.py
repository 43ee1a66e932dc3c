"""approve: somebody entitled says yes, yes with conditions, sends back, or says no.

Contract: a form without a decision gets the standard one. "returned" sets off what `on` says, and without that
keeps the step open. "rejected" sets off what `on` says, and without that stops the workflow: a refusal is
never passed over.

Example::

    - id: cd_review
      kind: approve
      title: Review the quarter
      assign: {role: clinical_director}
      shows: [position]
      on: {returned: reopen practice_return}
"""

from __future__ import annotations

from definitions.models.step_kinds.declaration import StepKind

KIND = StepKind(
    name="approve",
    needs=("assign", "due"),
    outcome="approved",
    leaves="answers",
    keys=frozenset({"statement"}),
    decides=True,
    sends_back=frozenset({"returned"}),
    ends=frozenset({"rejected"}),
)
