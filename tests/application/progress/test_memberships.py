"""What runs follows the directory: after a change, at a start, on the day a practice goes; once, and told once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from application.directory.changes import ADAPTER, everyday
from application.directory.record import DirectoryRecord, Wanted
from application.environment.alarms import Alarms
from application.incidents import Incidents
from application.launcher import Launcher
from application.network_calendar import network_calendar
from application.operations import Operations
from application.progress.advancer import Advancer
from application.progress.memberships import Memberships
from application.repository import Repository
from definitions.loading.directory_file import load_directory
from definitions.loading.library import SHIPPED, Library
from engine import commands
from engine import events as e
from engine.commands.refusals import Refused
from engine.dates.clock import VirtualClock
from engine.events import BATON
from engine.events.post import LINKS
from engine.state.workflow import WorkflowState
from store.memory.store import MemoryStore
from store.protocol import Commit

EXAMPLE = Path(__file__).parents[3] / "examples" / "harbour-vale.yaml"
ASHA = e.Actor("Asha Patel", "pcn_manager", "U90001", "asha-patel", channel="api")
VISITS = """\
id: visits
version: 1
title: Home visits
summary: Every practice says how many.
financial_year: 2026/27
retention: corporate-6
sensitivity: aggregate
sources: [{title: made up, url: "https://example.org/"}]
launch: {by: [pcn_manager], reference: Visits}
steps:
  - id: ask
    kind: collect
    title: Home visits
    assign: {role: practice_manager, at: every practice}
    due: 15 working days after opens
    form: [{id: visits, type: integer, label: How many}]
    silence: never counts
    close_when: all
    ladder: standard
