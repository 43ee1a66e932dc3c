"""Reads one answer of a type made of parts: ratio, table, file, attestation. The contract is `field_values`'."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from engine.forms.field_values import READERS, BadValue, FieldSpec, Reader, as_text, is_blank, whole

#: Rows a table may have.
MOST_ROWS = 200
#: Bytes a file may have: 10 MB.
MOST_BYTES = 10 * 1024 * 1024

_SHA256 = re.compile(r"[0-9a-f]{64}")
_RATIO = re.compile(r"\s*([0-9][0-9, ]*)(?:/| out of | of )\s*([0-9][0-9, ]*)")
_TICKED = frozenset({"yes", "true", "on", "agreed", "1"})
_UNTICKED = frozenset({"", "no", "false", "off", "0"})
_FILE_NAME = re.compile(r"[^\x00-\x1f\x7f/\\:*?\"<>|]{1,200}")


def statement_sha256(statement: str) -> str:
    """The hash that an attestation keeps of the words agreed to."""
    return hashlib.sha256(statement.strip().encode()).hexdigest()


def _ratio(ask: FieldSpec, given: Any) -> dict[str, int]:
    if isinstance(given, str) and (found := _RATIO.fullmatch(given)):
        given = {"numerator": found[1].strip(), "denominator": found[2].strip()}
    if isinstance(given, list | tuple) and len(given) == 2:
        given = {"numerator": given[0], "denominator": given[1]}
    if not isinstance(given, Mapping) or not set(given) <= {"numerator", "denominator"}:
        raise BadValue("enter a numerator and a denominator, such as 42 and 50")
    parts: dict[str, int] = {}
    for part in ("numerator", "denominator"):
        if is_blank(given.get(part)):
            raise BadValue(f"enter the {part} too", box=part)
        try:
            parts[part] = whole(given[part], f"the {part} as a whole number, such as 42")
        except BadValue as error:
            raise BadValue(str(error), box=part) from None
        if parts[part] < 0:
            raise BadValue(f"the {part} must be 0 or more", box=part)
    if parts["numerator"] > parts["denominator"]:
        raise BadValue("the numerator cannot be more than the denominator")
    return parts


def _table(ask: FieldSpec, given: Any) -> list[dict[str, Any]]:
    if not isinstance(given, list | tuple):
        raise BadValue("enter rows")
    if len(given) > 2 * MOST_ROWS:
        raise BadValue(f"enter at most {MOST_ROWS} rows")
    wrong: list[tuple[str, str]] = []
    rows = [_row(ask, place, row, wrong) for place, row in enumerate(given) if not is_blank(row)]
    if wrong:
        raise BadValue("some rows need another look", *wrong)
    if len(rows) > MOST_ROWS:
        raise BadValue(f"enter at most {MOST_ROWS} rows")
    return rows


def _row(ask: FieldSpec, place: int, row: Any, wrong: list[tuple[str, str]]) -> dict[str, Any]:
    """One row's cells by column id, the empty ones left out; what is wrong goes to `wrong`."""
    known = {column.id for column, _ in ask.columns}
    if not isinstance(row, Mapping) or not set(row) <= known:
        wrong.append((str(place), f"row {place + 1}: use the columns of the table"))
        return {}
    cells: dict[str, Any] = {}
    for column, cell in ask.columns:
        told = f"row {place + 1}, {column.label}"
        if is_blank(row.get(column.id)):
            if column.required:
                wrong.append((f"{place}.{column.id}", f"{told}: {NEEDED[column.type]}"))
            continue
        try:
            cells[column.id] = READERS[column.type](cell, row[column.id])
        except BadValue as error:
            wrong.append((f"{place}.{column.id}", f"{told}: {error}"))
    return cells


def _file(ask: FieldSpec, given: Any) -> dict[str, Any]:
    if not isinstance(given, Mapping) or not set(given) <= {"name", "sha256", "size"}:
        raise BadValue("choose a file")
    name = as_text(given.get("name"), "the name of the file")
    if not _FILE_NAME.fullmatch(name) or name.startswith("."):
        raise BadValue("give the file a plain name, such as figures.xlsx")
    ending = name.rpartition(".")[2].lower()
    if "." not in name or ending not in ask.accept:
        raise BadValue(f"the file must be one of these: {', '.join(ask.accept)}")
    size, sha256 = given.get("size"), given.get("sha256")
    if type(size) is not int or not isinstance(sha256, str) or not _SHA256.fullmatch(sha256):
        raise BadValue("choose the file again")
    if size < 1:
        raise BadValue("the file is empty")
    if size > MOST_BYTES:
        raise BadValue("the file must be smaller than 10 MB")
    return {"name": name, "sha256": sha256, "size": size}


def is_unticked(given: Any) -> bool:
    """Whether a box to tick was left alone."""
    if isinstance(given, Mapping):
        given = given.get("agreed")
    if isinstance(given, str):
        return given.strip().lower() in _UNTICKED
    return given is None or given is False


def _attestation(ask: FieldSpec, given: Any) -> dict[str, Any]:
    sha256 = statement_sha256(ask.statement)
    if isinstance(given, Mapping):
        if not set(given) <= {"agreed", "statement_sha256"}:
            raise BadValue("tick the box if you agree")
        seen = given.get("statement_sha256")
        if seen is not None and seen != sha256:
            raise BadValue(
                "the statement has changed since you read it; please read it again, and tick the box"
            )
        given = given.get("agreed")
    if given is True or (isinstance(given, str) and given.strip().lower() in _TICKED):
        return {"agreed": True, "statement_sha256": sha256}
    raise BadValue("tick the box if you agree")


COMPOSITE_READERS: dict[str, Reader] = {
    "ratio": _ratio,
    "table": _table,
    "file": _file,
    "attestation": _attestation,
}

#: What to do when an answer that is needed is not there, worded to stand after the label.
NEEDED: dict[str, str] = {
    "text": "enter an answer",
    "long text": "enter an answer",
    "integer": "enter a number",
    "decimal": "enter a number",
    "percent": "enter a percentage",
    "money": "enter an amount",
    "fte": "enter a full-time equivalent, such as 0.80",
    "date": "enter a date",
    "yes/no": "choose yes or no",
    "yes/no/na": "choose yes, no or not applicable",
    "choice": "choose one",
    "choices": "choose at least one",
    "rating": "choose a number",
    "person": "enter a name",
    "organisation": "choose or enter an organisation",
    "ratio": "enter the numerator and the denominator",
    "table": "fill in at least one row",
    "link": "enter a web address",
    "file": "choose a file",
    "attestation": "tick the box if you agree",
    "decision": "choose one",
}
