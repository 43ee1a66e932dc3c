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

from engine.decisions.step_kinds.kind import Human

KIND = Human(plain="reviewed", sends_back=frozenset({"returned"}))
