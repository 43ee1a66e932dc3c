"""CSV: cells come from the template's own commas and line breaks, and no cell is one that a spreadsheet would run."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from definitions.language.formats.characters import visible
from definitions.language.formats.pieces import Piece

#: What begins a formula, in a spreadsheet of any alphabet.
_FORMULA = re.compile(r"\s*[=+\-@\t\r＝＋－＠]")


class Cell(str):
    """A cell as the filter `csv` wrote it. `content` is what stands in it."""

    content: str

    def __new__(cls, content: str, typed: bool) -> Cell:
        made = super().__new__(cls, cell(content, typed))
        made.content = content
        return made


def cell(content: str, typed: bool, quoted: bool = False) -> str:
    """One cell. `typed`: it begins with what somebody typed, which must not begin a formula."""
    text = visible(content)
    if typed and _FORMULA.match(text):
        text = "'" + text
    return '"' + text.replace('"', '""') + '"' if quoted or set(text) & set(',"\n\r') else text


def csv(pieces: Sequence[Piece]) -> str:
    """The text, in which a value is part of the one cell that it stands in."""
    table = _Table()
    for piece in pieces:
        if piece.typed:
            table.put(piece)
        else:
            table.read(piece.text)
    return "".join([*table.written, table.closed()])


@dataclass(slots=True)
class _Table:
    """The cells that are done, and the one that is being made."""

    written: list[str] = field(default_factory=list)
    content: list[str] = field(default_factory=list)
    typed: bool | None = None  #: whether the cell begins with a value; None while nothing is in it
    quoted: bool = False  #: the template's own quotes stand around the cell
    within: bool = False  #: between those quotes

    def put(self, piece: Piece) -> None:
        text = piece.value.content if isinstance(piece.value, Cell) else piece.text
        if text and self.typed is None:
            self.typed = piece.of_words
        self.content.append(text)

    def read(self, text: str) -> None:
        """The template's own text, character by character: commas and breaks end a cell but between quotes."""
        for character in text:
            if character == '"':
                self._quote()
            elif character in ",\n\r" and not self.within:
                self.written += [self.closed(), character]
            else:
                self._own(character)

    def closed(self) -> str:
        """The cell as it is written; the next one begins."""
        done = cell("".join(self.content), bool(self.typed), self.quoted)
        self.content, self.typed, self.quoted, self.within = [], None, False, False
        return done

    def _own(self, character: str) -> None:
        self.content.append(character)
        if not character.isspace() and self.typed is None:
            self.typed = False

    def _quote(self) -> None:
        """A quote opens a cell and closes it; two within are one, and one in the middle of a cell is itself."""
        if self.within:
            self.within = False
        elif self.quoted:
            self.content.append('"')
            self.within = True
        elif not "".join(self.content).strip():
            self.quoted = self.within = True
        else:
            self.content.append('"')
