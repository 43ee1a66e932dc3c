"""Files are read by what their bytes are, and an NHS number in one is found as it is in a form."""

from __future__ import annotations

import csv
import io
import random
import struct
import zipfile
from collections.abc import Callable, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from definitions.source.nhs_numbers import DOWN_A_COLUMN
from engine.forms import document_tables
from engine.forms.file_tables import tables_in
from engine.forms.files import hit_in_file
from tests.nhs_numbers import NHS_NUMBERS, pieces

NUMBER = "9434765919"


def archive(parts: Mapping[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return file.getvalue()


def cell(value: str, attributes: str = "") -> str:
    return f'<c r="A1"{attributes}><v>{value}</v></c>'


def workbook(*rows: list[str], shared: str = "") -> bytes:
    """A workbook as spreadsheet programs write it; each cell is XML."""
    sheet = "".join(f"<row>{''.join(row)}</row>" for row in rows)
    return archive({
        "[Content_Types].xml": "<Types/>",
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="x"><sheetData>{sheet}</sheetData></worksheet>',
        "xl/sharedStrings.xml": f'<sst xmlns="x">{shared}</sst>',
    })  # fmt: skip


def document(body: str) -> bytes:
    return archive({"word/document.xml": f'<w:document xmlns:w="w"><w:body>{body}</w:body></w:document>'})


def open_document(body: str) -> bytes:
    names = 'xmlns:office="o" xmlns:table="t" xmlns:text="x"'
    return archive({"content.xml": f"<office:document-content {names}>{body}</office:document-content>"})


@pytest.mark.parametrize(
    ("content", "certain"),
    [
        (b"practice,count\nY90001,9434765919\n", False),
        (b"practice,NHS number\nY90001,9434765919\n", True),
        (b"practice,NHS no.\nY90001,12\nY90002,15\nY90003,9434765919\n", True),
        (b"practice,NHS trust\n" + b"Y90001,12\n" * 5 + b"Y90003,9434765919\n", False),
        (b"from,jo@practice.nhs.net\norder,a\nfor,b\nand,c\nnumber,9434765919\n", False),
        (b"seen 943 476 5919 today", True),
        ("practice\t9434765919\r\n".encode("utf-16"), False),
        ("practice\t9434765919\r\n".encode("utf-16-le"), False),  # with no mark
        ("practice\t9434765919\r\n".encode("utf-32"), False),
        ("ring 943\xa0476\xa05919".encode(), True),
        ("Café: 943\xa0476\xa05919".encode("cp1252"), True),
        (b"\xef\xbb\xbf943\x96476\x965919", True),
        (b"practice,seen,asked,patients\nY90001,943,476,5919\n", False),
        (b'practice;seen;asked;patients\n"Y90001" ; "943" ; "476" ; "5919"\n', False),
        (b"practice\tseen\tasked\tpatients\nY90001\t943\t476\t5919\n", False),
        (b'"last, first",x\n"943\n476\n5919",y\n', False),  # the lines of one cell
        (b"a,b,c\nx,943,1\ny,476,2\nz,5919,3\n", False),  # the lines of a column
        (b"943\n476\n5919\n", False),
        ("amount,for\n£9,434,765,919\n".encode(), False),
        (b"Hello, please ring 943 476\n5919 back, thanks\nJo\n", False),
        (b"<table>\n<tr><td>943</td><td>476</td><td>5919</td></tr>\n</table>", False),
        (b'{"seen": [943, 476, 5919]}', False),
        (b"one bad\x00byte in a text: 943 476 5919" + b" and more words" * 10, True),
        (b'a,b\n"943,476,5919' + b"x" * 140_000, False),  # a cell that never ends
    ],
)  # fmt: skip
def test_a_text_is_read_whatever_it_is_called(content: bytes, certain: bool) -> None:
    assert (hit := hit_in_file(content)) is not None
    assert hit.certain is certain


@pytest.mark.parametrize(
    "content",
    [
        b"", b"%PDF-1.7\n9434765919 00000 n\n", b"\x89PNG\r\n\x1a\n" + bytes(range(32)) + b"9434765919", b"0.9434765919,19434765919\n",
        b"practice,list size\nY90001,94347\nY90002,65919\n",  # two counts of one size, one below the other
        b"a,b,c\nY90001,943,x,476,5918\n", b"PK\x03\x04 and no archive 943 476 5919", b"\xff\xfe", b"\x00" * 50,
    ],
)  # fmt: skip
def test_figures_and_other_kinds_of_files_are_let_through(content: bytes) -> None:
    assert hit_in_file(content) is None


@pytest.mark.parametrize(
    ("content", "certain"),
    [
        (workbook([cell(NUMBER)]), False),
        (workbook([cell("943"), cell("476"), cell("5919")]), False),
        (workbook([cell("943476")], [cell("5919")]), False),
        (workbook([cell("0", ' t="s"')], shared="<si><t>943 476 5919</t></si>"), True),
        (workbook([cell("2", ' t="s"')], shared="<si/><si><t>x</t></si><si><r><t>943 4</t></r><r><t>76 5919</t></r></si>"), True),
        (workbook([cell("0", ' t="s"')], [cell(NUMBER)], shared="<si><t>NHS number</t></si>"), True),
        (workbook(['<c t="inlineStr"><is><t>943 476 5919</t></is></c>']), True),
        (workbook(['<c t="str"><f>A1&amp;"1"</f><v>943 476 5919</v></c>']), True),
        (document("<w:p><w:r><w:t>943 4</w:t></w:r><w:proofErr/><w:r><w:t>76 5919</w:t></w:r></w:p>"), True),
        (document("<w:p><w:r><w:t>943</w:t></w:r></w:p><w:p><w:r><w:t>476</w:t><w:br/><w:t>5919</w:t></w:r></w:p>"), False),
        (document("<w:tbl><w:tr>" + "".join(f"<w:tc><w:p><w:r><w:t>{each}</w:t></w:r></w:p></w:tc>" for each in ("943", "476", "5919")) + "</w:tr></w:tbl>"), False),
        (archive({"word/footnotes.xml": "<w><p><t>943 476 5919</t></p></w>"}), True),
        (archive({"xl/threadedComments/threadedComment1.xml": "<T><threadedComment><text>943 476 5919</text></threadedComment></T>"}), True),
        (archive({"xl/comments/comment1.xml": "<c><comment><text><r><t>943 4</t></r><r><t>76 5919</t></r></text></comment></c>"}), True),
        (archive({"ppt/slides/slide7.xml": "<a><p><r><t>943 476 5919</t></r></p></a>"}), True),
        (open_document("<text:p>943<text:s/>476<text:tab/>5919</text:p>"), False),
        (open_document("<table:table-row>" + "".join(f"<table:table-cell><text:p>{each}</text:p></table:table-cell>" for each in ("943", "476", "5919")) + "</table:table-row>"), False),
        (open_document(f'<table:table-row><table:table-cell office:value="{NUMBER}"><text:p>9.43E+09</text:p></table:table-cell></table:table-row>'), False),
    ],
)  # fmt: skip
def test_an_office_file_is_read_as_a_reader_sees_it(content: bytes, certain: bool) -> None:
    assert (hit := hit_in_file(content)) is not None
    assert hit.certain is certain


def test_days_in_a_workbook_are_no_pieces_of_a_number() -> None:
    days = workbook([cell("45000", ' s="3"'), cell("46" + "003", ' s="3" t="n"')])
    ((row,),) = tables_in(days)
    assert row == ["-x-", "-x-"]
    ((row,),) = tables_in(workbook([cell("45000"), cell("46003")]))
    assert row == ["45000", "46003"]


# --- bounds


def _without_end(content: bytes) -> bytes:
    return content[: content.rfind(b"PK\x05\x06")]


def _long_list(content: bytes) -> bytes:
    place = content.rfind(b"PK\x05\x06") + 12
    return content[:place] + struct.pack("<L", 2**31) + content[place + 4 :]


def _encrypted(content: bytes) -> bytes:
    flagged = bytearray(content)
    flagged[6] |= 1
    flagged[content.rfind(b"PK\x01\x02") + 8] |= 1
    return bytes(flagged)


@pytest.mark.parametrize("damage", [_without_end, _long_list, _encrypted, lambda content: content[:60]])
def test_a_damaged_archive_is_no_error(damage: Callable[[bytes], bytes]) -> None:
    assert hit_in_file(damage(document("<w:p><w:t>943 476 5919</w:t></w:p>"))) is None


def test_a_bomb_is_read_up_to_its_bound() -> None:
    bomb = document("<w:p><w:t>" + " " * 50_000_000 + "</w:t></w:p><w:p><w:t>943 476 5919</w:t></w:p>")
    assert len(bomb) < 100_000
    with zipfile.ZipFile(io.BytesIO(bomb)) as opened:
        unpacking = document_tables._Unpacking(opened, 1_000_000)
        assert "943" not in str(unpacking.rows(opened.infolist()[0], []))
    assert unpacking.left == 0


def test_a_long_text_that_many_cells_share_is_read_up_to_the_bound() -> None:
    words = "x" * 100_000
    bomb = workbook(*([cell("0", ' t="s"')] * 100 for _ in range(100)), shared=f"<si><t>{words}</t></si>")
    (table,) = tables_in(bomb)  # ten thousand cells, a thousand million letters
    assert 0 < sum(len(each) for row in table for each in row) <= document_tables.MOST_UNPACKED


def test_a_part_that_declares_entities_is_read_no_further() -> None:
    laughs = '<!DOCTYPE x [<!ENTITY a "943 476 5919">]><x><p>&a;</p></x>'
    assert hit_in_file(archive({"content.xml": laughs})) is None


def test_a_part_that_breaks_off_is_read_until_there() -> None:
    assert hit_in_file(archive({"content.xml": "<x><p>943 476 5919</p><p"})) is not None


def test_methods_of_packing_that_no_office_program_uses_are_not_unpacked() -> None:
    parts = {"content.xml": "<x><p>943 476 5919</p></x>"}
    assert hit_in_file(archive(parts, zipfile.ZIP_STORED)) is not None
    assert hit_in_file(archive(parts, zipfile.ZIP_BZIP2)) is None


@given(st.binary(max_size=300), st.sampled_from([b"", b"PK\x03\x04", b"<", b"\xff\xfe", b"a,b\n"]))
def test_any_bytes_are_read_without_failing(content: bytes, begins: bytes) -> None:
    hit_in_file(begins + content)


# --- every number, however it stands in a file


def as_csv(rows: list[list[str]], delimiter: str) -> bytes:
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows(rows)
    return file.getvalue().encode("utf-16")


def as_workbook(rows: list[list[str]], _: str) -> bytes:
    return workbook(*([cell(each) for each in row] for row in rows))


@given(pieces().filter(bool), st.sampled_from([as_csv, as_workbook]), st.sampled_from(",;\t|"))
def test_a_number_over_the_cells_of_a_row_is_found(
    split: list[str], write: Callable[[list[list[str]], str], bytes], delimiter: str
) -> None:
    rows = [["seen", *("x" for _ in split)], ["GP", *split]]
    assert hit_in_file(write(rows, delimiter))


@given(pieces(DOWN_A_COLUMN).filter(bool), st.sampled_from([as_csv, as_workbook]))
def test_a_number_over_the_lines_of_a_column_is_found(
    split: list[str], write: Callable[[list[list[str]], str], bytes]
) -> None:
    assert hit_in_file(write([["seen", "x"], *([each, "x"] for each in split)], ","))


@given(NHS_NUMBERS, st.sampled_from(["utf-8", "utf-16", "utf-16-be", "cp1252"]))
def test_a_number_in_any_text_is_found(number: str, encoding: str) -> None:
    assert hit_in_file(f"Seen – {number}.\r\n".encode(encoding))


def test_how_often_figures_of_practices_are_taken_for_one() -> None:
    """Seven practices with six figures each: who sends them can say so, and seldom has to."""
    rng = random.Random(20261125)

    def sheet() -> bytes:
        rows = [[f"Y9000{place}", *(str(rng.randrange(5, 900)) for _ in range(5)), str(rng.randrange(4000, 15_000))] for place in range(7)]  # fmt: skip
        return as_csv([list("abcdefg"), *rows], ",")

    hits = [hit_in_file(sheet()) for _ in range(200)]
    assert sum(hit is not None for hit in hits) / len(hits) <= 0.25
    assert not any(hit.certain for hit in hits if hit)
