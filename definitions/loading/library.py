"""The library: definitions, ladders and datasets in folders, by id and version.

A root holds `library/` (definitions, each `*.yaml` that is no `*.test.yaml`), `ladders/` and `datasets/`. Later roots come
first: a PCN's own ladder of the same id stands before the one that ships.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from definitions.loading.bundle import Bundle, Process, open_bundle
from definitions.loading.loader import load_dataset, load_definition, load_ladder
from definitions.models.dataset import Dataset
from definitions.models.definition import Definition, LadderIf
from definitions.source.document import Document
from definitions.source.problems import DefinitionErrors, Problem, nearest
from definitions.source.reader import read_file

SHIPPED = Path(__file__).parents[1]  #: the root that comes with Baton
FOLDERS = ("library", "ladders", "datasets")  #: what of a root is read


class UnknownDefinition(LookupError):
    """The library has no such definition, ladder or dataset. `suggestion` is the nearest it has."""

    def __init__(self, what: str, name: str, suggestion: str | None) -> None:
        self.what, self.name, self.suggestion = what, name, suggestion
        hint = f" (did you mean {suggestion}?)" if suggestion else ""
        super().__init__(f"the library has no {what} {name!r}{hint}")


class ArchivedDataset(ValueError):
    """A dataset of an earlier year was chosen for a launch."""

    def __init__(self, dataset: Dataset) -> None:
        self.dataset = dataset
        super().__init__(
            f"the dataset {dataset.id!r} ({dataset.title}) is archived: it shows an earlier year, and nothing new is "
            "launched with it. Choose the one of this year"
        )


@dataclass(frozen=True, slots=True)
class LibraryEntry:
    """A definition in the library, as lists show it."""

    id: str
    version: int
    title: str
    summary: str
    financial_year: str | None
    path: Path


@dataclass(slots=True)
class _ReadFile:
    """A file as last read; `stamp` tells whether it has changed since."""

    stamp: tuple[int, ...]
    document: Document | None
    errors: DefinitionErrors | None
    loaded: Definition | None = None


class Library:
    """The definitions of some roots. Files are read again when they change.

    A definition never changes under its version: two files that differ and have one id and version are refused.
    `drafts` are definitions that are being written: each stands before whatever has its id and version.
    """

    def __init__(self, roots: Sequence[Path] = (SHIPPED,), drafts: Sequence[Path] = ()) -> None:
        self.roots, self.drafts = tuple(roots), tuple(drafts)
        self._files: dict[Path, _ReadFile] = {}

    # --- definitions

    def list(self) -> tuple[LibraryEntry, ...]:
        """Every definition that can be read, by id, the latest version first."""
        return tuple(sorted(self._entries(), key=lambda each: (each.id, -each.version)))

    def definition_path(self, definition_id: str, version: int | None = None) -> Path:
        """The file of a definition, of its latest version unless one is named. Raises UnknownDefinition."""
        return self._entry(definition_id, version).path

    def definition(self, definition_id: str, version: int | None = None) -> Definition:
        """The definition, loaded and checked. Raises UnknownDefinition or DefinitionErrors."""
        return self._loaded(self._entry(definition_id, version).path)

    def process(
        self,
        definition_id: str,
        datasets: Mapping[str, str] | None = None,
        calendar: Mapping[str, Any] | None = None,
        version: int | None = None,
    ) -> Process:
        """A definition bundled with all it uses, ready to be pinned by a workflow.

        `datasets` names, by input, the dataset chosen instead of the one the input says. `calendar` is carried in
        the bundle as it is given. Raises UnknownDefinition, ArchivedDataset or DefinitionErrors.
        """
        entry = self._entry(definition_id, version)
        definition = self._loaded(entry.path)
        ladders = {each: self._ladder_text(each) for each in sorted(ladders_of(definition))}
        wanted = datasets_of(definition, datasets or {})
        data = {each: self._dataset_text(each) for each in sorted(wanted)}
        return open_bundle(Bundle(self._document(entry.path).text, ladders, data, calendar or {}).body)

    def check(self) -> tuple[Problem, ...]:
        """Every problem of every file of the library."""
        found = [problem for path in self._paths("library") for problem in _problems(self._loaded, path)]
        found += [problem for each in self._versions().values() for problem in self._differing(each)]
        for each, path in self._named("ladders").items():
            found += [
                *_problems(lambda p: load_ladder(self._document(p)), path),
                *_misnamed(self._read(path), each),
            ]
        for each, path in self._named("datasets").items():
            found += [
                *_problems(lambda p: load_dataset(self._document(p)), path),
                *_misnamed(self._read(path), each),
            ]
        return tuple(found)

    # --- datasets, and the catalogue the loader asks

    def dataset(self, dataset_id: str) -> Dataset:
        """A dataset. Raises UnknownDefinition or DefinitionErrors."""
        return load_dataset(self._document(self._path("dataset", dataset_id)))

    @property
    def ladder_ids(self) -> Collection[str]:
        return self._named("ladders").keys()

    @property
    def dataset_ids(self) -> Collection[str]:
        return self._named("datasets").keys()

    @property
    def definition_ids(self) -> Collection[str]:
        return {entry.id for entry in self._entries()}

    def inputs_of(self, definition_id: str) -> Mapping[str, bool]:
        """The inputs of the latest version, and whether each must be given. Reads the file, but does not check it."""
        data = self._document(self._entry(definition_id, None).path).data
        launch = data.get("launch")
        declared = launch.get("inputs") if isinstance(launch, dict) else None
        return {
            str(each.get("id")): _must_be_given(each)
            for each in (declared if isinstance(declared, list) else ())
            if isinstance(each, dict)
        }

    def starts_of(self, definition_id: str) -> Collection[str]:
        """The definitions that its latest version starts. Reads the file, but does not check it."""
        return starts_in(self._document(self._entry(definition_id, None).path))

    # --- files

    def _versions(self) -> Mapping[tuple[str, int], Sequence[Path]]:
        """The files of each definition and version; more than one is a mistake, unless they say the same."""
        found: dict[tuple[str, int], tuple[Path, ...]] = {}
        for path in (*self.drafts, *self._paths("library")):
            data = document.data if (document := self._read(path).document) else {}
            named, version = data.get("id"), data.get("version")
            if isinstance(named, str) and isinstance(version, int):
                found[named, version] = (*found.get((named, version), ()), path)
        return found

    def _differing(self, paths: Sequence[Path]) -> Iterator[Problem]:
        """A problem at the version of each file that is not the first and does not say the same."""
        first = self._document(paths[0])
        for path in paths[1:] if paths[0] not in self.drafts else ():
            other = self._document(path)
            if other.text != first.text:
                message = (
                    f"{other.data['id']} version {other.data['version']} stands in {path} and, with another text, in "
                    f"{paths[0]}; a version never changes, so give one of them the next"
                )
                yield other.problem(other.at(("version",)), "BD112", message)

    def _entries(self) -> Iterator[LibraryEntry]:
        for (named, version), paths in self._versions().items():
            data = self._document(paths[0]).data
            year = data.get("financial_year")
            title, summary = str(data.get("title", named)), str(data.get("summary", ""))
            yield LibraryEntry(named, version, title, summary, str(year) if year else None, paths[0])

    def _entry(self, definition_id: str, version: int | None) -> LibraryEntry:
        entries = self.list()
        for entry in entries:
            if entry.id == definition_id and version in (None, entry.version):
                if problems := tuple(self._differing(self._versions()[entry.id, entry.version])):
                    raise DefinitionErrors(problems)
                return entry
        for path in self._paths("library"):
            if path.stem == definition_id and (errors := self._read(path).errors):
                raise errors  # it is there, and nobody knows what it says
        name = definition_id if version is None else f"{definition_id} version {version}"
        raise UnknownDefinition("definition", name, nearest(definition_id, [entry.id for entry in entries]))

    def _paths(self, folder: str) -> Sequence[Path]:
        found: Sequence[Path] = []
        for root in reversed(self.roots):
            files = sorted((root / folder).glob("[!.]*.yaml"))  # hidden ones are an editor's, or a Mac's
            found = [*found, *(path for path in files if not path.name.endswith(".test.yaml"))]
        return found

    def _named(self, folder: str) -> dict[str, Path]:
        """Ladders and datasets by id, which is the name of their file."""
        return {path.stem: path for path in reversed(self._paths(folder))}

    def _path(self, what: str, name: str) -> Path:
        paths = self._named(f"{what}s")
        if name not in paths:
            raise UnknownDefinition(what, name, nearest(name, paths))
        return paths[name]

    def _ladder_text(self, name: str) -> str:
        """The text of a ladder without errors."""
        document = self._document(self._path("ladder", name))
        load_ladder(document)
        return document.text

    def _dataset_text(self, name: str) -> str:
        """The text of a dataset without errors, of which something may be launched."""
        document = self._document(self._path("dataset", name))
        dataset = load_dataset(document)
        if dataset.archived:
            raise ArchivedDataset(dataset)
        return document.text

    def _read(self, path: Path) -> _ReadFile:
        stamp = _stamp(path)
        known = self._files.get(path)
        if known is None or known.stamp != stamp:
            try:
                known = _ReadFile(stamp, read_file(path), None)
            except DefinitionErrors as errors:
                known = _ReadFile(stamp, None, errors)
            self._files[path] = known
        return known

    def _document(self, path: Path) -> Document:
        read = self._read(path)
        if read.document is None:
            raise read.errors or DefinitionErrors([])
        return read.document

    def _loaded(self, path: Path) -> Definition:
        read = self._read(path)
        if read.loaded is None:
            read.loaded = load_definition(self._document(path), catalogue=self)
        return read.loaded


def _stamp(path: Path) -> tuple[int, ...]:
    """What changes with a file, also when only who may read it does; nothing of one that is not there."""
    try:
        status = path.stat()
    except OSError:
        return ()
    return status.st_mtime_ns, status.st_ctime_ns, status.st_size


def _must_be_given(declared: dict[str, Any]) -> bool:
    if declared.get("required") is False or "required_if" in declared or "default" in declared:
        return False
    return not declared.get("dataset")


def starts_in(document: Document) -> set[str]:
    """The definitions that the one in `document` starts, be the rest of it right or wrong."""
    steps = document.data.get("steps")
    each = (s.get("starts") for s in (steps if isinstance(steps, list) else ()) if isinstance(s, dict))
    return {name for name in each if isinstance(name, str)}


def ladders_of(definition: Definition) -> set[str]:
    """The ladders a definition names."""
    found: set[str] = set()
    for step in definition.steps:
        if isinstance(step.ladder, LadderIf):
            found |= {step.ladder.then, step.ladder.otherwise}
        elif step.ladder:
            found.add(step.ladder)
    return found


def datasets_of(definition: Definition, chosen: Mapping[str, str]) -> set[str]:
    """The datasets a launch uses: the one chosen for each dataset input, else the one the input names."""
    inputs = definition.launch.dataset_inputs
    unknown = sorted(chosen.keys() - {each.id for each in inputs})
    if unknown:
        raise UnknownDefinition(
            "dataset input", unknown[0], nearest(unknown[0], [each.id for each in inputs])
        )
    named = (chosen.get(each.id) or each.dataset or each.default for each in inputs)
    return {str(name) for name in named if name}


def _problems(load: Callable[[Path], object], path: Path) -> tuple[Problem, ...]:
    try:
        load(path)
    except DefinitionErrors as errors:
        return errors.problems
    return ()


def _misnamed(read: _ReadFile, expected: str) -> list[Problem]:
    """A ladder or dataset is found by its file's name, so its id must be that."""
    document = read.document
    if document is None or document.data.get("id") in (expected, None):
        return []
    message = f"the id {document.data['id']!r} is not the file's name"
    return [document.problem(document.at(("id",)), "BD205", message, expected)]
