"""Every route and every command, tried as everybody: who may, who may not, and that nothing happens to who may not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import count
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from application.access.principal import SCOPES
from application.access.table import ACTIONS, rule_of
from application.access.tokens import Tokens
from application.commands.request import REQUESTS
from audit.auditor import Auditor
from definitions.models.directory import Directory
from engine.commands.command import COMMANDS
from engine.events import BATON
from tests.web.site import ELM_TREE, GOOD, INPUTS, MANAGER, PCN, TOKEN, Site
from web.outbox import Outbox

ANOTHER_PCN = "U90002"
#: Codes of refusals that are about who asks; any other is about what is asked.
TURNED_AWAY = {"unauthorized", "forbidden", "out-of-scope", "no-such-workflow", "no-such-assignment"}
#: Everybody who tries: the id of a person, the PCN whose directory has them, and what their token is for.
EVERYBODY = {
    "the manager": ("asha-patel", PCN, tuple(SCOPES)),
    "who covers the manager": ("sam-lee", PCN, tuple(SCOPES)),
    "the clinical director": ("nina-hassan", PCN, tuple(SCOPES)),
    "HR": ("maya-chen", PCN, tuple(SCOPES)),
    "finance": ("colin-ward", PCN, tuple(SCOPES)),
    "who is asked": ("jo-marsh", PCN, tuple(SCOPES)),
    "another practice's manager": ("daniel-frost", PCN, tuple(SCOPES)),
    "another PCN's manager": ("asha-patel", ANOTHER_PCN, tuple(SCOPES)),
    "another PCN's practice manager": ("jo-marsh", ANOTHER_PCN, tuple(SCOPES)),
    "whose role ended yesterday": ("mo-gone", PCN, tuple(SCOPES)),
    "who is in no directory": ("nobody-here", PCN, tuple(SCOPES)),
    "the manager, to look only": ("asha-patel", PCN, ("look",)),
}
AT_PCN = {
    "the administrator",
    "the manager",
    "who covers the manager",
    "the clinical director",
    "HR",
    "finance",
}
MANAGERS = {"the administrator", "the manager", "who covers the manager"}
LOOKING = {"the manager, to look only"}
#: Whoever has a role today, in whichever PCN.
SOMEBODY = {"the administrator", *EVERYBODY} - {"whose role ended yesterday", "who is in no directory"}

#: Who may do what, beside the engine's commands. The manager of another PCN may list, and finds what is theirs.
MAY: dict[str, set[str]] = {
    "list workflows": AT_PCN | LOOKING | {"another PCN's manager"},
    "show workflow": AT_PCN | LOOKING,
    "show assignment": AT_PCN | LOOKING | {"who is asked"},
    "respond": MANAGERS | {"who is asked"},
    "reply": MANAGERS | {"who is asked"},
    "send file": AT_PCN | {"who is asked"},
    "revoke links": MANAGERS,
    "launch": MANAGERS,
    "list audits": AT_PCN | {"another PCN's manager"},
    "read story": AT_PCN,
    "search log": AT_PCN | {"another PCN's manager"},
    "verify log": AT_PCN | {"another PCN's manager"},
    "show todo": AT_PCN | LOOKING | {"another PCN's manager"},
    "list processes": SOMEBODY,
    "show status": SOMEBODY,
    "open outbox": {"the administrator"},
    "show whole directory": {"the administrator"},
    "show directory": AT_PCN | LOOKING,
    "change directory": MANAGERS,
    "manage tokens": {"the administrator"},
}
#: What the engine's commands of a manager let in, by the words in which they say it.
BY_WHO = {
    "the PCN manager, or another role that may launch the process": MANAGERS,
    "the PCN manager, the clinical director, or another role that may launch the process": MANAGERS | {"the clinical director"},
}  # fmt: skip
BY = {"name": "Jo Marsh", "role": "practice manager", "how": "by telephone"}
COMMANDS_GIVEN: dict[str, dict[str, Any]] = {
    "hold": {"reason": "half term"},
    "lift": {"reason": "all back"},
    "cancel": {"reason": "a mistake"},
    "reopen-workflow": {"step": "practice_return", "reason": "a mistake"},
    "withdraw": {"organisation": ELM_TREE, "reason": "left"},
    "add-practice": {"organisation": ELM_TREE, "reason": "joined"},
    "correct-list-size": {"organisation": ELM_TREE, "list_size": 8300, "reason": "published anew"},
    "correct-input": {"name": "quarter", "value": "Q2", "reason": "a slip"},
    "move-date": {"name": "quarter_end", "day": "2027-01-04", "reason": "a slip"},
    "correct-external-date": {"name": "quarter_end", "day": "2027-01-04", "source": "the news", "reason": "a slip"},
    "renew-calendar": {"reason": "a new bank holiday"},
    "reopen": {"step": "practice_return", "reason": "a slip"},
    "send-back": {"step": "practice_return", "what": "two figures are missing", "organisation": ELM_TREE},
    "skip": {"step": "practice_return", "reason": "not this quarter"},
    "close-short": {"step": "practice_return", "reason": "time is up"},
    "open": {"step": "practice_return"},
    "decide": {"step": "practice_return", "choice": "proceed", "reason": "enough"},
    "extend": {"until": "2027-01-29", "reason": "two are away"},
    "note-call": {"text": "Nobody there", "next_on": "2027-01-11"},
    "nudge": {},
    "extend-many": {"until": "2027-01-29", "reason": "half term"},
    "hand-over": {"person": "jo-marsh", "to": "sam-lee", "reason": "leave"},
    "settle": {"text": "The one in the pack."},
    "reassign": {"person": "sam-lee", "reason": "leave"},
}  # fmt: skip


def with_two_pcns(directory: Directory) -> Directory:
    """Another PCN with the same people beside the first; in the first, somebody who left yesterday, and cover."""
    data = directory.model_dump(mode="json", by_alias=True)
    (pcn,) = data["pcns"]
    other = {**pcn, "code": ANOTHER_PCN, "roles": [{**held, "at": ANOTHER_PCN if held["at"] == PCN else held["at"]} for held in pcn["roles"]]}  # fmt: skip
    left = {"role": "pcn_manager", "at": PCN, "person": "mo-gone", "from": "2020-01-01", "to": "2027-01-05"}
    cover = {
        "for": "asha-patel",
        "by": "sam-lee",
        "from": "2027-01-05",
        "to": "2027-01-08",
        "may": "complete",
    }
    first = {
        **pcn,
        "people": [*pcn["people"], {"id": "mo-gone", "name": "Mo Gone", "email": "mo@harbourvale.example"}],
        "roles": [*pcn["roles"], left],
        "cover": [*pcn["cover"], cover],
    }
    return Directory.model_validate({"pcns": [first, other]})


class Door:
    """The API, and everybody's token."""

    def __init__(self, site: Site, outbox: Outbox) -> None:
        self.site, self.tokens = site, Tokens(site.store, site.clock)
        hours = count(step=3600)  # so that nobody is too quick
        self.app: FastAPI = site.app(
            outbox=outbox,
            auditor=Auditor(site.store),
            tokens=self.tokens,
            memberships=site.memberships,
            ticks=lambda: float(next(hours)),
        )
        self.secrets = {"the administrator": TOKEN}
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        self.client = httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:4200")

    async def open(self) -> Door:
        for name, (person, pcn, scopes) in EVERYBODY.items():
            secret, _ = await self.tokens.issue(BATON, person, name, pcn, scopes, timedelta(days=30))
            self.secrets[name] = secret
        return self

    @property
    def routes(self) -> list[tuple[str, str, str]]:
        """Every route under /api: its method, its path and the row of the table that it names."""
        parts = [getattr(part, "original_router", None) for part in self.app.routes]
        found = [each for part in parts if part for each in part.routes if isinstance(each, APIRoute)]
        return [(method, each.path, each.name) for each in found for method in sorted(each.methods)]

    async def try_(self, who: str, method: str, path: str, action: str) -> httpx.Response:
        filled = path.format(
            workflow_id=self.site.workflow,
            assignment_id=self.site.assignment,
            token_id="0" * 12,
            pcn=PCN,
            pcn_id=PCN,
            launch_id=self.site.workflow,
        )
        headers = {"idempotency-key": "k"} if action == "launch" else {}
        if who in self.secrets:
            headers["authorization"] = f"Bearer {self.secrets[who]}"
        params = {"workflow": self.site.workflow} if action == "read story" else {}
        given = self.body(path, action)
        if who == "who is asked":  # it is their own, and not what somebody told them
            given = {name: value for name, value in given.items() if name != "by"}
        sent: dict[str, Any] = {"content": b"a"} if action == "send file" else {"json": given}
        return await self.client.request(
            method, filled, headers=headers, params=params, **(sent if method == "POST" else {})
        )

    def body(self, path: str, action: str) -> dict[str, Any]:
        if "/commands/" in path:
            return COMMANDS_GIVEN[path.split("/commands/")[1].removesuffix("/preview")]
        return {
            "launch": {"definition": "quarter-figures", "pcns": [PCN], "inputs": {**INPUTS, "quarter": "Q2"}},
            "respond": {"answers": GOOD, "by": BY},
            "reply": {"kind": "question", "text": "Which search?", "by": BY},
            "revoke links": {"reason": "lost"},
            "change directory": {"pcns": [PCN], "changes": [{"change": "person", "id": "jo-marsh", "phone": "01632 960099"}], "preview": True},
            "manage tokens": {"reason": "lost"} if "revoke" in path else {"person": "asha-patel", "pcn": PCN, "scopes": ["look"]},
        }.get(action, {})  # fmt: skip


