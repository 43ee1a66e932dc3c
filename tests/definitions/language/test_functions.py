"""The domain's functions: rules as properties, and the worked examples of the sources."""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from definitions.language import functions as f
from definitions.language.exact_numbers import FunctionError, Returns, exact
from definitions.language.indicators import iif_points, indicator_position

HI_03 = {
    "id": "HI-03",
    "name": "Health checks",
    "lower": 60,
    "upper": 80,
    "points": 36,
    "value_per_point": "198.00",
}
CAN_02 = {"id": "CAN-02", "name": "FIT", "lower": 65, "upper": 80, "points": 22, "value_per_point": 198.0}

percents = st.decimals(0, 100, places=2, allow_nan=False)
thresholds = st.tuples(percents, percents).filter(lambda pair: pair[0] < pair[1])


@given(percents, percents, thresholds, st.integers(1, 200))
def test_points_never_fall_as_achievement_rises(
    a: Decimal, b: Decimal, scale: tuple[Decimal, Decimal], points: int
) -> None:
    low, high = sorted((a, b))
    assert (iif_points(low, *scale, points) or 0) <= (iif_points(high, *scale, points) or 0)


@given(percents, thresholds, st.integers(1, 200))
def test_points_keep_to_their_bounds(
    achievement: Decimal, scale: tuple[Decimal, Decimal], points: int
) -> None:
    found = iif_points(achievement, *scale, points)
    assert found is not None and 0 <= found <= points
    if achievement <= scale[0]:
        assert found == 0
    if achievement >= scale[1]:
        assert found == points


@given(percents, thresholds, st.integers(1, 200))
def test_lower_is_better_is_the_mirror_image(
    achievement: Decimal, scale: tuple[Decimal, Decimal], points: int
) -> None:
    mirrored = iif_points(100 - achievement, 100 - scale[0], 100 - scale[1], points, "lower")
    assert mirrored == iif_points(achievement, *scale, points)


@pytest.mark.parametrize(
    ("achievement", "expected"),
    [
        (60, "0.00"),
        (80, "36.00"),
        (70, "18.00"),
        (65, "9.00"),
        (59.99, "0.00"),
        (100, "36.00"),
        ("62.5", "4.50"),
        (61.25, "2.25"),
    ],
)
def test_points_of_2024_25(achievement: float | str, expected: str) -> None:
    assert iif_points(achievement, 60, 80, 36) == Decimal(expected)


def test_points_of_nothing_and_of_contradictions() -> None:
    assert iif_points(None, 60, 80, 36) is None
    with pytest.raises(FunctionError, match="do not go with higher"):
        iif_points(50, 80, 60, 36)
    with pytest.raises(FunctionError, match="write higher or lower"):
        iif_points(50, 60, 80, 36, "up")


def record(code: str, numerator: object, denominator: object, indicator: str = "HI-03") -> dict[str, object]:
    return {
        "practice": {"code": code, "name": f"Practice {code}", "list_size": 1_000, "tags": []},
        "indicators": {indicator: {"result": {"numerator": numerator, "denominator": denominator}}},
    }


counts = st.lists(
    st.integers(0, 500).flatmap(lambda d: st.tuples(st.integers(0, d), st.just(d))), min_size=1, max_size=25
)


@given(counts, st.randoms(use_true_random=False))
def test_position_is_pooled_and_does_not_depend_on_order(
    pairs: list[tuple[int, int]], chance: random.Random
) -> None:
    returns = [record(f"Y{i:05}", n, d) for i, (n, d) in enumerate(pairs)]
    shuffled = list(returns)
    chance.shuffle(shuffled)
    [row] = indicator_position([HI_03], returns)
    assert indicator_position([HI_03], shuffled) == [row]
    numerator, denominator = sum(n for n, _ in pairs), sum(d for _, d in pairs)
    assert (row["numerator"], row["denominator"]) == (numerator, denominator)
    if denominator == 0:
        assert row["status"] == "not applicable" and row["percentage"] is None and row["payment"] is None
        return
    # one practice with all the patients gets the same
    [whole] = indicator_position([HI_03], [record("Y9", numerator, denominator)])
    for key in ("percentage", "points", "payment", "needed", "status"):
        assert row[key] == whole[key]
    # as many patients as are needed reach the upper threshold, and one fewer does not
    if row["needed"]:
        assert Fraction(100 * (numerator + row["needed"]), denominator) >= 80
        assert Fraction(100 * (numerator + row["needed"] - 1), denominator) < 80


