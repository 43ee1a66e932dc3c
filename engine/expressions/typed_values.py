"""Stored values as expressions see them: typed, with the directory's names put to people and organisations."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from definitions.language.expressions import Forgiving
from definitions.language.named_values import Chosen, Named
from definitions.models.dataset import Dataset
from definitions.models.definition import Step
from definitions.models.directory import Pcn
from definitions.models.field_types.declaration import View
from definitions.models.fields import FormItem, RepeatedGroup
from engine.dates import calendar as calendars
from engine.dates.calendar import Calendar


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


def view_of(pcn: Pcn, datasets: Mapping[str, Dataset] = MappingProxyType({})) -> View:
    """The directory's names, put to people and organisations; a dataset's items, put to its id."""

    def dataset(key: str) -> Any:
        found = datasets.get(key)
        return Chosen(found.id, found.items) if found else []

    return View(lambda key: _person(pcn, key), lambda key: _organisation(pcn, key), dataset)


def _person(pcn: Pcn, key: str) -> str:
    """A person's id with what the directory knows; whom it does not know is called as they are."""
    person = pcn.people_by_id.get(key)
    if person is None:
        return Named(key, id="", name=key, email="", phone="")
    return Named(key, id=key, name=person.name, email=person.email, phone=person.phone or "")


def _organisation(pcn: Pcn, key: str) -> str:
    practice = pcn.practices_by_code.get(key)
    size = practice.list_size if practice else pcn.list_size if key == pcn.code else 0
    return Named(key, code=key, name=pcn.organisation_name(key), list_size=size)


def typed_answers(step: Step, answers: Mapping[str, Any], view: View) -> dict[str, Any]:
    """Stored answers as expressions see them."""
    fields = {item.key if isinstance(item, RepeatedGroup) else item.id: item for item in step.form}
    return Forgiving({key: _seen(fields.get(key), value, view) for key, value in answers.items()})


def _seen(item: FormItem | None, value: Any, view: View) -> Any:
    """The value of a question, or of each question of a group; of one that is not asked any more, as it is."""
    if item is None:
        return value
    if not isinstance(item, RepeatedGroup):
        return item.seen(value, view)
    if not isinstance(value, Mapping):
        return value
    fields = {field.id: field for field in item.fields}
    return {
        key: Forgiving({each: _seen(fields.get(each), answer, view) for each, answer in answers.items()})
        for key, answers in value.items()
    }
