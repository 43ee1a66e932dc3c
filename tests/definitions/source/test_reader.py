"""Reading YAML: positions, YAML 1.2's values, and what is turned away."""

from __future__ import annotations

from pathlib import Path

import pytest

from definitions.source.document import Place
from definitions.source.problems import DefinitionErrors
from definitions.source.reader import MAX_BYTES, _read, read_bytes, read_file, read_text
from definitions.source.text import SourceText
from tests.definitions.samples import QUARTER, SMALL_SET, STANDARD, VISIT

BOMB = "a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1]\n" + "".join(
    f"{name}: &{name} [{', '.join('*' + before for _ in range(9))}]\n"
    for before, name in zip("abcde", "bcdef", strict=True)
)

REFUSED = [
    ("tag", "a: !!python/object:os.system x\n", ["1:4 BD106"]),
    ("own tag", "a: 1\nb: !secret x\n", ["2:4 BD106"]),
    ("tag on a list", "a: !!set [x]\n", ["1:4 BD106"]),
    ("alias bomb", BOMB, ["5:36 BD108"]),
    ("many aliases", "a: &a 1\nb: [" + "*a, " * 60 + "]\n", ["2:205 BD108"]),
    ("alias of nothing", "a: *nobody\n", ["1:4 BD103"]),
    ("alias inside itself", "a: &a [*a]\n", ["1:8 BD103"]),
    ("same key twice", "a: 1\nb: 2\na: 3\n", ["3:1 BD107"]),
    ("same key twice inside", "a:\n  - {b: 1, c: 2, b: 3}\n", ["2:18 BD107"]),
    ("two faults", "a: !x 1\nb: 1\nb: 2\n", ["1:4 BD106", "3:1 BD107"]),
    ("two documents", "a: 1\n---\nb: 2\n", ["2:1 BD105"]),
    ("tabs", "a:\n\tb: 1\n\tc: 1\n", ["2:1 BD104", "3:1 BD104"]),
    ("a list at the top", "- a\n", ["1:1 BD110"]),
    ("text at the top", "hello\n", ["1:1 BD110"]),
    ("nothing", "", ["1:1 BD110"]),
    ("not YAML", "a: [1, 2\nb: 3\n", ["2:2 BD103"]),
    ("a list that is cut off", "id: flu\nsteps: [", ["2:9 BD103"]),
    ("a mapping that is cut off", "id: flu\nsteps: {a: b, ", ["2:15 BD103"]),
    ("quotes that are cut off", 'id: flu\ntitle: "Flu', ["2:12 BD103"]),
    ("a list as a key", "? [a]\n: b\n", ["1:3 BD103"]),
    ("a control character", "a: 1\nb: x\x01\n", ["2:5 BD103"]),
    ("too deep", "a: " + "[" * 5_000, ["1:27 BD109"]),
    ("too many values", "a: [" + "1," * 70_000 + "]", ["1:120001 BD109"]),
]


@pytest.mark.parametrize(
    ("text", "expected"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED]
)
def test_refused(text: str, expected: list[str]) -> None:
    with pytest.raises(DefinitionErrors) as caught:
        read_text(text, "f.yaml")
    assert [f"{p.line}:{p.column} {p.code}" for p in caught.value.problems] == expected


@pytest.mark.parametrize("case", REFUSED, ids=[case[0] for case in REFUSED])
def test_both_parsers_refuse_alike(case: tuple[str, str, list[str]]) -> None:
    codes = []
    for pure in (False, True):
        problems = _read(SourceText(case[1]), "f", pure)[1]
        codes.append([problem.code for problem in problems])
    if "\t" not in case[1]:  # tabs are refused before any parser
        assert codes[0] == codes[1]


@pytest.mark.parametrize("text", [VISIT, QUARTER, STANDARD, SMALL_SET])
def test_both_parsers_read_alike(text: str) -> None:
    source = SourceText(text)
    fast, slow = _read(source, "f", False)[0], _read(source, "f", True)[0]
    assert fast.data == slow.data
    assert fast.keys == slow.keys
    starts = {path: places[0] for path, places in fast.values.items()}
    assert starts == {path: places[0] for path, places in slow.values.items()}


def test_ten_megabytes_are_not_read(tmp_path: Path) -> None:
    path = tmp_path / "big.yaml"
    path.write_bytes(b"a: " + b"x" * 10_000_000)
    with pytest.raises(DefinitionErrors, match=r"big\.yaml:1:1 BD101"):
        read_file(path)


def test_bytes_that_are_not_utf8() -> None:
    with pytest.raises(DefinitionErrors, match="f:2:4 BD102"):
        read_bytes(b"a: 1\nb: \xff\n", "f")
    assert MAX_BYTES == 1_000_000


def test_values_are_those_of_yaml_1_2() -> None:
    text = "a: [yes, no, on, true, null, ~, 12, -3, 1.50, 1e3, 0777, +44, 2027-01-15, 12:30, 1_000, '12', .5, 1.2.3]\nb:\non: 1\n"
    data = read_text(text, "f").data
    assert data["a"] == [
        "yes", "no", "on", True, None, None, 12, -3, 1.5, "1e3", "0777", "+44", "2027-01-15", "12:30", "1_000", "12", 0.5, "1.2.3",
    ]  # fmt: skip
    assert data["b"] is None
    assert data["on"] == 1


def test_aliases_within_reason_are_followed() -> None:
    assert read_text("a: &x {k: [1]}\nb: *x\n", "f").data == {"a": {"k": [1]}, "b": {"k": [1]}}


def test_every_part_has_its_place() -> None:
    text = "a:\n  - b: one\n    c: 'two three'\n  - {d: four}\ne: |\n  first\n  second word\n"
    document = read_text(text, "f")
    assert document.at(("a",)) == Place(2, 3)
    assert document.key_at(("a", 0, "c")) == Place(3, 5)
    assert document.at(("a", 0, "c")) == Place(3, 8)
    assert document.within(("a", 0, "c"), "three") == Place(3, 13)
    assert document.inside(("a", 0, "c"), 5) == Place(3, 13)
    assert document.at(("a", 1, "d")) == Place(4, 9)
    assert document.at(("a", 1, "nowhere")) == Place(4, 5)
    assert document.within(("e",), "word") == Place(7, 10)


def test_windows_line_ends_and_a_byte_order_mark() -> None:
    document = read_bytes("\ufeffa: 1\r\nb: 2\r\n".encode(), "f")
    assert document.data == {"a": 1, "b": 2}
    assert document.at(("b",)) == Place(2, 4)
