"""What every store must answer an audit."""

from __future__ import annotations

from datetime import date

from engine import events as e
from store.audit import Search
from store.protocol import Pending, Store
from tests.store.samples import a_workflow, answered, at, claimed, commit, planned


async def told(store: Store) -> None:
    """A workflow that closed, one that goes on, and the emails of both."""
    await store.commit([a_workflow("w1", Pending(at(5), "x")), a_workflow("w2", pcn="Y2")])
    await store.commit([commit("post", 0, claimed("m1", "w1/1", "w2/1"), claimed("m2", "w1/2"))])
    await store.commit(
        [commit("post", 2, e.MessageSent("m1", "ok", 1, ""), e.MessageRefused("m2", "no"), hours=1)]
    )
    closing = (answered("w1", late=True), e.StepClosed("practice_return", 1, "closed", "all"))
    await store.commit([commit("w1", 6, *closing, e.WorkflowClosed("completed", "done"), hours=48)])
    await store.commit([commit("w2", 6, planned("w2", "w2/9", about=""), hours=60)])


class Audit:
    async def test_a_summary_counts_what_there_is(self, store: Store) -> None:
        await told(store)
        one, two = await store.summaries()
        assert one.workflow == await store.workflow("w1") and two.workflow == await store.workflow("w2")
        counted = (one.events, one.steps_closed, one.asked, one.answered, one.late, one.messages_sent)
        assert counted == (9, 1, 2, 1, 1, 1)
        assert (two.events, two.steps_closed, two.asked, two.answered, two.messages_sent) == (7, 0, 2, 0, 1)

    async def test_summaries_are_chosen(self, store: Store) -> None:
        await told(store)

        async def chosen(**filters: object) -> list[str]:
            return [each.workflow.workflow_id for each in await store.summaries(**filters)]  # type: ignore[arg-type]

        assert await chosen(status="open") == ["w2"] and await chosen(status="closed") == ["w1"]
        assert await chosen(pcn="Y2", definition="iif-quarter-close") == ["w2"]
        assert await chosen(definition="another") == [] and await chosen(limit=1) == ["w1"]

    async def test_the_messages_of_a_workflow(self, store: Store) -> None:
        await told(store)
        found = [(row.message_id, row.status) for row in await store.messages_of("w1")]
        assert found == [("m1", "sent"), ("m2", "refused")]
        assert [row.message_id for row in await store.messages_of("w2")] == ["m1"]
        assert await store.messages_of("w3") == []

    async def test_searching(self, store: Store) -> None:
        await told(store)
        given = await store.search(Search(type="ResponseReceived", person="sam-okafor"))
        assert [each.workflow_id for each in given] == ["w1"]
        assert await store.search(Search(organisation="U9")) == []
        assert len(await store.search(Search(text="your FIGURES", limit=100))) == 7
        day = await store.search(Search(begins=date(2026, 11, 23), ends=date(2026, 11, 23)))
        assert {each.type for each in day} == {
            "ResponseReceived", "StepClosed", "WorkflowClosed", "NoticePlanned",
        }  # fmt: skip
        assert [each.position for each in await store.search(Search(limit=3))] == [20, 19, 18]
        assert await store.search(Search(ends=date(2026, 11, 20))) == []
        everything = await store.search(Search(begins=date.min, ends=date.max, limit=100))
        assert len(everything) == 20
        assert await store.search(Search(begins=date.max)) == await store.search(Search(ends=date.min)) == []

    async def test_the_heads_of_receipts_are_found(self, store: Store) -> None:
        await told(store)
        ours, foreign = (await store.entries("w1"))[2].hash.hex(), "ab" * 32
        assert await store.holds([foreign, ours]) == [ours] and await store.holds([]) == []
