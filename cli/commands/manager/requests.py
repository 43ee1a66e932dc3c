"""The commands of a manager: `baton hold`, `baton extend` and the others, each made from what its request asks.

What would happen is shown first, and asked about at a terminal; a program says `--yes`. Giving one again under the same
`--key` does nothing twice.
"""

from __future__ import annotations

import secrets
import sys
from collections.abc import Callable, Mapping
from inspect import Parameter, Signature
from string import ascii_lowercase
from typing import Annotated, Any, Literal, cast, get_args, get_origin

import typer
from pydantic import ValidationError
from pydantic.fields import FieldInfo

from application.commands import assignments, steps, workflows  # noqa: F401 - their requests are registered as they are read
from application.commands.request import REQUESTS, RequestKind
from cli.client.server import Server, sender, server, who_types
from cli.commands.respond import whole_assignment
from cli.console import Usage, ask, confirm, moment, say, say_json, sentence, table
from cli.context import Json, NotNhsNumber, settings
from definitions.models.primitives import OdsCode

By = Annotated[str, typer.Option("--by", help="Who gives it; your name on this machine unless said.")]
_PREVIEW = Annotated[bool, typer.Option("--preview", help="Only show what would happen.")]
_YES = Annotated[bool, typer.Option("--yes", help="Do it without asking.")]
_KEY = Annotated[str, typer.Option("--key", help="Given again with the same key, it does nothing twice.")]
_LAUNCH = Annotated[bool, typer.Option("--whole-launch", help="For every workflow of this launch.")]
_PCN = Annotated[
    bool, typer.Option("--whole-pcn", help="For every open workflow of this PCN; name its code.")
]
_SUBJECTS = {
    "workflow": "The workflow: its id, or as much of its beginning as is its own.",
    "assignment": "The assignment, as `baton status WORKFLOW` shows it; or WORKFLOW.step.CODE.",
}


def add(app: typer.Typer) -> None:
    for kind in REQUESTS.values():
        app.command(kind.name, help=kind.summary)(_command(kind))


def _command(kind: RequestKind) -> Callable[..., None]:
    """The function that Typer makes a command of: its subject, an option for each field, and how it is to be done."""

    def run(**typed: Any) -> None:
        how = {name: typed.pop(name) for name in ("preview", "yes", "key", "by", "not_nhs_number", "as_json")}
        baton, subject = server(settings()), typed.pop(kind.about)
        scope = _scope(typed)
        if scope:
            _give_each(baton, kind, scope, subject, _asked(kind, typed), how)
            return
        find = baton.whole_id if kind.about == "workflow" else (lambda short: whole_assignment(baton, short))
        about = find(subject)
        _give(baton, kind, about, _asked(kind, typed), how)

    parameters = [
        Parameter(kind.about, Parameter.KEYWORD_ONLY, annotation=Annotated[str, typer.Argument(help=_SUBJECTS[kind.about])])
    ]  # fmt: skip
    parameters += [_option(name, field) for name, field in kind.model.model_fields.items()]
    scopes = (("whole_launch", _LAUNCH, False), ("whole_pcn", _PCN, False)) if kind.many else ()
    for name, annotation, default in (
        *scopes,
        ("preview", _PREVIEW, False), ("yes", _YES, False), ("key", _KEY, ""), ("by", By, ""),
        ("not_nhs_number", NotNhsNumber, False), ("as_json", Json, False),
    ):  # fmt: skip
        parameters.append(Parameter(name, Parameter.KEYWORD_ONLY, annotation=annotation, default=default))
    cast(Any, run).__signature__ = Signature(parameters)
    return run


def _scope(typed: dict[str, Any]) -> Literal["launch", "pcn", ""]:
    """Whether it is for every workflow of a launch or of a PCN, and of which. Raises Usage."""
    launch, pcn = typed.pop("whole_launch", False), typed.pop("whole_pcn", False)
    if launch and pcn:
        raise Usage("Say --whole-launch or --whole-pcn, not both.")
    return "launch" if launch else "pcn" if pcn else ""


