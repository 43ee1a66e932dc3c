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

from engine.decisions.step_kinds.kind import Human

KIND = Human(plain="approved", sends_back=frozenset({"returned"}), ends=frozenset({"rejected"}))
