"""`baton todo`: what needs you."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from application.commands import assignments, steps, workflows  # noqa: F401 - their requests are registered as they are read
from application.commands.request import REQUESTS
from cli.client.server import server
from cli.console import count, moment, say, say_json
from cli.context import Json, settings

#: What a remedy is given, beside what it is about.
_GIVEN = {
    "decide": "--step {step} --choice wait|proceed|cancel",
    "skip": "--step {step}",
    "settle": "--text …",
    "reassign": "--person …",
}


def add(app: typer.Typer) -> None:
    app.command("todo")(todo)


def todo(
    pcn: Annotated[str, typer.Option("--pcn", help="Of this PCN only, by its code.")] = "",
    as_json: Json = False,
) -> None:
    """Show what waits for a person, the longest first, each with what can be done about it."""
    found = server(settings()).todo(pcn)
    if as_json:
        say_json(found)
        return
    if not found:
        say("Nothing needs you.")
        return
    for item in found:
        _show(item)
    things = count(len(found), "thing needs", "things need")
    say(f"{things} you.")


def _show(item: dict[str, Any]) -> None:
    what = item["title"] if item["title"] == item["reference"] else f"{item['title']} · {item['reference']}"
    say(f"{item['text']}")
    say(f"  {what}, {item['pcn']}; since {moment(item['since'])}")
    for remedy in item["remedies"][:2]:
        given = _GIVEN.get(remedy, "").format(step=item["step"])
        kind = REQUESTS.get(remedy)
        about = item["workflow"] if kind and kind.about == "workflow" else item["about"]
        say(f"  baton {remedy} {about} {given}".rstrip())
    say()
