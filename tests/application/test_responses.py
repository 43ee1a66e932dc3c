"""What is said of an answer beside taking it."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from application.launcher import Launcher
from application.network_calendar import network_calendar
from application.operations import Operations
from application.progress.runtime import PostOutcome, Runtime
from definitions.loading.library import SHIPPED, Library
from engine.events import Actor

MANAGER = Actor("Asha Patel", "pcn_manager", "U90001", "asha-patel", channel="cli")
DEFINITION = """
id: visits
version: 3
title: How many visits
summary: One question to the manager.
retention: corporate-6
sensitivity: aggregate
launch: {by: [pcn_manager], reference: Visits}
steps:
  - id: ask
    kind: do
    title: How many visits
    assign: {role: pcn_manager, at: the PCN}
    due: 5 working days after launch
    form: [{id: visits, type: integer, label: Visits, warn: visits > 'many'}]
"""


async def no_delivery(now: object) -> PostOutcome:
    raise AssertionError("nothing is delivered here")


async def test_a_warning_that_cannot_be_worked_out_is_logged_without_the_answer(
    tmp_path: Path, operations: Operations, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "library").mkdir()
    (tmp_path / "library" / "visits.yaml").write_text(DEFINITION)
    repository, directory = operations.repository, operations.launcher.directory
    library = Library([SHIPPED, tmp_path])
    operations.launcher = Launcher(repository, library, lambda: directory, network_calendar().to_data())
    (workflow,) = (await operations.launch("visits", ["U90001"], {}, MANAGER)).workflows
    await Runtime(operations, no_delivery).advance([workflow])
    (asked,) = await repository.store.assignments(workflow)
    with caplog.at_level(logging.WARNING, "baton.answers"):
        assert await operations.respond(asked.assignment, {"visits": "41829"}, MANAGER) == (1, False, ())
    (line,) = caplog.messages
    assert line.startswith(
        f"visits version 3: the warning of visits in {asked.assignment} cannot be worked out"
    )
    assert line.endswith("visits > 'many'") and "41829" not in line
