"""YAML to plain data, with the place of every key and value.

YAML 1.2's core rules: `yes`, `no` and `on` are text, dates are text, `true` is true; a number is one only where its
spelling says no more than its value (0042 and +44 are text). What somebody answers is read from `texts`, where every
value is as it was written. What a definition never needs is refused rather than half supported: tags, tabs, several documents, bombs of aliases, deep nesting.
Reading goes event by event, so a hostile file is turned away before it is built.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml import events as yaml_events
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from definitions.source.document import Document, KeyPath, Place
from definitions.source.problems import DefinitionErrors, Problem
from definitions.source.text import SourceText, clean, decode

MAX_BYTES = 1_000_000
MAX_PURE = 100_000  #: characters the slower parser is given
MAX_DEPTH = 24
MAX_NODES = 60_000  #: values after aliases are followed
MAX_ALIASES = 50


@dataclass(frozen=True, slots=True)
class SizeLimit:
    """How large a file may be: in bytes, and in values after aliases are followed."""

    size: int = MAX_BYTES
    nodes: int = MAX_NODES
    reason: str = "a definition is a few pages"

    def too_large(self, file: str) -> DefinitionErrors:
        message = f"the file is larger than {self.size // 1_000_000} MB; {self.reason}"
        return DefinitionErrors([Problem(file, 1, 1, "BD101", message)])


#: What a person writes by hand.
HANDWRITTEN = SizeLimit()

_INT = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_FLOAT = re.compile(r"-?(0|[1-9][0-9]{0,29})?\.[0-9]{1,30}")
#: Quotes as word processors write them, which YAML and expressions do not know.
CURLY = re.compile("[\u2018-\u201f]")
_IN_CURLY = re.compile(
    "[\u201c-\u201f][^\u201c-\u201f]*[\u201c-\u201f]|[\u2018-\u201b][^\u2018-\u201b]*[\u2018-\u201b]"
)
_WORDS: dict[str, bool | None] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip

_NOT_READ = {
    FileNotFoundError: "there is no such file",
    IsADirectoryError: "it is a folder, and should be a file",
}


def read_file(path: Path, name: str | None = None, room: SizeLimit = HANDWRITTEN) -> Document:
    """The file at `path`. Raises DefinitionErrors, also where it cannot be read. Never takes in more than there is `room`
    for."""
    called = name or path.name
    try:
        with path.open("rb") as handle:
            raw = handle.read(room.size + 1)
    except OSError as trouble:
        why = _NOT_READ.get(type(trouble)) or f"it cannot be read: {trouble.strerror}"
        raise DefinitionErrors([Problem(called, 1, 1, "BD113", why)]) from None
    return read_bytes(raw, called, room)


def read_bytes(raw: bytes, file: str, room: SizeLimit = HANDWRITTEN) -> Document:
    """The bytes of a file, in any encoding `text.decode` knows. Raises DefinitionErrors."""
    if len(raw) > room.size:
        raise room.too_large(file)
    return _parsed(decode(raw, file), file, room)


def read_text(text: str, file: str, room: SizeLimit = HANDWRITTEN) -> Document:
    """YAML text. Raises DefinitionErrors with every fault found up to the point where reading had to stop."""
    if len(text) > room.size:
        raise room.too_large(file)
    return _parsed(clean(text, file), file, room)


def _parsed(source: SourceText, file: str, room: SizeLimit) -> Document:
    if "\t" in source.text:
        source = _without_tabs(source, file)
    document, problems = _read(source, file, pure=False, room=room)
    if len(source.text) <= MAX_PURE and any(problem.code == "BD103" for problem in problems):
        # libyaml keeps to YAML 1.1 and refuses some of what 1.2 allows, such as {at: due at 12:00}.
        document, problems = _read(source, file, pure=True, room=room)
    if problems:
        raise DefinitionErrors(problems)
    return document


def _read(
    source: SourceText, file: str, pure: bool, room: SizeLimit = HANDWRITTEN
) -> tuple[Document, list[Problem]]:
    document = Document(file, source)
    builder = _Builder(document, room.nodes)
    try:
        builder.read(_events(source.text, pure))
    except _Stop as stop:
        builder.problems.append(stop.problem)
    except MarkedYAMLError as error:
        builder.problems.append(_yaml_problem(document, error))
    except (YAMLError, ValueError, RecursionError) as error:
        words = " ".join(str(error).split())[:200]
        builder.problems.append(document.problem(Place(1, 1), "BD103", f"not YAML: {words}"))
    return document, builder.problems


def _events(text: str, pure: bool) -> Iterator[Any]:
    """The parser's events: from libyaml where it is installed, which is far faster, unless `pure` Python is asked for."""
    yaml = YAML(typ="safe", pure=pure)
    return iter(yaml.parse(text))


