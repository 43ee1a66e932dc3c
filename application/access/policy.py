"""The policy: whether a principal may do or see something now, and as whom. The API, the command line, emails and pages ask it.

Who somebody is today is what the directory says today: roles that hold on this day, and those of whom they cover on it. The
membership a workflow was launched with says whom it asks, and not who may.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from application.access.principal import Principal, Scope
from application.access.table import SAID, rule_of
from definitions.loading.bundle import Process
from definitions.models import role_holders
from definitions.models.definition import Definition
from definitions.models.directory import Directory, Pcn
from engine.commands import command as engine
from engine.commands.refusals import Invalid, Refused
from engine.dates.clock import Clock, london_date
from engine.events import Actor
from engine.forms.answers import AnswerProblem
from engine.people.visibility import may_see
from engine.state.workflow import Assignment, WorkflowState

#: Who sees, at the PCN, a process about members of staff, beside those that may launch it (domain section 4.3).
_STAFF_ROLES = frozenset({"pcn_manager", "clinical_director", "deputy_clinical_director"})


@dataclass(frozen=True, slots=True)
class Standing:
    """A role that somebody holds at an organisation today, in their own right or while they cover `for_`."""

    role: str
    organisation: str
    for_: str = ""


class Policy:
    """What a principal may, by the directory of today."""

    def __init__(self, directory: Callable[[], Directory], clock: Clock) -> None:
        self._directory, self._clock = directory, clock

    # --- who somebody is

    def standings(self, principal: Principal, pcn: str) -> tuple[Standing, ...]:
        """Every role they hold or cover in that PCN today; none for the administrator, and in another PCN."""
        known = self._pcn(pcn)
        if not principal.person or principal.pcn != pcn or known is None:
            return ()
        return tuple(_standings(known, principal.person, self._today))

    def name(self, principal: Principal) -> str:
        """What the directory calls a principal; empty where it does not know them any more."""
        return self.person(principal.pcn, principal.person) or ""

    def person(self, pcn: str, person: str) -> str | None:
        """What the directory of that PCN calls somebody; None where it knows nobody of that id."""
        known = self._pcn(pcn)
        found = known.people_by_id.get(person) if known else None
        return found.name if found else None

    # --- what they may do

    def require(self, principal: Principal, action: str) -> None:
        """Raises Refused where their token was not made for it, or where only the administrator may."""
        rule = rule_of(action)
        if principal.is_administrator:
            return
        self._in_scope(principal, rule.scope)
        if rule.who == "administrator":
            raise Refused("forbidden", f"this is for {SAID['administrator']}")
        standings = self.standings(principal, principal.pcn)
        if not standings:
            raise Refused("forbidden", "the directory gives you no role today; ask the PCN manager")
        if rule.who == "pcn" and all(each.organisation != principal.pcn for each in standings):
            raise Refused("forbidden", f"this is for {SAID['pcn']}")

    def launcher(self, principal: Principal, process: Process, pcns: Sequence[str]) -> Actor:
        """As whom they launch a process for these PCNs. Raises Refused where they may not for one of them."""
        if principal.is_administrator:
            return principal.administrator(pcns[0] if len(pcns) == 1 else "")
        actors = [self.manager(principal, process, pcn, engine.LAUNCHERS) for pcn in pcns]
        if not actors:
            raise Invalid([AnswerProblem("pcns", "Name the PCN to launch it for, by its code", "missing")])
        return actors[0]

    def manager(self, principal: Principal, process: Process, pcn: str, who: engine.Who = engine.MANAGERS) -> Actor:  # fmt: skip
        """As whom they give a manager's command on a workflow of `process` in `pcn`. Raises Refused."""
        if principal.is_administrator:
            return principal.administrator(pcn)
        roles = who.holders(process)
        for each in self.standings(principal, pcn):
            if each.role in roles and each.organisation == pcn:
                return self._actor(principal, each)
        raise Refused("forbidden", f"this is for {who.said} to do; please ask them")

    def at_pcn(self, principal: Principal, pcn: str) -> None:
        """Raises Refused where they hold no role at that PCN itself."""
        if not principal.is_administrator and all(
            each.organisation != pcn for each in self.standings(principal, pcn)
        ):
            raise Refused("forbidden", f"this is for {SAID['pcn']}")

    def directory_manager(self, principal: Principal, pcns: Sequence[str]) -> Actor:
        """As whom they change what the directory says of these PCNs: its manager, of one; all of it, the administrator.
        Raises Refused."""
        if principal.is_administrator:
            return principal.administrator(pcns[0] if len(pcns) == 1 else "")
        for each in self.standings(principal, pcns[0]) if len(pcns) == 1 else ():
            if each.role == "pcn_manager" and each.organisation == pcns[0]:
                return self._actor(principal, each)
        raise Refused(
            "forbidden", "a PCN's own part of the directory is for its manager to change, and no other"
        )

    def asked(self, principal: Principal, state: WorkflowState, assignment: Assignment) -> Actor | None:
        """As whom they answer an assignment; None where they are neither asked nor cover who is.

        Whoever was asked may, whoever holds the same role there today, and whoever covers either.
        """
        for each in self._own_first(principal, state.pcn.code):
            person = each.for_ or principal.person
            if each.organisation == assignment.organisation and each.role == assignment.role:
                return self._actor(principal, each)
            if person == assignment.person and not assignment.unfilled:
                return self._actor(principal, replace(each, role=assignment.role, organisation=assignment.organisation))  # fmt: skip
        return None

    # --- what they may see

    def sees(self, principal: Principal, definition: Definition, pcn: str) -> bool:
        """Whether a workflow of that definition in that PCN is theirs to see as a whole: by a role at the PCN itself; one
        about staff by few of those."""
        if principal.is_administrator:
            return True
        roles = {each.role for each in self.standings(principal, pcn) if each.organisation == pcn}
        if definition.sensitivity == "staff":
            return not roles.isdisjoint(_STAFF_ROLES | set(definition.launch.by))
        return bool(roles)

    def viewer(self, principal: Principal, state: WorkflowState, assignment: Assignment) -> Actor | None:
        """As whom they look at an assignment; None where it is not theirs to see. What of its answers they may see, the
        step itself says (engine/people/visibility.py). Whoever runs Baton looks as the PCN's manager does."""
        if principal.is_administrator:
            return the_manager(state, self._today)
        if own := self.asked(principal, state, assignment):
            return own
        if not self.sees(principal, state.process.definition, state.pcn.code):
            return None
        at_pcn = [
            each for each in self.standings(principal, state.pcn.code) if each.organisation == state.pcn.code
        ]
        actors = [self._actor(principal, each) for each in at_pcn]
        return next((actor for actor in actors if may_see(state, assignment.step, actor)), actors[0])

    # ---

    @property
    def _today(self) -> date:
        return london_date(self._clock.now())

    def _pcn(self, code: str) -> Pcn | None:
        try:
            return self._directory().pcn(code)
        except KeyError:
            return None

    def _own_first(self, principal: Principal, pcn: str) -> list[Standing]:
        return sorted(self.standings(principal, pcn), key=lambda each: bool(each.for_))

    def _actor(self, principal: Principal, as_: Standing) -> Actor:
        return Actor(
            self.name(principal), as_.role, as_.organisation, principal.person, as_.for_, principal.not_nhs_number,
            channel=principal.channel,
        )  # fmt: skip

    def _in_scope(self, principal: Principal, scope: Scope) -> None:
        if scope not in principal.scopes:
            raise Refused("out-of-scope", f"this token was not made for that; it needs the scope {scope}")


def the_manager(state: WorkflowState, day: date) -> Actor:
    """The PCN's manager, for whoever looks on their behalf."""
    person = role_holders.manager(state.pcn, day)
    name, id_ = (person.name, person.id) if person else ("", "")
    return Actor(name, "pcn_manager", state.pcn.code, id_, channel="api")


def _standings(pcn: Pcn, person: str, day: date) -> Iterator[Standing]:
    """Their own roles first, then those of whom they cover."""
    for held in pcn.roles:
        if held.person == person and held.holds_on(day):
            yield Standing(str(held.role), held.at)
    for cover in pcn.cover:
        if cover.by == person and cover.holds_on(day):
            for held in pcn.roles:
                if held.person == cover.for_ and held.holds_on(day):
                    yield Standing(str(held.role), held.at, cover.for_)
