"""A definition never changes under its version, and nothing new begins with the data of an archived year."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from application.launcher import Launcher
from application.network_calendar import network_calendar
from application.repository import Repository
from definitions.loading.directory_file import load_directory
from definitions.loading.library import SHIPPED, Library
from engine.commands.refusals import Refused
from engine.events import Actor
from store.memory.store import MemoryStore
from tests.application.conftest import EXAMPLES

NOW = datetime(2026, 12, 15, 9, tzinfo=UTC)
ASHA = Actor("Asha Patel", "pcn_manager", "U90001", channel="web")
DEFINITION = """\
id: visits
version: 1
title: Visits
summary: For tests.
retention: corporate-6
sensitivity: none
launch: {by: [pcn_manager], reference: Visits}
steps:
  - id: ask
    kind: do
    title: How many visits
    assign: {role: practice_manager, at: every practice}
    due: 3 working days after launch
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "library").mkdir()
    file = tmp_path / "library" / "visits.yaml"
    file.write_text(DEFINITION)
    return file


@pytest.fixture
def launcher(file: Path) -> Launcher:
    directory = load_directory(EXAMPLES / "harbour-vale.yaml")
    library = Library([SHIPPED, file.parents[1]])
    return Launcher(Repository(MemoryStore()), library, lambda: directory, network_calendar().to_data())


async def launch(launcher: Launcher, definition: str = "visits", key: str = "", **inputs: Any) -> list[str]:
    return list((await launcher.launch(definition, ["U90001"], inputs, NOW, ASHA, key)).workflows)


async def test_what_was_launched_does_not_change_under_its_version(launcher: Launcher, file: Path) -> None:
    first = await launch(launcher, key="once")
    file.write_text(f"# a comment says nothing\n{DEFINITION}")
    assert await launch(launcher, key="twice")
    file.write_text(DEFINITION.replace("3 working days", "5 working days"))
    with pytest.raises(Refused, match="launched as version 1 before, and says something else now") as caught:
        await launch(launcher, key="later")
    assert caught.value.code == "definition-changed"
    assert "version 2" in str(caught.value)
    assert await launch(launcher, key="once") == first  # the same press of a button is no new launch
    file.write_text(
        DEFINITION.replace("3 working days", "5 working days").replace("version: 1", "version: 2")
    )
    assert await launch(launcher, key="later")


async def test_an_archived_dataset_cannot_be_chosen(launcher: Launcher) -> None:
    with pytest.raises(Refused, match=r"North West London, 2025/26.* is archived") as caught:
        await launch(launcher, "access-plan-sign-off", template="access-plan-nwl-2025-26")
    assert caught.value.code == "archived"
