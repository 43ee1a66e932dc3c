"""Closures: days and half days on which an organisation does not work, read from YAML.

    - organisation: A81001          # an ODS code, or "*" for the whole network
      name: Elm Tree                # optional: what explanations call it
      date: 2026-04-08              # or from: and to:
      hours: "13:00-17:00"          # optional: a half day
      reason: training

Only messages and internal dates take notice of a closure; an external date never does (domain 4.1).
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import RoundTripConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError

EVERYONE = "*"
MAX_CHARACTERS = 1_000_000
KEYS = ("organisation", "name", "date", "from", "to", "hours", "reason")
_HOURS = re.compile(r"\s*(\d{1,2}:\d{2})\s*(?:-|–|to)\s*(\d{1,2}:\d{2})\s*")


@dataclass(frozen=True, slots=True)
class Closure:
    """An organisation does not work from `start` to `end`, both included.

    organisation: ODS code, or "*" for everyone in the network.
    from_time, to_time: London wall time, for a closure of part of each day; an open side (None) reaches to
        the start or the end of the day, and None on both sides is the whole day.
    reason: completes "closed for ...".
    name: what a person calls the organisation; its code when empty.

    Raises ValueError when it ends before it starts.
    """

    organisation: str
    start: date
    end: date
    from_time: time | None = None
    to_time: time | None = None
    reason: str = "a closure"
    name: str = ""

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError(f"a closure ends on or after its start: {self.end} is before {self.start}")
        if self.from_time and self.to_time and self.to_time <= self.from_time:
            raise ValueError(f"a closure's hours end after they start: {self.from_time} to {self.to_time}")

    @property
    def whole_day(self) -> bool:
        return self.from_time is None and self.to_time is None

    def on(self, day: date) -> bool:
        return self.start <= day <= self.end

    def shuts_deadline(self, at: time) -> bool:
        """Whether a deadline at `at` falls in the closed hours.

        Closing at 13:00 leaves the morning, so 13:00 can be met; reopening at 17:00 leaves nothing before
        17:00, so 17:00 cannot.
        """
        return (self.from_time is None or self.from_time < at) and (
            self.to_time is None or at <= self.to_time
        )

    def shuts_message(self, at: time) -> bool:
        """Whether a message sent at `at` would arrive in the closed hours."""
        return (self.from_time is None or self.from_time <= at) and (
            self.to_time is None or at < self.to_time
        )

    def __str__(self) -> str:
        who = self.name or ("the network" if self.organisation == EVERYONE else self.organisation)
        return f"{who} closed for {self.reason}"


@dataclass(frozen=True, slots=True)
class ClosureProblem:
    """One thing wrong in a closures file; prints as `file:line:column CODE message`. Lines and columns from 1."""

    file: str
    line: int
    column: int
    code: str
    message: str
    suggestion: str = ""

    def __str__(self) -> str:
        hint = f" {self.suggestion}" if self.suggestion else ""
        return f"{self.file}:{self.line}:{self.column} {self.code} {self.message}{hint}"


class ClosuresError(ValueError):
    """A closures file has mistakes: all of them, in `problems`."""

    def __init__(self, problems: tuple[ClosureProblem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


def load_closures(path: Path) -> tuple[Closure, ...]:
    """Read a closures file. Raises ClosuresError, also for a file that cannot be read as text."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as broken:
        raise _alone(
            path.name, 1, 1, "closure-not-utf8", f"The file is not UTF-8 ({broken.reason})."
        ) from broken
    except OSError as broken:
        message = f"The file cannot be read: {broken.strerror}."
        raise _alone(path.name, 1, 1, "closure-unreadable", message) from broken
    return parse_closures(text, path.name)


def parse_closures(text: str, file: str = "closures.yaml") -> tuple[Closure, ...]:
    """Closures from YAML text; `file` names it in errors. Raises ClosuresError with every mistake at once."""
    if len(text) > MAX_CHARACTERS:
        raise _alone(file, 1, 1, "closure-too-long", f"The file is over {MAX_CHARACTERS:,} characters.")
    listed = _read(text, file)
    if listed is None:
        return ()
    if not isinstance(listed, CommentedSeq):
        raise _alone(
            file, 1, 1, "closure-not-a-list", "A closures file is a list.", "Start each closure with '- '."
        )
    problems: list[ClosureProblem] = []
    closures: list[Closure] = []
    for index, item in enumerate(listed):
        line, column = listed.lc.item(index)
        entry = _Entry(file, line + 1, column + 1, item, problems)
        if (closure := entry.read()) is not None:
            closures.append(closure)
    if problems:
        raise ClosuresError(tuple(problems))
    return tuple(closures)


