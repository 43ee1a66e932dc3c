"""Writes docs/reference from the code: commands, settings, the language, the codes of errors.

python scripts/write_reference.py            writes the pages
python scripts/write_reference.py --check    fails when a page is not what it would write
"""

from __future__ import annotations

import contextlib
import importlib
import inspect
import io
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from pydantic import BaseModel  # noqa: E402
from pydantic_core import PydanticUndefined  # noqa: E402

from cli.main import app, run  # noqa: E402
from definitions.language.evaluation.vocabulary import CALENDAR_METHODS, PLAIN_FILTERS, PRESENCE, TESTS  # noqa: E402
from definitions.language.functions import FUNCTIONS  # noqa: E402
from definitions.language.grammar import parse_action, parse_assign_at, parse_close_when  # noqa: E402
from definitions.language.names import NAMES, Place  # noqa: E402
from definitions.loading.directory_file import DIRECTORY_CODES  # noqa: E402
from definitions.models.closures import Closures  # noqa: E402
from definitions.models.dataset import Dataset  # noqa: E402
from definitions.models.definition import Definition  # noqa: E402
from definitions.models.directory import Directory  # noqa: E402
from definitions.models.field_types import FIELD_TYPES  # noqa: E402
from definitions.models.fields import Model  # noqa: E402
from definitions.models.ladder import Ladder  # noqa: E402
from definitions.models.scenario import Scenarios  # noqa: E402
from definitions.models.step_kinds import STEP_KINDS  # noqa: E402
from definitions.source.problems import CODES  # noqa: E402
from engine.commands.command import COMMANDS, Command  # noqa: E402
from engine.commands.refusals import REFUSALS, Refused  # noqa: E402
from settings import Settings  # noqa: E402
from web.refusals import status_of  # noqa: E402

FOLDER = ROOT / "docs" / "reference"
WRITTEN = "<!-- Written by scripts/write_reference.py; change what it describes, not this page. -->"
#: Settings that another setting answers for, or that only Baton itself gives.
UNTOLD = {"BATON_POST__BASE_URL"}


def pages() -> dict[str, str]:
    """Every page of the reference, by its file's name."""
    made = {
        "cli.md": commands(),
        "settings.md": settings(),
        "language.md": language(),
        "problem-codes.md": codes(),
        "workflow-commands.md": workflow_commands(),
    }
    return {name: f"{WRITTEN}\n\n{text.rstrip()}\n" for name, text in made.items()}


# --- commands


def commands() -> str:
    parts = [
        "# Commands",
        "While `baton serve` runs, the other commands talk to it. Where none runs, those that only look read the store "
        "themselves. Every command exits 0 when it did what was asked, 1 when it could not, 2 when it was not written "
        "as it should be; what went wrong, and what to do next, is on stderr.",
        _help(),
    ]
    for name in _names():
        parts += [f"## baton {name}", _help(*name.split())]
    return "\n\n".join(parts)


def _names() -> Iterator[str]:
    for command in app.registered_commands:
        assert command.callback is not None
        yield command.name or command.callback.__name__
    for group in app.registered_groups:
        assert group.typer_instance is not None
        yield from (f"{group.name} {command.name}" for command in group.typer_instance.registered_commands)


def _help(*command: str) -> str:
    """A command's own help, at a fixed width whoever asks for it."""
    before = os.environ.get("COLUMNS")
    os.environ["COLUMNS"] = "100"
    told = io.StringIO()
    try:
        with contextlib.redirect_stdout(told):
            run([*command, "--help"])
    finally:
        os.environ.pop("COLUMNS") if before is None else os.environ.update(COLUMNS=before)
    return f"```text\n{told.getvalue().strip()}\n```"


# --- settings


def settings() -> str:
    rows = [(f"`{name}`", default, description) for name, default, description in variables(Settings)]
    return "\n\n".join(
        [
            "# Settings",
            "A setting is an environment variable, or a line `NAME=value` of a file `baton.env` in the folder that "
            "`baton` is started in; the environment comes first. Lists are written as JSON: `[\"one\", \"two\"]`.",
            _table(("Variable", "Default", "What it sets"), rows),
        ]
    )  # fmt: skip


def variables(model: type[BaseModel], prefix: str = "BATON_") -> Iterator[tuple[str, str, str]]:
    """Name, default and description of every setting; groups are stepped into."""
    for name, info in model.model_fields.items():
        kind = info.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from variables(kind, f"{prefix}{name.upper()}__")
        elif (variable := f"{prefix}{name.upper()}") not in UNTOLD:
            assert info.description, f"{variable} has no description"
            yield variable, _default(info.get_default(call_default_factory=True)), info.description


def _default(value: Any) -> str:
    if value in (None, "", [], PydanticUndefined) or str(value) == "":
        return "empty"
    return f"`{value}`"


# --- the language


