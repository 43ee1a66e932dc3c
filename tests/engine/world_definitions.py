"""The definitions of the worlds, as text: a quarter's figures, a vote, nothing at all, and the simplest there is."""

from __future__ import annotations

HEAD = """\
version: 1
title: {title}
summary: A process for tests.
retention: corporate-6
sensitivity: none
"""

FIGURES = """\
id: figures
{head}
launch:
  by: [pcn_manager]
  reference: "Figures {{{{ inputs.quarter }}}}"
  inputs:
    - {{id: quarter, type: choice, options: [Q1, Q4], label: Quarter}}
    - {{id: indicators, type: dataset, dataset: iif-indicators-2025-26, label: Indicators, required: false}}
    - {{id: board_date, type: date, label: Board, required: false}}
    - {{id: cut_off, type: date, label: Cut-off}}
dates:
  quarter_end: {{is: "calendar.quarter_end(inputs.quarter, '2026/27')"}}
  board: {{is: inputs.board_date, when: inputs.board_date}}
  external_deadline: {{is: inputs.cut_off, external: true}}
steps:
  - id: heads_up
    kind: notify
    title: Coming soon
    message: {{to: [every practice], subject: "Figures for {{{{ inputs.quarter }}}} are coming", body: Soon., urgent: true}}
  - id: returns
    kind: collect
    title: Your figures for {{{{ inputs.quarter }}}}
    why: The PCN is paid on its total.
    takes: 10 minutes
    assign: {{role: practice_manager, at: every practice}}
    opens: 1 working day after quarter_end
    due: 10 working days after quarter_end
    form:
      - {{id: visits, type: integer, label: Visits, min: 0, max: 500}}
      - repeat: inputs.indicators
        as: indicator
        fields:
          - {{id: result, type: ratio, label: "{{{{ indicator.name }}}}", required: false}}
      - {{id: note, type: long text, label: Note, required: false}}
    close_when: 80% of list size
    if_short: {{if: inputs.quarter == 'Q4', then: {{do: decide, at: 8 working days before external_deadline}}, otherwise: decide}}
    silence: never counts
    ladder: {{if: inputs.quarter == 'Q4', then: standard-q4, otherwise: standard}}
  - id: position
    kind: compute
    title: Position
    after: [returns]
    values: {{visits: "total(answers.returns, 'visits')"}}
  - id: confirm
    kind: attest
    title: Confirm the figures of {{{{ practice.name }}}}
    after: [returns]
    assign: {{role: gp_lead, at: every practice}}
    due: later of 13 working days after quarter_end and 3 working days after opens
    signs: [returns]
    not_by: {{step: returns, level: refuse}}
    statement: These figures are ours.
    form:
      - {{id: decision, type: decision, options: [approved, returned], label: Decision}}
    on: {{returned: reopen returns for the practice}}
    close_when: at least 3
    if_short: proceed and name the gaps
    ladder: standard
  - id: query
    kind: collect
    title: A question about your figures
    after: [returns]
    on_demand: true
    assign: {{role: practice_manager, at: chosen practices}}
    due: 5 working days after opens
    outcome: finding
    form:
      - {{id: finding, type: choice, options: [right, wrong], label: Finding}}
    on: {{wrong: reopen returns for the practice}}
    ladder: standard
  - id: review
    kind: approve
    title: The quarter on one page
    after: [position, confirm]
    assign: {{role: clinical_director}}
    due: later of 18 working days after quarter_end and 2 working days after opens
    on: {{returned: reopen returns, rejected: reopen confirm}}
    ladder: pcn
  - id: declare
    kind: do
    title: Declare
    when: inputs.quarter == 'Q4'
    assign: {{role: pcn_manager}}
    due: external_deadline
    external: true
    form:
      - {{id: declared, type: yes/no, label: Declared}}
    stop_if: response.declared == 'no'
    stop_message: It has to be declared first.
    ladder: pcn
  - id: approval
    kind: wait
    title: The commissioner's approval
    after: [declare]
    assign: {{role: pcn_manager}}
    due: later of external_deadline and 2 working days after opens
    outcome: status
    form:
      - {{id: status, type: choice, options: [nothing yet, approved, returned], label: Status}}
    counts_if: response.status != 'nothing yet'
    on: {{returned: reopen review}}
    locks: true
    ladder: watch
  - id: thanks
    kind: notify
    title: Thanks
    message: {{to: [everyone who took part], subject: Thank you, body: Done.}}
"""

