"""A process that commits as fast as it can until it is killed, saying after each acknowledgement what it holds."""

from __future__ import annotations

import asyncio
import os
import random
from hashlib import sha256
from pathlib import Path

from engine import events as e
from store.duckdb import opener
from store.duckdb.store import DuckdbStore
from store.protocol import Commit, Conflict, Pending
from tests.store.samples import a_workflow, answered, at, claimed, commit, planned

CLIENTS = 8


def run(home: str, seed: int, acknowledged: int, checkpoints: bool) -> None:
    """Writes `POSITION STREAM VERSION HASH` lines to the file descriptor `acknowledged`."""
    if checkpoints:  # one after nearly every group, so that many kills fall inside one
        opener.CONFIG["checkpoint_threshold"] = "20KB"
    store = opener.open_store(Path(home))
    try:
        asyncio.run(_all(store, random.Random(seed), acknowledged))
    except BaseException as trouble:
        os.write(acknowledged, f"failed {type(trouble).__name__} {trouble}\n".encode())
        raise


async def _all(store: DuckdbStore, chance: random.Random, acknowledged: int) -> None:
    await asyncio.gather(*(_client(store, n, chance, acknowledged) for n in range(CLIENTS)))


async def _client(store: DuckdbStore, number: int, chance: random.Random, acknowledged: int) -> None:
    while True:
        commits = await _next(store, number, chance)
        try:
            await store.commit(commits)
        except Conflict:  # the post is everybody's
            continue
        for each in commits:
            last = (await store.entries(each.stream))[each.expected_version + len(each.events) - 1]
            os.write(
                acknowledged, f"{last.position} {each.stream} {last.version} {last.hash.hex()}\n".encode()
            )


async def _next(store: DuckdbStore, number: int, chance: random.Random) -> list[Commit]:
    name = f"w{number}.{await store.position() // 400}"
    name = name.replace(".", "-")
    version = await store.version(name)
    if version == 0:
        text = bytes([number]) * chance.randrange(1, 20_000)
        launch = a_workflow(name, Pending(at(1), "two"))
        return [
            Commit(
                name, 0, launch.events, launch.pending, {**launch.documents, sha256(text).hexdigest(): text}
            )
        ]
    post = await store.version("post")
    notice = f"{name}/{version + 2}"
    some = [planned(name, f"{name}/x{version}-{n}") for n in range(chance.choice((0, 1, 30)))]
    mine = commit(name, version, answered(name), *some, pending=Pending(at(version), "one"))
    if chance.random() < 0.3:
        return [
            mine,
            commit("post", post, claimed(f"m{notice}"), e.MessageSent(f"m{notice}", "ok", 1, "")),
        ]
    return [mine]