"""


def changes(*given: dict[str, Any]) -> Wanted:
    return everyday(["U90001"], [ADAPTER.validate_python(each) for each in given], None)


class Network:
    """Harbour Vale, with one process under way in which every practice is asked."""

    def __init__(self, clock: VirtualClock, folder: Path) -> None:
        (folder / "library").mkdir()
        (folder / "library" / "visits.yaml").write_text(VISITS)
        self.clock, self.store, self.alarms = clock, MemoryStore(), Alarms()
        self.record = DirectoryRecord(self.store)
        repository = Repository(self.store)
        launcher = Launcher(
            repository, Library([SHIPPED, folder]), self.record.current, network_calendar().to_data()
        )
        self.operations = Operations(repository, launcher, clock)
        self.memberships = Memberships(self.operations, self.record, self.alarms)

    async def begin(self) -> None:
        directory = load_directory(EXAMPLE)
        await self.record.change(lambda before: directory, self.clock.now(), BATON, "the beginning")
        await self.memberships.follow()
        (self.workflow,) = (await self.operations.launch("visits", ["U90001"], {}, ASHA)).workflows
        await self.advance()

    async def advance(self) -> None:
        from engine.decisions.advance import advance

        now = self.clock.now()
        await self.operations.repository.decide(self.workflow, lambda state: advance(state, now), now)

    async def state(self) -> WorkflowState:
        return await self.operations.repository.state(self.workflow)

    async def asked(self, place: str) -> Any:
        step = (await self.state()).steps["ask"]
        return next(a for a in step.assignments.values() if a.organisation == place)

    async def told(self, since: int) -> list[tuple[str, str]]:
        """Kind and person of the notices that events after that version planned."""
        events = await self.store.events(self.workflow, since)
        planned = [event.body.notice for event in events if isinstance(event.body, e.NoticePlanned)]
        return [(notice.kind, notice.person) for notice in planned]

    async def version(self) -> int:
        return await self.store.version(self.workflow)


@pytest.fixture
async def network(tmp_path: Path) -> Network:
    made = Network(VirtualClock(datetime(2026, 12, 1, 10, tzinfo=UTC)), tmp_path)
    await made.begin()
    return made


async def test_a_leaver_s_work_goes_to_who_takes_over_and_the_log_says_why(network: Network) -> None:
    before = await network.version()
    joins = {"change": "person", "id": "kit-dale", "name": "Kit Dale", "email": "kit.dale@oakhouse.example"}
    takes = {
        "change": "takes-over",
        "role": "practice_manager",
        "at": "Y90002",
        "person": "kit-dale",
        "from": "2026-12-01",
    }
    await network.memberships.change(changes(joins, takes), ASHA, "Daniel Frost has left")
    assert (await network.asked("Y90002")).person == "kit-dale"
    events = await network.store.events(network.workflow)
    (changed,) = [event.body for event in events if isinstance(event.body, e.MembershipChanged)]
    assert changed.reason == "Asha Patel changed the directory: Daniel Frost has left"
    assert await network.told(before) == [("ask", "kit-dale")]  # the leaver is not written to
    assert not network.memberships.turned


async def test_nothing_is_done_twice(network: Network) -> None:
    mailbox = {"change": "mailbox", "practice": "Y90001", "mailbox": "office@elmtree.example"}
    await network.memberships.change(changes(mailbox), ASHA, "they have one now")
    version = await network.store.version(network.workflow)
    await network.memberships.follow()
    restarted = DirectoryRecord(network.store)
    await restarted.load()
    await Memberships(network.operations, restarted, Alarms()).follow()
    assert await network.store.version(network.workflow) == version


async def test_a_change_after_which_baton_was_killed_is_followed_at_the_next_start(network: Network) -> None:
    size = {"change": "list-size", "practice": "Y90001", "list_size": 9000}
    await network.record.change(changes(size), network.clock.now(), ASHA, "published")  # and killed
    assert (await network.asked("Y90001")).list_size == 8250
    restarted = DirectoryRecord(network.store)
    await restarted.load()
    await Memberships(network.operations, restarted, Alarms()).follow()
    assert (await network.asked("Y90001")).list_size == 9000


async def test_a_practice_goes_on_its_day_and_not_before(network: Network) -> None:
    merges = {"change": "practice-leaves", "practice": "Y90003", "to": "2026-12-04", "into": "Y90005"}
    await network.memberships.change(changes(merges), ASHA, "the partners agreed")
    assert (await network.asked("Y90003")).status == "open"
    before = await network.version()
    network.clock.move_to(datetime(2026, 12, 5, 8, tzinfo=UTC))
    assert network.memberships.turned
    await network.memberships.follow()
    assert (await network.asked("Y90003")).status == "ended"
    assert [p.code for p in (await network.state()).pcn.practices] == ["Y90001", "Y90002", "Y90004", "Y90005"]
    assert await network.told(before) == [("told", "priya-nair")]
    assert not network.memberships.turned


async def test_a_preview_says_who_gets_what_today_and_on_later_days(network: Network) -> None:
    cover = {"change": "cover", "for": "jo-marsh", "by": "sam-lee", "from": "2026-12-07", "to": "2026-12-09"}
    wanted = changes(cover, {"change": "leaves", "person": "daniel-frost", "to": "2026-11-30"})
    change = network.memberships.preview(wanted)
    touched = await network.memberships.touched(change)
    said = [(touch.on, touch.text, touch.told) for touch in touched.touches]
    ask = "“Home visits” at"
    assert said[0] == (
        date(2026, 12, 1), f"{ask} Oak House Medical Centre: Asha Patel is asked whom to ask, because Daniel Frost has left",
        ("Asha Patel",),
    )  # fmt: skip
    assert (
        date(2026, 12, 7),
        f"{ask} Elm Tree Surgery: Sam Lee is asked, because Jo Marsh is away, and Sam Lee covers for them",
        ("Sam Lee",),
    ) in said
    assert (
        date(2026, 12, 10),
        f"{ask} Elm Tree Surgery: Jo Marsh is asked, because Jo Marsh is back",
        ("Jo Marsh", "Sam Lee"),
    ) in said
    assert await network.store.version("directory") == 2  # nothing was kept


async def test_a_workflow_that_cannot_follow_is_told_and_tried_again(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    do = network.operations.do

    async def refusing(*given: Any, **named: Any) -> Any:
        raise Refused("beyond-horizon", "the bank holidays of 2030 are not known")

    monkeypatch.setattr(network.operations, "do", refusing)
    mailbox = {"change": "mailbox", "practice": "Y90001", "mailbox": "office@elmtree.example"}
    await network.memberships.change(changes(mailbox), ASHA, "they have one now")
    (alarm,) = network.alarms.all()
    assert "could not follow" in alarm.text and network.memberships.turned
    monkeypatch.setattr(network.operations, "do", do)
    await network.memberships.follow()
    assert network.alarms.all() == () and not network.memberships.turned


async def test_what_was_decided_for_one_workflow_alone_stays_when_the_directory_changes(
    network: Network,
) -> None:
    do, workflow = network.operations.do, network.workflow
    await do(workflow, commands.withdraw_practice, ASHA, "Y90003", "they pay no part in it")
    await do(workflow, commands.correct_list_size, ASHA, "Y90001", 8000, "it was wrong in March")
    size = {"change": "list-size", "practice": "Y90002", "list_size": 12500}
    await network.memberships.change(changes(size), ASHA, "published")
    sizes = {practice.code: practice.list_size for practice in (await network.state()).pcn.practices}
    assert sizes == {"Y90001": 8000, "Y90002": 12500, "Y90004": 9910, "Y90005": 4360}
    # What is published of the same practice takes the place of what was corrected.
    size = {"change": "list-size", "practice": "Y90001", "list_size": 8300}
    await network.memberships.change(changes(size), ASHA, "published again")
    sizes = {practice.code: practice.list_size for practice in (await network.state()).pcn.practices}
    assert sizes["Y90001"] == 8300 and "Y90003" not in sizes


async def test_the_links_of_who_is_asked_no_more_die_with_the_hand_over_also_by_the_clock(
    network: Network,
) -> None:
    ends = {
        "change": "takes-over",
        "role": "practice_manager",
        "at": "Y90002",
        "person": "nina-hassan",
        "from": "2026-12-04",
    }
    await network.memberships.change(changes(ends), ASHA, "Daniel Frost leaves on the 3rd")
    asked, now = (await network.asked("Y90002")).id, network.clock.now()
    issued = e.LinkIssued("f" * 64, asked, now + timedelta(days=90))
    await network.store.commit([Commit(LINKS, 0, (e.Event(LINKS, 1, now, BATON, "post", issued),))])
    network.clock.move_to(datetime(2026, 12, 4, 8, tzinfo=UTC))

    async def nobody(commits: Sequence[Commit]) -> None:
        return

    incidents = Incidents(network.store)
    advancer = Advancer(network.operations.repository, incidents.try_, nobody, network.alarms)
    await advancer.advance([network.workflow], network.clock.now())
    assert (await network.asked("Y90002")).person == "nina-hassan"
    (link,) = await network.store.links_of(asked)
    assert link.revoked


async def test_a_preview_says_how_many_are_needed_when_list_sizes_are_published_or_a_practice_goes(
    network: Network,
) -> None:
    goes = changes({"change": "practice-leaves", "practice": "Y90003", "to": "2026-11-30"})
    touched = await network.memberships.touched(network.memberships.preview(goes))
    assert [(touch.text, touch.told) for touch in touched.touches] == [
        (
            "“Home visits” at The Willows Practice: nobody is asked any more, because the practice left the PCN",
            ("Priya Nair",),
        ),
        ("“Home visits”: 0 of 4 answers are in, and 4 are needed (before: 0 of 5, and 5)", ()),
    ]
