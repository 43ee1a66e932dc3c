"""Which field of a step decides what follows, and the standard fields an approval has when it says none."""

from __future__ import annotations

from definitions.models.definition import Definition, Step
from definitions.models.fields import DECISIONS, FormField, RepeatedGroup

_USUAL = ("decision", "outcome", "status")
_DECISION_TYPES = ("choice", "decision", "yes/no", "yes/no/na")


def plain_fields(step: Step) -> list[FormField]:
    """The fields of a step's form that are not in a repeated group."""
    return [item for item in step.form if not isinstance(item, RepeatedGroup)]


def outcome_field(step: Step) -> FormField | None:
    """The field whose value `on` looks at: the one `outcome` names; else a field of type decision; else the first
    choice called decision, outcome or status. None when the step has no outcome."""
    fields = plain_fields(step)
    if step.outcome is not None:
        return next((field for field in fields if field.id == step.outcome), None)
    for field in fields:
        if field.type == "decision":
            return field
    for field in fields:
        if field.id in _USUAL and field.type in _DECISION_TYPES:
            return field
    return None


def outcome_options(field: FormField) -> tuple[str, ...] | None:
    """The outcomes a field offers; None when an expression gives them, so nobody can say before launch."""
    if isinstance(field.options, str):
        return None
    if field.type == "yes/no":
        return ("yes", "no")
    if field.type == "yes/no/na":
        return ("yes", "no", "na")
    if field.type == "decision" and not field.options:
        return DECISIONS
    return tuple(field.options)


def with_standard_fields(definition: Definition) -> Definition:
    """The definition with `decision` and `reason` added to each approval whose form decides nothing."""
    steps = [_with_decision(step) for step in definition.steps]
    return definition.model_copy(update={"steps": steps})


def _with_decision(step: Step) -> Step:
    if step.kind != "approve" or step.outcome is not None or outcome_field(step) is not None:
        return step
    added = [FormField(id="decision", type="decision", label="Your decision", options=list(DECISIONS))]
    if all(field.id != "reason" for field in plain_fields(step)):
        added.append(
            FormField(
                id="reason", type="long text", label="Reason", help="Needed unless you approve without conditions.",
                required=False, required_if="decision != 'approved'",
            )
        )  # fmt: skip
    return step.model_copy(update={"form": [*step.form, *added]})
