"""The journal holds the log's own bytes, drops what is torn, and brings a file that is behind up to it."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import orjson
import pytest

from engine import events as e
from store.duckdb.opener import open_store
from store.duckdb.recovery.repair import check
from store.log import chain
from store.log.journal import (
    BadLine,
    JournalDocument,
    JournalLine,
    decode,
    encode,
    encode_document,
    files,
    read,
    tail,
)
from store.protocol import Commit, LogEntry, Pending, StoreError
from tests.store.samples import AT, WHO, a_workflow, answered, at, claimed, commit, launched

TEXT = b"a bundle"
NAME = sha256(TEXT).hexdigest()


def entry(
    workflow: str = 'w"é,"event":', data: str = '{"a":"\\",\\"event\\":[","n":1.10,"é":"\\u0000"}'
) -> LogEntry:
    stored = chain.Prepared(
        workflow, 1, "WorkflowHeld", 5, '{"actor":{"name":"Zoë","a":""},"cause":"x"}', data
    )
    return chain.link(stored, 1, chain.GENESIS)


@pytest.mark.parametrize(
    "pending", [None, Pending(None, 'a ","event":['), Pending(AT, "é"), Pending(AT, "é", True)]
)
def test_a_line_comes_back_as_it_went(pending: Pending | None) -> None:
    for end in (True, False):
        line = JournalLine(entry(), end, pending)
        text = encode(line)
        assert orjson.loads(text)["event"][1] == 'w"é,"event":'
        assert decode(text) == line
    for document in (
        JournalDocument(NAME, 7, b"\x00\xff"),
        JournalDocument(NAME, 0, b"", True, b"\x01" * 32),
    ):
        assert decode(encode_document(document)) == document


async def test_the_bytes_in_a_line_are_the_bytes_hashed(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    await store.commit([a_workflow("w1")])
    await store.close()
    previous = bytes(32)
    lines = (tmp_path / "journal" / "2026-11.jsonl").read_bytes().splitlines()
    for text in (line for line in lines if b',"event":' in line):
        raw = text.split(b',"event":', 1)[1][:-1]
        previous = sha256(previous + raw).digest()
        assert orjson.loads(text)["hash"] == previous.hex()


def journal_of(home: Path) -> list[str]:
    return [line.decode() for file in files(home / "journal") for line in file.read_bytes().splitlines(True)]


async def test_files_follow_the_months_and_never_go_back(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    months = (11, 12, 11, 12)
    for number, month in enumerate(months):
        moment = datetime(2026, month, 3, tzinfo=UTC)
        happened = (e.Event(f"w{number}", 1, moment, WHO, "x", launched()),)
        await store.commit([Commit(f"w{number}", 0, happened)])
    await store.close()
    assert [file.name for file in files(tmp_path / "journal")] == ["2026-11.jsonl", "2026-12.jsonl"]
    items = list(read(tmp_path / "journal", tail(tmp_path / "journal")))
    assert [item.entry.position for item in items if isinstance(item, JournalLine)] == [1, 2, 3, 4]
    store = open_store(tmp_path)
    await store.commit([a_workflow("w9")])  # of November, after December was begun
    await store.close()
    there = [line for line in journal_of(tmp_path) if '"event"' in line]
    assert len(there) == 10 and '"w9"' in there[-1]
    assert (tmp_path / "journal" / "2026-12.jsonl").read_text().splitlines(True)[-6:] == there[-6:]


@pytest.mark.parametrize("kept", [0, 1, 40, 200, 700])
async def test_a_torn_end_is_dropped(tmp_path: Path, kept: int) -> None:
    store = open_store(tmp_path)
    await store.commit([a_workflow("w1")])
    await store.close()
    journal = tmp_path / "journal" / "2026-11.jsonl"
    whole = journal.read_bytes()
    torn = b"".join(
        encode(JournalLine(each, number == 5))
        for number, each in enumerate(chain_on(whole, a_workflow("w2")))
    )
    journal.write_bytes(whole + torn[:kept] if kept else whole + torn[:-1])
    assert tail(tmp_path / "journal").position == 6
    store = open_store(tmp_path)
    assert await store.position() == 6
    assert journal.read_bytes() == whole
    await store.commit([a_workflow("w2")])
    assert (await store.verify()).events == 12
    await store.close()
    assert tail(tmp_path / "journal").position == 12


def chain_on(journal: bytes, written: Commit) -> list[LogEntry]:
    last = decode(journal.splitlines(True)[-1])
    assert isinstance(last, JournalLine)
    head, position = last.entry.hash, last.entry.position
    entries = []
    for each in written.events:
        position += 1
        entries.append(chain.link(chain.prepare(each), position, head))
        head = entries[-1].hash
    return entries


async def test_a_file_ahead_of_its_journal_brings_it_up(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    await store.commit([a_workflow("w1", Pending(at(4), "x"))])
    await store.commit([commit("w2", 0, launched(), documents={NAME: TEXT}, pending=Pending(at(5), "y"))])
    await store.close()
    before = journal_of(tmp_path)
    journal = tmp_path / "journal" / "2026-11.jsonl"
    journal.write_text("".join(before[:-2]))
    await open_store(tmp_path).close()
    assert tail(tmp_path / "journal").position == 7
    shutil.rmtree(tmp_path / "journal")
    await open_store(tmp_path).close()
    assert tail(tmp_path / "journal").position == 7
    events = [text.split('"event":')[1] for text in before if '"event":' in text]
    assert [text.split('"event":')[1] for text in journal_of(tmp_path) if '"event":' in text] == events
    assert check(tmp_path).whole


async def test_a_journal_ahead_of_its_file_brings_it_up(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    await store.commit([a_workflow("w1")])
    await store.close()
    shutil.copy(tmp_path / "baton.duckdb", tmp_path / "copy")
    store = open_store(tmp_path)
    await store.commit([commit("w1", 6, answered("w1"), pending=Pending(at(5), "one"))])
    await store.commit(
        [commit("w2", 0, launched(), documents={NAME: TEXT}), commit("post", 0, claimed("m", "w1/2"))]
    )
    rows = (
        await store.workflows(),
        await store.assignments("w1"),
        await store.notices("w1"),
        await store.messages(),
        await store.head(),
    )
    await store.close()
    shutil.copy(tmp_path / "copy", tmp_path / "baton.duckdb")
    store = open_store(tmp_path)
    assert (
        await store.workflows(),
        await store.assignments("w1"),
        await store.notices("w1"),
        await store.messages(),
        await store.head(),
    ) == rows
    assert (
        await store.document(NAME) == TEXT
        and await store.version("post") == 1
        and (await store.verify()).intact
    )
    await store.close()


async def test_documents_that_came_alone_are_brought_up_both_ways(tmp_path: Path) -> None:
    async def keep(text: bytes) -> str:
        store = open_store(tmp_path)
        name = sha256(text).hexdigest()
        await store.commit([Commit("files", 0, (), None, {name: text})])
        await store.close()
        return name

    first = await keep(b"before any event")
    store = open_store(tmp_path)
    await store.commit([commit("w1", 0, launched(), documents={NAME: TEXT})])
    await store.close()
    journals = {file.name: file.read_bytes() for file in files(tmp_path / "journal")}
    assert list(journals) == ["0000-00.jsonl", "2026-11.jsonl"]
    shutil.copy(tmp_path / "baton.duckdb", tmp_path / "copy")
    second = await keep(b"after it")
    whole = {file.name: file.read_bytes() for file in files(tmp_path / "journal")}
    assert whole != journals

    for name, content in journals.items():  # the file is ahead
        (tmp_path / "journal" / name).write_bytes(content)
    await open_store(tmp_path).close()
    assert {file.name: file.read_bytes() for file in files(tmp_path / "journal")} == whole

    shutil.copy(tmp_path / "copy", tmp_path / "baton.duckdb")  # the journal is ahead
    store = open_store(tmp_path)
    assert await store.document(second) == b"after it"
    await store.close()

    (tmp_path / "baton.duckdb").unlink()  # there is only the journal
    store = open_store(tmp_path)
    assert [await store.document(name) for name in (first, second, NAME)] == [
        b"before any event",
        b"after it",
        TEXT,
    ]
    await store.close()
    assert {file.name: file.read_bytes() for file in files(tmp_path / "journal")} == whole


async def test_a_file_and_a_journal_of_different_stores_are_not_mixed(tmp_path: Path) -> None:
    for name, workflow in (("a", "w1"), ("b", "w2")):
        store = open_store(tmp_path / name)
        await store.commit([a_workflow(workflow)])
        await store.close()
    shutil.rmtree(tmp_path / "a" / "journal")
    shutil.copytree(tmp_path / "b" / "journal", tmp_path / "a" / "journal")
    with pytest.raises(StoreError, match="different events at position 6"):
        open_store(tmp_path / "a")


async def test_a_line_that_was_changed_is_said_with_its_place(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    await store.commit([a_workflow("w1")])
    await store.close()
    journal = tmp_path / "journal" / "2026-11.jsonl"
    lines = journal.read_bytes().splitlines(True)
    lines[2] = b"{" + lines[2]
    journal.write_bytes(b"".join(lines))
    with pytest.raises(BadLine, match=r"2026-11.jsonl, line 3"):
        list(read(tmp_path / "journal", tail(tmp_path / "journal")))
