"""Loading: what is wrong with a definition is told at its place, all of it at once."""

from __future__ import annotations

import pytest

from definitions.loading.loader import load_dataset, load_definition, load_ladder
from definitions.source.problems import CODES, DefinitionErrors
from tests.definitions.samples import QUARTER, SMALL_SET, STANDARD, VISIT


class Shelf:
    ladder_ids = ("standard",)
    dataset_ids = ("small-set",)
    started = {
        "round-1": ["round-2"],
        "round-2": ["round-1"],
        **{f"deep-{n}": [f"deep-{n + 1}"] for n in range(1, 6)},
    }
    definition_ids = ("visit-plan", "other-plan", *started, "deep-6")

    def inputs_of(self, definition_id: str) -> dict[str, bool]:
        return {"start": True, "money": False}

    def starts_of(self, definition_id: str) -> list[str]:
        return self.started.get(definition_id, [])


def faults(text: str) -> list[str]:
    with pytest.raises(DefinitionErrors) as caught:
        load_definition(text, "f.yaml", Shelf())
    assert all(problem.code in CODES for problem in caught.value.problems)
    return [str(problem).removeprefix("f.yaml:") for problem in caught.value.problems]


@pytest.mark.parametrize("text", [VISIT, QUARTER], ids=["visit-plan", "small-quarter"])
def test_samples_load(text: str) -> None:
    assert load_definition(text, catalogue=Shelf()).steps


