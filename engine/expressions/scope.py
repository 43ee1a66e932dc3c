"""What an expression of a definition can see: inputs, dates, answers, values, the practice, the PCN.

Everything is worked out when it is looked at, so a response that needs one name does not pay for the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Any

from definitions.checks.scopes import asked_of_several
from definitions.language.exact_numbers import Returns
from definitions.language.expressions import Forgiving
from definitions.language.moments import names
from definitions.language.named_values import Chosen, Named
from definitions.models.definition import Input, Step
from definitions.models.directory import Pcn
from definitions.models.fields import RepeatedGroup
from engine.dates import calendar as calendars
from engine.dates.calendar import Calendar
from engine.dates.clock import LONDON, london_date
from engine.dates.resolution import DUE, Dated, resolve
from engine.state.workflow import Assignment, WorkflowState

_NUMBERS = frozenset({"decimal", "percent", "money", "fte"})


class Lazy(Mapping[str, Any]):
    """A mapping whose values are worked out once, when first asked for."""

    def __init__(self, keys: tuple[str, ...], find: Callable[[str], Any]) -> None:
        self._keys, self._find, self._known = keys, find, dict[str, Any]()

    def __getitem__(self, key: str) -> Any:
        if key not in self._known:
            if key not in self._keys:
                raise KeyError(key)
            self._known[key] = self._find(key)
        return self._known[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)


class CalendarNames:
    """What `calendar` offers in expressions."""

    def __init__(self, calendar: Calendar) -> None:
        self._calendar = calendar

    def quarter_end(self, quarter: str, financial_year: str) -> date:
        return calendars.quarter_end(quarter, financial_year)

    def financial_year_of(self, day: date) -> str:
        return calendars.financial_year_of(day)

    def year_end(self, financial_year: str) -> date:
        return calendars.year_end(financial_year)

    def add_working_days(self, day: date, count: int) -> date:
        return self._calendar.add_working_days(day, count)

    def last_working_day_of_month(self, day: date) -> date:
        following = date(day.year + day.month // 12, day.month % 12 + 1, 1)
        return self._calendar.previous_working(following)


def typed(type_: str, value: Any, pcn: Pcn | None = None) -> Any:
    """A stored value as expressions see it: dates as dates, money and the like as Decimal; with the directory's
    `pcn`, people and organisations as ids that print as names."""
    if value is None or value == "unknown":
        return value
    if type_ == "date":
        return date.fromisoformat(value) if isinstance(value, str) else value
    if type_ in _NUMBERS:
        try:
            return Decimal(str(value))
        except InvalidOperation:
            return value
    if pcn is not None and isinstance(value, str) and type_ in ("person", "organisation"):
        return named(pcn, type_, value)
    return value


def named(pcn: Pcn, type_: str, key: str) -> str:
    """A person's id or an organisation's code with its name; what the directory does not know stays as it is."""
    if type_ == "person":
        person = pcn.people_by_id.get(key)
        if person is None:
            return key
        return Named(key, id=key, name=person.name, email=person.email, phone=person.phone or "")
    practice = pcn.practices_by_code.get(key)
    if practice is None and key != pcn.code:
        return key
    size = practice.list_size if practice else pcn.list_size
    return Named(key, code=key, name=pcn.organisation_name(key), list_size=size)


class Scope:
    """One state at one moment, as expressions see it."""

    def __init__(self, state: WorkflowState, now: datetime) -> None:
        self.state, self.now = state, now

    # --- evaluating

    def truth(self, text: str, **extra: Any) -> bool:
        return bool(self.value(text, **extra))

    def value(self, text: str, **extra: Any) -> Any:
        return self.state.process.expression(text).evaluate({**self.names, **extra})

    def kept(self, text: str, **extra: Any) -> Any:
        """A value that the log is to keep, of bounded size."""
        return self.state.process.expression(text).kept({**self.names, **extra})

    def text(self, text: str, **extra: Any) -> str:
        return str(self.state.process.template(text).render({**self.names, **extra}))

    @cached_property
    def names(self) -> dict[str, Any]:
        state = self.state
        return {
            "inputs": self.inputs,
            "dates": Lazy(tuple(state.process.definition.dates), self._day),
            "answers": Lazy(tuple(state.steps), self._answers),
            "values": Lazy(tuple(state.steps), lambda step: state.steps[step].values),
            "previous": Forgiving(),
            "pcn": {"code": state.pcn.code, "name": state.pcn.name, "list_size": state.pcn.list_size},
            "practices": [self.practice(p.code) for p in state.pcn.practices],
            "workflow": {"id": state.id, "reference": state.reference},
            "calendar": CalendarNames(state.calendar),
            "today": london_date(self.now),
        }

    def around(self, step: Step, assignment: Assignment | None = None) -> dict[str, Any]:
        """The names a step's own texts see besides."""
        extra: dict[str, Any] = {"step": {"id": step.id, "takes": step.takes or ""}}
        if assignment is None:
            return extra
        extra["practice"] = self.practice(assignment.organisation)
        extra["person"] = {"id": assignment.person, "name": assignment.name}
        extra["assignment"] = {
            "due": assignment.due.at if assignment.due else None,
            "person": assignment.name,
        }
        extra["previous"] = self.previous(step.id, assignment.organisation)
        return extra

    # --- the parts

    @cached_property
    def inputs(self) -> Mapping[str, Any]:
        declared = {i.id: i for i in self.state.process.definition.launch.inputs}
        return Lazy(tuple(declared), lambda key: self._input(declared[key]))

    def _input(self, declared: Input) -> Any:
        value = self.state.inputs.get(declared.id, declared.default)
        if declared.type == "dataset":
            dataset = self.state.process.datasets.get(str(value or declared.dataset))
            return Chosen(dataset.id, dataset.items) if dataset else []
        if declared.type == "table" and isinstance(value, list):
            kinds = {c.id: c.type for c in declared.columns}
            pcn = self.state.pcn
            return [
                {key: typed(kinds.get(key, "text"), cell, pcn) for key, cell in row.items()} for row in value
            ]
        return typed(declared.type, value, self.state.pcn)

    def practice(self, code: str) -> dict[str, Any]:
        known = self.state.pcn.practices_by_code.get(code)
        return {
            "code": code,
            "name": self.state.pcn.organisation_name(code),
            "list_size": known.list_size if known else 0,
            "tags": list(known.tags) if known else [],
        }

    def previous(self, step: str, organisation: str) -> Forgiving:
        """What this organisation answered to this step the last time the process was run."""
        return Forgiving(forgiving(self.state.previous.get(step, {}).get(organisation, {})))

    def _answers(self, step_id: str) -> Any:
        """The records of a step asked of several, which know who is missing; the one record of a step asked of one,
        empty before it is answered. What was said is there even where it does not count: the outcome tells."""
        step, state = self.state.process.steps[step_id], self.state.steps[step_id]
        records = [self.record(step, each) for each in state.assignments.values() if each.said]
        if asked_of_several(step):
            codes = state.missing if state.status == "closed" else state.gaps
            return Returns(records, [self.practice(code) for code in codes])
        return records[0] if records else Forgiving()

    def record(self, step: Step, assignment: Assignment) -> dict[str, Any]:
        response = assignment.response
        answers = typed_answers(step, response.answers, self.state.pcn) if response else {}
        practice = self.practice(assignment.organisation)
        return Forgiving(
            {**answers, "practice": practice, "list_size": practice["list_size"],
             "person": response.actor.name if response else "", "outcome": response.outcome if response else ""}
        )  # fmt: skip

    # --- dates

    def _day(self, name: str) -> date | None:
        found = self.date(name)
        return found.day if found else None

    def date(self, name: str) -> Dated | None:
        """A named date of the definition; None when it does not exist here, or not yet."""
        found: Dated | None = self._dates[name]
        return found

    @cached_property
    def _dates(self) -> Lazy:
        return Lazy(tuple(self.state.process.definition.dates), self._named_date)

    def _named_date(self, name: str) -> Dated | None:
        spec = self.state.process.definition.dates[name]
        if spec.when is not None and not self.truth(spec.when):
            return None
        day: date | None
        if name in self.state.moved:
            day = date.fromisoformat(self.state.moved[name][0])
        elif spec.at is not None:
            return self.resolve(spec.at, external=spec.external)
        else:
            found = self.value(spec.is_ or "none")
            day = date.fromisoformat(found) if isinstance(found, str) and found else found or None
        if day is None:
            return None
        if spec.external:
            return resolve(self.state.process.moment(day.isoformat()), {}, self.state.calendar, external=True)
        return anchor(day)

    def resolve(
        self,
        text: str,
        organisation: str | None = None,
        external: bool = False,
        at: time = DUE,
        anchors: Mapping[str, Dated | datetime | None] | None = None,
    ) -> Dated | None:
        """A moment of the definition; None when a date it counts from does not exist here."""
        moment = self.state.process.moment(text)
        known: dict[str, date | datetime | Dated] = {}
        for name in names(moment):
            found = anchors[name] if anchors and name in anchors else self.anchor(name)
            if found is None:
                return None
            known[name] = found
        return resolve(moment, known, self.state.calendar, organisation, external=external, at=at)

    def anchor(self, name: str) -> Dated | datetime | None:
        if name == "launch":
            return self.state.launched_at
        if name.endswith(".closed"):
            step = self.state.steps.get(name.removesuffix(".closed"))
            return step.closed_at if step else None
        if name in self.state.process.definition.dates:
            return self.date(name)
        return None


