"""A real Prefect server with a controller and a small network, shared by the tests marked `process`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import pytest_asyncio

from application.batches import Batch
from application.environment.home import Home
from flows import dispatcher
from flows.controller import FlowController
from flows.server import probe, process
from tests.flows.network import Network, WatchedRuntime, leaping

#: Seconds after which a test gives up; nothing takes nearly as long, on a slow machine either.
LONG = 180.0


@dataclass
class Prefect:
    """What a person sees of a Prefect server, over its API."""

    url: str
    auth: tuple[str, str]

    def client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(trust_env=False, timeout=20, auth=self.auth)

    async def post(self, path: str, body: dict[str, Any]) -> Any:
        return (await self._send("POST", path, body)).json()

    async def delete(self, path: str) -> None:
        await self._send("DELETE", path)

    async def _send(self, method: str, path: str, body: dict[str, Any] | None = None) -> httpx.Response:
        """Asked again while the server is being replaced."""
        async with self.client() as client, asyncio.timeout(LONG):
            while True:
                try:
                    answer = await client.request(method, f"{self.url}{path}", json=body)
                except httpx.TransportError:
                    await asyncio.sleep(0.1)
                    continue
                answer.raise_for_status()
                return answer

    async def runs(self, key: str) -> list[dict[str, Any]]:
        by_key = {"flow_runs": {"idempotency_key": {"any_": [key]}}}
        return list(await self.post("/flow_runs/filter", by_key))

    async def run(self, key: str) -> dict[str, Any]:
        """The flow run with this key; there is exactly one."""
        (run,) = await self.runs(key)
        return run

    async def states(self, key: str) -> list[dict[str, Any]]:
        """The state history of the run with this key, oldest first."""
        run = await self.run(key)
        async with self.client() as client:
            answer = await client.get(f"{self.url}/flow_run_states/", params={"flow_run_id": run["id"]})
        return sorted(answer.json(), key=lambda state: str(state["timestamp"]))

    async def story(self, key: str) -> list[str]:
        return [state["name"] for state in await self.states(key)]

    async def force(self, key: str, kind: str, name: str) -> None:
        run = await self.run(key)
        body = {"state": {"type": kind, "name": name}, "force": True}
        await self.post(f"/flow_runs/{run['id']}/set_state", body)

    async def reaches(self, key: str, name: str) -> None:
        """Wait until the run's state has this name."""

        async def there() -> bool:
            return [run["state"]["name"] for run in await self.runs(key)] == [name]

        await eventually(there)


async def eventually(there: Callable[[], Awaitable[bool]], seconds: float = LONG) -> None:
    """Wait until `there` holds; fail after `seconds`."""
    async with asyncio.timeout(seconds):
        while not await there():
            await asyncio.sleep(0.1)


@dataclass
class Bench:
    """One controller, the network it runs, and Prefect as a person sees it."""

    controller: FlowController
    network: Network
    prefect: Prefect

    @property
    def runtime(self) -> WatchedRuntime:
        return self.network.runtime

    async def launch(self, name: str, needs: int = 1) -> Batch:
        """A process that waits for so many answers, with its flow run waiting."""
        batch = await self.network.launch(name, needs)
        self.controller.start([batch])
        await self.prefect.reaches(batch.batch_id, "Waiting")
        return batch

    async def answered(self, batch: Batch, because: str = "something came in") -> None:
        """The next practice answers, and the flows are told."""
        await self.network.respond(batch)
        self.controller.wake_batch(batch.batch_id, because)

    async def closed(self, *batches: Batch) -> None:
        async def all_closed() -> bool:
            return all([await self.network.is_closed(batch) for batch in batches])

        await eventually(all_closed)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same watch over Prefect's server as ever, in a shorter time."""
    for module, name, seconds in (
        (process, "ASK_SECONDS", 2.0), (process, "REPLACE_SECONDS", 6.0), (process, "_BROKEN_SECONDS", 8.0),
        (process, "_WELL_SECONDS", 4.0), (process, "_KEEP_SECONDS", 0.0), (probe, "TIMEOUT", 6.0),
        (dispatcher, "INSPECT_SECONDS", 3.0),
    ):  # fmt: skip
        monkeypatch.setattr(module, name, seconds)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def bench(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Bench]:
    home = Home(tmp_path_factory.mktemp("baton-home"))
    with pytest.MonkeyPatch.context() as environment:
        # A proxy that refuses, as most do for loopback: nothing here may go by it.
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy"):
            environment.setenv(name, "http://127.0.0.1:9")
        for name in ("NO_PROXY", "no_proxy"):
            environment.setenv(name, "intranet.example")
        network = Network(home.root, leaping())
        controller = FlowController(network.runtime, home)
        controller.open()
        assert await controller.wait_ready(LONG), (home.logs / "prefect-server.log").read_text()
        assert controller._server is not None
        name, _, password = controller._server.auth.partition(":")
        yield Bench(controller, network, Prefect(controller.api_url, (name, password)))
        await controller.close()
