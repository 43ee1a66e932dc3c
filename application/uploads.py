"""Files that were sent and wait for their answer to be taken.

A page sends a file with its answer. When something else in the answer has to be mended first, the file waits here, so
that nobody has to choose it again; with an answer that is taken its bytes go to the log. So an answer that is refused
leaves nothing for ever: what waits is dropped after a week, and the oldest of a link as soon as its files would be more
than a link may hold.
"""

from __future__ import annotations

import hashlib
import os
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from engine.commands.refusals import Refused
from engine.dates.clock import Clock
from engine.forms.files import FileQuotas, hit_in_file
from engine.forms.patient_guard import GuardHit
from store.protocol import StoreError

WAITS = timedelta(days=7)
#: Files of which it is remembered what the guard found in them.
_REMEMBERED = 1000


class Uploads:
    """Keeps them in `folder`, a folder for each assignment. Methods raise StoreError where the disk does not take it."""

    def __init__(self, folder: Path, clock: Clock, quotas: FileQuotas | None = None) -> None:
        self._folder, self._clock = folder, clock
        self.quotas = quotas or FileQuotas()
        self._looked_at: OrderedDict[str, GuardHit | None] = OrderedDict()

    def stage(self, assignment: str, content: bytes) -> str:
        """Keep a file of an assignment for a while; its sha256. It is looked through now, which takes a while too."""
        sha256 = hashlib.sha256(content).hexdigest()
        self._look(sha256, content)
        folder = self._of(assignment)
        try:
            self.tidy()
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._make_room(folder, len(content))
            fresh = folder / f"{sha256}.new"
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(content)
            os.utime(fresh, (self._now(), self._now()))
            fresh.replace(folder / sha256)
        except OSError as trouble:
            raise StoreError(f"a file cannot be kept ({trouble.strerror}); see to the disk") from None
        return sha256

    def read(self, assignment: str, sha256: str) -> bytes | None:
        """A file that waits; None when it does not, or its bytes are not those that were sent."""
        with suppress(OSError):
            content = (self._of(assignment) / sha256).read_bytes()
            if hashlib.sha256(content).hexdigest() == sha256:
                return content
        return None

    def hits(self, contents: Mapping[str, bytes]) -> dict[str, GuardHit]:
        """What the guard finds in files that wait, by their sha256."""
        found = {sha256: self._look(sha256, content) for sha256, content in contents.items()}
        return {sha256: hit for sha256, hit in found.items() if hit is not None}

    def _look(self, sha256: str, content: bytes) -> GuardHit | None:
        """What the guard finds in a file: looked for once, unless very many came since."""
        if sha256 in self._looked_at:
            return self._looked_at[sha256]
        found = self._looked_at[sha256] = hit_in_file(content)
        if len(self._looked_at) > _REMEMBERED:
            self._looked_at.popitem(last=False)
        return found

    def forget(self, assignment: str, sha256s: Iterable[str]) -> None:
        """They have gone to the log, and wait no longer."""
        for sha256 in sha256s:
            (self._of(assignment) / sha256).unlink(missing_ok=True)

    def tidy(self) -> None:
        """Drop what has waited too long."""
        oldest = self._now() - WAITS.total_seconds()
        for folder in self._folder.glob("*"):
            for file in folder.glob("*"):
                if file.stat().st_mtime < oldest:
                    file.unlink(missing_ok=True)
            with suppress(OSError):
                folder.rmdir()  # if it is empty

    def _now(self) -> float:
        """Of the machine, which no demonstration leaps over."""
        return self._clock.real(self._clock.now()).timestamp()

    def _make_room(self, folder: Path, size: int) -> None:
        files = sorted(folder.glob("*"), key=lambda file: file.stat().st_mtime)
        total = sum(file.stat().st_size for file in files)
        for file in files:
            if total + size <= self.quotas.link:
                return
            total -= file.stat().st_size
            file.unlink()

    def _of(self, assignment: str) -> Path:
        # An id may hold what a file's name may not.
        return self._folder / hashlib.sha256(assignment.encode()).hexdigest()[:32]


class NoUploads(Uploads):
    """For operations that nobody sends files to."""

    def __init__(self) -> None:
        self.quotas = FileQuotas()

    def stage(self, assignment: str, content: bytes) -> str:
        raise Refused("no-files", "no files are taken here")

    def read(self, assignment: str, sha256: str) -> bytes | None:
        return None

    def forget(self, assignment: str, sha256s: Iterable[str]) -> None:
        return
