"""Keeps patients out: NHS numbers in what people type are refused, likelier slips are pointed at (domain 4.3).

Ten digits that pass modulus 11 are looked for however they are broken up: by spaces, dots, commas, slashes, brackets, tabs,
line ends, between the cells of a row and between fields. One in eleven of all ten-digit numbers passes, so a hit says whether
it is certain (written as NHS numbers are, or called one) or may be something else, which the person can then say.

A hit never carries the text it was found in, so it can be logged, shown and put in an exception.
"""

from __future__ import annotations

import math
import re
import unicodedata
from bisect import bisect_right
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import accumulate, pairwise

REFUSED = (
    "This looks like an NHS number. Please take it out: Baton holds counts only, and nothing here may identify "
    "a patient. What you typed was not kept."
)
MAY_BE_ONE = (
    "This may be an NHS number. Please take it out if it is: nothing here may identify a patient. If it is something else, "
    "such as an order number, say so and send it again."
)
DATE_OF_BIRTH = "This may be a date of birth. Please leave out anything that could identify a patient."
PERSON_NAMED = "This may name a person. If it is a patient, please take the name out."

_WEIGHTS = range(10, 1, -1)
#: As NHS numbers are written.
_USUAL = (3, 3, 4)
#: How people break up one number in ways in which they also write lists. Other lists are counts: 12, 15, 20, 31, 44.
_BROKEN_UP = frozenset({
    _USUAL, (3, 4, 3), (4, 3, 3), (3, 7), (7, 3), (4, 6), (6, 4), (5, 5), (1, 3, 3, 3), (4, 4, 2), (2, 4, 4), (1,) * 10,
})  # fmt: skip

_GROUP = re.compile(r"[0-9]+")
_SEPARATOR = re.compile(r"(?:\W|_){1,4}")
_PLAIN_SEPARATOR = re.compile(r"[ .\-_]{1,3}")
_OF_A_LIST = re.compile(r"[,;|\n\r\t\x0b\x0c\x85\u2028\u2029]")
#: What no number of ten digits is without; most answers have not so many.
_TEN_DIGITS = re.compile(r"(?:\d(?:\W|_){0,4}){9}\d")
_CALLED = re.compile(r"\b(?:nhs|patient)\b[^\n]{0,20}$|\bnhs$", re.IGNORECASE)
#: What is made of digits and is no NHS number: telephone numbers, days, times of day, financial years, pounds.
_OTHERWISE = re.compile(
    r"""
    (?:\+|\b00)\s?44[\s().\-]*(?:0[\s().\-]*)?[1-9](?:[\s().\-]*[0-9]){8,9}
    | (?<![0-9][\s\-])\b0[0-9]{2,5}[\s\-]?[0-9]{3,4}[\s\-]?[0-9]{3,4}\b
    | \b(?:19|20)[0-9]{2}[\-/.](?:0?[1-9]|1[0-2])[\-/.](?:0?[1-9]|[12][0-9]|3[01])\b
    | \b(?:0?[1-9]|[12][0-9]|3[01])[\-/. ](?:0?[1-9]|1[0-2])[\-/. ](?:19|20)[0-9]{2}\b
    | \b(?:[01]?[0-9]|2[0-3]):[0-5][0-9]\b
    | \b20[0-9]{2}[\-/](?:20)?[0-9]{2}\b
    | £\s?[0-9]{1,3}(?:,?[0-9]{3}){0,2}(?:\.[0-9]{2})?\b(?![,.]?[0-9])
    """,
    re.VERBOSE,
)
_ON_A_LINE = re.compile(r"(?<![0-9.])(?:[0-9]{10}|[0-9]{3}[ \-\xa0][0-9]{3}[ \-\xa0][0-9]{4})(?![0-9])")
_TEXT_FILES = frozenset(
    {"csv", "tsv", "txt", "md", "json", "jsonl", "xml", "html", "htm", "ics", "yaml", "yml", "log"}
)
#: Hashes and identifiers that programs make: their digits are nobody's number.
_MADE = re.compile(
    r"(?=.*[a-f])(?:[0-9a-f]{64}|[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})", re.IGNORECASE
)
_BORN = re.compile(r"\bd\.?\s?o\.?\s?b\b|\bdate of birth\b|\bborn\b(?: on)?\s+\d", re.IGNORECASE)
_OLD_DATE = re.compile(
    r"\b(?:\d{1,2}\s?[/.\- ]\s?(?:\d{1,2}|[a-z]{3,9})\s?[/.\- ]\s?(?:19\d\d|200\d)|(?:19\d\d|200\d)-\d\d-\d\d)\b",
    re.IGNORECASE,
)
_TITLED = re.compile(r"\b(?:Mr|Mrs|Miss|Ms|Mx|Master|MR|MRS|MISS)\b\.?\s+(?:[A-Z]\.?\s+)?[A-Z][A-Za-z'’\-]+")


