"""Every page does what it says, and leads where it points."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.pages import DOCS, ROOT, Command, Run, parts, serves

PAGES = sorted(page for room in ("tutorial", "how-to", "explanation") for page in (DOCS / room).glob("*.md"))
EVERYTHING = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *DOCS.rglob("*.md")])


def _name(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", [page for page in PAGES if not serves(page)], ids=_name)
def test_a_page_does_what_it_says(page: Path, tmp_path: Path, free_port: int) -> None:
    Run(tmp_path, free_port).page(page)


@pytest.mark.process
@pytest.mark.parametrize("page", [page for page in PAGES if serves(page)], ids=_name)
def test_a_page_with_a_server_does_what_it_says(page: Path, tmp_path: Path, free_port: int) -> None:
    Run(tmp_path, free_port).page(page)


def test_the_pages_the_readers_were_promised_are_there() -> None:
    names = {_name(page) for page in PAGES}
    assert names >= {
        "docs/tutorial/first-launch.md", "docs/how-to/write-a-definition.md",
        "docs/how-to/run-for-real-with-your-mail-server.md", "docs/explanation/waiting.md", "docs/explanation/the-rules.md",
    }  # fmt: skip


@pytest.mark.parametrize("page", EVERYTHING, ids=_name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        if not target.startswith(("http://", "https://", "mailto:")):
            assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", [*PAGES, ROOT / "README.md"], ids=_name)
def test_make_knows_what_pages_ask_of_it(page: Path) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for part in parts(page):
        if isinstance(part, Command) and part.line.startswith("make "):
            assert f"\n{part.line.split()[1]}:" in makefile


def test_the_house_is_as_it_is_drawn() -> None:
    """Every room and module that the architecture names is there."""
    page = (DOCS / "explanation" / "architecture.md").read_text(encoding="utf-8")
    named = {
        path
        for path in re.findall(r"`([a-z_]+(?:/[a-z_.]+)*/?)`", page)
        if "/" in path or path.endswith(".py")
    }
    inside = ("engine", "definitions")
    missing = [path for path in named if not any((ROOT / base / path).exists() for base in ("", *inside))]
    assert len(named) > 40 and missing == []
