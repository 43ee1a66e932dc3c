"""Small pieces of English: names joined, dates in words, a greeting, lines wrapped."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from datetime import date, datetime

from engine.dates.clock import LONDON

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December",
)  # fmt: skip
_TITLES = {"dr", "mr", "mrs", "ms", "miss", "mx", "prof", "professor", "sir", "dame", "revd", "cllr"}
_LINE = 76


def day_in_words(day: date) -> str:
    """Fri 15 January 2027"""
    return f"{_DAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]} {day.year}"


def time_in_words(moment: datetime) -> str:
    """5pm, 8:30am, noon; London time."""
    at = moment.astimezone(LONDON)
    if (at.hour, at.minute) in ((0, 0), (12, 0)):
        return "noon" if at.hour else "midnight"
    minutes = f":{at.minute:02d}" if at.minute else ""
    return f"{at.hour % 12 or 12}{minutes}{'am' if at.hour < 12 else 'pm'}"


def moment_in_words(moment: datetime) -> str:
    """Fri 15 January 2027, 5pm; London time."""
    return f"{day_in_words(moment.astimezone(LONDON).date())}, {time_in_words(moment)}"


def joined(things: Sequence[str], last: str = "and") -> str:
    """Elm Tree, Oak Road and The Willows"""
    if len(things) < 2:
        return "".join(things)
    return f"{', '.join(things[:-1])} {last} {things[-1]}"


def first_name(name: str) -> str:
    """What to call a person in a greeting: "Ruth" for "Ruth Bell", "Dr Okafor" for "Dr A. Okafor".

    A name in one word, or one that begins with an initial and has no title, is left whole.
    """
    surname_first = re.fullmatch(r"\s*([^,]+),\s*(.+)", name)
    if surname_first:
        name = f"{surname_first[2]} {surname_first[1]}"
    words = name.split()
    titled = len(words) > 1 and words[0].rstrip(".").lower() in _TITLES
    rest = words[1:] if titled else words
    if len(rest) > 1 and len(rest[0].rstrip(".")) > 1 and not rest[0].rstrip(".").isupper():
        return rest[0]
    if titled:
        return f"{words[0]} {rest[-1]}"
    return " ".join(words)


def sentence(text: str) -> str:
    """`text` with a capital first and a full stop last, unless it ends in punctuation of its own."""
    text = one_line(text)
    if not text:
        return ""
    return capital(text) + ("" if text[-1] in ".?!:…" else ".")


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def one_line(text: str) -> str:
    """`text` without line breaks, control characters or doubled spaces: fit for a header."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def paragraphs(text: str) -> tuple[str, ...]:
    """`text` split at its blank lines, each paragraph in one line; a line that begins with "- " is one of its own."""
    return tuple(p for p in (one_line(part) for part in re.split(r"\n\s*\n|\n(?=\s*- )", text)) if p)


def wrapped(text: str, indent: int = 0, first: str = "") -> str:
    """`text` in lines of at most 76 characters; addresses and links are never broken.

    `first` starts the first line and sets the indent of the others ("- ").
    """
    hanging = " " * (indent + len(first))
    return textwrap.fill(
        text,
        width=_LINE,
        initial_indent=" " * indent + first,
        subsequent_indent=hanging,
        break_long_words=False,
        break_on_hyphens=False,
    )
