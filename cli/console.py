"""What the terminal shows: calm, plain words, aligned. Times are London's: `Fri 15 Jan 2027, 17:00`.

Everything a command prints goes through here. What somebody typed cannot move the cursor, turn a line round, colour it, or
make a line that looks like Baton's own: characters that act are shown, and a further line of a text is set in.
"""

from __future__ import annotations

import codecs
import json
import logging
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, TextIO

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from definitions.language.formats.characters import as_json_escapes, one_line, visible
from engine.dates.clock import LONDON
from engine.dates.explanation import long

#: Columns of a table that goes to a file or a pipe, where nobody says how wide the window is.
WIDE = 140


class Trouble(Exception):
    """Something a command cannot do: what is wrong, and what to do next, in sentences. `code` is the exit code."""

    def __init__(self, wrong: str, then: str = "", code: int = 1) -> None:
        super().__init__(f"{wrong} {then}".strip())
        self.wrong, self.then, self.code = wrong, then, code


class Usage(Trouble):
    """The command was not written as it should be."""

    def __init__(self, wrong: str, then: str = "") -> None:
        super().__init__(wrong, then, 2)


#: Characters that people read the same in plainer letters, for terminals that do not have them.
_PLAINER = {
    "“": '"',
    "”": '"',
    "‘": "'",
    "’": "'",
    "–": "-",
    "—": "-",
    "…": "...",
    "·": "-",
    "→": "->",
    "£": "GBP ",
    "✉": "*",
}


def any_encoding() -> None:
    """Let the terminal have any encoding: what it cannot show is shown in plainer letters, and no output fails; what is
    typed in another is for `of_terminal` to find."""
    codecs.register_error("baton-plainer", _plainer)
    for stream, errors in (
        (sys.stdout, "baton-plainer"),
        (sys.stderr, "baton-plainer"),
        (sys.stdin, "surrogateescape"),
    ):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors=errors)


def of_terminal(text: str) -> str:
    """`text` that somebody typed. Raises Usage for bytes that are not of the terminal's encoding: kept, they would be
    something else than was meant."""
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        shown = text.encode("utf-8", "backslashreplace").decode()
        raise Usage(
            f"{shown!r} holds bytes that are not of this terminal's encoding.",
            "Set LANG, and the terminal, to UTF-8; or give the text in a file, with --answers or --inputs.",
        )
    return text


def _plainer(error: UnicodeError) -> tuple[str, int]:
    """What to write instead of characters that an encoding does not have."""
    assert isinstance(error, UnicodeEncodeError)
    return "".join(map(_letters, error.object[error.start : error.end])), error.end


def _letters(character: str) -> str:
    if character in _PLAINER:
        return _PLAINER[character]
    letters = unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode()
    return letters if letters.strip() else f"\\u{ord(character):04x}"


def say(text: str = "") -> None:
    """A line to the reader. Never wrapped: a pipe may read it."""
    _write(_safe(text), sys.stdout)


def whisper(text: str) -> None:
    """A line beside the result, on stderr."""
    _write(_safe(text), sys.stderr)


def _safe(text: str) -> str:
    """`text` as one line of ours: blank lines before and after it are kept, further lines of it are set in."""
    before = "\n" * (len(text) - len(text.lstrip("\n")))
    after = "\n" * (len(text) - len(text.rstrip("\n"))) if text.strip("\n") else ""
    return before + visible(text.strip("\n")).replace("\n", "\n    ") + after


def _write(text: str, stream: TextIO) -> None:
    print(text, file=stream, flush=True)


def ask(question: str, default: str = "") -> str:
    """What the reader types; Enter takes `default`, as it is and not as it is shown."""
    standing = f"[{one_line(default)}]" if default else ""
    prompt = " ".join(filter(None, (one_line(question), standing)))
    given = str(
        typer.prompt(f"  {prompt}".rstrip(), default="", show_default=False, prompt_suffix=" > ")
    ).strip()
    return of_terminal(given) or default.strip()


def confirm(question: str) -> bool:
    """Whether the reader agrees; Enter is no."""
    return bool(typer.confirm(f"  {one_line(question)}", default=False))


