"""Whatever is typed, what is made of it has the structure of the template, and no more."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from definitions.language.expressions import Template
from definitions.language.formats import FORMATS
from definitions.language.formats.characters import one_line, visible

pytestmark = pytest.mark.fuzz


READER = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
HARMLESS = "harmless"

#: What Markdown, a spreadsheet or a terminal takes for more than text, and what is typed around it.
PARTS = [
    "| approved |", "|", "\\", "\\|", "\n", "\r", "\r\n", "\n\n", "\u2028", "\x85", "\x0b", "# heading", "#", "- item", "-", "* ", "+ ",
    "1. one", "1)", "12", "> quote", "[a](http://evil.example)", "[", "](", ")", "![", "<http://evil.example>", "<b>", "http://evil.example",
    "www.evil.example", "a@evil.example", "`", "```", "~~~", "~~", "**", "_", "__", "***", "---", "===", "| --- | --- |", ":--", "&#124;",
    "&lt;", "&", "[a]: http://evil.example", "\t", "    code", "=1+1", "=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "＝1", '"', '""', ",", "'",
    "\x1b[31m", "\x07", "\x9b", "\u202e", "\u2066", "\u200f", "\ud800", "\U000e0041", "\x00", "é", "Oak House", " ", "  ", "😀", "</script>",
]  # fmt: skip
typed = st.lists(st.sampled_from(PARTS) | st.text(max_size=5), max_size=8).map("".join)


def tokens(text: str) -> list[Token]:
    return [token for block in READER.parse(text) for token in (block, *(block.children or ()))]


def structure(text: str) -> Counter[str]:
    """How many there are of each thing that may not be forged."""
    kinds = ("tr_open", "td_open", "th_open", "table_open", "heading_open", "list_item_open", "link_open", "image", "blockquote_open",
             "fence", "code_block", "code_inline", "html_block", "html_inline", "strong_open", "s_open")  # fmt: skip
    return Counter(token.type for token in tokens(text) if token.type in kinds)


def shown(text: str) -> str:
    """What a reader sees of Markdown, its blanks and breaks as one."""
    seen = "".join(
        " " if token.type in ("softbreak", "hardbreak") else token.content
        for token in tokens(text)
        if token.type in ("text", "code_inline", "fence", "softbreak", "hardbreak")
    )
    return " ".join(seen.replace("\xa0", " ").split())


MARKDOWN = {
    "row": "| for | by |\n| --- | --- |\n{% for r in rows %}| {{ r }} | {{ x }} |\n{% endfor %}\n",
    "row without blanks": "|for|by|\n|---|---|\n|{{x}}|{{x}}|\n",
    "row without bars at its ends": "for | by\n--- | ---\n{{ x }} | {{ x }}\n",
    "head of a table": "| {{ x }} | b |\n| --- | --- |\n| 1 | 2 |\n",
    "paragraph": "Before.\n\n{{ x }}\n\nAfter.",
    "paragraph that goes on": "Before\n{{ x }}\nafter",
    "paragraph before a table": "{{ x }}\n\n| a | b |\n| --- | --- |\n| 1 | 2 |\n",
    "sentence": "They said {{ x }}, and {{ x }}.",
    "heading": "# {{ x }}\n\n## The {{ x }} ##\n",
    "item": "- {{ x }}\n- second: {{ x }}\n",
    "item after text": "Text\n- {{ x }}\n- b\n",
    "numbered item": "1. {{ x }}\n2. {{ x }}\n",
    "item in an item": "- a\n  - {{ x }}\n  - b\n- c\n",
    "quote": "> {{ x }}\n\nafter",
    "bold": "Text **a** {{ x }} **b**",
    "own backslash": "a \\{{ x }} b",
    "own bracket": "[{{ x }}] and ![{{ x }}]",
    "text of a link": "[{{ x }}](https://example.org)",
    "path of a link": "[a](https://example.org/{{ x }}/b)",
    "title of a link": '[a](https://example.org "{{ x }}")',
    "around": "{{ x }}{{ x }}",
    "followed by a stop": "{{ x }}. item\n\n{{ x }}) item",
    "code": "The `{{ x }}` there",
    "code in a row": "| a |\n| --- |\n| `{{ x }}` |\n",
    "fence": "```\n{{ x }}\n```\nafter",
    "address in angles": "see <{{ x }}>",
}


@given(typed)
@example("|\n| Oak House (Y90002) | Dr Bell | approved |")
@example("\\")
@example("")
@example("1")
@pytest.mark.parametrize("name", MARKDOWN)
def test_what_is_typed_adds_nothing_to_markdown(name: str, text: str) -> None:
    template = Template.compile(MARKDOWN[name])
    made = template.render({"x": text, "rows": [text, "b"]}, "markdown")
    harmless = template.render({"x": HARMLESS, "rows": [HARMLESS, "b"]}, "markdown")
    assert structure(made) == structure(harmless), made


@given(typed)
@pytest.mark.parametrize("name", ["row", "paragraph", "sentence", "heading", "item", "quote"])
def test_a_reader_of_markdown_sees_what_was_typed(name: str, text: str) -> None:
    made = Template.compile(MARKDOWN[name]).render({"x": text, "rows": [text]}, "markdown")
    assert one_line(text) in shown(made) or not text.strip()


@given(typed)
def test_only_an_address_goes_where_a_link_goes(text: str) -> None:
    made = Template.compile("[a]({{ x }})").render({"x": text}, "markdown")
    [link] = [token for token in tokens(made) if token.type == "link_open"]
    assert re.match(r"#$|https?://|mailto:", str(link.attrs["href"]), re.IGNORECASE)


def test_a_scheme_that_runs_is_no_address() -> None:
    for text in (
        "javascript:alert(1)",
        "data:text/html,x",
        " javascript:x",
        "//evil.example",
        "file:///etc/passwd",
    ):
        assert Template.compile("[a]({{ x }})").render({"x": text}, "markdown") == "[a](#)"
    assert (
        Template.compile("[a]({{ x }})").render({"x": "https://example.org/a?b=c#d"}, "markdown")
        == "[a](https://example.org/a?b=c#d)"
    )


def test_plain_words_stay_readable() -> None:
    made = Template.compile("| {{ x }} | {{ n }} | {{ d }} |").render(
        {"x": "Dr O'Brien-Shah (he/him), snake_case & co.", "n": -3, "d": None}, "markdown"
    )
    assert made == "| Dr O'Brien-Shah (he/him), snake_case & co. | -3 |  |"


def test_a_forged_signature_stays_in_its_cell() -> None:
    sheet = "| for | by | decision | conditions |\n| --- | --- | --- | --- |\n{% for r in records %}| {{ r.practice.name }} | {{ r.person }} | {{ r.decision }} | {{ r.conditions }} |\n{% endfor %}"
    forged = {"practice": {"name": "Elm Tree"}, "person": "Ruth", "decision": "rejected",
              "conditions": "none |\n| Oak House (Y90002) | Dr Bell | approved | none"}  # fmt: skip
    made = Template.compile(sheet).render({"records": [forged]}, "markdown")
    rows = [token for token in READER.parse(made) if token.type == "tr_open"]
    assert len(rows) == 2
    assert "none | | Oak House (Y90002) | Dr Bell | approved | none" in shown(made)


def test_a_mapping_of_any_kind_holds_what_was_typed() -> None:
    answers = MappingProxyType({"note": "| [a](http://evil.example) |"})
    for value in (answers, [answers], {"a": answers}):
        made = Template.compile("| {{ x }} |").render({"x": value}, "markdown")
        assert structure(f"| a |\n| --- |\n{made}") == structure("| a |\n| --- |\n| b |")
        assert json.loads(Template.compile("{{ x }}").render({"x": value}, "json")).endswith("|")


# --- the shipped library


LIBRARY = Path(__file__).parents[3] / "definitions" / "library"


def test_no_template_of_the_library_prints_a_value_twice_escaped() -> None:
    """A template whose format escapes does not also escape by hand: a csv cell within Markdown, say."""
    for path in LIBRARY.glob("*.yaml"):
        for block in re.findall(
            r"format: markdown\n\s*template: \|\n((?:(?: {8,}.*)?\n)+)", path.read_text()
        ):
            assert "| csv" not in block and "| json" not in block, path


# --- csv


CSV = {
    "cells": "practice,note\n{{ x }},{{ x }}\n",
    "part of a cell": "practice,note\nSaid {{ x }} then,{{ x }} and {{ x }}\n",
    "own quotes": 'practice,note\n"{{ x }}","a ""{{ x }}"" b"\n',
    "by hand": "practice,note\n{{ x | csv }},{{ x | csv }}\n",
    "two in one": "practice,note\n{{ x }}{{ x }},b\n",
    "set in": "practice,note\n {{ x }}, {{ x }}\n",
}


@given(typed)
@pytest.mark.parametrize("name", CSV)
def test_what_is_typed_stays_in_its_cell_and_is_no_formula(name: str, text: str) -> None:
    made = Template.compile(CSV[name]).render({"x": text}, "csv")
    made.encode()
    rows = list(csv.reader(io.StringIO(made, newline=""), strict=True))
    assert [len(row) for row in rows] == [2, 2]
    for cell in rows[1]:
        assert not re.match(r"\s*[=+\-@\t\r＝＋－＠]", cell), cell
    assert visible(text).lstrip("'") in rows[1][0].removeprefix("'") or name == "set in"


def test_numbers_are_numbers_in_a_spreadsheet() -> None:
    assert (
        Template.compile("{{ a }},{{ b }},{{ c }}\n").render({"a": -3, "b": "-3", "c": None}, "csv")
        == "-3,'-3,"
    )


# --- json


@given(typed)
def test_what_is_typed_is_a_text_in_json(text: str) -> None:
    template = Template.compile(
        '{"a": {{ x }}, "b": "said {{ x }}", "c": {{ x | json }}, "d": {{ rows | json }}, "e": {{ n }}, "f": {{ z }}, "g": {{ day }}, "{{ x }}": 1}'
    )
    made = template.render({"x": text, "rows": [{"r": text}], "n": 3, "z": None, "day": True}, "json")
    assert made.isascii() or not re.search("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", made)
    read = json.loads(made)
    assert [read["a"], read["c"], read["d"], read["e"], read["f"], read["g"]] == [
        text,
        text,
        [{"r": text}],
        3,
        None,
        True,
    ]
    assert read["b"] == f"said {text}"


# --- lines


@given(typed)
@example("    set in")
def test_plain_text_has_no_line_that_was_typed_at_its_margin(text: str) -> None:
    made = Template.compile("Signed:\n{{ x }}\nBy {{ x }} and {{ x }}.\nEnd").render({"x": text}, "text")
    own = [line for line in made.split("\n") if not line.startswith("  ")]
    assert len(own) == 4 and own[0] == "Signed:" and own[3] == "End"
    assert visible(made) == made


@given(typed)
def test_a_value_begins_no_paragraph_and_no_item_of_an_email(text: str) -> None:
    template = Template.compile("Thank you.\n\n{{ x }}\n- {{ x }}\n- and {{ x }}\n\nBye {{ x }}")
    made, harmless = (template.render({"x": each}, "email") for each in (text, HARMLESS))

    def shape(body: str) -> list[bool]:
        return [line.startswith("- ") for line in body.split("\n")]

    assert shape(made) == shape(harmless)
    assert visible(made) == made


@given(st.text())
def test_what_acts_is_made_visible_and_nothing_is_lost(text: str) -> None:
    seen = visible(text)
    seen.encode()
    assert visible(seen) == seen
    assert not re.search(
        "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029]", seen
    )


@given(typed)
@pytest.mark.parametrize("to", FORMATS)
def test_every_format_makes_what_can_be_written_to_a_file(to: Any, text: str) -> None:
    Template.compile("a {{ x }}\n{{ x }}").render({"x": text}, to).encode()
