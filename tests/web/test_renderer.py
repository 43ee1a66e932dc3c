"""Pages: what was typed is text in them, also where a result of it is drawn from Markdown."""

from __future__ import annotations

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from definitions.language.expressions import Template
from web.renderer import Pages
from web.views import AssignmentPage, ShownResult, WebSettings

pytestmark = pytest.mark.fuzz


PARTS = ["[here](http://evil.example)", "<http://evil.example>", "![x](http://evil.example/p.png)", "http://evil.example", "| a | b |", "\n", "# x",
         "- x", "<script>alert(1)</script>", "<a href=http://evil.example>x</a>", "&lt;", "\u202e", "\x1b[31m", "`", "Oak House"]  # fmt: skip
typed = st.lists(st.sampled_from(PARTS) | st.text(max_size=5), max_size=6).map("".join)
PAGES = Pages(WebSettings(secret=b"0" * 32))
SHEET = (
    "# Who signed\n\n| for | conditions |\n| --- | --- |\n| Elm Tree | {{ x }} |\n\n{{ x }}\n\n- {{ x }}\n"
)


def drawn(page: AssignmentPage) -> str:
    return bytes(
        PAGES.draw(
            "assignment.jinja", page=page, questions=[], replies=[], signer={}, errors=[], warnings=()
        ).body
    ).decode()


def page(shown: ShownResult, title: str = "Look") -> AssignmentPage:
    return AssignmentPage(
        "w.s:1:Y1:gp_lead",
        "Harbour Vale",
        "Plan",
        title,
        "Elm Tree",
        "Jo",
        "closed",
        shown=(shown,),
        answered=((title, title),),
    )


@given(typed)
def test_a_result_made_of_what_was_typed_draws_no_link_and_no_row_of_it(text: str) -> None:
    made = Template.compile(SHEET).render({"x": text}, "markdown")
    html, harmless = (
        drawn(page(ShownResult("Sheet", markdown=each)))
        for each in (made, Template.compile(SHEET).render({"x": "x"}, "markdown"))
    )
    assert "evil.example" not in "".join(re.findall(r"(?:href|src)=\"[^\"]*\"", html))
    for tag in ("<a ", "<tr", "<td", "<li", "<h", "<img", "<script"):
        assert html.count(tag) == harmless.count(tag), tag


@given(typed)
def test_a_text_that_is_no_markdown_is_not_read_as_it(text: str) -> None:
    html = drawn(page(ShownResult("Figures", text=f"practice,note\nElm Tree,{text}")))
    harmless = drawn(page(ShownResult("Figures", text="practice,note\nElm Tree,x")))
    for tag in ("<a ", "<tr", "<li", "<h", "<img", "<script"):
        assert html.count(tag) == harmless.count(tag), tag


@given(typed)
def test_what_turns_a_line_round_is_seen_on_a_page(text: str) -> None:
    html = drawn(page(ShownResult("Sheet", columns=("", ""), rows=((text, text),)), title=text))
    assert not re.search("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", unescape(html))
