"""The committed JSON Schemas are those of the models."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from definitions.loading.schema import FILES, schema_of, text_of
from definitions.models.marks import fields_of

FOLDER = Path(__file__).parents[3] / "definitions"


@pytest.mark.parametrize("name", FILES)
def test_the_committed_schema_is_not_stale(name: str) -> None:
    assert (FOLDER / name).read_text(encoding="utf-8") == text_of(name), (
        "run: python -m definitions.loading.schema"
    )


@pytest.mark.parametrize("name", FILES)
def test_a_schema_has_a_name_and_knows_the_keys_of_the_file(name: str) -> None:
    schema = schema_of(name)
    assert schema["$id"].startswith("urn:baton:")
    assert set(schema["properties"]) == set(fields_of(FILES[name]))
    assert json.loads(text_of(name)) == schema
