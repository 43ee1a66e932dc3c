"""Bytes to text: what is read, what is refused and where, and that the places are those of the file."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from definitions.source.problems import DefinitionErrors
from definitions.source.reader import read_bytes
from definitions.source.text import decode
from tests.definitions.source.damage import DAMAGES, Damage

SOUND = (
    "id: visit\nparts:\n  - {name: one, size: 2}\n  - name: two\n    says: |\n      some words\n      more\n"
)


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_damage_is_undone_or_its_place_is_told(damage: Damage) -> None:
    raw = damage.of(SOUND.encode())
    if damage.refused is None:
        assert read_bytes(raw, "f").data == read_bytes(SOUND.encode(), "f").data
        return
    with pytest.raises(DefinitionErrors) as caught:
        read_bytes(raw, "f")
    assert {(each.code, each.line) for each in caught.value.problems} == {(damage.refused, 8)}


def test_each_character_that_cannot_be_read_is_named() -> None:
    with pytest.raises(DefinitionErrors) as caught:
        decode("a: 1\rb: it’s £5\r".encode("cp1252"), "f.yaml")
    how = "save the file as UTF-8 (Notepad: Save as, Encoding; Excel: CSV UTF-8)"
    assert [str(each) for each in caught.value.problems] == [
        f"f.yaml:2:6 BD102 the byte 92, which is ’ in Windows-1252, is not UTF-8; {how}",
        f"f.yaml:2:9 BD102 the byte A3, which is £ in Windows-1252, is not UTF-8; {how}",
    ]
    with pytest.raises(
        DefinitionErrors, match=r"f:1:4 BD103 U\+0007 \(a control character\), which no text has"
    ):
        decode(b"a: \x07", "f")


def test_the_place_of_a_problem_is_that_of_the_file() -> None:
    # Two characters nobody sees stand before the wrong tag, and the line ends are a Mac's.
    with pytest.raises(DefinitionErrors, match=r"f:2:10 BD106"):
        read_bytes("a: 1\rb\u200b: {c\u200b: !x 1}\r".encode(), "f")
    with pytest.raises(DefinitionErrors, match=r"f:2:5 BD103"):
        read_bytes("a: 1\rb\u200b: \x01\r".encode(), "f")
    with pytest.raises(DefinitionErrors, match=r"f:2:4 BD103 the alias"):
        read_bytes(b"a: 1\rb: *c\r", "f")


def test_a_slip_after_the_line_ends_of_a_mac_is_told_at_its_place() -> None:
    with pytest.raises(DefinitionErrors, match=r"f:3:1 BD107 'a' stands twice; it is already on line 1"):
        read_bytes(b"a: 1\rb: 2\ra: 3\r", "f")


def test_curly_quotes_quote_nothing() -> None:
    with pytest.raises(DefinitionErrors) as caught:
        read_bytes('code: “0042”\nwhen: ‘Q4’\nwhy: it’s “so”\nnot: "“so”"\n'.encode(), "f")
    assert [str(each) for each in caught.value.problems] == [
        "f:1:7 BD111 “0042” is in curly quotes; type straight ones",
        "f:2:7 BD111 ‘Q4’ is in curly quotes; type straight ones",
    ]
    with pytest.raises(DefinitionErrors, match=r"f:1:\d+ BD103 .*; curly quotes quote nothing"):
        read_bytes("a: “one: two”\n".encode(), "f")


def test_json_may_be_indented_with_tabs() -> None:
    assert read_bytes(b'{\n\t"a": [\n\t\t1\n\t]\n}\n', "f").data == {"a": [1]}


WORDS = st.text(
    alphabet=" \t\n\r:-[]{}#*&!|>'\"%@,?ab1\x00\x07\x85\xa0\u2028\u200b\ufeff“’\U0001f600", max_size=60
)


@given(st.one_of(st.binary(max_size=80), WORDS.map(str.encode), WORDS.map(lambda t: t.encode("utf-16"))))
@example(b"\r- ")
@example(b"a: |\r")
@example(b"\xff\xfe")
@example("a: \u2028 b\n\x85c: [".encode())
@example(b"id: flu\nsteps: [")
def test_any_bytes_are_read_or_refused_at_a_place_of_the_file(raw: bytes) -> None:
    try:
        read_bytes(raw, "f")
    except DefinitionErrors as errors:
        lines = _lines(raw)
        assert errors.problems
        for each in errors.problems:
            assert 1 <= each.line <= len(lines)
            assert 1 <= each.column <= len(lines[each.line - 1]) + 1


def _lines(raw: bytes) -> list[str]:
    """The lines of a file as an editor counts them, with a character where one cannot be read."""
    marks = {
        b"\xef\xbb\xbf": "utf-8",
        b"\xff\xfe\0\0": "utf-32-le",
        b"\0\0\xfe\xff": "utf-32-be",
        b"\xff\xfe": "utf-16-le",
        b"\xfe\xff": "utf-16-be",
    }
    mark = next((each for each in marks if raw.startswith(each)), b"")
    encoding = marks.get(mark, "utf-8")
    if not mark and len(raw) > 1 and len(raw) % 2 == 0 and 0 in raw[:2] and raw[:2] != b"\0\0":
        encoding = "utf-16-be" if raw[0] == 0 else "utf-16-le"
    errors = "surrogateescape" if encoding == "utf-8" else "replace"
    text = raw.removeprefix(mark).decode(encoding, errors).replace("\r\n", "\n").replace("\r", "\n")
    return (
        text.replace("\x85", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
        if "\n" not in text
        else text
    ).split("\n")
