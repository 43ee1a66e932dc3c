"""NHS numbers in what people type: ten digits that pass modulus 11, however they are broken up (domain 4.3).

They are looked for in the text as a reader sees it and as it would be kept, so that what is found in what was typed, and
how sure that is, is the same of what would be kept of it; and in what it says once entities and percent signs are
undone. One in eleven of all ten-digit numbers passes: `certain` is one that is written as NHS numbers are, or called one.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from html import unescape
from itertools import accumulate
from urllib.parse import unquote

from definitions.source.typed_text import kept

Shape = tuple[int, ...]

#: As NHS numbers are written.
_USUAL: Shape = (3, 3, 4)
_TEN_SINGLE: Shape = (1,) * 10
#: How people break up one number in ways in which they also write lists. Other lists are counts: 12, 15, 20, 31, 44.
BROKEN_UP = frozenset({
    _USUAL, (3, 4, 3), (4, 3, 3), (3, 7), (7, 3), (4, 6), (6, 4), (5, 5), (1, 3, 3, 3), (4, 4, 2), (2, 4, 4), _TEN_SINGLE,
})  # fmt: skip
#: The same down a column, where neighbours are counts of about the same size: in pieces of two sizes.
DOWN_A_COLUMN = frozenset({_USUAL, (3, 7), (7, 3), (4, 6), (6, 4)})

#: Ten digits that no other digit stands before or behind, with little between them. Looked for from every digit.
_TEN_DIGITS = re.compile(r"(?<![0-9])(?=([0-9](?:[\W_]{0,4}[0-9]){9})(?![0-9]))")
_GROUP = re.compile(r"[0-9]+")
_SEPARATOR = re.compile(r"[^0-9]+")
_PLAIN_SEPARATOR = re.compile(r"[ .\-_]{1,3}")
_OF_A_LIST = frozenset(",;|\n\t")
_BLANKS = re.compile(r"[ \t\n]{2,}")
#: What calls it one, and the most characters before it that are looked at. An address at nhs.net does not.
_CALLED = re.compile(r"\b(?:nhs(?!\.(?:net|uk)\b)|patient)(?:\b|_).{0,20}$|\bnhs$", re.IGNORECASE | re.DOTALL)
_CALLED_WITHIN = 40
#: Rounds of undoing: a link in a link is percent-encoded twice.
_UNDONE = 3
#: What is made of digits and is no NHS number: telephone numbers, days, times of day, financial years, pounds.
_OTHERWISE = re.compile(
    r"""
    (?:\+|\b00)\s?44[\s().\-]*(?:0[\s().\-]*)?[1-9](?:[\s().\-]*[0-9]){8,9}
    | (?<![0-9][\s\-])\b(?=0(?:[\s\-]?[0-9]){9})0[0-9]{2,5}[\s\-]?[0-9]{3,4}[\s\-]?[0-9]{3,4}\b
    | \b(?:19|20)[0-9]{2}[\-/.](?:0?[1-9]|1[0-2])[\-/.](?:0?[1-9]|[12][0-9]|3[01])\b
    | \b(?:0?[1-9]|[12][0-9]|3[01])[\-/. ](?:0?[1-9]|1[0-2])[\-/. ](?:19|20)[0-9]{2}\b
    | \b(?:[01]?[0-9]|2[0-3]):[0-5][0-9]\b
    | \b20[0-9]{2}[\-/](?:20)?[0-9]{2}\b
    | £\s?[0-9]{1,3}(?:,?[0-9]{3}){0,2}(?:\.[0-9]{2})?\b(?![,.]?[0-9])
    """,
    re.VERBOSE,
)
_WEIGHTS = range(10, 1, -1)


@dataclass(frozen=True, slots=True)
class Found:
    """An NHS number that begins in piece `first` and ends in piece `last`, counted from 0.

    `certain`: it is written or called as one, and no chance ten digits.
    """

    first: int
    last: int
    certain: bool


def find_nhs_numbers(text: str) -> list[Found]:
    """The NHS numbers in `text`, of digits of any script. Part of a longer run of digits, of a telephone number, a date or
    a time is none."""
    return find_in_pieces([text])


def find_in_pieces(pieces: Sequence[str], shapes: frozenset[Shape] = BROKEN_UP) -> list[Found]:
    """The NHS numbers in texts side by side, such as the cells of a row: within one, and over neighbours.

    `shapes`: the lengths of groups of digits that are one number though a list is written so, too.
    """
    found = list(_find([as_seen(piece) for piece in pieces], shapes))
    if any("%" in piece or "&" in piece for piece in pieces):
        known = {(each.first, each.last) for each in found}
        undone = _find([as_seen(_undone(piece)) for piece in pieces], shapes)
        # Programs write so, and they write any number so: it is never certain.
        found += [replace(each, certain=False) for each in undone if (each.first, each.last) not in known]
    return found


def passes_modulus_11(digits: str) -> bool:
    """Whether ten ASCII digits carry the right check digit: weights 10 to 2, 11 minus the remainder, 11 is 0."""
    # Ten zeros pass the sum and were never issued; people type them to get past a required box.
    if len(digits) != 10 or digits == "0" * 10:
        return False
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, digits[:9], strict=True))
    return (11 - total % 11) % 11 == int(
        digits[9]
    )  # a check digit of 10 equals no digit: such a number is invalid


def as_seen(text: str) -> str:
    """The text as it would be kept, with every digit, dash and space in ASCII, nothing that nobody sees, and no blanks
    beside blanks."""
    if text.isascii() and text.isprintable() and "  " not in text:  # as nearly every text
        return text.strip()
    text = kept(text)
    if not text.isascii():
        text = text.translate(_PLAIN)
    return _BLANKS.sub(_one_blank, text)


# --- inside


class _PlainCharacters(dict[int, str]):
    """What each character is shown as, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        self[code] = shown = _ascii(chr(code))
        return shown


