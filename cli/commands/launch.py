"""`baton launch`: start a process for one PCN, or for many."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from cli import arguments
from cli.client.server import Server, sender, server, who_types
from cli.commands.manager.requests import fresh_key
from cli.console import Usage, count, say, say_json, table
from cli.context import Json, NotNhsNumber, settings
from definitions.source.typed_text import ods_code


def add(app: typer.Typer) -> None:
    app.command("launch")(launch)


def launch(
    definition: Annotated[str, typer.Argument(help="The process: its id in the library.")],
    pcns: Annotated[list[str] | None, typer.Option("--pcn", help="A PCN's code; again for another.")] = None,
    inputs: Annotated[list[str] | None, typer.Option("--input", help="An input, as name=value.")] = None,
    inputs_file: Annotated[
        Path | None, typer.Option("--inputs", help="A YAML or JSON file with inputs.")
    ] = None,
    by: Annotated[
        str, typer.Option("--by", help="Who launches it; your name on this machine unless said.")
    ] = "",
    key: Annotated[
        str, typer.Option("--key", help="Launching again with the same key starts nothing twice.")
    ] = "",
    not_nhs_number: NotNhsNumber = False,
    as_json: Json = False,
) -> None:
    """Start a process. One workflow is made for each PCN."""
    if not pcns:
        raise Usage("Say for which PCN: --pcn U90001", "The codes are in the directory file.")
    values = arguments.values(inputs or [], inputs_file, "--input")
    pcns = [ods_code(each) for each in pcns]
    baton = server(settings())
    made = baton.launch(
        definition,
        pcns,
        values,
        sender(by or who_types(), not_nhs_number=not_nhs_number),
        key or fresh_key(),
    )
    if as_json:
        say_json(made)
    else:
        _show(baton, made)


def _show(baton: Server, made: dict[str, Any]) -> None:
    workflows = [str(each) for each in made["workflows"]]
    again = "It was launched before, with the same key" if made.get("repeated") else "Launched"
    say(f"{again}: {count(len(workflows), 'workflow')}.")
    rows = [baton.workflow(each) for each in workflows[:20]]
    table(
        ("Workflow", "PCN", "Reference"),
        [(each["workflow_id"], each["pcn_name"], each["reference"]) for each in rows],
    )
    if len(workflows) > len(rows):
        say(f"… and {len(workflows) - len(rows)} more")
    say(f"Follow it with: baton status {workflows[0]}")
