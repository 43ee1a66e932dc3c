"""Keeps patients out: NHS numbers in what people type are refused, likelier slips are pointed at (domain 4.3).

A hit never carries the text it was found in, so it can be logged, shown and put in an exception.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import accumulate

REFUSED = (
    "This looks like an NHS number. Please take it out: Baton holds counts only, and nothing here may identify "
    "a patient. What you typed was not kept."
)
DATE_OF_BIRTH = "This may be a date of birth. Please leave out anything that could identify a patient."
PERSON_NAMED = "This may name a person. If it is a patient, please take the name out."

_WEIGHTS = range(10, 1, -1)
_SHAPES = frozenset({
    (10,), (3, 3, 4), (3, 4, 3), (4, 3, 3), (3, 7), (7, 3), (4, 6), (6, 4), (5, 5), (1,) * 10,
})  # fmt: skip
"""How people break up ten digits. Others are dates and lists of counts: 2026-06-30 17, 2026-27 1200."""

_GROUP = re.compile(r"[0-9]+")
# On one line, without tabs: a column of counts is no number broken up.
_SEPARATOR = re.compile(r"[ .\-_]{1,3}")
_PHONE = re.compile(r"(?:\+|\b00)\s?44[\s().\-]*(?:0[\s().\-]*)?[1-9](?:[\s().\-]*[0-9]){8,9}")
_MONEY = re.compile(r"(?:[£$€]|\bGBP)\s?$", re.IGNORECASE)
_BORN = re.compile(r"\bd\.?\s?o\.?\s?b\b|\bdate of birth\b|\bborn\b(?: on)?\s+\d", re.IGNORECASE)
_OLD_DATE = re.compile(
    r"\b(?:\d{1,2}\s?[/.\- ]\s?(?:\d{1,2}|[a-z]{3,9})\s?[/.\- ]\s?(?:19\d\d|200\d)|(?:19\d\d|200\d)-\d\d-\d\d)\b",
    re.IGNORECASE,
)
_TITLED = re.compile(r"\b(?:Mr|Mrs|Miss|Ms|Mx|Master|MR|MRS|MISS)\b\.?\s+(?:[A-Z]\.?\s+)?[A-Z][A-Za-z'’\-]+")


@dataclass(frozen=True, slots=True)
class GuardHit:
    """An NHS number was found. `path` says in which answer ("rows[2].comment"), `message` what to tell its author."""

    path: str = ""
    message: str = REFUSED


@dataclass(frozen=True, slots=True)
class GuardWarning:
    """Something that may identify a person; the author decides. kind: "date-of-birth" or "person"."""

    kind: str
    message: str


def find_nhs_numbers(text: str) -> list[tuple[int, int]]:
    """Where NHS numbers stand in `text`, as (start, end): ten digits that pass modulus 11.

    Digits of any script count; they may be broken up by spaces, hyphens, dots or underscores, in the ways
    people break up ten digits. Part of a longer run of digits, a telephone number or an amount of money is none.
    """
    plain, places = _plain(text)
    phones = [found.span() for found in _PHONE.finditer(plain)]
    found: list[tuple[int, int]] = []
    for run in _runs(plain):
        index = 0
        while index < len(run):
            last = _number_from(run, index, plain)
            span = (run[index].start(), run[last].end()) if last is not None else (0, 0)
            if last is None or any(start <= span[0] and span[1] <= end for start, end in phones):
                index += 1
                continue
            found.append((places[span[0]], places[span[1] - 1] + 1))
            index = last + 1
    return found


def check_free_text(value: object) -> GuardHit | None:
    """A hit when `value` holds an NHS number, as text or as a whole number. It does not look inside lists."""
    return GuardHit() if _hits(value) else None


def guard_answers(answers: object) -> list[GuardHit]:
    """Every NHS number in nested answers: mappings and their keys, lists, text, whole numbers."""
    hits: list[GuardHit] = []
    waiting: list[tuple[str, object]] = [("", answers)]
    while waiting:  # a list, not recursion: what was sent may be nested deeper than the stack
        path, value = waiting.pop()
        if isinstance(value, Mapping):
            for key, inner in value.items():
                shown = "(hidden)" if _hits(key) else str(key)
                below = f"{path}.{shown}" if path else shown
                if shown == "(hidden)":
                    hits.append(GuardHit(below))
                waiting.append((below, inner))
        elif isinstance(value, list | tuple | set | frozenset):
            waiting += ((f"{path}[{index}]", inner) for index, inner in enumerate(value))
        elif _hits(value):
            hits.append(GuardHit(path))
    return sorted(hits, key=lambda hit: hit.path)


def warnings(text: str) -> list[GuardWarning]:
    """What in `text` may be a date of birth, or a person named with a title. A nudge, never a refusal [PROP]."""
    noted = []
    if _BORN.search(text) or _OLD_DATE.search(text):
        noted.append(GuardWarning("date-of-birth", DATE_OF_BIRTH))
    if _TITLED.search(text):
        noted.append(GuardWarning("person", PERSON_NAMED))
    return noted


def passes_modulus_11(digits: str) -> bool:
    """Whether ten ASCII digits carry the right check digit: weights 10 to 2, 11 minus the remainder, 11 is 0."""
    # Ten zeros pass the sum and were never issued; people type them to get past a required box.
    if len(digits) != 10 or digits == "0" * 10:
        return False
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, digits[:9], strict=True))
    return (11 - total % 11) % 11 == int(
        digits[9]
    )  # a check digit of 10 equals no digit: such a number is invalid


def _hits(value: object) -> bool:
    if isinstance(value, bool):
        return False
    if isinstance(value, str):
        return bool(find_nhs_numbers(value))
    if isinstance(value, float | Decimal):
        if not math.isfinite(value) or value % 1:
            return False
        value = int(value)  # a spreadsheet hands a number over as 9434765919.0
    return isinstance(value, int) and 10**9 <= abs(value) < 10**10 and passes_modulus_11(str(abs(value)))


def _number_from(run: list[re.Match[str]], index: int, plain: str) -> int | None:
    """The index of the group that ends an NHS number begun by group `index`, if one does."""
    if _MONEY.search(plain, max(0, run[index].start() - 5), run[index].start()):
        return None
    for last, length in enumerate(accumulate(len(group.group()) for group in run[index : index + 10]), index):
        if length < 10:
            continue
        groups = [group.group() for group in run[index : last + 1]]
        whole = length == 10 and tuple(map(len, groups)) in _SHAPES and passes_modulus_11("".join(groups))
        return last if whole and not (last == index and _is_fraction(run, index, plain)) else None
    return None


def _is_fraction(run: list[re.Match[str]], index: int, plain: str) -> bool:
    """Whether a group is what follows a decimal point: 0.9434765919."""
    return index > 0 and plain[run[index - 1].end() : run[index].start()] == "."


def _runs(plain: str) -> Iterator[list[re.Match[str]]]:
    """Groups of digits with only a separator between neighbours."""
    run: list[re.Match[str]] = []
    for group in _GROUP.finditer(plain):
        if run and not _SEPARATOR.fullmatch(plain, run[-1].end(), group.start()):
            yield run
            run = []
        run.append(group)
    if run:
        yield run


def _plain(text: str) -> tuple[str, list[int] | range]:
    """The text with every digit, dash and space in ASCII, and where each character stood."""
    if text.isascii():
        return text, range(len(text))
    kept = [(shown, place) for place, character in enumerate(text) if (shown := _ascii(character))]
    return "".join(shown for shown, _ in kept), [place for _, place in kept]


@lru_cache(maxsize=4096)
def _ascii(character: str) -> str:
    """One plain character, or none: a zero-width joiner or soft hyphen between digits is not seen by a reader."""
    category = unicodedata.category(character)
    if category in ("Cf", "Mn", "Me"):
        return ""
    digit = unicodedata.digit(character, None)
    if digit is not None:
        return str(digit)
    return {"Pd": "-", "Zs": " "}.get(category, "-" if character == "−" else character)
