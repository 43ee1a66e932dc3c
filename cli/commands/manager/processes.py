"""`baton processes`: what can be launched, and what each asks."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from cli.client.server import server
from cli.console import Trouble, say, say_json, sentence, table, words
from cli.context import Json, settings


def add(app: typer.Typer) -> None:
    app.command("processes")(processes)


def processes(
    process: Annotated[str, typer.Argument(help="One of them, with what it asks. All unless said.")] = "",
    as_json: Json = False,
) -> None:
    """List the processes of the library, or show what one asks at its launch."""
    found = server(settings()).processes()
    if process:
        found = [each for each in found if each["id"] == process]
        if not found:
            raise Trouble(
                f"The library has no process {process}.", "`baton processes` lists those that there are."
            )
    if as_json:
        say_json(found[0] if process else found)
    elif process:
        _one(found[0])
    else:
        table(
            ("Process", "What", "Launched by"), [(each["id"], each["summary"], _by(each)) for each in found]
        )
        say("`baton processes NAME` shows what one asks; `baton launch NAME --pcn CODE` starts it.")


def _by(process: dict[str, Any]) -> str:
    return ", ".join(words(role) for role in process["launched_by"])


def _one(process: dict[str, Any]) -> None:
    say(f"{process['title']} ({process['id']}, version {process['version']})")
    say(sentence(process["summary"]))
    say(
        f"Launched by: {_by(process)}."
        + (" It can be adopted, and then starts by itself." if process["scheduled"] else "")
    )
    say()
    rows = [
        (each["id"], each["type"], "needed" if each["required"] else "", _default(each), each["label"])
        for each in process["inputs"]
    ]
    table(("Input", "Is a", "Needed", "Unless said", "What it is"), rows, "What it asks")


def _default(given: dict[str, Any]) -> str:
    default = given["default"]
    if default is None:
        return f"one of {', '.join(given['options'])}" if given["options"] else ""
    return ", ".join(map(str, default)) if isinstance(default, list) else str(default)
