"""What every store must do with the log: what goes in comes back, in order, chained, once."""

from __future__ import annotations

from hashlib import sha256

import pytest

from engine import events as e
from engine.events.codec import to_record
from store.protocol import Conflict, Store, StoreError
from tests.store.samples import (
    AT,
    a_workflow,
    answered,
    commit,
    event,
    launched,
)


async def statuses(store: Store, workflow: str) -> dict[str, str]:
    return {row.notice.id: row.status for row in await store.notices(workflow)}


class Log:
    async def test_an_empty_store_says_so(self, store: Store) -> None:
        assert (
            await store.position() == 0 and await store.version("w1") == 0 and await store.events("w1") == []
        )
        assert await store.head() == "0" * 64
        assert (await store.verify()).intact and (await store.verify()).events == 0
        assert (
            await store.workflow("w1") is None
            and await store.next_notice() is None
            and await store.link("x") is None
        )
        assert await store.commit([]) == 0

    async def test_events_come_back_as_they_went_in(self, store: Store) -> None:
        written = a_workflow("w1")
        assert await store.commit([written]) == 6
        assert [to_record(each) for each in await store.events("w1")] == [
            to_record(each) for each in written.events
        ]
        assert [each.version for each in await store.events("w1", after_version=4)] == [5, 6]
        assert [position for position, _ in await store.events_since(3)] == [4, 5, 6]
        assert [position for position, _ in await store.events_since(0, limit=2)] == [1, 2]
        assert await store.version("w1") == 6 and await store.position() == 6
        assert [each.position for each in await store.entries("w1")] == [1, 2, 3, 4, 5, 6]

    async def test_the_chain_runs_through_all_streams(self, store: Store) -> None:
        await store.commit([a_workflow("w1")])
        await store.commit([a_workflow("w2")])
        verdict = await store.verify()
        assert verdict.intact and verdict.events == 12 and verdict.head == await store.head()
        one, two = await store.entries_since(5, 2)
        assert two.previous_hash == one.hash

    async def test_a_stale_version_is_a_conflict_and_writes_nothing(self, store: Store) -> None:
        await store.commit([a_workflow("w1")])
        for stale in (0, 5, 7):
            with pytest.raises(Conflict) as lost:
                await store.commit([commit("w1", stale, answered("w1"))])
            assert lost.value.streams == ("w1",)
        assert await store.version("w1") == 6 and (await store.verify()).events == 6
        assert await store.commit([commit("w1", 6, answered("w1"))]) == 7

    async def test_commits_of_one_call_stand_or_fall_together(self, store: Store) -> None:
        await store.commit([a_workflow("w1")])
        with pytest.raises(Conflict) as lost:
            await store.commit([a_workflow("w2"), commit("w1", 3, answered("w1")), a_workflow("w3")])
        assert lost.value.streams == ("w1",)
        assert (
            await store.workflow("w2") is None
            and await store.version("w3") == 0
            and await store.position() == 6
        )
        await store.commit([a_workflow("w2"), commit("w1", 6, answered("w1"))])
        assert await store.version("w2") == 6 and await store.version("w1") == 7

    async def test_one_call_may_commit_to_a_stream_twice(self, store: Store) -> None:
        await store.commit([a_workflow("w1"), commit("w1", 6, answered("w1"))])
        assert await store.version("w1") == 7

    @pytest.mark.parametrize(
        "broken",
        [
            commit("w1", 0),
            commit("w1", 0, launched(), documents={"not its hash": b"text"}),
            commit("w1", 0, launched()).__class__("w1", 0, (event("w2", 1, launched()),)),
            commit("w1", 0, launched()).__class__("w1", 0, (event("w1", 2, launched()),)),
            commit("w1", 0, launched()).__class__(
                "w1", 0, (e.Event("w1", 1, AT.replace(tzinfo=None), e.BATON, "", launched()),)
            ),
        ],
        ids=["no events", "a document by another name", "another stream", "a gap", "a naive time"],
    )
    async def test_a_commit_that_contradicts_itself_is_refused(self, store: Store, broken: object) -> None:
        with pytest.raises(StoreError):
            await store.commit([broken])  # type: ignore[list-item]
        assert await store.position() == 0
        await store.commit([a_workflow("w1")])

    async def test_documents_are_kept_once_and_found_by_hash(self, store: Store) -> None:
        text = b"a bundle \x00\xff"
        name = sha256(text).hexdigest()
        await store.commit([commit("w1", 0, launched(), documents={name: text})])
        await store.commit(
            [commit(w, 0, launched(), documents={name: text}) for w in ("w2", "w3")]
        )  # fmt: skip
        assert await store.document(name) == text
        with pytest.raises(StoreError, match="not in this store"):
            await store.document("0" * 64)

    async def test_a_document_may_come_without_an_event(self, store: Store) -> None:
        empty = commit("files", 0)
        for text in (b"one", b"two", b"two"):
            name = sha256(text).hexdigest()
            await store.commit([empty.__class__("files", 0, (), None, {name: text})])
            assert await store.document(name) == text
        assert await store.position() == 0 and await store.version("files") == 0
        await store.commit([a_workflow("w1")])
        assert (await store.verify()).events == 6
