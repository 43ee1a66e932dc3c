"""Clients that answer over HTTP as fast as they are let, in a process of their own.

    python -m benchmarks.systems.clients HOST PORT TOKEN CLIENTS <assignments, one a line>

Each client keeps one connection and sends an answer as soon as the one before was taken. The protocol is written by
hand, because a general client costs more than the server it measures. Prints JSON: seconds in all, and each answer's
milliseconds.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Iterator

from benchmarks.systems.network import ANSWERS

_BODY = json.dumps(
    {"answers": ANSWERS, "by": {"name": "Bench Client", "role": "practice_manager", "how": "on paper"}}
).encode()


def _head(token: str) -> bytes:
    return (
        f" HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\n"
        f"content-length: {len(_BODY)}\r\n\r\n"
    ).encode() + _BODY


class Client(asyncio.Protocol):
    """One connection. `assignments` is shared: whoever is free takes the next."""

    def __init__(self, assignments: Iterator[str], head: bytes, took: list[float]) -> None:
        self._assignments, self._head, self._took = assignments, head, took
        self._heard = b""
        self._sent = 0.0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._send()

    def _send(self) -> None:
        assignment = next(self._assignments, None)
        if assignment is None:
            self._transport.close()
            if not self.done.done():
                self.done.set_result(None)
            return
        self._sent = time.perf_counter()
        self._transport.write(b"POST /api/assignments/" + assignment.encode() + b"/responses" + self._head)

    def data_received(self, data: bytes) -> None:
        self._heard += data
        head, mark, body = self._heard.partition(b"\r\n\r\n")
        if not mark or len(body) < _length(head):
            return
        self._took.append((time.perf_counter() - self._sent) * 1000)
        self._heard = b""
        if not head.startswith(b"HTTP/1.1 201"):
            self.connection_lost(RuntimeError(f"an answer was refused: {(head + mark + body).decode()}"))
            return
        self._send()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(error or RuntimeError("the server closed the connection"))


def _length(head: bytes) -> int:
    return int(head.lower().split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])


async def answer(host: str, port: int, token: str, clients: int, assignments: list[str]) -> list[float]:
    """All the assignments, once each; how long each took, in milliseconds."""
    loop = asyncio.get_running_loop()
    shared, head = iter(assignments), _head(token)
    took: list[float] = []
    made = [
        await loop.create_connection(lambda: Client(shared, head, took), host, port) for _ in range(clients)
    ]
    await asyncio.gather(*(client.done for _, client in made))
    return took


def main(host: str, port: str, token: str, clients: str) -> None:
    assignments = sys.stdin.read().split()
    began = time.perf_counter()
    took = asyncio.run(answer(host, int(port), token, int(clients), assignments))
    json.dump({"seconds": time.perf_counter() - began, "took": took}, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
