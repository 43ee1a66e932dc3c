"""The id of an assignment: what is written is what is read, and nothing else is taken for one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.events.assignment_id import AssignmentId, MalformedAssignmentId

parts = st.text(st.characters(exclude_characters="."), min_size=1, max_size=12)
ids = st.builds(AssignmentId, parts, parts, st.integers(1, 999_999), parts, parts)


@given(ids)
def test_an_id_is_read_as_it_was_written(id_: AssignmentId) -> None:
    assert AssignmentId.parse(str(id_)) == id_


@given(st.text(st.sampled_from("w1.²٣0 -ab"), max_size=14))
def test_what_is_read_is_written_the_same_or_refused(text: str) -> None:
    try:
        read = AssignmentId.parse(text)
    except MalformedAssignmentId:
        return
    assert str(read) == text


@pytest.mark.parametrize(
    "text",
    ["", "post", "w1", "w1.ask", "w1.ask.1.Y1", "w1.ask.1.Y1.pm.", "w1.ask.1.Y1.pm.x", "....", "w1.ask.0.Y1.pm",
     "w1.ask.01.Y1.pm", "w1.ask.-1.Y1.pm", "w1.ask.1.0.Y1.pm", "w1.ask.one.Y1.pm", f"w1.ask.{'9' * 5000}.Y1.pm", "w1.ask.1\n.Y1.pm"],
)  # fmt: skip
def test_what_is_no_id_is_said_to_be_none(text: str) -> None:
    with pytest.raises(MalformedAssignmentId, match=r"WORKFLOW\.STEP\.ATTEMPT\.ORGANISATION\.ROLE"):
        AssignmentId.parse(text)
