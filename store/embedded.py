"""The store of a home folder: the one module that knows which backend the embedded default is."""

from __future__ import annotations

from pathlib import Path

from store.duckdb import opener
from store.duckdb.recovery import repair
from store.duckdb.recovery.report import RecoveryReport
from store.protocol import Store

__all__ = ["RecoveryReport", "check", "open_store", "restore"]

check, restore = repair.check, repair.restore


def open_store(home: Path) -> Store:
    """The store in `home`, made if there is none. Raises StoreError when another process has it, or it is damaged."""
    return opener.open_store(home)
