"""The wait of a flow run: how it leaves its process until there is something to do, and how it is woken.

A run that waits is in Prefect's own state of type SCHEDULED, named Waiting, with its deadline as scheduled
time and whom it waits for as message. Prefect's database is the durable timer; no process, thread or
connection is held. A wake sets the same run to SCHEDULED now, named Woken. (Prefect's late-run service
touches only states named Scheduled, so neither name is ever overwritten with Late.)

**No wake is lost, and why.** A fact is committed to the log before its wake is sent. A wake does nothing
when the run's state is not of type SCHEDULED, so this may happen:

    the run's entry advances -> the fact is committed -> its wake finds Running, does nothing -> Waiting is set

Therefore an entry that has set Waiting looks at the log once more, and wakes itself if anything moved since
the log position its advance had seen. Take any fact, and the entry E whose Waiting is the last one set:

* committed before E's second look: E's advance has seen it, or the second look finds it and wakes;
* committed after it: its wake comes later still, finds Waiting (or Woken already), and wakes.

Setting a state is one request, but "only if SCHEDULED" is a read and a write on Prefect's server with a gap
between. A wake that read Waiting may write Woken over Pending, Running or Completed. That costs an entry
that finds nothing to do, never a fact: Woken over Running is followed by E's own Waiting and second look, or
by Completed, and Woken over Completed only enters the run again. Two entries of one run at once harm nothing
either: every commit is on (workflow, version), and each entry looks again after its own Waiting, at the
position its own advance had seen, so what the other committed counts as movement.

`suspend_flow_run` is not used: one pause, one input, and its timeout can only fail the run.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn, Protocol
from uuid import UUID

from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State, StateDetails, StateType
from prefect.exceptions import Pause
from prefect.runtime import flow_run as current_run
from prefect.states import to_state_create

from engine.dates.clock import SystemClock
from flows import runtime_access
from flows.failures import PATIENCE, PrefectFault, said

logger = logging.getLogger(__name__)

WAITING = "Waiting"
WOKEN = "Woken"
TROUBLED = "AwaitingRetry"  # Prefect's own name for "failed, will be tried again"

_MACHINE = SystemClock()

#: "Only a response can move it", for a timer that must have a time.
FAR_OFF = datetime(2999, 1, 1, tzinfo=UTC)

#: How long a run waits after its runtime raised: long enough for a disk to be freed or a lock released,
#: short enough that nobody needs to notice.
TRY_AGAIN_AFTER = timedelta(minutes=1)

#: Prefect sets the state of at most 50 runs in one request.
_AT_ONCE = 50


class NotWoken(PrefectFault):
    """Prefect's server would not set a run's state though it waits; asking again helps."""


class Runs(Protocol):
    """The two things waiting needs of Prefect. Runs are addressed by id, or by key (idempotency key)."""

    async def schedule(self, run_id: UUID, name: str, at: datetime, because: str) -> State[Any]:
        """Set the run to a SCHEDULED state whatever state it is in; `at` is machine time."""
        ...

    async def wake(self, by: dict[str, list[str]], at: datetime, because: str) -> int:
        """Set the runs matching `by` whose state is of type SCHEDULED to Woken; how many were."""
        ...


class PrefectRuns:
    """`Runs` over Prefect's client. Raises whatever the client raises when the server is away."""

    async def schedule(self, run_id: UUID, name: str, at: datetime, because: str) -> State[Any]:
        async with get_client() as client:
            state = scheduled(name, at, because)
            await client.set_flow_run_state(run_id, state)
            return state

    async def crash(self, run_id: UUID, because: str) -> None:
        """Say that the run's process died."""
        crashed: State[Any] = State(type=StateType.CRASHED, name="Crashed", message=because)
        async with get_client() as client:
            await client.set_flow_run_state(run_id, crashed, force=True)

    async def wake(self, by: dict[str, list[str]], at: datetime, because: str) -> int:
        # Read and write in one request: half the time of asking for the state first, and a far smaller gap.
        sleeping = {"state": {"type": {"any_": [StateType.SCHEDULED.value]}}}
        filters: dict[str, Any] = {field: {"any_": values} for field, values in by.items()}
        woken = to_state_create(scheduled(WOKEN, at, because)).model_dump(mode="json", exclude_unset=True)
        async with get_client() as client:
            answer = await client.request(
                "POST",
                "/flow_runs/bulk_set_state",  # type: ignore[arg-type]  # not in the client's list of routes
                json={"flow_runs": {**filters, **sleeping}, "state": woken, "limit": _AT_ONCE},
            )
        results = answer.json()["results"]
        refused = [result["details"] for result in results if result["status"] != "ACCEPT"]
        if refused:
            # A busy database shows here, as a result and not as an error. A wake must not be lost to it.
            raise NotWoken(f"{len(refused)} of {len(results)} runs were not woken: {refused[0]}")
        return len(results)


