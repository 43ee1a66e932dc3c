"""What every store must do with the lists: what a workflow and its steps and assignments look like after a commit."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine import events as e
from store.protocol import Conflict, LaunchRow, Pending, Store
from tests.store.samples import (
    AT,
    a_workflow,
    about,
    answered,
    asked,
    at,
    commit,
    launched,
    planned,
    when,
)


async def statuses(store: Store, workflow: str) -> dict[str, str]:
    return {row.notice.id: row.status for row in await store.notices(workflow)}


class Lists:
    async def test_a_commit_is_seen_when_it_returns(self, store: Store) -> None:
        await store.commit([a_workflow("w1", Pending(at(5), "2 practices"))])
        row = await store.workflow("w1")
        assert row is not None
        assert (row.version, row.status, row.pcn, row.pcn_name) == (6, "open", "Y90001", "Y90001 PCN")
        assert (row.next_deadline, row.waiting_for, row.launched_at) == (at(5), "2 practices", AT)
        await store.commit([commit("w1", 6, answered("w1"), hours=1, pending=Pending(at(6), "1 practice"))])
        row = await store.workflow("w1")
        assert row is not None and (row.version, row.next_deadline, row.waiting_for) == (
            7,
            at(6),
            "1 practice",
        )
        found = await store.assignment(about("w1"))
        assert found is not None and (found.status, found.answered_at, found.responses) == (
            "answered",
            at(1),
            1,
        )
        await store.commit([commit("w1", 7, e.WorkflowHeld("building works"))])
        row = await store.workflow("w1")
        assert row is not None and (row.status, row.waiting_for) == ("held", "1 practice")

    async def test_what_is_due_and_what_is_open(self, store: Store) -> None:
        await store.commit(
            [
                a_workflow("w1", Pending(at(5), "x"), batch="a"),
                a_workflow("w2", Pending(at(3), "x"), batch="a", pcn="Y2"),
                a_workflow("w3", Pending(None, "x"), batch="b"),
            ]
        )
        assert (
            await store.due(at(2)) == []
            and await store.due(at(3)) == ["w2"]
            and await store.due(at(9)) == ["w2", "w1"]
        )
        assert await store.open_batches() == {"a": ("w1", "w2"), "b": ("w3",)}
        await store.commit(
            [commit("w2", 6, e.WorkflowClosed("completed", "done"), hours=2, pending=Pending(at(9), "?"))]
        )
        assert await store.due(at(9)) == ["w1"] and await store.open_batches() == {"a": ("w1",), "b": ("w3",)}
        row = await store.workflow("w2")
        assert row is not None and (row.next_deadline, row.closed_at) == (None, at(2))
        assert [row.workflow_id for row in await store.workflows()] == ["w1", "w2", "w3"]
        assert [row.workflow_id for row in await store.workflows(status="open")] == ["w1", "w3"]
        assert [row.workflow_id for row in await store.workflows(status="closed")] == ["w2"]
        assert [row.workflow_id for row in await store.workflows(pcn="Y2")] == ["w2"]
        assert [row.workflow_id for row in await store.workflows(batch="a", limit=1)] == ["w1"]

    async def test_what_no_advance_has_seen(self, store: Store) -> None:
        await store.commit(
            [a_workflow("w1", Pending(at(5), "x")), a_workflow("w2", Pending(at(5), "x", seen=True))]
        )
        assert await store.unseen() == ["w1"], "its launch was not looked at"
        await store.commit([commit("w2", 6, answered("w2"), planned("w2", "w2/told"))])
        assert await store.unseen() == ["w1", "w2"], "whoever had the last word"
        await store.commit(
            [
                commit(
                    "w2", 8, e.RungSkipped(about("w2"), "s", "r", "x"), pending=Pending(None, "x", seen=True)
                )
            ]
        )
        assert await store.unseen() == ["w1"]
        row = await store.workflow("w2")
        assert row is not None and row.seen == 9
        await store.commit([commit("w1", 6, e.WorkflowHeld("x"))])
        assert await store.unseen() == [], "one that is held is moved by nothing that came in"
        await store.commit(
            [commit("w1", 7, e.HoldLifted(1)), commit("w2", 9, e.WorkflowClosed("completed", "x"))]
        )
        assert await store.unseen() == ["w1"], "nor one that is over"

    async def test_ids_by_prefix(self, store: Store) -> None:
        await store.commit([a_workflow(each) for each in ("q3-a", "q3-b", "q4-a", "q_3")])
        assert [row.workflow_id for row in await store.workflows(prefix="q3-")] == ["q3-a", "q3-b"]
        assert [row.workflow_id for row in await store.workflows(prefix="q_")] == ["q_3"]  # no wildcard
        assert [row.workflow_id for row in await store.workflows(prefix="q", limit=1)] == ["q3-a"]
        assert await store.workflows(prefix="q3-", definition="access-plan-sign-off") == []

    async def test_the_workflows_of_a_launch_and_the_deadline_of_a_batch(self, store: Store) -> None:
        for name, batch, due in (("w2", "a.1", 3), ("w1", "a.0", 5), ("w3", "a.0", 4)):
            body = replace(launched(batch=batch), launch="a")  # type: ignore[type-var]
            await store.commit([commit(name, 0, body, pending=Pending(at(due), "x"))])
        assert [row.workflow_id for row in await store.workflows_of("a")] == ["w1", "w3", "w2"]
        assert await store.workflows_of("") == []
        assert await store.batch_deadline("a.0") == at(4) and await store.batch_deadline("b") is None

    async def test_a_key_is_of_one_launch_and_compared_whole(self, store: Store) -> None:
        def keyed(launch: str, key: str) -> e.Body:
            return replace(launched(), launch=launch, key=key, content=f"hash of {launch}")  # type: ignore[type-var]

        await store.commit([commit("w1", 0, keyed("a", "pcn-a:q3")), commit("w2", 0, keyed("a", "pcn-a:q3"))])
        assert await store.launched_with("pcn-a:q3") == LaunchRow("pcn-a:q3", "a", "hash of a")
        for other in ("q3", "pcn-a", "PCN-A:Q3", "pcn-a:q3 ", ""):
            assert await store.launched_with(other) is None
        with pytest.raises(Conflict):
            await store.commit([commit("w3", 0, keyed("b", "pcn-a:q3"))])
        with pytest.raises(Conflict):
            await store.commit([commit("w3", 0, keyed("b", "q3")), commit("w4", 0, keyed("c", "q3"))])
        assert await store.version("w3") == 0 and await store.launched_with("q3") is None
        await store.commit(
            [commit("w3", 0, keyed("b", "q3")), commit("w4", 0, launched()), commit("w5", 0, launched())]
        )
        assert await store.launched_with("q3") == LaunchRow("q3", "b", "hash of b")

    async def test_the_one_before(self, store: Store) -> None:
        await store.commit([a_workflow("w1"), a_workflow("w2"), a_workflow("w3"), a_workflow("w4", pcn="Y2")])
        assert await store.last_closed("iif-quarter-close", "Y90001") is None
        for workflow, outcome, hours in (
            ("w2", "completed", 2),
            ("w1", "completed", 3),
            ("w3", "cancelled", 4),
        ):
            await store.commit([commit(workflow, 6, e.WorkflowClosed(outcome, ""), hours=hours)])  # type: ignore[arg-type]
        assert await store.last_closed("iif-quarter-close", "Y90001") == "w1"
        assert await store.last_closed("iif-quarter-close", "Y2") is None

    async def test_what_a_version_was_last_pinned_to(self, store: Store) -> None:
        assert await store.pinned_bundle("iif-quarter-close", 1) is None
        for name, bundle, hours in (("w1", "b" * 64, 1), ("w2", "c" * 64, 2)):
            body = replace(launched(), bundle=bundle)  # type: ignore[type-var]
            await store.commit([commit(name, 0, body, hours=hours)])
        assert await store.pinned_bundle("iif-quarter-close", 1) == "c" * 64
        assert await store.pinned_bundle("iif-quarter-close", 2) is None
        assert await store.pinned_bundle("another", 1) is None

    async def test_a_workflow_changes_its_pins_and_locks(self, store: Store) -> None:
        await store.commit([a_workflow("w1")])
        pcn = {"code": "Y3", "name": "Merged"}
        await store.commit(
            [
                commit(
                    "w1", 6, e.CalendarChanged("c" * 64, "new year"), e.WorkflowLocked("practice_return"),
                    e.MembershipChanged(pcn, (), (), "merger"),
                )
            ]
        )  # fmt: skip
        row = await store.workflow("w1")
        assert row is not None and (row.bundle, row.locked) == ("c" * 64, True)
        assert [found.pcn_name for found in await store.workflows(pcn="Y3")] == ["Merged"]
        await store.commit([commit("w1", 9, e.LockLifted("r"), e.CalendarChanged("d" * 64, "holiday"))])
        row = await store.workflow("w1")
        assert row is not None and (row.bundle, row.locked) == ("d" * 64, False)
        await store.commit([commit("w1", 11, e.InputCorrected("quarter", "Q3", "Q4", "a slip", "IIF Q4"))])
        row = await store.workflow("w1")
        assert row is not None and row.reference == "IIF Q4"

    async def test_steps_open_close_skip_and_reopen(self, store: Store) -> None:
        await store.commit([a_workflow("w1")])
        await store.commit(
            [
                commit(
                    "w1",
                    6,
                    e.StepSkipped("extra", 1, "not asked for"),
                    e.StepClosed("sum", 1, "done", "computed"),
                ),
                commit(
                    "w1",
                    8,
                    answered("w1"),
                    e.StepReopened("practice_return", 2, "a figure was wrong"),
                    hours=2,
                ),
                commit(
                    "w1",
                    10,
                    e.StepOpened("practice_return", 2, when(300)),
                    asked("w1", "U1", attempt=2),
                    hours=3,
                ),
            ]
        )
        rows = {(row.step, row.attempt): row for row in await store.steps("w1")}
        assert list(rows) == [("extra", 1), ("practice_return", 1), ("practice_return", 2), ("sum", 1)]
        assert rows["practice_return", 1].status == "reopened" and rows["practice_return", 2].due == at(300)
        assert rows["extra", 1].status == "skipped" and rows["sum", 1].opened_at == AT
        assert {row.assignment: row.status for row in await store.assignments("w1")} == {
            about("w1", "U1"): "answered",
            about("w1", "U2"): "ended",
            about("w1", "U1", attempt=2): "open",
        }
        assert await statuses(store, "w1") == {"w1/1": "void", "w1/2": "void"}

    async def test_assignments_move_and_change_hands(self, store: Store) -> None:
        await store.commit([a_workflow("w1")])
        who = about("w1")
        await store.commit(
            [
                commit(
                    "w1", 6, e.DeadlineMoved(who, "practice_return", None, when(400, True), "more time"),
                    e.AssignmentReassigned(who, "practice_return", "sam", "alex", "Alex", "away"),
                    e.RungClimbed(who, "practice_return", "nudge", "due today", ("alex",)),
                    e.RungClimbed(who, "practice_return", "offer", "offer of help", ("alex",)),
                    e.DeadlineMoved("", "practice_return", None, when(500), "hold"),
                )
            ]
        )  # fmt: skip
        row = await store.assignment(who)
        assert row is not None
        assert (row.due, row.external, row.person, row.name, row.rungs_climbed) == (
            at(400),
            True,
            "alex",
            "Alex",
            2,
        )
        assert (await store.steps("w1"))[0].due == at(500)
        assert await store.assignment("w1.nothing.1.U1.x") is None

    async def test_an_answer_is_carried_with_its_time(self, store: Store) -> None:
        await store.commit([a_workflow("w1")])
        later = about("w1", attempt=2)
        await store.commit(
            [commit("w1", 6, answered("w1", late=True), asked("w1", "U1", attempt=2), hours=4)]
        )
        await store.commit(
            [commit("w1", 8, e.ResponseCarried(later, "practice_return", about("w1")), hours=9)]
        )
        row = await store.assignment(later)
        assert row is not None and (row.status, row.answered_at, row.late) == ("carried", at(4), True)
