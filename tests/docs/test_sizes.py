"""The sizes a newcomer can rely on: short functions, modules of one purpose, packages that fit on a screen."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = [each for each in ROOT.iterdir() if each.is_dir() and not each.name.startswith(".")]
MODULES = [*ROOT.glob("*.py"), *(module for room in ROOMS for module in room.rglob("*.py"))]


def functions(module: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield (node.end_lineno or 0) - node.lineno + 1, f"{module.relative_to(ROOT)}: {node.name}"


@pytest.fixture(scope="module")
def lengths() -> list[tuple[int, str]]:
    return [found for module in MODULES for found in functions(module)]


def test_no_function_has_more_than_40_lines(lengths: list[tuple[int, str]]) -> None:
    assert [found for found in lengths if found[0] > 40] == []


def test_half_of_the_functions_have_8_lines_at_most(lengths: list[tuple[int, str]]) -> None:
    assert median(length for length, _ in lengths) <= 8


def test_no_module_has_more_than_400_lines() -> None:
    long = {
        str(m.relative_to(ROOT)): n for m in MODULES if (n := len(m.read_text("utf-8").splitlines())) > 400
    }
    assert long == {}


def test_no_package_has_more_than_15_modules_side_by_side() -> None:
    rooms = [m for m in MODULES if m.name != "__init__.py" and m.relative_to(ROOT).parts[0] != "tests"]
    crowded = {str(k.relative_to(ROOT)): n for k, n in Counter(m.parent for m in rooms).items() if n > 15}
    assert crowded == {}
