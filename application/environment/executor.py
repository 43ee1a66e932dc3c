"""Works out what a definition's texts ask for, so that nothing they say holds up the event loop.

Nearly everything takes some hundred steps, and is worked out where it is asked for. What turns out to take more is begun
again in a thread, with more steps and a limit of time: the engine is pure, so beginning again changes nothing. What
takes more than that too is an ExpressionError, as if the text itself were wrong. (Steps: `definitions.language.budget`.)
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from definitions.language.budget import MAX_TOGETHER, Budget
from definitions.language.exact_numbers import FunctionError
from definitions.language.expressions import ExpressionError
from engine.dates.calendar import BeyondHorizon
from engine.decisions.advance import NeverSettles

QUICK = 20_000  #: steps of what may be worked out on the event loop: some five milliseconds
SECONDS = 10.0  #: after which it is ended, whatever it has counted

#: What a definition, its data or the calendar can do wrong. Anything else is Baton's own fault, and is not caught.
STOPPERS = (BeyondHorizon, ExpressionError, FunctionError, NeverSettles)

Result = TypeVar("Result")

#: Two, so that one hostile workflow does not hold up every other that needs longer.
_threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="baton-engine")


class _Longer(BaseException):
    """It takes more than QUICK steps. No Exception, so that nobody on the way takes it for a fault of the text."""


async def worked_out(work: Callable[[], Result], seconds: float = SECONDS) -> Result:
    """What `work` gives; it must change nothing, since it may be begun twice. Raises what `work` raises."""
    try:
        with Budget(QUICK, running_out=_Longer):
            return work()
    except _Longer:
        pass
    loop, budget = asyncio.get_running_loop(), Budget(MAX_TOGETHER)

    def in_a_thread() -> Result:
        # The clock starts when the work does: waiting for a thread is nobody's fault.
        loop.call_soon_threadsafe(
            loop.call_later, seconds, budget.end, f"it took more than {seconds:g} seconds"
        )
        with budget:
            return work()

    return await loop.run_in_executor(_threads, in_a_thread)
