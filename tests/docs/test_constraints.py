"""constraints.txt pins what is tested: everything Baton stands on, without an address."""

from __future__ import annotations

import importlib.metadata as metadata
import re
import tomllib

from packaging.requirements import Requirement

from tests.docs.pages import ROOT

LINES = [
    line
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _needed(extras: set[str]) -> set[str]:
    """Every distribution that Baton with these extras brings, on this machine."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    # From the file itself: what was installed as Baton's metadata may be older.
    own = [
        *project["dependencies"],
        *(line for extra in extras for line in project["optional-dependencies"][extra]),
    ]
    seen: set[str] = set()
    to_do: list[tuple[list[str], set[str]]] = [(own, set())]
    while to_do:
        texts, wanted = to_do.pop()
        for text in texts:
            requirement = Requirement(text)
            holds = requirement.marker is None or any(
                requirement.marker.evaluate({"extra": extra}) for extra in ({""} | wanted)
            )
            if holds and _canonical(requirement.name) not in seen:
                seen.add(_canonical(requirement.name))
                to_do.append((metadata.requires(requirement.name) or [], set(requirement.extras)))
    return seen


def test_a_line_is_a_name_and_a_version() -> None:
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+]+", line) for line in LINES)


def test_everything_that_is_installed_for_the_tests_is_pinned() -> None:
    pinned = {_canonical(line.split("==")[0]) for line in LINES}
    assert _needed({"dev"}) <= pinned
