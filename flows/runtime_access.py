"""How a flow function finds the runtime: registered once by the process that has the store open.

Prefect enters a flow with its parameters and nothing else, so what it works on is found here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

from application.environment.alarms import Alarms
from application.progress.runtime import Runtime
from engine.dates.clock import Clock

Answer = TypeVar("Answer")


class NoRuntime(RuntimeError):
    """A flow was started in a process that has no runtime."""

    def __init__(self) -> None:
        super().__init__(
            "This flow run was started where Baton's store is not open, so it cannot advance anything. With the "
            "embedded store, flows run inside `baton serve`: start that, and send this deployment to the work "
            'pool "baton" of type "baton". Another work pool works only where the process opens a PostgreSQL '
            "store and calls flows.runtime_access.register() first."
        )


@dataclass(frozen=True)
class _Registered:
    runtime: Runtime
    home: asyncio.AbstractEventLoop


_registered: _Registered | None = None


def register(runtime: Runtime) -> None:
    """Make `runtime` the one this process's flows ask. Call it on the event loop the runtime lives on."""
    global _registered
    _registered = _Registered(runtime, asyncio.get_running_loop())


def unregister() -> None:
    """Forget the runtime; flows started afterwards raise `NoRuntime`."""
    global _registered
    _registered = None


def clock() -> Clock:
    """The registered runtime's clock. Raises `NoRuntime`."""
    return _known().runtime.clock


def alarms() -> Alarms:
    """The registered runtime's alarms. Raises `NoRuntime`."""
    return _known().runtime.alarms


async def ask(question: Callable[[Runtime], Coroutine[Any, Any, Answer]]) -> Answer:
    """Put `question` to the runtime, on the event loop the runtime lives on. Raises `NoRuntime`.

    The flows run on an event loop of their own thread (see flows/controller.py), while the store and the web
    share another; a store must never find itself on two loops.
    """
    known = _known()
    if known.home is asyncio.get_running_loop():
        return await question(known.runtime)
    return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(question(known.runtime), known.home))


def _known() -> _Registered:
    if _registered is None:
        raise NoRuntime
    return _registered
