"""collect: asks for typed answers. It closes when enough of them are in.

Contract: any number of organisations is asked; every response counts unless `counts_if` says otherwise; the
answers are kept as given, and nobody's are estimated.

Example::

    - id: practice_return
      kind: collect
      title: Your figures for {{ inputs.quarter }}
      assign: {role: practice_manager, at: every practice}
      due: 10 working days after quarter_end
      form:
        - {id: search_run_on, type: date, label: When was the search run}
      close_when: 80% of list size
"""

from __future__ import annotations

from definitions.models.step_kinds.declaration import StepKind

KIND = StepKind(
    name="collect",
    needs=("assign", "due", "form"),
    outcome="answered",
    leaves="answers",
    mailbox=True,
)