_PLAIN = _PlainCharacters()


def _ascii(character: str) -> str:
    """One plain character, or none: a zero-width joiner or soft hyphen between digits is not seen by a reader."""
    category = unicodedata.category(character)
    if category in ("Cf", "Mn", "Me"):
        return ""
    digit = unicodedata.digit(character, None)
    if digit is not None:
        return str(digit)
    return {"Pd": "-", "Zs": " "}.get(category, "-" if character == "−" else character)


def _one_blank(blanks: re.Match[str]) -> str:
    """One for many: a line end or a tab parts more than a space does."""
    return next((each for each in "\n\t" if each in blanks.group()), " ")


def _undone(text: str) -> str:
    """What a link or a piece of HTML says, without entities and percent signs."""
    for _ in range(_UNDONE):
        before, text = text, unescape(unquote(text))
        if text == before:
            break
    return text


def _find(pieces: Sequence[str], shapes: frozenset[Shape]) -> Iterator[Found]:
    """Those in texts as they are seen."""
    text = "\t".join(pieces)
    starts = list(accumulate((len(piece) + 1 for piece in pieces), initial=0))
    others: list[tuple[int, int]] | None = None
    after = 0
    for found in _TEN_DIGITS.finditer(text):
        start, end = found.span(1)
        if start < after or not _is_number(text, start, found[1], shapes):
            continue
        if others is None:
            others = [each.span() for each in _OTHERWISE.finditer(text)]
        if not _overlaps(others, start, end):
            after = end
            first, last = (bisect_right(starts, place) - 1 for place in (start, end - 1))
            yield Found(first, last, _is_certain(text, start, found[1]))


def _is_number(text: str, start: int, written: str, shapes: frozenset[Shape]) -> bool:
    groups = _GROUP.findall(written)
    if not passes_modulus_11("".join(groups)):
        return False
    if len(groups) == 1:  # 0.9434765919 is a fraction
        return not (text[start - 1 : start] == "." and text[max(0, start - 2) : start - 1].isdigit())
    separators = {frozenset(each) for each in _SEPARATOR.findall(written)}
    shape = tuple(map(len, groups))
    if shape in shapes and (shape != _TEN_SINGLE or len(separators) == 1):
        return True
    return len(separators) == 1 and not _OF_A_LIST & separators.pop()


def _is_certain(text: str, start: int, written: str) -> bool:
    """Whether it is called an NHS number, or written as one."""
    if _CALLED.search(text[max(0, start - _CALLED_WITHIN) : start]):
        return True
    usual = tuple(map(len, _GROUP.findall(written))) == _USUAL
    return usual and all(map(_PLAIN_SEPARATOR.fullmatch, _SEPARATOR.findall(written)))


def _overlaps(spans: Sequence[tuple[int, int]], start: int, end: int) -> bool:
    """Whether a span of those, which are in order and apart, has a character in common with this one."""
    before = bisect_left(spans, (end, 0)) - 1
    return before >= 0 and start < spans[before][1]
