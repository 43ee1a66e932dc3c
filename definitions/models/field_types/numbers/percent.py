"""percent: a percentage from 0 to 100.

Kept as text, exactly, with at most 4 decimal places and without the sign: "45".

Example::

    {id: coverage, type: percent, label: How many were seen}
"""

from __future__ import annotations

from definitions.models.field_types.exact_numbers import ExactNumber, Samples
from definitions.source.typed_numbers import per_cent

TYPE = ExactNumber(
    reads=per_cent,
    wanted="a percentage, such as 45",
    places=4,
    too_fine="use at most 4 decimal places",
    samples=Samples(1, "74", "86"),
    between=(0, 100),
    outside="must be between 0 and 100",
    said=lambda number: f"{number:f}%",
).type("percent", missing="enter a percentage", width=5, suffix="%")
