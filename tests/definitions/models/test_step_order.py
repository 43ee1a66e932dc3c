"""The order of steps, and which field decides."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from definitions.models.definition import Step
from definitions.models.outcomes import outcome_field, outcome_options
from definitions.models.step_order import Order, circle, predecessors_of, reachable


def step(step_id: str, after: list[str] | None = None, **more: Any) -> Step:
    return Step(id=step_id, kind="do", title=step_id, after=after, **more)


def test_a_step_follows_the_one_above_it() -> None:
    steps = [step("a"), step("b"), step("c", []), step("d", ["a", "c"]), step("e", on_demand=True), step("f")]
    assert predecessors_of(steps) == {
        "a": (),
        "b": ("a",),
        "c": (),
        "d": ("a", "c"),
        "e": ("d",),
        "f": ("d",),
    }
    order = Order.of(steps)
    assert order.steps == ("a", "b", "c", "d", "e", "f")
    assert order.dependants["a"] == ("b", "d", "e", "f")
    assert order.dependants["f"] == ()


graphs = st.integers(1, 12).flatmap(
    lambda n: st.tuples(
        st.permutations(range(n)),
        st.lists(st.lists(st.integers(0, n - 1), max_size=3), min_size=n, max_size=n),
    )
)


@given(graphs)
def test_an_order_keeps_every_step_after_what_it_waits_for(graph: tuple[list[int], list[list[int]]]) -> None:
    rank, wants = graph
    # a step may wait only for those of lower rank, so there is no circle, whatever the order of the file
    steps = [step(f"s{i}", [f"s{p}" for p in wants[i] if rank[p] < rank[i]]) for i in range(len(rank))]
    order = Order.of(steps)
    assert circle(order.predecessors) is None
    assert sorted(order.steps) == sorted(s.id for s in steps)
    for each, firsts in order.predecessors.items():
        for first in firsts:
            assert order.steps.index(first) < order.steps.index(each)
            assert each in order.dependants[first]


@given(st.dictionaries(st.sampled_from("abcdef"), st.lists(st.sampled_from("abcdef"), max_size=3)))
def test_a_circle_is_found_exactly_when_there_is_one(edges: dict[str, list[str]]) -> None:
    found = circle(edges)
    assert (found is not None) == any(node in reachable(node, edges) for node in edges)
    if found:
        assert found[0] == found[-1]
        assert all(b in edges[a] for a, b in pairwise(found))


@pytest.mark.parametrize(
    ("form", "outcome", "expected"),
    [
        ([], None, None),
        ([{"id": "x", "type": "choice", "label": "X", "options": ["a"]}], None, None),
        ([{"id": "status", "type": "choice", "label": "X", "options": ["a"]}], None, "status"),
        ([{"id": "x", "type": "decision", "label": "X"}], None, "x"),
        (
            [
                {"id": "status", "type": "choice", "label": "X", "options": ["a"]},
                {"id": "x", "type": "decision", "label": "X"},
            ],
            None,
            "x",
        ),
        ([{"id": "x", "type": "yes/no", "label": "X"}], "x", "x"),
        ([{"id": "x", "type": "yes/no", "label": "X"}], "y", None),
    ],
)
def test_the_field_that_decides(
    form: list[dict[str, Any]], outcome: str | None, expected: str | None
) -> None:
    field = outcome_field(step("a", form=form, outcome=outcome))
    assert (field.id if field else None) == expected


def test_outcomes_offered() -> None:
    decides = step("a", form=[{"id": "x", "type": "decision", "label": "X"}, {"id": "y", "type": "yes/no", "label": "Y"},
                              {"id": "z", "type": "choice", "label": "Z", "options": "inputs.list"}])  # fmt: skip
    offered = [outcome_options(field) for field in decides.form]  # type: ignore[arg-type]
    assert offered == [("approved", "approved with conditions", "returned", "rejected"), ("yes", "no"), None]
