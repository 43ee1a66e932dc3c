"""`baton audit`: what happened, told and proved."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import typer

from cli.arguments import day_or_moment
from cli.client.reader import reader
from cli.console import Trouble, count, moment, say, say_json, table
from cli.console import story as tell
from cli.context import Json, settings

Pcn = Annotated[str, typer.Option("--pcn", help="Of this PCN only, by its code.")]


def add(app: typer.Typer) -> None:
    group = typer.Typer(
        help="Read the log: lists, stories, and proof.", no_args_is_help=True, rich_markup_mode=None
    )
    group.command("list")(list_)
    group.command("show")(show)
    group.command("search")(search)
    group.command("verify")(verify)
    app.add_typer(group, name="audit")


def list_(
    closed: Annotated[bool, typer.Option("--closed", help="Only those that are over.")] = False,
    pcn: Pcn = "",
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="At most this many.")] = 200,
    as_json: Json = False,
) -> None:
    """List workflows, the latest first, with how much was asked, answered, late and sent."""
    with reader(settings()) as there:
        rows = there.listed(pcn, "closed" if closed else "", limit)
    if as_json:
        say_json(rows)
        return
    if not rows:
        say("No workflow has closed yet." if closed else "No workflow was launched yet.")
        return
    columns = (
        "Workflow",
        "PCN",
        "What",
        "State",
        "Launched",
        "Closed",
        "Asked",
        "Answered",
        "Late",
        "Emails",
    )
    table(columns, [_row(row) for row in rows])


def _row(row: dict[str, Any]) -> tuple[str, ...]:
    counts = (row[name] for name in ("asked", "answered", "late", "messages_sent"))
    return (
        row["workflow_id"], row["pcn_name"], row["reference"], row["status"], moment(row["launched_at"]),
        moment(row["closed_at"]), *(str(number) for number in counts),
    )  # fmt: skip


def show(
    workflow: Annotated[
        str, typer.Argument(help="The workflow: its id, or as much of its beginning as is its own.")
    ],
    as_json: Json = False,
) -> None:
    """Tell a workflow's story: who was asked what, when and why then, who was chased, how it closed."""
    with reader(settings()) as there:
        found = there.story(workflow)
    if as_json:
        say_json(found)
        return
    row = found["workflow"]
    say(f"{row['reference']} · {row['pcn_name']}")
    say(
        f"{row['definition']} version {row['definition_version']} · workflow {row['workflow_id']} · {row['status']}"
    )
    say()
    tell((moment(line["at"]), line["text"], line["why"]) for line in found["lines"])
    say()
    _emails(found["emails"])


def _emails(emails: list[dict[str, Any]]) -> None:
    if not emails:
        say("No email has gone out.")
        return
    rows = [
        (moment(each["sent_at"]) or each["status"], each["to"], each["subject"] + _trouble(each))
        for each in emails
    ]
    table(("Sent", "To", "Subject"), rows, f"{count(len(emails), 'email')}")


def _trouble(email: dict[str, Any]) -> str:
    return (
        f" ({email['status']}: {email['because']})" if email["because"] and email["status"] != "sent" else ""
    )


def search(
    text: Annotated[str, typer.Argument(help="Words that stand in the event, in capitals or not.")] = "",
    person: Annotated[str, typer.Option("--person", help="By this person, by their id.")] = "",
    organisation: Annotated[str, typer.Option("--at", help="By somebody of this organisation.")] = "",
    type: Annotated[str, typer.Option("--type", help="Of this type only, such as ResponseReceived.")] = "",
    begins: Annotated[str, typer.Option("--from", help="From this day on, such as 2027-01-04.")] = "",
    ends: Annotated[str, typer.Option("--to", help="Up to and with this day.")] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="At most this many.")] = 50,
    as_json: Json = False,
) -> None:
    """Find events of the log by who, where, what and when, the newest first."""
    from store.audit import Search

    wanted = Search(person, organisation, type, text, _day(begins, "--from"), _day(ends, "--to"), limit)
    with reader(settings()) as there:
        found = there.search(wanted)
    if as_json:
        say_json(found)
    elif not found:
        say("No event of the log fits.")
    else:
        columns = ("When", "Workflow", "What", "Who", "At")
        table(columns, [(moment(each["at"]), each["workflow"], each["type"], each["who"], each["organisation"])
                        for each in found])  # fmt: skip


def _day(text: str, option: str) -> date | None:
    return day_or_moment(text, option).date() if text else None


def verify(
    heads: Annotated[
        list[str] | None,
        typer.Option("--head", help="A head from a receipt or a closing email; again for another."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Walk the chain of the log, compare all that is shown with it, and look for what receipts witness."""
    wanted = [head.strip().lower() for head in heads or []]
    for head in wanted:
        if len(head) != 64 or set(head) - set("0123456789abcdef"):
            raise Trouble(f"{head!r} is no head: those are 64 digits and letters a to f.", code=2)
    with reader(settings()) as there:
        verdict = there.verify(wanted)
    holds = verdict["intact"] and not verdict["missing"]
    if as_json:
        say_json(verdict)
    else:
        _say_verdict(verdict)
    if not holds:
        raise typer.Exit(1)


def _say_verdict(verdict: dict[str, Any]) -> None:
    events = count(verdict["events"], "event")
    if verdict["intact"]:
        say(
            f"Intact: {events}, each with the hash of the one before it; every list and document is what they make it."
        )
    elif verdict["problem"]:
        say(f"NOT intact: {verdict['problem']}. The {events} before that hold.")
        say("Nothing was changed. Stop Baton, and `baton store check` says which copy is whole.")
    else:
        say(
            f"NOT intact: the {events} hold, each with the hash of the one before it, and other things do not fit them."
        )
        for difference in verdict["differences"]:
            say(f"  {difference}")
        if verdict["more"]:
            say(f"  and {verdict['more']} more")
        say(
            "Nothing was changed. Stop Baton, and `baton store restore` makes right again what the journal has."
        )
    if verdict["witnessed"]:
        missing = verdict["missing"]
        say(
            f"Witnessed: {verdict['witnessed'] - len(missing)} of {count(verdict['witnessed'], 'head')} are in the log."
        )
        for head in missing:
            say(f"  not in the log: {head}")
    say(f"Head: {verdict['head']}")
