"""Two small definitions that load, and what they stand on."""

from __future__ import annotations

from pathlib import Path

VISIT = """\
id: visit-plan
version: 1
title: Visit plan
summary: Every practice says how many visits it needs, and the clinical director agrees the plan.
retention: corporate-6
sensitivity: none
launch:
  by: [pcn_manager]
  reference: "Visits from {{ inputs.start }}"
  inputs:
    - {id: start, type: date, label: First day}
    - {id: money, type: money, label: Funding, required: false}
dates:
  start: {is: inputs.start}
  review: {at: 20 working days after start}
steps:
  - id: ask
    kind: collect
    title: How many visits
    assign: {role: practice_manager, at: every practice}
    due: 5 working days after start
    form:
      - {id: visits, type: integer, label: Visits a week, min: 0, warn: visits differs from previous by 15%}
      - {id: why, type: long text, label: Why so many, required: false, required_if: visits > 20}
    close_when: 80% of list size
    if_short: decide
    ladder: standard
  - id: sum
    kind: compute
    title: Sum
    values: {visits: "total(answers.ask, 'visits')"}
  - id: agree
    kind: approve
    title: "Agree {{ values.sum.visits }} visits"
    assign: {role: clinical_director}
    due: review
    shows: [sum]
    signs: [ask]
    not_by: ask
    on: {returned: reopen ask for the practice, rejected: stop}
  - id: call
    kind: do
    title: Ring the practice
    on_demand: true
    assign: {role: pcn_manager}
    due: 2 working days after opens
"""

QUARTER = """\
id: small-quarter
version: 2
title: Small quarter
summary: Figures by indicator, their position, and a pack.
financial_year: 2026/27
retention: corporate-6
sensitivity: aggregate
launch:
  by: [pcn_manager, pcn_admin]
  reference: "{{ inputs.quarter }} {{ inputs.year }}"
  every: {anchor: quarter_end, start: 10 working days before quarter_end}
  inputs:
    - {id: quarter, type: choice, options: [Q1, Q2, Q3, Q4], label: Quarter}
    - {id: year, type: text, label: Financial year, default: 2026/27}
    - {id: indicators, type: dataset, dataset: small-set, label: Indicators}
dates:
  quarter_end: {is: "calendar.quarter_end(inputs.quarter, inputs.year)"}
  cut_off: {is: "calendar.year_end(inputs.year)", external: true, when: inputs.quarter == 'Q4'}
steps:
  - id: figures
    kind: collect
    title: "Your figures for {{ inputs.quarter }}"
    assign: {role: practice_manager, at: every practice}
    opens: 1 working day after quarter_end
    due: 10 working days after quarter_end
    form:
      - repeat: inputs.indicators
        as: indicator
        fields:
          - {id: result, type: ratio, label: "{{ indicator.name }}", warn: result.denominator differs from previous by 15%}
          - {id: on_track, type: choice, options: [yes, at risk, no], label: On track}
          - {id: blocker, type: text, label: What is in the way, required_if: on_track != 'yes'}
      - {id: counts_only, type: attestation, label: Counts only, statement: These are counts only.}
    stop_if: not response.counts_only.agreed
    stop_message: Only counts may be sent.
    ladder: {if: inputs.quarter == 'Q4', then: standard, otherwise: standard}
  - id: position
    kind: compute
    title: Position
    values: {rows: "indicator_position(inputs.indicators, answers.figures)"}
  - id: declare
    kind: do
    title: Declare
    when: inputs.quarter == 'Q4'
    assign: {role: clinical_director}
    due: cut_off
    form:
      - {id: status, type: choice, options: [declared, returned], label: How it went}
    on: {returned: [reopen figures]}
  - id: pack
    kind: produce
    title: Pack
    after: [position]
    artefact:
      name: pack
      template: |
        # {{ inputs.quarter }}
        {% for row in values.position.rows %}
        {{ row.name }}: {{ row.percentage | percent }}{% if row.missing %}, without {{ row.missing | people }}{% endif %}
        {% endfor %}
        {% for record in answers.figures %}{{ record.practice.name }} {% endfor %}
"""

STANDARD = """\
id: standard
title: Standard
source: tests
rungs:
  - id: coming_up
    at: 3 working days before due
    to: [assignee]
    channel: digest
    register: coming up
    text: "{{ practice.name }}: {{ step.title }} is due {{ assignment.due }}"
"""

SMALL_SET = """\
id: small-set
title: Small set
financial_year: 2024/25
source: tests
items:
  - {id: HI-03, name: Health checks, lower: 60, upper: 80, points: 36, value_per_point: 198.00}
  - {id: CAN-02, name: FIT, lower: 65, upper: 80, points: 22, value_per_point: "198.00"}
"""


def write_library(root: Path) -> Path:
    """A library of the samples under `root`."""
    for folder in ("library", "ladders", "datasets"):
        (root / folder).mkdir(parents=True)
    (root / "library" / "visit-plan.yaml").write_text(VISIT)
    (root / "library" / "small-quarter.yaml").write_text(QUARTER)
    (root / "library" / "visit-plan.test.yaml").write_text("not: a definition\n")
    (root / "ladders" / "standard.yaml").write_text(STANDARD)
    (root / "datasets" / "small-set.yaml").write_text(SMALL_SET)
    return root
