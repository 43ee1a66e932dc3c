"""`baton store`: is everything there, and how to get it back."""

from __future__ import annotations

from typing import Annotated

import typer

from application.environment.home import Home
from cli.console import Trouble, say, say_json
from cli.context import Json, settings

_HELP = "Check the store, and rebuild it from its journal."


def add(app: typer.Typer) -> None:
    group = typer.Typer(help=_HELP, no_args_is_help=True, rich_markup_mode=None)
    group.command("check")(check)
    group.command("restore")(restore)
    app.add_typer(group, name="store")


def check(as_json: Json = False) -> None:
    """Look at the file and the journal, change nothing, and say what is whole."""
    from store import embedded

    _tell(embedded.check(_there().root), as_json)


def restore(
    accept_loss: Annotated[
        bool, typer.Option("--accept-loss", help="Go on though events that were there are lost for good.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Make what is damaged again from what the file and the journal hold together; what was there is kept."""
    from store import embedded

    _tell(embedded.restore(_there().root, accept_loss), as_json)


def _there() -> Home:
    """The home folder, if it holds a store: looking for one must not make one."""
    home = settings().at_home
    if not home.database.exists() and not home.journal.exists():
        raise Trouble(
            f"There is no store in {home.root}.", "Name the folder: baton --home FOLDER store check"
        )
    return home


def _tell(report: object, as_json: bool) -> None:
    from store.embedded import RecoveryReport

    assert isinstance(report, RecoveryReport)
    if as_json:
        say_json({"whole": report.whole, "file": report.file, "journal": report.journal, "agree": report.agree,
                  "differences": report.differences, "loss": report.loss, "losses": report.losses,
                  "done": report.done})  # fmt: skip
    else:
        for line in report.sentences():
            say(line)
    if not report.whole:
        raise typer.Exit(1)
