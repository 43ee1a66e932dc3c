"""`baton status`: what runs, and whom it waits for."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from cli.client.reader import reader
from cli.console import Usage, count, moment, say, say_json, sentence, table, whisper, words
from cli.context import Json, settings

STATES = ("open", "held", "completed", "stopped", "cancelled")


def add(app: typer.Typer) -> None:
    app.command("status")(status)


def status(
    workflow: Annotated[
        str,
        typer.Argument(
            help="A workflow: its id, or as much of its beginning as is its own. All unless said."
        ),
    ] = "",
    pcn: Annotated[str, typer.Option("--pcn", help="Of this PCN only, by its code.")] = "",
    state: Annotated[str, typer.Option("--state", help=f"Only those that are {', '.join(STATES)}.")] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="At most this many.")] = 100,
    as_json: Json = False,
) -> None:
    """Show the workflows, or one of them with its steps and everyone asked."""
    if state and state not in STATES:
        raise Usage(f"--state is one of {', '.join(STATES)}, not {state!r}.")
    with reader(settings()) as there:
        _alarms(there.alarms())
        found: Any = there.workflow(workflow) if workflow else there.workflows(pcn, state, limit)
    if as_json:
        say_json(found)
    elif workflow:
        _one(found)
    else:
        _many(found)


def _alarms(alarms: list[dict[str, Any]]) -> None:
    """Beside the result, for whoever reads it: what of Baton itself does not work."""
    for alarm in alarms:
        whisper(f"Since {moment(alarm['since'])}: {alarm['text']}")
        for detail in alarm["details"]:
            whisper(f"  {detail}")


def _many(rows: list[dict[str, Any]]) -> None:
    if not rows:
        say("No workflows. Launch one with: baton launch DEFINITION --pcn CODE --input name=value")
        return
    columns = ("Workflow", "PCN", "What", "State", "Waits for")
    shown = [
        (row["workflow_id"], row["pcn_name"], row["reference"], row["status"], sentence(row["waiting_for"]))
        for row in rows
    ]
    table(columns, shown)
    going = sum(1 for row in rows if row["status"] in ("open", "held"))
    say(f"{count(len(rows), 'workflow')}, {going} open.")


def _one(found: dict[str, Any]) -> None:
    say(f"{found['reference']} · {found['pcn_name']}")
    say(f"{found['definition']} version {found['definition_version']} · workflow {found['workflow_id']}")
    say(f"Launched {moment(found['launched_at'])}")
    if found["closed_at"]:
        say(f"Closed {moment(found['closed_at'])}: {found['waiting_for'] or found['status']}")
    else:
        say(sentence(found["waiting_for"]))
    say()
    titles = (found.get("overview") or {}).get("titles", {})
    steps = [
        (titles.get(s["step"], words(s["step"])), _state(s), moment(s["due"]), s["outcome"]) for s in found["steps"]
    ]  # fmt: skip
    table(("Step", "State", "Due", "Outcome"), steps, "Steps")
    if found.get("overview") and found["overview"]["people"]:
        say()
        _people(found["overview"])
    started = [
        (c["workflow_id"], c["reference"], c["status"], sentence(c["waiting_for"])) for c in found["children"]
    ]
    if started:
        say()
        table(("Workflow", "What", "State", "Waits for"), started, "What it started")


def _people(overview: dict[str, Any]) -> None:
    """Who is asked, what is pressing first, and how many there are of each."""
    rows = [
        (each["place"], f"{each['name']} ({each['role']})", each["title"], _how(each), moment(each["due"]), _short(each, overview["people"]))
        for each in overview["people"]
    ]  # fmt: skip
    table(("At", "Person", "For", "State", "Due", "Assignment"), rows, "Who is asked")
    told = [f"{number} {words}" for words, number in overview["counts"].items() if number]
    say(f"{', '.join(told)}. Name an assignment with its workflow: WORKFLOW.{rows[0][-1]}")


def _short(person: dict[str, Any], people: list[dict[str, Any]]) -> str:
    """What names an assignment, behind its workflow's id: the step and the place, and the role where two are asked there."""
    there = [
        each
        for each in people
        if (each["step"], each["organisation"]) == (person["step"], person["organisation"])
    ]
    role = f".{person['assignment'].rsplit('.', 1)[-1]}" if len(there) > 1 else ""
    return f"{person['step']}.{person['organisation']}{role}"


def _how(person: dict[str, Any]) -> str:
    said = person["said"] or person["standing"]
    late = ", late" if person["late"] and person["standing"] != "overdue" else ""
    return f"{said}{late}" + (f", chased {person['chased']}×" if person["chased"] else "")


def _state(step: dict[str, Any]) -> str:
    return str(step["status"]) + (f", attempt {step['attempt']}" if step["attempt"] > 1 else "")
