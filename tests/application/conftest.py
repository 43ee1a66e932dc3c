"""Baton's verbs over a store in memory, for the made-up network of Harbour Vale."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from application.launcher import Launcher
from application.network_calendar import network_calendar
from application.operations import Operations
from application.repository import Repository
from definitions.loading.directory_file import load_directory
from definitions.loading.library import Library
from engine.dates.clock import VirtualClock
from store.memory.store import MemoryStore

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(datetime(2026, 12, 15, 9, tzinfo=UTC))


@pytest.fixture
def operations(clock: VirtualClock) -> Operations:
    repository = Repository(MemoryStore())
    directory = load_directory(EXAMPLES / "harbour-vale.yaml")
    launcher = Launcher(repository, Library(), lambda: directory, network_calendar().to_data())
    return Operations(repository, launcher, clock)
