"""Bundles and the library: a workflow's process is rebuilt exactly, whatever the library says by then."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from definitions.loading.bundle import Bundle, BundleError, hash_of, open_bundle
from definitions.loading.library import ArchivedDataset, Library, UnknownDefinition
from definitions.source.problems import DefinitionErrors
from tests.definitions.samples import QUARTER, SMALL_SET, STANDARD, VISIT, write_library


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library([write_library(tmp_path)])


def test_a_bundle_holds_what_the_definition_uses(library: Library) -> None:
    process = library.process("small-quarter", calendar={"years": [2026]})
    assert set(process.ladders) == {"standard"}
    assert process.datasets["small-set"].items[0]["id"] == "HI-03"
    assert process.calendar_data == {"years": [2026]}
    assert process.order == ("figures", "position", "declare", "pack")
    assert process.predecessors("pack") == ("position",)
    assert process.dependants("figures") == ("position", "declare", "pack")
    assert process.dependants("pack") == ()
    assert process.expression("1 + 1").evaluate({}) == 2
    assert process.template("{{ 1 + 1 }}").render({}) == "2"
    assert str(process.moment("3 days after launch")) == "3 days after launch"


def test_opening_gives_the_same_process(library: Library) -> None:
    process = library.process("visit-plan")
    again = open_bundle(process.body.decode())
    assert again == process and hash(again) == hash(process)
    assert again.definition == process.definition
    assert again.hash == hash_of(process.body)
    assert Bundle.read(process.body).body == process.body
    assert [item.id for item in again.steps["agree"].form] == ["decision", "reason"]


texts = st.dictionaries(st.text(max_size=8), st.text(max_size=20), max_size=3)


@given(
    st.text(max_size=30),
    texts,
    texts,
    st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=5), max_size=3),
)
def test_a_body_is_canonical(
    definition: str, ladders: dict[str, str], datasets: dict[str, str], calendar: dict[str, object]
) -> None:
    bundle = Bundle(definition, ladders, datasets, calendar)
    try:
        body = bundle.body
    except UnicodeEncodeError:
        return  # half a surrogate pair is no text
    turned = Bundle(definition, dict(reversed(ladders.items())), dict(reversed(datasets.items())), calendar)
    assert turned.body == body
    assert Bundle.read(body) == bundle


def test_a_bundle_outlives_stricter_checks() -> None:
    # A step the checks of today refuse; a workflow begun before they came goes on.
    odd = VISIT.replace("total(answers.ask, 'visits')", "gone_function(answers.ask)")
    body = Bundle(odd, {"standard": STANDARD}, {}, {}).body
    assert open_bundle(body).steps["sum"].values == {"visits": "gone_function(answers.ask)"}


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"format": 9}', b'{"format": 1}', b"[" * 100_000,
                                  b'{"format": 1, "definition": 1, "ladders": {}, "datasets": {}, "calendar": {}}'])  # fmt: skip
def test_what_is_no_bundle(body: bytes) -> None:
    with pytest.raises(BundleError):
        open_bundle(body)


def test_a_definition_that_lost_its_shape() -> None:
    with pytest.raises(DefinitionErrors):
        open_bundle(Bundle("id: x\n", {}, {}, {}).body)


def test_the_library_lists_and_finds(library: Library) -> None:
    assert [(entry.id, entry.version) for entry in library.list()] == [
        ("small-quarter", 2),
        ("visit-plan", 1),
    ]
    assert library.check() == ()
    assert library.definition_path("visit-plan").name == "visit-plan.yaml"
    with pytest.raises(UnknownDefinition, match="did you mean visit-plan"):
        library.process("visit-plans")
    with pytest.raises(UnknownDefinition, match="version 7"):
        library.definition("visit-plan", version=7)
    with pytest.raises(UnknownDefinition, match=r"dataset input 'indicator'.*indicators"):
        library.process("small-quarter", datasets={"indicator": "small-set"})
    with pytest.raises(UnknownDefinition, match="no dataset 'other'"):
        library.process("small-quarter", datasets={"indicators": "other"})


def test_versions_stand_side_by_side(tmp_path: Path) -> None:
    root = write_library(tmp_path)
    (root / "library" / "visit-plan-2.yaml").write_text(VISIT.replace("version: 1", "version: 2"))
    library = Library([root])
    assert library.definition("visit-plan").version == 2
    assert library.definition("visit-plan", version=1).version == 1
    assert library.process("visit-plan").hash != library.process("visit-plan", version=1).hash


def test_two_files_that_differ_are_not_one_version(tmp_path: Path) -> None:
    root, own = write_library(tmp_path / "a"), write_library(tmp_path / "b")
    assert Library([root, own]).process("visit-plan")  # the same text twice is one version
    changed = own / "library" / "visit-plan.yaml"
    changed.write_text(VISIT.replace("title: ", "title: Another "))
    for library in (Library([root, own]), Library([own, root])):
        for refused in (
            lambda each: each.process("visit-plan"),
            lambda each: each.definition("visit-plan", 1),
        ):
            with pytest.raises(DefinitionErrors) as caught:
                refused(library)
            (problem,) = caught.value.problems
            assert (problem.code, problem.line) == ("BD112", 2)
            assert str(changed) in problem.message and str(root / "library") in problem.message
        assert [problem.code for problem in library.check()] == ["BD112"]
        assert library.process("small-quarter")
    assert Library([root], drafts=[changed]).definition("visit-plan").title.startswith("Another")


def test_nothing_is_launched_with_an_archived_dataset(tmp_path: Path) -> None:
    root = write_library(tmp_path)
    (root / "datasets" / "small-set.yaml").write_text(SMALL_SET + "archived: true\n")
    library = Library([root])
    assert library.check() == ()
    with pytest.raises(ArchivedDataset, match=r"the dataset 'small-set' .* is archived"):
        library.process("small-quarter")
    with pytest.raises(ArchivedDataset, match="North West London"):
        Library().process("access-plan-sign-off", {"template": "access-plan-nwl-2025-26"})


def test_a_later_root_stands_first(tmp_path: Path) -> None:
    first, second = write_library(tmp_path / "a"), write_library(tmp_path / "b")
    (second / "ladders" / "standard.yaml").write_text(STANDARD.replace("3 working days", "4 working days"))
    process = Library([first, second]).process("visit-plan")
    assert process.ladders["standard"].rungs[0].at == "4 working days before due"


def test_a_changed_file_is_read_again_and_a_chosen_dataset_taken(tmp_path: Path) -> None:
    root = write_library(tmp_path)
    library = Library([root])
    before = library.process("small-quarter").hash
    (root / "datasets" / "other-set.yaml").write_text(SMALL_SET.replace("id: small-set", "id: other-set"))
    assert set(library.process("small-quarter", datasets={"indicators": "other-set"}).datasets) == {
        "other-set"
    }
    (root / "library" / "small-quarter.yaml").write_text(
        QUARTER.replace("Small quarter", "Smaller quarter, renamed")
    )
    assert library.process("small-quarter").hash != before


def test_a_broken_file_is_told_and_does_not_hide_the_rest(tmp_path: Path) -> None:
    root = write_library(tmp_path)
    (root / "library" / "broken.yaml").write_text("id: broken\nversion: 1\nsteps: [\n")
    (root / "ladders" / "other.yaml").write_text(STANDARD)
    library = Library([root])
    assert [entry.id for entry in library.list()] == ["small-quarter", "visit-plan"]
    assert [str(problem)[:30].split(" ")[0] for problem in library.check()] == [
        "broken.yaml:4:1",
        "other.yaml:1:5",
    ]


def test_the_shipped_library_has_no_problems() -> None:
    assert [str(problem) for problem in Library().check()] == []


def test_a_body_is_plain_json(library: Library) -> None:
    parts = json.loads(library.process("visit-plan").body)
    assert set(parts) == {"format", "definition", "ladders", "datasets", "calendar"}
    assert parts["definition"] == VISIT