def test_position_is_not_the_mean_of_percentages() -> None:
    # 9 of 10 and 50 of 90: pooled 59%, the mean would be 72.8%
    [row] = indicator_position([HI_03], [record("A", 9, 10), record("B", 50, 90)])
    assert row["percentage"] == Decimal("59.00")
    assert row["status"] == "no points"
    assert row["needed"] == 21


def test_position_names_who_is_missing_and_estimates_nobody() -> None:
    returns = Returns(
        [record("A", 70, 100), record("B", "unknown", 100), record("C", 1, 1, "CAN-02")],
        missing=[{"code": "D", "name": "Elm Tree"}],
    )
    row, other = indicator_position([HI_03, CAN_02], returns)
    assert row["missing"] == ["Elm Tree", "Practice B", "Practice C"]
    assert [each["name"] for each in row["practices"]] == ["Practice A"]
    # 70% of 60..80 is half of 36 points at £198
    assert (row["points"], row["payment"]) == (Decimal("18.00"), Decimal("3564.00"))
    assert (other["points"], other["payment"]) == (Decimal("22.00"), Decimal("4356.00"))


def test_payment_is_adjusted_and_comes_from_unrounded_points() -> None:
    [row] = indicator_position(
        [HI_03], [record("A", 61, 99)], list_size_adjustment="1.1", prevalence_adjustments={"HI-03": 0.9}
    )
    exactly = (Fraction(6100, 99) - 60) / 20 * 36 * 198 * Fraction("1.1") * Fraction("0.9")
    assert row["payment"] == Decimal(round(exactly * 100)) / 100
    [same] = indicator_position([HI_03], [record("A", 61, 99)], list_size_adjustment="1.1",
                                prevalence_adjustments=[{"indicator": "HI-03", "adjustment": Decimal("0.9")}])  # fmt: skip
    assert same == row


def test_position_without_thresholds_or_returns() -> None:
    [row] = indicator_position([{"id": "HI-03", "name": "x"}], [record("A", 1, 2)])
    assert (row["status"], row["percentage"], row["points"]) == ("no thresholds", Decimal("50.00"), None)
    [empty] = indicator_position([HI_03], [])
    assert (empty["status"], empty["percentage"]) == ("no returns", None)
    with pytest.raises(FunctionError, match="3 of 2 cannot be"):
        indicator_position([HI_03], [record("A", 3, 2)])


practices = st.lists(st.integers(0, 30_000), min_size=1, max_size=25).filter(any)


@given(practices, st.integers(0, 10_000_000))
def test_a_split_by_list_size_sums_to_the_amount(sizes: list[int], pennies: int) -> None:
    rows = [{"code": f"Y{i:05}", "name": "x", "list_size": size} for i, size in enumerate(sizes)]
    amount = Decimal(pennies) / 100
    split = f.list_size_share(rows, amount)
    assert sum((each["amount"] for each in split), Decimal(0)) == amount
    assert f.sums_to(split, "amount", amount)
    for each, size in zip(split, sizes, strict=True):
        assert abs(Fraction(each["amount"]) - Fraction(amount) * size / sum(sizes)) < Fraction(1, 100)


def test_differs_and_within() -> None:
    assert f.differs(116, 100, 15) and not f.differs(115, 100, 15)
    assert not f.differs(None, 100, 15) and not f.differs(100, None, 15)
    assert f.differs(1, 0, 15) and not f.differs(0, 0, 15)
    assert f.within(5, "104.99", 100) and not f.within(5, 106, 100) and not f.within(5, None, 1)


