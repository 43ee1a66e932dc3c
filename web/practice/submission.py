"""Reads a sent page: what was typed becomes raw answers, laid out as the form is. What was not asked is not read."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import FormData, UploadFile

from definitions.models.field_types.composite.file import MOST_BYTES, ending_of
from definitions.models.field_types.composite.table import MOST_ROWS
from definitions.models.field_types.declaration import Asking
from engine.forms import patient_guard
from engine.forms.answers import AnswerProblem
from engine.forms.presentation import DrawnField
from web.access.form_seal import FormSeal
from web.practice.components import NOT_NHS_NUMBER, PREFIX

#: Keeps a file until the answer is taken; its sha256.
StageFile = Callable[[bytes], Awaitable[str]]
_NOT_KEPT = "the file you chose cannot be taken and was not kept; choose another"
#: Rows that one press of the button adds.
_MORE_ROWS = 3


@dataclass(slots=True)
class Submission:
    """What a page brought: raw answers, how many rows its tables showed, notes of files kept. `unkept` are the files that
    cannot be taken, to be said of a page that is drawn again before its answers are checked."""

    answers: dict[str, Any] = field(default_factory=dict)
    unkept: list[AnswerProblem] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)

    def put(self, keys: tuple[str, ...], value: Any) -> None:
        where = self.answers
        for key in keys[:-1]:
            where = where.setdefault(key, {})
        where[keys[-1]] = value


def text_of(data: FormData, name: str) -> str:
    """The text sent under a name; empty when there is none, or a file."""
    value = data.get(name)
    return value if isinstance(value, str) else ""


def says_not_nhs_number(data: FormData) -> bool:
    """Whether they say that what may be an NHS number is something else."""
    return text_of(data, NOT_NHS_NUMBER) == "yes"


async def read_page(
    data: FormData, form: Sequence[DrawnField], link: str, seal: FormSeal, stage: StageFile
) -> Submission:
    """The answers of a page. A file that may be taken waits for the answer, so that it need not be sent again."""
    sent = Submission()
    for drawn in form:
        if drawn.widget.asking == "file":
            await _read_file(data, drawn, link, seal, stage, sent)
            continue
        if drawn.allow_unknown and text_of(data, f"{PREFIX}{drawn.path}.unknown"):
            sent.put(drawn.keys, "unknown")
            continue
        if drawn.widget.asking == "rows":
            sent.rows[drawn.path] = _rows_shown(data, drawn)
        sent.put(drawn.keys, _READERS.get(drawn.widget.asking, _one)(data, drawn))
    return sent


def _one(data: FormData, drawn: DrawnField) -> Any:
    return text_of(data, PREFIX + drawn.path)


def _boxes(data: FormData, drawn: DrawnField) -> Any:
    return {box: text_of(data, f"{PREFIX}{drawn.path}.{box}") for box in drawn.widget.boxes}


def _many(data: FormData, drawn: DrawnField) -> Any:
    return [value for value in data.getlist(PREFIX + drawn.path) if isinstance(value, str)]


def _tick(data: FormData, drawn: DrawnField) -> Any:
    # The hash says which words stood on the page when it was ticked; they may have changed since.
    seen = text_of(data, f"{PREFIX}{drawn.path}.statement")
    ticked = text_of(data, PREFIX + drawn.path) == "yes"
    return {"agreed": ticked, **({"statement_sha256": seen} if seen else {})}


def _rows_shown(data: FormData, drawn: DrawnField) -> int:
    told = text_of(data, f"rows.{drawn.path}")
    shown = int(told) if told.isascii() and told.isdigit() and len(told) < 5 else 0
    if text_of(data, "add-row") == drawn.path:
        shown += _MORE_ROWS
    return min(shown, MOST_ROWS)


def _rows(data: FormData, drawn: DrawnField) -> Any:
    return [
        {column.id: text_of(data, f"{PREFIX}{drawn.path}.{number}.{column.id}") for column in drawn.columns}
        for number in range(_rows_shown(data, drawn))
    ]


_READERS: Mapping[Asking, Callable[[FormData, DrawnField], Any]] = {
    "day": _boxes,
    "boxes": _boxes,
    "some of": _many,
    "tick": _tick,
    "rows": _rows,
}


async def _read_file(
    data: FormData, drawn: DrawnField, link: str, seal: FormSeal, stage: StageFile, sent: Submission
) -> None:
    """The file just sent, or else the one that the page showed as chosen before, and no other."""
    upload = data.get(PREFIX + drawn.path)
    if not isinstance(upload, UploadFile) or not upload.filename:
        note = text_of(data, f"{PREFIX}{drawn.path}.note")
        kept = seal.read_file(link, note) if note else None
        if kept:
            sent.notes[drawn.path] = note
        sent.put(drawn.keys, kept)
        return
    # Some browsers on Windows send the whole path.
    name = upload.filename.replace("\\", "/").rsplit("/", 1)[-1]
    content = await upload.read()
    named = patient_guard.standing(patient_guard.hits_in(name), says_not_nhs_number(data))
    if named or not content or len(content) > MOST_BYTES or not _allowed(name, drawn):
        # Not kept; the check says what is wrong, and never repeats the name.
        sha256 = hashlib.sha256(content).hexdigest()
        sent.unkept.append(AnswerProblem(drawn.path, f"{drawn.label}: {_NOT_KEPT}", "unkept"))
    else:
        sha256 = await stage(content)
        sent.notes[drawn.path] = seal.file(link, name, sha256, len(content))
    sent.put(drawn.keys, {"name": name, "sha256": sha256, "size": len(content)})


def _allowed(name: str, drawn: DrawnField) -> bool:
    return ending_of(name) in drawn.accept
