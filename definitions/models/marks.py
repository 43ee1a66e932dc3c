"""Walks a definition's models and finds every string written in one of the small languages, with its path."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from definitions.language.grammar import AsWritten, Holds, OneOf
from definitions.source.document import KeyPath


@dataclass(frozen=True, slots=True)
class Mark:
    """A string of a small language at its place."""

    path: KeyPath
    language: str
    text: str


@dataclass(frozen=True, slots=True)
class ModelField:
    """A field of a model: its key in the file, and its type with the marks in it."""

    name: str
    key: str
    type: Any
    required: bool


@cache
def fields_of(model: type[BaseModel]) -> dict[str, ModelField]:
    """The fields of a model by their keys in the file."""
    found = {}
    for name, info in model.model_fields.items():
        kind = Annotated[(info.annotation, *info.metadata)] if info.metadata else info.annotation
        key = info.alias or name
        found[key] = ModelField(name, key, kind, info.is_required())
    return found


def members(kind: Any) -> tuple[Any, ...]:
    """The types a value may have: a union's members, or the one type; markings stay on each."""
    if get_origin(kind) is Annotated:
        inner = get_args(kind)[0]
        if get_origin(inner) in (Union, UnionType):
            return members(inner)
        return (kind,)
    if get_origin(kind) in (Union, UnionType):
        return tuple(member for each in get_args(kind) for member in members(each))
    return (kind,)


def bare(kind: Any) -> Any:
    """A type without its markings."""
    return bare(get_args(kind)[0]) if get_origin(kind) is Annotated else kind


def holds(kind: Any) -> str | None:
    """The small language a string type is marked with."""
    if get_origin(kind) is Annotated:
        inner, *metadata = get_args(kind)
        for item in metadata:
            if isinstance(item, Holds):
                return item.language
        return holds(inner)
    return None


def options(kind: Any) -> tuple[str, ...] | None:
    """The words a type allows, when it is a list or a table of words."""
    if get_origin(kind) is Annotated:
        inner, *metadata = get_args(kind)
        table = next((item for item in metadata if isinstance(item, OneOf)), None)
        return tuple(table.names()) if table else options(inner)
    inner = bare(kind)
    return tuple(str(word) for word in get_args(inner)) if get_origin(inner) is Literal else None


@cache
def _plan(kind: Any) -> tuple[tuple[str, Any], ...] | None:
    """What can be in a value of this type: (shape, type) pairs; None when nothing in it can be marked."""
    found: list[tuple[str, Any]] = []
    for member in members(kind):
        inner = bare(member)
        origin = get_origin(inner)
        if origin is list:
            found.append(("list", get_args(inner)[0]))
        elif origin is dict:
            found.append(("dict", get_args(inner)[1]))
        elif isinstance(inner, type) and issubclass(inner, BaseModel):
            found.append(("model", inner))
        elif (language := holds(member)) is not None:
            found.append(("text", language))
        elif origin is Literal:
            found.append(("words", frozenset(get_args(inner))))
    return tuple(found) if any(shape != "words" for shape, _ in found) else None


def marks(value: BaseModel, path: KeyPath = ()) -> Iterator[Mark]:
    """Every marked string in a model, in the order of the models' fields."""
    for key, field in fields_of(type(value)).items():
        plan = _plan(field.type)
        if plan is not None:
            yield from _inside(getattr(value, field.name), plan, (*path, key))


def _inside(value: Any, plan: tuple[tuple[str, Any], ...], path: KeyPath) -> Iterator[Mark]:
    if value is None or isinstance(value, NoneType | bool | int | float):
        return
    if isinstance(value, BaseModel):
        yield from marks(value, path)
    elif isinstance(value, str):
        if any(shape == "words" and value in kind for shape, kind in plan):
            return
        language = next((kind for shape, kind in plan if shape == "text"), None)
        if language is not None:
            yield Mark(path, language, value)
    elif isinstance(value, list | dict):
        wanted = "list" if isinstance(value, list) else "dict"
        inner = next((_plan(kind) for shape, kind in plan if shape == wanted), None)
        if inner is not None:
            for slot, item in value.items() if isinstance(value, dict) else enumerate(value):
                yield from _inside(item, inner, (*path, slot))


def as_written(kind: Any, data: Any, texts: Any) -> Any:
    """`data` with what is marked AsWritten in `kind` taken from `texts`, which is the same as it stands in the file."""
    if not _has_written(kind):
        return data
    if _is_written(kind):
        return texts
    if isinstance(data, list):
        items = [get_args(bare(each))[0] for each in members(kind) if get_origin(bare(each)) is list]
        return [as_written(items[0], *pair) for pair in zip(data, texts, strict=True)] if items else data
    if isinstance(data, dict):
        return {key: _written_at(kind, key, value, texts[key]) for key, value in data.items()}
    return data


def _written_at(kind: Any, key: str, data: Any, texts: Any) -> Any:
    for member in map(bare, members(kind)):
        if get_origin(member) is dict:
            data = as_written(get_args(member)[1], data, texts)
        elif isinstance(member, type) and issubclass(member, BaseModel) and key in fields_of(member):
            data = as_written(fields_of(member)[key].type, data, texts)
    return data


def _is_written(kind: Any) -> bool:
    return get_origin(kind) is Annotated and any(isinstance(each, AsWritten) for each in get_args(kind)[1:])


@cache
def _has_written(kind: Any) -> bool:
    """Whether anything in a value of this type is marked AsWritten."""
    if _is_written(kind):
        return True
    inner: list[Any] = []
    for member in map(bare, members(kind)):
        if get_origin(member) in (list, dict):
            inner.append(get_args(member)[-1])
        elif isinstance(member, type) and issubclass(member, BaseModel):
            inner += [each.type for each in fields_of(member).values()]
    return any(map(_has_written, inner))
