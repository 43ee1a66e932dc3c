"""The directory as a file: what it says, whether it is what was imported last, and the directory written as one."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from definitions.loading.directory_file import DIRECTORY_SIZE, read_directory
from definitions.models.directory import Directory
from definitions.source.reader import read_bytes
from engine.people.directory_changes import KEYS, data_of

#: Said at the head of an export: what of the file that was imported it cannot hold.
_HEAD = "# The directory of Baton, exported. Comments of a file that was imported are not kept.\n"
#: Keys whose values are days, which stand without quotes.
_DAYS = frozenset({"from", "to", "date"})
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True, slots=True)
class DirectoryText:
    """The bytes of a directory file, under its name."""

    name: str
    content: bytes

    @classmethod
    def of(cls, path: Path) -> DirectoryText:
        """Raises OSError."""
        return cls(path.name, path.read_bytes())

    @property
    def sha256(self) -> str:
        return sha256(self.content).hexdigest()

    def read(self, definitions: Collection[str] | None = None) -> Directory:
        """What it says. Raises DefinitionErrors with every error, each at its place. `definitions`: the ids of those there
        are; without them, the names of adopted processes are not checked."""
        return read_directory(read_bytes(self.content, self.name, DIRECTORY_SIZE), definitions=definitions)


def written(directory: Directory) -> str:
    """The directory as a file, which reads as the same directory."""
    return _HEAD + "".join(_lines(data_of(directory)))


def checked(directory: Directory, definitions: Collection[str] | None = None) -> Directory:
    """The directory, as it would be read from its file. Raises DefinitionErrors for what a file may not say either."""
    return DirectoryText("the directory", written(directory).encode()).read(definitions)


def _lines(data: Mapping[str, Any]) -> Iterator[str]:
    yield "pcns:\n"
    for pcn in data["pcns"]:
        mark = "  - "
        for name, value in pcn.items():
            if name in KEYS:
                yield f"{mark}{name}:\n"
                yield from (f"      - {_flow(entry)}\n" for entry in value)
            else:
                yield f"{mark}{name}: {_flow(value)}\n"
            mark = "    "


def _flow(value: Any, key: str = "") -> str:
    """A value on one line: JSON, which YAML reads too, with names and days as people write them."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_name(k)}: {_flow(v, k)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_flow(each) for each in value) + "]"
    if key in _DAYS and isinstance(value, str) and _DAY.fullmatch(value):
        return value
    return json.dumps(value, ensure_ascii=False)


def _name(key: str) -> str:
    return key if key.isidentifier() else json.dumps(key, ensure_ascii=False)
