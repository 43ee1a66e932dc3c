"""fte: a full-time equivalent, from 0.00 to 2.00.

Kept as text with two decimal places: "0.80".

Example::

    {id: fte, type: fte, label: Full-time equivalent}
"""

from __future__ import annotations

from definitions.models.field_types.exact_numbers import ExactNumber, Samples
from definitions.source.typed_numbers import as_number

TYPE = ExactNumber(
    reads=as_number,
    wanted="a full-time equivalent, such as 0.80",
    places=2,
    too_fine="use at most 2 decimal places, such as 0.80",
    samples=Samples(2, "0.2", "1"),
    filled=True,
    between=(0, 2),
    outside="must be between 0.00 and 2.00 full-time equivalent",
).type("fte", missing="enter a full-time equivalent, such as 0.80", width=5)
