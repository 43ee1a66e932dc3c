"""Checks what a directory adopts: that it could start by schedule, and with these inputs."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from definitions.checks.findings import Findings
from definitions.checks.forms import known_at_load
from definitions.models.definition import Input, Launch
from definitions.models.directory import Adopted
from definitions.models.field_types import FIELD_TYPES
from definitions.source.document import KeyPath
from definitions.source.problems import nearest
from definitions.source.typed_text import BadValue

#: Inputs that the schedule itself finds from the date.
_FROM_THE_DATE = frozenset({"quarter", "financial_year"})


class Offered(Protocol):
    """What there is to adopt."""

    @property
    def definition_ids(self) -> Collection[str]: ...
    @property
    def dataset_ids(self) -> Collection[str]: ...
    def launch_of(self, definition_id: str) -> Launch | None:
        """How a definition that is there is launched; None where it has mistakes of its own."""
        ...


def check_adopted(adopted: Adopted, path: KeyPath, findings: Findings, offered: Offered) -> None:
    """Fills the findings with what would keep it from starting, as far as the files say."""
    place = (*path, "definition")
    if not findings.must_be_known(place, adopted.definition, offered.definition_ids, "BD306", "definition"):
        return
    launch = offered.launch_of(adopted.definition)
    if launch is None:
        return
    if launch.every is None:
        message = (
            f"{adopted.definition} does not say 'every', so no schedule starts it; launch it, or add 'every'"
        )
        findings.add(place, "BD710", message)
    declared = {each.id: each for each in launch.inputs}
    for key, given in adopted.inputs.items():
        if key not in declared:
            message = f"{adopted.definition} has no input {key!r}"
            findings.add_key((*path, "inputs", key), "BD307", message, nearest(key, declared))
        elif wrong := _wrong(declared[key], given, offered):
            findings.add((*path, "inputs", key), "BD205", f"{key!r}: {wrong}")
    if lacking := [each.id for each in launch.inputs if _lacks(each, adopted)]:
        message = f"{adopted.definition} cannot start without {', '.join(map(repr, lacking))}; give it under 'inputs'"
        findings.add(place, "BD711", message)


def _wrong(declared: Input, given: object, offered: Offered) -> str:
    """What is wrong with an input, where the files alone tell."""
    type_ = FIELD_TYPES[declared.type]
    if not known_at_load(declared) and not type_.takes("dataset"):
        return ""
    try:
        type_.read(declared.asks({"datasets": offered.dataset_ids}), given)
    except BadValue as error:
        return str(error)
    return ""


def _lacks(declared: Input, adopted: Adopted) -> bool:
    conditional = declared.required_if is not None or declared.show_if is not None
    usual = declared.default is not None or declared.dataset is not None
    given = adopted.inputs.get(declared.id) not in (None, "")
    return declared.required and not (conditional or usual or given or declared.id in _FROM_THE_DATE)
