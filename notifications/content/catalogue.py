"""The words of the emails, from `templates/en.toml`: another language is another file of the same keys."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

TEMPLATES = Path(__file__).parents[1] / "templates"


class UnknownPhrase(KeyError):
    """A template asks for words the catalogue does not have."""


@lru_cache(maxsize=4)
def _catalogue(language: str) -> Mapping[str, Any]:
    return tomllib.loads((TEMPLATES / f"{language}.toml").read_text(encoding="utf-8"))


def say(key: str, /, **values: str) -> str:
    """The phrase at `key` ("lead.ask"), with `values` filled in. UnknownPhrase when there is none.

    Only the catalogue is a format string; the values, which people wrote, never are.
    """
    found: Any = _catalogue("en")
    for part in key.split("."):
        if not isinstance(found, Mapping) or part not in found:
            raise UnknownPhrase(f"no phrase {key!r} in the catalogue")
        found = found[part]
    if not isinstance(found, str):
        raise UnknownPhrase(f"{key!r} is a group of phrases, not one")
    return found.format(**values)
