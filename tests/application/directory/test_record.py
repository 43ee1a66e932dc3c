"""The directory in use is what its stream comes to; every change says who and why."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from copy import deepcopy
from datetime import date
from typing import Any

import pytest

from application.directory.record import DirectoryRecord
from definitions.models.directory import Directory
from engine import events as e
from engine.commands.refusals import Invalid, Refused
from engine.dates.clock import VirtualClock
from store.memory.store import MemoryStore
from tests.engine.wide_bay import pcn_data

ASHA = e.Actor("Asha Patel", "pcn_manager", "U10001", "asha", channel="api")


def wide_bay(before: Mapping[str, Any]) -> Directory:
    return Directory.model_validate({"pcns": [pcn_data()]})


def named(name: str) -> Callable[[Mapping[str, Any]], Directory]:
    def wanted(before: Mapping[str, Any]) -> Directory:
        data = deepcopy(dict(before))
        data["pcns"][0]["people"][0]["name"] = name
        return Directory.model_validate(data)

    return wanted


@pytest.fixture
async def record(clock: VirtualClock) -> DirectoryRecord:
    made = DirectoryRecord(MemoryStore())
    await made.change(wide_bay, clock.now(), e.BATON, "the beginning", "f" * 64)
    return made


async def test_another_record_of_the_same_store_comes_to_the_same(
    record: DirectoryRecord, clock: VirtualClock
) -> None:
    await record.change(named("Asha Khan"), clock.now(), ASHA, "She married")
    other = DirectoryRecord(record._store)
    await other.load()
    assert other.current() == record.current() and other.version == record.version == 2
    assert other.current().pcns[0].people[0].name == "Asha Khan"
    assert other.file == "f" * 64  # what was imported last
    said = other.said("U10001")
    assert said is not None and (said.actor, said.reason, said.version) == (ASHA, "She married", 2)


async def test_a_preview_changes_nothing(record: DirectoryRecord) -> None:
    before = record.current()
    change = record.preview(named("Asha Khan"))
    assert [c.part for c in change.changes] == ["people"] and change.pcns == ("U10001",)
    assert record.current() == before and record.version == 1


async def test_what_is_so_already_or_has_no_reason_is_refused(
    record: DirectoryRecord, clock: VirtualClock
) -> None:
    with pytest.raises(Refused) as refused:
        await record.change(wide_bay, clock.now(), ASHA, "again")
    assert refused.value.code == "no-change"
    with pytest.raises(Refused) as refused:
        await record.change(named("Asha Khan"), clock.now(), ASHA, " ")
    assert refused.value.code == "no-reason"
    with pytest.raises(Invalid):
        await record.change(named("Asha Khan"), clock.now(), ASHA, "the patient is 943 476 5919")
    assert record.version == 1


async def test_two_who_change_it_at_once_both_stand(record: DirectoryRecord, clock: VirtualClock) -> None:
    other = DirectoryRecord(record._store)
    await other.load()

    def closed(before: Mapping[str, Any]) -> Directory:
        data = deepcopy(dict(before))
        data["pcns"][0]["board_rule"] = "a majority"
        return Directory.model_validate(data)

    await asyncio.gather(
        record.change(named("Asha Khan"), clock.now(), ASHA, "She married"),
        other.change(closed, clock.now(), ASHA, "It was agreed"),
    )
    await record.load()
    (pcn,) = record.current().pcns
    assert (pcn.people[0].name, pcn.board_rule) == ("Asha Khan", "a majority")


async def test_which_workflows_have_to_follow(record: DirectoryRecord, clock: VirtualClock) -> None:
    today = date(2026, 12, 15)
    assert record.to_follow(today) == ("U10001",)
    await record.follow(clock.now(), e.BATON)
    assert record.to_follow(today) == ()

    def leaves(before: Mapping[str, Any]) -> Directory:
        data = deepcopy(dict(before))
        data["pcns"][0]["practices"][3] |= {"to": "2026-12-20", "into": "Y10001"}
        return Directory.model_validate(data)

    await record.change(leaves, clock.now(), ASHA, "They merge")
    await record.follow(clock.now(), e.BATON)
    assert record.to_follow(date(2026, 12, 20)) == ()
    assert record.to_follow(date(2026, 12, 21)) == ("U10001",)
    then = record.pcn("U10001", date(2026, 12, 21))
    assert then is not None and [p.code for p in then.practices] == ["Y10001", "Y10002", "Y10003"]


async def test_before_the_first_import_it_says_what_to_do() -> None:
    with pytest.raises(Refused, match="baton directory import"):
        DirectoryRecord(MemoryStore()).current()
