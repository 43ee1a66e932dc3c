"""Checks that steps do not wait for each other in a circle, and that no date depends on itself."""

from __future__ import annotations

from definitions.checks.findings import Findings
from definitions.language import moment_parser, moments
from definitions.language.expressions import ExpressionError, compile_cached
from definitions.models.definition import DateSpec, Definition, Step
from definitions.models.step_order import circle, predecessors_of
from definitions.source.document import KeyPath


def check_order(definition: Definition, findings: Findings) -> bool:
    """Whether the steps can be put in order; notes a circle of steps, or else of dates, when there is one."""
    before = predecessors_of(definition.steps)
    known = {step: tuple(p for p in firsts if p in before and p != step) for step, firsts in before.items()}
    found = circle(known)
    if len(before) < len(definition.steps) or any(step in firsts for step, firsts in before.items()):
        return False  # an id that stands twice, or a step after itself: noted elsewhere, and no order to speak of
    if found:
        at = _step_path(definition, found[0])
        findings.add(at, "BD401", f"these steps wait for each other: {_trail(found)}")
        return False
    _check_dates(definition, findings, known)
    return True


def _check_dates(definition: Definition, findings: Findings, before: dict[str, tuple[str, ...]]) -> None:
    """Dates count from dates, expressions and steps; steps from dates and the steps before them."""
    edges: dict[str, list[str]] = {}
    for name, spec in definition.dates.items():
        edges[name] = _date_needs(spec, definition)
    for step in definition.steps:
        edges[f"{step.id}.closed"] = [
            f"{step.id}.due",
            f"{step.id}.opens",
            *(f"{p}.closed" for p in before[step.id]),
        ]
        edges[f"{step.id}.due"] = _moment_needs(step.due, step, before)
        edges[f"{step.id}.opens"] = _moment_needs(step.opens, step, before)
    found = circle({node: [each for each in needs if each in edges] for node, needs in edges.items()})
    if not found:
        return
    first = next((node for node in found if node in definition.dates), found[0])
    start = found.index(first)
    ring = (*found[start:-1], *found[:start], first)
    findings.add(_place(definition, first), "BD402", f"{first} depends on itself: {_trail(ring)}")


def _date_needs(spec: DateSpec, definition: Definition) -> list[str]:
    """What must be known before this date is."""
    needs = _anchors(spec.at)
    for text in (spec.is_, spec.when):
        for name in _names(text):
            root, _, rest = name.partition(".")
            head = rest.partition(".")[0]
            if root == "dates" and head:
                needs.append(head)
            elif root in ("answers", "values") and head:
                needs.append(f"{head}.closed")
    return [each for each in needs if each in definition.dates or each.endswith(".closed")]


def _moment_needs(text: str | None, step: Step, before: dict[str, tuple[str, ...]]) -> list[str]:
    needs = []
    for anchor in _anchors(text):
        if anchor in ("due", "opens"):
            needs.append(f"{step.id}.{anchor}")
        elif anchor == moments.PREVIOUS_CLOSED:
            needs.extend(f"{first}.closed" for first in before[step.id])
        else:
            needs.append(anchor)
    return needs


def _anchors(text: str | None) -> list[str]:
    try:
        return sorted(moments.names(moment_parser.parse(text))) if text else []
    except moments.MomentError:
        return []  # noted where wording is checked


def _names(text: str | None) -> list[str]:
    try:
        return sorted(compile_cached(text).names) if text else []
    except ExpressionError:
        return []  # likewise


def _trail(found: tuple[str, ...]) -> str:
    return " → ".join(found)


def _step_path(definition: Definition, step_id: str) -> KeyPath:
    index = next(i for i, step in enumerate(definition.steps) if step.id == step_id)
    step = definition.steps[index]
    return ("steps", index, "after") if step.after is not None else ("steps", index)


def _place(definition: Definition, node: str) -> KeyPath:
    if node in definition.dates:
        return ("dates", node)
    step_id, _, key = node.partition(".")
    index = next(i for i, step in enumerate(definition.steps) if step.id == step_id)
    return ("steps", index, key) if key in ("due", "opens") else ("steps", index)