def anchor(day: date) -> Dated:
    """A plain date as something to count from: it stays on its day, worked or not."""
    return Dated(datetime.combine(day, DUE, LONDON).astimezone(UTC), day, external=False, explanation="")


def forgiving(value: Any) -> Any:
    """`value` with every mapping in it forgiving."""
    if isinstance(value, Mapping):
        return Forgiving({key: forgiving(inner) for key, inner in value.items()})
    return value


def typed_answers(step: Step, answers: Mapping[str, Any], pcn: Pcn | None = None) -> dict[str, Any]:
    """Stored answers as expressions see them."""
    kinds: dict[str, str] = {}
    groups: dict[str, dict[str, str]] = {}
    columns: dict[str, dict[str, str]] = {}
    for item in step.form:
        if isinstance(item, RepeatedGroup):
            groups[item.key] = {f.id: f.type for f in item.fields}
            continue
        kinds[item.id] = item.type
        if item.columns:
            columns[item.id] = {c.id: c.type for c in item.columns}
    result: dict[str, Any] = Forgiving()
    for key, value in answers.items():
        if key in groups and isinstance(value, Mapping):
            inner = groups[key]
            result[key] = {
                item: Forgiving({f: typed(inner.get(f, "text"), v, pcn) for f, v in fields.items()})
                for item, fields in value.items()
            }
        elif key in columns and isinstance(value, list):
            kind = columns[key]
            result[key] = [
                Forgiving({c: typed(kind.get(c, "text"), v, pcn) for c, v in row.items()}) for row in value
            ]
        else:
            result[key] = typed(kinds.get(key, "text"), value, pcn)
    return result
