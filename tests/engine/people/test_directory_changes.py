"""The difference of two directories is what leads from one to the other, whatever they say and in whatever order."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from definitions.models.directory import Directory
from engine import events as e
from engine.events.codec import from_record, to_record
from engine.people.directory_changes import StaleChange, applied, data_of, difference
from tests.engine.wide_bay import memberships, pcn_data
from tests.engine.worlds import at

PEOPLE = ("asha", "leo", "jo", "sam")
DAYS = ("2027-01-04", "2027-01-15", "2027-03-31")
dates = st.fixed_dictionaries(
    {}, optional={"from": st.sampled_from(DAYS[:2]), "to": st.sampled_from(DAYS[2:])}
)
people = st.sampled_from(PEOPLE)


def entries(**fixed: st.SearchStrategy[Any]) -> st.SearchStrategy[list[dict[str, Any]]]:
    return st.lists(
        st.builds(lambda entry, when: entry | when, st.fixed_dictionaries(dict(fixed)), dates), max_size=4
    )


def by_code(code: str, name: str, size: int) -> dict[str, Any]:
    return {"code": code, "name": name, "list_size": size}


practices = st.lists(
    st.builds(by_code, st.sampled_from(["Y1", "Y2", "Y3"]), st.sampled_from(["Elm", "Oak"]), st.integers(0, 9)),
    min_size=1, max_size=3, unique_by=lambda practice: practice["code"],
)  # fmt: skip
pcns = st.fixed_dictionaries(
    {"code": st.sampled_from(["U1", "U2", "U3"]), "name": st.sampled_from(["North", "South"]), "practices": practices},
    optional={
        "commissioners": st.lists(st.sampled_from(["QZZ", "QYY"]), unique=True),
        "people": st.lists(people, unique=True).map(lambda ids: [{"id": i, "name": i, "email": f"{i}@x.example"} for i in ids]),
        "roles": entries(role=st.sampled_from(["gp_lead", "practice_manager"]), at=st.just("Y1"), person=people),
        "cover": entries(**{"for": people, "by": people}),
        "absences": entries(person=people),
        "adopted": st.lists(st.fixed_dictionaries({"definition": st.sampled_from(["a-b", "c-d"])}), max_size=3),
    },
)  # fmt: skip
directories = st.lists(pcns, min_size=1, max_size=3, unique_by=lambda pcn: pcn["code"]).map(
    lambda found: data_of(Directory.model_validate({"pcns": found}))
)


@given(directories, directories)
def test_the_changes_lead_from_one_directory_to_the_other(
    before: dict[str, Any], after: dict[str, Any]
) -> None:
    kept = deepcopy(before)
    changes = difference(before, after)
    assert applied(before, changes) == after
    assert before == kept  # nothing is changed in its place
    assert (before == after) == (not changes)


@given(directories, directories)
def test_the_changes_are_the_same_after_the_log_has_kept_them(
    before: dict[str, Any], after: dict[str, Any]
) -> None:
    body = e.DirectoryChanged(difference(before, after), "a new file")
    event = e.Event("directory", 1, at("2027-01-04 09:00"), e.BATON, "directory", body)
    kept = from_record(to_record(event))
    assert kept == event
    assert isinstance(kept.body, e.DirectoryChanged)
    assert applied(before, kept.body.changes) == after


@pytest.mark.parametrize("number", range(1, 5))
def test_a_real_membership_goes_into_another(number: int) -> None:
    before = data_of(Directory.model_validate({"pcns": [pcn_data()]}))
    after = data_of(Directory.model_validate({"pcns": [memberships()[number]]}))
    assert applied(before, difference(before, after)) == after


def test_a_change_of_what_stands_there_no_more_is_refused() -> None:
    before = data_of(Directory.model_validate({"pcns": [pcn_data()]}))
    after = data_of(Directory.model_validate({"pcns": [memberships()[3]]}))
    changes = difference(before, after)
    with pytest.raises(StaleChange):
        applied(after, changes)


def test_the_order_of_those_who_hold_a_role_is_part_of_the_directory() -> None:
    before = data_of(Directory.model_validate({"pcns": [pcn_data()]}))
    after = deepcopy(before)
    after["pcns"][0]["roles"].reverse()
    assert applied(before, difference(before, after)) == after
