"""Bytes of a file to text: what Windows, a Mac, Excel and web pages do to a file is undone where that is safe.

Byte order marks, UTF-16 and the line ends of every system are read. Odd spaces become plain ones, invisible characters
go, and the places of problems stay those of the file. What could be read in two ways (bytes that are not UTF-8) or
means nothing (control characters) is refused, each at its line and column, with how to save the file.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

from definitions.source.problems import DefinitionErrors, Problem

#: The most problems told of one file's characters; a file with more was never text.
MOST = 20

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
#: Line ends of other systems, where a file has no line feed at all.
_LINE_ENDS = "\x85\u2028\u2029"
#: What looks like a space and is none, and line ends in the middle of a line: each becomes a space.
SPACES = re.compile("[\xa0\u1680\u2000-\u200a\u202f\u205f\u3000" + _LINE_ENDS + "]")
#: What nobody sees: zero-width characters, marks of direction, soft hyphens. They come with pasted text.
INVISIBLE = re.compile("[\xad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_REFUSED = re.compile("[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SAVE = "save the file as UTF-8 (Notepad: Save as, Encoding; Excel: CSV UTF-8)"


@dataclass(frozen=True, slots=True)
class SourceText:
    """The text of a file, its lines ended by a line feed. `removed`: by line, the columns of the text before which
    characters of the file were left out, one entry for each. Lines and columns count from 1."""

    text: str
    removed: Mapping[int, tuple[int, ...]] = field(default_factory=dict)

    def column(self, line: int, column: int) -> int:
        """The column in the file of a column of the text."""
        return column + bisect_right(self.removed.get(line, ()), column)


def decode(raw: bytes, file: str) -> SourceText:
    """The text in `raw`. Raises DefinitionErrors with every byte and character that cannot be read, at its place."""
    mark, encoding = encoding_of(raw)
    body = raw.removeprefix(mark)
    try:
        return clean(body.decode(encoding), file)
    except UnicodeDecodeError:
        raise DefinitionErrors(_undecoded(body, encoding, file)) from None


def clean(text: str, file: str) -> SourceText:
    """`text` without what other systems put into it. Raises DefinitionErrors for characters no text has."""
    text = _with_line_feeds(text.removeprefix("\ufeff"))
    if text.isascii():
        removed: dict[int, tuple[int, ...]] = {}
    else:
        text = SPACES.sub(" ", text)
        removed = _removed(text)
        text = INVISIBLE.sub("", text)
    source = SourceText(text, removed)
    problems = list(_refused(source, file))
    if problems:
        raise DefinitionErrors(problems)
    return source


def encoding_of(raw: bytes) -> tuple[bytes, str]:
    """The mark that a text begins with, empty where it has none, and the encoding that it is in, if it is a text."""
    return next((known for known in _MARKS if raw.startswith(known[0])), (b"", _unmarked(raw)))


def _unmarked(raw: bytes) -> str:
    """The encoding of a file without a mark: a text begins with ASCII, which UTF-16 pads with a zero byte."""
    if len(raw) > 1 and len(raw) % 2 == 0:
        if raw[0] and not raw[1]:
            return "utf-16-le"
        if raw[1] and not raw[0]:
            return "utf-16-be"
    return "utf-8"


def _with_line_feeds(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text if "\n" in text else re.sub(f"[{_LINE_ENDS}]", "\n", text)


def _removed(text: str) -> dict[int, tuple[int, ...]]:
    """The columns, as they will be, before which invisible characters stand."""
    found: dict[int, list[int]] = {}
    if INVISIBLE.search(text):
        for number, line in enumerate(text.split("\n"), 1):
            for count, each in enumerate(INVISIBLE.finditer(line)):
                found.setdefault(number, []).append(each.start() + 1 - count)
    return {number: tuple(columns) for number, columns in found.items()}


def _refused(source: SourceText, file: str) -> Iterator[Problem]:
    for found in islice(_REFUSED.finditer(source.text), MOST):
        line, column = _at(source.text, found.start())
        message = f"{_called(found.group())}, which no text has; delete it"
        yield Problem(file, line, source.column(line, column), "BD103", message)


def _at(text: str, index: int) -> tuple[int, int]:
    """The line and column of the character at `index`."""
    return text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index)


def _called(character: str) -> str:
    """A character nobody sees, by its number and name."""
    name = unicodedata.name(character, "")
    if not name:
        name = "half a character" if "\ud800" <= character <= "\udfff" else "a control character"
    return f"U+{ord(character):04X} ({name.lower()})"


def _undecoded(raw: bytes, encoding: str, file: str) -> list[Problem]:
    """A problem for each byte that is not of the encoding."""
    text = _with_line_feeds(raw.decode(encoding, "surrogateescape" if encoding == "utf-8" else "replace"))
    wrong = re.compile("[\udc80-\udcff]" if encoding == "utf-8" else "\ufffd")
    places = islice(wrong.finditer(text), MOST)
    return [
        Problem(file, *_at(text, found.start()), "BD102", _byte(found.group(), encoding)) for found in places
    ]


def _byte(character: str, encoding: str) -> str:
    if encoding != "utf-8":
        return f"these bytes are not {encoding.upper()}, which the file begins like; {_SAVE}"
    byte = ord(character) - 0xDC00
    meant = bytes([byte]).decode("cp1252", "ignore")
    shown = f", which is {meant} in Windows-1252," if meant.isprintable() and meant else ""
    return f"the byte {byte:02X}{shown} is not UTF-8; {_SAVE}"
