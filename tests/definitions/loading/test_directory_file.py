"""A directory file is read whole or refused with every error, each at its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from definitions.loading.directory_file import DIRECTORY_SIZE, load_directory, read_directory
from definitions.source.problems import DefinitionErrors
from definitions.source.reader import MAX_BYTES, read_text

GOOD = """\
pcns:
  - code: U12345
    name: Harbour Vale PCN
    practices:
      - {code: Y90001, name: Elm Tree Surgery, list_size: 9200}
      - {code: Y90002, name: Quay Street Practice, list_size: 6100, tags: [dispensing]}
    people:
      - {id: priya-shah, name: Priya Shah, email: priya.shah@example.nhs.uk}
      - {id: tom-okafor, name: Tom Okafor, email: tom.okafor@example.nhs.uk}
    roles:
      - {role: pcn_manager, at: U12345, person: priya-shah}
      - {role: practice_manager, at: Y90001, person: tom-okafor, from: 2026-04-01}
    cover:
      - {for: tom-okafor, by: priya-shah, from: 2027-01-04, to: 2027-01-08}
    absences:
      - {person: tom-okafor, from: 2027-01-04, to: 2027-01-08}
    closures:
      - {organisation: Y90001, date: 2027-01-13, hours: "13:00-17:00", reason: training}
