"""Whom a step is asked of: its assigns, turned into organisations and people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from definitions.language.grammar import Whereabouts, parse_assign_at
from definitions.language.named_values import key_of
from definitions.models import role_holders
from definitions.models.role_holders import RoleHolder
from definitions.models.step_kinds.contents import Assign
from engine.dates.clock import london_date
from engine.expressions.scope import Scope


@dataclass(frozen=True, slots=True)
class Target:
    """One assignment to be. `found` None: nobody could be found."""

    organisation: str
    role: str
    found: RoleHolder | None
    list_size: int


def targets(scope: Scope, assigns: Iterable[Assign], chosen: tuple[str, ...] = ()) -> Iterator[Target]:
    """Every organisation and person the assigns come to, in the directory's order."""
    pcn, day = scope.state.pcn, london_date(scope.now)
    for assign in assigns:
        if assign.person is not None:
            yield _by_name(scope, assign)
            continue
        role = assign.role or ""
        for code in organisations(scope, assign.at, chosen):
            practice = pcn.practices_by_code.get(code)
            size = practice.list_size if practice else 0
            yield Target(code, role, role_holders.speaking_for(pcn, role, code, day), size)


def _by_name(scope: Scope, assign: Assign) -> Target:
    pcn, day = scope.state.pcn, london_date(scope.now)
    named = key_of(scope.value(assign.person or "") or "")
    found = role_holders.named(pcn, named, day)
    at = next((held.at for held in pcn.roles if held.person == named and held.holds_on(day)), pcn.code)
    return Target(at, assign.role or "named_person", found, 0)


def organisations(scope: Scope, at: str, chosen: tuple[str, ...] = ()) -> list[str]:
    """The codes that `at` means in this PCN. A practice that is not of the PCN is left out; what one is to do that was named at
    launch and has left, the PCN sees to."""
    where: Whereabouts = parse_assign_at(at)
    pcn = scope.state.pcn
    everyone = [practice.code for practice in pcn.practices]
    if where.kind == "every practice":
        return everyone
    if where.kind == "the PCN":
        return [pcn.code]
    if where.kind == "chosen practices":
        return [code for code in everyone if code in chosen]
    if where.kind == "practices with tag":
        return [practice.code for practice in pcn.practices if where.argument in practice.tags]
    value = scope.value(where.argument)
    if where.kind == "practices in":
        wanted = {_code(item) for item in value or ()}
        return [code for code in everyone if code in wanted]
    named = key_of(value) if value else pcn.code
    return [pcn.code if named in {practice.code for practice in pcn.former} else named]


def _code(item: object) -> str:
    """A practice's code, from a code or from a row of a table that has a practice column."""
    if isinstance(item, dict):
        return key_of(item.get("practice") or item.get("organisation") or "")
    return key_of(item)
