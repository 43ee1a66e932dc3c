"""`baton leap`: move the calendar of a demonstration to another moment, or to the next that matters."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Annotated

import typer

from cli.arguments import day_or_moment
from cli.client.server import Server, server
from cli.console import Trouble, moment, say, say_json
from cli.context import Json, settings

#: Seconds until it is given up that what is due is done, and between two looks.
PATIENCE, PAUSE = 60.0, 0.2


def add(app: typer.Typer) -> None:
    app.command("leap")(leap)


def leap(
    to: Annotated[
        str,
        typer.Argument(
            help="A day, as 2027-01-20, or a moment, as 2027-01-20T14:30. The next that matters unless said."
        ),
    ] = "",
    as_json: Json = False,
) -> None:
    """Leap over time: only where BATON_CLOCK=leaping. What is due on the way happens on its own day."""
    baton = server(settings())
    wanted = day_or_moment(to, "TO") if to else None
    following = _at_rest(baton)
    while wanted and following and following < wanted:
        baton.leap(following)
        following = _at_rest(baton)
    if moment_to := wanted or following:
        baton.leap(moment_to)
        _at_rest(baton)
    there = baton.clock()
    if as_json:
        say_json(there)
    else:
        say(f"It is {moment(there['now'])}.")


def _at_rest(baton: Server) -> datetime | None:
    """The next moment that matters, once everything that is due has been done. Raises Trouble where that takes too long."""
    for _ in range(int(PATIENCE / PAUSE)):
        there = baton.clock()
        if there["idle"]:
            return datetime.fromisoformat(there["next"]) if there["next"] else None
        time.sleep(PAUSE)
    raise Trouble(
        "What is due has not been done yet.", "Do the flows run? `baton status` says what does not work."
    )
