"""What every store must do. Each backend's test module subclasses `Contract` and gives it a `store`."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from datetime import date
from hashlib import sha256

import pytest

from engine.events import changes as changes
from engine.events import post as posted
from engine.events import workflow as e
from engine.events.codec import to_record
from store.protocol import Conflict, Pending, Store, StoreError
from tests.store.samples import (
    AT,
    a_workflow,
    about,
    answered,
    asked,
    at,
    claimed,
    commit,
    event,
    launched,
    planned,
    when,
)


def statuses(store: Store, workflow: str) -> dict[str, str]:
    return {row.notice.id: row.status for row in store.notices(workflow)}


class Contract:
    # --- the log

    async def test_an_empty_store_says_so(self, store: Store) -> None:
        assert store.position() == 0 and store.version("w1") == 0 and store.events("w1") == []
        assert store.head() == "0" * 64
        assert store.verify().intact and store.verify().events == 0
        assert store.workflow("w1") is None and store.next_notice() is None and store.link("x") is None
        assert await store.commit([]) == 0

    async def test_events_come_back_as_they_went_in(self, store: Store) -> None:
        written = a_workflow("w1")
        assert await store.commit([written]) == 6
        assert [to_record(each) for each in store.events("w1")] == [
            to_record(each) for each in written.events
        ]
        assert [each.version for each in store.events("w1", after_version=4)] == [5, 6]
        assert [position for position, _ in store.events_since(3)] == [4, 5, 6]
        assert [position for position, _ in store.events_since(0, limit=2)] == [1, 2]
        assert store.version("w1") == 6 and store.position() == 6
        assert [each.position for each in store.entries("w1")] == [1, 2, 3, 4, 5, 6]

    async def test_the_chain_runs_through_all_streams(self, store: Store) -> None:
        await store.commit([a_workflow("w1")])
        await store.commit([a_workflow("w2")])
        verdict = store.verify()
        assert verdict.intact and verdict.events == 12 and verdict.head == store.head()
        one, two = store.entries_since(5, 2)
        assert two.previous_hash == one.hash

    async def test_a_stale_version_is_a_conflict_and_writes_nothing(self, store: Store) -> None:
        await store.commit([a_workflow("w1")])
        for stale in (0, 5, 7):
            with pytest.raises(Conflict) as lost:
                await store.commit([commit("w1", stale, answered("w1"))])
            assert lost.value.streams == ("w1",)
        assert store.version("w1") == 6 and store.verify().events == 6
        assert await store.commit([commit("w1", 6, answered("w1"))]) == 7

    async def test_commits_of_one_call_stand_or_fall_together(self, store: Store) -> None:
        await store.commit([a_workflow("w1")])
        with pytest.raises(Conflict) as lost:
            await store.commit([a_workflow("w2"), commit("w1", 3, answered("w1")), a_workflow("w3")])
        assert lost.value.streams == ("w1",)
        assert store.workflow("w2") is None and store.version("w3") == 0 and store.position() == 6
        await store.commit([a_workflow("w2"), commit("w1", 6, answered("w1"))])
        assert store.version("w2") == 6 and store.version("w1") == 7

    async def test_one_call_may_commit_to_a_stream_twice(self, store: Store) -> None:
        await store.commit([a_workflow("w1"), commit("w1", 6, answered("w1"))])
        assert store.version("w1") == 7

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
        assert store.position() == 0
        await store.commit([a_workflow("w1")])

    async def test_documents_are_kept_once_and_found_by_hash(self, store: Store) -> None:
        text = b"a bundle \x00\xff"
        name = sha256(text).hexdigest()
        await store.commit([commit("w1", 0, launched(), documents={name: text})])
        await store.commit(
            [commit(w, 0, launched(), documents={name: text}) for w in ("w2", "w3")]
        )  # fmt: skip
        assert store.document(name) == text
        with pytest.raises(StoreError, match="not in this store"):
            store.document("0" * 64)

    async def test_a_document_may_come_without_an_event(self, store: Store) -> None:
        empty = commit("files", 0)
        for text in (b"one", b"two", b"two"):
            name = sha256(text).hexdigest()
            await store.commit([empty.__class__("files", 0, (), None, {name: text})])
            assert store.document(name) == text
        assert store.position() == 0 and store.version("files") == 0
        await store.commit([a_workflow("w1")])
        assert store.verify().events == 6

    # --- the lists

    async def test_a_commit_is_seen_when_it_returns(self, store: Store) -> None:
        await store.commit([a_workflow("w1", Pending(at(5), "2 practices"))])
        row = store.workflow("w1")
        assert row is not None
        assert (row.version, row.status, row.pcn, row.pcn_name) == (6, "open", "Y90001", "Y90001 PCN")
        assert (row.next_deadline, row.waiting_for, row.launched_at) == (at(5), "2 practices", AT)
        await store.commit([commit("w1", 6, answered("w1"), hours=1, pending=Pending(at(6), "1 practice"))])
        row = store.workflow("w1")
        assert row is not None and (row.version, row.next_deadline, row.waiting_for) == (
            7,
            at(6),
            "1 practice",
        )
        found = store.assignment(about("w1"))
        assert found is not None and (found.status, found.answered_at, found.responses) == (
            "answered",
            at(1),
            1,
        )
        await store.commit([commit("w1", 7, changes.WorkflowHeld("building works"))])
        row = store.workflow("w1")
        assert row is not None and (row.status, row.waiting_for) == ("held", "1 practice")

    async def test_what_is_due_and_what_is_open(self, store: Store) -> None:
        await store.commit(
            [
                a_workflow("w1", Pending(at(5), "x"), batch="a"),
                a_workflow("w2", Pending(at(3), "x"), batch="a", pcn="Y2"),
                a_workflow("w3", Pending(None, "x"), batch="b"),
            ]
        )
        assert store.due(at(2)) == [] and store.due(at(3)) == ["w2"] and store.due(at(9)) == ["w2", "w1"]
        assert store.open_batches() == {"a": ("w1", "w2"), "b": ("w3",)}
        await store.commit(
            [commit("w2", 6, e.WorkflowClosed("completed", "done"), hours=2, pending=Pending(at(9), "?"))]
        )
        assert store.due(at(9)) == ["w1"] and store.open_batches() == {"a": ("w1",), "b": ("w3",)}
        row = store.workflow("w2")
        assert row is not None and (row.next_deadline, row.closed_at) == (None, at(2))
        assert [row.workflow_id for row in store.workflows()] == ["w1", "w2", "w3"]
        assert [row.workflow_id for row in store.workflows(open_only=True)] == ["w1", "w3"]
        assert [row.workflow_id for row in store.workflows(closed_only=True)] == ["w2"]
        assert [row.workflow_id for row in store.workflows(pcn="Y2")] == ["w2"]
        assert [row.workflow_id for row in store.workflows(batch="a", limit=1)] == ["w1"]

    async def test_ids_by_prefix(self, store: Store) -> None:
        await store.commit([a_workflow(each) for each in ("q3-a", "q3-b", "q4-a", "q_3")])
        assert store.workflows_starting("q3-") == ["q3-a", "q3-b"]
        assert store.workflows_starting("q_") == ["q_3"]  # no wildcard

    async def test_a_launch_is_found_by_its_key_and_a_batch_by_its_deadline(self, store: Store) -> None:
        for name, batch, due in (("w2", "a.1", 3), ("w1", "a.0", 5), ("w3", "a.0", 4)):
            body = replace(launched(batch=batch), launch="iif-quarter-close:key-1")  # type: ignore[type-var]
            await store.commit([commit(name, 0, body, pending=Pending(at(due), "x"))])
        assert [row.workflow_id for row in store.launched_with("key-1")] == ["w1", "w3", "w2"]
        assert store.launched_with("ey-1") == []
        assert store.batch_deadline("a.0") == at(4) and store.batch_deadline("b") is None

    async def test_the_one_before(self, store: Store) -> None:
        await store.commit([a_workflow("w1"), a_workflow("w2"), a_workflow("w3"), a_workflow("w4", pcn="Y2")])
        assert store.last_closed("iif-quarter-close", "Y90001") is None
        for workflow, outcome, hours in (
            ("w2", "completed", 2),
            ("w1", "completed", 3),
            ("w3", "withdrawn", 4),
        ):
            await store.commit([commit(workflow, 6, e.WorkflowClosed(outcome, ""), hours=hours)])  # type: ignore[arg-type]
        assert store.last_closed("iif-quarter-close", "Y90001") == "w1"
        assert store.last_closed("iif-quarter-close", "Y2") is None

    async def test_a_workflow_changes_its_pins_and_locks(self, store: Store) -> None:
        await store.commit([a_workflow("w1")])
        pcn = {"code": "Y3", "name": "Merged"}
        await store.commit(
            [
                commit(
                    "w1", 6, changes.DefinitionChanged("c" * 64, 2, "new year"), changes.WorkflowLocked("practice_return"),
                    changes.MembershipChanged(pcn, (), (), "merger"),
                )
            ]
        )  # fmt: skip
        row = store.workflow("w1")
        assert row is not None and (row.definition_version, row.bundle, row.locked) == (2, "c" * 64, True)
        assert [found.pcn_name for found in store.workflows(pcn="Y3")] == ["Merged"]
        await store.commit(
            [commit("w1", 9, changes.LockLifted("r"), changes.CalendarChanged("d" * 64, "holiday"))]
        )
        row = store.workflow("w1")
        assert row is not None and (row.bundle, row.locked) == ("d" * 64, False)

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
        rows = {(row.step, row.attempt): row for row in store.steps("w1")}
        assert list(rows) == [("extra", 1), ("practice_return", 1), ("practice_return", 2), ("sum", 1)]
        assert rows["practice_return", 1].status == "reopened" and rows["practice_return", 2].due == at(300)
        assert rows["extra", 1].status == "skipped" and rows["sum", 1].opened_at == AT
        assert {row.assignment: row.status for row in store.assignments("w1")} == {
            about("w1", "U1"): "answered",
            about("w1", "U2"): "ended",
            about("w1", "U1", attempt=2): "open",
        }
        assert statuses(store, "w1") == {"w1/1": "void", "w1/2": "void"}

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
        row = store.assignment(who)
        assert row is not None
        assert (row.due, row.external, row.person, row.name, row.rungs_climbed) == (
            at(400),
            True,
            "alex",
            "Alex",
            2,
        )
        assert store.steps("w1")[0].due == at(500)
        assert store.assignment("w1.nothing.1.U1.x") is None

    async def test_an_answer_is_carried_with_its_time(self, store: Store) -> None:
        await store.commit([a_workflow("w1")])
        later = about("w1", attempt=2)
        await store.commit(
            [commit("w1", 6, answered("w1", late=True), asked("w1", "U1", attempt=2), hours=4)]
        )
        await store.commit(
            [commit("w1", 8, e.ResponseCarried(later, "practice_return", about("w1")), hours=9)]
        )
        row = store.assignment(later)
        assert row is not None and (row.status, row.answered_at, row.late) == ("carried", at(4), True)

    # --- notices and the post

    @pytest.mark.parametrize(
        ("ending", "void"),
        [
            (answered("w1"), {"w1/1"}),
            (e.AssignmentEnded(about("w1"), "practice_return", "left"), {"w1/1"}),
            (e.ResponseCarried(about("w1"), "practice_return", about("w0")), {"w1/1"}),
            (e.StepClosed("practice_return", 1, "closed", "80%"), {"w1/1", "w1/2"}),
            (e.WorkflowClosed("withdrawn", "no longer needed"), {"w1/1", "w1/2"}),
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
        assert statuses(store, "w1") == {
            each: "void" if each in void else "planned" for each in void | planned_still
        }
        assert {row.notice.id for row in store.notices_due(at(0))} == planned_still
        ended = {row.assignment: row.status for row in store.assignments("w1")}
        assert (ended[about("w1", "U2")] == "ended") == ("w1/2" in void)

    async def test_a_claimed_notice_is_not_voided(self, store: Store) -> None:
        await store.commit([a_workflow("w1")])
        await store.commit([commit("post", 0, claimed("m1", "w1/1"))])
        await store.commit([commit("w1", 6, e.StepClosed("practice_return", 1, "closed", "all"))])
        assert statuses(store, "w1") == {"w1/1": "claimed", "w1/2": "void"}

    async def test_a_void_notice_cannot_be_claimed(self, store: Store) -> None:
        await store.commit([a_workflow("w1")])
        await store.commit([commit("w1", 6, answered("w1"))])
        with pytest.raises(Conflict):
            await store.commit([commit("post", 0, claimed("m1", "w1/1", "w1/2"))])
        assert store.messages() == [] and statuses(store, "w1")["w1/2"] == "planned"
        await store.commit([commit("post", 0, claimed("m1", "w1/2"))])
        with pytest.raises(Conflict):
            await store.commit([commit("post", 1, claimed("m2", "w1/2"))])

    async def test_notices_come_due(self, store: Store) -> None:
        await store.commit(
            [commit("w1", 0, launched(), *(planned("w1", f"n{n}", hours=n, about="") for n in (3, 1, 2)))]
        )
        assert store.next_notice() == at(1)
        assert [row.notice.id for row in store.notices_due(at(2))] == ["n1", "n2"]
        assert [row.notice.id for row in store.notices_due(at(9), limit=2)] == ["n1", "n2"]
        row = store.notice("n3")
        assert row is not None and row.notice.facts == {"title": "Your figures é", "n": 3}
        assert (row.workflow_id, row.status, row.planned_at) == ("w1", "planned", AT)
        assert store.notice("n4") is None

    async def test_a_message_goes_its_way(self, store: Store) -> None:
        await store.commit([a_workflow("w1")])
        await store.commit([commit("post", 0, claimed("m1", "w1/1", "w1/2"))])
        (message,) = store.messages_unfinished()
        assert (message.status, message.notices, message.lease_until) == ("claimed", ("w1/1", "w1/2"), at(1))
        assert store.next_notice() is None
        await store.commit([commit("post", 1, posted.MessageDeferred("m1", "450 busy", at(2), 1), hours=1)])
        (message,) = store.messages_unfinished()
        assert (message.status, message.because, message.lease_until, message.tries) == (
            "deferred", "450 busy", at(2), 1,
        )  # fmt: skip
        await store.commit([commit("post", 2, claimed("m1", "w1/1", "w1/2"), hours=2)])
        await store.commit([commit("post", 3, posted.MessageSent("m1", "250 ok", 900, "ab"), hours=3)])
        assert store.messages_unfinished() == []
        (message,) = store.messages()
        assert (message.status, message.sent_at, message.tries, message.to) == (
            "sent",
            at(3),
            1,
            "sam@example.org",
        )
        assert set(statuses(store, "w1").values()) == {"sent"}
        row = store.notice("w1/1")
        assert row is not None and row.message_id == "m1"

    async def test_a_refused_message(self, store: Store) -> None:
        await store.commit([a_workflow("w1")])
        await store.commit(
            [commit("post", 0, claimed("m1", "w1/1"), posted.MessageRefused("m1", "550 no such user"))]
        )
        (message,) = store.messages()
        assert (message.status, message.because) == ("refused", "550 no such user")
        assert statuses(store, "w1") == {"w1/1": "refused", "w1/2": "planned"}

    async def test_automatic_messages_are_counted_by_london_day(self, store: Store) -> None:
        # 21 July 2026, 23:30 UTC is half past midnight on the 22nd in London.
        night = (e.Event("post", n, AT.replace(month=7, hour=23, minute=30), e.BATON, "clock", body) for n, body in (
            (1, claimed("m1")), (2, claimed("m2")), (3, claimed("m3", urgent=True)), (4, claimed("m4", person="alex")),
        ))  # fmt: skip
        await store.commit([commit("w1", 0, launched()).__class__("post", 0, tuple(night))])
        assert store.automatic_sent(["sam", "nobody"], date(2026, 7, 22)) == {"sam": 2}
        assert store.automatic_sent(["sam"], date(2026, 7, 21)) == {}
        assert store.automatic_sent([], date(2026, 7, 22)) == {}

    async def test_links(self, store: Store) -> None:
        await store.commit(
            [commit("links", 0, posted.LinkIssued("h1", "a1", at(9)), posted.LinkIssued("h2", "a1", at(8)))]
        )
        row = store.link("h1")
        assert row is not None and (row.assignment, row.expires, row.revoked) == ("a1", at(9), False)
        assert [row.sha256 for row in store.links_of("a1")] == ["h2", "h1"] and store.links_of("a2") == []
        await store.commit([commit("links", 2, posted.LinkRevoked("h1", "passed on"))])
        row = store.link("h1")
        assert row is not None and row.revoked
        assert store.version("links") == 3 and store.link("h3") is None

    # --- many at once

    async def test_of_many_who_write_to_one_stream_one_wins_each_version(self, store: Store) -> None:
        await store.commit([a_workflow("w1")])

        async def one(number: int) -> int:
            lost = 0
            while True:
                version = store.version("w1")
                try:
                    await store.commit([commit("w1", version, changes.WorkflowHeld(f"reason {number}"))])
                    return lost
                except Conflict:
                    lost += 1
                    await asyncio.sleep(0)

        await asyncio.gather(*(one(number) for number in range(12)))
        assert [each.version for each in store.events("w1")] == list(range(1, 19))
        assert store.verify().intact

    async def test_a_conflict_in_a_crowd_fails_alone(self, store: Store) -> None:
        results = await asyncio.gather(
            *(store.commit([a_workflow(f"w{number // 2}")]) for number in range(20)), return_exceptions=True
        )
        lost = [each for each in results if isinstance(each, Conflict)]
        assert len(lost) == 10 and sum(isinstance(each, int) for each in results) == 10
        assert store.position() == 60 and len(store.workflows()) == 10

    def test_threads_and_loops_write_side_by_side(self, store: Store) -> None:
        def thread(name: str) -> None:
            for number in range(8):
                store.commit_now([a_workflow(f"{name}-{number}")])
                assert store.version(f"{name}-{number}") == 6

        def loop(name: str) -> None:
            async def write() -> None:
                for number in range(8):
                    await store.commit([a_workflow(f"{name}-{number}")])
                    assert len(store.assignments(f"{name}-{number}")) == 2

            asyncio.run(write())

        workers = [
            threading.Thread(target=kind, args=(f"{kind.__name__}{n}",))
            for n in (1, 2)
            for kind in (thread, loop)
        ]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        assert store.position() == 4 * 8 * 6 and store.verify().intact
