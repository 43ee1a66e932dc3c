"""Every event reaches Prefect's automations at least once, whatever is restarted, and however much lies between."""

from __future__ import annotations

from pathlib import Path

import pytest

from application.progress.published_events import PublishedPosition
from application.progress.runtime import Runtime
from tests.flows.network import Network


def _restarted(network: Network, file: Path) -> Runtime:
    return Runtime(network.operations, network._deliver, PublishedPosition(file))


async def test_what_was_not_told_before_a_restart_is_told_after_it(tmp_path: Path) -> None:
    network, file = Network(tmp_path), tmp_path / "published.json"
    runtime = _restarted(network, file)
    first = await network.launch("first")
    (told,) = await runtime.to_publish(100)
    await runtime.mark_published(told.position)
    second = await network.launch("second")
    await runtime.to_publish(100)  # killed before Prefect had taken it
    (again,) = await _restarted(network, file).to_publish(100)
    assert [told.resource_id, again.resource_id] == [
        f"baton.workflow.{batch.workflow_ids[0]}" for batch in (first, second)
    ]


async def test_pages_of_the_log_without_a_name_are_passed_over(tmp_path: Path) -> None:
    network, file = Network(tmp_path), tmp_path / "published.json"
    runtime = _restarted(network, file)
    batch = await network.launch("one")
    await network.runtime.advance(batch.workflow_ids)  # twelve people asked, a notice each: nobody's hook
    await network.launch("two")
    names = []
    while found := await runtime.to_publish(3):
        names += [each.label for each in found if each.name == "baton.workflow.launched"]
        await runtime.mark_published(found[-1].position)
    assert names == ["one", "two"]
    assert await _restarted(network, file).to_publish(3) == []


@pytest.mark.parametrize("torn", [b"", b"{", b"\xff\xfe\0"])
async def test_a_torn_position_tells_again_under_the_same_ids(tmp_path: Path, torn: bytes) -> None:
    network, file = Network(tmp_path), tmp_path / "published.json"
    await network.launch("one")
    runtime = _restarted(network, file)
    (told,) = await runtime.to_publish(100)
    await runtime.mark_published(told.position)
    file.write_bytes(torn)
    (again,) = await _restarted(network, file).to_publish(100)
    assert again.id == told.id
