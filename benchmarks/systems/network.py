"""A made-up network to measure with: PCNs of five practices each, and the folders of a `baton serve` over it.

Every PCN has a manager, a clinical director and a practice manager for each practice: the least that the
definitions in `benchmarks/systems/shelf` ask. No such places or people exist.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from definitions.loading.directory_file import load_directory
from definitions.models.directory import Directory

SHELF = Path(__file__).with_name("shelf")
PRACTICES = 5
INPUTS = {"quarter": "Q3"}
ANSWERS: dict[str, Any] = {"seen": 412, "waiting": 17, "on_track": "yes"}


def pcn_codes(pcns: int) -> list[str]:
    return [f"U{50001 + number}" for number in range(pcns)]


def practices_of(pcn: str, practices: int = PRACTICES) -> list[str]:
    """The codes of a PCN's practices."""
    first = (int(pcn[1:]) - 50001) * practices
    return [f"Y{100001 + first + number}" for number in range(practices)]


def _pcn(code: str, practices: Sequence[str]) -> Iterator[str]:
    place = code.lower()
    yield f"  - code: {code}"
    yield f"    name: Network {code}"
    yield "    practices:"
    yield from (f"      - {{code: {each}, name: Surgery {each}, list_size: 9000}}" for each in practices)
    yield "    people:"
    people = [(f"m-{place}", "pcn_manager", code), (f"d-{place}", "clinical_director", code)]
    people += [(f"p-{each.lower()}", "practice_manager", each) for each in practices]
    for person, role, _ in people:
        name = f"{role.split('_')[0].title()} {person[2:].upper()}"
        yield f"      - {{id: {person}, name: {name}, email: {person}@{place}.example}}"
    yield "    roles:"
    yield from (f"      - {{role: {role}, at: {at}, person: {person}}}" for person, role, at in people)


def write_directory(file: Path, pcns: int, practices: int = PRACTICES) -> None:
    """Write a directory file of `pcns` PCNs."""
    lines = ["pcns:"]
    for code in pcn_codes(pcns):
        lines += _pcn(code, practices_of(code, practices))
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


@lru_cache(maxsize=2)
def directory(folder: Path, pcns: int, practices: int = PRACTICES) -> Directory:
    """The directory, by way of its file."""
    file = folder / "directory.yaml"
    write_directory(file, pcns, practices)
    return load_directory(file)
