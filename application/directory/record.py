"""The directory in use: what the events of its stream come to, held in memory for every room that asks.

Only Baton's one process writes the stream, through `DirectoryRecord`. A change is decided from what is there, checked as a
file would be, and committed whole.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from definitions.models.directory import Directory, Pcn
from engine.commands.command import refuse_identifiable
from engine.commands.refusals import Refused, required_reason
from engine.dates.clock import london_date
from engine.events import Actor, DirectoryChange, DirectoryChanged, DirectoryFollowed, Event
from engine.events.streams.directory import DIRECTORY
from engine.people.directory_changes import Data, applied, data_of, difference
from store.protocol import Commit, Conflict, Store

TRIES = 8
#: What a directory has before anything is in it.
EMPTY: Data = {"pcns": []}

#: Makes of the directory in use, as data, what it is to be. Raises Refused, Invalid, DefinitionErrors.
Wanted = Callable[[Mapping[str, Any]], Directory]


@dataclass(frozen=True, slots=True)
class Change:
    """What would change, or has: from one directory to another."""

    before: Mapping[str, Any]
    directory: Directory
    changes: tuple[DirectoryChange, ...]

    @property
    def pcns(self) -> tuple[str, ...]:
        """The codes of the PCNs that change, each once."""
        return tuple(dict.fromkeys(change.pcn for change in self.changes))


@dataclass(frozen=True, slots=True)
class Said:
    """Who changed a PCN last, why, and with which version of the stream."""

    version: int
    actor: Actor
    reason: str


class DirectoryRecord:
    """The directory of one store. `load` before anything asks it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._data: Data = EMPTY
        self._directory: Directory | None = None
        self._said: dict[str, Said] = {}
        self._one_at_a_time = asyncio.Lock()
        self.version = 0
        self.followed: tuple[int, str] = (0, "")  #: the version, and day, up to which workflows followed
        self._followed_data: Data = EMPTY
        self.file = ""  #: the SHA-256 of the file that was imported last

    async def events(self) -> list[Event]:
        """Everything that happened to the directory, the earliest first."""
        return await self._store.events(DIRECTORY)

    async def load(self) -> None:
        """Read what the log has more than is known here."""
        for event in await self._store.events(DIRECTORY, self.version):
            self._take(event)

    @property
    def is_there(self) -> bool:
        """Whether a directory was ever imported."""
        return bool(self._data["pcns"])

    @property
    def data(self) -> Mapping[str, Any]:
        """The directory in use, as data; not to be changed."""
        return self._data

    def current(self) -> Directory:
        """The directory in use. Raises Refused before the first import."""
        if self._directory is None:
            if not self.is_there:
                raise Refused(
                    "no-directory",
                    "there is no directory yet; give Baton one with `baton directory import FILE`",
                )
            self._directory = Directory.model_validate(self._data)
        return self._directory

    def pcn(self, code: str, day: date) -> Pcn | None:
        """The PCN with the practices that it has on `day`; None where the directory has none of that code."""
        try:
            return self.current().pcn(code).on(day)
        except KeyError:
            return None

    def pcn_followed(self, code: str) -> Pcn | None:
        """The PCN as it was when running workflows last followed the directory; None where it was not there."""
        data = next((each for each in self._followed_data["pcns"] if each["code"] == code), None)
        return Pcn.model_validate(data).on(date.fromisoformat(self.followed[1])) if data else None

    def said(self, pcn: str) -> Said | None:
        """Who changed that PCN last, and why."""
        return self._said.get(pcn)

    def to_follow(self, today: date) -> tuple[str, ...]:
        """The PCNs whose running workflows may have another membership than they have in the directory today."""
        version, day = self.followed
        changed = [code for code, said in self._said.items() if said.version > version]
        since = date.fromisoformat(day) if day else date.min
        turned = [
            pcn.code
            for pcn in (self.current().pcns if self.is_there else ())
            if any(since < turn <= today for practice in pcn.practices for turn in practice.turns())
        ]
        return tuple(dict.fromkeys((*changed, *turned)))

    # --- changing

    def preview(self, wanted: Wanted) -> Change:
        """What `wanted` would change. Raises what it raises, and Refused where it is so already."""
        directory = wanted(self._data)
        changes = difference(self._data, data_of(directory))
        if not changes:
            raise Refused("no-change", "the directory says so already, so this would change nothing")
        return Change(self._data, directory, changes)

    async def change(
        self, wanted: Wanted, now: datetime, actor: Actor, reason: str, file: str = ""
    ) -> Change:
        """Change the directory, and keep who did it and why. Raises as `preview`, and Refused without a reason."""
        refuse_identifiable(actor, {"reason": reason})
        reason = required_reason(reason, "change the directory")
        async with self._one_at_a_time:
            for _ in range(TRIES):
                await self.load()
                made = await asyncio.to_thread(self.preview, wanted)
                body = DirectoryChanged(made.changes, reason, file)
                with suppress(Conflict):
                    await self._record(now, actor, "change_directory", body)
                    return made
        raise Refused("busy", "the directory is changing too fast just now; try again")

    async def follow(self, now: datetime, actor: Actor) -> None:
        """Note that the workflows under way have the membership of the directory as it is here, on this day."""
        body = DirectoryFollowed(self.version, london_date(now).isoformat())
        try:
            await self._record(now, actor, "follow_directory", body)
        except Conflict:  # somebody changed it once more: what runs follows again
            await self.load()

    async def _record(
        self, now: datetime, actor: Actor, cause: str, body: DirectoryChanged | DirectoryFollowed
    ) -> None:
        event = Event(DIRECTORY, self.version + 1, now, actor, cause, body)
        await self._store.commit([Commit(DIRECTORY, self.version, (event,))])
        self._take(event)

    def _take(self, event: Event) -> None:
        body = event.body
        if isinstance(body, DirectoryChanged):
            self._data, self._directory = applied(self._data, body.changes), None
            self.file = body.file or self.file
            for code in _codes(body):
                self._said[code] = Said(event.version, event.actor, body.reason)
        elif isinstance(body, DirectoryFollowed):
            self.followed, self._followed_data = (body.version, body.day), self._data
        self.version = event.version


def _codes(body: DirectoryChanged) -> Iterator[str]:
    yield from dict.fromkeys(change.pcn for change in body.changes)
