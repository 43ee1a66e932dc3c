"""Keeps patients out: NHS numbers in what people give are refused, likelier slips are pointed at (domain 4.3).

One function says what is an NHS number and how sure that is (`definitions.source.nhs_numbers`), wherever it stands: in a
text, over the cells of a row and the lines of a column, of a table as of a file. What is certain is refused; what may be
something else, the person can say that it is, and then it is taken everywhere.

A hit never carries the text it was found in, so it can be logged, shown and put in an exception.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from definitions.source.nhs_numbers import (
    BROKEN_UP,
    DOWN_A_COLUMN,
    Found,
    Shape,
    find_in_pieces,
    find_nhs_numbers,
    passes_modulus_11,
)

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

#: What stands for a value that is complete in itself, and no piece of what stands beside it.
APART = "-x-"
#: Hashes and identifiers that programs make: their digits are nobody's number.
_MADE = re.compile(
    r"(?=.*[a-f])(?:[0-9a-f]{64}|[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})", re.IGNORECASE
)
#: A cell that says that NHS numbers stand below it, and how far down it is looked for.
_HEADED = re.compile(r"(?<![a-z])nhs[\W_]*(?:no|nr|num|id|$)", re.IGNORECASE)
_HEADS = 10
_BORN = re.compile(r"\bd\.?\s?o\.?\s?b\b|\bdate of birth\b|\bborn\b(?: on)?\s+\d", re.IGNORECASE)
_OLD_DATE = re.compile(
    r"\b(?:\d{1,2}\s?[/.\- ]\s?(?:\d{1,2}|[a-z]{3,9})\s?[/.\- ]\s?(?:19\d\d|200\d)|(?:19\d\d|200\d)-\d\d-\d\d)\b",
    re.IGNORECASE,
)
_TITLED = re.compile(r"\b(?:Mr|Mrs|Miss|Ms|Mx|Master|MR|MRS|MISS)\b\.?\s+(?:[A-Z]\.?\s+)?[A-Z][A-Za-z'’\-]+")


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


def begins_across(pieces: Sequence[object], shapes: frozenset[Shape] = BROKEN_UP) -> int | None:
    """The index of the piece in which an NHS number begins that is broken up over neighbours: the cells of a row, the
    fields of a form. It may always be something else. What is not a text or a whole number parts its neighbours."""
    found = find_in_pieces([_piece(each) for each in pieces], shapes)
    return next((each.first for each in found if each.first < each.last), None)


def begins_in_table(rows: Sequence[Sequence[object]]) -> list[tuple[int, int]]:
    """The cells, by row and column, in which an NHS number begins that is broken up: over the cells of a row, or over the
    lines of a column. Every row has as many cells."""
    across = [(number, begins_across(row)) for number, row in enumerate(rows)]
    columns = enumerate(zip(*rows, strict=True))
    down = [(begins_across(column, DOWN_A_COLUMN), number) for number, column in columns]
    return sorted((row, column) for row, column in (*across, *down) if row is not None and column is not None)


def hit_in_tables(tables: Iterable[Sequence[Sequence[str]]]) -> GuardHit | None:
    """A hit when the tables of a file hold an NHS number: in a cell, over the cells of a row, or over the lines of a
    column. A text is a table of one column, and is looked at as a long text is."""
    found = [each.certain for table in tables for each in _found_in_table(table)]
    return GuardHit("", any(found)) if found else None


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
    return [Found(0, 0, certain=False)] if hit else []


def _piece(value: object) -> str:
    if isinstance(value, str):
        return value
    whole = isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**10
    return str(value) if whole else APART


def _found_in_table(rows: Sequence[Sequence[str]]) -> Iterator[Found]:
    columns = _columns(rows)
    if len(columns) > 1:
        for row in rows:
            yield from find_in_pieces(row)
    for column in columns:
        if len(column) == 1 < len(columns):
            continue  # it was looked at in its row
        headed = any(map(_HEADED.search, column[:_HEADS]))
        for found in find_in_pieces(column, BROKEN_UP if len(columns) == 1 else DOWN_A_COLUMN):
            yield Found(found.first, found.last, found.certain or headed)


def _columns(rows: Iterable[Sequence[str]]) -> list[list[str]]:
    """The cells of each column from the top; a row that is shorter has none in it."""
    columns: list[list[str]] = []
    for row in rows:
        for number, cell in enumerate(row):
            if number == len(columns):
                columns.append([])
            columns[number].append(cell)
    return columns
