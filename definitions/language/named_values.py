"""Values that are one thing to the log and another to a reader: people, organisations, datasets.

The log keeps an id. An email prints a name. Definitions compare with either side of it in mind, so a value here
is its id, equal to it and stored as it, and says its name where it is printed.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


class Named(str):
    """A person's id or an organisation's code that prints as the name, with what else is known as its parts.

    A str, so that `inputs.employer == pcn.code` and a look-up by id go on working; use `key_of` for the id as text.
    """

    parts: dict[str, Any]

    def __new__(cls, key: str, **parts: Any) -> Named:
        made = super().__new__(cls, key)
        made.parts = parts
        return made

    def __str__(self) -> str:
        return str(self.parts["name"])

    def __getattr__(self, name: str) -> Any:
        # Not `self.parts`: while a copy is being made there are none yet, and this would ask itself for ever.
        try:
            return self.__dict__["parts"][name]
        except KeyError:
            raise AttributeError(name) from None


class Chosen(list[Any]):
    """The items of a dataset, with the dataset's id: a child workflow is handed the id, not the items."""

    def __init__(self, dataset: str, items: Iterable[Any]) -> None:
        super().__init__(items)
        self.id = dataset


def key_of(value: Any) -> str:
    """The id behind a value that may print as a name; other values as text."""
    return str.__str__(value) if isinstance(value, str) else str(value)
