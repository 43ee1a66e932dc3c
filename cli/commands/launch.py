"""`baton launch`: start a process for one PCN, or for many."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from cli import arguments
from cli.client.server import Server, sender, server, who_types
from cli.commands.manager.requests import fresh_key
from cli.console import Usage, ask, confirm, count, moment, say, say_json, table, waiting, whisper
from cli.context import Json, NotNhsNumber, settings
from definitions.source.typed_text import ods_code


def add(app: typer.Typer) -> None:
    app.command("launch")(launch)


_Pcns = Annotated[
    list[str] | None, typer.Option("--pcn", help="A PCN's code; again for another, or all for every one.")
]
_PcnsFile = Annotated[Path | None, typer.Option("--pcns", help="A file of codes, one a line.")]
_Inputs = Annotated[list[str] | None, typer.Option("--input", help="An input, as name=value.")]
_InputsFile = Annotated[Path | None, typer.Option("--inputs", help="A YAML or JSON file with inputs.")]


def launch(
    definition: Annotated[str, typer.Argument(help="The process: its id in the library.")],
    pcns: _Pcns = None,
    pcns_file: _PcnsFile = None,
    inputs: _Inputs = None,
    inputs_file: _InputsFile = None,
    by: Annotated[
        str, typer.Option("--by", help="Who launches it; your name on this machine unless said.")
    ] = "",
    key: Annotated[
        str, typer.Option("--key", help="Launching again with the same key starts nothing twice.")
    ] = "",
    preview: Annotated[bool, typer.Option("--preview", help="Only show what would begin.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Also where the same runs already.")] = False,
    not_nhs_number: NotNhsNumber = False,
    as_json: Json = False,
) -> None:
    """Start a process. One workflow is made for each PCN. At a terminal, what it asks is asked here, where nothing is given."""
    codes = _codes(pcns or [], pcns_file)
    baton = server(settings())
    values = arguments.values(inputs or [], inputs_file, "--input")
    if not (inputs or inputs_file) and sys.stdin.isatty():
        values = _asked(baton, definition)
    who = sender(by or who_types(), not_nhs_number=not_nhs_number)
    if not (yes or key) or preview:
        found = baton.preview_launch(definition, codes, values, who)
        if preview:
            say_json(found) if as_json else _show_preview(found)
            return
        _refuse_alike(found)
    with waiting(f"Launching {definition}"):
        made = baton.launch(definition, codes, values, who, key or fresh_key())
    say_json(made) if as_json else _show(baton, made)


def _codes(pcns: list[str], file: Path | None) -> list[str]:
    """The codes that were given, and those in the file; each once. Raises Usage."""
    lines = file.read_text(encoding="utf-8-sig").split() if file else []
    found = list(dict.fromkeys(ods_code(each) for each in (*pcns, *lines)))
    if not found:
        raise Usage("Say for which PCN: --pcn U90001, or --pcn all", "The codes are in the directory.")
    return ["all"] if [each.casefold() for each in found] == ["all"] else found


def _asked(baton: Server, definition: str) -> dict[str, Any]:
    """What a process asks, asked one by one, each with what is taken unless something is said."""
    known = [each for each in baton.processes() if each["id"] == definition]
    values: dict[str, Any] = {}
    for each in known[0]["inputs"] if known else ():
        say(each["label"] + (f" ({', '.join(each['options'])})" if each["options"] else ""))
        if each["help"]:
            say(f"  {each['help']}")
        default = each["default"] if isinstance(each["default"], str) else ""
        if answer := ask("" if each["required"] or default else "(optional)", default):
            values[each["id"]] = answer
    return values


def _refuse_alike(found: list[dict[str, Any]]) -> None:
    """Warn where the same runs already. At a terminal it may be launched all the same; a program says --yes."""
    alike = [(each["pcn_name"], id_) for each in found for id_ in each["alike"]]
    if not alike:
        return
    for pcn, id_ in alike[:10]:
        whisper(f"{pcn} has this process under way already, with the same choices: workflow {id_}.")
    if not sys.stdin.isatty():
        raise Usage("Nothing was launched.", "Say --yes to launch it all the same.")
    if not confirm("Launch it all the same?"):
        raise Usage("Nothing was launched.")


def _show_preview(found: list[dict[str, Any]]) -> None:
    rows = [
        (
            each["pcn_name"],
            each["reference"],
            str(each["emails"]),
            moment(each["first_email"]),
            ", ".join(each["alike"]),
        )
        for each in found[:50]
    ]
    table(("PCN", "Reference", "Emails", "The first from", "Runs already"), rows)
    for line in found[0]["asked"][:20]:
        say(f"  {line}")
    say(f"{count(len(found), 'workflow')} would begin. `baton rehearse` plays it to its end.")


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
