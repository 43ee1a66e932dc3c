"""The names known at each place of one definition: the table of `definitions.language.names`, with what it says itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from definitions.language.functions import FUNCTIONS
from definitions.language.names import (
    ANY,
    DATE,
    LEAF,
    NAMES,
    OF_ANSWERS,
    PRACTICE,
    Parts,
    Place,
    place_of,
)
from definitions.language.syntax import EACH, Reference
from definitions.models.definition import Definition, Step
from definitions.models.field_types import FIELD_TYPES
from definitions.models.fields import FormField, FormItem, RepeatedGroup
from definitions.models.step_kinds import STEP_KINDS
from definitions.source.document import KeyPath
from definitions.source.problems import nearest

_RECORD: dict[str, Parts] = {"practice": PRACTICE, "person": LEAF, "list_size": LEAF, "outcome": LEAF}


def asked_of_several(step: Step) -> bool:
    """Whether the answers of a step are a list: asked of practices, or of more than one role."""
    if len(step.assigns) > 1:
        return True
    return any(
        a.person is None and a.at != "the PCN" and not a.at.startswith("organisation ") for a in step.assigns
    )


def _field(field: FormField, named: bool) -> Parts:
    if field.columns:
        return Parts({}, Parts({column.id: _value(column.type, named) for column in field.columns}))
    return _value(field.type, named)


def _value(type_: str, named: bool) -> Parts:
    declared = FIELD_TYPES[type_]
    return declared.named_parts if named and declared.named_parts else declared.parts


def _form(form: Sequence[FormItem], named: bool = True) -> dict[str, Parts]:
    """The answers of a form by their ids. `named`: people and organisations in them are known by name, and not yet
    what somebody typed."""
    return {
        **{item.key: ANY for item in form if isinstance(item, RepeatedGroup)},
        **{item.id: _field(item, named) for item in form if not isinstance(item, RepeatedGroup)},
    }


def _answers(step: Step) -> Parts:
    record = Parts({**_form(step.form), **_RECORD})
    return Parts({"missing": Parts({}, PRACTICE)}, record) if asked_of_several(step) else record


_CHILD = Parts(
    {
        "workflow": LEAF,
        "reference": LEAF,
        "status": LEAF,
        "outcome": LEAF,
        "because": LEAF,
        "item": LEAF,
        "answers": ANY,
        "values": ANY,
    }
)


def _children(step: Step) -> Parts:
    """What can be read of the workflows a step started: one record, or with `for_each` one for each item."""
    return Parts({}, _CHILD) if step.for_each else _CHILD


class Scopes:
    """The names known at each place of one definition."""

    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        human = {step.id: _answers(step) for step in definition.steps if not step.automatic}
        computed = [step for step in definition.steps if STEP_KINDS[step.kind].leaves == "values"]
        values = {step.id: Parts(dict.fromkeys(step.values, ANY)) for step in computed}
        self._defined = {
            "inputs": Parts(_form(definition.launch.inputs)),
            "dates": Parts(dict.fromkeys(definition.dates, DATE)),
            "answers": Parts(human),
            "values": Parts(values),
            "children": Parts({step.id: _children(step) for step in definition.steps if step.starts}),
        }

    def at(self, path: KeyPath) -> Mapping[str, Parts]:
        """The names known at `path`."""
        if path[0] == "launch":
            answered = _form(self.definition.launch.inputs, named=False) if path[-1] in OF_ANSWERS else {}
            return {**self._names("launch"), **answered}
        if path[0] != "steps" or len(path) < 3:
            return self._names("definition")
        step = self.definition.steps[int(path[1])]
        place = place_of(str(path[2]), step.automatic, asked_of_several(step))
        if path[2:4] == ("message", "to"):
            place = "definition"  # whom a message is for is found out as for a step that is asked
        return {**self._names(place, Parts(_form(step.form))), **_beside(step, path)}

    def _names(self, place: Place, answers: Parts = ANY) -> dict[str, Parts]:
        defined = {**self._defined, "previous": answers, "response": answers}
        return {name: defined.get(name, parts) for name, parts in NAMES[place].items()}


def _beside(step: Step, path: KeyPath) -> Mapping[str, Parts]:
    """The names that stand beside those of the table: earlier values; fields, an item, and what was answered of it."""
    if path[2] == "values":
        earlier = list(step.values)[: list(step.values).index(str(path[3]))]
        return dict.fromkeys(earlier, ANY)
    if path[2] == "start_inputs" and step.for_each:
        return {"each": ANY}
    if path[2] not in ("form", "checks"):
        return {}
    known = _form(step.form, named=False) if path[-1] in OF_ANSWERS else {}
    item = step.form[int(path[3])] if path[2] == "form" else None
    if isinstance(item, RepeatedGroup) and path[4] != "repeat":
        known |= _form(item.fields, named=False) if path[-1] in OF_ANSWERS else {}
        known |= {item.as_: ANY, "previous": Parts({**_form(step.form), **_form(item.fields)})}
    return known


@dataclass(frozen=True, slots=True)
class UnknownName:
    """A name that is not known at its place."""

    word: str
    message: str
    suggestion: str | None


def unknown(reference: Reference, known: Mapping[str, Parts]) -> UnknownName | None:
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


def _unknown(reference: Reference, before: list[str], part: str, here: Parts) -> UnknownName:
    parts = here.parts or {}
    if not before:
        close = nearest(part, [*parts, *FUNCTIONS]) or _elsewhere(part, parts)
        return UnknownName(part, f"{part} is not known here", close)
    name = ".".join(before)
    word = reference.written if reference.written.endswith("." + part) else _cut(reference.written, part)
    if here.item is not None:
        message = f"{name} is a list, one for each that was asked; loop over it, or use a function or filter"
        return UnknownName(word, message, None)
    if not parts:
        return UnknownName(word, f"{name} has no parts, so no {part!r}", None)
    close = nearest(part, parts)
    return UnknownName(word, f"{name} has no {part!r}", f"{name}.{close}" if close else None)


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
