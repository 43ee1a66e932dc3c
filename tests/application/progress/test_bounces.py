"""An email that could not be delivered is told in every workflow that it was about, once."""

from __future__ import annotations

from application.operations import Operations
from application.progress.bounces import BounceReport
from application.progress.runtime import PostOutcome, Runtime
from cli.arguments import mapping
from engine.events import Actor, Notice
from store.protocol import MessageRow, NoticeRow
from tests.application.conftest import EXAMPLES

INPUTS = mapping(EXAMPLES / "inputs" / "iif-quarter-close.yaml")
ASHA = Actor("Asha Patel", "pcn_manager", "U90001", channel="web")


async def no_delivery(now: object) -> PostOutcome:
    raise AssertionError("nothing is delivered here")


async def _asked(operations: Operations, key: str) -> tuple[str, list[NoticeRow]]:
    (workflow,) = (await operations.launch("iif-quarter-close", ["U90001"], INPUTS, ASHA, key)).workflows
    await Runtime(operations, no_delivery).advance([workflow])
    rows = await operations.repository.store.notices(workflow)
    assert rows
    return workflow, rows


def _message(notices: list[Notice], operations: Operations) -> MessageRow:
    now, first = operations.clock.now(), notices[0]
    return MessageRow(
        "<m1@baton.example>", tuple(each.id for each in notices), first.person, first.email, "Three things",
        "claimed", now, now, None, 1, False, "",
    )  # fmt: skip


async def _told(operations: Operations, workflow: str) -> list[Notice]:
    rows = await operations.repository.store.notices(workflow)
    return [row.notice for row in rows if row.notice.id.startswith("refused-")]


async def test_every_workflow_of_a_digest_is_told_of_all_that_was_in_it(operations: Operations) -> None:
    (one, first), (other, second) = await _asked(operations, "one"), await _asked(operations, "other")
    carried = [row.notice for row in (*first, *second)]
    report = BounceReport(operations.repository, operations.clock)
    for _ in range(2):
        await report(_message(carried, operations), "No such mailbox.")
    for workflow, rows in ((one, first), (other, second)):
        (told,) = await _told(operations, workflow)
        assert told.person == "asha-patel" and "No such mailbox." in told.facts["text"]
        assert all(f"“{row.notice.subject}”" in told.facts["text"] for row in rows)


async def test_an_email_of_one_thing_is_told_by_its_subject_alone(operations: Operations) -> None:
    workflow, rows = await _asked(operations, "one")
    report = BounceReport(operations.repository, operations.clock)
    await report(_message([rows[0].notice], operations), "No such mailbox.")
    (told,) = await _told(operations, workflow)
    assert told.facts["text"].startswith("The email “Three things” to ")
    assert told.facts["text"].endswith("No such mailbox.")