def _without_tabs(source: SourceText, file: str) -> SourceText:
    """JSON may be indented with tabs. Elsewhere a tab is refused: nobody can see how far it indents."""
    if source.text.lstrip()[:1] in ("{", "["):
        return replace(source, text=source.text.replace("\t", " "))
    found = []
    for number, line in enumerate(source.text.split("\n"), 1):
        if "\t" in line:
            column = source.column(number, line.index("\t") + 1)
            found.append(Problem(file, number, column, "BD104", "a tab character; use spaces"))
    raise DefinitionErrors(found[:20])


def _yaml_problem(document: Document, error: MarkedYAMLError) -> Problem:
    mark = error.problem_mark or error.context_mark
    place = Place(mark.line + 1, mark.column + 1) if mark else Place(1, 1)
    words = " ".join(str(part) for part in (error.context, error.problem) if part)
    found = document.problem(place, "BD103", f"not YAML: {' '.join(words.split())}")
    hint = ""
    line = document.lines[
        min(place.line, len(document.lines)) - 1
    ]  # a file that was cut off is wrong behind its end
    if CURLY.search(line):
        hint = "; curly quotes quote nothing, type straight ones"
    elif line[max(place.column - 2, 0) : place.column].strip() == "*":
        hint = "; a value that begins with * stands in quotes"
    return replace(found, message=found.message + hint)


