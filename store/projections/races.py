"""Which commits of a call come too late: the one judgement every store makes before it appends anything."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from engine import events as e
from store.projections.tables import Tables
from store.protocol import Commit


def too_late(commits: Sequence[Commit], version: Callable[[str], int], tables: Tables) -> list[str]:
    """The streams whose commits lost a race; the call is refused whole if there is any. `version` is where a stream stands."""
    heads: dict[str, int] = {}
    keys: dict[str, str] = {}
    lost = []
    for commit in commits:
        stream = commit.stream
        stale = heads.get(stream, version(stream)) != commit.expected_version
        if stale or any(_taken(event, tables, keys) for event in commit.events):
            lost.append(stream)
        heads[stream] = commit.expected_version + len(commit.events)
    return lost


def _taken(event: e.Event, tables: Tables, keys: dict[str, str]) -> bool:
    """Whether `event` claims what is another's already. `keys` are the launches of this call, by their key."""
    match event.body:
        case e.MessageClaimed():
            return _unclaimable(event.body, tables)
        case e.WorkflowLaunched(key=key, launch=launch) if key:
            there = tables.launches.get(key)
            return (there.launch if there else keys.setdefault(key, launch)) != launch
    return False


def _unclaimable(body: e.MessageClaimed, tables: Tables) -> bool:
    """Whether it claims a notice that may not go: void, gone already, or claimed for another message.

    The post reads which notices are due, then claims them. A close may come in between and void one; were the
    claim taken, an ask would go out after the close. So the claim loses like any lost race, and the post looks
    again.
    """
    for notice_id in body.notices:
        row = tables.notices.get(notice_id)
        if row is None or row.status == "planned":
            continue
        if row.status != "claimed" or row.message_id != body.message_id:
            return True
    return False
