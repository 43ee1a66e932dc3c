"""`baton serve` on an empty home folder: until its first page, and until flow runs are taken up. The middle of three.

Timed from before the process is made. A network of one PCN; the interpreter's files are in the page cache after the
first start.
"""

from __future__ import annotations

from statistics import median

from benchmarks import machine
from benchmarks.systems.served import baton
from benchmarks.table import Row

STARTS = 3
PAGE, FLOWS = 3.0, 20.0


def rows(quick: bool = False) -> list[Row]:
    pages, flows = [], []
    for _ in range(1 if quick else STARTS):
        with baton(1) as served:
            pages.append(served.first_page)
            flows.append(served.flows_run())
    page, flow = median(pages), median(flows)
    return [
        Row("`baton serve` until its first page", f"{page:.1f} s", machine.load(), f"{PAGE:.0f} s", page < PAGE),
        Row("`baton serve` until flows run", f"{flow:.1f} s", machine.load(), f"{FLOWS:.0f} s", flow < FLOWS),
    ]  # fmt: skip
