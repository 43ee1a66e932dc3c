"""A signal ends `baton serve` in order: what was acknowledged is kept, and nothing is left running or lying about."""

from __future__ import annotations

import itertools
import signal
import threading

import pytest
import yaml

from cli.client.server import sender
from cli.console import Trouble
from store.embedded import open_store
from tests.end_to_end.conftest import EXAMPLES, LONG, Serve, prefect_servers

pytestmark = pytest.mark.process

INPUTS = yaml.safe_load((EXAMPLES / "inputs" / "iif-quarter-close.yaml").read_text())


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP], ids=lambda each: each.name)
async def test_a_signal_ends_it_in_order_and_loses_nothing_acknowledged(
    serve: Serve, number: signal.Signals
) -> None:
    baton = serve(CLOCK="leaping", CLOCK_START="2026-12-15T09:00:00Z")
    client, acknowledged = baton.client(), []

    def launch_on_and_on() -> None:
        for key in itertools.count():
            try:
                made = client.launch(
                    "iif-quarter-close",
                    ["U90001"],
                    INPUTS,
                    sender("Asha Patel"),
                    f"key-{key}",
                )
            except Trouble:
                return
            acknowledged.extend(made["workflows"])

    launching = threading.Thread(target=launch_on_and_on)
    launching.start()
    baton.until(lambda: len(acknowledged) > 3 and prefect_servers(baton.home))
    baton.process.send_signal(number)
    assert baton.process.wait(LONG) == 0
    launching.join()
    assert prefect_servers(baton.home) == []
    assert not baton.home.server_file.exists()
    store = open_store(baton.home.root)
    kept = {row.workflow_id for row in await store.workflows(limit=10_000)}
    await store.close()
    assert set(acknowledged) <= kept
