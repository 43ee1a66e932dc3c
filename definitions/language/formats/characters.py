"""Characters that act instead of being read: controls, line breaks of every kind, and those that turn the direction of a
line. Wherever typed text goes, they are made visible: `\\x1b`, `\\u202e`. Nothing is lost, and nothing acts.
"""

from __future__ import annotations

import re

_BREAKS = re.compile("\r\n|[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
#: Controls, marks and overrides of direction, what takes no width, halves of characters, and tags. Not the two joiners
#: that letters and pictures are made with.
_ACTING = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e0fff]"
)


def visible(text: str) -> str:
    """`text` with what acts made visible, and every line break a plain one. Tabs stay."""
    if text.isprintable():
        return text
    return _ACTING.sub(_escaped, _BREAKS.sub("\n", text))


def one_line(text: str) -> str:
    """`text` as one line: visible, and each break or run of blanks one blank."""
    return " ".join(visible(text).split())


def as_json_escapes(text: str) -> str:
    """JSON that is written already, with what acts as JSON's own escapes: a program reads the same value."""
    return _ACTING.sub(lambda found: _units(found[0]), text)


def _escaped(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _units(character: str) -> str:
    """A character in JSON: one unit of UTF-16, or two."""
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))
