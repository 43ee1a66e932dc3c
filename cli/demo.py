"""`make demo`: three processes of one PCN on the real stack, on a calendar that leaps over the waiting.

Everything is real: the server, Prefect, the store, the post over SMTP, the pages. Only the people are made up:
most answer in good time, one is late, one says nothing until somebody rings.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cli.characters import Character, Characters
from cli.console import Trouble, count, moment, say
from cli.given import mapping
from cli.reaching import Server, find, signature
from cli.visitor import Visitor, links_in
from notifications.links import Links
from notifications.postbox import Postbox
from settings import Settings

ROOT = Path(__file__).resolve().parent.parent
PCN = "U90001"
PROCESSES = ("onboard-new-role", "iif-quarter-close", "access-plan-sign-off")
START = "2026-12-15T09:00:00+00:00"
#: Real seconds in which nothing happens before the demonstration gives up.
PATIENCE = 60.0


def main() -> int:
    home = Path(sys.argv[1] if len(sys.argv) > 1 else "demo-output").absolute()
    resume = "--resume" in sys.argv
    if home.exists() and not resume:
        shutil.rmtree(home)
    try:
        Demo(home).run(resume)
    except Trouble as trouble:
        say(f"\nThe demonstration stopped: {trouble}")
        say(f"The log of the server is {home / 'logs' / 'baton.log'}.")
        return 1
    return 0


@dataclass
class Visit:
    """Somebody who will answer, and when on Baton's calendar."""

    at: datetime
    link: str
    character: Character


