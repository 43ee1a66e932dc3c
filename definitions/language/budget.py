"""What evaluating may cost, counted in steps: the same number on every machine and every day, with no clock.

A step is about as much work as looking up a name. Looking through a list is a step an item, making a text a step for
every few characters. Whoever lets others' texts be evaluated gives a budget; what is worked out within it spends.

    with Budget(5_000_000):
        expression.evaluate(names)
"""

from __future__ import annotations

from contextvars import ContextVar, Token
from types import TracebackType

MAX_STEPS = 1_000_000  #: of one evaluation
MAX_TOGETHER = 5_000_000  #: of all evaluations of one decision, or of one page
MAX_TEXT = 200_000  #: characters of a text that is made
MAX_ITEMS = 20_000  #: of a list that is made
MAX_KEPT = 1_000_000  #: items and characters of a value that the log keeps
MAX_DIGITS = 60  #: of a number, before the point and after it
CHARACTERS = 16  #: of a text that are as much work as one step


class TooMuch(ValueError):
    """Something grew past a bound. The message says which."""


class Budget:
    """Steps that may be taken. Budgets stand inside each other: what an inner one spends is spent of the outer too.

    `running_out` is raised when no step is left. It may be no Exception but a BaseException, so that nothing on the
    way takes it for a fault of what was evaluated.
    """

    __slots__ = ("_around", "_ended", "_given", "_limit", "_token", "left", "running_out")

    def __init__(self, steps: int, running_out: type[BaseException] = TooMuch) -> None:
        self.left = self._given = self._limit = steps
        self.running_out = running_out
        self._ended = ""
        self._around: Budget | None = None
        self._token: Token[Budget | None] | None = None

    def __enter__(self) -> Budget:
        self._around = _CURRENT.get()
        if self._around is not None and self._around.left < self.left:
            self.left = self._given = max(0, self._around.left)
            self._limit, self.running_out = self._around._limit, self._around.running_out
        self._token = _CURRENT.set(self)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:  # fmt: skip
        assert self._token is not None
        _CURRENT.reset(self._token)
        if self._around is not None:
            self._around.left -= self.spent

    @property
    def spent(self) -> int:
        """Steps taken so far."""
        return self._given - self.left

    def spend(self, steps: int) -> None:
        """Count some steps, before they are taken. Raises TooMuch, or what `running_out` is, when not as many are left."""
        if steps > self.left:
            self.left = 0
            raise self.running_out(f"more than {self._limit:,} steps to work it out")
        self.left -= steps
        if why := self._stopped():
            raise TooMuch(why)

    def end(self, because: str) -> None:
        """Let the next step fail. May be called from any thread: a clock outside says when it is enough."""
        self._ended = because

    def _stopped(self) -> str:
        budget: Budget | None = self
        while budget is not None:
            if budget._ended:
                return budget._ended
            budget = budget._around
        return ""


_CURRENT: ContextVar[Budget | None] = ContextVar("budget", default=None)


def spend(steps: int) -> None:
    """Count some steps of whatever is being evaluated. Raises TooMuch when there are not as many left."""
    budget = _CURRENT.get()
    if budget is not None:
        budget.spend(steps)


def spend_text(*lengths: int) -> None:
    """Count the making of a text of so many characters. Raises TooMuch also when the text would be too long."""
    length = sum(lengths)
    if length > MAX_TEXT:
        raise TooMuch(f"a text of more than {MAX_TEXT:,} characters")
    spend(1 + length // CHARACTERS)


def spend_items(count: int) -> None:
    """Count the making of a list of so many items. Raises TooMuch also when it would be too long."""
    if count > MAX_ITEMS:
        raise TooMuch(f"a list of more than {MAX_ITEMS:,} items")
    spend(1 + count)
