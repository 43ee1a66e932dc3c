"""The definition that the design shows is one: it loads as it stands there, with the inputs it leaves out."""

from __future__ import annotations

from definitions.loading.loader import load_definition

SAMPLE = """\
# yaml-language-server: $schema=../definition.schema.json
id: iif-quarter-close
version: 1
title: IIF quarter close
summary: Every practice returns its figures; the PCN works out where it stands and agrees what to do next.
financial_year: 2026/27
retention: corporate-6
sensitivity: aggregate
sources:
  - {title: CQRS service page, url: "https://welcome.cqrs.nhs.uk/services/network-contract-des-25-26"}

launch:
  by: [pcn_manager]
  reference: "IIF {{ inputs.quarter }} {{ inputs.financial_year }}"
  every: {anchor: quarter_end, start: 10 working days before quarter_end}
  inputs:
    - {id: financial_year, type: text, label: Financial year}
    - {id: quarter, type: choice, options: [Q1, Q2, Q3, Q4], label: Which quarter}
    - {id: indicators, type: dataset, dataset: iif-indicators, label: Indicator set}
    - {id: approval_cut_off, type: date, label: Approval cut-off, required: false}
    - {id: board_date, type: date, label: Board meeting, required: false}

dates:
  quarter_end: {is: "calendar.quarter_end(inputs.quarter, inputs.financial_year)"}
  cqrs_approval: {is: inputs.approval_cut_off, external: true, when: "inputs.quarter == 'Q4'"}

steps:
  - id: practice_return
    kind: collect
    title: Your figures for {{ inputs.quarter }}
    why: The PCN is paid on its total, so every practice's figures count.
    takes: 10 minutes
    assign: {role: practice_manager, at: every practice}
    opens: 1 working day after quarter_end
    due: 10 working days after quarter_end
    form:
      - repeat: inputs.indicators
        as: indicator
        fields:
          - {id: result, type: ratio, label: "{{ indicator.name }}", warn: "result.denominator differs from previous by 15%"}
          - {id: on_track, type: choice, options: [yes, at risk, no], label: On track for year end}
      - {id: search_run_on, type: date, label: When was the search run, min: 1 day after quarter_end}
      - {id: nothing_identifiable, type: attestation, statement: These are counts only; nobody can be identified.}
    close_when: 80% of list size              # all | any | majority | at least 3 | 80% of list size
    if_short: decide                          # wait | decide | proceed and name the gaps
    silence: never counts                     # what saying nothing means, printed in the first mail
    ladder: standard

  - id: position
    kind: compute
    after: [practice_return]
    values:
      rows: "indicator_position(inputs.indicators, answers.practice_return)"

  - id: cd_review
    kind: approve
    after: [position]
    assign: {role: clinical_director, at: the PCN}
    due: 18 working days after quarter_end
    shows: [position]
    on: {returned: reopen practice_return}
"""


def test_the_sample_of_the_design_loads_as_it_stands() -> None:
    definition = load_definition(SAMPLE, "iif-quarter-close.yaml")
    assert [step.id for step in definition.steps] == ["practice_return", "position", "cd_review"]


def test_what_has_no_title_is_called_by_its_id() -> None:
    definition = load_definition(SAMPLE, "iif-quarter-close.yaml")
    assert definition.step("cd_review").title == "Cd review"
    assert [getattr(item, "label", "") for item in definition.step("practice_return").form][
        -1
    ] == "Nothing identifiable"
