"""Which field of a step decides what follows, and the standard fields an approval has when it says none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from definitions.models.definition import Definition, Step
from definitions.models.field_types import FIELD_TYPES
from definitions.models.fields import FormField, RepeatedGroup
from definitions.models.step_kinds import STEP_KINDS

_USUAL = ("decision", "outcome", "status")


def plain_fields(step: Step) -> list[FormField]:
    """The fields of a step's form that are not in a repeated group."""
    return [item for item in step.form if not isinstance(item, RepeatedGroup)]


def outcome_field(step: Step) -> FormField | None:
    """The field whose value `on` looks at: the one `outcome` names; else a field whose type always decides; else the
    first called decision, outcome or status whose type may. None when the step has no outcome."""
    fields = plain_fields(step)
    if step.outcome is not None:
        return next((field for field in fields if field.id == step.outcome), None)
    for field in fields:
        if FIELD_TYPES[field.type].decides == "always":
            return field
    for field in fields:
        if field.id in _USUAL and FIELD_TYPES[field.type].decides == "where it is called so":
            return field
    return None


def response_outcome(step: Step, answers: Mapping[str, Any]) -> str:
    """What a response comes to, as `on` and the audit name it."""
    field = outcome_field(step)
    value = answers.get(field.id) if field else None
    return str(value) if value not in (None, "") else STEP_KINDS[step.kind].outcome


def outcome_options(field: FormField) -> tuple[str, ...] | None:
    """The outcomes a field offers; None when an expression gives them, so nobody can say before launch."""
    if isinstance(field.options, str):
        return None
    return tuple(option.value for option in field.asks().options)


def with_standard_fields(definition: Definition) -> Definition:
    """The definition with `decision` and `reason` added to each step that must decide and whose form decides nothing."""
    steps = [_with_decision(step) for step in definition.steps]
    return definition.model_copy(update={"steps": steps})


def _with_decision(step: Step) -> Step:
    if not STEP_KINDS[step.kind].decides or step.outcome is not None or outcome_field(step) is not None:
        return step
    added = [FormField(id="decision", type="decision", label="Your decision")]
    if all(field.id != "reason" for field in plain_fields(step)):
        added.append(
            FormField(
                id="reason", type="long text", label="Reason", help="Needed unless you approve without conditions.",
                required=False, required_if="decision != 'approved'",
            )
        )  # fmt: skip
    return step.model_copy(update={"form": [*step.form, *added]})
