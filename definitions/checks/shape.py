"""Whether plain data has the shape of a model, told in people's words, each fault at its place.

Runs only when pydantic has refused the data: pydantic decides, this explains. What can be saved is returned, so that
the faults behind the first ones are found in the same run.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Annotated, Any, TypeVar, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from definitions.checks.findings import Findings
from definitions.language.grammar import Written
from definitions.models.fields import Model
from definitions.models.marks import as_written, bare, fields_of, members, options
from definitions.source.document import Document, KeyPath
from definitions.source.problems import Problem, nearest

M = TypeVar("M", bound=Model)

#: Words people use for a key that is called something else.
SYNONYMS = {
    "deadline": "due", "by_when": "due", "depends_on": "after", "needs": "after", "if": "when", "unless": "when",
    "name": "title", "description": "summary", "who": "assign", "assignee": "assign", "fields": "form",
    "questions": "form", "quorum": "close_when", "steps_shown": "shows", "escalation": "ladder", "reminders": "ladder",
    "hint": "help", "optional": "required", "default_value": "default", "type_": "type", "choices": "options",
    "visible_if": "show_if", "text": "body",
}  # fmt: skip


#: What people call an item of these lists.
_ITEMS = {
    "steps": "a step", "form": "a form item", "fields": "a field", "inputs": "an input", "rungs": "a rung", "pcns": "a PCN",
    "practices": "a practice", "people": "a person", "roles": "a role", "closures": "a closure",
}  # fmt: skip

#: Problems after which nothing more is looked for: such a file is no definition.
MOST = 200


class _Lost:
    """Stands for a value that could not be saved."""


LOST = _Lost()


def shaped(document: Document, model: type[M]) -> tuple[M | None, Findings]:
    """The document as `model`, or what could be saved of it, or None; and where to put what is found."""
    document.data = as_written(model, document.data, document.texts)
    try:
        return model.model_validate(document.data), Findings(document)
    except ValidationError:
        shape = ShapeCheck(document, model.called)
        saved = shape.explain(model)
    findings = Findings(document, shape.origin, shape.problems)
    try:
        return (None if saved is LOST else model.model_validate(saved)), findings
    except ValidationError as error:  # rules between two keys, which the shape does not know
        for each in error.errors():
            path = tuple(part for part in each["loc"] if isinstance(part, str | int))
            if not shape.is_broken(path):
                findings.add(path, "BD205", _words(each))
        return None, findings


def _words(error: ErrorDetails) -> str:
    """What pydantic says is wrong; what a validator of ours says, in its own words."""
    raised = error.get("ctx", {}).get("error")
    return str(raised) if raised else error["msg"].lower()


class ShapeCheck:
    """Explains what is wrong with a document's data, as a model would have it. `called`: the file, in words."""

    def __init__(self, document: Document, called: str) -> None:
        self.document, self.called = document, called
        self.problems: list[Problem] = []
        self._noted: list[KeyPath] = []
        #: For lists that lost items: the places the kept ones had.
        self.kept: dict[KeyPath, list[int]] = {}
        #: For values found under a wrong key: that key, by the path they have now.
        self.renamed: dict[KeyPath, str] = {}

    def explain(self, model: type[BaseModel]) -> Any:
        """The data without what is wrong in it, or LOST when too little is left. Fills `problems`."""
        return self.model(self.document.data, model, ())

    def origin(self, path: KeyPath) -> KeyPath:
        """Where in the file the part at `path` of the saved data stands."""
        found: KeyPath = ()
        for part in path:
            if isinstance(part, int) and found in self.kept:
                part = self.kept[found][part]
            part = self.renamed.get((*found, part), part)
            found = (*found, part)
        return found

    def is_broken(self, path: KeyPath) -> bool:
        """Whether something in the part at `path` of the saved data was wrong, so that its rules mean nothing."""
        origin = self.origin(path)
        return any(noted[: len(origin)] == origin for noted in self._noted)

    def note(
        self, path: KeyPath, code: str, message: str, suggestion: str | None = None, key: bool = False
    ) -> None:
        place = self.document.key_at(path) if key else self.document.at(path)
        self._noted.append(path)
        self.problems.append(self.document.problem(place, code, message, suggestion))

    def model(self, value: Any, model: type[BaseModel], path: KeyPath) -> Any:
        fields = fields_of(model)
        saved: dict[str, Any] = {}
        whole = True
        for key, item in value.items():
            if len(self.problems) >= MOST:
                return LOST
            if key not in fields:
                suggestion = SYNONYMS.get(key) if SYNONYMS.get(key) in fields else nearest(key, fields)
                self.note(
                    (*path, key), "BD201", f"{self.where(path)} has no key {key!r}", suggestion, key=True
                )
                if suggestion is None or suggestion in value:
                    continue
            # A value under a wrong key is looked at as what was probably meant.
            meant = key if key in fields else str(suggestion)
            found = self.value(item, fields[meant].type, (*path, key))
            if found is not LOST:
                saved[meant] = found
                self.renamed[(*path, meant)] = key
            elif fields[meant].required:
                whole = False
        for key, field in fields.items():
            if field.required and key not in value and (*path, key) not in self.renamed:
                self.note(path, "BD202", f"{self.where(path)} needs {key!r}")
                if (stand_in := _stand_in(field.type, path)) is not None:
                    saved[key] = stand_in
                else:
                    whole = False
        return saved if whole else LOST

    def value(self, value: Any, kind: Any, path: KeyPath) -> Any:
        allowed = members(kind)
        if Any in allowed:
            return value
        if value is None and type(None) in allowed:
            return None
        if isinstance(value, dict):
            return self.mapping(value, allowed, path)
        if isinstance(value, list):
            return self.sequence(value, kind, allowed, path)
        return self.leaf(value, kind, allowed, path)

    def mapping(self, value: dict[str, Any], allowed: tuple[Any, ...], path: KeyPath) -> Any:
        models = [bare(m) for m in allowed if isinstance(bare(m), type) and issubclass(bare(m), BaseModel)]
        if models:
            # The form meant is the one whose keys are there.
            best = max(models, key=lambda m: (len(value.keys() & fields_of(m).keys()), -_missing(value, m)))
            return self.model(value, best, path)
        table = next((bare(m) for m in allowed if get_origin(bare(m)) is dict), None)
        if table is None:
            self.note(path, "BD203", f"{self.where(path)} is a mapping; {_wanted(allowed)} is wanted")
            return LOST
        key_kind, item_kind = get_args(table)
        saved = {}
        for key, item in value.items():
            if (wrong := _refused(key, key_kind)) is not None:
                offered = _offered(key, key_kind)
                self.note((*path, key), "BD205", f"the name {key!r}: {wrong}", offered, key=True)
            found = self.value(item, item_kind, (*path, key))
            if found is not LOST and wrong is None:
                saved[key] = found
        return saved

    def sequence(self, value: list[Any], kind: Any, allowed: tuple[Any, ...], path: KeyPath) -> Any:
        inner = next((m for m in allowed if get_origin(bare(m)) is list), None)
        if inner is None:
            self.note(path, "BD203", f"{self.where(path)} is a list; {_wanted(allowed)} is wanted")
            return LOST
        if not value and _refused(value, kind) is not None:
            self.note(path, "BD205", f"{self.where(path)} is empty; at least one is needed")
            return LOST
        found = [self.value(item, get_args(bare(inner))[0], (*path, i)) for i, item in enumerate(value)]
        kept = [i for i, item in enumerate(found) if item is not LOST]
        if len(kept) < len(found):
            self.kept[path] = kept
        return [found[i] for i in kept] if kept or not found else LOST

    def leaf(self, value: Any, kind: Any, allowed: tuple[Any, ...], path: KeyPath) -> Any:
        wrong = _refused(value, kind)
        if wrong is None:
            return value
        words = [word for member in allowed for word in options(member) or ()]
        scalars = [bare(m) for m in allowed if options(m) is None and not _is_container(bare(m))]
        if words and str not in scalars and isinstance(value, str):
            return self.word(value, words, path)
        if not words and set(scalars) <= {type(None)}:
            self.note(path, "BD203", f"{self.where(path)} is {_shown(value)}; {_wanted(allowed)} is wanted")
        elif isinstance(value, bool | int | float) and str in scalars:
            self.note(
                path, "BD203", f"{self.where(path)} is {_shown(value)}; put it in quotes to make it text"
            )
        elif value is None:
            self.note(path, "BD203", f"{self.where(path)} is empty; {_wanted(allowed)} is wanted")
        else:
            suggestion = _offered(value, kind)
            self.note(path, "BD205", f"{self.where(path)} is {_shown(value)}: {wrong}", suggestion)
            return suggestion or LOST
        return LOST

    def where(self, path: KeyPath) -> str:
        """How people would call the place: `due`, or "a step"."""
        if not path:
            return self.called
        last = path[-1]
        if isinstance(last, str):
            return repr(last)
        around = next((part for part in reversed(path) if isinstance(part, str)), "list")
        return _ITEMS.get(around, f"an item of {around!r}")

    def word(self, value: str, words: list[str], path: KeyPath) -> Any:
        suggestion = nearest(value, words)
        if "pcn_manager" in words:
            self.note(path, "BD207", f"no PCN has the role {value!r}", suggestion)
        else:
            shown = ", ".join(words[:14]) + (", ..." if len(words) > 14 else "")
            self.note(path, "BD204", f"{self.where(path)} is {value!r}; use one of {shown}", suggestion)
        # What was probably meant stands in, so that what follows from it is checked too.
        return suggestion or LOST


