"""What can be read in an uploaded file, as tables: rows of cells. A text is a table of one column, its lines.

What a file is, its bytes say and not its name. Text is read in UTF-8, UTF-16, UTF-32 and Windows-1252; office files are read
within the bounds below. PDFs, pictures and files behind a password are not read: they have no tables.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from io import StringIO
from itertools import islice

from definitions.source.text import encoding_of
from engine.forms.document_tables import is_archive, tables_in_archive

Table = list[list[str]]

_PDF = b"%PDF-"
#: Control characters, but for those that part words and lines, and the mark that ended files under DOS.
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x19\x1b-\x1f\x7f]")
#: Of so many characters one at most is such a control in what somebody wrote; in other bytes every tenth is.
_RARELY = 100
_MARKUP = re.compile(r"<[^<>]{1,1000}>")
#: What parts the cells of a row; and how many lines show that it does.
_DELIMITERS = "\t;,|"
_SHOWN_BY = 5


def tables_in(content: bytes) -> Iterator[Table]:
    """The tables of a file; none where it is neither a text nor an office file."""
    if is_archive(content):
        yield from tables_in_archive(content)
    elif (text := _text(content)) is not None:
        yield from _tables(text)
        if text.lstrip().startswith("<"):  # HTML, or another markup: its words without the tags
            yield from _tables(_MARKUP.sub("\t", text))


def _text(content: bytes) -> str | None:
    """The file as text; None where it is none."""
    if content.startswith(_PDF):
        return None
    mark, encoding = encoding_of(content)
    body = content.removeprefix(mark)
    try:
        text = body.decode(encoding)
    except UnicodeDecodeError:
        text = body.decode("cp1252", "replace")
    return text if len(_CONTROL.findall(text)) * _RARELY <= len(text) else None


def _tables(text: str) -> Iterator[Table]:
    """The lines, one below the other; of a table its cells, and each line by itself too: what parts the cells may be part
    of a number."""
    lines = text.splitlines()
    delimiter = _delimiter(lines)
    if not delimiter:
        yield [[line] for line in lines]
        return
    yield _cells(text, delimiter)
    yield from ([[line]] for line in lines)


def _cells(text: str, delimiter: str) -> Table:
    try:
        return list(csv.reader(StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error:  # a cell that never ends
        return [line.split(delimiter) for line in text.splitlines()]


def _delimiter(lines: list[str]) -> str:
    """What parts the first lines into cells, each into as many; nothing in most texts."""
    first = list(islice(filter(str.strip, lines), _SHOWN_BY))
    for delimiter in _DELIMITERS:
        try:
            widths = {len(row) for row in csv.reader(first, delimiter=delimiter)}
        except csv.Error:
            continue
        if len(widths) == 1 and widths != {1}:
            return delimiter
    return ""
