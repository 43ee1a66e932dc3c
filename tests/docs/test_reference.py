"""The reference is what the code is: every command, setting, code and key, and nothing stale."""

from __future__ import annotations

import pytest

from scripts import write_reference
from settings import Settings

PAGES = write_reference.pages()


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_page_is_not_stale(name: str) -> None:
    written = (write_reference.FOLDER / name).read_text(encoding="utf-8")
    assert written == PAGES[name], f"docs/reference/{name} is stale; run: python scripts/write_reference.py"


def test_every_setting_has_a_description() -> None:
    told = list(write_reference.variables(Settings))
    assert len(told) > 20
    assert all(description for _, _, description in told)


def test_the_pages_do_not_depend_on_the_window(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    assert write_reference.pages() == PAGES
