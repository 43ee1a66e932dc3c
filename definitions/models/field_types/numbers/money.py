"""money: an amount in pounds and pence.

Kept as text with two decimal places and without the sign: "1234.50".

Example::

    {id: cost, type: money, label: What does it cost, min: 0}
"""

from __future__ import annotations

from decimal import Decimal

from definitions.models.field_types.exact_numbers import ExactNumber, Samples
from definitions.source.typed_numbers import pounds


def _in_pounds(amount: Decimal) -> str:
    return f"{'-' if amount < 0 else ''}£{abs(amount):,.2f}".removesuffix(".00")


TYPE = ExactNumber(
    reads=pounds,
    wanted="an amount of money, such as £1,234.50",
    places=2,
    too_fine="use pounds and pence, such as £1,234.50",
    samples=Samples(2, "250", "4000"),
    filled=True,
    said=_in_pounds,
).type("money", missing="enter an amount", width=10, prefix="£")
