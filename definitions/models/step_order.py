"""The order of steps: what comes before what, and in which order they can be gone through."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from definitions.models.definition import Step


def predecessors_of(steps: Sequence[Step]) -> dict[str, tuple[str, ...]]:
    """Each step's direct predecessors: `after`, or the nearest step above that is sure to open.

    A step opened on demand may never open, so nothing waits for it unless it is named.
    """
    found: dict[str, tuple[str, ...]] = {}
    above: tuple[str, ...] = ()
    for step in steps:
        found[step.id] = tuple(dict.fromkeys(step.after)) if step.after is not None else above
        if not step.on_demand:
            above = (step.id,)
    return found


def reachable(start: str, edges: Mapping[str, Iterable[str]]) -> frozenset[str]:
    """Everything `start` leads to, not itself unless in a circle."""
    seen: set[str] = set()
    stack = list(edges.get(start, ()))
    while stack:
        here = stack.pop()
        if here not in seen:
            seen.add(here)
            stack.extend(edges.get(here, ()))
    return frozenset(seen)


def circle(edges: Mapping[str, Iterable[str]]) -> tuple[str, ...] | None:
    """A circle in the edges, from a node back to itself, or None. Nodes are tried in the mapping's order."""
    done: set[str] = set()
    for start in edges:
        if start not in done and (found := _circle_from(start, edges, done)):
            return found
    return None


def _circle_from(start: str, edges: Mapping[str, Iterable[str]], done: set[str]) -> tuple[str, ...] | None:
    trail = [start]
    waiting = [iter(edges.get(start, ()))]
    while trail:
        following = next(waiting[-1], None)
        if following is None:
            done.add(trail.pop())
            waiting.pop()
        elif following in trail:
            return (*trail[trail.index(following) :], following)
        elif following not in done:
            trail.append(following)
            waiting.append(iter(edges.get(following, ())))
    return None


@dataclass(frozen=True, slots=True)
class Order:
    """The steps of a definition in order. Made of a graph without circles."""

    predecessors: Mapping[str, tuple[str, ...]]
    steps: tuple[str, ...]
    dependants: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, steps: Sequence[Step]) -> Order:
        """Topological; where steps run side by side, in the order of the file."""
        before = predecessors_of(steps)
        placed: list[str] = []
        waiting = [step.id for step in steps]
        while waiting:
            here = next((each for each in waiting if all(p in placed for p in before[each])), waiting[0])
            placed.append(here)
            waiting.remove(here)
        after: dict[str, list[str]] = {step: [] for step in before}
        for step, firsts in before.items():
            for first in firsts:
                after.setdefault(first, []).append(step)
        reach = {step: reachable(step, after) for step in before}
        dependants = {step: tuple(each for each in placed if each in reach[step]) for step in before}
        return cls(before, tuple(placed), dependants)
