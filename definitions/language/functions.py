"""The functions expressions may call, each with its source. Exact arithmetic: fractions inside, decimals out.

Tags such as [S40] are sources listed in docs/explanation; [MK] is common knowledge that nobody has confirmed. A number
that changes by year is always an argument, never in here.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from definitions.language.budget import spend, spend_text
from definitions.language.exact_numbers import (
    FunctionError,
    Number,
    decimal,
    exact,
    missing_of,
    pence,
    practice_name,
    reach,
    required_number,
    rows_of,
)
from definitions.language.financial_year import financial_year_of, quarter_of
from definitions.language.indicators import iif_points, indicator_position


def differs(a: Number | None, b: Number | None, percent: Number) -> bool:
    """Whether `a` is more than `percent` % away from `b`; false when either is not known.

    "X differs from previous by 15%" is this. Source: the warning on denominators, domain section 6.2 step 3.
    """
    one, other = exact(a), exact(b)
    if one is None or other is None:
        return False
    return abs(one - other) * 100 > abs(other) * required_number(percent, "percent")


def within(percent: Number, a: Number | None, b: Number | None) -> bool:
    """Whether `a` is at most `percent` % away from `b`; false when either is not known."""
    return exact(a) is not None and exact(b) is not None and not differs(a, b, percent)


def total(rows: Any, column: str) -> Decimal:
    """The sum of a column over the rows of a table or the answers of several; what was not given counts as nothing.

    `column` may be dotted: total(answers.practice_return, "result.numerator").
    """
    values = (exact(reach(row, column)) for row in rows_of(rows))
    return decimal(sum((value for value in values if value is not None), Fraction(0)), 4).normalize() + 0


def percentage(numerator: Number | None, denominator: Number | None, places: int = 2) -> Decimal | None:
    """`numerator` of `denominator` in percent; None when the denominator is nothing or either is not known."""
    top, bottom = exact(numerator), exact(denominator)
    return None if top is None or not bottom else decimal(100 * top / bottom, min(max(places, 0), 10))


def sums_to(rows: Any, column: str, amount: Number | None) -> bool:
    """Whether a column sums to exactly an amount: a split to its funding (domain section 6.3 step 6), a working
    pattern to its fte (section 6.1 step 3)."""
    wanted = exact(amount)
    return wanted is not None and exact(total(rows, column)) == wanted


def sessions_fte(sessions: Any, sessions_a_week: Number = 10) -> Decimal:
    """Sessions a week as full-time equivalent, two decimals. Takes a number, or the rows of a working pattern, one a
    session (or with a `sessions` column). Ten half days are a whole week unless said [MK]."""
    if isinstance(sessions, list | tuple):
        counts = [exact(row.get("sessions", 1)) or Fraction(0) for row in rows_of(sessions)]
        number = sum(counts, Fraction(0))
    else:
        number = required_number(sessions, "sessions")
    week = required_number(sessions_a_week, "sessions a week")
    if week <= 0:
        raise FunctionError("sessions a week must be more than nothing")
    return decimal(number / week, 2)


def cost_within_maximum(cost: Number | None, maximum: Number | None, fte: Number = 1) -> bool:
    """Whether a year's actual cost is within the role's maximum, for the part of full time worked [S75]. False when
    either is not known."""
    spent, most = exact(cost), exact(maximum)
    return spent is not None and most is not None and spent <= most * required_number(fte, "fte")


def claim_maximum(maximum: Number, fte: Number, start: date, month: date) -> Decimal:
    """The most that can be claimed for the month `month` falls in: a twelfth of the year's maximum × fte, pro rata by
    calendar days in the month of the start. To the penny. Source: first claim pro rata, domain section 6.1 step 16;
    the proration by days is [MK]."""
    days = monthrange(month.year, month.month)[1]
    first, last = date(month.year, month.month, 1), date(month.year, month.month, days)
    worked = max(0, (last - max(first, date(start.year, start.month, start.day))).days + 1)
    return pence(
        required_number(maximum, "maximum") / 12 * required_number(fte, "fte") * Fraction(worked, days)
    )


def list_size_share(practices: Any, amount: Number | None = None) -> list[dict[str, Any]]:
    """Each practice's share of the registered list, in percent (two decimals), and of an amount when one is given.

    The amounts are whole pence and sum to exactly the amount: pennies left over go to the largest remainders, then in
    order of code. A basis for apportionment in domain section 6.3 step 6. Raises FunctionError when all lists are
    empty."""
    found = [row.get("practice", row) for row in rows_of(practices)]
    sizes = [
        required_number(practice.get("list_size"), f"list size of {practice_name(practice)}")
        for practice in found
    ]
    whole = sum(sizes, Fraction(0))
    if not whole:
        raise FunctionError("the practices have no patients between them")
    money = exact(amount)
    amounts: list[Decimal | None] = [None] * len(found)
    if money is not None:
        amounts = list(_split(money, sizes, [str(practice.get("code")) for practice in found]))
    return [
        {"practice": practice.get("code"), "name": practice_name(practice), "list_size": practice.get("list_size"),
         "share": decimal(100 * size / whole, 2), "amount": part}
        for practice, size, part in zip(found, sizes, amounts, strict=True)
    ]  # fmt: skip


def _split(money: Fraction, weights: list[Fraction], codes: list[str]) -> list[Decimal]:
    """Money by weight in whole pence that sum to it exactly."""
    pennies = money * 100
    if pennies.denominator != 1:
        raise FunctionError("an amount is in whole pence")
    whole = sum(weights)
    shares = [pennies * weight / whole for weight in weights]
    parts = [share.numerator // share.denominator for share in shares]
    by_remainder = sorted(range(len(shares)), key=lambda i: (parts[i] - shares[i], codes[i]))
    for index in by_remainder[: int(pennies) - sum(parts)]:
        parts[index] += 1
    return [Decimal(part).scaleb(-2) for part in parts]


def share_of_list(returns: Any, practices: Any) -> Decimal:
    """The percentage of the practices' patients who are registered where an answer is in, two decimals. Source:
    quorum by list size, domain section 6.2."""
    codes = {reach(record, "practice.code") for record in rows_of(returns)}
    rows = list_size_share(practices)
    sizes = [(row["practice"] in codes, required_number(row["list_size"], "list size")) for row in rows]
    inside = sum((size for counts, size in sizes if counts), Fraction(0))
    return decimal(100 * inside / sum(size for _, size in sizes), 2)


def missing(returns: Any) -> list[str]:
    """The names of the practices that have not answered. A missing practice is named, never estimated."""
    return sorted(practice_name(practice) for practice in missing_of(returns))


def votes(returns: Any, field: str) -> dict[str, int]:
    """How many gave each answer to a field: {"agree": 4, "cannot agree": 1}. Silence is not counted as anything."""
    counts: dict[str, int] = {}
    for record in rows_of(returns):
        answer = reach(record, field)
        if answer not in (None, ""):
            counts[str(answer)] = counts.get(str(answer), 0) + 1
    return dict(sorted(counts.items()))


def answered(returns: Any, field: str, answer: Any) -> list[str]:
    """The names of the practices that gave this answer: answered(answers.commitments, "position", "cannot agree")."""
    return sorted(practice_name(record) for record in rows_of(returns) if reach(record, field) == answer)


def noes(answers: Any, fields: list[str] | None = None) -> list[dict[str, str]]:
    """What was answered "no", by practice and field: what will miss day one (domain section 6.1 step 9)."""
    records = [answers] if isinstance(answers, Mapping) else rows_of(answers)
    wanted = None if fields is None else frozenset(fields)
    spend(sum(map(len, records)))
    return [
        {"practice": practice_name(record) if "practice" in record else "", "field": key}
        for record in records
        for key, value in record.items()
        if value == "no" and (wanted is None or key in wanted)
    ]


def unmatched(one: Any, other: Any, key: str, columns: list[str]) -> list[str]:
    """In words, where two tables that should agree do not: rows on one side only, and figures that differ. Empty when
    all match. Source: figures declared must be those authorised, domain section 6.2 step 12."""
    left = {str(reach(row, key)): row for row in rows_of(one)}
    right = {str(reach(row, key)): row for row in rows_of(other)}
    words = [f"{name} is on one side only" for name in sorted(left.keys() ^ right.keys())]
    for name in sorted(left.keys() & right.keys()):
        for column in columns:
            a, b = reach(left[name], column), reach(right[name], column)
            if not _same(a, b):
                said = str(a), str(b)
                spend_text(len(name), *map(len, said))
                words.append(f"{name}: {column} is {said[0]} and {said[1]}")
    return words


def _same(a: Any, b: Any) -> bool:
    try:
        return exact(a) == exact(b)
    except FunctionError:
        return bool(a == b)


def same_figures(one: Any, other: Any, key: str, columns: list[str]) -> bool:
    """Whether two tables agree, row by row, in these columns; see `unmatched`."""
    return not unmatched(one, other, key, columns)


def minutes_owed(list_size: Number, per_thousand: Number) -> Decimal:
    """Enhanced access minutes a week for a list: `per_thousand` minutes for each 1,000 patients [S34: 60, adjusted
    list], two decimals."""
    return decimal(
        required_number(list_size, "list size") * required_number(per_thousand, "per thousand") / 1000, 2
    )


def shown_count(count: Number | None, below: int = 5) -> str:
    """A count as it may be published: "fewer than 5" for small ones [MK, common NHS practice, domain section 4.3]."""
    number = exact(count)
    if number is None:
        return ""
    return f"fewer than {below}" if 0 < number < below else f"{int(number):,}"


def days_between(start: date, end: date) -> int:
    """Calendar days from one day to another, the first not counted."""
    return (date(end.year, end.month, end.day) - date(start.year, start.month, start.day)).days


FUNCTIONS: dict[str, Callable[..., Any]] = {
    function.__name__: function
    for function in (
        answered, claim_maximum, cost_within_maximum, days_between, differs, financial_year_of, iif_points,
        indicator_position, list_size_share, minutes_owed, missing, noes, percentage, quarter_of, same_figures,
        sessions_fte, share_of_list, shown_count, sums_to, total, unmatched, votes, within,
    )
}  # fmt: skip
