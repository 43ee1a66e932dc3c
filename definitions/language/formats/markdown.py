"""Markdown: rows, headings, list items and links come from the template's own text, and from nothing that was typed.

What was typed is text wherever it stands. In a table's row and in a heading it stays in its line; elsewhere its line breaks
are breaks within the paragraph. In code it stays code. Where the template's own text makes a link of it, `[…]({{ x }})`,
it is an address and can be nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from definitions.language.formats.characters import one_line, visible
from definitions.language.formats.pieces import Piece

#: What Markdown's inline syntax is made of. `_` within a word is none of it, and stays readable; so does what only some
#: readers of Markdown make a link of, with its `://` or `www.` broken.
_INLINE = re.compile(
    r"[\\`*\[\]<>|~]|(?<![^\W_])_|_(?![^\W_])|&(?=#?\w+;)|!(?=\[)|:(?=//)|(?<=www)\.", re.IGNORECASE
)
#: What ends a link's title, or makes an address of a person, where the line has links of its own.
_IN_LINKS = re.compile(r"[\"'()@]")
#: What makes a block of a line, when it stands first; a number does with what follows it.
_BLOCK = re.compile(r"[-+=#>:~]|(?P<number>\d{1,9})(?=[.)])")
_MARK = re.compile(r"[-+*]|\d{1,9}[.)]|#{1,6}")
_FENCE = re.compile(r"\s*(`{3,}|~{3,})")
_SCHEMES = ("https://", "http://", "mailto:")


def markdown(pieces: Sequence[Piece]) -> str:
    """The text, in which values are text."""
    written: list[str] = []
    fence = ""
    for line in _lines(pieces):
        own = "".join(piece.text for piece in line if not piece.typed)
        marker = _FENCE.match(own)
        written.append(_code(line) if fence else _Line(own).written(line))
        if marker and not fence:
            fence = marker[1]
        elif marker and marker[1].startswith(fence):
            fence = ""
    return "\n".join(written)


def _lines(pieces: Sequence[Piece]) -> Iterator[list[Piece]]:
    """The pieces by the lines of the template's own text."""
    line: list[Piece] = []
    for piece in pieces:
        if piece.typed:
            line.append(piece)
            continue
        first, *others = piece.text.split("\n")
        line.append(Piece(first))
        for other in others:
            yield line
            line = [Piece(other)]
    yield line


def _code(line: Sequence[Piece]) -> str:
    """A line within a fence: whatever is typed there cannot end it."""
    return "".join(_in_code(visible(piece.text)) if piece.typed else piece.text for piece in line)


def _in_code(text: str) -> str:
    return text.replace("`", "'").replace("~", "-")


@dataclass(slots=True)
class _Line:
    """One line of the template's own text, and what of it stands before the value that is next."""

    own: str
    ticks: int = 0
    slash: bool = False
    address: str | None = None  #: what the template has of a link's address, None outside of one
    following: str = ""

    def written(self, line: Sequence[Piece]) -> str:
        parts: list[str] = []
        following = _following(line)
        for piece, self.following in zip(line, following, strict=True):
            if piece.typed:
                # The template's own backslash stays one, and takes nothing away from the value.
                parts += ["\\" if self.slash else "", self._value(piece)]
                self.slash = False
            else:
                parts.append(piece.text)
                self._read(piece.text)
        text = "".join(parts)
        if any(piece.typed for piece in line) and all(map(_MARK.fullmatch, text.replace(">", " ").split())):
            return text + "&nbsp;"  # a mark with nothing behind it would mark the line above
        return text

    @property
    def _single(self) -> bool:
        """A row or a heading, which ends where the line does."""
        return "|" in self.own or self.own.lstrip(" >").startswith("#")

    def _read(self, text: str) -> None:
        """Take note of the template's own text."""
        if text:
            self.slash = (len(text) - len(text.rstrip("\\"))) % 2 == 1
        self.ticks += text.count("`")
        _, opens, rest = text.rpartition("](")
        _, defines, place = text.rpartition("]:")
        if opens:
            self.address = rest
        elif defines and not place.strip():
            self.address = ""
        elif self.address is not None:
            self.address += text
        if self.address and re.search(r"[()\s]", self.address):
            self.address = None

    def _value(self, piece: Piece) -> str:
        if not piece.of_words:
            return piece.text
        if self.address is not None:
            return _address(piece.text, whole=not self.address)
        if self.ticks % 2:
            inside = _in_code(one_line(piece.text)).replace("|", "¦" if self._single else "|")
            return inside or " "  # nothing between its marks would be no code
        lines = [" ".join(part.split()) for part in visible(piece.text).strip().split("\n")]
        if self._single:
            return self._text(" ".join(filter(None, lines)))
        return "\\\n".join(map(self._text, lines))

    def _text(self, text: str) -> str:
        """A line of what was typed, as text."""
        block = _BLOCK.match(text + self.following)
        if block is not None and block["number"]:
            number = block["number"]
            return f"&#{ord(number[0])};{number[1:]}" + self._inline(text[len(number) :])
        escaped = self._inline(text)
        return "\\" + escaped if block is not None and escaped[:1] not in ("", "\\") else escaped

    def _inline(self, text: str) -> str:
        escaped = _INLINE.sub(r"\\\g<0>", text)
        if self._single:  # in a row a backslash that ends a cell would take the bar after it along
            escaped = escaped.replace("\\\\", "&#92;")
        if "](" in self.own or "<" in self.own:
            escaped = _IN_LINKS.sub(r"\\\g<0>", escaped)
        return escaped


def _following(line: Sequence[Piece]) -> list[str]:
    """For each piece, the first character of the template's own text behind it."""
    found, after = [], ""
    for piece in reversed(line):
        found.append(after)
        after = piece.text[:1] if not piece.typed and piece.text else after
    return found[::-1]


def _address(text: str, whole: bool) -> str:
    """What was typed where a link goes. One that is no address of the web or of a person goes nowhere."""
    address = one_line(text)
    if not whole:
        return quote(address, safe="")
    return quote(address, safe="/:?#@!$&',;=%+-._~") if address.lower().startswith(_SCHEMES) else "#"
