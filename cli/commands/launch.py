"""`baton launch`: start a process for one PCN, or for many."""

from __future__ import annotations

import secrets
from pathlib import Path
from string import ascii_lowercase
from typing import Annotated, Any

import typer

from cli import arguments
from cli.client.server import Server, server, signature, who_types
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
    role: Annotated[str, typer.Option("--role", help="In which role.")] = "pcn_manager",
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
    place = pcns[0] if len(pcns) == 1 else ""
    baton = server(settings())
    made = baton.launch(
        definition,
        pcns,
        values,
        signature(by or who_types(), role, place, not_nhs_number=not_nhs_number),
        key or _fresh_key(),
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


def _fresh_key() -> str:
    """A key that nobody used before; of letters alone, since ten digits in a row could pass for an NHS number."""
    return "".join(secrets.choice(ascii_lowercase) for _ in range(26))