def language() -> str:
    parts = [
        "# The language of definitions",
        "A definition is one YAML 1.2 file. `baton validate FILE` tells every error at once; the JSON Schemas beside "
        "`definitions/` let an editor complete and check while you write.",
        "## Kinds of steps",
        *(f"### {name}\n\n{_declared(STEP_KINDS.doc(name))}" for name in STEP_KINDS),
        "## Types of fields",
        _second_part(importlib.import_module("definitions.models.fields").__doc__ or ""),
        *(f"### {name}\n\n{_declared(FIELD_TYPES.doc(name))}" for name in sorted(FIELD_TYPES)),
        "## Moments",
        _literal(importlib.import_module("definitions.language.moments").__doc__ or ""),
        "## Small phrases",
        _table(("Where", "What may stand there"), _phrases()),
        "## Names in expressions",
        "What an expression or template may read, by where it stands. `practice`, `person`, `manager` and `assignment` are "
        "nothing where there is nobody. Beside them: the functions; in a form's `show_if`, `required_if`, `warn` and checks "
        "the fields by their ids; in a repeated group the item by its name; in `values` those worked out above.",
        _table(("Where", "Names"), _places()),
        _table(("Name", "Its parts"), _parts()),
        "## Filters in expressions",
        "`value | filter(…)`. There are these and no others. `map` names one of them, or reads a part of each item with "
        "`attribute=`; `select`, `reject`, `selectattr` and `rejectattr` name a test. Such a name is written out, in quotes.",
        _table(("Filter", "What it gives"), _filters()),
        "## Tests in expressions",
        "`value is test`, or `value is not test`: "
        + ", ".join(f"`{name}`" for name in sorted({*TESTS, *PRESENCE}))
        + ".",
        "## Functions in expressions",
        *(_function(name, function) for name, function in sorted(FUNCTIONS.items())),
    ]
    files: list[tuple[str, type[Model]]] = [
        ("Definition", Definition), ("Ladder", Ladder), ("Dataset", Dataset), ("Directory", Directory), ("Closures", Closures),
        ("Scenario tests", Scenarios),
    ]  # fmt: skip
    told: set[str] = set()
    for title, model in files:
        parts += [f"## Keys: {title.lower()}", *_keys(model, told)]
    return "\n\n".join(parts)


_WHERE: Mapping[Place, str] = {
    "launch": "`launch`: the reference, the inputs",
    "definition": "`dates`; `when`, `assign`, `close_when`, `if_short`, `ladder`, `values`, `start_inputs` of a step",
    "where": "`where` of a step",
    "automatic": "steps that ask nobody: `message`, `artefact`",
    "title": "`title` of a step",
    "words": "`why`, `statement` of a step",
    "form": "`form` and `checks` of a step",
    "response": "`stop_if`, `stop_message`, `counts_if` of a step",
    "outcome": "`on` of a step that asks several",
    "outcome of one": "`on` of a step that asks one",
    "rung": "the rungs of a ladder",
}


def _places() -> Iterator[tuple[str, str]]:
    for place, names in NAMES.items():
        yield _WHERE[place], ", ".join(f"`{name}`" for name in names)


def _parts() -> Iterator[tuple[str, str]]:
    """The parts of each name; where they differ from place to place, all of them."""
    found: dict[str, dict[str, None]] = {}
    for names in NAMES.values():
        for name, parts in names.items():
            item = parts.item or parts
            found.setdefault(name, {}).update(dict.fromkeys(item.parts or ()))
    for name, parts in sorted(found.items()):
        yield f"`{name}`", ", ".join(f"`{part}`" for part in parts) or _OF_THE_DEFINITION[name]


_OF_THE_DEFINITION = {
    "children": "by step, what the workflows it started came to: `workflow`, `reference`, `status`, `outcome`, `because`, `item`, `answers`, `values`; a list with `for_each`",
    "answers": "each step that asks: its fields, and `practice`, `person`, `list_size`, `outcome`; a list where it asks several",
    "calendar": "what it works out: " + ", ".join(f"`{name}`" for name in CALENDAR_METHODS),
    "dates": "each date",
    "inputs": "each input",
    "previous": "each field, as it was answered the last time the process was run",
    "response": "each field, as it is answered now",
    "values": "each compute step: its values",
}


def _filters() -> Iterator[tuple[str, str]]:
    for name, callee in sorted(PLAIN_FILTERS.items()):
        takes = ", ".join(list(inspect.signature(callee).parameters)[1:])
        yield f"`{name}({takes})`" if takes else f"`{name}`", _mended(inspect.getdoc(callee) or "")


def _declared(doc: str) -> str:
    """What a module says of the one thing it declares, with its example."""
    before, _, example = inspect.cleandoc(doc).partition("Example::")
    return f"{_mended(before.split(':', 1)[1])}\n\n```yaml\n{inspect.cleandoc(example).strip()}\n```"


def _mended(text: str) -> str:
    """A docstring's paragraphs, each on one line, with a capital first."""
    paragraphs = [" ".join(part.split()) for part in text.strip().split("\n\n")]
    return "\n\n".join(part[:1].upper() + part[1:] for part in paragraphs if part)


def _second_part(doc: str) -> str:
    """What a module's docstring says after its first sentence."""
    return _mended(inspect.cleandoc(doc).partition("\n\n")[2])


