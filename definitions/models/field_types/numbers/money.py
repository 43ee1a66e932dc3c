"""money: an amount in pounds and pence.

Kept as text with two decimal places and without the sign: "1234.50".

Example::

    {id: cost, type: money, label: What does it cost, min: 0}
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from definitions.language.plain_values import plain
from definitions.models.field_types.bounds import as_decimal, in_words, made_up, within
from definitions.models.field_types.declaration import FieldSpec, FieldType, Sampling, View, Widget
from definitions.source.typed_numbers import at_most_places, pounds, written

_PENCE = Decimal("0.01")


def _read(ask: FieldSpec, given: Any) -> str:
    amount = pounds(given, "an amount of money, such as £1,234.50")
    at_most_places(amount, 2, "use pounds and pence, such as £1,234.50")
    return written(within(ask, amount, _in_pounds).quantize(_PENCE))


def _in_pounds(amount: Decimal) -> str:
    return f"{'-' if amount < 0 else ''}£{abs(amount):,.2f}".removesuffix(".00")


def _sample(ask: FieldSpec, sampling: Sampling) -> str:
    return f"{made_up(ask, sampling.rng, 2, '250', '4000'):f}"


def _offer(found: Any, ask: FieldSpec) -> Any:
    """An amount that was worked out, as people write one: 48000.0000 is 48000.00."""
    try:
        return f"{Decimal(str(found)).quantize(_PENCE):f}"
    except InvalidOperation:
        return plain(found)


def _shown(value: Any, view: View) -> str:
    return _in_pounds(Decimal(value))


TYPE = FieldType(
    name="money",
    schema={"type": "string", "format": "decimal"},
    widget=Widget("line", keyboard="decimal", width=10, prefix="£"),
    missing="enter an amount",
    read=_read,
    sample=_sample,
    bounds="number",
    seen=as_decimal,
    shown=_shown,
    offer=_offer,
    hint=in_words,
    whole=True,
)