def _read(text: str, file: str) -> object:
    # The round-trip loader: as safe as the safe one (no tag constructs an object), and it knows positions.
    yaml = YAML(typ="rt", pure=True)
    yaml.Constructor = _DatesAsText
    try:
        return yaml.load(text)
    except MarkedYAMLError as broken:
        mark = broken.problem_mark or broken.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        hint = 'Everyone is written "*", with the quotes.' if "*" in text and "alias" in str(broken) else ""
        raise _alone(
            file, line, column, "closure-yaml", f"Not valid YAML: {broken.problem}.", hint
        ) from broken
    except (YAMLError, RecursionError, ValueError) as broken:
        raise _alone(file, 1, 1, "closure-yaml", "Not valid YAML.") from broken


def _alone(file: str, line: int, column: int, code: str, message: str, hint: str = "") -> ClosuresError:
    return ClosuresError((ClosureProblem(file, line, column, code, message, hint),))


class _DatesAsText(RoundTripConstructor):
    """Leaves dates as they were written, so that 2026-02-30 is a mistake with a place and not a broken file."""


_DatesAsText.add_constructor("tag:yaml.org,2002:timestamp", _DatesAsText.construct_yaml_str)


@dataclass(slots=True)
class _Entry:
    """One item of the list, read with its problems noted rather than raised."""

    file: str
    line: int
    column: int
    item: Any
    problems: list[ClosureProblem]

    def read(self) -> Closure | None:
        if not isinstance(self.item, CommentedMap):
            self._note(None, "closure-not-a-mapping", "A closure has the keys organisation, date and reason.")
            return None
        before = len(self.problems)
        for key in self.item:
            if key not in KEYS:
                near = difflib.get_close_matches(str(key), KEYS, n=1)
                hint = f"Did you mean {near[0]}?" if near else f"Known keys: {', '.join(KEYS)}."
                self._note(key, "closure-unknown-key", f"Unknown key {key!r}.", hint)
        texts = {key: self._text(key, required=key != "name") for key in ("organisation", "name", "reason")}
        start, end = self._days()
        from_time, to_time = self._hours()
        if len(self.problems) > before or start is None or end is None:
            return None
        return Closure(texts["organisation"], start, end, from_time, to_time, texts["reason"], texts["name"])

    def _text(self, key: str, *, required: bool) -> str:
        value = self.item.get(key)
        if value is None or not str(value).strip():
            if required:
                self._note(key, "closure-missing", f"A closure says its {key}.")
            return ""
        if isinstance(value, Mapping | list):
            self._note(key, "closure-not-text", f"{key} is text.")
            return ""
        return str(value).strip()

    def _days(self) -> tuple[date | None, date | None]:
        one, many = "date" in self.item, [key for key in ("from", "to") if key in self.item]
        if one == bool(many) or len(many) == 1:
            message = "A closure has either date, or both from and to."
            self._note("date" if one else "".join(many), "closure-which-days", message)
            return None, None
        if one:
            day = self._day("date")
            return day, day
        start, end = self._day("from"), self._day("to")
        if start and end and end < start:
            self._note("to", "closure-backwards", f"It ends ({end}) before it starts ({start}).")
        return start, end

    def _day(self, key: str) -> date | None:
        value = str(self.item.get(key))
        try:
            if re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
                return date.fromisoformat(value)
        except ValueError:
            pass  # noted below: 2027-02-30 looks like a date and is none
        self._note(key, "closure-bad-date", f"{key} is not a date.", "Dates are written 2027-01-15.")
        return None

    def _hours(self) -> tuple[time | None, time | None]:
        value = self.item.get("hours")
        if value is None:
            return None, None
        found = _HOURS.fullmatch(str(value))
        try:
            start, end = (_clock(part) for part in found.groups()) if found else (None, None)
        except ValueError:
            start, end = None, None
        if start is None or end is None or end <= start:
            self._note("hours", "closure-bad-hours", "hours is not a part of a day.", 'Write "13:00-17:00".')
            return None, None
        return start, end

    def _note(self, key: object, code: str, message: str, hint: str = "") -> None:
        line, column = next(self._places(key), (self.line, self.column))
        self.problems.append(ClosureProblem(self.file, line, column, code, message, hint))

    def _places(self, key: object) -> Iterator[tuple[int, int]]:
        if isinstance(self.item, CommentedMap) and key in self.item:
            line, column = self.item.lc.key(key)
            yield line + 1, column + 1


def _clock(text: str) -> time:
    hours, minutes = text.split(":")
    return time(int(hours), int(minutes))