def test_totals_are_exact() -> None:
    rows = [{"amount": "0.1"}, {"amount": "0.2"}, {"amount": None}, {"inner": {"n": 3}}, {"amount": ""}]
    assert f.total(rows, "amount") == Decimal("0.3")
    assert f.total(rows, "inner.n") == 3
    assert str(f.total([{"a": 100}], "a")) == "100"
    assert f.total(None, "a") == 0
    with pytest.raises(FunctionError, match="'x' is not a number"):
        f.total([{"a": "x"}], "a")


def test_working_pattern_and_fte() -> None:
    # six sessions of ten are 0.60 of a week (domain section 6.1 step 3)
    pattern = [{"practice": "Y1", "weekday": "Mon", "session": "am"}] * 6
    assert f.sessions_fte(pattern) == Decimal("0.60")
    assert f.sessions_fte([{"sessions": 4}, {"sessions": "3.5"}]) == Decimal("0.75")
    assert f.sessions_fte(5, 9) == Decimal("0.56")


def test_costs_and_claims() -> None:
    assert f.cost_within_maximum("50000", 105_882, "0.5") and not f.cost_within_maximum(60_000, 105_882, 0.5)
    assert not f.cost_within_maximum(None, 1)
    # started Mon 11 Jan 2027: 21 of January's 31 days, of a twelfth of £36,000 at 0.5 fte
    assert f.claim_maximum(36_000, "0.5", date(2027, 1, 11), date(2027, 1, 31)) == Decimal("1016.13")
    assert f.claim_maximum(36_000, 1, date(2027, 1, 11), date(2027, 2, 1)) == Decimal("3000.00")
    assert f.claim_maximum(36_000, 1, date(2027, 1, 11), date(2026, 12, 1)) == Decimal("0.00")


def test_figures_declared_match_those_authorised() -> None:
    left = [{"indicator": "HI-03", "n": 10}, {"indicator": "CAN-02", "n": 5}]
    right = [{"indicator": "CAN-02", "n": "5.0"}, {"indicator": "HI-03", "n": 11}]
    assert f.unmatched(left, right, "indicator", ["n"]) == ["HI-03: n is 10 and 11"]
    assert f.unmatched(left, right[:1], "indicator", ["n"]) == ["HI-03 is on one side only"]
    assert f.same_figures(left, list(reversed(left)), "indicator", ["n"])


def test_counting_answers() -> None:
    returns = Returns(
        [{"practice": {"name": n, "code": n, "list_size": 100}, "position": p, "ready": r}
         for n, p, r in (("B", "agree", "no"), ("A", "agree", "yes"), ("C", None, "no"))],
        missing=[{"name": "Z"}, {"name": "D"}],
    )  # fmt: skip
    assert f.votes(returns, "position") == {"agree": 2}
    assert f.answered(returns, "position", "agree") == ["A", "B"]
    assert f.missing(returns) == ["D", "Z"]
    assert [each["practice"] for each in f.noes(returns)] == ["B", "C"]
    assert f.noes({"a": "no", "b": "yes", "c": "no"}, ["a", "b"]) == [{"practice": "", "field": "a"}]
    everybody = [{"code": c, "name": c, "list_size": 100} for c in "ABCD"]
    assert f.share_of_list(returns, everybody) == Decimal("75.00")


def test_small_numbers_and_minutes() -> None:
    assert [f.shown_count(n) for n in (0, 4, 5, 1_200, None)] == ["0", "fewer than 5", "5", "1,200", ""]
    assert f.minutes_owed(42_500, 60) == Decimal("2550.00")
    assert f.percentage(1, 3) == Decimal("33.33") and f.percentage(1, 0) is None
    assert f.days_between(date(2027, 3, 28), date(2027, 4, 1)) == 4


@pytest.mark.parametrize("wrong", ["x", True, [], float("nan"), "1e999", {"a": 1}])
def test_what_is_no_number(wrong: object) -> None:
    with pytest.raises(FunctionError):
        exact(wrong)


def test_every_function_says_what_it_does() -> None:
    for name, function in f.FUNCTIONS.items():
        assert function.__doc__, name
