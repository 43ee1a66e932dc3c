"""JSON Schemas of definitions, ladders and datasets, so that an editor completes and checks offline.

`python -m definitions.loading.schema` writes them into `definitions/`. A schema sees shapes only; names, order and dates are the
loader's to check.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from definitions.models.dataset import Dataset
from definitions.models.definition import Definition
from definitions.models.fields import Model
from definitions.models.ladder import Ladder

#: Raised when a file that was right becomes wrong. Adding a key does not.
VERSION = 1

FILES: dict[str, type[Model]] = {
    "definition.schema.json": Definition,
    "ladder.schema.json": Ladder,
    "dataset.schema.json": Dataset,
}


def schema_of(name: str) -> dict[str, Any]:
    """The schema of the file `name` of FILES."""
    model = FILES[name]
    kind = name.removesuffix(".schema.json")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:baton:{kind}:{VERSION}",
        **model.model_json_schema(by_alias=True),
    }


def text_of(name: str) -> str:
    """The schema as it is committed."""
    return json.dumps(schema_of(name), indent=2, ensure_ascii=False) + "\n"


def write(folder: Path = Path(__file__).parents[1]) -> None:
    """Writes every schema into `folder`."""
    for name in FILES:
        (folder / name).write_text(text_of(name), encoding="utf-8")


if __name__ == "__main__":
    write()
