"""`baton directory …`: look at the directory, change it, import it from a file and export it to one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from types import NoneType
from typing import Annotated, Any, get_args

import typer

from cli import arguments
from cli.client.reader import reader
from cli.client.server import sender, server, who_types
from cli.console import Trouble, Usage, confirm, count, moment, say, say_json, table
from cli.context import Json, NotNhsNumber, library, settings
from definitions.models.directory import Directory
from definitions.source.typed_text import ods_code

_HELP = "The directory: PCNs, practices, people, roles, cover, absences and closures."

Reason = Annotated[str, typer.Option("--reason", help="Why; it goes into the record.")]
By = Annotated[str, typer.Option("--by", help="Who does it; your name on this machine unless said.")]
Preview = Annotated[
    bool, typer.Option("--preview", help="Only show what would change, and what that brings to what runs.")
]
Yes = Annotated[bool, typer.Option("--yes", help="Do it without asking.")]
Pcns = Annotated[
    list[str] | None, typer.Option("--pcn", help="A PCN's code; again for another; `all` is every one.")
]


def add(app: typer.Typer) -> None:
    group = typer.Typer(help=_HELP, no_args_is_help=True, rich_markup_mode=None)
    group.command("show")(show)
    group.command("log")(log)
    group.command("set", epilog=_kinds())(set_)
    group.command("import")(import_)
    group.command("export")(export)
    group.command("check")(check)
    app.add_typer(group, name="directory")


# --- looking


def show(
    pcn: Annotated[str, typer.Argument(help="A PCN's code; those there are unless said.")] = "",
    on: Annotated[str, typer.Option("--on", help="As it is on this day, a date; whole unless said.")] = "",
    as_json: Json = False,
) -> None:
    """Show the PCNs, or one of them with everyone in it."""
    from application.directory.views import pcn_data

    day = arguments.day_or_moment(on, "--on").date() if on else None
    with reader(settings()) as there:
        found = Directory.model_validate(there.directory())
    if not pcn:
        _pcns(found, as_json)
        return
    shown = pcn_data(found, ods_code(pcn), day)
    if as_json:
        say_json(shown)
    else:
        _pcn(shown, day)


def _pcns(found: Directory, as_json: bool) -> None:
    rows = [(pcn.code, pcn.name, str(len(pcn.practices)), str(len(pcn.people))) for pcn in found.pcns]
    if as_json:
        say_json([{"code": pcn.code, "name": pcn.name} for pcn in found.pcns])
    else:
        table(("PCN", "Name", "Practices", "People"), rows)


def _pcn(pcn: Mapping[str, Any], day: date | None) -> None:
    from application.directory.words import described

    say(f"{pcn['name']} ({pcn['code']})" + (f", on {day:%-d %B %Y}" if day else ""))
    for heading, lines in described(pcn):
        say(f"\n{heading}")
        for line in lines:
            say(f"  {line}")


def log(
    pcn: Annotated[str, typer.Argument(help="A PCN's code; every one unless said.")] = "",
    as_json: Json = False,
) -> None:
    """Show who changed the directory, when and why; the latest first."""
    with reader(settings()) as there:
        found = there.directory_history(ods_code(pcn))
    if as_json:
        say_json(found)
        return
    for each in found:
        say(f"{moment(each['at'])}  {each['by']['name']}: {each['reason']}")
        for line in each["says"]:
            say(f"  {line}")
        if each["more"]:
            say(f"  and {each['more']} more")


def export(
    file: Annotated[Path | None, typer.Argument(help="The file to write; the terminal unless said.")] = None,
) -> None:
    """Write the directory as a file, which imports as the same directory. It holds no comments."""
    from application.directory.file import written

    with reader(settings()) as there:
        text = written(Directory.model_validate(there.directory()))
    if file is None:
        say(text)
        return
    if file.exists():
        raise Trouble(
            f"There is a file {file} already.", "Name another, or move it away: its comments would be lost."
        )
    file.write_text(text, encoding="utf-8")
    say(f"Written to {file}. Comments of a file that was imported are not kept.")


def check(
    file: Annotated[
        Path | None, typer.Argument(help="The file to check; the one Baton began with unless said.")
    ] = None,
) -> None:
    """Check a directory file: every error, each at its place."""
    from definitions.loading.directory_file import load_directory

    known = settings()
    found = load_directory(file or known.directory_file, library(known).definition_ids)
    people = sum(len(pcn.people) for pcn in found.pcns)
    say(f"No mistakes: {count(len(found.pcns), 'PCN')}, {count(people, 'person', 'people')}.")


# --- changing


def import_(
    file: Annotated[Path, typer.Argument(help="The directory file.")],
    reason: Reason = "",
    preview: Preview = False,
    yes: Yes = False,
    by: By = "",
    not_nhs_number: NotNhsNumber = False,
    as_json: Json = False,
) -> None:
    """Let a file take the place of the directory, after showing what changes."""
    check(file)  # here its errors have their places
    body = {"file": _text(file), "file_name": file.name}
    _change(body, reason, preview, yes, by, not_nhs_number, as_json)


def _text(file: Path) -> str:
    from definitions.source.text import decode

    return decode(file.read_bytes(), file.name).text


def set_(
    change: Annotated[str, typer.Argument(metavar="CHANGE", help="What changes: one of the words below.")],
    values: Annotated[list[str], typer.Argument(metavar="NAME=VALUE…", help="What it is given.")],
    pcns: Pcns = None,
    reason: Reason = "",
    preview: Preview = False,
    yes: Yes = False,
    by: By = "",
    not_nhs_number: NotNhsNumber = False,
    as_json: Json = False,
) -> None:
    """Change one thing: a person, a role, cover, an absence, a closure, a list size, a mailbox, who takes over."""
    from application.directory.changes import CHANGES

    if change not in CHANGES:
        raise Usage(f"Nothing is called {change}.", f"There are {', '.join(CHANGES)}.")
    given = {"change": change, **_typed(change, arguments.values(values, None, "a value"))}
    body = {"changes": [given], "pcns": _codes(pcns)}
    _change(body, reason, preview, yes, by, not_nhs_number, as_json)


def _codes(pcns: list[str] | None) -> list[str]:
    """The PCNs that are meant: the only one there is unless said; none is all of them."""
    if pcns == ["all"]:
        return []
    if pcns:
        return [ods_code(each) for each in pcns]
    with reader(settings()) as there:
        codes = [str(pcn["code"]) for pcn in there.directory()["pcns"]]
    if len(codes) > 1:
        raise Usage(
            "Say which PCN: --pcn U90001", "--pcn all is every one. `baton directory show` lists them."
        )
    return codes


def _typed(change: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Numbers, lists and groups as the API takes them; `where.for=jo` is {"where": {"for": "jo"}}."""
    from application.directory.changes import CHANGES

    fields = {field.alias or name: field.annotation for name, field in CHANGES[change].model_fields.items()}
    found: dict[str, Any] = {}
    for name, value in values.items():
        kinds = {fields.get(name), *get_args(fields.get(name))} - {NoneType}
        if int in kinds and isinstance(value, str) and value.isdigit():
            value = int(value)
        elif name == "codes" and isinstance(value, str):
            value = [each.strip() for each in value.split(",")]
        found[name] = value
    return found


