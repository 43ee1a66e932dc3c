"""A directory that is exported and imported again is the same directory."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.directory.file import DirectoryText, checked, written
from definitions.loading.directory_file import load_directory
from definitions.models.directory import Directory
from definitions.source.problems import DefinitionErrors
from engine.people.directory_changes import data_of
from tests.engine.wide_bay import memberships, pcn_data

EXAMPLES = Path(__file__).parents[3] / "examples"


@pytest.mark.parametrize("name", ["harbour-vale.yaml", "federation-40.yaml"])
def test_an_export_reads_as_the_same_directory(name: str) -> None:
    directory = load_directory(EXAMPLES / name)
    text = DirectoryText("export.yaml", written(directory).encode())
    assert text.read() == directory
    assert written(text.read()) == written(directory)


@given(
    st.text(
        st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Co", "Cn", "Cf"]),
        min_size=1,
        max_size=30,
    )
)
def test_whatever_somebody_is_called_survives(name: str) -> None:
    data: dict[str, Any] = pcn_data()
    data["people"][0]["name"] = name
    data["adopted"] = [
        {"definition": "a-process", "inputs": {"quarter": name, "of year": "0042"}, "minute": name}
    ]
    directory = Directory.model_validate({"pcns": [data]})
    try:
        again = checked(directory)
    except DefinitionErrors as refused:  # a text that no file may hold either
        assert "BD1" in str(refused) or "BD2" in str(refused)
    else:
        assert data_of(again) == data_of(directory)


@pytest.mark.parametrize("number", range(5))
def test_a_directory_made_by_commands_is_checked_as_a_file(number: int) -> None:
    data = memberships()[number]
    assert checked(Directory.model_validate({"pcns": [data]})).pcns[0].code == "U10001"
    data["cover"] = [{"for": "nobody", "by": "asha"}]
    with pytest.raises(DefinitionErrors, match="BD701"):
        checked(Directory.model_validate({"pcns": [data]}))
