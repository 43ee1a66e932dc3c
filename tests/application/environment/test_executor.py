"""What a definition's texts ask for is worked out within bounds, and not on the event loop when it takes long."""

from __future__ import annotations

import asyncio
import threading

import pytest

from application.environment.executor import QUICK, worked_out
from definitions.language.budget import MAX_STEPS, MAX_TOGETHER, TooMuch, spend
from definitions.language.expressions import Expression, ExpressionError, Template

#: Seconds in which the steps have ended it, however slow and busy the machine.
NEVER = 86_400.0


async def test_what_is_short_is_worked_out_at_once() -> None:
    threads: list[int] = []

    def short() -> int:
        spend(QUICK)
        threads.append(threading.get_ident())
        return 42

    assert await worked_out(short) == 42
    assert threads == [threading.get_ident()]


async def test_what_is_long_leaves_the_event_loop_free() -> None:
    free = threading.Event()

    def long() -> str:
        spend(QUICK + 1)
        # Set by the event loop: if that were waiting for us, this would never come.
        assert free.wait(30)
        return threading.current_thread().name

    working = asyncio.create_task(worked_out(long))
    await asyncio.sleep(0)
    free.set()
    assert (await working).startswith("baton-engine")


async def test_what_it_raises_comes_out_from_either_place() -> None:
    def fails(steps: int) -> None:
        spend(steps)
        raise KeyError(steps)

    for steps in (0, QUICK + 1):
        with pytest.raises(KeyError, match=str(steps)):
            await worked_out(lambda steps=steps: fails(steps))  # type: ignore[misc]


async def test_many_evaluations_share_one_budget() -> None:
    heavy = Template.compile("{% for a in many %}{% if a == -1 %}{% endif %}{% endfor %}")
    worked = 0

    def decide() -> None:
        nonlocal worked
        for _ in range(MAX_TOGETHER):
            heavy.render({"many": list(range(15_000))})
            worked += 1

    with pytest.raises(ExpressionError, match=f"more than {MAX_TOGETHER:,} steps") as caught:
        await worked_out(decide, seconds=NEVER)
    assert caught.value.code == "BD502"
    assert worked * 15_000 < MAX_TOGETHER  # each turn of the loop is more than one step


async def test_an_evaluation_has_its_own_bound_within_it() -> None:
    text = "many | sort | sort | sort | sort | sort | first"
    with pytest.raises(ExpressionError, match=f"more than {MAX_STEPS:,} steps"):
        await worked_out(
            lambda: Expression.compile(text).evaluate({"many": list(range(20_000))}), seconds=NEVER
        )


async def test_a_clock_outside_ends_what_counts_too_little() -> None:
    def for_ever() -> None:
        spend(QUICK + 1)
        while True:
            spend(0)

    with pytest.raises(TooMuch, match="it took more than 0 seconds"):
        await worked_out(for_ever, seconds=0)


async def test_two_that_take_long_do_not_hold_up_what_is_short() -> None:
    free, done = threading.Event(), []

    def long() -> None:
        spend(QUICK + 1)
        assert free.wait(30)
        done.append("long")

    busy = [asyncio.create_task(worked_out(long)) for _ in range(4)]
    await asyncio.sleep(0)
    await worked_out(lambda: done.append("short"))
    free.set()
    await asyncio.gather(*busy)
    assert done == ["short", *["long"] * 4]
