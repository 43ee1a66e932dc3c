"""The questions an audit asks of the log."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from engine.events import post as posted
from engine.events import workflow as e
from store.duckdb import audit_queries
from store.duckdb.opener import open_store
from store.duckdb.store import DuckdbStore
from store.protocol import Pending
from tests.store.samples import AT, a_workflow, answered, at, claimed, commit, planned


@pytest.fixture
def store(tmp_path: Path) -> Iterator[DuckdbStore]:
    store = open_store(tmp_path)
    store.commit_now([a_workflow("w1", Pending(at(5), "x")), a_workflow("w2", pcn="Y2")])
    store.commit_now([commit("post", 0, claimed("m1", "w1/1", "w2/1"), claimed("m2", "w1/2"))])
    store.commit_now(
        [commit("post", 2, posted.MessageSent("m1", "ok", 1, ""), posted.MessageRefused("m2", "no"), hours=1)]
    )
    closing = (answered("w1", late=True), e.StepClosed("practice_return", 1, "closed", "all"))
    store.commit_now([commit("w1", 6, *closing, e.WorkflowClosed("completed", "done"), hours=48)])
    store.commit_now([commit("w2", 6, planned("w2", "w2/9", about=""), hours=60)])
    yield store
    store.close()


def test_the_list_counts_what_there_is(store: DuckdbStore) -> None:
    one, two = audit_queries.listed(store)
    assert one.workflow == store.workflow("w1") and two.workflow == store.workflow("w2")
    assert (one.events, one.steps_closed, one.asked, one.answered, one.late, one.messages_sent) == (
        9,
        1,
        2,
        1,
        1,
        1,
    )
    assert (two.events, two.steps_closed, two.asked, two.answered, two.messages_sent) == (7, 0, 2, 0, 1)
    assert [each.workflow.workflow_id for each in audit_queries.listed(store, status="open")] == ["w2"]
    assert [each.workflow.workflow_id for each in audit_queries.listed(store, status="closed")] == ["w1"]
    assert [
        each.workflow.workflow_id
        for each in audit_queries.listed(store, pcn="Y2", definition="iif-quarter-close")
    ] == ["w2"]
    assert audit_queries.listed(store, definition="another") == []


def test_the_messages_of_a_workflow(store: DuckdbStore) -> None:
    assert [(row.message_id, row.status) for row in audit_queries.messages_of(store, "w1")] == [
        ("m1", "sent"),
        ("m2", "refused"),
    ]
    assert [row.message_id for row in audit_queries.messages_of(store, "w2")] == ["m1"]
    assert [each.type for each in audit_queries.post_of(store, "w2")] == ["MessageClaimed", "MessageSent"]


def test_searching(store: DuckdbStore) -> None:
    assert [
        each.workflow_id
        for each in audit_queries.search(store, type="ResponseReceived", person="sam-okafor").events
    ] == ["w1"]
    assert audit_queries.search(store, organisation="U9").entries == ()
    assert len(audit_queries.search(store, text="your FIGURES", limit=100).entries) == 7
    day = audit_queries.search(store, begins=date(2026, 11, 23), ends=date(2026, 11, 23))
    assert {each.type for each in day.events} == {
        "ResponseReceived", "StepClosed", "WorkflowClosed", "NoticePlanned",
    }  # fmt: skip
    positions = [each.position for each in audit_queries.search(store, limit=3).entries]
    assert positions == [20, 19, 18]


def test_times_and_load(store: DuckdbStore) -> None:
    (step,) = audit_queries.step_times(store, "iif-quarter-close")
    assert (step.step, step.attempts, step.median_hours, step.p90_hours) == ("practice_return", 1, 48, 48)
    assert audit_queries.load_ahead(store, AT) == [(at(24 * 7), "U1", 1), (at(24 * 7), "U2", 1)]
    assert audit_queries.load_ahead(store, AT, weeks=1) == []


def test_verifying_with_witnesses(store: DuckdbStore) -> None:
    ours, foreign = store.entries("w1")[2].hash.hex(), "ab" * 32
    verdict, missing = audit_queries.verify(store, [ours, foreign])
    assert verdict.intact and verdict.events == 20 and missing == (foreign,)
