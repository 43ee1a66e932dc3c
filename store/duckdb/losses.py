"""What the store once had to go on without: noted when it was made again from less than both of its copies, and kept for ever."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass
from pathlib import Path

import orjson

from store.protocol import StoreError

FILE = "losses.jsonl"


@dataclass(frozen=True, slots=True)
class Loss:
    """A restore that went on without something: `kept` events, of `known`; more may have been there, and left no trace."""

    kept: int
    known: int

    @property
    def certain(self) -> bool:
        return self.known > self.kept

    def sentence(self) -> str:
        if not self.certain:
            return f"Whether anything came after event {self.kept} is not known, for the two were not both whole."
        lost = (
            f"event {self.known} is"
            if self.known == self.kept + 1
            else f"events {self.kept + 1} to {self.known} are"
        )
        return f"Of what is known to have been there, {lost} lost; whether more came after is not known."


def losses(home: Path) -> tuple[Loss, ...]:
    """Raises StoreError when it cannot be told."""
    noted = home / FILE
    try:
        return tuple(Loss(**orjson.loads(line)) for line in noted.read_bytes().splitlines())
    except FileNotFoundError:
        return ()
    except (OSError, ValueError, TypeError) as trouble:
        raise StoreError(
            f"{noted} cannot be read ({trouble}). It says what earlier restores had to do without: put it back from a "
            "backup, or move it away if you know that nothing was lost"
        ) from trouble


def note(home: Path, loss: Loss) -> None:
    """Raises OSError."""
    with (home / FILE).open("ab") as stream:
        stream.write(orjson.dumps(asdict(loss)) + b"\n")
        stream.flush()
        os.fsync(stream.fileno())
