"""`baton respond`: record an answer that somebody gave by telephone or on paper, question by question or all at once."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, get_args

import typer

from cli import arguments
from cli.client.server import RefusedByServer, Server, server, teller
from cli.console import Trouble, Usage, confirm, say, say_json, whisper
from cli.context import Json, NotNhsNumber, settings
from cli.prompts import ask_form
from engine.events import Means

#: How an answer is told, in a word, and as the record says it.
_HOW: dict[str, str] = {how.split()[-1]: how for how in get_args(Means)}

_AnswersFile = Annotated[Path | None, typer.Option("--answers", help="A YAML or JSON file with the answers.")]
_Answers = Annotated[
    list[str] | None, typer.Option("--answer", help="An answer, as field=value or group.item.field=value.")
]
By = Annotated[str, typer.Option("--by", help="Who gave it: a name, or a person's id in the directory.")]
Role = Annotated[str, typer.Option("--role", help="In which role; the one that was asked unless said.")]
How = Annotated[str, typer.Option("--how", help=f"How they told it: {', '.join(_HOW)}.")]
Asked = Annotated[
    str, typer.Argument(help="The assignment, as `baton status WORKFLOW` shows it; or WORKFLOW.step.CODE.")
]
_NOBODY_YET = "Nobody has been asked anything yet: `baton status WORKFLOW` shows when somebody is."


def add(app: typer.Typer) -> None:
    app.command("respond")(respond)


def respond(
    assignment: Asked,
    answers_file: _AnswersFile = None,
    answers: _Answers = None,
    by: By = "",
    role: Role = "",
    how: How = "telephone",
    anyway: Annotated[bool, typer.Option("--anyway", help="Send answers that look unusual, too.")] = False,
    not_nhs_number: NotNhsNumber = False,
    as_json: Json = False,
) -> None:
    """Record somebody's answer: it counts as theirs, and never as a signature. Without answers, every question is asked here.

    With your own token (BATON_API_TOKEN) it is your own answer.
    """
    baton = server(settings())
    found = whole_assignment(baton, assignment)
    page = _answerable(baton, found)
    interactive = not answers and not answers_file
    if interactive:
        _introduce(page)
    elif not by and not baton.as_a_person:
        raise Usage('Say who gave it: --by "Jo Marsh"', "The record names a person for every answer.")
    who = by or ("" if baton.as_a_person else typer.prompt("Who gave it"))
    told = teller(
        who, role or page["role"] or "practice_manager", means_of(how), not_nhs_number=not_nhs_number
    )
    values = (
        ask_form(page["form"]) if interactive else arguments.values(answers or [], answers_file, "--answer")
    )
    taken = _send(baton, found, values, told, anyway, page["form"] if interactive else None)
    if as_json:
        say_json({"assignment": found, **taken})
    else:
        _thank(page, taken)


def means_of(how: str) -> str:
    """How the record says `telephone`, `paper`, `email` or `meeting`. Raises Usage."""
    if how not in _HOW:
        raise Usage(f"--how is one of {', '.join(_HOW)}, not {how!r}.")
    return _HOW[how]


def _thank(page: dict[str, Any], taken: dict[str, Any]) -> None:
    late = " It came after the due date, and counts all the same." if taken["late"] else ""
    say(f"Taken: answer {taken['number']} to “{page['title']}” of {page['organisation']}.{late}")
    for warning in taken["warnings"]:
        say(f"Looks unusual: {warning['message']}")


def _answerable(baton: Server, assignment: str) -> dict[str, Any]:
    """The assignment's page. Raises Trouble where it takes no answer any more."""
    page = baton.assignment(assignment)
    if page["status"] not in ("open", "answered"):
        raise Trouble(f"This can no longer be answered: it is {page['status']}.", str(page["closed_because"]))
    return page


def _introduce(page: dict[str, Any]) -> None:
    say(f"{page['title']} · {page['organisation']}")
    for line in (page["why"], page["due"] and f"Due {page['due']}", page["silence"]):
        if line:
            say(line)
    say("Enter keeps what stands in brackets; Ctrl-C leaves without sending anything.")
    say()


def _send(
    baton: Server, assignment: str, values: dict[str, Any], by: dict[str, Any], anyway: bool,
    form: list[dict[str, Any]] | None,
) -> dict[str, Any]:  # fmt: skip
    """Send the answers. At a terminal, what is wrong is asked again until it is right or nobody goes on."""
    while True:
        try:
            return baton.respond(assignment, values, by, anyway)
        except RefusedByServer as refusal:
            if form is None and refusal.reason == "warned":
                raise Trouble(refusal.wrong, "Check them, or send them all the same with --anyway.") from None
            if form is None or not refusal.errors:
                raise
            whisper(refusal.wrong)
            if refusal.only_doubtful and confirm("Is none of it an NHS number"):
                by = {**by, "not_nhs_number": True}
                continue
            if refusal.reason == "warned":
                anyway = confirm("Send it all the same?")
                if anyway:
                    continue
            values = ask_form(form, values, wrong=[path for path, _ in refusal.errors])


def whole_assignment(baton: Server, short: str) -> str:
    """The assignment's id, from one whose beginning and end were left out. Raises Trouble."""
    parts = short.split(".")
    if len(parts) < 2:
        raise Usage(
            f"{short!r} names no step.", "Write it as `baton status WORKFLOW` shows it: WORKFLOW.step.…"
        )
    workflow = baton.workflow(baton.whole_id(parts[0]))
    found = list(_like(workflow["assignments"], parts[1:]))
    if not found:
        shown = "".join(f"\n  {each['assignment']}" for each in workflow["assignments"])
        there = f"Those of {workflow['reference']} are:{shown}" if shown else _NOBODY_YET
        raise Trouble(f"There is no assignment {short}.", there)
    if len(found) > 1:
        raise Usage(f"Several assignments are like {short}:\n  " + "\n  ".join(found), "Name one of them.")
    return found[0]


def _like(assignments: Iterable[dict[str, Any]], parts: list[str]) -> Iterable[str]:
    """Those of the step named first and of everything else named, in the step's latest attempt."""
    same = [each for each in assignments if each["step"] == parts[0]]
    latest = max((each["attempt"] for each in same), default=0)
    for each in same:
        known = (str(each["attempt"]), each["organisation"], each["role"], each["person"])
        if all(part in known for part in parts[1:]) and (
            each["attempt"] == latest or str(each["attempt"]) in parts
        ):
            yield str(each["assignment"])
