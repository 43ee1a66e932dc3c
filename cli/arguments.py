"""What is given as name=value or in a file: the inputs of a launch, the answers of a response."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

from cli.console import Usage
from definitions.source.reader import read_file
from definitions.source.typed_text import look_alike
from engine.dates.clock import LONDON


def values(pairs: Iterable[str], file: Path | None, option: str) -> dict[str, Any]:
    """What the file says, with the pairs over it. `a.b=1` is `{"a": {"b": "1"}}`; [...] and {...} are JSON.

    Raises Usage for a pair without `=`, DefinitionErrors for a file that cannot be read.
    """
    found: dict[str, Any] = mapping(file) if file else {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not equals or not name.strip():
            raise Usage(
                f"{option} is given as name=value, not {pair!r}.", f"For example: {option} quarter=Q3"
            )
        into = found
        *folders, last = name.strip().split(".")
        for folder in folders:
            inner = into.setdefault(folder, {})
            if not isinstance(inner, dict):
                raise Usage(f"{option} {name}: {folder} has a value already, so nothing can stand in it.")
            into = inner
        into[last] = _value(text.strip(), name, option)
    return found


def mapping(file: Path) -> dict[str, Any]:
    """A YAML or JSON file of names and values, each as it was written. Raises DefinitionErrors."""
    return read_file(file, str(file)).texts


def _value(text: str, name: str, option: str) -> Any:
    if not text.startswith(("[", "{")):
        return text
    try:
        return json.loads(text, parse_int=str, parse_float=str)
    except ValueError as error:
        raise Usage(f"{option} {name}: this begins like JSON and is none ({error}).") from None


def day_or_moment(text: str, option: str, at: time = time(9)) -> datetime:
    """`2027-01-04`, at nine in London, or `2027-01-04T14:30`. Raises Usage."""
    text = look_alike(text)
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise Usage(f"{option} is a date such as 2027-01-04, not {text!r}.") from None
    if "T" not in text and " " not in text:
        found = datetime.combine(found.date(), at)
    moment = found if found.tzinfo else found.replace(tzinfo=LONDON)
    try:
        moment.astimezone(UTC)
    except OverflowError:
        raise Usage(f"{option} is a day that no calendar has: {text}.") from None
    return moment
