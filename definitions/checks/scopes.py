"""The names an expression or template knows at its place: the contract between definitions and the engine.

Everywhere: `inputs.<id>`, `dates.<id>`, `answers.<step>`, `values.<compute step>.<name>`, `pcn`, `practices`, `workflow`,
`calendar`, `today` and the functions. Around one person's answer also: `practice`, `person`, `manager`, `assignment`,
`step`, `previous` (None where there is nobody); in a form the ids of its fields, and in a repeated group the item's name and the ids beside it; in
`stop_if`, `counts_if`, `stop_message` and `on`, `response.<field>`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from definitions.language.functions import FUNCTIONS
from definitions.language.syntax import EACH, Reference
from definitions.models.definition import Definition, Step
from definitions.models.fields import FormField, FormItem, RepeatedGroup
from definitions.source.problems import nearest
from definitions.source.reader import KeyPath


@dataclass(frozen=True, slots=True)
class Parts:
    """What can be read from a value. `parts` None: anything. `item`: it is a list of these."""

    parts: Mapping[str, Parts] | None = None
    item: Parts | None = None


ANY = Parts()
LEAF = Parts({})
_PRACTICE = Parts(
    {"code": LEAF, "name": LEAF, "list_size": LEAF, "weighted_list_size": LEAF, "tags": Parts({}, LEAF)}
)
_MANAGER = Parts({"id": LEAF, "name": LEAF, "email": LEAF, "phone": LEAF})
_PCN = Parts({"code": LEAF, "name": LEAF, "list_size": LEAF})
_PARTS: dict[str, Parts] = {
    "ratio": Parts({"numerator": LEAF, "denominator": LEAF}),
    "file": Parts({"name": LEAF, "sha256": LEAF, "size": LEAF}),
    "attestation": Parts({"agreed": LEAF, "statement_sha256": LEAF}),
    "date": Parts({"year": LEAF, "month": LEAF, "day": LEAF}),
    "choices": Parts({}, LEAF),
    "practices": Parts({}, LEAF),
    "dataset": Parts({}, ANY),
    "organisation": ANY,
    "person": ANY,
}
_RECORD: dict[str, Parts] = {"practice": _PRACTICE, "person": ANY, "list_size": LEAF, "outcome": LEAF}

#: Ids a field cannot have, since expressions need them for something else.
RESERVED = frozenset({
    "inputs", "dates", "answers", "values", "practice", "practices", "pcn", "person", "workflow", "calendar",
    "previous", "response", "assignment", "step", "today", "list_size", "loop", "manager",
})  # fmt: skip

#: Keys of a step that are about the step, not about one person's answer.
_OF_STEP = frozenset({"when", "values", "start_inputs", "assign", "close_when", "if_short", "ladder"})
_OF_RESPONSE = frozenset({"stop_if", "counts_if", "stop_message", "on"})


def asked_of_several(step: Step) -> bool:
    """Whether the answers of a step are a list: asked of practices, or of more than one role."""
    if len(step.assigns) > 1:
        return True
    return any(
        a.person is None and a.at != "the PCN" and not a.at.startswith("organisation ") for a in step.assigns
    )


def _field(field: FormField) -> Parts:
    if field.type == "table":
        return Parts({}, Parts({column.id: LEAF for column in field.columns}))
    return _PARTS.get(field.type, LEAF)


def _form(form: Sequence[FormItem]) -> dict[str, Parts]:
    return {
        **{item.key: ANY for item in form if isinstance(item, RepeatedGroup)},
        **{item.id: _field(item) for item in form if not isinstance(item, RepeatedGroup)},
    }


def _answers(step: Step) -> Parts:
    record = Parts({**_form(step.form), **_RECORD})
    return Parts({"missing": Parts({}, _PRACTICE)}, record) if asked_of_several(step) else record


class Scopes:
    """The names known at each place of one definition."""

    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        inputs = {each.id: _field(each) for each in definition.launch.inputs}
        human = {step.id: _answers(step) for step in definition.steps if not step.automatic}
        values = {s.id: Parts(dict.fromkeys(s.values, ANY)) for s in definition.steps if s.kind == "compute"}
        self.launch = {
            "inputs": Parts(inputs), "pcn": _PCN, "practices": Parts({}, _PRACTICE), "calendar": ANY,
            "today": _PARTS["date"],
        }  # fmt: skip
        self.common = {
            **self.launch,
            "dates": Parts(dict.fromkeys(definition.dates, _PARTS["date"])),
            "answers": Parts(human),
            "values": Parts(values),
            "workflow": Parts({"id": LEAF, "reference": LEAF}),
        }
        self.around = {
            **self.common, "practice": _PRACTICE, "person": ANY, "manager": _MANAGER, "assignment": ANY, "step": ANY,
        }  # fmt: skip

    def at(self, path: KeyPath) -> Mapping[str, Parts]:
        """The names known at `path`."""
        if path[0] == "launch":
            return (
                {**self.launch, **_form(self.definition.launch.inputs)} if "inputs" in path else self.launch
            )
        if path[0] != "steps" or len(path) < 3:
            return self.common
        step = self.definition.steps[int(path[1])]
        key = path[2]
        if key in _OF_STEP:
            return {**self.common, "step": ANY}
        if key in ("form", "checks"):
            return self._in_form(step, path)
        if key in _OF_RESPONSE:
            fields = Parts(_form(step.form))
            return {**self.around, "response": fields, "previous": fields}
        return self.around

    def _in_form(self, step: Step, path: KeyPath) -> Mapping[str, Parts]:
        fields = _form(step.form)
        known = {**self.around, **fields, "response": Parts(fields)}
        item = step.form[int(path[3])] if path[2] == "form" else None
        if isinstance(item, RepeatedGroup) and len(path) > 4 and path[4] != "repeat":
            known[item.as_] = ANY
            if path[4] == "fields":
                siblings = {field.id: _field(field) for field in item.fields}
                return {**known, **siblings, "previous": Parts({**fields, **siblings})}
        return {**known, "previous": Parts(fields)}


#: What a ladder's rungs know. A ladder serves many definitions, so it knows nothing of one.
LADDER: Mapping[str, Parts] = {
    "practice": _PRACTICE, "pcn": _PCN, "person": ANY, "manager": _MANAGER, "assignment": ANY, "step": ANY, "today": _PARTS["date"],
    "workflow": Parts({"id": LEAF, "reference": LEAF}), "calendar": ANY,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Unknown:
    """A name that is not known at its place."""

    word: str
    message: str
    suggestion: str | None


def unknown(reference: Reference, known: Mapping[str, Parts]) -> Unknown | None:
    """What is wrong with a reference where these names are known; None when nothing is."""
    here = Parts(known)
    for index, part in enumerate(reference.parts):
        parts = here.parts
        if parts is None:
            return None
        before = [p for p in reference.parts[:index] if p != EACH]
        if part == EACH:
            here = here.item or ANY
        elif (inner := parts.get(part)) is not None:
            here = inner
        else:
            return _unknown(reference, before, part, here)
    return None


def _unknown(reference: Reference, before: list[str], part: str, here: Parts) -> Unknown:
    parts = here.parts or {}
    if not before:
        close = nearest(part, [*parts, *FUNCTIONS]) or _elsewhere(part, parts)
        return Unknown(part, f"{part} is not known here", close)
    name = ".".join(before)
    word = reference.written if reference.written.endswith("." + part) else _cut(reference.written, part)
    if here.item is not None:
        message = f"{name} is a list, one for each that was asked; loop over it, or use a function or filter"
        return Unknown(word, message, None)
    if not parts:
        return Unknown(word, f"{name} has no parts, so no {part!r}", None)
    close = nearest(part, parts)
    return Unknown(word, f"{name} has no {part!r}", f"{name}.{close}" if close else None)


def _cut(written: str, part: str) -> str:
    """The text as written, up to the part that is wrong."""
    parts = written.split(".")
    return ".".join(parts[: parts.index(part) + 1]) if part in parts else written


def _elsewhere(part: str, known: Mapping[str, Parts]) -> str | None:
    """inputs.quarter for somebody who wrote quarter."""
    for root in ("inputs", "dates", "values", "answers"):
        inner = known.get(root)
        if inner is not None and inner.parts and part in inner.parts:
            return f"{root}.{part}"
    return None
