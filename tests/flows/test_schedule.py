"""When scheduled launches look again."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from flows.schedule import next_morning


@pytest.mark.parametrize(
    ("now", "morning"),
    [
        (datetime(2026, 1, 15, 6, 59, tzinfo=UTC), datetime(2026, 1, 15, 7, 0, tzinfo=UTC)),
        (datetime(2026, 1, 15, 7, 0, tzinfo=UTC), datetime(2026, 1, 16, 7, 0, tzinfo=UTC)),
        (
            datetime(2026, 7, 1, 5, 59, tzinfo=UTC),
            datetime(2026, 7, 1, 6, 0, tzinfo=UTC),
        ),  # summer: 07:00 is 06:00
        (
            datetime(2026, 3, 28, 12, 0, tzinfo=UTC),
            datetime(2026, 3, 29, 6, 0, tzinfo=UTC),
        ),  # the night summer begins
        (datetime(2026, 10, 24, 12, 0, tzinfo=UTC), datetime(2026, 10, 25, 7, 0, tzinfo=UTC)),  # and ends
        (
            datetime(2026, 6, 30, 23, 30, tzinfo=UTC),
            datetime(2026, 7, 1, 6, 0, tzinfo=UTC),
        ),  # already July in London
    ],
)
def test_the_next_morning_is_seven_in_london(now: datetime, morning: datetime) -> None:
    assert next_morning(now) == morning
