"""`baton outbox`: a link that opens the emails kept on this machine."""

from __future__ import annotations

import typer

from cli.client.server import RefusedByServer, server
from cli.console import Trouble, count, say, say_json
from cli.context import Json, settings


def add(app: typer.Typer) -> None:
    app.command("outbox")(outbox)


def outbox(as_json: Json = False) -> None:
    """A link that opens the outbox in a browser, for a while. Only where emails stay on this machine."""
    known = settings()
    baton = server(known)
    try:
        link = baton.outbox_link()
    except RefusedByServer as refusal:
        if refusal.reason != "not_found":
            raise
        raise Trouble(
            "This Baton has no page of the outbox: it sends emails to a mail server, or is reached from other machines.",
            f"Emails that it kept are files in {known.at_home.outbox}",
        ) from None
    if as_json:
        say_json(link)
        return
    say(link["url"])
    say(f"It opens the outbox for {count(link['seconds'] // 60, 'minute')}.")
