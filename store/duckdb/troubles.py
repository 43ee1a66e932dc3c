"""What DuckDB's errors mean, and what to do about them: a full disk or another program is never told as damage."""

from __future__ import annotations

import errno
import os
import re
from pathlib import Path

import duckdb

from store.protocol import StoreError, StoreFull

#: What the system says when there is no room: DuckDB has no other way to tell than the system's own words.
_NO_ROOM = tuple(os.strerror(number) for number in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG))
_HOLDER = re.compile(r"lock is held in (.*?) \(PID (\d+)\)")
_VERSIONS = re.compile(r"version number (\d+), but we can only read \D*(\d+) and (\d+)")


def first_line(trouble: BaseException) -> str:
    return (str(trouble).splitlines() or [type(trouble).__name__])[0]


def is_full(trouble: BaseException) -> bool:
    """Whether the disk, a quota or a limit on the size of files is what stands in the way."""
    return any(said in str(trouble) for said in _NO_ROOM)


def full(trouble: BaseException) -> StoreFull:
    return StoreFull(
        f"the disk is full ({first_line(trouble)}), so nothing was taken. Nothing that was acknowledged is lost; "
        "free some space, and Baton goes on by itself"
    )


def is_race(trouble: BaseException) -> bool:
    """Whether the database itself refused a second event of one version, or a second launch with one key."""
    return isinstance(trouble, duckdb.ConstraintException) or (
        isinstance(trouble, duckdb.TransactionException) and "constraint" in str(trouble)
    )


def opening(path: Path, trouble: duckdb.Error) -> StoreError:
    """Why the file at `path` does not open. Only what may be damage says that it is to be restored."""
    return in_the_way(path, trouble) or StoreError(
        f"{path} does not open ({first_line(trouble)}). It may be damaged: `baton store check` tells what is whole, "
        "`baton store restore` makes the file again from the journal"
    )


def in_the_way(path: Path, trouble: duckdb.Error) -> StoreError | None:
    """What keeps the file from being used though it is not damaged; None when it may be."""
    text = str(trouble)
    if is_full(trouble):
        return full(trouble)
    if path.is_dir():
        return unusable(path, IsADirectoryError())
    if held := _HOLDER.search(text):
        return StoreError(
            f"{path} is open in another program: {command_of(int(held[2])) or held[1]} (process {held[2]}). One "
            "process owns the file; close that program, then try again. The file is not damaged"
        )
    if os.strerror(errno.EACCES) in text or os.strerror(errno.EPERM) in text:
        return StoreError(
            f"{path}, or its folder, may not be used by this account ({first_line(trouble)}). Run Baton as who owns "
            "it, or give it to who runs Baton. The file is not damaged"
        )
    if versions := _VERSIONS.search(text):
        return StoreError(_other_version(path, *map(int, versions.groups())))
    return None


def unusable(path: Path, trouble: OSError) -> StoreError:
    """A file or folder of the store that is not what it should be, or not ours to use."""
    if is_full(trouble):
        return full(trouble)
    match trouble:
        case IsADirectoryError():
            wrong = "is a folder, and should be a file"
        case NotADirectoryError() | FileExistsError():
            wrong = "is a file, and should be a folder"
        case PermissionError():
            wrong = "belongs to another account of this machine, or may not be used by this one"
        case _:
            wrong = f"cannot be used ({trouble.strerror})"
    return StoreError(
        f"{path} {wrong}. Move it away, or give it to who runs Baton; `baton store check` then tells what is whole, and "
        "`baton store restore` makes what is missing again"
    )


def _other_version(path: Path, found: int, oldest: int, newest: int) -> str:
    when = "newer" if found > newest else "older"
    return (
        f"{path} was written by {when} DuckDB, in storage version {found}; this one reads {oldest} to {newest}. Start "
        f"the Baton that wrote it, or one with {'that' if found > newest else 'an older'} DuckDB. The file is not damaged"
    )


def command_of(pid: int) -> str:
    """The command line of a process; empty when it cannot be told."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return ""
    return b" ".join(word for word in words if word).decode(errors="replace")[:200]
