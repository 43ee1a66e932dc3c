"""Checks every block of a DuckDB file against its checksum, those that no query would read included.

DuckDB reads the blocks of an index only when a write needs them, so a file can answer every question and refuse
the next commit. The layout is DuckDB's storage format since version 64: three headers of 4 KiB, then blocks of 256 KiB,
each beginning with a checksum of the rest (`src/common/checksum.cpp`, `src/storage/single_file_block_manager.cpp`).
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from functools import reduce
from operator import xor
from pathlib import Path

HEADER, HEADERS, BLOCK = 4096, 3, 262_144
_SEED, _FACTOR, _MASK = 5381, 0xBF58476D1CE4E5B9, (1 << 64) - 1


def _checksum(content: bytes) -> int:
    # Masked once at the end: the low 64 bits of a product do not depend on what is above them.
    return (_SEED ^ reduce(xor, map(_FACTOR.__mul__, array("Q", content)), 0)) & _MASK


def _blocks(path: Path) -> Iterator[tuple[int, bytes]]:
    with path.open("rb") as stream:
        for number in range(HEADERS):
            yield number * HEADER, stream.read(HEADER)
        place = HEADERS * HEADER
        while block := stream.read(BLOCK):
            yield place, block
            place += len(block)


def damaged(path: Path) -> str:
    """What is wrong with the file's blocks, or nothing. Changes nothing.

    A file of which no block fits is of a layout this does not know, and is left to DuckDB to judge.
    """
    problem, fitting = "", 0
    for place, block in _blocks(path):
        size = HEADER if place < HEADERS * HEADER else BLOCK
        if len(block) < size:
            problem = problem or f"the file ends inside the block at {place}"
        elif int.from_bytes(block[:8], "little") != _checksum(block[8:]):
            problem = problem or f"the block at {place} does not fit its checksum"
        else:
            fitting += 1
    return problem if fitting else ""
