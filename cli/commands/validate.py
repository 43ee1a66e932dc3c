"""`baton validate`: every error of every file, whatever kind of file it is."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import typer

from cli.console import count, say, say_json, whisper
from cli.context import Json, library, settings
from definitions.loading.directory_file import DIRECTORY_SIZE, read_directory
from definitions.loading.library import Library, starts_in
from definitions.loading.loader import load_closures, load_dataset, load_definition, load_ladder, load_shape
from definitions.models.definition import Launch
from definitions.models.scenario import Scenarios
from definitions.source.document import Document
from definitions.source.problems import DefinitionErrors, Problem, nearest
from definitions.source.reader import HANDWRITTEN, SizeLimit, read_file

#: Which key at the top of a file tells what it is, the most telling first.
KINDS = {
    "pcns": "directory",
    "scenarios": "file of scenarios",
    "rungs": "ladder",
    "items": "dataset",
    "steps": "definition",
    "closures": "file of closures",
}


def add(app: typer.Typer) -> None:
    app.command("validate")(validate)


@dataclass(slots=True)
class CheckedFile:
    """One file looked at."""

    file: Path
    kind: str
    problems: tuple[Problem, ...] = ()


@dataclass(slots=True)
class _Catalogue:
    """The library, and the files that are being checked: they may name each other before they are put in it."""

    library: Library
    ladder_ids: set[str] = field(default_factory=set)
    dataset_ids: set[str] = field(default_factory=set)
    definition_ids: Collection[str] = ()
    started: dict[str, Collection[str]] = field(default_factory=dict)
    checked: dict[str, Document] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.ladder_ids |= set(self.library.ladder_ids)
        self.dataset_ids |= set(self.library.dataset_ids)
        self.definition_ids = set(self.library.definition_ids)

    def launch_of(self, definition_id: str) -> Launch | None:
        try:
            if definition_id in self.checked:
                return load_definition(self.checked[definition_id], catalogue=self).launch
            return self.library.definition(definition_id).launch
        except DefinitionErrors:
            return None

    def inputs_of(self, definition_id: str) -> Mapping[str, bool]:
        return self.library.inputs_of(definition_id) if definition_id in self.library.definition_ids else {}

    def starts_of(self, definition_id: str) -> Collection[str]:
        if definition_id in self.started:
            return self.started[definition_id]
        return self.library.starts_of(definition_id) if definition_id in self.library.definition_ids else ()

    def learn(self, kind: str, document: Document) -> None:
        named = str(document.data.get("id", ""))
        known = {
            "ladder": self.ladder_ids,
            "dataset": self.dataset_ids,
            "definition": self.definition_ids,
        }.get(kind)
        if isinstance(known, set):
            known.add(named)
        if kind == "definition":
            self.started[named] = starts_in(document)
            self.checked[named] = document


def validate(
    files: Annotated[
        list[Path], typer.Argument(help="Definitions, ladders, datasets, directories, closures, scenarios.")
    ],
    as_json: Json = False,
) -> None:
    """Check files and tell every error at once, as file:line:column CODE message."""
    found = check(files, library(settings(), *_roots(files)))
    problems = [problem for each in found for problem in each.problems]
    if as_json:
        say_json([{"file": each.file, "kind": each.kind, "problems": each.problems} for each in found])
    else:
        for each in found:
            for problem in each.problems:
                say(str(problem))
            if not each.problems:
                say(f"{each.file}: a {each.kind} without errors")
    if problems:
        wrong = sum(1 for each in found if each.problems)
        whisper(
            f"{count(len(problems), 'error')} in {count(wrong, 'file')} of {len(found)}. Nothing was changed."
        )
        raise typer.Exit(1)


def check(files: Sequence[Path], shelf: Library) -> list[CheckedFile]:
    """Every file with its problems, in the order given."""
    catalogue = _Catalogue(shelf)
    read: list[tuple[CheckedFile, Document | None]] = []
    for file in files:
        checked, document = _read(file)
        if document is not None:
            catalogue.learn(checked.kind, document)
        read.append((checked, document))
    for checked, document in read:
        if document is not None:
            checked.problems = _problems(_loader(checked.kind, catalogue), document)
    return [checked for checked, _ in read]


def _read(file: Path) -> tuple[CheckedFile, Document | None]:
    try:
        document = read_file(file, str(file), _room(file))
    except DefinitionErrors as errors:
        return CheckedFile(file, "file", errors.problems), None
    kind = next((kind for key, kind in KINDS.items() if key in document.data), "")
    if kind:
        return CheckedFile(file, kind), document
    near = next((found for key in document.data if (found := nearest(key, KINDS))), None)
    shown = ", ".join(f"{key!r} for a {kind}" for key, kind in KINDS.items())
    problem = document.problem(document.at(()), "BD202", f"what is this file? One key tells: {shown}", near)
    return CheckedFile(file, "file", (problem,)), None


def _room(file: Path) -> SizeLimit:
    """A directory may be larger than a definition; which it is must be known before it is read."""
    try:
        with file.open("rb") as handle:
            beginning = handle.read(65_536)
    except OSError:
        return HANDWRITTEN  # reading it says what is wrong
    return DIRECTORY_SIZE if b"\npcns:" in b"\n" + beginning else HANDWRITTEN


def _loader(kind: str, catalogue: _Catalogue) -> Callable[[Document], object]:
    if kind == "definition":
        return lambda document: load_definition(document, catalogue=catalogue)
    if kind == "file of scenarios":
        return lambda document: load_shape(document, Scenarios)
    if kind == "directory":
        return lambda document: read_directory(document, offered=catalogue)
    return {"ladder": load_ladder, "dataset": load_dataset, "file of closures": load_closures}[kind]


def _problems(load: Callable[[Document], object], document: Document) -> tuple[Problem, ...]:
    try:
        load(document)
    except DefinitionErrors as errors:
        return errors.problems
    return ()


def _roots(files: Sequence[Path]) -> list[Path]:
    """Folders that hold `library/`, `ladders/` or `datasets/` with one of the files in it: its neighbours count too."""
    kept = ("library", "ladders", "datasets")
    return list(
        dict.fromkeys(file.absolute().parents[1] for file in files if file.absolute().parent.name in kept)
    )
