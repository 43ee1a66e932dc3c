"""Runs what a page of the docs says: files it shows are written, commands are run, output is compared.

In a block marked `console`, a line `$ …` is a command and the lines after it are what it says. `…` stands for any
text in a line, and alone on a line for any lines. A block whose first line is `# NAME.yaml` or `# NAME.env` is a file.
`baton serve` runs until the page ends. Workflow ids and the port of the page stand for those of the run.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PORT = "127.0.0.1:8700"
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FILE = re.compile(r"# (\S+\.(?:yaml|env))\n")
_ID = re.compile(r"\b1[0-9a-hjkmnp-tv-z]{14}\b")
#: Commands that only look: asked again until they say what the page says, for flows take a while to start.
_LOOKING = ("baton status", "baton audit")
PATIENCE = 90.0


@dataclass(frozen=True)
class Command:
    line: str
    expected: tuple[str, ...]


@dataclass(frozen=True)
class File:
    name: str
    text: str


def parts(page: Path) -> Iterator[Command | File]:
    """What the page does, in order."""
    for language, body in _BLOCK.findall(page.read_text(encoding="utf-8")):
        if named := _FILE.match(body):
            yield File(named[1], body)
        elif language == "console":
            yield from _commands(body)


def _commands(body: str) -> Iterator[Command]:
    for each in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]:
        line, *expected = each.rstrip("\n").split("\n")
        while line.endswith("\\"):
            line = line[:-1] + expected.pop(0).strip()
        yield Command(line, tuple(expected))


def serves(page: Path) -> bool:
    """Whether the page starts a server."""
    return any(isinstance(part, Command) and part.line.startswith("baton serve") for part in parts(page))


@dataclass
class Run:
    """One page at work in a folder of its own."""

    folder: Path
    port: int
    ids: dict[str, str] = field(default_factory=dict)
    server: subprocess.Popen[str] | None = None

    def page(self, page: Path) -> None:
        shutil.copytree(ROOT / "examples", self.folder / "examples")
        try:
            for part in parts(page):
                if isinstance(part, File):
                    file = self.folder / part.name
                    file.parent.mkdir(parents=True, exist_ok=True)
                    file.write_text(part.text, encoding="utf-8")
                elif not part.line.startswith("make "):
                    self._run(part)
        finally:
            self._stop()

    def _run(self, command: Command) -> None:
        if command.line.startswith("baton serve"):
            self._serve(command)
            return
        until = time.monotonic() + (PATIENCE if command.line.startswith(_LOOKING) and self.server else 0)
        while True:
            done = subprocess.run(
                ["bash", "-c", self._real(command.line)], cwd=self.folder, env=self._environment(),
                capture_output=True, text=True, check=False, timeout=120,
            )  # fmt: skip
            said = done.stdout + done.stderr
            if self._as_expected(command, said):
                return
            if time.monotonic() > until:
                expected = "\n".join(command.expected)
                raise AssertionError(
                    f"$ {command.line}\nsaid:\n{said}\nbut the page says:\n{expected}{self._log()}"
                )
            time.sleep(1)

    def _serve(self, command: Command) -> None:
        log = self.folder / "serve.out"
        with log.open("w") as out:
            self.server = subprocess.Popen(
                ["bash", "-c", f"exec {self._real(command.line)}"], cwd=self.folder, env=self._environment(),
                stdout=out, stderr=subprocess.STDOUT, text=True,
            )  # fmt: skip
        until = time.monotonic() + 60
        while not self._as_expected(command, log.read_text()):
            if self.server.poll() is not None or time.monotonic() > until:
                raise AssertionError(
                    f"$ {command.line}\nsaid:\n{log.read_text()}\nbut the page says:\n"
                    + "\n".join(command.expected)
                )
            time.sleep(0.2)

    def _stop(self) -> None:
        if self.server is None:
            return
        self.server.send_signal(signal.SIGINT)
        try:
            self.server.wait(30)
        except subprocess.TimeoutExpired:
            self.server.kill()
            self.server.wait()

    def _log(self) -> str:
        log = self.folder / "serve.out"
        return f"\nthe server said:\n{log.read_text()}" if log.exists() else ""

    def _environment(self) -> dict[str, str]:
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        return {**os.environ, "PATH": path, "BATON_WEB_PORT": str(self.port), "COLUMNS": "140"}

    # --- comparing

    def _real(self, text: str) -> str:
        """The page's text with this run's ids and port in place of the page's."""
        for shown, real in self.ids.items():
            # As much of an id as the page gives, at least four characters of it.
            for length in range(len(shown), 3, -1):
                text = re.sub(rf"\b{shown[:length]}\b", real[:length], text)
        return text.replace(PORT, f"127.0.0.1:{self.port}")

    def _as_expected(self, command: Command, said: str) -> bool:
        expected = [line for line in command.expected if line.strip()]
        if not expected:
            return True
        pattern, fresh = self._pattern("\n".join(expected))
        found = re.fullmatch(
            pattern, "\n".join(line.rstrip() for line in said.split("\n") if line.strip()) + "\n"
        )
        if found is None:
            return False
        self.ids.update({shown: found[group] for shown, group in fresh.items()})
        return True

    def _pattern(self, expected: str) -> tuple[str, dict[str, str]]:
        """What the output must match, and which group has each id that is seen for the first time."""
        fresh: dict[str, str] = {}
        made = []
        for line in self._real(expected).split("\n"):
            if line.strip() == "…":
                made.append(r"(?:.*\n)*?")
                continue
            words = [
                self._word(word, fresh) for word in re.split(r"(…|\s{2,}|\b1[0-9a-z]{14}\b)", line.rstrip())
            ]
            made.append("".join(words) + r"\n")
        return "".join(made), fresh

    def _word(self, word: str, fresh: dict[str, str]) -> str:
        if word == "…":
            return ".*"
        if word.isspace():
            return r"\s+"
        if not _ID.fullmatch(word) or word in self.ids.values():
            return re.escape(word)
        if word in fresh:
            return f"(?P={fresh[word]})"
        fresh[word] = f"id{len(fresh)}"
        return f"(?P<{fresh[word]}>[0-9a-z]{{15}})"
