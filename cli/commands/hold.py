"""`baton hold` and `baton lift`: stop a workflow's clocks, and let them go on."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.client.server import server, signature, who_types
from cli.console import say
from cli.context import NotNhsNumber, settings

Workflow = Annotated[
    str, typer.Argument(help="The workflow: its id, or as much of its beginning as is its own.")
]
Reason = Annotated[str, typer.Option("--reason", help="Why; it goes into the record.")]
By = Annotated[str, typer.Option("--by", help="Who does it; your name on this machine unless said.")]


def add(app: typer.Typer) -> None:
    app.command("hold")(hold)
    app.command("lift")(lift)


def hold(workflow: Workflow, reason: Reason, by: By = "", not_nhs_number: NotNhsNumber = False) -> None:
    """Stop a workflow's clocks, for a reason. Answers are still taken; nobody is reminded."""
    baton = server(settings())
    found = baton.whole_id(workflow)
    baton.hold(found, reason, signature(by or who_types(), "pcn_manager", not_nhs_number=not_nhs_number))
    say(f"{found} is on hold. Let it go on with: baton lift {found} --reason …")


def lift(workflow: Workflow, reason: Reason, by: By = "", not_nhs_number: NotNhsNumber = False) -> None:
    """Let a held workflow go on. Internal dates move on by the working days lost; external ones never move."""
    baton = server(settings())
    found = baton.whole_id(workflow)
    baton.lift(found, reason, signature(by or who_types(), "pcn_manager", not_nhs_number=not_nhs_number))
    say(f"{found} goes on.")