@pytest.fixture
async def door(site: Site, outbox: Outbox) -> AsyncIterator[Door]:
    both = with_two_pcns(site.record.current())
    await site.record.change(lambda before: both, site.clock.now(), BATON, "another PCN")
    door = await Door(site, outbox).open()
    async with door.client:
        yield door


def allowed(action: str) -> set[str]:
    return MAY[action] if action in MAY else BY_WHO[COMMANDS[action].who.said]


async def test_every_route_as_everybody(door: Door) -> None:
    tried = 0
    for method, path, action in door.routes:
        may = allowed(action)
        for who in ("nobody", *EVERYBODY):  # the administrator last, who may everything and changes things
            if who in may and method == "POST" and "preview" not in path:
                continue
            before = await door.site.store.position()
            answer = await door.try_(who, method, path, action)
            told = f"{who}: {method} {path}: {answer.status_code} {answer.text[:200]}"
            refused = answer.status_code >= 400 and answer.json()["code"] in TURNED_AWAY
            assert refused == (who not in may), told
            assert await door.site.store.position() == before, told
            tried += 1
    assert tried > 300


@pytest.mark.parametrize("who", sorted({"the administrator", *EVERYBODY}))
async def test_what_may_be_done_is_not_refused_for_who_does_it(door: Door, who: str) -> None:
    """What changes something, one after another: refused at most because of what went before."""
    for method, path, action in door.routes:
        if who in allowed(action) and method == "POST" and "preview" not in path:
            answer = await door.try_(who, method, path, action)
            code = answer.json().get("code", "") if answer.status_code >= 400 else ""
            assert code not in TURNED_AWAY, f"{who}: {path}: {answer.text[:200]}"


