"""`baton token …`: tokens that open the API for one person."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from application.access.principal import SCOPES
from cli.client.server import sender, server, who_types
from cli.commands.manager.requests import By
from cli.console import Usage, moment, say, say_json, table
from cli.context import Json, NotNhsNumber, settings

_HELP = "Tokens that open the API for one person, with what their roles allow on the day."


def add(app: typer.Typer) -> None:
    group = typer.Typer(help=_HELP, no_args_is_help=True, rich_markup_mode=None)
    group.command("new")(new)
    group.command("list")(show)
    group.command("revoke")(revoke)
    app.add_typer(group, name="token")


def new(
    person: Annotated[str, typer.Argument(help="Whose it is: their id in the directory.")],
    pcn: Annotated[str, typer.Option("--pcn", help="The PCN whose directory has them, by its code.")],
    scopes: Annotated[list[str] | None, typer.Option("--for", help=f"What it is for: {', '.join(SCOPES)}; again for another.")] = None,
    days: Annotated[int, typer.Option("--days", min=1, max=400, help="How long it opens anything.")] = 90,
    note: Annotated[str, typer.Option("--note", help="Where it is used.")] = "",
    to: Annotated[Path | None, typer.Option("--to", help="A new file for it, which only you may read.")] = None,
    by: By = "",
    not_nhs_number: NotNhsNumber = False,
    as_json: Json = False,
) -> None:  # fmt: skip
    """Make a token. It is shown now, or written to a file, and never again."""
    if not scopes or (unknown := set(scopes) - set(SCOPES)):
        said = (
            "Say what the token is for." if not scopes else f"Nothing is called {', '.join(sorted(unknown))}."
        )
        raise Usage(said, "; ".join(f"--for {name}: {what}" for name, what in SCOPES.items()) + ".")
    if to and to.exists():
        raise Usage(f"{to} is there already.", "Name a new file.")
    body = {"person": person, "pcn": pcn, "scopes": scopes, "days": days, "note": note}
    made = server(settings()).issue_token(body, sender(by or who_types(), not_nhs_number=not_nhs_number))
    if to:
        _write(to, made.pop("token"))
    if as_json:
        say_json(made)
        return
    say(
        f"{made['name']} may {' and '.join(SCOPES[scope] for scope in made['scopes'])}, until {moment(made['expires'])}:"
    )
    say(f"It is in {to}." if to else made["token"])
    say(
        "Keep it as you keep a password. Commands take it from BATON_API_TOKEN; a program sends it as Authorization: Bearer."
    )
    say(f"`baton token revoke {made['id']}` ends it.")


def _write(file: Path, token: str) -> None:
    """Write it for its owner's eyes only."""
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as kept:
        kept.write(token)


def show(as_json: Json = False) -> None:
    """Show every token there ever was; what opens the API is kept nowhere."""
    found = server(settings()).tokens()
    if as_json:
        say_json(found)
        return
    rows = [(each["id"], each["name"], " ".join(each["scopes"]), moment(each["expires"]), _state(each), each["note"]) for each in found]  # fmt: skip
    table(("Token", "Whose", "For", "Until", "State", "Used"), rows)


def _state(token: dict[str, Any]) -> str:
    return "ended" if token["revoked"] else "opens the API" if token["opens"] else "run out"


def revoke(
    token: Annotated[str, typer.Argument(help="The token, as `baton token list` names it.")],
    reason: Annotated[str, typer.Option("--reason", help="Why; it goes into the record.")],
    by: By = "",
    not_nhs_number: NotNhsNumber = False,
) -> None:
    """End a token: it opens nothing from now on."""
    given = sender(by or who_types(), not_nhs_number=not_nhs_number)
    ended = server(settings()).revoke_token(token, reason, given)
    say(f"The token {ended['id']} of {ended['name']} opens nothing any more.")
