"""`baton rehearse`: what a launch would bring, before anything is sent."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from cli import arguments
from cli.client.reader import directory_in_use
from cli.console import Trouble, Usage, count, moment, say, say_json, story, table, words
from cli.context import Json, directory, library, settings
from definitions.loading.bundle import Process
from definitions.loading.library import Library
from definitions.models.directory import Directory, Pcn
from definitions.source.typed_text import ods_code

if TYPE_CHECKING:
    from engine.simulation.rehearsal import Rehearsal

#: What each policy is called here, and in the engine.
POLICIES: dict[str, Literal["on time", "silent"]] = {"on-time": "on time", "silent": "silent"}
_FUTURES = {"on time": "If everyone answers on time", "silent": "If nobody answers"}


def add(app: typer.Typer) -> None:
    app.command("rehearse")(rehearse)


def rehearse(
    definition: Annotated[str, typer.Argument(help="A definition of the library, or a file with one.")],
    directory_file: Annotated[
        Path | None, typer.Option("--directory", help="The directory file; the one in use unless said.")
    ] = None,
    pcn: Annotated[str, typer.Option("--pcn", help="Which PCN, where the directory has several.")] = "",
    inputs: Annotated[list[str] | None, typer.Option("--input", help="An input, as name=value.")] = None,
    inputs_file: Annotated[
        Path | None, typer.Option("--inputs", help="A YAML or JSON file with inputs.")
    ] = None,
    at: Annotated[str, typer.Option("--at", help="When it would be launched; now unless said.")] = "",
    policy: Annotated[
        str, typer.Option("--policy", help="on-time or silent: how people answer. Both unless said.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Play a launch forward and show every date, person and email. Nothing is kept and nothing is sent."""
    from engine.dates.clock import SystemClock
    from engine.simulation.rehearsal import rehearse as play

    if policy and policy not in POLICIES:
        raise Usage(f"--policy is {' or '.join(POLICIES)}, not {policy!r}.")
    known = settings()
    members = directory(known, directory_file) if directory_file else directory_in_use(known)
    membership = one_pcn(members, pcn)
    start = arguments.day_or_moment(at, "--at") if at else SystemClock().now()
    raw = arguments.values(inputs or [], inputs_file, "--input")
    process = process_of(definition, raw, library(known))
    checked = checked_inputs(process, membership, raw, start)
    chosen = [POLICIES[policy]] if policy else list(POLICIES.values())
    futures = [play(process, membership, checked, start, each) for each in chosen]
    if as_json:
        say_json({_key(future): as_data(future) for future in futures})
        return
    for future in futures:
        show(future)


def one_pcn(known: Directory, code: str) -> Pcn:
    """The PCN of that code, or the only one. Raises Usage."""
    code, codes = ods_code(code), [pcn.code for pcn in known.pcns]
    if not code and len(codes) > 1:
        raise Usage(f"The directory has {len(codes)} PCNs.", f"Name one: --pcn {codes[0]}")
    if code and code not in codes:
        raise Usage(f"The directory has no PCN {code}.", f"It has {', '.join(codes[:8])}.")
    return known.pcn(code or codes[0])


def process_of(definition: str, inputs: Mapping[str, Any], shelf: Library) -> Process:
    """The process with the datasets the inputs choose; from a file where `definition` is one.

    Raises UnknownDefinition or DefinitionErrors.
    """
    from application.network_calendar import network_calendar

    if definition.endswith((".yaml", ".yml")):
        return _from_file(Path(definition), inputs)
    loaded = shelf.definition(definition)
    chosen = loaded.launch.datasets_of(inputs)
    return shelf.process(definition, chosen, network_calendar().to_data())


def _from_file(file: Path, inputs: Mapping[str, Any]) -> Process:
    """A definition that is no part of a library yet, with its neighbours."""
    from definitions.source.reader import read_file

    document = read_file(file, str(file))
    neighbours = [file.absolute().parents[1]] if file.absolute().parent.name == "library" else []
    shelf = library(settings(), *neighbours, drafts=[file.absolute()])
    return process_of(str(document.data.get("id", "")), inputs, shelf)


def checked_inputs(process: Process, pcn: Pcn, raw: Mapping[str, Any], at: Any) -> dict[str, Any]:
    """Typed inputs. Raises Trouble with every problem."""
    from engine.forms.inputs import check_inputs

    checked = check_inputs(process, pcn, raw, at)
    if checked.problems:
        lines = [f"{problem.path}: {problem.message}" for problem in checked.problems]
        raise Trouble("\n".join(lines), "Give inputs with --input name=value, or in a file with --inputs.")
    return checked.values


# --- showing


def _key(future: Rehearsal) -> str:
    return future.policy.replace(" ", "-")


def as_data(future: Rehearsal) -> dict[str, Any]:
    """A future for a program."""
    return {
        "reference": future.ended.reference,
        "outcome": future.ended.status,
        "because": future.ended.because or future.stuck,
        "events": [{"at": at, "what": what} for at, what in events_told(future)],
        "dates": [dict(zip(("due", "step", "organisation", "person", "why"), row, strict=True)) for row in dates(future)],
        "emails": [
            {"not_before": n.not_before, "to": n.name, "email": n.email, "organisation": n.organisation,
             "kind": n.kind, "subject": n.subject, "digest_only": n.digest_only}
            for n in future.notices
        ],
        "emails_per_person": future.messages_to(),
        "clashes": [{"on": clash.on, "what": clash.what} for clash in future.clashes],
    }  # fmt: skip


def dates(future: Rehearsal) -> list[tuple[Any, str, str, str, str]]:
    """When each assignment is due, of whom, and why then."""
    from engine.events import AssignmentOpened

    found = []
    for event in future.events:
        body = event.body
        if isinstance(body, AssignmentOpened):
            where = future.ended.pcn.organisation_name(body.organisation)
            due = body.due.at if body.due else None
            found.append(
                (due, _title(future, body.step), where, body.name, body.due.explanation if body.due else "")
            )
    return found


def events_told(future: Rehearsal) -> list[tuple[Any, str]]:
    """What would happen, a sentence each, in order."""
    from audit.story import StoryWriter

    return [(line.at, line.text) for line in StoryWriter(future.ended).lines(future.events)]


def _title(future: Rehearsal, step: str) -> str:
    from audit.names import Names

    return Names(future.ended).title(step)


def show(future: Rehearsal) -> None:
    state = future.ended
    say(f"{_FUTURES[future.policy]}: {state.reference} · {state.pcn.name}")
    say()
    story((moment(at), what, "") for at, what in events_told(future))
    say()
    rows = [(moment(due), step, where, who, why) for due, step, where, who, why in dates(future)]
    table(("Due", "Step", "Organisation", "Person", "Why then"), rows, "Dates and people")
    say()
    emails = [
        (moment(n.not_before), n.name, n.kind + (" (a line)" if n.digest_only else ""), n.subject)
        for n in future.notices
    ]
    table(("Not before", "To", "Kind", "Subject"), emails, "Emails, before those of a day are merged")
    say()
    per_person = sorted(future.messages_to().items(), key=lambda each: (-each[1], each[0]))
    say(f"{count(len(emails), 'email')}: " + ", ".join(f"{name} {number}" for name, number in per_person))
    for clash in future.clashes:
        say(f"Clash: {moment(clash.on)}: {clash.what}")
    for each in future.assumed:
        say(f"Not played here: {each}.")
    ended = f"{state.status}: {state.because}" if state.over else (future.stuck or words(state.status))
    say(f"In the end it is {ended}." if state.over else f"In the end it waits: {ended}.")
    say()
