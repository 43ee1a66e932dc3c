"""What every store must do with notices, messages and links."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from engine import events as e
from store.protocol import Conflict, Store
from tests.store.samples import (
    AT,
    a_workflow,
    about,
    answered,
    at,
    claimed,
    commit,
    launched,
    planned,
)


async def statuses(store: Store, workflow: str) -> dict[str, str]:
    return {row.notice.id: row.status for row in await store.notices(workflow)}


class Post:
    @pytest.mark.parametrize(
        ("ending", "void"),
        [
            (answered("w1"), {"w1/1"}),
            (e.AssignmentEnded(about("w1"), "practice_return", "left"), {"w1/1"}),
            (e.ResponseCarried(about("w1"), "practice_return", about("w0")), {"w1/1"}),
            (e.StepClosed("practice_return", 1, "closed", "80%"), {"w1/1", "w1/2"}),
            (e.WorkflowClosed("stopped", "no longer needed"), {"w1/1", "w1/2"}),
        ],
        ids=lambda value: type(value).__name__,
    )
    async def test_what_ends_an_assignment_voids_its_notices(
        self, store: Store, ending: e.Body, void: set[str]
    ) -> None:
        await store.commit([a_workflow("w1")])
        await store.commit(
            [commit("w1", 6, planned("w1", "out", kind="outcome"), planned("w1", "free", about=""))]
        )
        await store.commit([commit("w1", 8, ending, planned("w1", "after", kind="told"))])
        planned_still = {"out", "free", "after", "w1/1", "w1/2"} - void
        assert await statuses(store, "w1") == {
            each: "void" if each in void else "planned" for each in void | planned_still
        }
        assert {row.notice.id for row in await store.notices_due(at(0))} == planned_still
        ended = {row.assignment: row.status for row in await store.assignments("w1")}
        assert (ended[about("w1", "U2")] == "ended") == ("w1/2" in void)

    async def test_only_who_was_asked_is_told_that_they_need_not_answer(self, store: Store) -> None:
        await store.commit([a_workflow("w1")])
        apology = planned("w1", "sorry", kind="outcome", about="", only="asked")
        assert isinstance(apology, e.NoticePlanned)
        other = e.NoticePlanned(replace(apology.notice, id="to alex", person="alex"))
        await store.commit([commit("post", 0, claimed("m1", "w1/1"))])
        await store.commit([commit("w1", 6, e.WorkflowClosed("cancelled", "a mistake"), apology, other)])
        assert await statuses(store, "w1") == {
            "w1/1": "claimed", "w1/2": "void", "sorry": "planned", "to alex": "void",
        }  # fmt: skip

    async def test_a_workflow_that_is_cancelled_asks_nobody_for_anything(self, store: Store) -> None:
        await store.commit([a_workflow("w1")])
        asking = [planned("w1", kind, kind=kind, about="") for kind in ("decision", "task", "question")]
        telling = [planned("w1", kind, kind=kind, about="") for kind in ("told", "outcome")]
        await store.commit([commit("w1", 6, *asking, *telling, e.WorkflowClosed("cancelled", "a mistake"))])
        void = {"w1/1", "w1/2", "decision", "task", "question"}
        assert await statuses(store, "w1") == dict.fromkeys(void, "void") | {
            "told": "planned", "outcome": "planned",
        }  # fmt: skip

    async def test_a_workflow_that_is_opened_again_is_in_the_lists_of_open_ones(self, store: Store) -> None:
        await store.commit([a_workflow("w1")])
        await store.commit([commit("w1", 6, e.WorkflowClosed("cancelled", "a mistake"))])
        await store.commit([commit("w1", 7, e.WorkflowReopened("practice_return", (), "it was right"))])
        row = await store.workflow("w1")
        assert row is not None and (row.status, row.closed_at) == ("open", None)

    async def test_a_claimed_notice_is_not_voided(self, store: Store) -> None:
        await store.commit([a_workflow("w1")])
        await store.commit([commit("post", 0, claimed("m1", "w1/1"))])
        await store.commit([commit("w1", 6, e.StepClosed("practice_return", 1, "closed", "all"))])
        assert await statuses(store, "w1") == {"w1/1": "claimed", "w1/2": "void"}

    async def test_a_void_notice_cannot_be_claimed(self, store: Store) -> None:
        await store.commit([a_workflow("w1")])
        await store.commit([commit("w1", 6, answered("w1"))])
        with pytest.raises(Conflict):
            await store.commit([commit("post", 0, claimed("m1", "w1/1", "w1/2"))])
        assert await store.messages() == [] and (await statuses(store, "w1"))["w1/2"] == "planned"
        await store.commit([commit("post", 0, claimed("m1", "w1/2"))])
        with pytest.raises(Conflict):
            await store.commit([commit("post", 1, claimed("m2", "w1/2"))])

    async def test_notices_come_due(self, store: Store) -> None:
        await store.commit(
            [commit("w1", 0, launched(), *(planned("w1", f"n{n}", hours=n, about="") for n in (3, 1, 2)))]
        )
        assert await store.next_notice() == at(1)
        assert [row.notice.id for row in await store.notices_due(at(2))] == ["n1", "n2"]
        assert [row.notice.id for row in await store.notices_due(at(9), limit=2)] == ["n1", "n2"]
        row = await store.notice("n3")
        assert row is not None and row.notice.facts == {"title": "Your figures é", "n": 3}
        assert (row.workflow_id, row.status, row.planned_at) == ("w1", "planned", AT)
        assert await store.notice("n4") is None

    async def test_a_message_goes_its_way(self, store: Store) -> None:
        await store.commit([a_workflow("w1")])
        await store.commit([commit("post", 0, claimed("m1", "w1/1", "w1/2"))])
        (message,) = await store.messages_unfinished()
        assert (message.status, message.notices, message.lease_until) == ("claimed", ("w1/1", "w1/2"), at(1))
        assert await store.next_notice() is None
        await store.commit([commit("post", 1, e.MessageDeferred("m1", "450 busy", at(2), 1), hours=1)])
        (message,) = await store.messages_unfinished()
        assert (message.status, message.because, message.lease_until, message.tries) == (
            "deferred", "450 busy", at(2), 1,
        )  # fmt: skip
        await store.commit([commit("post", 2, claimed("m1", "w1/1", "w1/2"), hours=2)])
        await store.commit([commit("post", 3, e.MessageSent("m1", "250 ok", 900, "ab"), hours=3)])
        assert await store.messages_unfinished() == []
        (message,) = await store.messages()
        assert (message.status, message.sent_at, message.tries, message.to) == (
            "sent",
            at(3),
            1,
            "sam@example.org",
        )
        assert set((await statuses(store, "w1")).values()) == {"sent"}
        row = await store.notice("w1/1")
        assert row is not None and row.message_id == "m1"

    async def test_a_refused_message(self, store: Store) -> None:
        await store.commit([a_workflow("w1")])
        await store.commit(
            [commit("post", 0, claimed("m1", "w1/1"), e.MessageRefused("m1", "550 no such user"))]
        )
        (message,) = await store.messages()
        assert (message.status, message.because) == ("refused", "550 no such user")
        assert await statuses(store, "w1") == {"w1/1": "refused", "w1/2": "planned"}

    async def test_automatic_messages_are_counted_by_london_day(self, store: Store) -> None:
        # 21 July 2026, 23:30 UTC is half past midnight on the 22nd in London.
        night = (e.Event("post", n, AT.replace(month=7, hour=23, minute=30), e.BATON, "clock", body) for n, body in (
            (1, claimed("m1")), (2, claimed("m2")), (3, claimed("m3", urgent=True)), (4, claimed("m4", person="alex")),
        ))  # fmt: skip
        await store.commit([commit("w1", 0, launched()).__class__("post", 0, tuple(night))])
        assert await store.automatic_sent(["sam", "nobody"], date(2026, 7, 22)) == {"sam": 2}
        assert await store.automatic_sent(["sam"], date(2026, 7, 21)) == {}
        assert await store.automatic_sent([], date(2026, 7, 22)) == {}

    async def test_links(self, store: Store) -> None:
        await store.commit(
            [commit("links", 0, e.LinkIssued("h1", "a1", at(9)), e.LinkIssued("h2", "a1", at(8)))]
        )
        row = await store.link("h1")
        assert row is not None and (row.assignment, row.expires, row.revoked) == ("a1", at(9), False)
        assert [row.sha256 for row in await store.links_of("a1")] == ["h2", "h1"] and await store.links_of(
            "a2"
        ) == []
        await store.commit([commit("links", 2, e.LinkRevoked("h1", "a1", "passed on"))])
        row = await store.link("h1")
        assert row is not None and row.revoked
        assert await store.version("links") == 3 and await store.link("h3") is None
