"""Checks what each kind of step needs and may not have, its outcomes, and what else it names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from definitions.checks.findings import Catalogue, Findings
from definitions.checks.forms import check_form, check_input
from definitions.models.definition import MOST_DEEP, Definition, LadderIf, Step
from definitions.models.outcomes import outcome_field, outcome_options, plain_fields
from definitions.models.step_kinds import STEP_KINDS
from definitions.source.document import KeyPath
from definitions.source.problems import nearest

#: What a step that asks nobody cannot have.
_HUMAN = (
    "assign", "form", "checks", "due", "ladder", "on", "signs", "shows", "stop_if", "counts_if", "outcome",
    "not_by", "own_practice", "where", "on_demand",
)  # fmt: skip


#: More than any process has; what is checked of steps takes longer than their number.
MAX_STEPS = 200


def check_steps(definition: Definition, findings: Findings, catalogue: Catalogue | None) -> None:
    """Fills the findings with what is wrong with steps, inputs and dates taken one by one."""
    _once(
        findings, (("steps", i, "id") for i in range(len(definition.steps))), [s.id for s in definition.steps]
    )
    inputs = definition.launch.inputs
    _once(findings, (("launch", "inputs", i, "id") for i in range(len(inputs))), [each.id for each in inputs])
    for index, declared in enumerate(inputs):
        path: KeyPath = ("launch", "inputs", index)
        check_input(declared, path, findings)
        if catalogue is not None and declared.dataset:
            findings.must_be_known(
                (*path, "dataset"), declared.dataset, catalogue.dataset_ids, "BD305", "dataset"
            )
    for name, spec in definition.dates.items():
        if (spec.is_ is None) == (spec.at is None):
            findings.add_key(("dates", name), "BD606", f"the date {name!r} needs either 'is' or 'at'")
    for index, step in enumerate(definition.steps):
        path = ("steps", index)
        _kind(step, path, findings)
        _assigns(step, path, findings)
        _outcomes(step, path, findings)
        check_form(step, path, findings)
        if catalogue is not None:
            _elsewhere(step, path, findings, catalogue)


def _once(findings: Findings, paths: Iterable[KeyPath], ids: list[str]) -> None:
    counts = Counter[str]()
    for path, each in zip(paths, ids, strict=True):
        counts[each] += 1
        if counts[each] == 2:
            findings.add(path, "BD206", f"the id {each!r} stands twice")


def _kind(step: Step, path: KeyPath, findings: Findings) -> None:
    kind = STEP_KINDS[step.kind]
    for key in kind.needs:
        enough = step.starts and kind.may_only_start
        if not (getattr(step, key) or findings.written((*path, key)) or enough):
            more = " or 'starts'" if kind.may_only_start else ""
            findings.add((*path, "kind"), "BD601", f"{_a(step.kind)} step needs {key!r}{more}")
    for key in sorted(_own_keys() - kind.keys):
        if getattr(step, key):
            having = [_a(name) for name, other in STEP_KINDS.items() if key in other.keys]
            findings.add_key((*path, key), "BD602", f"only {' and '.join(having)} step has {key!r}")
    if step.automatic:
        for key in _HUMAN:
            if getattr(step, key):
                findings.add_key(
                    (*path, key), "BD602", f"{_a(step.kind)} step asks nobody, so it has no {key!r}"
                )
    if step.stop_if and not step.stop_message:
        findings.add_key((*path, "stop_if"), "BD601", "'stop_if' needs a 'stop_message' that says why")
    if step.stop_message and not step.stop_if:
        findings.add_key((*path, "stop_message"), "BD602", "'stop_message' is said only with 'stop_if'")
    if step.own_practice and not (step.signs or step.shows):
        message = "'own_practice' looks at what the step 'signs' or 'shows'; name that"
        findings.add_key((*path, "own_practice"), "BD601", message)
    _child_keys(step, path, findings)


def _child_keys(step: Step, path: KeyPath, findings: Findings) -> None:
    for key in ("start_inputs", "for_each", "wait"):
        if not step.starts and findings.written((*path, key)):
            findings.add_key((*path, key), "BD602", f"{key!r} belongs to 'starts'")
    if step.starts and not step.automatic and step.wait == "closed":
        message = (
            f"{_a(step.kind)} step starts its workflow when it closes, and waits for nothing: write 'wait: no', "
            "or start it in a compute step after this one"
        )
        findings.add_key((*path, "starts"), "BD601", message)


def _own_keys() -> frozenset[str]:
    """The keys of a step that only some kinds have."""
    return frozenset(key for kind in STEP_KINDS.values() for key in kind.keys)


def _assigns(step: Step, path: KeyPath, findings: Findings) -> None:
    several = isinstance(step.assign, list)
    for index, assign in enumerate(step.assigns):
        place = (*path, "assign", index) if several else (*path, "assign")
        if (assign.role is None) == (assign.person is None):
            findings.add(place, "BD601", "'assign' names either a 'role' or a 'person'")


def _outcomes(step: Step, path: KeyPath, findings: Findings) -> None:
    field = outcome_field(step)
    if step.outcome and field is None:
        ids = [each.id for each in plain_fields(step)]
        message = f"the form has no field {step.outcome!r}"
        findings.add((*path, "outcome"), "BD307", message, nearest(step.outcome, ids))
        return
    if not step.on or step.automatic:
        return
    if field is None:
        findings.add_key((*path, "on"), "BD601", "'on' needs a field that decides: name it with 'outcome'")
        return
    offered = outcome_options(field)
    for outcome in step.on:
        if offered is not None and outcome not in offered:
            message = f"{field.id!r} does not offer {outcome!r}"
            findings.add_key((*path, "on", outcome), "BD308", message, nearest(outcome, offered))


def _elsewhere(step: Step, path: KeyPath, findings: Findings, catalogue: Catalogue) -> None:
    ladder = step.ladder
    named: list[tuple[KeyPath, str]] = []
    if isinstance(ladder, LadderIf):
        named = [((*path, "ladder", "then"), ladder.then), ((*path, "ladder", "otherwise"), ladder.otherwise)]
    elif ladder:
        named = [((*path, "ladder"), ladder)]
    for place, name in named:
        findings.must_be_known(place, name, catalogue.ladder_ids, "BD304", "ladder")
    known = catalogue.definition_ids
    if not step.starts or known is None:
        return
    if findings.must_be_known((*path, "starts"), step.starts, known, "BD306", "definition"):
        _start_inputs(step, path, findings, catalogue.inputs_of(step.starts))
        _descent(step.starts, path, findings, catalogue)


def _descent(first: str, path: KeyPath, findings: Findings, catalogue: Catalogue) -> None:
    """No definition may start itself by any way, nor may a child be more than MOST_DEEP below the first."""
    own = str(findings.document.data.get("id"))
    trails: list[tuple[str, ...]] = [(own, first)]
    for _ in range(MOST_DEEP):
        for trail in trails:
            if trail[-1] in trail[:-1]:
                findings.add((*path, "starts"), "BD406", f"it would start itself: {' starts '.join(trail)}")
                return
        known = catalogue.definition_ids or ()
        trails = [(*t, each) for t in trails if t[-1] in known for each in sorted(catalogue.starts_of(t[-1]))]
    if trails:
        deep = " starts ".join(trails[0])
        findings.add((*path, "starts"), "BD407", f"workflows may be {MOST_DEEP} deep below the first: {deep}")


def _start_inputs(step: Step, path: KeyPath, findings: Findings, inputs: Mapping[str, bool]) -> None:
    """What a child workflow is given must be what it asks for."""
    for key in step.start_inputs:
        if key not in inputs:
            message = f"{step.starts} has no input {key!r}"
            findings.add_key((*path, "start_inputs", key), "BD307", message, nearest(key, inputs))
    for key, required in inputs.items():
        if required and key not in step.start_inputs:
            findings.add_key(
                (*path, "starts"),
                "BD601",
                f"{step.starts} needs the input {key!r}; give it in 'start_inputs'",
            )


def _a(word: str) -> str:
    return f"{'an' if word[0] in 'aeiou' else 'a'} {word}"
