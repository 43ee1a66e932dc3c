"""`baton when`: what a phrase of dates comes to, and why."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.console import Usage, say, say_json, whisper
from cli.context import Json
from definitions.language.moments import MomentError
from definitions.loading.loader import load_closures
from definitions.models.closures import EVERYONE, Closure
from definitions.source.reader import read_file
from definitions.source.typed_text import look_alike, ods_code


def add(app: typer.Typer) -> None:
    app.command("when")(when)


def when(
    phrase: Annotated[str, typer.Argument(help='Such as "10 working days after 2026-12-31".')],
    closures: Annotated[
        Path | None, typer.Option("--closures", help="A file of days on which somebody is closed.")
    ] = None,
    organisation: Annotated[
        str, typer.Option("--for", help="Whose closures count, by ODS code, beside those of everyone.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Work out a date: the date alone on the first line, the explanation under it."""
    from engine.dates import resolution

    known = load_closures(read_file(closures, str(closures))) if closures else ()
    whose = ods_code(organisation) or _only(known)
    try:
        dated = resolution.when(look_alike(phrase), known, whose or None)
    except MomentError as error:
        raise Usage(str(error)) from None
    except resolution.AnchorMissing as missing:
        raise Usage(
            f"Here nobody knows when {missing.name!r} is; only a launched process does.",
            'Write the date itself: baton when "10 working days after 2026-12-31"',
        ) from None
    if as_json:
        say_json({"date": dated.day, "at": dated.at, "explanation": dated.explanation})
        return
    say(dated.day.isoformat())
    say(dated.explanation)


def _only(closures: tuple[Closure, ...]) -> str:
    """The one organisation a file is about; where it is about several, nobody can guess which is meant."""
    named = sorted({closure.organisation for closure in closures} - {EVERYONE})
    if len(named) > 1:
        whisper(f"Closures of {', '.join(named)} are left out; count one of them with --for {named[0]}")
    return named[0] if len(named) == 1 else ""
