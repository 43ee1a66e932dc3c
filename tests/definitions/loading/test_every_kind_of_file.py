"""Every kind of file Baton reads, damaged as Windows, a Mac, Excel and web pages damage files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from definitions.loading.directory_file import load_directory
from definitions.loading.library import SHIPPED, Library
from definitions.loading.loader import load_closures, load_dataset, load_definition, load_ladder
from definitions.loading.scenarios import read_scenarios
from definitions.source.problems import DefinitionErrors
from definitions.source.reader import read_file
from tests.definitions.loading.test_closures import GOOD as CLOSURES
from tests.definitions.source.damage import DAMAGES, Damage

EXAMPLES = SHIPPED.parent / "examples"
KINDS: dict[str, tuple[bytes, Callable[[Path], Any]]] = {
    "definition": (
        (SHIPPED / "library/access-plan-evidence.yaml").read_bytes(),
        lambda path: load_definition(read_file(path), catalogue=Library()),
    ),
    "ladder": ((SHIPPED / "ladders/standard.yaml").read_bytes(), lambda path: load_ladder(read_file(path))),
    "dataset": (
        (SHIPPED / "datasets/retention.yaml").read_bytes(),
        lambda path: load_dataset(read_file(path)),
    ),
    "directory": ((EXAMPLES / "harbour-vale.yaml").read_bytes(), load_directory),
    "closures": (CLOSURES.encode(), lambda path: load_closures(read_file(path))),
    "scenarios": (
        (SHIPPED / "library/access-plan-evidence.test.yaml").read_bytes(),
        lambda path: read_scenarios(path).scenarios,
    ),
    "inputs": (
        (EXAMPLES / "inputs/onboard-new-role.yaml").read_bytes(),
        lambda path: read_file(path).data,
    ),
    "answers in JSON": (
        b'{\n  "told_on": "2027-01-04",\n  "rows": [{"topic": "fire", "count": 3}]\n}\n',
        lambda path: read_file(path).data,
    ),
}
CASES = [(kind, damage) for kind in KINDS for damage in DAMAGES]


@pytest.mark.parametrize(("kind", "damage"), CASES, ids=[f"{kind}: {damage}" for kind, damage in CASES])
def test_it_reads_as_it_was_or_its_place_is_told(kind: str, damage: str, tmp_path: Path) -> None:
    raw, read = KINDS[kind]
    done: Damage = DAMAGES[damage]
    whole, damaged = tmp_path / "whole.yaml", tmp_path / "damaged.yaml"
    whole.write_bytes(raw)
    damaged.write_bytes(done.of(raw))
    if done.refused is None:
        assert read(damaged) == read(whole)
        return
    with pytest.raises(DefinitionErrors) as caught:
        read(damaged)
    assert {(each.file, each.code) for each in caught.value.problems} == {("damaged.yaml", done.refused)}
    assert all(1 <= each.line <= raw.count(b"\n") + 1 for each in caught.value.problems)
