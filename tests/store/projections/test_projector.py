"""The lists are the same however they come about: in memory, in DuckDB a commit at a time, or rebuilt from the log."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import fields
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine import events as e
from store.duckdb.opener import open_store
from store.duckdb.rows.columns import SHAPES
from store.duckdb.store import DuckdbStore
from store.memory.store import MemoryStore
from store.projections.projector import rows_after
from store.projections.tables import Tables
from store.protocol import Conflict, NoticeRow, Pending, Store
from tests.store.samples import (
    a_workflow,
    about,
    answered,
    asked,
    at,
    claimed,
    commit,
    event,
    planned,
    when,
)

WORKFLOWS = ("w0", "w1", "w2")
PRACTICES = ("U1", "U2")
STEPS = ("practice_return", "review")

hours = st.integers(0, 400)
attempts = st.integers(1, 3)
steps = st.sampled_from(STEPS)
practices = st.sampled_from(PRACTICES)
assignments = st.tuples(st.sampled_from(WORKFLOWS), practices, attempts)
notices = st.sampled_from([f"{w}/{n}" for w in WORKFLOWS for n in range(1, 6)])
messages = st.sampled_from(["m1", "m2", "m3"])


def bodies(workflow: str) -> st.SearchStrategy[e.Body]:
    mine = st.builds(lambda p, n: about(workflow, p, attempt=n), practices, attempts)
    return st.one_of(
        st.builds(e.WorkflowClosed, st.sampled_from(["completed", "cancelled"]), st.just("")),  # type: ignore[arg-type]
        st.builds(e.WorkflowHeld, st.just("r")),
        st.builds(e.HoldLifted, st.integers(0, 3)),
        st.builds(e.WorkflowLocked, steps),
        st.builds(e.CalendarChanged, st.text("ab", min_size=1), st.just("r")),
        st.builds(e.StepOpened, steps, attempts, hours.map(when)),
        st.builds(e.StepSkipped, steps, attempts, st.just("")),
        st.builds(e.StepClosed, steps, attempts, st.just("closed"), st.just("")),
        st.builds(e.StepReopened, steps, attempts, st.just("")),
        st.builds(lambda p, n: asked(workflow, p, attempt=n), practices, attempts),
        st.builds(lambda p, n, late: answered(workflow, p, n, late), practices, attempts, st.booleans()),
        st.builds(e.ResponseCarried, mine, st.just("practice_return"), mine),
        st.builds(e.AssignmentEnded, mine, st.just("practice_return"), st.just("")),
        st.builds(lambda a, h: e.DeadlineMoved(a, "practice_return", None, when(h), ""), mine | st.just(""), hours),
        st.builds(e.AssignmentReassigned, mine, st.just("s"), st.just("sam"), st.text("pq", min_size=1), st.just("N"), st.just("")),
        st.builds(lambda a: e.RungClimbed(a, "s", "nudge", "due today", ()), mine),
        st.builds(
            lambda n, p, kind: planned(workflow, f"{workflow}/{n}", p, kind),
            st.integers(1, 5), practices, st.sampled_from(["ask", "reminder", "outcome"]),
        ),
    )  # fmt: skip


post = st.one_of(
    st.builds(lambda m, n, u: claimed(m, *n, urgent=u), messages, st.lists(notices, max_size=3, unique=True), st.booleans()),
    st.builds(e.MessageSent, messages, st.just("ok"), st.just(1), st.just("")),
    st.builds(lambda m, h: e.MessageDeferred(m, "busy", at(h), h), messages, hours),
    st.builds(e.MessageRefused, messages, st.just("no")),
)  # fmt: skip
links = st.one_of(
    st.builds(lambda s, h: e.LinkIssued(s, "a", at(h)), st.sampled_from(["x", "y"]), hours),
    st.builds(e.LinkRevoked, st.sampled_from(["x", "y"]), st.just("")),
)
pendings = st.none() | st.builds(Pending, st.none() | hours.map(at), st.text("xy", max_size=2), st.booleans())
one_commit = st.one_of(
    *(st.tuples(st.just(w), st.lists(bodies(w), min_size=1, max_size=4), pendings) for w in WORKFLOWS),
    st.tuples(st.just("post"), st.lists(post, min_size=1, max_size=2), st.none()),
    st.tuples(st.just("links"), st.lists(links, min_size=1, max_size=2), st.none()),
)
histories = st.lists(st.lists(one_commit, min_size=1, max_size=2), max_size=14)


async def everything(store: Store) -> dict[str, Any]:
    """All the lists of a store, through its public face."""
    return {
        "workflows": await store.workflows(),
        **{w: (await store.steps(w), await store.assignments(w), await store.notices(w)) for w in WORKFLOWS},
        "messages": await store.messages(),
        "links": [await store.link(each) for each in "xy"] + await store.links_of("a"),
        "due": await store.due(at(200)),
        "unseen": await store.unseen(),
        "post": (
            await store.notices_due(at(0)),
            await store.next_notice(),
            await store.messages_unfinished(),
        ),
        "head": await store.head(),
    }


async def write(
    store: MemoryStore | DuckdbStore, history: list[list[tuple[str, list[e.Body], Pending | None]]]
) -> list[bool]:
    """What of the history each store took: they must take and refuse the same."""
    took = []
    for hour, call in enumerate(history):
        versions: dict[str, int] = {}
        commits = []
        for stream, some, pending in call:
            version = versions.get(stream, await store.version(stream))
            commits.append(commit(stream, version, *some, hours=hour, pending=pending))
            versions[stream] = version + len(some)
        try:
            await store.commit(commits)
            took.append(True)
        except Conflict:
            took.append(False)
    return took


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(histories)
async def test_memory_duckdb_and_rebuild_agree(history: Any) -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        memory, duck = MemoryStore(), open_store(home)
        for store in (memory, duck):
            await store.commit([a_workflow(w, Pending(at(9), "all")) for w in WORKFLOWS])
        assert await write(memory, history) == await write(duck, history)
        expected = await everything(memory)
        assert await everything(duck) == expected
        await duck.close()
        shutil.rmtree(home / "journal")  # it is made again from the file
        await open_store(home).close()
        (home / "baton.duckdb").unlink()  # it is made again from the journal
        duck = open_store(home)
        assert await everything(duck) == expected
        await duck.close()


def test_reducers_are_pure() -> None:
    tables = Tables()
    for each in a_workflow("w1").events:
        for row in rows_after(each, tables):
            tables.put(row)
    before = dict(tables.notices)
    first = rows_after(event("w1", 7, answered("w1")), tables)
    assert first == rows_after(event("w1", 7, answered("w1")), tables)
    assert tables.notices == before
    assert [row.status for row in first if isinstance(row, NoticeRow)] == ["void"]


def test_every_column_that_can_change_is_in_a_facet() -> None:
    """A column no UPDATE writes would differ between a row changed and a row inserted."""
    fixed = {
        "workflows": {"definition", "launch", "batch", "parent", "launched_at"},
        "steps": set(),
        "assignments": {"workflow_id", "step", "attempt", "organisation", "role"},
        "notices": {each.name for each in fields(e.Notice)} - {"only"} | {"workflow_id", "planned_at"},
        "messages": set(),
        "links": set(),
        "launches": {"key", "launch", "content"},
    }
    for shape in SHAPES.values():
        written = {shape.names[i] for facet in shape.facets for i in (*facet.key, *facet.columns)}
        assert written | fixed[shape.table] == set(shape.names), shape.table