# What is changed in the sample, the places and codes of all that is then found, and words of it.
BAD = [
    # --- the shape
    ("ladder: standard\n", "lader: standard\n",
     ["27:5 BD201"], "did you mean ladder?"),
    ("due: 5 working days after start", "deadline: 5 working days after start",
     ["21:5 BD201"], "did you mean due?"),
    ("retention: corporate-6\n", "",
     ["1:1 BD202"], "'retention'"),
    ("kind: collect", "kind: colect",
     ["18:11 BD204"], "did you mean collect?"),
    ("role: practice_manager", "role: practice_manger",
     ["20:20 BD207"], "did you mean practice_manager?"),
    ("by: [pcn_manager]", "by: [pcn_manger]",
     ["8:8 BD207"], "did you mean pcn_manager?"),
    ("by: [pcn_manager]", "by: []",
     ["8:7 BD205"], "empty"),
    ("title: Visit plan", "title: 2026",
     ["3:8 BD203"], "quotes"),
    ("title: Visit plan", "title: [a]",
     ["3:8 BD203"], "text is wanted"),
    ("version: 1", "version: 0",
     ["2:10 BD205"], "greater than or equal to 1"),
    ("id: ask", "id: Ask Them",
     ["17:9 BD205", "31:29 BD303", "38:13 BD301", "39:13 BD301", "40:27 BD301"], "did you mean ask_them?"),
    ("    assign: {role: practice_manager, at: every practice}", "    assign: practice_manager",
     ["20:13 BD203"], "mapping"),
    ("if_short: decide", "if_short: {what: decide}",
     ["26:15 BD202", "26:16 BD201"], "'what'"),
    ("if_short: decide", "if_short: decde",
     ["26:15 BD204"], "did you mean decide?"),
    ("summary: Every", "financial_year: 2026\nsummary: Every",
     ["4:17 BD203"], "quotes"),
    ("summary: Every", "financial_year: 26/27\nsummary: Every",
     ["4:17 BD205"], "2026/27"),
    # --- ids
    ("id: call", "id: ask",
     ["40:27 BD605", "41:9 BD206"], "'ask' stands twice"),
    ("id: why", "id: visits",
     ["24:14 BD206"], "'visits' stands twice"),
    ("id: money", "id: start",
     ["12:12 BD206"], "'start' stands twice"),
    ("id: why", "id: practice",
     ["24:14 BD208"], "expressions need that name"),
    # --- names
    ("inputs.start }}", "inputs.strat }}",
     ["9:30 BD303"], "did you mean inputs.start?"),
    ("{is: inputs.start}", "{is: inputs.beginning}",
     ["14:15 BD303"], "inputs has no 'beginning'"),
    ("{is: inputs.start}", "{is: start}",
     ["14:15 BD303"], "did you mean inputs.start?"),
    ("visits > 20", "vists > 20",
     ["24:86 BD303"], "did you mean visits?"),
    ("visits > 20", "visits.number > 20",
     ["24:86 BD303"], "has no parts"),
    ("total(answers.ask, 'visits')", "total(answers.aks, 'visits')",
     ["31:29 BD303"], "did you mean answers.ask?"),
    ("total(answers.ask, 'visits')", "totl(answers.ask, 'visits')",
     ["31:23 BD303"], "did you mean total?"),
    ("total(answers.ask, 'visits')", "total(answers.ask)",
     ["31:23 BD507"], "column"),
    ("total(answers.ask, 'visits')", "answers.ask.visits",
     ["31:23 BD303"], "answers.ask is a list"),
    ("total(answers.ask, 'visits')", "answers.ask | summ",
     ["31:37 BD303"], "did you mean sum?"),
    ("values.sum.visits", "values.sum.vists",
     ["34:22 BD303"], "did you mean values.sum.visits?"),
    ("shows: [sum]", "shows: [summ]",
     ["37:13 BD301"], "did you mean sum?"),
    ("signs: [ask]", "signs: [asks]",
     ["38:13 BD301"], "did you mean ask?"),
    ("not_by: ask", "not_by: {step: aks, level: warn}",
     ["39:20 BD301"], "did you mean ask?"),
    ("reopen ask for", "reopen aks for",
     ["40:27 BD301"], "did you mean ask?"),
    ("20 working days after start", "20 working days after strat",
     ["15:38 BD302"], "did you mean start?"),
    ("5 working days after start", "5 working days after money",
     ["21:31 BD302"], "money: {is: inputs.money}"),
    ("due: review", "due: 3 days after aks.closed",
     ["36:23 BD301"], "did you mean ask"),
    ("ladder: standard", "ladder: standart",
     ["27:13 BD304"], "did you mean standard?"),
    ("type: money, ", "type: dataset, dataset: smallset, ",
     ["12:43 BD305"], "did you mean small-set?"),
    ("on_demand: true", "on_demand: true\n    starts: other-plans\n    wait: no",
     ["45:13 BD306"], "did you mean other-plan?"),
    ("on_demand: true", "on_demand: true\n    starts: other-plan\n    wait: no\n    start_inputs: {strat: '1'}",
     ["45:5 BD601", "47:20 BD307"], "needs the input 'start'"),
    # --- child workflows
    ("on_demand: true", "on_demand: true\n    starts: other-plan\n    start_inputs: {start: '1'}",
     ["45:5 BD601"], "write 'wait: no'"),
    ("on_demand: true", "on_demand: true\n    wait: no",
     ["45:5 BD602"], "'wait' belongs to 'starts'"),
    ("on_demand: true", "on_demand: true\n    for_each: practices",
     ["45:5 BD602"], "'for_each' belongs to 'starts'"),
    ("on_demand: true", "on_demand: true\n    starts: visit-plan\n    wait: no\n    start_inputs: {start: '1'}",
     ["45:13 BD406"], "visit-plan starts visit-plan"),
    ("on_demand: true", "on_demand: true\n    starts: round-1\n    wait: no\n    start_inputs: {start: '1'}",
     ["45:13 BD406"], "visit-plan starts round-1 starts round-2 starts round-1"),
    ("on_demand: true", "on_demand: true\n    starts: deep-1\n    wait: no\n    start_inputs: {start: '1'}",
     ["45:13 BD407"], "deep-4 starts deep-5 starts deep-6"),
    ("on_demand: true", "on_demand: true\n    starts: other-plan\n    wait: no\n    start_inputs: {start: each.x}",
     ["47:27 BD303"], "each"),
    ("on: {returned", "outcome: decisions\n    on: {returned",
     ["40:14 BD307"], "'decisions'"),
    ("rejected: stop", "refused: stop",
     ["40:49 BD308"], "does not offer 'refused'"),
    # --- order and dates
    ("    title: How many visits\n", "    title: How many\n    after: [agree]\n",
     ["20:12 BD401"], "ask → agree → sum → ask"),
    ("    title: Sum\n", "    title: Sum\n    after: [sum]\n",
     ["31:13 BD401"], "itself"),
    ("start: {is: inputs.start}", "start: {is: dates.review}",
     ["14:10 BD402"], "start → review → start"),
    ("start: {is: inputs.start}", "start: {at: 1 day after agree.closed}",
     ["14:10 BD402"], "start depends on itself"),
    ("due: review", "due: 2 days before due",
     ["36:10 BD402"], "agree.due"),
    ("    values: {visits", "    after: []\n    values: {visits",
     ["32:29 BD403", "39:13 BD403"], "does not come before it"),
    ("visits > 20", "answers.agree.decision == 'x'",
     ["24:86 BD403"], "agree comes after it"),
    ("    title: Sum\n", "    title: Sum\n    after: [call]\n",
     ["31:12 BD401", "31:13 BD405"], "only on demand"),
    # --- small languages
    ("visits > 20", "visits >",
     ["24:86 BD501"], "unexpected"),
    ("visits > 20", "visits.__class__",
     ["24:93 BD502"], "begin with _"),
    ("inputs.start }}", "inputs.start }",
     ["9:14 BD501"], "'}'"),
    ("due: 5 working days after start", "due: 5 workng days after start",
     ["21:12 BD503"], "working"),
    ("close_when: 80% of list size", "close_when: most",
     ["25:17 BD504"], "majority"),
    ("close_when: 80% of list size", "close_when: 180% of list size",
     ["25:17 BD504"], "100%"),
    ("at: every practice", "at: all practices",
     ["20:42 BD505"], "every practice"),
    ("at: every practice", "at: practices in inputs.place",
     ["20:55 BD303"], "'place'"),
    ("rejected: stop", "rejected: stop it",
     ["40:59 BD506"], "reopen STEP"),
    # --- steps and fields
    ("    due: 5 working days after start\n", "",
     ["18:11 BD601"], "needs 'due'"),
    ("kind: approve", "kind: attest",
     ["33:11 BD601", "40:5 BD601"], "needs 'statement'"),
    ("    values: {visits: \"total(answers.ask, 'visits')\"}\n", "",
     ["29:11 BD601", "33:22 BD303"], "needs 'values'"),
    ("    title: Sum\n", "    title: Sum\n    assign: {role: pcn_manager}\n",
     ["31:5 BD602"], "asks nobody"),
    ("    title: Sum\n", "    title: Sum\n    statement: Yes.\n",
     ["31:5 BD602"], "attest"),
    ("ladder: standard", "stop_if: response.visits > 99",
     ["27:5 BD601"], "stop_message"),
    ("assign: {role: practice_manager, at: every practice}", "assign: {at: every practice}",
     ["20:13 BD601"], "'role' or a 'person'"),
    ("type: money, label", "type: choice, label",
     ["12:25 BD603"], "needs 'options'"),
    ("type: long text", "type: attestation",
     ["24:25 BD603"], "needs 'statement'"),
    ("label: Funding", "label: Funding, options: [a]",
     ["12:48 BD604"], "no 'options'"),
    ("min: 0", "min: 9, max: 3",
     ["23:72 BD205"], "less than 'min'"),
    ("min: 0", "min: 1 day after start",
     ["23:64 BD603"], "a number"),
    ("rejected: stop", "rejected: open sum",
     ["40:64 BD605"], "on_demand"),
    ("close_when: 80% of list size", "close_when: at least 0",
     ["25:17 BD504"], "at least 1"),
    ("review: {at: 20 working days after start}", "review: {label: x}",
     ["15:3 BD606"], "either 'is' or 'at'"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "places", "words"), BAD, ids=[f"{i}-{case[1].strip()[:40]}" for i, case in enumerate(BAD)]
)
def test_bad_definitions(old: str, new: str, places: list[str], words: str) -> None:
    assert old in VISIT
    found = faults(VISIT.replace(old, new, 1))
    assert [" ".join(line.split()[:2]) for line in found] == places, found
    assert any(words in line for line in found), found


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            "start: {is: inputs.start}",
            "start: {is: inputs.start, external: true}\n  other: {at: 1 day before start}",
        ),
        ("rejected: stop", "rejected: move start to dates.review"),
        (
            "    title: Sum\n",
            "    title: Sum\n    after: [ask]\n    when: inputs.money and today > dates.start\n",
        ),
        ("rejected: stop", "rejected: open call for the practice"),
        ("close_when: 80% of list size", "close_when: {if: inputs.money, then: all, otherwise: at least 3}"),
        (
            "if_short: decide",
            "if_short: {if: inputs.money, then: wait, otherwise: {do: decide, at: 3 days after due}}",
        ),
        ("due: review", "due: later of review and 2 days after opens"),
    ],
)
def test_good_definitions(old: str, new: str) -> None:
    assert old in VISIT
    load_definition(VISIT.replace(old, new, 1), catalogue=Shelf())


