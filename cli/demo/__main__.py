"""`make demo`: three processes of one PCN on the real stack, on a calendar that leaps over the waiting.

Everything is real: the server, Prefect, the store, the post over SMTP, the pages. Only the people are made up:
most answer in good time, one is late, one says nothing until somebody rings.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any, TypeVar

from cli.arguments import mapping
from cli.client.server import NoAnswer, Server, find, sender
from cli.console import Trouble, count, moment, say
from cli.demo.people import Character, Characters
from cli.demo.screen import Screen
from cli.demo.visitor import Visitor, links_in
from engine.events.assignment_id import AssignmentId
from notifications.links import Links
from notifications.transport.kept_email import KeptEmail
from notifications.transport.local_mailbox import LocalMailbox
from settings import SETTINGS_FILE, Settings

ROOT = Path(__file__).resolve().parents[2]
PCN = "U90001"
PROCESSES = ("onboard-new-role", "iif-quarter-close", "access-plan-sign-off")
START = "2026-12-15T09:00:00+00:00"
#: Real seconds in which nothing happens before the demonstration gives up.
PATIENCE = 120.0


Answer = TypeVar("Answer")


def main(arguments: Sequence[str]) -> int:
    """`HOME [--resume]`: play in that folder, from the beginning unless told to go on where it was left."""
    home = Path(next((each for each in arguments if not each.startswith("-")), "demo-output")).absolute()
    resume = "--resume" in arguments and home.exists()
    if home.exists() and not resume:
        shutil.rmtree(home)
    demo = Demo(home)
    try:
        demo.run(resume)
    except Trouble as trouble:
        say(f"\nThe demonstration stopped: {trouble}")
        say(f"The log of the server is {_shown(home / 'logs' / 'baton.log')}.")
        return 1
    except KeyboardInterrupt:
        say(
            f"\nStopped. To go on: {_shown(Path(sys.executable))} -m cli.demo.__main__ {_shown(home)} --resume"
        )
        return 130
    return 0


@dataclass
class Visit:
    """Somebody who will answer, and when on Baton's calendar."""

    at: datetime
    link: str
    character: Character


