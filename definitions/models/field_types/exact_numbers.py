"""Numbers that are kept as text, exactly, so that no machine rounds them: what such types share, and where they differ."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from definitions.language.plain_values import plain
from definitions.models.field_types.bounds import as_decimal, in_words, made_up, within
from definitions.models.field_types.declaration import FieldSpec, FieldType, Sampling, View, Widget
from definitions.source.typed_numbers import at_most_places, written
from definitions.source.typed_text import BadValue


@dataclass(frozen=True, slots=True)
class Samples:
    """Made-up numbers: between which, where the field has no bounds, and with how many decimal places."""

    places: int
    low: str
    high: str


@dataclass(frozen=True, slots=True)
class ExactNumber:
    """What differs from type to type.

    reads: what was typed, as a number; raises BadValue with `wanted`, such as "a number, such as 12.5". places: how many
    decimal places it may have, and `too_fine` what to say of more; `filled`: it is always kept with as many. between: what
    it lies between whatever the field says, and `outside` what to say where it does not. said: a number as people write it.
    """

    reads: Callable[[Any, str], Decimal]
    wanted: str
    places: int
    too_fine: str
    samples: Samples
    filled: bool = False
    between: tuple[int, int] | None = None
    outside: str = ""
    said: Callable[[Decimal], str] | None = None

    def type(self, name: str, *, missing: str, width: int, prefix: str = "", suffix: str = "") -> FieldType:
        """The type of that name, asked on a line `width` characters long."""
        made = FieldType(
            name=name,
            schema={"type": "string", "format": "decimal"},
            widget=Widget("line", keyboard="decimal", width=width, prefix=prefix, suffix=suffix),
            missing=missing,
            read=self._read,
            sample=self._sample,
            bounds="number",
            seen=as_decimal,
            offer=self._offer,
            hint=in_words,
            whole=True,
        )
        return made if self.said is None else replace(made, shown=self._shown)

    def _read(self, ask: FieldSpec, given: Any) -> str:
        number = self.reads(given, self.wanted)
        if self.between is not None and not self.between[0] <= number <= self.between[1]:
            raise BadValue(self.outside)
        at_most_places(number, self.places, self.too_fine)
        number = within(ask, number) if self.said is None else within(ask, number, self.said)
        return written(self._kept(number))

    def _kept(self, number: Decimal) -> Decimal:
        return number.quantize(Decimal(1).scaleb(-self.places)) if self.filled else number

    def _sample(self, ask: FieldSpec, sampling: Sampling) -> str:
        made = self.samples
        return f"{made_up(ask, sampling.rng, made.places, made.low, made.high):f}"

    def _offer(self, found: Any, ask: FieldSpec) -> Any:
        """A number that was worked out, as it would be typed: of money, 48000.0000 is 48000.00."""
        if not self.filled:
            return plain(found)
        try:
            return f"{self._kept(Decimal(str(found))):f}"
        except InvalidOperation:
            return plain(found)

    def _shown(self, value: Any, view: View) -> str:
        assert self.said is not None
        return self.said(Decimal(value))
