"""No NHS number gets into the log, by any way in and however it is written; and what may be something else can always be
got through by saying so. Over the real parts and a real journal, whose bytes are read."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from application.launcher import Launcher
from application.network_calendar import network_calendar
from application.operations import Operations
from application.repository import Repository, pending_of
from application.uploads import Uploads
from audit.auditor import Auditor
from definitions.loading.directory_file import load_directory
from definitions.loading.library import SHIPPED, Library
from definitions.source.nhs_numbers import DOWN_A_COLUMN
from engine.dates.clock import VirtualClock
from engine.decisions.advance import advance
from store.embedded import open_store
from store.protocol import Commit
from tests.engine.forms.test_file_tables import as_csv, as_workbook
from tests.nhs_numbers import SEPARATORS, pieces, written
from tests.web.site import HERE, LINKS, MANAGER, PCN, SETTINGS, TOKEN
from web.app import create_app
from web.gateway import Gateway

AUTH = {"authorization": f"Bearer {TOKEN}"}
BY: dict[str, Any] = {"name": "Asha Patel"}
#: Each tries this many, for there are thirty ways in.
FEWER = settings(max_examples=settings().max_examples // 4)
GUARDED = {"nhs_number", "may_be_nhs_number"}
URL = "http://127.0.0.1:4200"


@dataclass
class Served:
    """Baton over a store on the disk, with one practice asked for its words. `logged`: every line since the start."""

    home: Path
    loop: asyncio.Runner
    client: httpx.AsyncClient
    workflow: str
    assignment: str
    logged: list[str] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def send(self, method: str, path: str, **more: Any) -> httpx.Response:
        more["headers"] = {**AUTH, **more.get("headers", {})}
        return self.loop.run(self.client.request(method, path, **more))

    def kept(self) -> dict[str, bytes]:
        """The bytes of the journal and of all documents, by file."""
        folders = ("journal", "documents")
        return {
            str(file): file.read_bytes()
            for each in folders
            for file in (self.home / each).rglob("*")
            if file.is_file()
        }

    def answer(self, by: Mapping[str, Any], **answers: Any) -> httpx.Response:
        body = {"answers": answers, "by": {**by, "role": "practice_manager", "how": "on paper"}}
        return self.send("POST", f"/api/assignments/{self.assignment}/responses", json=body)

    def reply(self, by: Mapping[str, Any], kind: str, text: str, **more: str) -> httpx.Response:
        body = {
            "kind": kind,
            "text": text,
            "by": {**by, "role": "practice_manager", "how": "on paper"},
            **more,
        }
        return self.send("POST", f"/api/assignments/{self.assignment}/replies", json=body)

    def about(self, by: Mapping[str, Any], what: str, reason: str) -> httpx.Response:
        return self.send(
            "POST", f"/api/workflows/{self.workflow}/commands/{what}", json={"reason": reason, "by": by}
        )

    def launch(self, by: Mapping[str, Any], key: str = "", **inputs: str) -> httpx.Response:
        body = {"definition": "every-entry", "pcns": [PCN], "inputs": inputs, "by": by}
        key = key or f"key-{next(self.numbers)}"
        return self.send("POST", "/api/workflows", json=body, headers={"Idempotency-Key": key})

    def file(self, by: Mapping[str, Any], content: bytes, name: str = "figures.dat") -> httpx.Response:
        sent = self.send("POST", f"/api/assignments/{self.assignment}/files", content=content)
        return self.answer(by, file={"name": name, **sent.json()})


class _Listening(logging.Handler):
    def __init__(self, heard: list[str]) -> None:
        super().__init__(logging.DEBUG)
        self._heard = heard

    def emit(self, record: logging.LogRecord) -> None:
        if not record.name.startswith(("httpx", "httpcore")):  # the test's own client
            self._heard.append(record.getMessage())


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    home = tmp_path_factory.mktemp("home")
    clock = VirtualClock(datetime(2027, 1, 6, 9, 30, tzinfo=UTC))
    with asyncio.Runner() as loop:
        store = open_store(home)
        directory = load_directory(HERE.parents[1] / "examples" / "harbour-vale.yaml")
        library = Library([SHIPPED, HERE / "processes" / "entries"])
        launcher = Launcher(Repository(store), library, lambda: directory, network_calendar().to_data())
        uploads = Uploads(home / "uploads", clock)
        operations = Operations(launcher._repository, launcher, clock, uploads=uploads)

        async def begin() -> tuple[str, str]:
            (workflow,) = (await operations.launch("every-entry", [PCN], {}, MANAGER)).workflows
            state = await operations.repository.state(workflow)
            decision = advance(state, clock.now())
            pending = pending_of(decision.state, clock.now())
            await store.commit([Commit(workflow, state.version, decision.events, pending)])
            rows = await store.assignments(workflow)
            return workflow, next(each.assignment for each in rows)

        app = create_app(Gateway(operations), LINKS, clock, SETTINGS, auditor=Auditor(store))
        client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=URL)
        found = Served(home, loop, client, *loop.run(begin()))
        root, listening = logging.getLogger(), _Listening(found.logged)
        root.addHandler(listening)
        before, _ = root.level, root.setLevel(logging.DEBUG)
        yield found
        root.setLevel(before)
        root.removeHandler(listening)
        loop.run(store.close())


#: Every way in for one text, by name. Each gives back what Baton said.
Entry = Callable[[Served, Mapping[str, Any], str], httpx.Response]
TEXTS: dict[str, Entry] = {
    "a line": lambda to, by, text: to.answer(by, line=text),
    "some lines": lambda to, by, text: to.answer(by, lines=text),
    "a person": lambda to, by, text: to.answer(by, who=text),
    "a cell": lambda to, by, text: to.answer(by, rows=[{"a": "x"}, {"b": text}]),
    "a file's words": lambda to, by, text: to.file(by, text.encode()),
    "a file's name": lambda to, by, text: to.file(by, b"words", f"{text}.pdf"),
    "a question": lambda to, by, text: to.reply(by, "question", text),
    "more time": lambda to, by, text: to.reply(by, "more time", text, until="2027-02-01"),
    "not ours": lambda to, by, text: to.reply(by, "not ours", text),
    "a reason to hold": lambda to, by, text: to.about(by, "hold", text),
    "a reason to go on": lambda to, by, text: to.about(by, "lift", text),
    "a reason to revoke": lambda to, by, text: to.send("POST", f"/api/assignments/{to.assignment}/links/revoke", json={"reason": text, "by": by}),
    "a launch's line": lambda to, by, text: to.launch(by, order=text),
    "a launch's lines": lambda to, by, text: to.launch(by, remarks=text),
    "who it is": lambda to, by, text: to.answer({**by, "name": text}, line="x"),
}  # fmt: skip
#: What is no text as a person writes it: an address, a header.
ADDRESSES: dict[str, Entry] = {
    "a link": lambda to, by, text: to.answer(by, page=f"https://example.org/{text}"),
    "a link's query": lambda to, by, text: to.answer(by, page=f"https://example.org/?q={text}#x"),
    "a key": lambda to, by, text: to.launch(by, key=f"q3-{text}"),
}
PIECES: dict[str, Callable[[Served, Mapping[str, Any], list[str]], httpx.Response]] = {
    "the cells of a row": lambda to, by, split: to.answer(by, rows=[dict(zip("abc", split, strict=False))]),
    "fields side by side": lambda to, by, split: to.answer(by, **dict(zip(("lines", "page", "who"), (*split[:-1], *[""] * (3 - len(split)), split[-1]), strict=True))),
    "the lines of a long text": lambda to, by, split: to.answer(by, lines="\r\n".join(split)),
    "the cells of a file": lambda to, by, split: to.file(by, as_csv([["x"] * len(split), split], ";")),
    "the cells of a workbook": lambda to, by, split: to.file(by, as_workbook([split], ""), "figures.xlsx"),
}  # fmt: skip
COLUMNS: dict[str, Callable[[Served, Mapping[str, Any], list[str]], httpx.Response]] = {
    "a column": lambda to, by, split: to.answer(by, rows=[{"b": each} for each in split]),
    "a column of a file": lambda to, by, split: to.file(by, as_csv([["x", each] for each in split], ",")),
}


def codes(answer: httpx.Response) -> set[str]:
    return {each["code"] for each in answer.json().get("errors", ())} if answer.is_error else set()


def holds(served: Served, send: Callable[[Mapping[str, Any]], httpx.Response], digits: str) -> None:
    """Refused for what it is, with nothing kept or logged; and, where it is doubtful, taken when that is said."""
    before, heard = served.kept(), len(served.logged)
    refused = send(BY)
    assert codes(refused) & GUARDED, refused.text
    assert served.kept() == before
    said = refused.text
    if "nhs_number" not in codes(refused):
        taken = send({**BY, "not_nhs_number": True})
        assert not codes(taken) & GUARDED, taken.text
        if taken.status_code == 201:  # the same question, or key, was taken before
            assert served.kept() != before
            assert b'"not_nhs_number":true' in b"".join(served.kept().values())
        said += taken.text if taken.is_error else ""
    logged = "\n".join(served.logged[heard:])
    assert not any(digits[place : place + 7] in text for text in (said, logged) for place in range(4))


def digits_of(text: str) -> str:
    return "".join(filter(str.isdecimal, text))


@pytest.mark.parametrize("entry", TEXTS)
@FEWER
@given(number=written(), around=st.sampled_from([("", ""), ("see ", " please")]))
def test_by_no_way_in_for_words(served: Served, entry: str, number: str, around: tuple[str, str]) -> None:
    text = number.join(around)
    holds(served, lambda by: TEXTS[entry](served, by, text), digits_of(number))


#: What a link and a header can carry.
IN_ADDRESSES = [
    each for each in SEPARATORS if each.isascii() and each.isprintable() and not set(each) & set(" \\")
]


@pytest.mark.parametrize("entry", ADDRESSES)
@FEWER
@given(split=pieces().filter(bool), separator=st.sampled_from(["", *IN_ADDRESSES]))
def test_by_no_address_and_no_header(served: Served, entry: str, split: list[str], separator: str) -> None:
    text = separator.join(split)
    holds(served, lambda by: ADDRESSES[entry](served, by, text), digits_of(text))


@pytest.mark.parametrize("entry", PIECES)
@FEWER
@given(split=pieces().filter(lambda split: 1 < len(split) <= 3))
def test_in_no_pieces_side_by_side(served: Served, entry: str, split: list[str]) -> None:
    holds(served, lambda by: PIECES[entry](served, by, split), "".join(split))


@pytest.mark.parametrize("entry", COLUMNS)
@FEWER
@given(split=pieces(DOWN_A_COLUMN).filter(bool))
def test_in_no_pieces_one_below_the_other(served: Served, entry: str, split: list[str]) -> None:
    holds(served, lambda by: COLUMNS[entry](served, by, split), "".join(split))


@FEWER
@given(number=written())
def test_what_is_looked_for_is_not_kept_either(served: Served, number: str) -> None:
    before, heard = served.kept(), len(served.logged)
    for path, params in (
        ("/api/audit/events", {"text": number}), ("/api/audit/events", {"person": number}), ("/api/workflows", {"definition": number[:60]}),
        ("/api/audit/story", {"workflow": number[:60]}), ("/api/nothing", {"x": number}),
    ):  # fmt: skip
        served.send("GET", path, params=params)
    assert served.kept() == before
    assert digits_of(number) not in "".join(served.logged[heard:])