"""


def problems(text: str) -> list[str]:
    with pytest.raises(DefinitionErrors) as caught:
        read_directory(text, "pcn.yaml")
    return [str(problem) for problem in caught.value.problems]


def test_a_good_file_is_read() -> None:
    pcn = read_directory(GOOD).pcn("U12345")
    assert pcn.list_size == 15_300
    assert [person.id for person in pcn.people] == ["priya-shah", "tom-okafor"]


def test_codes_may_begin_with_a_digit_and_a_pcn_may_have_two_commissioners() -> None:
    text = GOOD.replace("Y90002", "8HE12").replace(
        "    practices:", "    commissioners: [03N, QZX]\n    practices:"
    )
    pcn = read_directory(text).pcn("U12345")
    assert [practice.code for practice in pcn.practices] == ["Y90001", "8HE12"]
    assert pcn.commissioners == ["03N", "QZX"]
    assert problems(text.replace("8HE12", "8HE1234567"))[0].startswith(
        "pcn.yaml:7:16 BD205 'code' is '8HE1234567'"
    )


def test_a_closure_under_a_star_is_everybodys() -> None:
    assert (
        read_directory(GOOD.replace("organisation: Y90001", 'organisation: "*"'))
        .pcns[0]
        .closures[0]
        .organisation
        == "*"
    )


def test_every_error_is_told_at_once_at_its_place() -> None:
    text = (
        GOOD.replace("person: tom-okafor, from: 2026", "person: tom-okafer, from: 2026")
        .replace("{for: tom-okafor, by: priya-shah,", "{for: tom-okafor, by: tom-okafor,")
        .replace("- {person: tom-okafor,", "- {person: nobody-at-all,")
        .replace("organisation: Y90001", "organisation: Y90003")
    )
    assert problems(text) == [
        "pcn.yaml:12:54 BD701 Harbour Vale PCN has no person 'tom-okafer' (did you mean tom-okafor?)",
        "pcn.yaml:14:31 BD706 'tom-okafor' covers for themselves; name another",
        "pcn.yaml:16:18 BD701 Harbour Vale PCN has no person 'nobody-at-all'",
        "pcn.yaml:18:24 BD702 Y90003 is neither Harbour Vale PCN nor one of its practices (did you mean Y90002?)",
    ]


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("code: Y90002", "code: Y90001", "6:16 BD703"),
        ("code: Y90002", "code: y-2", "6:16 BD205 'code' is 'y-2': an ODS code is one to nine capital letters and digits"),
        ("id: tom-okafor", "id: priya-shah", "9:14 BD206 the id 'priya-shah' stands twice"),
        ("role: practice_manager", "role: practise_manager", "12:16 BD207 no PCN has the role 'practise_manager'"),
        ("role: pcn_manager", "role: pcn_admin", "2:11 BD705 nobody holds the role pcn_manager at U12345"),
        ("tom.okafor@example.nhs.uk", "tom.okafor", "9:51 BD205 'email' is 'tom.okafor': an email address is written name@place"),
        ("list_size: 9200", "listsize: 9200", "(did you mean list_size?)"),
        ("date: 2027-01-13", "date: 2027-02-30", "18:38 BD205"),
        ("to: 2027-01-08}\n    closures", "to: 2027-01-01}\n    closures", "ends on 2027-01-01 before it begins"),
        ("date: 2027-01-13, ", "", "a closure has either date, or both from and to"),
        ("pcns:", "pcn:", "1:1 BD201 a directory has no key 'pcn' (did you mean pcns?)"),
    ],
)  # fmt: skip
def test_a_slip_is_named(right: str, wrong: str, said: str) -> None:
    assert right in GOOD
    found = problems(GOOD.replace(right, wrong))
    assert any(said in problem for problem in found), found


@pytest.mark.parametrize(
    "merges", ["to: 2027-03-31, into: Y90002", "into: Y90001", "to: 2027-03-31, into: Y99999"]
)
def test_a_practice_merges_into_another_and_on_a_day(merges: str) -> None:
    found = problems(GOOD.replace("code: Y90002,", f"{merges}, code: Y90002,", 1))
    assert [problem.split()[1] for problem in found] == ["BD708"]
    read_directory(GOOD.replace("code: Y90002,", "to: 2027-03-31, into: Y90001, code: Y90002,", 1))


def test_a_broken_person_is_told_once_and_not_again_where_they_are_named() -> None:
    found = problems(GOOD.replace("tom.okafor@example.nhs.uk", "tom.okafor"))
    assert [problem.split()[1] for problem in found] == ["BD205"]


def test_a_role_is_not_held_twice_at_once() -> None:
    again = "      - {role: practice_manager, at: Y90001, person: tom-okafor, from: 2027-01-01}\n    cover:"
    found = problems(GOOD.replace("    cover:", again, 1))
    assert found == [
        "pcn.yaml:13:9 BD704 'tom-okafor' holds practice_manager at Y90001 twice at the same time"
    ]


def test_adopted_processes_are_those_the_library_has() -> None:
    text = GOOD + "    adopted:\n      - {definition: iif-quarter-clos}\n"
    assert read_directory(text).pcns[0].adopted[0].definition == "iif-quarter-clos"
    with pytest.raises(
        DefinitionErrors, match=r"20:22 BD306 there is no definition 'iif-quarter-clos' \(did you"
    ):
        read_directory(text, definitions={"iif-quarter-close"})


def test_a_file_that_is_not_there_is_an_error_like_another(tmp_path: Path) -> None:
    with pytest.raises(DefinitionErrors, match=r"none\.yaml:1:1 BD113 there is no such file"):
        load_directory(tmp_path / "none.yaml")


EXAMPLES = Path(__file__).parents[3] / "examples"


@pytest.mark.parametrize(("file", "count"), [("harbour-vale.yaml", 1), ("federation-40.yaml", 40)])
def test_the_examples_load(file: str, count: int) -> None:
    assert len(load_directory(EXAMPLES / file).pcns) == count


def test_a_directory_may_be_larger_than_a_definition() -> None:
    text = GOOD + "#" + " " * MAX_BYTES
    with pytest.raises(DefinitionErrors):
        read_text(text, "definition.yaml")
    with pytest.raises(DefinitionErrors, match="larger than 10 MB; give each region"):
        read_text(text * 10, "directory.yaml", DIRECTORY_SIZE)
    assert read_text(text, "directory.yaml", DIRECTORY_SIZE).data["pcns"]


def saying(text: str, what: str = "true") -> str:
    """The file, where its PCN says that what may be an NHS number is something else."""
    return text.replace("    practices:", f"    not_nhs_number: {what}\n    practices:", 1)


@pytest.mark.parametrize(
    ("was", "became", "place"),
    [
        ("name: Tom Okafor", "name: 943 476 5919", "9:32"),
        ("reason: training", "reason: about NHS 9434765919", "18:80"),
        ("    absences:", "    943 476 5919:", "15:5"),
        ("by: priya-shah", "by: nhs-9434765919", "14:31"),
    ],
)
def test_an_nhs_number_is_refused_before_anything_else_is_said_and_not_repeated(
    was: str, became: str, place: str
) -> None:
    (said,) = problems(GOOD.replace(was, became, 1))
    assert said.startswith(f"pcn.yaml:{place} BD709 this looks like an NHS number")
    assert "5919" not in said
    assert problems(saying(GOOD.replace(was, became, 1)))


def test_what_may_be_something_else_is_read_when_the_file_says_so() -> None:
    text = GOOD.replace("reason: training", "reason: order 9434765919", 1)
    (said,) = problems(text)
    assert (
        "BD709 this may be an NHS number" in said and "`not_nhs_number: true`" in said and "5919" not in said
    )
    assert read_directory(saying(text)).pcns[0].not_nhs_number
    assert "BD709" in problems(saying(text, "maybe"))[0]


def test_telephone_numbers_are_none() -> None:
    text = GOOD.replace("email: tom.okafor", "phone: 01632 960001, email: tom.okafor", 1)
    assert read_directory(text).pcns[0].people[1].phone == "01632 960001"
