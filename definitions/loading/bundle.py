"""A bundle: everything a workflow was begun with, as bytes with a hash; and the process made from it.

A workflow is pinned to its bundle. Opened again in ten years it gives the same process, whatever the library says
then: the texts are in it, the library is not asked.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from definitions.language.expressions import Expression, Template, compile_cached, template_cached
from definitions.language.moment_parser import parse
from definitions.language.moments import Moment
from definitions.loading.loader import load_shape
from definitions.models.dataset import Dataset
from definitions.models.definition import Definition, Step
from definitions.models.ladder import Ladder
from definitions.models.outcomes import with_standard_fields
from definitions.models.step_order import Order

FORMAT = 1


class BundleError(ValueError):
    """Bytes that are no bundle, or of a format this version does not know."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """The texts of a definition and of the ladders and datasets it uses, by id, and the calendar's data.

    `body` is canonical: the same parts give the same bytes, and so the same `hash` (SHA-256, hexadecimal).
    """

    definition: str
    ladders: Mapping[str, str]
    datasets: Mapping[str, str]
    calendar: Mapping[str, Any]

    @property
    def body(self) -> bytes:
        parts = {
            "format": FORMAT,
            "definition": self.definition,
            "ladders": dict(self.ladders),
            "datasets": dict(self.datasets),
            "calendar": dict(self.calendar),
        }
        text = json.dumps(parts, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
        return text.encode()

    @property
    def hash(self) -> str:
        return hash_of(self.body)

    @classmethod
    def read(cls, body: bytes | str) -> Bundle:
        """The bundle in `body`. Raises BundleError."""
        try:
            parts = json.loads(body)
        except (ValueError, RecursionError):
            raise BundleError("this is not a bundle: it is not JSON") from None
        if not isinstance(parts, dict) or parts.get("format") != FORMAT:
            raise BundleError(f"this is not a bundle of format {FORMAT}")
        try:
            found = cls(parts["definition"], parts["ladders"], parts["datasets"], parts["calendar"])
        except KeyError as error:
            raise BundleError(f"this is not a bundle: it has no {error.args[0]!r}") from None
        tables = (found.ladders, found.datasets, found.calendar)
        if not isinstance(found.definition, str) or not all(isinstance(table, dict) for table in tables):
            raise BundleError("this is not a bundle: its parts are of the wrong kind")
        return found


def hash_of(body: bytes | str) -> str:
    """The hash by which a workflow knows its bundle."""
    return hashlib.sha256(body.encode() if isinstance(body, str) else body).hexdigest()


@dataclass(frozen=True, slots=True)
class Process:
    """A definition ready to run, with all it stands on. Two processes of one hash are the same process."""

    definition: Definition = field(repr=False, compare=False)
    ladders: Mapping[str, Ladder] = field(repr=False, compare=False)
    datasets: Mapping[str, Dataset] = field(repr=False, compare=False)
    calendar_data: Mapping[str, Any] = field(repr=False, compare=False)
    hash: str
    body: bytes = field(repr=False, compare=False)
    steps: Mapping[str, Step] = field(repr=False, compare=False)
    _order: Order = field(repr=False, compare=False)

    def is_same_version(self, other: Process) -> bool:
        """Whether both are of one definition and version, and the definition says the same in both. Comments and how it
        is laid out say nothing; ladders, datasets and the calendar are no part of it."""
        return self.definition == other.definition

    @property
    def order(self) -> tuple[str, ...]:
        """The ids of the steps, each after all that come before it."""
        return self._order.steps

    def predecessors(self, step_id: str) -> tuple[str, ...]:
        """The steps that close before this one opens. KeyError when there is no such step."""
        return self._order.predecessors[step_id]

    def dependants(self, step_id: str) -> tuple[str, ...]:
        """Every step that comes after this one, directly or not, in order. KeyError when there is no such step."""
        return self._order.dependants[step_id]

    def expression(self, text: str) -> Expression:
        """An expression of the definition, compiled once."""
        return compile_cached(text)

    def template(self, text: str) -> Template:
        """A template of the definition, compiled once."""
        return template_cached(text)

    def moment(self, text: str) -> Moment:
        """A moment of the definition, read once."""
        return _moment(text)


@lru_cache(maxsize=4_096)
def _moment(text: str) -> Moment:
    return parse(text)


def open_bundle(body: bytes | str) -> Process:
    """The process a bundle holds; the last few hundred are kept.

    Its texts were checked when they were bundled and are not checked again, so that a later, stricter Baton still
    opens them. Raises BundleError, or DefinitionErrors where a text has not even the shape.
    """
    return _opened(body.encode() if isinstance(body, str) else body)


@lru_cache(maxsize=256)
def _opened(body: bytes) -> Process:
    bundle = Bundle.read(body)
    definition = with_standard_fields(load_shape(bundle.definition, Definition))
    ladders = {
        each: load_shape(text, Ladder, f"{each}.yaml") for each, text in sorted(bundle.ladders.items())
    }
    datasets = {
        each: load_shape(text, Dataset, f"{each}.yaml") for each, text in sorted(bundle.datasets.items())
    }
    return Process(
        definition=definition,
        ladders=MappingProxyType(ladders),
        datasets=MappingProxyType(datasets),
        calendar_data=MappingProxyType(dict(bundle.calendar)),
        hash=hash_of(body),
        body=body,
        steps=MappingProxyType({step.id: step for step in definition.steps}),
        _order=Order.of(definition.steps),
    )