@contextmanager
def waiting(what: str) -> Iterator[None]:
    """Show a person that something is under way, with how long it has been; a pipe is told nothing."""
    if not sys.stderr.isatty():
        yield
        return
    out = Console(stderr=True, highlight=False, markup=False, emoji=False)
    with Progress(
        SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=out, transient=True
    ) as bar:
        bar.add_task(one_line(what), total=None)
        yield


def story(lines: Iterable[tuple[str, str, str]]) -> None:
    """When, what, and why then. Folded to the window of a person; a line each for whatever reads a pipe."""
    told = [(when, one_line(what), one_line(why)) for when, what, why in lines]
    if sys.stdout.isatty():
        rows = [(when, (what, f"Why then: {why}") if why else what) for when, what, why in told]
        table(("When", "What happened"), rows)
        return
    for when, what, why in told:
        say(f"{when}  {what}")
        if why:
            say(f"{'':{len(when)}}  Why then: {why}")


def say_json(value: Any) -> None:
    """`value` for a program. Where the encoding lacks a letter, it is written as JSON's escape of it."""
    universal = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    text = json.dumps(value, default=plain, indent=2, ensure_ascii=not universal)
    _write(as_json_escapes(text), sys.stdout)


def plain(value: Any) -> Any:
    """What json does not know: dates as ISO text, dataclasses as mappings."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, Decimal | Path):
        return str(value)
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Iterable):
        return list(value)
    raise TypeError(f"{type(value).__name__} is not for JSON")


def table(columns: Sequence[str], rows: Iterable[Sequence[str | tuple[str, ...]]], title: str = "") -> None:
    """Columns under their names, with no lines drawn. The last column takes what room is left. A cell is one line, or one
    for each of a tuple."""
    shown = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), title_justify="left", title_style="bold")
    for index, name in enumerate(columns):
        last = index == len(columns) - 1
        shown.add_column(name, header_style="dim", overflow="fold", no_wrap=not last and index == 0)
    for row in rows:
        shown.add_row(*map(_cell, row))
    width = None if sys.stdout.isatty() else WIDE
    out = Console(highlight=False, markup=False, emoji=False, width=width)
    with out.capture() as drawn:
        if title:
            out.print(Text(one_line(title), style="bold"))
        out.print(shown)
    # Cells are filled up with blanks, which have no place at the end of a line that somebody copies.
    _write("\n".join(line.rstrip() for line in drawn.get().rstrip("\n").split("\n")), sys.stdout)


def _cell(cell: str | tuple[str, ...]) -> Text:
    return Text("\n".join(map(one_line, (cell,) if isinstance(cell, str) else cell)))


class LogLines(logging.Formatter):
    """Lines of the log: a message is one line, whatever was typed into it. Only a traceback has more, each set in, so that
    no line at the margin is anybody's but Baton's."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        record.message = one_line(record.message)
        return super().formatMessage(record)

    def formatException(self, ei: Any) -> str:
        return _set_in(super().formatException(ei))

    def formatStack(self, stack_info: str) -> str:
        return _set_in(super().formatStack(stack_info))


def _set_in(lines: str) -> str:
    return "\n".join(f"    {line}" for line in visible(lines).split("\n"))


def log_to_terminal() -> None:
    """Have warnings shown as everything else is, where nobody keeps a log."""
    shown = logging.StreamHandler()
    shown.setFormatter(LogLines("%(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[shown])


def moment(at: datetime | str | None) -> str:
    """`Fri 15 Jan 2027, 17:00` in London; empty for nothing. Takes ISO text too."""
    if not at:
        return ""
    known = datetime.fromisoformat(at) if isinstance(at, str) else at
    local = known.astimezone(LONDON)
    return f"{long(local.date())}, {local:%H:%M}"


def count(number: int, one: str, many: str = "") -> str:
    """`1 email`, `3 emails`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def words(name: str) -> str:
    """An id as people say it: `gp_lead` is `gp lead`."""
    return name.replace("_", " ")


def sentence(text: str) -> str:
    """`text` as a sentence: a capital first, and an end; nothing of nothing."""
    if not text:
        return ""
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?", ")", "…")) else ".")