@dataclass(frozen=True, slots=True)
class Found:
    """Where an NHS number stands in a text. `certain`: it is written or called as one, and no chance ten digits."""

    start: int
    end: int
    certain: bool


@dataclass(frozen=True, slots=True)
class GuardHit:
    """An NHS number was found, or what may be one. `path` says in which answer ("rows.2.comment")."""

    path: str = ""
    certain: bool = True

    @property
    def message(self) -> str:
        """What to tell its author."""
        return REFUSED if self.certain else MAY_BE_ONE

    @property
    def code(self) -> str:
        return "nhs_number" if self.certain else "may_be_nhs_number"


@dataclass(frozen=True, slots=True)
class GuardWarning:
    """Something that may identify a person; the author decides. kind: "date-of-birth" or "person"."""

    kind: str
    message: str


# --- looking


def find_nhs_numbers(text: str) -> list[Found]:
    """Where NHS numbers stand in `text`: ten digits that pass modulus 11, of any script, however they are broken up.

    Part of a longer run of digits, of a telephone number, a date or a time is none.
    """
    plain, places = _plain(text)
    if _TEN_DIGITS.search(plain) is None:
        return []
    others = [found.span() for found in _OTHERWISE.finditer(plain)]
    found: list[Found] = []
    for run in _runs(plain):
        index = 0
        while index < len(run):
            last = _number_from(run, index, plain)
            start, end = (run[index].start(), run[last].end()) if last is not None else (0, 0)
            if last is None or any(low < end and start < high for low, high in others):
                index += 1
                continue
            certain = _is_certain(run[index : last + 1], plain)
            found.append(Found(places[start], places[end - 1] + 1, certain))
            index = last + 1
    return found


def hit_in(value: object, path: str = "") -> GuardHit | None:
    """A hit when `value` holds an NHS number, as text or as a whole number. It does not look inside lists."""
    found = _found_in(value)
    return GuardHit(path, any(each.certain for each in found)) if found else None


def hits_in(answers: object, path: str = "") -> list[GuardHit]:
    """Every NHS number in nested answers: mappings and their keys, lists, text, whole numbers."""
    hits: list[GuardHit] = []
    waiting: list[tuple[str, object]] = [(path, answers)]
    while waiting:  # a list, not recursion: what was sent may be nested deeper than the stack
        path, value = waiting.pop()
        if isinstance(value, Mapping):
            for key, inner in value.items():
                in_key = hit_in(key, _below(path, "(hidden)"))
                if in_key:
                    hits.append(in_key)
                waiting.append((_below(path, "(hidden)" if in_key else str(key)), inner))
        elif isinstance(value, list | tuple | set | frozenset):
            waiting += ((_below(path, str(index)), inner) for index, inner in enumerate(value))
        elif hit := hit_in(value, path):
            hits.append(hit)
    return sorted(hits, key=lambda hit: hit.path)


def begins_across(pieces: Sequence[object]) -> int | None:
    """The index of the piece in which an NHS number begins that is broken up over neighbours: the cells of a row, the
    fields of a form. It may always be something else. What is not a text or a whole number parts its neighbours."""
    texts = [
        str(each) if isinstance(each, str | int) and not isinstance(each, bool) else "-x-" for each in pieces
    ]
    starts = list(accumulate((len(text) + 1 for text in texts), initial=0))
    for found in find_nhs_numbers("\t".join(texts)):
        first, last = (bisect_right(starts, place) - 1 for place in (found.start, found.end - 1))
        if first < last:
            return first
    return None


