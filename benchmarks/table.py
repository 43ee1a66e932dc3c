"""The one table that `python -m benchmarks` prints: what, Baton, beside whom, the budget, and whether it is met."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

HEADINGS = ("what", "Baton", "beside whom", "budget", "met?")


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table. `met` is None where there is no budget."""

    what: str
    baton: str
    beside: str = ""
    budget: str = ""
    met: bool | None = None

    @property
    def cells(self) -> tuple[str, ...]:
        met = "" if self.met is None else "yes" if self.met else "NO"
        return (self.what, self.baton, self.beside, self.budget, met)


def lines(rows: Iterable[Row]) -> list[str]:
    """The rows as a table of text that is also Markdown."""
    cells = [HEADINGS, *(row.cells for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(HEADINGS))]
    drawn = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in cells]  # fmt: skip
    drawn.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return drawn
