"""Half a request, an answer nobody reads, a thousand connections: over real sockets, none of it keeps anybody out."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing

import pytest
from fastapi import FastAPI, Request
from starlette.responses import Response

from web.access.connections import Connections
from web.access.limits import RequestTimes
from web.server import server_of
from web.views import WebSettings

QUICK = RequestTimes(headers=0.15, body=0.3, silence=0.2, reading=0.2, look=0.02)
GET = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n"
Connect = Callable[[], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]


def application() -> FastAPI:
    app = FastAPI()

    @app.get("/")
    async def look() -> Response:
        return Response(b"here")

    @app.get("/large")
    async def large() -> Response:
        return Response(b"x" * 20_000_000)

    @app.post("/")
    async def take(request: Request) -> Response:
        return Response(str(len(await request.body())))

    return app


@asynccontextmanager
async def serving(connections: Connections) -> AsyncIterator[Connect]:
    """A server with these bounds, and how to connect to it."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    server = server_of(application(), WebSettings(secret=b"s" * 32), connections)
    running = asyncio.create_task(server.serve(sockets=[listening]))
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield lambda: asyncio.open_connection("127.0.0.1", port)
    finally:
        server.should_exit = True
        await running


async def everything(reader: asyncio.StreamReader) -> bytes:
    """All that comes until the other side closes; a reset is an end as well."""
    found = bytearray()
    try:
        while more := await asyncio.wait_for(reader.read(65536), 5):
            found += more
    except ConnectionResetError:
        pass
    return bytes(found)


@pytest.mark.parametrize("sent", [b"", b"GET / HT", GET[:-2], POST, POST + b"x" * 99])
async def test_half_a_request_is_ended(sent: bytes) -> None:
    async with serving(Connections(times=QUICK)) as connect:
        reader, writer = await connect()
        with closing(writer):
            writer.write(sent)
            said = await everything(reader)
        assert said.startswith(b"HTTP/1.1 408") if sent else said == b""


async def test_a_body_that_trickles_is_ended() -> None:
    async with serving(Connections(times=QUICK)) as connect:
        reader, writer = await connect()
        with closing(writer):
            writer.write(POST)

            async def trickle() -> None:
                while True:
                    writer.write(b"x")
                    await asyncio.sleep(0.05)

            dripping = asyncio.create_task(trickle())
            said = await everything(reader)
            dripping.cancel()
        assert said.startswith(b"HTTP/1.1 408")


async def test_a_request_after_another_has_the_same_time() -> None:
    async with serving(Connections(times=QUICK)) as connect:
        reader, writer = await connect()
        with closing(writer):
            writer.write(GET)
            assert (await reader.readuntil(b"here")).startswith(b"HTTP/1.1 200")
            writer.write(b"POST / HT")
            assert (await everything(reader)).startswith(b"HTTP/1.1 408")


async def test_a_slow_but_steady_body_is_taken() -> None:
    """It takes longer than the headers may, and comes all the same."""
    async with serving(
        Connections(times=RequestTimes(headers=0.3, body=10, silence=5, look=0.02))
    ) as connect:
        reader, writer = await connect()
        with closing(writer):
            writer.write(POST)
            for _ in range(10):
                writer.write(b"x" * 10)
                await asyncio.sleep(0.04)
            assert (await reader.readuntil(b"100")).startswith(b"HTTP/1.1 200")


async def test_an_answer_nobody_reads_is_dropped() -> None:
    connections = Connections(times=QUICK)
    async with serving(connections) as connect:
        reader, writer = await connect()
        with closing(writer):
            writer.transport.pause_reading()  # type: ignore[attr-defined]
            writer.write(b"GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n")
            async with asyncio.timeout(5):
                while not connections.count:
                    await asyncio.sleep(0.01)
                while connections.count:
                    await asyncio.sleep(0.01)
            writer.transport.resume_reading()  # type: ignore[attr-defined]
            assert len(await everything(reader)) < 20_000_000


async def test_a_thousand_half_sent_requests_leave_room_for_a_page() -> None:
    connections = Connections(per_address=20)
    async with serving(connections) as connect:
        half = [await connect() for _ in range(200)]
        for _, writer in half:
            writer.write(GET[:-2])
        reader, writer = await connect()
        with closing(writer):
            writer.write(GET)
            assert (await reader.readuntil(b"here")).startswith(b"HTTP/1.1 200")
            assert connections.count == 20
        for _, writer in half:
            writer.close()


async def test_a_trusted_proxy_may_have_more_up_to_what_there_is_room_for() -> None:
    connections = Connections(lambda address: address == "127.0.0.1", most=50, per_address=20)
    async with serving(connections) as connect:
        half = [await connect() for _ in range(80)]
        reader, writer = await connect()
        with closing(writer):
            writer.write(GET)
            await reader.readuntil(b"here")
            assert connections.count == 50
        for _, writer in half:
            writer.close()


async def test_those_at_work_keep_their_place() -> None:
    busy = asyncio.Event()
    app = FastAPI()

    @app.get("/")
    async def slow() -> Response:
        await busy.wait()
        return Response(b"here")

    connections = Connections(per_address=1)
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    server = server_of(app, WebSettings(secret=b"s" * 32), connections)
    running = asyncio.create_task(server.serve(sockets=[listening]))
    while not server.started:
        await asyncio.sleep(0.01)
    reader, writer = await asyncio.open_connection("127.0.0.1", listening.getsockname()[1])
    writer.write(GET)
    while not server.server_state.tasks:
        await asyncio.sleep(0.01)
    late, refused = await asyncio.open_connection("127.0.0.1", listening.getsockname()[1])
    assert await everything(late) == b""
    busy.set()
    assert await asyncio.wait_for(reader.readuntil(b"here"), 5)
    for each in (writer, refused):
        each.close()
    server.should_exit = True
    await running