def _kinds() -> str:
    """The changes there are, each with what it is given."""
    from application.directory.changes import CHANGES

    return "\n\n".join(f"{name}: {' '.join(_given(kind))}" for name, kind in CHANGES.items())


def _given(kind: Any) -> Iterator[str]:
    for name, field in kind.model_fields.items():
        if name != "change":
            given = f"{field.alias or name}=…"
            yield given if field.is_required() else f"[{given}]"


def _change(
    body: dict[str, Any], reason: str, preview: bool, yes: bool, by: str, not_nhs_number: bool, as_json: bool
) -> None:
    baton = server(settings())
    body |= {
        "by": sender(by or who_types(), not_nhs_number=not_nhs_number),
        "reason": reason,
    }
    if preview or not yes:
        would = baton.change_directory({**body, "preview": True})
        if as_json and preview:
            say_json(would)
        else:
            _show(would)
    if preview:
        return
    if not reason.strip():
        raise Usage("Say why: --reason …", "It goes into the record.")
    if not yes and not confirm("Change it?"):
        raise Trouble("Nothing was changed.")
    made = baton.change_directory({**body, "preview": False})
    if as_json:
        say_json(made)
    else:
        say(f"Changed: {count(len(made['says']), 'thing')}. The processes under way have followed.")


def _show(would: Mapping[str, Any]) -> None:
    for line in would["says"]:
        say(line)
    touches = would["touches"]
    say(
        "\nNothing that is asked now changes hands."
        if not touches
        else "\nWhat that brings to what is asked now:"
    )
    rows = [
        (
            f"{date.fromisoformat(each['on']):%-d %b %Y}",
            each["reference"],
            each["text"],
            ", ".join(each["told"]) or "nobody",
        )
        for each in touches
    ]
    if rows:
        table(("On", "Process", "What", "Is written to"), rows)
    if would["left_out"]:
        say(f"and {count(would['left_out'], 'process', 'processes')} more, which were not looked into")
