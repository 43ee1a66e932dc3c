"""How fast Baton is, on this machine, now, in one table.

    python -m benchmarks [--quick] [--only NAME,NAME] [--list]

Takes some twenty minutes. `--quick` runs everything with tiny sizes: it shows that the benchmarks work, and its numbers
mean nothing. The budgets are those of a quiet machine with two cores; the load average stands beside what was measured.
"""

from __future__ import annotations

import argparse
import sys
import time
import traceback
from importlib import import_module

from benchmarks import machine
from benchmarks.table import Row, lines

#: In the order of the table. Each is a module of `benchmarks.measures` with `rows(quick)`.
ALL = (
    "commits",
    "launches",
    "responses",
    "peers",
    "wakes",
    "waits",
    "starts",
    "audits",
    "rehearsals",
)


def _measured(name: str, quick: bool) -> list[Row]:
    """The rows of a benchmark; one that says why, when it failed, so that the others are not lost."""
    began = time.perf_counter()
    print(f"{name} …", end=" ", file=sys.stderr, flush=True)
    try:
        rows: list[Row] = import_module(f"benchmarks.measures.{name}").rows(quick)
    except Exception as trouble:
        traceback.print_exc()
        rows = [Row(name, f"failed: {type(trouble).__name__}", met=False)]
    print(f"{time.perf_counter() - began:.0f} s", file=sys.stderr)
    return rows


def main(arguments: list[str] | None = None) -> int:
    """Measure and print; 1 when a benchmark failed to run. A missed budget is no failure: the table says it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="tiny sizes, to see that it works")
    parser.add_argument("--only", default="", help=f"some of them, with commas: {', '.join(ALL)}")
    parser.add_argument("--list", action="store_true", help="say what there is, and measure nothing")
    given = parser.parse_args(arguments)
    chosen = given.only.split(",") if given.only else list(ALL)
    if unknown := [name for name in chosen if name not in ALL]:
        parser.error(f"there is no {', '.join(unknown)}; there are {', '.join(ALL)}")
    if given.list:
        for name in chosen:
            print(
                f"{name:12} {(import_module(f'benchmarks.measures.{name}').__doc__ or '').strip().splitlines()[0]}"
            )
        return 0
    began = machine.description()
    rows = [row for name in chosen for row in _measured(name, given.quick)]
    print(f"Begun  {began}\nEnded  {machine.description()}\n")
    print("\n".join(lines(rows)))
    return int(any(row.baton.startswith("failed: ") for row in rows))


if __name__ == "__main__":
    sys.exit(main())
