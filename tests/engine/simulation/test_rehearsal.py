"""Rehearsing: both futures of the three processes that ship, for the example PCN."""

from __future__ import annotations

import pytest

from benchmarks.rehearsal import LAUNCHED, NAMES, prepared
from definitions.loading.directory_file import load_directory
from definitions.models.directory import Pcn
from engine import events as e
from engine.commands.refusals import Refused
from engine.simulation.rehearsal import rehearse
from engine.state.fold import fold
from tests.engine import worlds
from tests.engine.worlds import at, pcn, simple

EXAMPLE = "examples/harbour-vale.yaml"


@pytest.fixture(scope="module")
def harbour_vale() -> Pcn:
    from pathlib import Path

    return load_directory(Path(__file__).parents[3] / EXAMPLE).pcns[0]


@pytest.mark.parametrize("name", NAMES)
def test_when_everyone_answers_on_time_it_completes(name: str, harbour_vale: Pcn) -> None:
    process, inputs = prepared(name, harbour_vale)
    played = rehearse(process, harbour_vale, inputs, LAUNCHED)
    assert played.ended.status == "completed" and not played.stuck
    assert not [event for event in played.events if isinstance(event.body, e.ShortfallRaised)]
    assert fold(played.events, {process.hash: process}.__getitem__) == played.ended
    assert sum(played.messages_to().values()) == len(played.notices) > 10


@pytest.mark.parametrize("name", NAMES)
def test_when_nobody_answers_it_stands_where_only_a_person_can_move_it(name: str, harbour_vale: Pcn) -> None:
    process, inputs = prepared(name, harbour_vale)
    played = rehearse(process, harbour_vale, inputs, LAUNCHED, "silent")
    assert played.stuck == "only a person can move it from here" and not played.ended.over
    registers = [event.body.register for event in played.events if isinstance(event.body, e.RungClimbed)]
    assert "ring them" in registers


def test_a_rehearsal_is_the_same_every_time_and_shows_what_is_in_the_way() -> None:
    # Whoever is asked at Elm Tree is away on the day it is due, and nobody covers.
    away = [{"person": "jo", "from": "2027-01-18", "to": "2027-01-20"}]
    played = rehearse(simple(), pcn(absences=away, cover=[]), {"start": "2027-01-04"}, at("2027-01-04 09:00"))
    again = rehearse(simple(), pcn(absences=away, cover=[]), {"start": "2027-01-04"}, at("2027-01-04 09:00"))
    assert played == again and [clash.what for clash in played.clashes] == [
        "Jo Marsh is away on the day ask is due"
    ]


def test_what_cannot_be_launched_cannot_be_rehearsed() -> None:
    nobody = pcn(roles=[r for r in worlds.pcn_data()["roles"] if r["role"] != "pcn_manager"])
    with pytest.raises(Refused) as refused:
        rehearse(worlds.process("vote"), nobody, worlds.LAUNCHES["vote"], at("2027-01-04 09:00"))
    assert refused.value.code == "role-nobody-has"
