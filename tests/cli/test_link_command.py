"""`baton link revoke` ends the links to an assignment, and says so where there is none."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from application.environment.home import Home
from engine.events import BATON, Event
from engine.events.post import LINKS, LinkIssued
from store.embedded import open_store
from store.protocol import Commit
from tests.cli.conftest import EXAMPLES, Baton, serving

INPUTS = EXAMPLES / "inputs" / "iif-quarter-close.yaml"


def test_where_no_link_is_live_nothing_is_revoked(baton: Baton, up: Home) -> None:
    launched = baton("launch", "iif-quarter-close", "--pcn", "U90001", "--inputs", INPUTS, "--json")
    (workflow,) = json.loads(launched.out)["workflows"]
    said = baton("link", "revoke", f"{workflow[:6]}.confirm_set", "--reason", "passed on")
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith("No link opens this now, so there is none to revoke.")


def test_a_live_link_is_ended(baton: Baton, home: Path) -> None:
    with serving(home):
        launched = baton("launch", "iif-quarter-close", "--pcn", "U90001", "--inputs", INPUTS, "--json")
    (workflow,) = json.loads(launched.out)["workflows"]
    assignment = f"{workflow}.confirm_set.1.U90001.iif_lead"
    asyncio.run(issue_link(home, assignment))
    with serving(home):
        said = baton(
            "link", "revoke", f"{workflow}.confirm_set", "--reason", "passed on", "--by", "Asha Patel"
        )
        assert (said.code, said.err) == (0, "")
        assert said.out.startswith(f"1 link to {assignment} no longer opens anything.")
        story = baton("audit", "show", workflow).out
        assert (
            "Asha Patel (administrator, Harbour Vale PCN, with the key of Baton's home folder) revoked the link to “Before Q3 closes"
            in story
        )


async def issue_link(home: Path, assignment: str) -> None:
    """As an email would."""
    store, at = open_store(home), datetime(2026, 12, 15, 9, tzinfo=UTC)
    body = LinkIssued("a" * 64, assignment, at + timedelta(days=90))
    await store.commit([Commit(LINKS, 0, (Event(LINKS, 1, at, BATON, "post", body),))])
    await store.close()


def test_a_link_is_revoked_for_a_reason(baton: Baton, up: Home) -> None:
    assert baton("link", "revoke", "x.y").code == 2