VOTE = """\
id: vote
{head}
launch:
  by: [pcn_manager]
  reference: "Vote {{{{ inputs.start }}}}"
  inputs:
    - {{id: start, type: date, label: Start}}
    - {{id: chosen, type: practices, label: Practices, required: false}}
    - {{id: employer, type: organisation, label: Employer, required: false}}
    - {{id: supervisor, type: person, label: Supervisor, required: false}}
dates:
  start: {{is: inputs.start}}
  review: {{at: 20 working days after start}}
steps:
  - id: views
    kind: review
    title: Have you any objection
    after: []
    assign: {{role: practice_manager, at: practices with tag town}}
    due: 5 working days after start
    form:
      - {{id: decision, type: decision, options: [approved, returned], label: Decision}}
    close_when: majority
    silence: counts as agreement
    ladder: one-reminder
  - id: ballot
    kind: approve
    title: Vote
    after: []
    assign: {{role: gp_lead, at: every practice}}
    due: 5 working days after opens
    form:
      - {{id: decision, type: decision, options: [approved, approved with conditions], label: Vote}}
    close_when: majority
    if_short: decide
    silence: counts as abstention
    ladder: one-reminder
  - id: anyone
    kind: collect
    title: Can anybody host
    after: []
    assign: {{role: practice_manager, at: every practice}}
    where: practice.list_size > 5000
    due: 3 working days after launch
    form:
      - {{id: host, type: yes/no, label: Can you host}}
    close_when: any
    ladder: standard
  - id: few
    kind: collect
    title: Two are enough
    after: []
    when: inputs.chosen
    assign: {{role: practice_manager, at: practices in inputs.chosen}}
    due: review
    form:
      - {{id: host, type: yes/no, label: Can you host}}
    counts_if: response.host == 'yes'
    on: {{"no": open talk for the practice}}
    outcome: host
    close_when: at least 2
    if_short: {{do: decide, at: 2 working days before due}}
    ladder: standard
  - id: talk
    kind: do
    title: A word with {{{{ practice.name }}}}
    after: []
    on_demand: true
    assign: {{role: clinical_director, at: chosen practices}}
    due: 3 working days after opens
    outcome: how
    form:
      - {{id: how, type: choice, options: [settled, ask again], label: How it goes on}}
    on: {{ask again: reopen few for the practice}}
    ladder: pcn
  - id: employer_word
    kind: collect
    title: The employer's word
    after: [views, ballot]
    assign:
      - {{role: hr_lead, at: organisation inputs.employer}}
      - {{person: inputs.supervisor}}
    due: later of 5 working days after start and 5 working days after opens
    form:
      - {{id: fine, type: yes/no, label: Fine}}
    ladder: pcn
  - id: gate
    kind: decide
    title: Start
    after: [employer_word, anyone, few]
    assign: {{role: pcn_manager}}
    due: 2 working days before start
    form:
      - {{id: decision, type: choice, options: [start, delay, give up], label: What happens}}
      - {{id: new_start, type: date, label: New start, required: false, required_if: decision == 'delay'}}
    on: {{delay: [move start to answers.gate.new_start, reopen gate], give up: stop}}
    ladder: pcn
  - id: sign
    kind: attest
    title: Sign
    assign: {{role: clinical_director}}
    due: 3 working days after opens
    signs: [gate]
    cover_may: attest
    statement: I agree.
    not_by: {{step: gate, level: warn}}
    ladder: pcn
    starts: figures
    wait: no
    start_inputs: {{quarter: "'Q1'", cut_off: dates.review}}
  - id: record
    kind: produce
    title: Record
    opens: 1 working day after sign.closed
    artefact: {{name: Record, template: "{{{{ workflow.reference }}}}: {{{{ answers.gate.decision }}}}"}}
"""

NOTHING = """\
id: nothing
{head}
launch: {{by: [pcn_manager], reference: Nothing}}
steps:
  - id: one
    kind: do
    title: One
    when: 1 > 2
    assign: {{role: pcn_manager}}
    due: 1 working day after opens
  - id: two
    kind: do
    title: Two
    assign: {{role: practice_manager, at: practices with tag nowhere}}
    due: 1 working day after opens
"""

#: A single question to every practice: what the rules and the benchmarks ask of.
SIMPLE = """\
id: simple
{head}
launch:
  by: [pcn_manager]
  reference: Simple
  inputs:
    - {{id: start, type: date, label: Start}}
    - {{id: deadline, type: date, label: Deadline, required: false}}
dates:
  start: {{is: inputs.start}}
  external_deadline: {{is: inputs.deadline, external: true, when: inputs.deadline}}
steps:
  - id: ask
    kind: {kind}
    title: How many visits
    why: So that the van is full.
    takes: 5 minutes
    assign: {{role: {role}, at: every practice}}
    due: {due}
    form:
      - {form}
    ladder: standard
    {extra}
"""

VISITS = "{id: visits, type: integer, label: Visits, min: 0}"
DECISION = "{id: decision, type: decision, label: Decision}"
