"""What Windows, a Mac, Excel, Word and web pages do to a file, each as a function over its bytes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Damage:
    """`of` damages UTF-8 bytes. `refused`: the code with which the file is refused; None when it reads as before."""

    of: Callable[[bytes], bytes]
    refused: str | None = None


def _text(change: Callable[[str], str], encoding: str = "utf-8") -> Callable[[bytes], bytes]:
    return lambda raw: change(raw.decode()).encode(encoding)


def _at_the_end(extra: str) -> Callable[[str], str]:
    """`extra` in a comment of its own on the last line: how far down the file is read must not matter."""
    return lambda text: f"{text.rstrip()}\n# Oak House {extra} Surgery\n"


DAMAGES = {
    "a UTF-8 mark": Damage(lambda raw: b"\xef\xbb\xbf" + raw),
    "UTF-16, little end first": Damage(_text(lambda text: "\ufeff" + text, "utf-16-le")),
    "UTF-16, big end first": Damage(_text(lambda text: "\ufeff" + text, "utf-16-be")),
    "UTF-16 without a mark": Damage(_text(lambda text: text, "utf-16-le")),
    "UTF-16 of Excel, with CR LF": Damage(_text(lambda text: "\ufeff" + text.replace("\n", "\r\n"), "utf-16-le")),
    "UTF-32": Damage(_text(lambda text: "\ufeff" + text, "utf-32-le")),
    "CR LF": Damage(lambda raw: raw.replace(b"\n", b"\r\n")),
    "CR alone": Damage(lambda raw: raw.replace(b"\n", b"\r")),
    "NEL": Damage(_text(lambda text: text.replace("\n", "\x85"))),
    "line separators": Damage(_text(lambda text: text.replace("\n", "\u2028"))),
    "paragraph separators": Damage(_text(lambda text: text.replace("\n", "\u2029"))),
    "one line separator": Damage(_text(_at_the_end("\u2028"))),
    "one NEL": Damage(_text(_at_the_end("\x85"))),
    "no-break spaces": Damage(_text(lambda text: text.replace("  ", "\xa0\xa0"))),
    "narrow and wide spaces": Damage(_text(lambda text: text.replace(": ", ":\u202f").replace("- ", "-\u3000"))),
    "zero-width spaces": Damage(_text(lambda text: text.replace(": ", "\u200b: \u200b"))),
    "marks of direction": Damage(_text(lambda text: text.replace(": ", ": \u200e\u202a"))),
    "a mark in the middle": Damage(_text(lambda text: text.replace("\n", "\n\ufeff"))),
    "a directive": Damage(_text(lambda text: f"%YAML 1.2\n---\n{text}")),
    "comments before": Damage(_text(lambda text: f"\n\n# from the board\n\n{text}")),
    "a curly quote in a comment": Damage(_text(_at_the_end("“x”"))),
    "Windows-1252": Damage(_text(_at_the_end("’s £"), "cp1252"), "BD102"),
    "half a character": Damage(lambda raw: raw + b"# \xe2\x80", "BD102"),
    "UTF-16 cut off": Damage(lambda raw: _text(lambda text: "\ufeff" + text + "#", "utf-16-le")(raw)[:-1], "BD102"),
    "a null": Damage(_text(_at_the_end("\x00")), "BD103"),
    "the end of a DOS file": Damage(lambda raw: raw + b"\x1a", "BD103"),
    "an escape": Damage(_text(_at_the_end("\x1b[2J")), "BD103"),
    "a soft return of Word": Damage(_text(_at_the_end("\x0b")), "BD103"),
}  # fmt: skip