class _Stop(Exception):
    """Reading cannot go on past this problem."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(str(problem))


@dataclass(slots=True)
class _Open:
    """A mapping or list being filled, and the same with every value as it was written. `size` counts the values in it,
    aliases followed."""

    into: dict[str, Any] | list[Any]
    texts: dict[str, Any] | list[Any]
    path: KeyPath
    anchor: str | None
    key: str | None = None
    size: int = 1


def _place(mark: Any) -> Place:
    return Place(mark.line + 1, mark.column + 1)


class _Builder:
    """Builds a document's data from events, without recursion."""

    def __init__(self, document: Document, most: int = MAX_NODES) -> None:
        self.document = document
        self.most = most
        self.problems: list[Problem] = []
        self.open: list[_Open] = []
        self.anchors: dict[str, tuple[Any, Any, int]] = {}
        self.is_json = document.text.lstrip()[:1] in ("{", "[")
        self.nodes = 0
        self.aliases = 0
        self.documents = 0

    def read(self, events: Iterator[Any]) -> None:
        for event in events:
            if isinstance(event, yaml_events.DocumentStartEvent):
                self.documents += 1
                if self.documents > 1:
                    self.stop(event, "BD105", "more than one YAML document; keep one definition a file")
            elif isinstance(event, yaml_events.ScalarEvent):
                self.scalar(event)
            elif isinstance(event, yaml_events.AliasEvent):
                self.alias(event)
            elif isinstance(event, yaml_events.CollectionStartEvent):
                self.begin(event, {} if isinstance(event, yaml_events.MappingStartEvent) else [])
            elif isinstance(event, yaml_events.CollectionEndEvent):
                self.end(event)
        if not self.documents:
            raise _Stop(self.document.problem(Place(1, 1), "BD110", "the file is empty"))

    def stop(self, event: Any, code: str, message: str) -> None:
        raise _Stop(self.document.problem(_place(event.start_mark), code, message))

    def note(self, event: Any, code: str, message: str) -> None:
        self.problems.append(self.document.problem(_place(event.start_mark), code, message))

    def count(self, event: Any, size: int) -> None:
        self.nodes += size
        if self.nodes > self.most:
            code = "BD108" if self.aliases else "BD109"
            self.stop(event, code, f"more than {self.most:,} values once aliases are followed")

    def refuse_tag(self, event: Any) -> None:
        if event.tag is not None:
            self.note(
                event, "BD106", f"the tag {str(event.tag)[:60]!r}; definitions are plain data without tags"
            )

    def scalar(self, event: Any) -> None:
        self.refuse_tag(event)
        if not self.open:
            self.stop(event, "BD110", "the file must be a mapping, such as 'id: my-process'")
        plain = event.style in (None, "")
        if plain and _IN_CURLY.fullmatch(event.value):
            self.note(event, "BD111", f"{event.value[:60]} is in curly quotes; type straight ones")
        value = _resolve(event.value) if plain else event.value
        text = self.as_written(event.value) if plain else event.value
        top = self.open[-1]
        if isinstance(top.into, dict) and top.key is None:
            self.start_key(event, top, event.value)
            return
        self.count(event, 1)
        if event.anchor:
            self.anchors[str(event.anchor)] = (value, text, 1)
        self.put(value, text, event.start_mark, event.end_mark, 1)

    def as_written(self, text: str) -> str | None:
        """A plain scalar as somebody answers with it: nothing, or the text that stands there. In JSON null is no text."""
        return None if text in ("", "~") or (self.is_json and text == "null") else text

    def start_key(self, event: Any, top: _Open, key: str) -> None:
        path = (*top.path, key)
        if key in top.into:
            first = self.document.keys[path]
            self.note(event, "BD107", f"{key[:60]!r} stands twice; it is already on line {first.line}")
        else:
            self.document.keys[path] = _place(event.start_mark)
        top.key = key

    def alias(self, event: Any) -> None:
        self.aliases += 1
        if self.aliases > MAX_ALIASES:
            self.stop(event, "BD108", f"more than {MAX_ALIASES} aliases")
        name = str(event.anchor)
        if name not in self.anchors:
            self.stop(event, "BD103", f"the alias *{name} stands for nothing before it")
        value, text, size = self.anchors[name]
        self.count(event, size)
        if isinstance(self.open[-1].into, dict) and self.open[-1].key is None:
            self.stop(event, "BD103", "an alias cannot be a key")
        self.put(value, text, event.start_mark, event.end_mark, size)

    def begin(self, event: Any, into: dict[str, Any] | list[Any]) -> None:
        self.refuse_tag(event)
        if not self.open:
            if not isinstance(into, dict):
                self.stop(
                    event,
                    "BD110",
                    "the file must be a mapping; a list stands under a key, such as 'closures:'",
                )
            path: KeyPath = ()
        else:
            top = self.open[-1]
            if isinstance(top.into, dict) and top.key is None:
                self.stop(event, "BD103", "a key must be plain text")
            path = (*top.path, _slot(top))
        if len(self.open) >= MAX_DEPTH:
            self.stop(event, "BD109", f"nested more than {MAX_DEPTH} deep")
        self.count(event, 1)
        start = _place(event.start_mark)
        self.document.values.setdefault(path, (start, start))
        texts: dict[str, Any] | list[Any] = {} if isinstance(into, dict) else []
        self.open.append(_Open(into, texts, path, str(event.anchor) if event.anchor else None))

    def end(self, event: Any) -> None:
        done = self.open.pop()
        if done.anchor:
            self.anchors[done.anchor] = (done.into, done.texts, done.size)
        if self.open:
            self.put(done.into, done.texts, None, event.end_mark, done.size)
        else:
            assert isinstance(done.into, dict) and isinstance(done.texts, dict)
            self.document.data, self.document.texts = done.into, done.texts

    def put(self, value: Any, text: Any, start: Any, end: Any, size: int) -> None:
        top = self.open[-1]
        slot = _slot(top)
        path = (*top.path, slot)
        if start is not None:
            self.document.values.setdefault(path, (_place(start), _place(end)))
        top.size += size
        for into, each in ((top.into, value), (top.texts, text)):
            if isinstance(into, list):
                into.append(each)
            else:
                into.setdefault(str(slot), each)
        top.key = None


def _slot(top: _Open) -> str | int:
    return len(top.into) if isinstance(top.into, list) else str(top.key)


def _resolve(text: str) -> Any:
    """A plain scalar by YAML 1.2's core rules; a number of unreasonable length, or with a spelling of its own, stays text."""
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text
