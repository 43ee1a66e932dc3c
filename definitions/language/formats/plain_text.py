"""Plain text, in which only lines mean something: those of a page, of an email, of a list in a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from definitions.language.formats.characters import one_line, visible
from definitions.language.formats.pieces import Piece

_INDENT = "  "


def text(pieces: Sequence[Piece]) -> str:
    """The text. A value that stands alone in its line may have several, each but the first set in; else it has one."""
    written: list[str] = []
    for index, piece in enumerate(pieces):
        if not piece.typed:
            written.append(piece.text)
        elif _alone(pieces, index):
            written.append(f"\n{_INDENT}".join(visible(piece.text).strip().split("\n")))
        else:
            written.append(one_line(piece.text))
    return "".join(written)


def line(pieces: Sequence[Piece]) -> str:
    """The text in one line: a title, a subject, a file's name."""
    return one_line("".join(piece.text for piece in pieces))


def email(pieces: Sequence[Piece]) -> str:
    """The body of an email: its blank lines part paragraphs and its "- " begin items. A value does neither."""
    written: list[str] = []
    for index, piece in enumerate(pieces):
        value = one_line(piece.text) if piece.typed else piece.text
        dash = piece.typed and value.startswith("- ") and _begins(pieces, index)
        written.append("– " + value[2:] if dash else value)
    return "".join(written)


def _alone(pieces: Sequence[Piece], index: int) -> bool:
    return _begins(pieces, index) and (index + 1 == len(pieces) or pieces[index + 1].text.startswith("\n"))


def _begins(pieces: Sequence[Piece], index: int) -> bool:
    before = pieces[index - 1] if index else None
    return before is None or (not before.typed and not before.text.rpartition("\n")[2].strip())
