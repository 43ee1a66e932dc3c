"""What the terminal shows: calm, plain words, aligned. Times are London's: `Fri 15 Jan 2027, 17:00`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

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


def console(stderr: bool = False) -> Console:
    """The terminal, or a plain text file of a good width. Made anew each time, so that a test can look."""
    stream = sys.stderr if stderr else sys.stdout
    return Console(stderr=stderr, highlight=False, markup=False, width=None if stream.isatty() else WIDE)


def say(text: str = "") -> None:
    """A line to the reader. Never wrapped: a pipe may read it."""
    print(text, flush=True)


def whisper(text: str) -> None:
    """A line beside the result, on stderr."""
    print(text, file=sys.stderr, flush=True)


def story(lines: Iterable[tuple[str, str, str]]) -> None:
    """When, what, and why then. Folded to the window of a person; a line each for whatever reads a pipe."""
    told = list(lines)
    if sys.stdout.isatty():
        rows = [(when, f"{what}\nWhy then: {why}" if why else what) for when, what, why in told]
        table(("When", "What happened"), rows)
        return
    for when, what, why in told:
        say(f"{when}  {what}")
        if why:
            say(f"{'':{len(when)}}  Why then: {why}")


def say_json(value: Any) -> None:
    """`value` for a program."""
    print(json.dumps(value, default=plain, indent=2, ensure_ascii=False), flush=True)


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


def table(columns: Sequence[str], rows: Iterable[Sequence[str]], title: str = "") -> None:
    """Columns under their names, with no lines drawn. The last column takes what room is left."""
    shown = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), title_justify="left", title_style="bold")
    for index, name in enumerate(columns):
        last = index == len(columns) - 1
        shown.add_column(name, header_style="dim", overflow="fold", no_wrap=not last and index == 0)
    for row in rows:
        shown.add_row(*(Text(cell) for cell in row))
    out = console()
    with out.capture() as drawn:
        if title:
            out.print(Text(title, style="bold"))
        out.print(shown)
    # Cells are filled up with blanks, which have no place at the end of a line that somebody copies.
    say("\n".join(line.rstrip() for line in drawn.get().rstrip("\n").split("\n")))


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
    """`text` as a sentence: a capital first, and an end."""
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?", ")", "…")) else ".")
