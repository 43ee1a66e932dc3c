"""attest: somebody signs a statement in their own name, over content that is fixed by its hash.

Contract: only the assignee signs, or cover where `cover_may: attest` and the directory both allow it; silence
never counts; an edit to what was signed voids the signature (a new attempt asks again).

Example::

    - id: practice_sign_off
      kind: attest
      title: Sign the plan for {{ practice.name }}
      assign: {role: gp_lead, at: every practice}
      signs: [draft_plan, commitments]
      statement: We agree to the plan and to our part in it.
"""

from engine.decisions.step_kinds.kind import Human

KIND = Human(plain="signed", signs=True, sends_back=frozenset({"returned"}), ends=frozenset({"rejected"}))
