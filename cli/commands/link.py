"""`baton link …`: what can be done about the links that emails carry."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.client.server import sender, server, who_types
from cli.commands.manager.requests import By
from cli.commands.respond import whole_assignment
from cli.console import count, say
from cli.context import NotNhsNumber, settings

_HELP = "The links in emails: each opens one assignment, for whoever holds it."


def add(app: typer.Typer) -> None:
    group = typer.Typer(help=_HELP, no_args_is_help=True, rich_markup_mode=None)
    group.callback()(_group)  # or the one command would be the group itself
    group.command("revoke")(revoke)
    app.add_typer(group, name="link")


def _group() -> None:
    return


def revoke(
    assignment: Annotated[
        str,
        typer.Argument(help="The assignment, as `baton status WORKFLOW` shows it; or WORKFLOW.step.CODE."),
    ],
    reason: Annotated[str, typer.Option("--reason", help="Why; it goes into the record.")],
    by: By = "",
    not_nhs_number: NotNhsNumber = False,
) -> None:
    """End the links to an assignment: they open nothing any more. The next email about it carries a new one."""
    baton = server(settings())
    found = whole_assignment(baton, assignment)
    ended = baton.revoke_links(found, reason, sender(by or who_types(), not_nhs_number=not_nhs_number))
    say(f"{count(ended, 'link')} to {found} no longer {'opens' if ended == 1 else 'open'} anything.")
    say("The next email about it carries a new one.")