@dataclass
class Demo:
    """One demonstration, in one home folder.

    `baton serve` may be killed at any moment: it is started again, on the same port, and the play goes on. What is
    known here is in the emails and in the log, so a demonstration that was stopped can be taken up again too.
    """

    home: Path
    told: dict[str, tuple[int, int]] = field(default_factory=dict)  #: version and lines of each workflow
    read: set[str] = field(default_factory=set)
    visits: dict[str, Visit] = field(default_factory=dict)
    answered: int = 0
    leaps: int = 0
    starts: int = 0

    def run(self, resume: bool = False) -> None:
        began = time.monotonic()
        say("Baton: three processes of Harbour Vale PCN, from launch to close.\n")
        self.screen, self.known = Screen(), Settings(_env_file=os.devnull, home=self.home)
        self._settle()
        self._start()
        try:
            self.server = self._server()
            self._launch()
            if resume:
                self._tell(aloud=False)
            self._play()
            self._close(began)
        finally:
            _stop(self.process)

    # --- starting

    def _settle(self) -> None:
        """The home folder, with the settings that any `baton` started in it reads: the same port each time, so that
        the links in emails already sent go on working."""
        self.home.mkdir(parents=True, exist_ok=True)
        settings = self.home / SETTINGS_FILE
        if settings.exists():
            return
        shutil.copy(ROOT / "examples" / "harbour-vale.yaml", self.home / "directory.yaml")
        lines = (
            "BATON_HOME=.",
            "BATON_CLOCK=leaping",
            f"BATON_CLOCK_START={START}",
            "BATON_LAUNCH_GRACE_MINUTES=0",  # who watches sees the first emails at once
            f"BATON_WEB_PORT={_port()}",
        )
        settings.write_text("\n".join(lines) + "\n")

    def _start(self) -> None:
        """`baton serve`, in a process of its own, as anybody would start it in the home folder."""
        environment = {key: value for key, value in os.environ.items() if not key.startswith("BATON_")}
        command = [str(Path(sys.executable).parent / "baton"), "serve"]
        self.process = subprocess.Popen(command, cwd=self.home, env=environment, stdout=subprocess.DEVNULL)
        self.starts += 1

    def _server(self) -> Server:
        for _ in self._patiently("the server did not come up"):
            self._mind()
            found = find(self.known)
            if found is not None:
                self.links = Links(self.known.at_home.secret(), found.url)
                self.outbox = LocalMailbox(self.known.at_home.outbox, _NoClock())
                self.characters = Characters(ROOT / "examples" / "demo-people.yaml")
                say(f"Baton serves at {found.url}; emails are at {found.outbox_link()['url']}")
                return found
            time.sleep(0.1)
        raise AssertionError("unreachable")

    def _mind(self) -> None:
        """Start the server again if its process is gone. A process not waited for looks alive to others."""
        if self.process.poll() is not None and self.known.at_home.running() is None:
            say("  (baton serve has ended, and is started again; the play goes on where it was)")
            time.sleep(0.5)
            self._start()

    def _surely(self, ask: Callable[[], Answer]) -> Answer:
        """Ask until there is an answer, whatever becomes of the server meanwhile. What is asked may be asked twice."""
        for _ in self._patiently("the server did not come back"):
            try:
                answer = ask()
            except NoAnswer:
                self._mind()
                time.sleep(0.2)
            else:
                self._still_alive()
                return answer
        raise AssertionError("unreachable")

    def _launch(self) -> None:
        by = sender("Asha Patel")
        for name in PROCESSES:
            inputs = mapping(ROOT / "examples" / "inputs" / f"{name}.yaml")
            given = json.loads(json.dumps(inputs, default=str))
            # The key makes a launch happen once, however often it is asked for.
            self._surely(partial(self.server.launch, name, [PCN], given, by, f"demo-{name}"))

    # --- playing

    def _play(self) -> None:
        """Let everyone do what is theirs; when nobody has anything to do, leap to the next moment that matters."""
        for _ in self._patiently("nothing has happened for two minutes"):
            try:
                if self._turn():
                    return
            except NoAnswer:  # nothing is known here that the emails and the log do not say again
                self._mind()
                time.sleep(0.2)

    def _turn(self) -> bool:
        """Whatever can be done now; whether the play is over."""
        look = self.server.clock()
        if not look["idle"]:
            time.sleep(0.15)
            return False
        now = datetime.fromisoformat(look["now"])
        self._tell()
        self._read_emails()
        if self._visit(now):
            self._still_alive()
            return False
        if not self.server.workflows(status="open"):
            return True
        moments = [visit.at for visit in self.visits.values()]
        moments += [datetime.fromisoformat(look["next"])] if look["next"] else []
        if not moments:
            raise Trouble("nobody has anything to do, and the processes are not over")
        self.server.leap(min(moments))
        self.leaps += 1
        self._still_alive()
        return False

    def _read_emails(self) -> None:
        """New emails; whoever gets a link to something new decides when to answer."""
        arrived: list[KeptEmail] = []
        for email_id in self.outbox.ids():
            email = self.outbox.email(email_id) if email_id not in self.read else None
            if email is None:
                continue
            self.read.add(email.id)
            arrived.append(email)
            for link in links_in(email.text):
                assignment = self.links.read(link.rsplit("/", 1)[1])
                if assignment is None:
                    continue
                character = self.characters.who(assignment, email.to)
                # From when it came, not from now: read again after a restart, it leads to the same visit.
                at = character.answers_at(email.at, email.subject)
                before = self.visits.get(assignment)
                # Whoever is asked instead has a link of their own, and that of the one before opens nothing.
                if at is not None and (before is None or before.link != link):
                    self.visits[assignment] = Visit(at, link, character)
        for day, emails in groupby(arrived, key=lambda email: _day(email.at)):
            self.screen.emails(day, [(email.to, email.subject) for email in emails])

    def _visit(self, now: datetime) -> bool:
        """Everyone whose time has come opens their link and answers."""
        due = sorted((visit.at, assignment) for assignment, visit in self.visits.items() if visit.at <= now)
        for _, assignment in due:
            visit = self.visits[assignment]
            row = self._row(assignment)
            if row["status"] == "open":
                answers = {**self.server.plausible(assignment), **visit.character.answers}
                Visitor(row["name"], row["role"].replace("_", " ")).answer(visit.link, answers)
                self.answered += 1
            del self.visits[assignment]  # only now: had the server gone, the visit would be made again
        return bool(due)

    def _row(self, assignment: str) -> dict[str, Any]:
        workflow = self.server.workflow(AssignmentId.parse(assignment).workflow)
        return next(row for row in workflow["assignments"] if row["assignment"] == assignment)

    # --- showing

    def _tell(self, aloud: bool = True) -> None:
        """What happened since, in the words of the audit; in order of days, whichever process it is of."""
        news: list[tuple[str, str, dict[str, Any]]] = []
        for row in self.server.workflows(limit=50):
            workflow = row["workflow_id"]
            version, known = self.told.get(workflow, (0, 0))
            if version == row["version"]:
                continue
            lines = self.server.audit("story", workflow=workflow)["lines"]
            news += [(line["at"][:10], row["reference"], line) for line in lines[known:]]
            self.told[workflow] = row["version"], len(lines)
        if aloud:
            for (_, process), group in groupby(sorted(news, key=lambda n: n[:2]), key=lambda n: n[:2]):
                told = list(group)
                self.screen.story(process, _day(told[0][2]["at"]), [line for *_, line in told])

    def _close(self, began: float) -> None:
        verdict = self._surely(lambda: self.server.verify([]))
        if not verdict["intact"]:
            raise Trouble(f"the chain of the log is broken: {verdict['problem']}")
        rows = sorted(
            self._surely(lambda: self.server.workflows(limit=50)), key=lambda row: str(row["launched_at"])
        )
        say("\nHow it came out")
        for row in rows:
            say(f"  {row['reference']}: {row['status']}, {_day(row['closed_at'])}")
        seconds = time.monotonic() - began
        say(
            f"\n{count(self.answered, 'answer')} on the pages, {count(len(self.read), 'email')} over SMTP, "
            f"{count(self.leaps, 'leap')} of the calendar, {seconds:.0f} seconds."
        )
        say(f"The log is intact: {count(verdict['events'], 'event')}, head {verdict['head'][:16]}…")
        home, baton = _shown(self.home), _shown(Path(sys.executable).parent / "baton")
        again = f"cd {home} && {os.path.relpath(Path(sys.executable).parent / 'baton', self.home)} serve"
        say(f"\nEmails:            {home}/outbox, and the log's journal: {home}/journal")
        say(f"Pages:              {again}")
        say("                    then open the addresses it gives, of the pages and of the outbox")
        say(f"The story of one:   {baton} --home {home} audit show {rows[0]['workflow_id']}")

    # --- patience

    def _patiently(self, what: str) -> Iterator[None]:
        self._still_alive()
        while time.monotonic() - self._last < PATIENCE:
            yield
        raise Trouble(what)

    def _still_alive(self) -> None:
        self._last = time.monotonic()


class _NoClock:
    """The outbox is only read here; emails are stamped by the server."""

    def now(self) -> datetime:
        return datetime.min.replace(tzinfo=UTC)

    def real(self, moment: datetime) -> datetime:
        return moment


def _port() -> int:
    """A port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _day(at: datetime | str) -> str:
    return moment(at).split(",")[0]


def _shown(path: Path) -> str:
    """As somebody in this directory would type it."""
    near = os.path.relpath(path)
    return near if not near.startswith("../..") else str(path)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
