"""Reads the language of dates (`definitions.language.moments`), and says what was probably meant when it cannot."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time
from typing import Literal, NoReturn

from definitions.language.moments import (
    LAUNCH,
    PREVIOUS_CLOSED,
    Anchor,
    At,
    Either,
    EndOfMonth,
    FirstWorkingDay,
    LastWorkingDay,
    Moment,
    MomentError,
    Offset,
    On,
    StartOfMonth,
    Unit,
)

MAX_LENGTH = 300
MAX_COUNT = 2000
_TOKEN = re.compile(
    r"(?P<date>\d{4}-\d{2}-\d{2}\b)|(?P<time>\d{1,2}:\d{2}\b)|(?P<number>\d+(?=\s|$|[A-Za-z]))"
    r"|(?P<word>[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*)|(?P<other>\S+)",
    re.ASCII,
)
_ISO_DURATION = re.compile(r"p(?=.)(?:(\d+)([dwm])|(?:\d+[dwmy])*(?:t(?:\d+[hms])+)?)", re.ASCII)
_UNITS: dict[str, Unit] = {
    "day": "day", "days": "day", "week": "week", "weeks": "week", "month": "month", "months": "month",
}  # fmt: skip
_COUNTS = {"a": 1, "an": 1, "the": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6,
           "seven": 7, "eight": 8, "nine": 9, "ten": 10}  # fmt: skip
_AFTER_A_NAME = frozenset({"", "and", "or", "at", "closed"})  # a step may be called "a" or "one"
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_RESERVED = frozenset({"after", "before", "of", "and", "at", "working", "on", *_UNITS})
_INSTEAD = {
    "business": "Say working: 3 working days after launch.",
    "workdays": "Say working days: 3 working days after launch.",
    "weekdays": "Say working days, which also leave out bank holidays.",
    "weekday": "Say working day, which also leaves out bank holidays.",
    "hours": "Baton counts days; say the time with at: 1 day after launch at 12:00.",
    "hour": "Baton counts days; say the time with at: 1 day after launch at 12:00.",
    "years": "Say months: 12 months after launch.",
    "year": "Say months: 12 months after launch.",
    "quarters": "Say months: 3 months after quarter_end.",
    "from": "Say after: 3 days after launch.",
    "since": "Say after: 3 days after launch.",
    "until": "Say before: 3 days before due.",
    "prior": "Say before: 3 days before due.",
}


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    column: int


def _tokens(text: str) -> Iterator[_Token]:
    for found in _TOKEN.finditer(text):
        yield _Token(str(found.lastgroup), found.group().lower(), found.start() + 1)


def parse(text: str) -> Moment:
    """Read a phrase. Raises MomentError with the column, and the wording that was probably meant."""
    return Parser(text).moment()


class Parser:
    """Recursive descent over one phrase; `moment` reads all of it or raises MomentError."""

    def __init__(self, text: str) -> None:
        if len(text) > MAX_LENGTH:
            raise MomentError("moment-too-long", f"A date is said in {MAX_LENGTH} characters or fewer.", 1)
        self._tokens = [*_tokens(text), _Token("end", "", len(text.rstrip()) + 1)]
        self._next = 0

    def moment(self) -> Moment:
        if self._peek.kind == "end":
            self._fail("moment-empty", "A date is missing.", "For example: 10 working days after launch.")
        read = self._date()
        if self._take("at"):
            read = At(read, self._time())
        if self._peek.kind != "end":
            self._left_over()
        return read

    # Phrases

    def _date(self) -> Moment:
        token = self._peek
        if token.kind == "date":
            return self._written_date()
        if token.kind == "number":
            return self._counted()
        if token.kind != "word":
            self._fail_other()
        if token.text in ("earlier", "later") and self._ahead("of"):
            return self._either("earlier" if token.text == "earlier" else "later")
        if token.text in ("start", "end", "beginning") and self._ahead("of"):
            return self._month_edge()
        if token.text == "last" and self._ahead("working"):
            self._expect("last", "working", "day", "of")
            self._take("the")
            self._expect("month")
            return LastWorkingDay(self._date() if self._take("of") else Anchor(LAUNCH))
        if token.text in ("first", "next") and self._ahead("working"):
            self._next += 1
            self._expect("working", "day", "after")
            return FirstWorkingDay(self._date())
        if token.text in _COUNTS and self._tokens[self._next + 1].text not in _AFTER_A_NAME:
            return self._article()
        return self._anchor()

    def _written_date(self) -> Moment:
        token = self._pop()
        try:
            return On(date.fromisoformat(token.text))
        except ValueError:
            raise MomentError("moment-no-such-date", f"There is no {token.text}.", token.column) from None

    def _article(self) -> Moment:
        """A number in words, or an article before a phrase: "two weeks after", "the earlier of"."""
        word = self._pop().text
        if word == "the" and self._peek.text not in (*_UNITS, "working"):
            return self._date()
        return self._units(_COUNTS[word])

    def _counted(self) -> Moment:
        token = self._pop()
        if self._peek.text[:3] in _MONTHS and self._peek.text not in _UNITS:
            self._fail(
                "moment-date-order", "Dates are written year first.", "For example: 2027-01-15.", token
            )
        if len(token.text) > 6 or int(token.text) > MAX_COUNT:
            self._fail("moment-too-far", f"Baton counts up to {MAX_COUNT}.", "", token)
        return self._units(int(token.text))

    def _units(self, count: int) -> Moment:
        working = self._take("working")
        token = self._peek
        if token.text not in _UNITS:
            self._fail_instead("moment-unknown-unit", "A count is of days, working days, weeks or months.",
                               ("working", *_UNITS))  # fmt: skip
        unit = _UNITS[self._pop().text]
        if working and unit != "day":
            self._fail(
                "moment-working-unit", "Only days are working days.", "5 working days make a week.", token
            )
        if not self._peek.text or self._peek.text not in ("after", "before"):
            self._fail_instead("moment-after-or-before", "A count is after or before a date.", ("after", "before"),
                               "For example: 3 working days after launch.")  # fmt: skip
        before = self._pop().text == "before"
        return Offset(count, "working day" if working else unit, before, self._date())

    def _month_edge(self) -> Moment:
        edge = self._pop()
        self._expect("of")
        self._take("the")
        self._expect("month")
        if edge.text == "end":
            return EndOfMonth(self._date() if self._take("of") else Anchor(LAUNCH))
        return StartOfMonth(self._date() if self._take("of") else Anchor(LAUNCH))

    def _either(self, which: Literal["earlier", "later"]) -> Moment:
        self._pop()
        self._expect("of")
        one = self._date()
        self._expect("and")
        return Either(which, one, self._date())

    def _anchor(self) -> Moment:
        token = self._pop()
        if found := _ISO_DURATION.fullmatch(token.text):
            self._iso_duration(token, found)
        if token.text in _RESERVED:
            self._fail(
                "moment-name-expected", f"A date or a name is expected here, not '{token.text}'.", "", token
            )
        if token.text == "previous" and self._peek.text == "step":
            self._expect("step", "closed")
            return Anchor(PREVIOUS_CLOSED)
        if "." not in token.text and self._take("closed"):
            return Anchor(f"{token.text}.closed")
        return Anchor(token.text)

    def _time(self) -> time:
        token = self._pop()
        hours, _, minutes = token.text.partition(":")
        if token.kind != "time" or int(hours) > 23 or int(minutes) > 59:
            self._fail("moment-bad-time", "A time is said as HH:MM.", "For example: at 12:00.", token)
        return time(int(hours), int(minutes))

    # Reading

    @property
    def _peek(self) -> _Token:
        return self._tokens[self._next]

    def _pop(self) -> _Token:
        token = self._peek
        if token.kind != "end":
            self._next += 1
        return token

    def _take(self, word: str) -> bool:
        if self._peek.text == word:
            self._next += 1
            return True
        return False

    def _ahead(self, word: str) -> bool:
        following = self._tokens[min(self._next + 1, len(self._tokens) - 1)]
        return following.text == word

    def _expect(self, *words: str) -> None:
        for word in words:
            if not self._take(word):
                found = f", not '{self._peek.text}'" if self._peek.text else ""
                self._fail_near("moment-word-expected", f"'{word}' is expected here{found}.", (word,))

    # Saying what is wrong

    def _fail(self, code: str, message: str, advice: str = "", token: _Token | None = None) -> NoReturn:
        raise MomentError(code, f"{message} {advice}".rstrip(), (token or self._peek).column)

    def _fail_near(self, code: str, message: str, known: tuple[str, ...]) -> NoReturn:
        """Offers the known word that is nearest to the one that stands here."""
        near = difflib.get_close_matches(self._peek.text, known, n=1, cutoff=0.6)
        raise MomentError(code, message, self._peek.column, near[0] if near else None)

    def _fail_instead(self, code: str, message: str, known: tuple[str, ...], example: str = "") -> NoReturn:
        """Offers the known word that is nearest, or the advice for a wrong one that is nearer still."""
        near = difflib.get_close_matches(self._peek.text, (*known, *_INSTEAD), n=1, cutoff=0.6)
        if near and near[0] in known:
            self._fail_near(code, message, known)
        self._fail(code, message, _INSTEAD[near[0]] if near else example)

    def _iso_duration(self, token: _Token, found: re.Match[str]) -> NoReturn:
        count, letter = found[1] or "1", {"w": "week", "m": "month"}.get(found[2] or "d", "day")
        plural = "" if count == "1" else "s"
        said = f"{count} {letter}{plural} after launch"
        if letter == "day":
            said += f", or {count} working day{plural} after launch"
        shown = token.text.upper()
        self._fail(
            "moment-iso-duration", f"{shown} does not say what it counts or from when.", f"Say {said}.", token
        )

    def _fail_other(self) -> NoReturn:
        token = self._peek
        if token.kind == "end":
            self._fail("moment-unfinished", "A date or a name is missing at the end.", "For example: launch.")
        if token.text.startswith(("-", "+")):
            self._fail("moment-sign", "A count has no sign.", "Say before or after: 3 days before due.")
        if re.fullmatch(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}|\d{4}[/.]\d{1,2}[/.]\d{1,2}", token.text, re.ASCII):
            self._fail("moment-date-order", "Dates are written year first.", "For example: 2027-01-15.")
        self._fail("moment-not-understood", f"'{token.text}' is not understood here.",
                   "For example: 10 working days after launch.")  # fmt: skip

    def _left_over(self) -> NoReturn:
        token = self._peek
        message = f"The date was complete before '{token.text}'."
        if token.kind == "time":
            self._fail("moment-left-over", message, f"Say at {token.text}.")
        self._fail_near("moment-left-over", message, ("at", "and", "after", "before", "of", "closed"))