def hit_in_file(name: str, content: bytes) -> GuardHit | None:
    """A hit when a text file holds an NHS number on a line: ten digits in one, or as NHS numbers are written. Where each
    line is figures, other pieces are figures too. Files of other kinds are not read."""
    if name.rpartition(".")[2].lower() not in _TEXT_FILES:
        return None
    encoding = "utf-16" if content[:2] in (BOM_UTF16_LE, BOM_UTF16_BE) else "utf-8"
    text = content.decode(encoding, "replace")
    found = [
        each for each in _ON_A_LINE.finditer(text) if passes_modulus_11(re.sub("[^0-9]", "", each.group()))
    ]
    if not found:
        return None
    return GuardHit("", any(len(each.group()) > 10 for each in found) or "nhs" in text.lower())


def warnings(text: str) -> list[GuardWarning]:
    """What in `text` may be a date of birth, or a person named with a title. A nudge, never a refusal [PROP]."""
    noted = []
    if _BORN.search(text) or _OLD_DATE.search(text):
        noted.append(GuardWarning("date-of-birth", DATE_OF_BIRTH))
    if _TITLED.search(text):
        noted.append(GuardWarning("person", PERSON_NAMED))
    return noted


def standing(hits: Iterable[GuardHit], said_otherwise: bool) -> list[GuardHit]:
    """The hits that refuse: all, or those that are certain where the person says that the rest is something else."""
    return [hit for hit in hits if hit.certain or not said_otherwise]


def passes_modulus_11(digits: str) -> bool:
    """Whether ten ASCII digits carry the right check digit: weights 10 to 2, 11 minus the remainder, 11 is 0."""
    # Ten zeros pass the sum and were never issued; people type them to get past a required box.
    if len(digits) != 10 or digits == "0" * 10:
        return False
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, digits[:9], strict=True))
    return (11 - total % 11) % 11 == int(
        digits[9]
    )  # a check digit of 10 equals no digit: such a number is invalid


# --- inside


def _below(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _found_in(value: object) -> list[Found]:
    if isinstance(value, str):
        if len(value) < 10:  # as most answers are
            return []
        return [] if _MADE.fullmatch(value) else find_nhs_numbers(value)
    if isinstance(value, bool):
        return []
    if isinstance(value, float | Decimal):
        if not math.isfinite(value) or value % 1:
            return []
        value = int(value)  # a spreadsheet hands a number over as 9434765919.0
    hit = isinstance(value, int) and 10**9 <= abs(value) < 10**10 and passes_modulus_11(str(abs(value)))
    return [Found(0, 10, certain=False)] if hit else []


def _number_from(run: list[re.Match[str]], index: int, plain: str) -> int | None:
    """The index of the group that ends an NHS number begun by group `index`, if one does."""
    for last, length in enumerate(accumulate(len(group.group()) for group in run[index : index + 10]), index):
        if length < 10:
            continue
        groups = run[index : last + 1]
        whole = length == 10 and _is_one_number(groups, plain) and passes_modulus_11(_digits(groups))
        return last if whole and not (last == index and _is_fraction(run, index, plain)) else None
    return None


def _is_one_number(groups: list[re.Match[str]], plain: str) -> bool:
    """Whether groups of digits may be one number, and not a list: broken up as people do, or by one thing throughout."""
    if _shape(groups) in _BROKEN_UP or len(groups) == 1:
        return True
    separators = set(_between(groups, plain))
    return len(separators) == 1 and not any(map(_OF_A_LIST.search, separators))


def _is_certain(groups: list[re.Match[str]], plain: str) -> bool:
    """Whether it is called an NHS number, or written as one."""
    if _CALLED.search(plain, max(0, groups[0].start() - 40), groups[0].start()):
        return True
    usual = all(_PLAIN_SEPARATOR.fullmatch(between) for between in _between(groups, plain))
    return _shape(groups) == _USUAL and usual


def _digits(groups: list[re.Match[str]]) -> str:
    return "".join(group.group() for group in groups)


def _shape(groups: list[re.Match[str]]) -> tuple[int, ...]:
    return tuple(len(group.group()) for group in groups)


def _between(groups: list[re.Match[str]], plain: str) -> Iterator[str]:
    for one, other in pairwise(groups):
        yield plain[one.end() : other.start()]


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
