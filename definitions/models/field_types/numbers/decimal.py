"""decimal: a number with decimals.

Kept as text, exactly, with at most 6 decimal places: "12.5".

Example::

    {id: hours, type: decimal, label: Hours a week, min: 0, max: 60}
"""

from __future__ import annotations

from definitions.models.field_types.exact_numbers import ExactNumber, Samples
from definitions.source.typed_numbers import as_number

TYPE = ExactNumber(
    reads=as_number,
    wanted="a number, such as 12.5",
    places=6,
    too_fine="use at most 6 decimal places",
    samples=Samples(1, "1", "60"),
).type("decimal", missing="enter a number", width=10)
