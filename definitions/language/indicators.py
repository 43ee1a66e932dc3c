"""The Investment and Impact Fund's arithmetic: points on the sliding scale, and where the PCN stands.

Source: the scoring rule in domain section 1.3 [S6]; thresholds, points and values come from the indicator set.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from typing import Any

from definitions.language.exact_numbers import (
    FunctionError,
    Number,
    Record,
    decimal,
    exact,
    missing_of,
    pence,
    practice_name,
    reach,
    required_number,
    rows_of,
)


def iif_points(
    achievement: Number | None, lower: Number, upper: Number, points: Number, direction: str = "higher"
) -> Decimal | None:
    """Points for an achievement in percent: all at the upper threshold or beyond, none at the lower or short of it,
    linear between [S6].

    With direction "lower" less is better, and the upper threshold is the smaller number. Worked out exactly, then
    rounded to two decimals, halves up. None when there is no achievement. Raises FunctionError.
    """
    measured = exact(achievement)
    if measured is None:
        return None
    return decimal(
        _points(measured, _scale({"lower": lower, "upper": upper, "direction": direction}), points), 2
    )


def _scale(indicator: Record) -> tuple[Fraction, Fraction]:
    """The thresholds in percent, lower first. Raises FunctionError when they contradict the direction."""
    lower, upper = (
        required_number(indicator.get("lower"), "lower"),
        required_number(indicator.get("upper"), "upper"),
    )
    direction = indicator.get("direction") or "higher"
    if direction not in ("higher", "lower"):
        raise FunctionError(f"direction is {direction!r}; write higher or lower")
    if (lower >= upper) if direction == "higher" else (lower <= upper):
        raise FunctionError(
            f"thresholds {float(lower):g} to {float(upper):g} do not go with {direction} being better"
        )
    return lower, upper


def _points(achievement: Fraction, scale: tuple[Fraction, Fraction], points: Number) -> Fraction:
    lower, upper = scale
    share = (achievement - lower) / (upper - lower)
    return max(Fraction(0), min(Fraction(1), share)) * required_number(points, "points")


def indicator_position(
    indicators: Any,
    returns: Any,
    group: str = "indicators",
    field: str = "result",
    list_size_adjustment: Number = 1,
    prevalence_adjustments: Any = None,
) -> list[dict[str, Any]]:
    """Where the PCN stands on each indicator: the sum of numerators over the sum of denominators, never the mean of
    the practices' percentages [MK, standard]; points on the sliding scale [S6]; and the forecast payment, points ×
    value of a point × list size adjustment × prevalence adjustment [S6].

    `indicators`: items with id, name, lower, upper (percent), points, value_per_point, direction. `returns`: one
    record a practice; those that have not answered, or not this indicator, are named under `missing` and never
    estimated. `prevalence_adjustments`: by indicator id, or rows with `indicator` and `adjustment`; 1 where
    absent. A row has: id, name, numerator, denominator,
    percentage (two decimals), status, points (two decimals), points_available, payment (pence, from unrounded
    points), needed (patients to the upper threshold at this denominator), practices, missing. A denominator of zero
    is "not applicable", with no percentage. What the indicator set does not say is None. Raises FunctionError.
    """
    records = rows_of(returns)
    unanswered = [practice_name(practice) for practice in missing_of(returns)]
    prevalence = _by_indicator(prevalence_adjustments)
    rows = []
    for item in rows_of(indicators):
        row = _pooled(item, records, unanswered, f"{group}.{item.get('id')}.{field}")
        adjustment = required_number(list_size_adjustment, "list size adjustment")
        adjustment *= required_number(prevalence.get(str(item.get("id")), 1), "prevalence adjustment")
        rows.append(row | _scored(item, row, adjustment))
    return rows


def _by_indicator(adjustments: Any) -> Record:
    if isinstance(adjustments, Mapping):
        return adjustments
    return {str(row.get("indicator")): row.get("adjustment") for row in rows_of(adjustments)}


def _pooled(item: Record, records: list[Record], unanswered: list[str], path: str) -> dict[str, Any]:
    """Sums over the practices that gave both counts; the others by name."""
    practices, missing = [], list(unanswered)
    for record in records:
        ratio = _found(record, path)
        numerator, denominator = exact(reach(ratio, "numerator")), exact(reach(ratio, "denominator"))
        if numerator is None or denominator is None:
            missing.append(practice_name(record))
            continue
        if not 0 <= numerator <= denominator:
            raise FunctionError(f"{practice_name(record)}: {numerator} of {denominator} cannot be")
        percentage = decimal(100 * numerator / denominator, 2) if denominator else None
        practices.append({
            "code": reach(record, "practice.code"), "name": practice_name(record),
            "numerator": int(numerator), "denominator": int(denominator), "percentage": percentage,
        })  # fmt: skip
    practices.sort(key=lambda each: (str(each["name"]), str(each["code"])))
    return {
        "id": item.get("id"), "name": item.get("name"), "practices": practices, "missing": sorted(missing),
        "numerator": sum(each["numerator"] for each in practices),
        "denominator": sum(each["denominator"] for each in practices),
    }  # fmt: skip


def _found(record: Record, path: str) -> Any:
    """The ratio; an indicator's id may itself hold a dot, so the path is not simply split."""
    group, rest = path.split(".", 1)
    item, field = rest.rsplit(".", 1)
    inner = record.get(group)
    answers = inner.get(item) if isinstance(inner, Mapping) else None
    return answers.get(field) if isinstance(answers, Mapping) else None


def _scored(item: Record, row: Record, adjustment: Fraction) -> dict[str, Any]:
    """Percentage, points, payment and distance of a pooled row."""
    available, value = exact(item.get("points")), exact(item.get("value_per_point"))
    empty: dict[str, Any] = {
        "percentage": None, "points": None, "payment": None, "needed": None,
        "points_available": None if available is None else decimal(available, 2),
    }  # fmt: skip
    if not row["practices"]:
        return {**empty, "status": "no returns"}
    if row["denominator"] == 0:
        return {**empty, "status": "not applicable"}
    achieved = Fraction(100 * row["numerator"], row["denominator"])
    shown: dict[str, Any] = {**empty, "percentage": decimal(achieved, 2)}
    if exact(item.get("lower")) is None or exact(item.get("upper")) is None:
        return {**shown, "status": "no thresholds"}
    scale = _scale(item)
    shown["needed"] = _needed(row, scale)
    whole = _points(achieved, scale, 1)
    shown["status"] = "all points" if whole == 1 else "some points" if whole else "no points"
    if available is not None:
        shown["points"] = decimal(whole * available, 2)
        shown["payment"] = None if value is None else pence(whole * available * value * adjustment)
    return shown


def _needed(row: Record, scale: tuple[Fraction, Fraction]) -> int:
    """Patients to gain (or, where lower is better, to lose) for the upper threshold; 0 when there."""
    lower, upper = scale
    target = upper * row["denominator"] / 100
    if upper > lower:
        return int(max(0, ceil(target) - int(row["numerator"])))
    return int(max(0, int(row["numerator"]) - floor(target)))
