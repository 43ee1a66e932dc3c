"""What a person typed, or pasted from a web page, a word processor or a spreadsheet: read with one care everywhere.

`kept` is for words that are stored: what they say stays, what nobody sees or means goes. `look_alike` is for codes,
numbers, dates and choices: what looks like a plain character is that character. Neither guesses; what can be read in two
ways is refused, by whoever reads the value, with a sentence that says how to write it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from definitions.source.text import INVISIBLE, SPACES

#: What a text field says to a value that has lost its spelling on the way: 2026.10 is 2026.1 by now.
IN_QUOTES = "put it in quotes, so that it is kept as you write it"

_LINE_ENDS = re.compile("\r\n|[\r\x85\u2028\u2029]")
#: Windows-1252 read as Latin-1: quotes, dashes and the euro sign became control characters.
_LEFTOVERS = {code: bytes([code]).decode("cp1252", "ignore") for code in range(0x80, 0xA0) if code != 0x85}
_BREAK = re.compile(r"[\t\n]")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_JOINERS = "\u200c\u200d"
_LOOK_ALIKES = {
    **{code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)},  # full width
    **dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63"), "-"),
    **dict.fromkeys(map(ord, "\u2018\u2019\u201a\u201b\u2032\u02bc`\xb4"), "'"),
    **dict.fromkeys(map(ord, "\u201c\u201d\u201e\u201f\u2033"), '"'),
    **dict.fromkeys(map(ord, _JOINERS), ""),
    ord("\u2044"): "/",
    ord("\uffe1"): "£",
}


class BadValue(ValueError):
    """What was given cannot be taken; the message stands after the field's label. `more`: what is wrong inside the
    field, by where ("2.cost" in a table). `box`: which of the boxes of the field is meant, where it has several."""

    def __init__(self, message: str, *more: tuple[str, str], box: str = "") -> None:
        super().__init__(message)
        self.problems: tuple[tuple[str, str], ...] = more or (("", message),)
        self.box = box


def is_blank(given: Any, depth: int = 3) -> bool:
    """Nothing was given: no value, spaces, or a mapping or list of nothings (three empty date boxes)."""
    if given is None:
        return True
    if isinstance(given, str):
        return not given or given.isspace() or not kept(given)
    if isinstance(given, int | float):
        return False
    if depth and isinstance(given, Mapping):
        return all(is_blank(value, depth - 1) for value in given.values())
    if depth and isinstance(given, list | tuple):
        return all(is_blank(value, depth - 1) for value in given)
    return False


def kept(text: str) -> str:
    """Words to be stored: line ends as \\n, odd spaces plain, nothing invisible, no spaces around."""
    if text.isascii() and text.isprintable():
        return text.strip()
    text = _LINE_ENDS.sub("\n", text).translate(_LEFTOVERS)
    return _CONTROL.sub("", INVISIBLE.sub("", SPACES.sub(" ", text))).strip()


def look_alike(text: str) -> str:
    """Words to be compared or worked out: as `kept`, with plain quotes, dashes and digits, and single spaces. A tab or
    a line end stays: it parts two cells of a spreadsheet."""
    text = kept(text)
    return re.sub("  +", " ", text if text.isascii() else text.translate(_LOOK_ALIKES))


def ods_code(text: str) -> str:
    """An ODS code as the directory has it, whatever was typed around it and in which letters."""
    return look_alike(text).upper()


def as_text(given: Any, what: str = "text") -> str:
    """`given`, which must be text, as words to be stored. Raises BadValue, for a number too: it has no spelling."""
    if isinstance(given, bool | int | float):
        raise BadValue(IN_QUOTES)
    if not isinstance(given, str):
        raise BadValue(f"enter {what}")
    try:
        given.encode()
    except UnicodeEncodeError:
        raise BadValue("use letters, numbers and punctuation; something here cannot be kept") from None
    return kept(given)


def one_line(given: Any, longest: int, what: str = "text") -> str:
    """`given` as one line of at most so many characters. Raises BadValue."""
    return not_longer(on_one_line(as_text(given, what)), longest)


def on_one_line(text: str) -> str:
    """Words to be stored, on one line. Where a tab or a line end parts two figures, a comma does: 12 in one cell and 500
    in the next are not 12 500, and three counts are no NHS number."""
    line, figure = "", False
    for part in map(str.strip, _BREAK.split(kept(text))):
        spoken = [each for each in part if each.isalnum()]
        line += (", " if figure and spoken and spoken[0].isdigit() else " ") + part
        figure = spoken[-1].isdigit() if spoken else figure
    return " ".join(line.split())


def not_longer(text: str, longest: int) -> str:
    if len(text) > longest:
        raise BadValue(f"must be {longest:,} characters or fewer; it is {len(text):,}")
    return text


def plain_text(given: Any, what: str) -> str:
    """`given` to be compared or worked out: text, or a whole number that has but one spelling. Raises BadValue."""
    if isinstance(given, int) and not isinstance(given, bool) and abs(given) < 10**18:
        return str(given)
    if not isinstance(given, str):
        raise BadValue(f"enter {what}")
    return look_alike(as_text(given, what))