def _literal(doc: str) -> str:
    """A docstring whose indented block is a grammar."""
    parts = []
    for part in inspect.cleandoc(doc).split("\n\n"):
        parts.append(f"```text\n{inspect.cleandoc(part)}\n```" if part.startswith("    ") else _mended(part))
    return "\n\n".join(parts)


def _phrases() -> list[tuple[str, str]]:
    named = (
        ("`close_when`", parse_close_when),
        ("`assign: {at: …}`", parse_assign_at),
        ("`on: {outcome: …}`", parse_action),
    )
    return [(where, " ".join((function.__doc__ or "").split())) for where, function in named]


def _function(name: str, function: Any) -> str:
    signature = ", ".join(inspect.signature(function).parameters)
    return f"### {name}({signature})\n\n{_mended(inspect.cleandoc(function.__doc__ or ''))}"


def _keys(model: type[Model], told: set[str]) -> Iterator[str]:
    """The keys of a model and of all that stands in it, each model once in the page."""
    schema = model.model_json_schema(by_alias=True)
    for title, part in [(model.__name__, schema), *sorted(schema.get("$defs", {}).items())]:
        if title in told or "properties" not in part:
            continue
        told.add(title)
        yield f"### {_spaced(title)}"
        if description := part.get("description"):
            yield _mended(description)
        needed = set(part.get("required", ()))
        rows = [
            (
                f"`{key}`",
                _type(value),
                "must be given" if key in needed else _shown(value.get("default")),
                value.get("description", ""),
            )
            for key, value in part["properties"].items()
        ]
        yield _table(("Key", "Value", "Unless said", "Meaning"), rows)


def _spaced(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).rstrip("_").lower().capitalize()


def _shown(value: Any) -> str:
    if value in (None, [], {}, ""):
        return "nothing"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return _spaced(schema["$ref"].rsplit("/", 1)[1]).lower()
    if "const" in schema:
        return f"`{schema['const']}`"
    if "enum" in schema:
        return ", ".join(f"`{each}`" for each in schema["enum"])
    for word in ("anyOf", "oneOf", "allOf"):
        if word in schema:
            kinds = [_type(each) for each in schema[word] if each.get("type") != "null"]
            return " or ".join(dict.fromkeys(kinds))
    if schema.get("type") == "array":
        return f"a list of: {_type(schema.get('items', {}))}"
    if schema.get("type") == "object":
        inner = schema.get("additionalProperties")
        return f"names with: {_type(inner)}" if isinstance(inner, dict) else "a mapping"
    names = {
        "string": "text",
        "integer": "a whole number",
        "number": "a number",
        "boolean": "`true` or `false`",
    }
    if isinstance(schema.get("type"), list):
        return "text"
    return {"date": "a date"}.get(schema.get("format", ""), names.get(schema.get("type", ""), "anything"))


# --- codes


def codes() -> str:
    rows = [(f"`{code}`", words) for code, words in sorted({**CODES, **DIRECTORY_CODES}.items())]
    return "\n\n".join(
        [
            "# Codes of errors in files",
            "`baton validate` and every command that reads a file tell all errors at once, each as "
            "`file:line:column CODE message (did you mean …)`. A code is never given a second meaning.",
            _table(("Code", "Meaning"), rows),
        ]
    )


# --- what may be done to a workflow


def workflow_commands() -> str:
    columns = ("Command", "What it does", "Who may", "Refused with", "Comes to")
    refusals = [
        (f"`{code}`", str(status_of(Refused(code, ""))), words) for code, words in sorted(REFUSALS.items())
    ]
    return "\n\n".join(
        [
            "# Commands on a workflow",
            "What people may do to a workflow. Each is kept whole, under its name, with who gave it and when, or refused "
            "and changes nothing. Text with an NHS number in it is refused as invalid. Baton itself may do all of it.",
            _table(columns, (_workflow_command(each) for _, each in sorted(COMMANDS.items()))),
            "## Refusals",
            "Every command may be refused with `beyond-horizon` and `forbidden` besides. A code is never given a second meaning.",
            _table(("Code", "HTTP status", "When"), refusals),
        ]
    )


def _workflow_command(command: Command) -> tuple[str, ...]:
    does = " ".join((command.function.__doc__ or "").split("\n\n")[0].split())
    codes, events = sorted(command.refuses), sorted(each.__name__ for each in command.emits)
    return (command.name.replace("_", " "), does, command.who.said, ", ".join(codes), ", ".join(events))


def _table(columns: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [columns, tuple("---" for _ in columns), *rows]
    return "\n".join(
        "| " + " | ".join(" ".join(cell.split()).replace("|", "\\|") for cell in row) + " |" for row in lines
    )


def main(arguments: list[str]) -> int:
    stale = [name for name, text in pages().items() if not _same(FOLDER / name, text)]
    if "--check" in arguments:
        for name in stale:
            print(f"docs/reference/{name} is stale; run: python scripts/write_reference.py", file=sys.stderr)
        return 1 if stale else 0
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in stale:
        (FOLDER / name).write_text(pages()[name], encoding="utf-8")
        print(f"wrote docs/reference/{name}")
    return 0


def _same(file: Path, text: str) -> bool:
    return file.exists() and file.read_text(encoding="utf-8") == text


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