def _give_each(
    baton: Server, kind: RequestKind, scope: str, id_: str, given: Mapping[str, Any], how: Mapping[str, Any]
) -> None:
    """Give it to each, once it was said that this is wanted; what each came to."""
    if how["preview"] or not how["yes"]:
        whose = "of the launch" if scope == "launch" else "that can still move, of the PCN"
        said = f"This is for every workflow {whose} {id_}; nothing was done."
        raise Usage(said, f"Look at one with `baton {kind.name} WORKFLOW --preview`, then say --yes.")
    by = sender(how["by"] or who_types(), not_nhs_number=how["not_nhs_number"])
    outcomes = baton.give_each(scope, id_, kind.name, given, by, how["key"] or fresh_key())
    if how["as_json"]:
        say_json(outcomes)
        return
    rows = [
        (each["workflow"], each["pcn_name"], each["reference"], each["refused"] or "done")
        for each in outcomes
    ]
    table(("Workflow", "PCN", "What", "Came to"), rows)


def _option(name: str, field: FieldInfo) -> Parameter:
    """The option of one field. Everything is typed as text, and read as over the API."""
    shown = sentence(field.description or name.replace("_", " "))
    kind: Any = str
    default: Any = ""
    if field.annotation is bool:
        kind, default = bool, False
    elif field.annotation == tuple[OdsCode, ...]:
        kind, default = list[str] | None, None
    if get_origin(field.annotation) is Literal:
        shown = f"{shown[:-1]}: {', '.join(get_args(field.annotation))}."
    annotation: Any = Annotated[kind, typer.Option(f"--{name.replace('_', '-')}", help=shown)]
    return Parameter(name, Parameter.KEYWORD_ONLY, annotation=annotation, default=default)


def _asked(kind: RequestKind, typed: Mapping[str, Any]) -> dict[str, Any]:
    """What the request asks. At a terminal, what is needed and was not given is asked. Raises Usage."""
    given = {name: value for name, value in typed.items() if value not in ("", False, None)}
    for name, field in kind.model.model_fields.items():
        if name not in given and field.is_required() and sys.stdin.isatty():
            given[name] = ask(sentence(field.description or name))
    try:
        kind.model.model_validate(given)
    except ValidationError as error:
        wrong = [
            f"--{'.'.join(map(str, each['loc'])).replace('_', '-')}: {each['msg']}" for each in error.errors()
        ]
        raise Usage("\n".join(wrong), f"`baton {kind.name} --help` says what each is.") from None
    return given


def _give(
    baton: Server, kind: RequestKind, about: str, given: Mapping[str, Any], how: Mapping[str, Any]
) -> None:
    by = sender(how["by"] or who_types(), not_nhs_number=how["not_nhs_number"])
    if not how["yes"]:
        preview = baton.preview(kind.about, about, kind.name, given, by)
        if how["as_json"]:
            say_json(preview)
        else:
            show_preview(preview)
        if how["preview"]:
            return
        if how["as_json"] or not sys.stdin.isatty():
            raise Usage("Nothing was done.", "Say --yes to do it, or --preview when this is all you wanted.")
        if not confirm("Do this?"):
            say("Nothing was done.")
            return
    receipt = baton.give(kind.about, about, kind.name, given, by, how["key"] or fresh_key())
    if how["as_json"]:
        say_json(receipt)
        return
    for line in receipt["says"]:
        say(line)
    if receipt["repeated"]:
        say("This was done before, under the same key; nothing was done again.")
    elif kind.undone_by:
        say(f"`baton {kind.undone_by}` takes it back.")


def show_preview(found: Mapping[str, Any]) -> None:
    """What would happen: the command, what follows, dates, emails, and what is then waited for."""
    for line in (*found["says"], *found["then"]):
        say(line)
    if found["dates"]:
        say()
        rows = [(d["who"], d["what"], moment(d["old"]), moment(d["new"])) for d in found["dates"]]
        table(("Who", "For", "Was due", "Would be due"), rows, "Dates that move")
    if found["emails"]:
        say()
        rows = [(e["name"], e["place"], moment(e["not_before"]), e["subject"]) for e in found["emails"]]
        table(("Who", "At", "Not before", "Subject"), rows, "Emails")
    else:
        say("Nobody is written to.")
    for title, lines in (
        ("Asked", found["asked"]),
        ("No longer asked", found["ended"]),
        ("How far it is", found["quorum"]),
    ):
        if lines:
            say()
            say(f"{title}:")
        for line in lines:
            say(f"  {line}")
    say()
    say(sentence(found["waits_for"]))


def fresh_key() -> str:
    """A key that nobody used before; of letters alone, since ten digits in a row could pass for an NHS number."""
    return "".join(secrets.choice(ascii_lowercase) for _ in range(26))
