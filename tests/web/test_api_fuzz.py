"""Everything `baton serve` has under /api, against its own description: whatever is sent, it answers as it says it does.

The real parts, over the store in memory. Among the ids are real ones, and streams of the log that are no workflow's.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable

from application.commands.request import REQUESTS
from application.progress.demonstration_clock import DemonstrationClock
from application.progress.runtime import PostOutcome, Runtime
from audit.auditor import Auditor
from engine.dates.clock import LeapingClock
from tests.web.site import SETTINGS, START, TOKEN, begun, mailbox_of
from web.access.outbox_access import OutboxAccess
from web.outbox import Outbox

schemathesis = pytest.importorskip("schemathesis")
pytestmark = pytest.mark.fuzz
AUTH = {"Authorization": f"Bearer {TOKEN}"}
#: Streams of the log that are no workflow's, and what an id may look like.
STRANGE = ["post", "links", "files", "x", "0", "a.b.1.c.d", "links.a.1.Y1.pm", "é", "%", "\x00", "w" * 200]


@dataclass(frozen=True)
class Described:
    """The description of all that is served, and the ids of what is under way."""

    schema: Any
    real: Mapping[str, str]


async def no_delivery(now: datetime) -> PostOutcome:
    raise AssertionError("nothing is delivered here")


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> Described:
    home = tmp_path_factory.mktemp("home")
    site = begun(home / "uploads")
    outbox = Outbox(mailbox_of(home / "outbox", site), OutboxAccess())
    leaping = LeapingClock.starting(START)
    leaps = DemonstrationClock(
        site.operations.repository, leaping, lambda now: None, Runtime(site.operations, no_delivery)
    )
    app = site.app(
        replace(SETTINGS, hosts=frozenset({"testserver"})),
        outbox=outbox,
        auditor=Auditor(site.store),
        demonstration=leaps,
    )
    schema = schemathesis.openapi.from_asgi("/api/openapi.json", app)
    return Described(
        schema, {"workflow_id": site.workflow, "assignment_id": site.assignment, "pcn": "U90001"}
    )


@pytest.mark.parametrize("mode", ["positive", "negative"])
def test_every_answer_is_one_it_describes(described: Described, mode: str) -> None:
    wanted = schemathesis.GenerationMode(mode)
    # For each operation; together they are many times as many.
    examples = settings().max_examples // 4
    tried = 0
    for operation in (found.ok() for found in described.schema.get_all_operations()):

        @settings(max_examples=examples, suppress_health_check=list(HealthCheck))
        @given(operation.as_strategy(generation_mode=wanted), st.sampled_from(["as made", "real", *STRANGE]))
        def holds(case: Any, id_: str) -> None:
            for name in (
                described.real.keys() & (case.path_parameters or {}).keys() if id_ != "as made" else ()
            ):
                case.path_parameters[name] = described.real[name] if id_ == "real" else id_
            response = case.call(headers=AUTH)
            told = f"{case.operation.label} {response.status_code} {response.text}"
            assert response.status_code < 500, told
            assert str(response.status_code) in case.operation.responses.status_codes, told
            if response.status_code >= 400:
                assert response.headers["content-type"][0].startswith("application/problem+json")
                assert response.json()["code"]

        with suppress(Unsatisfiable):  # an operation that takes nothing cannot be sent anything wrong
            holds()
            tried += 1
    assert tried >= 10


def test_all_that_is_served_is_described(described: Described) -> None:
    assert set(described.schema.raw_schema["paths"]) == {
        "/api/todo", "/api/processes", "/api/tokens", "/api/tokens/{token_id}/revoke",
        "/api/workflows", "/api/workflows/{workflow_id}", "/api/assignments/{assignment_id}",
        "/api/assignments/{assignment_id}/responses", "/api/assignments/{assignment_id}/replies",
        "/api/assignments/{assignment_id}/files", "/api/assignments/{assignment_id}/links/revoke",
        "/api/audit/workflows", "/api/audit/story", "/api/audit/verify", "/api/audit/events",
        "/api/outbox/links", "/api/status", "/api/clock", "/api/clock/answers/{assignment_id}",
            "/api/directory", "/api/directory/{pcn}", "/api/directory/changes", "/api/directory/history",
        "/api/directory/{pcn}/history",
        *(
            f"/api/{kind.about}s/{{{kind.about}_id}}/commands/{kind.name}{what}"
            for kind in REQUESTS.values() for what in ("", "/preview")
        ),
        *(
            f"/api/{each}/commands/{kind.name}"
            for kind in REQUESTS.values() if kind.many for each in ("launches/{launch_id}", "pcns/{pcn_id}")
        ),
        "/api/workflows/preview",
    }  # fmt: skip