def scheduled(name: str, at: datetime, because: str) -> State[Any]:
    """Prefect's SCHEDULED state under one of our names; `at` is machine time."""
    return State(
        type=StateType.SCHEDULED, name=name, message=because, state_details=StateDetails(scheduled_time=at)
    )


def machine_now() -> datetime:
    """Now on the machine's clock, which Prefect goes by."""
    return _MACHINE.now()


async def leave(
    runs: Runs,
    run_id: UUID,
    at: datetime,
    because: str,
    moved: Callable[[], Awaitable[bool]],
    now: Callable[[], datetime] = machine_now,
) -> State[Any]:
    """Set the run Waiting until `at` (machine time), look once more, wake it if something moved meanwhile.

    The state set last by this entry is not necessarily the one returned: the process leaves either way.
    A second look that fails counts as movement: entering once too often costs little, not entering a deadline.
    """
    state = await runs.schedule(run_id, WAITING, at, because)
    try:
        again = await moved()
    except Exception as trouble:
        logger.warning("The second look at the log failed, so the run enters again: %s", trouble)
        again = True
    if again:
        # Conditional like any wake: if another entry has begun since our Waiting, it must not be disturbed;
        # it will look at the log again itself before it leaves.
        await runs.wake({"id": [str(run_id)]}, now(), "something came in just as it began to wait")
    return state


async def wait_until(moment: datetime | None, because: str, moved: Callable[[], Awaitable[bool]]) -> NoReturn:
    """Leave the current flow run until `moment`, or until it is woken; never returns.

    `moment` is Baton calendar time; None means until woken. `because` is shown as the state's message.
    `moved` answers whether anything was committed that this entry has not seen. The flow starts again from
    its first line when it is entered next.
    """
    went_on()
    at = FAR_OFF if moment is None else runtime_access.clock().real(moment)
    state = await leave(PrefectRuns(), UUID(current_run.id), at, because, moved)
    # Pause is how Prefect's engine is told that the run's state has been seen to and the process may go.
    raise Pause(because, state=state)


async def try_again(trouble: Exception) -> NoReturn:
    """Leave the current flow run for a minute because `trouble` came up; never returns.

    A failed run would be terminal: it could neither be woken nor start by its deadline. `NoRuntime` is raised
    again, because waiting does not help and its message says what does.
    """
    if isinstance(trouble, runtime_access.NoRuntime):
        raise trouble
    runtime_access.alarms().set(
        f"flow run {current_run.name}", "Part of Baton's work cannot go on just now, and is tried again every minute.",
        [f"{current_run.name}: {said(trouble)}."], PATIENCE,
    )  # fmt: skip
    at = machine_now() + TRY_AGAIN_AFTER
    because = f"could not go on, trying again in a minute: {said(trouble)}"[:1000]
    state = await PrefectRuns().schedule(UUID(current_run.id), TROUBLED, at, because)
    raise Pause(because, state=state)


def went_on() -> None:
    """The current flow run did what it is there for."""
    runtime_access.alarms().clear(f"flow run {current_run.name}")


async def wake(keys: Iterable[str], because: str, runs: Runs | None = None) -> int:
    """Wake the runs with these keys that wait; how many did. Runs that are under way are left alone.

    Raises what Prefect's client raises when its server is away; nothing else is affected by that.
    """
    at = machine_now()
    woken = 0
    for some in _chunks(sorted(set(keys))):
        woken += await (runs or PrefectRuns()).wake({"idempotency_key": some}, at, because)
    return woken


def _chunks(keys: Sequence[str]) -> Iterator[list[str]]:
    for start in range(0, len(keys), _AT_ONCE):
        yield list(keys[start : start + _AT_ONCE])
