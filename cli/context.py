"""What was asked before the command itself: the home folder, and whether to show where errors come from."""

from __future__ import annotations

from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.console import Trouble
from definitions.loading.library import FOLDERS, SHIPPED, Library
from definitions.models.directory import Directory
from settings import Settings

if TYPE_CHECKING:
    from engine.dates.clock import Clock


@dataclass(frozen=True, slots=True)
class Invocation:
    home: Path | None = None
    debug: bool = False


invocation: ContextVar[Invocation] = ContextVar("asked")

#: The option of every command whose answer a program may read.
Json = Annotated[bool, typer.Option("--json", help="Answer in JSON, for a program.")]

#: The option of every command that takes what somebody types.
NotNhsNumber = Annotated[
    bool,
    typer.Option(
        "--not-nhs-number",
        help="Say that what may be an NHS number here is something else; it goes into the record.",
    ),
]


def settings() -> Settings:
    """The settings, with the home folder the command names. Raises pydantic's ValidationError."""
    home = invocation.get().home
    return Settings(home=home) if home else Settings()


def clock(known: Settings) -> Clock:
    """The clock of the home folder: a demonstration's has leapt ahead."""
    from engine.dates.clock import SystemClock

    if known.clock == "leaping":
        from application.progress.demonstration_clock import leaping_clock

        return leaping_clock(known.at_home.clock, known.clock_start)
    return SystemClock()


def library(known: Settings, *more: Path, drafts: Sequence[Path] = ()) -> Library:
    """Baton's own definitions, then the PCN's, then `more`; later ones come first, and `drafts` before all.

    Raises Trouble for a folder of the settings in which nothing would be found.
    """
    for folder in known.library:
        if not any((folder / each).is_dir() for each in FOLDERS):
            said = (
                "has none of the folders library, ladders and datasets" if folder.is_dir() else "is no folder"
            )
            raise Trouble(
                f"{folder}, which BATON_LIBRARY names, {said}.",
                f"Your definitions go into {folder / 'library'}.",
            )
    return Library([SHIPPED, *known.library, *more], drafts)


def directory(known: Settings, file: Path | None = None) -> Directory:
    """The directory in `file`, or in the one that Baton begins with. Raises DefinitionErrors."""
    from definitions.loading.directory_file import load_directory

    return load_directory(file or known.directory_file, library(known).definition_ids)
