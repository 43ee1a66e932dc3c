"""review: somebody looks over what earlier steps brought and says what they see.

Contract: as collect; with a decision field, "returned" does not count until the step says what it sets off.

Example::

    - id: reconcile
      kind: review
      title: Reconcile with CQRS
      assign: {role: pcn_manager}
      shows: [position]
      form:
        - {id: cqrs_as_at, type: date, label: CQRS figures as at}
"""

from __future__ import annotations

from definitions.models.step_kinds.declaration import StepKind

KIND = StepKind(
    name="review",
    needs=("assign", "due"),
    outcome="reviewed",
    leaves="answers",
    mailbox=True,
    sends_back=frozenset({"returned"}),
)