@dataclass
class Demo:
    """One demonstration, in one home folder."""

    home: Path
    told: dict[str, int] = field(default_factory=dict)
    read: set[str] = field(default_factory=set)
    visits: dict[str, Visit] = field(default_factory=dict)
    answered: int = 0
    leaps: int = 0
    today: str = ""

    def run(self, resume: bool = False) -> None:
        began = time.monotonic()
        say("Baton: three processes of Harbour Vale PCN, from launch to close.\n")
        process = self._start()
        try:
            self.server = self._server()
            if not resume:
                self._launch()
            self._play()
            self._close(began)
        finally:
            _stop(process)

    # --- starting

    def _start(self) -> subprocess.Popen[bytes]:
        """`baton serve`, in a process of its own, as anybody would start it."""
        environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith("BATON_")},
            "BATON_CLOCK": "leaping",
            "BATON_CLOCK_START": START,
            "BATON_WEB_PORT": "0",
        }
        self.home.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "examples" / "harbour-vale.yaml", self.home / "directory.yaml")
        command = [str(Path(sys.executable).parent / "baton"), "--home", str(self.home), "serve"]
        return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)

    def _server(self) -> Server:
        known = Settings(home=self.home)
        for _ in self._patiently("the server did not come up"):
            found = find(known)
            if found is not None:
                self.links = Links(known.at_home.secret(), found.url)
                self.postbox = Postbox(known.at_home.postbox, _NoClock())
                self.characters = Characters(ROOT / "examples" / "demo-people.yaml")
                say(f"Baton serves at {found.url}; letters are at {found.url}/postbox\n")
                return found
        raise AssertionError("unreachable")

    def _launch(self) -> None:
        for name in PROCESSES:
            inputs = mapping(ROOT / "examples" / "inputs" / f"{name}.yaml")
            by = signature("Asha Patel", "pcn_manager", PCN, "asha-patel")
            self.server.launch(name, [PCN], json.loads(json.dumps(inputs, default=str)), by, f"demo-{name}")

    # --- playing

    def _play(self) -> None:
        """Let everyone do what is theirs; when nobody has anything to do, leap to the next moment that matters."""
        for _ in self._patiently("nothing has happened for a minute"):
            look = self.server.clock()
            if not look["idle"]:
                time.sleep(0.15)
                continue
            now = datetime.fromisoformat(look["now"])
            self._tell()
            self._read_letters(now)
            if self._visit(now):
                self._still_alive()
                continue
            if not self.server.workflows(status="open"):
                return
            moments = [visit.at for visit in self.visits.values()]
            moments += [datetime.fromisoformat(look["next"])] if look["next"] else []
            if not moments:
                raise Trouble("nobody has anything to do, and the processes are not over")
            self.server.leap(min(moments))
            self.leaps += 1
            self._still_alive()

    def _read_letters(self, now: datetime) -> None:
        """New letters; whoever gets a link to something new decides when to answer."""
        for letter_id in self.postbox.ids():
            letter = self.postbox.letter(letter_id) if letter_id not in self.read else None
            if letter is None:
                continue
            self.read.add(letter.id)
            self._show(f"   ✉ {letter.to}: {' '.join(letter.subject.split())}")
            for link in links_in(letter.text):
                assignment = self.links.read(link.rsplit("/", 1)[1])
                if assignment is None:
                    continue
                character = self.characters.who(assignment, letter.to)
                at = character.answers_at(now, letter.subject)
                if at is not None and assignment not in self.visits:
                    self.visits[assignment] = Visit(at, link, character)

    def _visit(self, now: datetime) -> bool:
        """Everyone whose time has come opens their link and answers."""
        due = sorted((visit.at, assignment) for assignment, visit in self.visits.items() if visit.at <= now)
        for _, assignment in due:
            visit = self.visits.pop(assignment)
            row = self._row(assignment)
            if row["status"] != "open":
                continue
            answers = {**self.server.plausible(assignment), **visit.character.answers}
            Visitor(row["name"], row["role"].replace("_", " ")).answer(visit.link, answers)
            self.answered += 1
        return bool(due)

    def _row(self, assignment: str) -> dict[str, Any]:
        workflow = self.server.workflow(assignment.split(".", 1)[0])
        return next(row for row in workflow["assignments"] if row["assignment"] == assignment)

    # --- showing

    def _tell(self) -> None:
        """What happened since, in the words of the audit."""
        for row in self.server.workflows(limit=50):
            workflow = row["workflow_id"]
            if self.told.get(workflow) == row["version"]:
                continue
            lines = self.server.audit("story", workflow=workflow)["lines"]
            known = self.told.get(f"{workflow} lines", 0)
            for line in lines[known:]:
                self._day(line["at"])
                self._show(f"{row['reference'][:24]:24}  {line['text']}")
            self.told[f"{workflow} lines"], self.told[workflow] = len(lines), row["version"]

    def _day(self, at: str) -> None:
        day = moment(at).split(",")[0]
        if day != self.today:
            self.today = day
            say(f"\n{day}")

    def _show(self, text: str) -> None:
        say(f"  {text if len(text) < 160 else text[:157] + '…'}")

    def _close(self, began: float) -> None:
        verdict = self.server.audit("verify", heads="")
        if not verdict["intact"]:
            raise Trouble(f"the chain of the log is broken: {verdict['problem']}")
        rows = self.server.workflows(limit=50)
        say("\nHow it came out")
        for row in sorted(rows, key=lambda row: row["launched_at"]):
            say(f"  {row['reference']}: {row['status']}")
        seconds = time.monotonic() - began
        say(
            f"\n{count(self.answered, 'answer')}, {count(len(self.read), 'letter')} over SMTP, {count(self.leaps, 'leap')} of the calendar, {seconds:.0f} seconds."
        )
        say(f"The log is intact: {count(verdict['events'], 'event')}, head {verdict['head'][:16]}…")
        say(f"\nTo look around, start it again:   .venv/bin/baton --home {self.home.name} serve")
        say(
            f"The story of one:                 .venv/bin/baton --home {self.home.name} audit show {rows[0]['workflow_id']}"
        )
        say(f"Letters are in {self.home.name}/postbox, the log's journal in {self.home.name}/journal.")

    # --- patience

    def _patiently(self, what: str) -> Iterator[None]:
        self._still_alive()
        while time.monotonic() - self._last < PATIENCE:
            yield
            if not hasattr(self, "server"):
                time.sleep(0.1)
        raise Trouble(what)

    def _still_alive(self) -> None:
        self._last = time.monotonic()


class _NoClock:
    """The postbox is only read here; letters are stamped by the server."""

    def now(self) -> datetime:
        return datetime.min.replace(tzinfo=UTC)

    def real(self, moment: datetime) -> datetime:
        return moment


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


if __name__ == "__main__":
    sys.exit(main())
