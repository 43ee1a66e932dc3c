"""table: rows with the same columns, at most 200.

Kept as a list of rows, each a mapping by the columns' ids; a cell that was left empty is not in it. `rows` is an
expression that gives the rows to begin with.

Example::

    {id: posts, type: table, label: Posts, columns: [{id: role, label: Role}, {id: cost, type: money, label: Cost}]}
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from definitions.language.expressions import Forgiving
from definitions.language.plain_values import plain
from definitions.models.field_types.declaration import (
    ColumnSpec,
    FieldSpec,
    FieldType,
    Sampling,
    View,
    Widget,
)
from definitions.source.typed_text import BadValue, is_blank

MOST_ROWS = 200


def _read(ask: FieldSpec, given: Any) -> list[dict[str, Any]]:
    if not isinstance(given, list | tuple):
        raise BadValue("enter rows")
    if len(given) > 2 * MOST_ROWS:
        raise BadValue(f"enter at most {MOST_ROWS} rows")
    wrong: list[tuple[str, str]] = []
    rows = [_row(ask, place, row, wrong) for place, row in enumerate(given) if not is_blank(row)]
    if wrong:
        raise BadValue("some rows need another look", *wrong)
    if len(rows) > MOST_ROWS:
        raise BadValue(f"enter at most {MOST_ROWS} rows")
    return rows


def _row(ask: FieldSpec, place: int, row: Any, wrong: list[tuple[str, str]]) -> dict[str, Any]:
    """One row's cells by column id, the empty ones left out; what is wrong goes to `wrong`."""
    if not isinstance(row, Mapping) or not set(row) <= {column.id for column in ask.columns}:
        wrong.append((str(place), f"row {place + 1}: use the columns of the table"))
        return {}
    cells: dict[str, Any] = {}
    for column in ask.columns:
        try:
            if (cell := _cell(column, row.get(column.id))) is not None:
                cells[column.id] = cell
        except BadValue as error:
            wrong.append((f"{place}.{column.id}", f"row {place + 1}, {column.label}: {error}"))
    return cells


def _cell(column: ColumnSpec, given: Any) -> Any:
    """The cell's value; None for an empty one. Raises BadValue."""
    if not is_blank(given):
        return column.type.read(column.ask, given)
    if column.required:
        raise BadValue(column.type.missing)
    return None


def _sample(ask: FieldSpec, sampling: Sampling) -> list[dict[str, Any]]:
    if sampling.offered:
        return [{**_sampled_row(ask, sampling), **row} for row in sampling.offered]
    return [_sampled_row(ask, sampling) for _ in range(sampling.rng.randint(1, 3))]


def _sampled_row(ask: FieldSpec, sampling: Sampling) -> dict[str, Any]:
    return {
        column.id: column.type.sample(column.ask, Sampling(column.id, sampling.names, sampling.rng))
        for column in ask.columns
    }


def _seen(value: Any, view: View) -> Any:
    if not isinstance(value, list):
        return value
    return [
        Forgiving({key: _typed(view, key).seen(cell, view) if key in view.columns else cell for key, cell in row.items()})
        for row in value
    ]  # fmt: skip


def _typed(view: View, key: str) -> FieldType:
    return view.columns[key]


def _shown(value: Any, view: View) -> str:
    return "; ".join(
        ", ".join(f"{key.replace('_', ' ').capitalize()}: {_shown_cell(key, cell, view)}" for key, cell in row.items())
        for row in value
    )  # fmt: skip


def _shown_cell(key: str, cell: Any, view: View) -> str:
    return view.columns[key].shown(cell, view) if key in view.columns else str(cell)


def _offer(found: Any, ask: FieldSpec) -> list[dict[str, Any]]:
    """Rows with the table's columns only; a plain value goes into the first."""
    return [_offered_row(row, ask.columns) for row in found] if isinstance(found, list | tuple) else []


def _offered_row(row: Any, columns: tuple[ColumnSpec, ...]) -> dict[str, Any]:
    if not isinstance(row, Mapping):
        return {columns[0].id: plain(row)}
    return {
        column.id: column.type.offer(row[column.id], column.ask)
        for column in columns
        if row.get(column.id) is not None
    }


TYPE = FieldType(
    name="table",
    schema={"type": "array", "items": {"type": "object"}, "maxItems": MOST_ROWS},
    widget=Widget("rows"),
    missing="fill in at least one row",
    read=_read,
    sample=_sample,
    places=frozenset({"form", "input"}),
    needs="columns",
    keys=frozenset({"rows"}),
    seen=_seen,
    shown=_shown,
    offer=_offer,
    hint=lambda ask: "Leave rows empty that you do not need",
)
