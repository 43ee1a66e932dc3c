"""Where an email goes on the day it is sent: to the address that the directory has for its reader then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime

from definitions.models.directory import Directory, Pcn
from engine.dates.clock import london_date
from engine.events import Notice


class AddressBook:
    """The addresses of the directory in use, for the post (`notifications.outbox.Addressed`)."""

    def __init__(self, directory: Callable[[], Directory]) -> None:
        self._directory = directory
        self._known: tuple[Directory, dict[str, Pcn]] | None = None

    def __call__(self, notice: Notice, now: datetime) -> Notice | None:
        """The notice, to its reader's address of today; None for somebody who has left, or has no address any more."""
        day = london_date(now)
        for pcn in self._where_known(notice):
            return _to_person(notice, pcn, day) if notice.person else _to_mailbox(notice, pcn, day)
        return None

    def _where_known(self, notice: Notice) -> list[Pcn]:
        """The PCN of the organisation the notice is for; where that has gone, any that knows its reader."""
        pcn = self._by_organisation().get(notice.organisation)
        if pcn is not None:
            return [pcn]
        return [each for each in self._directory().pcns if notice.person in each.people_by_id]

    def _by_organisation(self) -> dict[str, Pcn]:
        directory = self._directory()
        if self._known is None or self._known[0] is not directory:
            codes = {practice.code: pcn for pcn in directory.pcns for practice in pcn.practices}
            self._known = directory, codes | {pcn.code: pcn for pcn in directory.pcns}
        return self._known[1]


def _to_person(notice: Notice, pcn: Pcn, day: date) -> Notice | None:
    if pcn.has_left(notice.person, day):
        return None
    person = pcn.people_by_id[notice.person]
    return replace(notice, name=person.name, email=person.email)


def _to_mailbox(notice: Notice, pcn: Pcn, day: date) -> Notice | None:
    practice = pcn.on(day).practices_by_code.get(notice.organisation)
    return replace(notice, email=practice.mailbox) if practice and practice.mailbox else None
