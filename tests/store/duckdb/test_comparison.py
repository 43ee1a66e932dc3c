"""Whatever is changed in the file behind Baton's back is found, said with its row and column, and made right again."""

from __future__ import annotations

import asyncio
from hashlib import sha256
from pathlib import Path

import pytest

from engine import events as e
from store.duckdb.database import connect
from store.duckdb.opener import FILE, open_store
from store.duckdb.recovery.repair import check, restore
from store.duckdb.store import DuckdbStore
from store.protocol import Commit, Pending
from tests.store.samples import BUNDLE, BUNDLE_NAME, a_workflow, answered, at, claimed, commit

EDITS = {
    "UPDATE links SET revoked = false": "links h1: revoked is False, and the log makes it True",
    "UPDATE workflows SET reference = 'another'": "workflows w1: reference is 'another', and the log makes it 'IIF Q3 2026/27'",
    "UPDATE workflows SET next_deadline = NULL": "workflows w1: next_deadline is None, and the log makes it 2026-11-21T14:00:00+00:00",
    "UPDATE workflows SET waiting_for = ''": "waiting_for is '', and the log makes it 'two practices'",
    "UPDATE workflows SET seen = 7": "workflows w1: seen is 7, and the log makes it 0",
    "UPDATE steps SET status = 'closed'": "steps w1 practice_return 1: status is 'closed', and the log makes it 'open'",
    "UPDATE assignments SET status = 'answered' WHERE organisation = 'U2'": "status is 'answered', and the log makes it 'open'",
    "DELETE FROM assignments WHERE organisation = 'U2'": "assignments w1.practice_return.1.U2.practice_manager: the row is missing",
    "UPDATE messages SET recipient = 'x@y'": "messages m1: to is 'x@y', and the log makes it 'sam@example.org'",
    "UPDATE notices SET status = 'void'": "status is 'void', and the log makes it",
    "INSERT INTO launches VALUES ('k', 'l', 'c')": "launches k: the log knows of no such row",
    "UPDATE events SET person = 'alex' WHERE position = 3": "events 3: person is 'alex', and the log makes it 'sam-okafor'",
    "UPDATE events SET organisation = 'U9' WHERE position = 3": "events 3: organisation is 'U9', and the log makes it 'U12340'",
    "DELETE FROM documents": f"documents {BUNDLE_NAME}: the journal has it, and the file does not",
    "UPDATE documents SET content = 'other'::BLOB": f"documents {BUNDLE_NAME}: the content is not what its hash says",
    "UPDATE documents SET position = 99": f"documents {BUNDLE_NAME}: position is 99, and the journal makes it 6",
    "INSERT INTO documents VALUES (repeat('0', 64), 1, 'x'::BLOB)": "the file has it, and the journal does not",
}  # fmt: skip


#: What is done to the tables themselves.
SHAPES = {
    "DROP TABLE migrations": "migrations: name VARCHAR NOT NULL' is not as Baton makes it",
    "DELETE FROM migrations": "migrations: the record of how the tables came about is not that of this Baton",
    "UPDATE migrations SET name = '0000-before'": "migrations: the record of how the tables came about is not that of this Baton",
    "DROP VIEW log": "log: who VARCHAR' is not as Baton makes it",
    "ALTER TABLE links ADD COLUMN more INTEGER": "'links: more INTEGER' is none of Baton's",
    "ALTER TABLE links DROP COLUMN revoked": "'links: revoked BOOLEAN NOT NULL' is not as Baton makes it",
    "ALTER TABLE workflows ALTER COLUMN seen TYPE BIGINT": "'workflows: seen BIGINT NOT NULL' is none of Baton's",
    "CREATE TABLE more (x INTEGER)": "'more: x INTEGER' is none of Baton's",
}  # fmt: skip


@pytest.fixture
async def home(tmp_path: Path) -> Path:
    store = open_store(tmp_path)
    await store.commit([a_workflow("w1", Pending(at(5), "two practices"))])
    await store.commit([commit("w1", 6, answered("w1"))])
    await store.commit([commit("post", 0, claimed("m1", "w1/2"))])
    await store.commit(
        [commit("links", 0, e.LinkIssued("h1", "a1", at(9)), e.LinkRevoked("h1", "a1", "asked"))]
    )
    assert (await store.verify()).intact
    await store.close()
    return tmp_path


def edit(store: DuckdbStore, statement: str) -> None:
    store._database.connection.cursor().execute(statement)


@pytest.mark.parametrize("statement", EDITS)
async def test_an_edit_is_said_and_undone(home: Path, statement: str) -> None:
    store = open_store(home)
    edit(store, statement)
    verdict = await store.verify()
    assert not verdict.intact and not verdict.problem
    assert EDITS[statement] in " ".join(verdict.differences), verdict.differences
    await store.close()
    report = check(home)
    assert not report.whole and EDITS[statement] in " ".join(report.sentences())
    after = restore(home)
    assert after.whole, after.sentences()
    store = open_store(home)
    assert (await store.verify()).intact and await store.document(BUNDLE_NAME) == BUNDLE
    link = await store.link("h1")
    assert link is not None and link.revoked
    await store.close()


@pytest.mark.parametrize("statement", SHAPES)
async def test_a_table_that_is_not_as_baton_makes_it_is_said_and_made_anew(
    home: Path, statement: str
) -> None:
    """Also where such a file does not open at all any longer."""
    with connect(home / FILE) as con:
        con.execute(statement)
    report = check(home)
    assert not report.whole and SHAPES[statement] in " ".join(report.sentences()), report.sentences()
    assert restore(home).whole
    store = open_store(home)
    assert (await store.verify()).intact
    await store.close()


async def test_a_document_that_nobody_has_is_said_and_not_made_up(home: Path) -> None:
    store = open_store(home)
    await store.commit([commit("post", 1, e.MessageSent("m1", "ok", 1, "e" * 64))])
    verdict = await store.verify()
    assert verdict.differences == (f"documents {'e' * 64}: an event names it, and nobody has it",)
    await store.close()
    report = restore(home)
    assert (
        not report.whole and f"Document {'e' * 64}, which an event names, is nowhere." in report.sentences()
    )
    assert "from a backup" in report.sentences()[-1]


async def test_while_it_is_written_to_nothing_is_taken_for_a_difference(home: Path) -> None:
    store = open_store(home)
    done = asyncio.Event()

    async def write() -> None:
        number = 0
        while not done.is_set():
            text = str(number).encode()
            await store.commit([a_workflow(f"busy-{number}", Pending(at(1), "x"))])
            await store.commit([Commit("files", 0, (), None, {sha256(text).hexdigest(): text})])
            number += 1

    writing = asyncio.create_task(write())
    for _ in range(5):
        verdict = await store.verify()
        assert verdict.intact, verdict.differences
    done.set()
    await writing
    await store.close()
