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

from __future__ import annotations

from definitions.models.step_kinds.declaration import StepKind

KIND = StepKind(
    name="attest",
    needs=("assign", "due", "statement"),
    outcome="signed",
    leaves="answers",
    keys=frozenset({"statement"}),
    signs=True,
    sends_back=frozenset({"returned"}),
    ends=frozenset({"rejected"}),
)
