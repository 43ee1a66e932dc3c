"""`baton serve`: everything that runs, in one process."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.client.server import find
from cli.console import Trouble
from cli.context import settings


def add(app: typer.Typer) -> None:
    app.command("serve")(serve)


def serve(
    port: Annotated[
        int | None,
        typer.Option("--port", min=0, max=65535, help="The port of the web pages; 0 takes a free one."),
    ] = None,
    directory_file: Annotated[
        Path | None, typer.Option("--directory", help="The directory file: PCNs, practices, people.")
    ] = None,
) -> None:
    """Start Baton: the store, the flows, the post and the web pages. Ctrl-C ends it in good order."""
    changed = {"web_port": port, "directory": directory_file}
    known = settings()
    known = known.model_copy(update={name: value for name, value in changed.items() if value is not None})
    # A server that was killed leaves its note behind, and its process id may be somebody else's by now.
    if (running := find(known)) and running.is_there():
        raise Trouble(
            f"Baton runs on this home folder already, at {running.url}.",
            "Use that one, or start another on a folder of its own: baton --home OTHER serve",
        )
    # A store that has been served has the directory; without one the file is how it begins.
    if not known.directory_file.exists() and not known.at_home.database.exists():
        raise Trouble(
            f"There is no directory file at {known.directory_file}: Baton does not know whom to ask.",
            "Name yours with --directory FILE; examples/harbour-vale.yaml is one to try.",
        )
    from cli import server

    raise typer.Exit(server.serve(known))
