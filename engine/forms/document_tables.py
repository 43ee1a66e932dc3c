"""The text of an office file (.xlsx, .docx, .pptx, .ods, .odt): an archive of XML, read as tables within strict bounds.

A table has rows of cells, side by side as a reader sees them; a paragraph outside any is a row of one cell. What lies
beyond the bounds, is behind a password or damaged, is not read: whoever sends a file means no harm to the guard, and
whoever sends a bomb gets no more of Baton's time for it.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from io import BytesIO
from xml.parsers import expat
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from engine.forms.patient_guard import APART

#: Bytes that are unpacked of one file, with the texts that cells of a workbook share; and bytes of its list of members.
MOST_UNPACKED = 16 * 1024 * 1024
_MOST_LISTED = 512 * 1024
_AT_ONCE = 64 * 1024
_BEGINS = b"PK\x03\x04"
_LIST_ENDS = b"PK\x05\x06"
_SHARED = "xl/sharedStrings.xml"
_PARTS = re.compile(
    r"xl/(?:(?:worksheets|comments|threadedComments)/[^/]+|comments\d*)\.xml|word/(?:document|comments|footnotes|endnotes|header\d*|footer\d*)\.xml"
    r"|ppt/(?:slides|notesSlides)/[^/]+\.xml|content\.xml"
)
_CELLS = frozenset({"c", "tc", "table-cell"})
_ROWS = frozenset({"row", "tr", "table-row"})
_PARAGRAPHS = frozenset({"p", "h", "comment", "threadedComment", "oddHeader", "oddFooter"})
_BLANKS: Mapping[str, str] = {"tab": "\t", "br": "\n", "line-break": "\n", "s": " "}
#: The numbers by which workbooks keep the days from 1990 to 2059, which many columns are full of.
_DAYS = range(32_874, 58_441)
#: How office programs pack. Of other methods, a little may unpack to more than was asked for.
_METHODS = (ZIP_STORED, ZIP_DEFLATED)
_BROKEN = (
    BadZipFile,
    EOFError,
    OSError,
    ValueError,
    RuntimeError,
    zlib.error,
    expat.ExpatError,
    struct.error,
)


class _Forbidden(ValueError):
    """A declaration that no office program writes, and bombs are made of."""


def is_archive(content: bytes) -> bool:
    return content.startswith(_BEGINS)


def tables_in_archive(content: bytes) -> Iterator[list[list[str]]]:
    """A table for each part that holds text. Nothing of an archive that is none of an office program."""
    try:
        (listed,) = struct.unpack_from("<L", content, content.rfind(_LIST_ENDS) + 12)
        if listed > _MOST_LISTED:
            return
        with ZipFile(BytesIO(content)) as archive:
            yield from _tables(archive)
    except _BROKEN:
        return


def _tables(archive: ZipFile) -> Iterator[list[list[str]]]:
    unpacking = _Unpacking(archive)
    members = {each.filename: each for each in archive.infolist()}
    shared: list[str] = []
    if _SHARED in members:
        shared = [" ".join(row) for row in unpacking.rows(members[_SHARED], [])]
    for name, member in members.items():
        if _PARTS.fullmatch(name):
            yield unpacking.rows(member, shared)


@dataclass(slots=True)
class _Unpacking:
    """Reads members of an archive, together no more than the bound."""

    archive: ZipFile
    left: int = MOST_UNPACKED

    def rows(self, member: ZipInfo, shared: list[str]) -> list[list[str]]:
        """What a part says, as far as it can be read."""
        part = _Part(shared, self.left)
        if member.compress_type in _METHODS:
            with suppress(*_BROKEN), self.archive.open(member) as file:
                while part.left > 0 and (piece := file.read(min(_AT_ONCE, part.left))):
                    part.left -= len(piece)
                    part.parser.Parse(piece)
        self.left = part.left
        return part.finished()


@dataclass(slots=True)
class _Part:
    """One XML part, as its elements go by. `shared`: the texts that cells of a workbook name by number; `left`: bytes it may
    still bring, itself and by naming them."""

    shared: list[str]
    left: int
    rows: list[list[str]] = field(default_factory=list)
    row: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    aside: list[list[str]] = field(default_factory=list)
    kind: str = ""  #: of the cell: "s" where it names a shared text, "n" where it is a number
    may_be_day: bool = False
    value: str = ""  #: of the cell, where what is shown of it may be rounded
    in_row: bool = False
    in_formula: bool = False
    parser: expat.XMLParserType = field(default_factory=expat.ParserCreate)

    def __post_init__(self) -> None:
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._forbid
        self.parser.StartElementHandler = self._begin
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._say

    def finished(self) -> list[list[str]]:
        """All rows, with what a part that broke off had begun."""
        self._end_row()
        return self.rows + self.aside

    def _forbid(self, *declared: object) -> None:
        raise _Forbidden("a document type is declared")

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        if local in _ROWS:
            self._end_row()
            self.in_row = True
        elif local in _CELLS:
            self.words.clear()
            self.kind, self.value = attributes.get("t", "n"), attributes.get("office:value", "")
            self.may_be_day = self.kind == "n" and attributes.get("s", "0") != "0"
        elif local == "f":
            self.in_formula = True
        elif local in _BLANKS:
            self.words.append(_BLANKS[local])

    def _end(self, name: str) -> None:
        local = name.rpartition(":")[2]
        if local in _CELLS and self.in_row:
            self.row.append(self._cell("".join(self.words).strip()))
            self.words.clear()
        elif local in _ROWS:
            self._end_row()
        elif local == "si":
            self.rows.append(["".join(self.words)])
            self.words.clear()
        elif local in _PARAGRAPHS and self.in_row:
            self.words.append("\n")
        elif local in _PARAGRAPHS:
            self._end_row()
        elif local == "f":
            self.in_formula = False

    def _say(self, text: str) -> None:
        if not self.in_formula:
            self.words.append(text)

    def _end_row(self) -> None:
        if self.words:
            self.row.append("".join(self.words))
            self.words.clear()
        if any(self.row):
            self.rows.append(self.row)
        self.row, self.in_row = [], False

    def _cell(self, text: str) -> str:
        """What a reader sees in a cell, whose own text may be the number of a shared one."""
        if self.value and self.value not in text:
            self.aside += [[self.value], [APART]]
        whole = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1
        if self.kind == "s":
            named = self.shared[whole] if 0 <= whole < len(self.shared) else ""
            self.left -= len(named)
            return named if self.left >= 0 else ""
        return APART if self.may_be_day and whole in _DAYS else text