def test_every_action_has_a_row_and_a_route_or_a_command(door: Door) -> None:
    named = {action for _, _, action in door.routes}
    clocks = {"show clock", "leap clock", "plausible answers"}  # of a demonstration, which is not served here
    assert named == (ACTIONS.keys() - clocks) | {kind.command.name for kind in REQUESTS.values()}
    assert all(rule_of(action) for action in named)
    assert REQUESTS.keys() == COMMANDS_GIVEN.keys()


async def test_a_matter_of_staff_is_nowhere_to_be_seen_by_who_may_not(door: Door) -> None:
    site = door.site
    made = await site.operations.launch("staff-matter", [PCN], {"about": "Xylophone"}, MANAGER, "staff")
    await site.settle(made.workflows[0])
    id_ = made.workflows[0]
    (asked,) = await site.store.assignments(id_)
    looks = [
        ("/api/workflows", {}), (f"/api/workflows/{id_}", {}), ("/api/audit/workflows", {}),
        ("/api/audit/story", {"workflow": id_}), ("/api/audit/events", {"text": "Xylophone"}),
        (f"/api/assignments/{asked.assignment}", {}),
    ]  # fmt: skip
    for who in ("the administrator", "the manager", "the clinical director", "HR"):
        for path, params in looks:
            assert await _shows(door, who, path, params, id_), (who, path)
    for who in EVERYBODY.keys() - {
        "the manager",
        "who covers the manager",
        "the clinical director",
        "HR",
        "the manager, to look only",
    }:
        for path, params in looks:
            assert not await _shows(door, who, path, params, id_), (who, path)


async def _shows(door: Door, who: str, path: str, params: dict[str, str], id_: str) -> bool:
    answer = await door.client.get(
        path, params=params, headers={"authorization": f"Bearer {door.secrets[who]}"}
    )
    return answer.status_code == 200 and id_ in answer.text


async def test_a_token_that_ran_out_or_was_ended_opens_nothing(door: Door) -> None:
    secret, token = await door.tokens.issue(BATON, "asha-patel", "Asha", PCN, ["look"], timedelta(days=1))
    headers = {"authorization": f"Bearer {secret}"}
    assert (await door.client.get("/api/workflows", headers=headers)).status_code == 200
    await door.tokens.revoke(BATON, token.id, "lost")
    assert (await door.client.get("/api/workflows", headers=headers)).status_code == 401
    other, _ = await door.tokens.issue(BATON, "asha-patel", "Asha", PCN, ["look"], timedelta(days=1))
    door.site.clock.move_to(door.site.clock.now() + timedelta(days=1))
    assert (
        await door.client.get("/api/workflows", headers={"authorization": f"Bearer {other}"})
    ).status_code == 401
    log = b"".join(str(event).encode() for event in await door.site.store.events("tokens"))
    assert secret.encode() not in log and other.encode() not in log


async def test_with_their_own_token_nobody_says_who_they_are(door: Door) -> None:
    headers = {"authorization": f"Bearer {door.secrets['the manager']}"}
    path = f"/api/workflows/{door.site.workflow}/commands/hold"
    answer = await door.client.post(path, json={"reason": "x", "by": {"name": "Somebody"}}, headers=headers)
    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, "by.name")
    assert (await door.client.post(path, json={"reason": "x"}, headers=headers)).status_code == 200
    actor = door.site.events[-1].actor
    assert (actor.person, actor.name, actor.role) == ("asha-patel", "Asha Patel", "pcn_manager")
    covering = {"authorization": f"Bearer {door.secrets['who covers the manager']}"}
    lift = path.replace("hold", "lift")
    assert (await door.client.post(lift, json={"reason": "x"}, headers=covering)).status_code == 200
    actor = door.site.events[-1].actor
    assert (actor.person, actor.role, actor.on_behalf_of) == ("sam-lee", "pcn_manager", "asha-patel")