def test_a_compute_step_that_starts_another_process_may_work_out_nothing() -> None:
    start = "  - {id: begin, kind: compute, starts: other-plan, start_inputs: {start: dates.start}}\n"
    load_definition(VISIT + start, catalogue=Shelf())
    assert "needs 'values' or 'starts'" in faults(VISIT + "  - {id: begin, kind: compute}\n")[0]


def test_an_external_date_is_not_moved() -> None:
    text = VISIT.replace("{is: inputs.start}", "{is: inputs.start, external: true}")
    found = faults(text.replace("rejected: stop", "rejected: move start to dates.review"))
    assert [line[:11] for line in found] == ["40:64 BD404"]


def test_a_fault_in_a_long_text_is_told_by_its_line() -> None:
    found = faults(
        QUARTER.replace("{% endfor %}\n        {% for record", "{% endfr %}\n        {% for record")
    )
    line = QUARTER[: QUARTER.index("{% endfor %}\n        {% for record")].count("\n") + 1
    assert found[0].startswith(f"{line}:9 BD501"), found


def test_names_inside_a_repeated_group() -> None:
    # the item, its siblings, and the parts of a ratio are known; nothing else is
    bad = QUARTER.replace("required_if: on_track", "required_if: on_trak").replace(
        "result.denominator", "result.denominater"
    )
    bad = bad.replace("{{ indicator.name }}", "{{ indicatr.name }}").replace(
        "record.practice.name", "record.practice.nme"
    )
    assert [line.split(" (")[1] for line in faults(bad) if "(" in line] == [
        "did you mean indicator?)",
        "did you mean result.denominator?)",
        "did you mean on_track?)",
        "did you mean answers.figures.practice.name?)",
    ]


