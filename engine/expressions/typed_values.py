"""Stored values as expressions see them: typed, with the directory's names put to people and organisations."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from definitions.language.expressions import Forgiving
from definitions.language.named_values import Named
from definitions.models.definition import Step
from definitions.models.directory import Pcn
from definitions.models.fields import RepeatedGroup
from engine.dates import calendar as calendars
from engine.dates.calendar import Calendar

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
    try:
        if type_ == "date":
            return date.fromisoformat(value) if isinstance(value, str) else value
        if type_ in _NUMBERS:
            return Decimal(str(value))
    except (ValueError, InvalidOperation):
        return value  # it was given to a question of another type, in an earlier version
    if pcn is not None and isinstance(value, str) and type_ in ("person", "organisation"):
        return named(pcn, type_, value)
    return value


def named(pcn: Pcn, type_: str, key: str) -> str:
    """A person's id or an organisation's code with its name; what the directory does not know is called as it is."""
    if type_ == "person":
        person = pcn.people_by_id.get(key)
        if person is None:
            return Named(key, id="", name=key, email="", phone="")
        return Named(key, id=key, name=person.name, email=person.email, phone=person.phone or "")
    practice = pcn.practices_by_code.get(key)
    size = practice.list_size if practice else pcn.list_size if key == pcn.code else 0
    return Named(key, code=key, name=pcn.organisation_name(key), list_size=size)


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