def _stand_in(kind: Any, path: KeyPath) -> str | None:
    """Something to go on with where a text or a word at the top is missing, so that the rest is still checked."""
    if _refused("-", kind) is None:
        return "-"
    words = options(kind)
    return words[0] if words and not path else None


def _missing(value: dict[str, Any], model: type[BaseModel]) -> int:
    return sum(1 for key, field in fields_of(model).items() if field.required and key not in value)


def _is_container(kind: Any) -> bool:
    return get_origin(kind) in (list, dict) or (isinstance(kind, type) and issubclass(kind, BaseModel))


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _refused(value: Any, kind: Any) -> str | None:
    """Why pydantic refuses a value, in people's words; None when it does not."""
    try:
        _adapter(kind).validate_python(value)
    except ValidationError as refused:
        error = refused.errors()[-1]
        written = _written(kind)
        return written.words if written and error["type"] != "string_too_long" else _words(error)
    return None


def _written(kind: Any) -> Written | None:
    """How a value of this type is written, where its type says so; of several types, the first that does."""
    for member in members(kind):
        if get_origin(member) is Annotated:
            found = (item for item in get_args(member)[1:] if isinstance(item, Written))
            if written := next(found, None) or _written(get_args(member)[0]):
                return written
    return None


def _offered(value: Any, kind: Any) -> str | None:
    """The name that was probably meant, where a name is wanted."""
    written = _written(kind)
    return written.offered(value) if written else None


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _wanted(allowed: Iterable[Any]) -> str:
    names = []
    for member in allowed:
        kind = bare(member)
        if get_origin(kind) is list:
            names.append("a list")
        elif _is_container(kind):
            names.append("a mapping")
        elif kind is bool:
            names.append("true or false")
        elif kind in (int, float):
            names.append("a number")
        elif kind is not type(None):
            names.append("text")
    return " or ".join(dict.fromkeys(names))