def test_every_error_at_once() -> None:
    text = VISIT
    for old, new in (
        ("retention: corporate-6\n", ""),
        ("inputs.start }}", "inputs.strat }}"),
        ("kind: collect", "kind: colect"),
        ("close_when: 80% of list size", "close_when: most"),
        ("title: Sum", "tittle: Sum"),
        ("role: clinical_director", "role: clinical_directer"),
        ("due: review", "due: revew"),
        ("on_demand: true", "on_demand: perhaps"),
    ):
        text = text.replace(old, new, 1)
    codes = [line.split()[1] for line in faults(text)]
    assert codes == ["BD202", "BD303", "BD204", "BD504", "BD201", "BD207", "BD302", "BD205"]


def test_a_step_too_broken_to_save_is_still_known_by_name() -> None:
    text = VISIT.replace("    kind: compute\n", "")
    found = faults(text)
    assert [line.split()[1] for line in found] == ["BD202"], found


def test_an_approval_gets_the_standard_decision() -> None:
    definition = load_definition(VISIT, catalogue=Shelf())
    ids = [(item.id, item.type) for item in definition.step("agree").form]  # type: ignore[union-attr]
    assert ids == [("decision", "decision"), ("reason", "long text")]


def test_thousands_of_errors_end() -> None:
    steps = "".join(f"  - {{idd: a{i}, kindd: b, titel: c}}\n" for i in range(9_000))
    assert faults(VISIT + steps)
    many = "".join(f"  - {{id: a{i}, kind: compute, title: c, values: {{a: 1}}}}\n" for i in range(9_000))
    assert "more than 200 steps" in faults(VISIT + many)[0]


def test_sixteen_steps_load() -> None:
    more = "".join(
        f"  - {{id: more{i}, kind: collect, title: 'More {{{{ inputs.start }}}}', assign: {{role: gp_lead, at: every practice}}, "
        f"due: {i + 30} days after start, form: [{{id: a, type: integer, label: A, show_if: 'b == {i}'}}, "
        "{id: b, type: integer, label: B}]}\n"
        for i in range(12)
    )
    assert len(load_definition(VISIT + more, catalogue=Shelf()).steps) == 16


def test_ladders() -> None:
    assert load_ladder(STANDARD).rungs[0].channel == "digest"
    bad = (
        STANDARD.replace("before due", "before dew")
        .replace("practice.name", "practice.nam")
        .replace("channel: digest", "channel: digst")
    )
    with pytest.raises(DefinitionErrors) as caught:
        load_ladder(bad, "l.yaml")
    assert [f"{p.line}:{p.column} {p.code}" for p in caught.value.problems] == [
        "6:31 BD302",
        "8:14 BD204",
        "10:15 BD303",
    ]


def test_datasets() -> None:
    assert load_dataset(SMALL_SET).items[0]["upper"] == 80
    with pytest.raises(DefinitionErrors, match="7:10 BD206"):
        load_dataset(SMALL_SET.replace("CAN-02", "HI-03"))
    with pytest.raises(DefinitionErrors, match="6:5 BD202"):
        load_dataset(SMALL_SET.replace("id: HI-03, ", ""))


def test_a_curly_quote_in_an_expression_is_pointed_at() -> None:
    text = VISIT.replace(
        "start: {is: inputs.start}", 'start: {is: "inputs.start if pcn.code == ‘Y1’ else none"}'
    )
    with pytest.raises(DefinitionErrors) as caught:
        load_definition(text, "f.yaml")
    (problem,) = caught.value.problems
    line = next(number for number, each in enumerate(text.split("\n"), 1) if "‘" in each)
    assert (problem.line, problem.column) == (line, text.split("\n")[line - 1].index("‘") + 1)
    assert problem.message.endswith("; curly quotes quote nothing, type straight ones")
