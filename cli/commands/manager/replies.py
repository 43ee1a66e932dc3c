"""`baton reply`: record what somebody said instead of an answer."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.client.server import server, teller
from cli.commands.respond import Asked, By, How, Role, means_of, whole_assignment
from cli.console import Usage, say, say_json
from cli.context import Json, NotNhsNumber, settings
from definitions.models.replies import REPLIES


def add(app: typer.Typer) -> None:
    app.command("reply")(reply)


def reply(
    assignment: Asked,
    kind: Annotated[str, typer.Option("--kind", help=f"What they said: {', '.join(REPLIES)}.")],
    text: Annotated[str, typer.Option("--text", help="Their words.")] = "",
    until: Annotated[
        str, typer.Option("--until", help="Until which day they ask for time, as 2027-01-29.")
    ] = "",
    by: By = "",
    role: Role = "",
    how: How = "telephone",
    not_nhs_number: NotNhsNumber = False,
    as_json: Json = False,
) -> None:
    """Record a question, a wish for more time, or that it is not theirs. Reminders stop until you settle it.

    With your own token (BATON_API_TOKEN) it is your own.
    """
    if kind not in REPLIES:
        raise Usage(f"--kind is one of {', '.join(REPLIES)}, not {kind!r}.")
    baton = server(settings())
    if not by and not baton.as_a_person:
        raise Usage(
            'Say who said it: --by "Jo Marsh"', "The record names a person for everything that is said."
        )
    found = whole_assignment(baton, assignment)
    asked = role or baton.assignment(found)["role"] or "practice_manager"
    told = teller(by, asked, means_of(how), not_nhs_number=not_nhs_number)
    said = baton.reply(found, kind, text, until, told)
    if as_json:
        say_json(said)
    elif said["repeated"]:
        say("That was said before, and still waits for you.")
    else:
        say(f"Noted. Reminders stop until it is settled: baton settle {found} --text …")
