"""How an older DuckDB file becomes today's: a registry, each step and its record in one transaction.

A migration is never edited once a release has carried it; a change of the schema is another one at the end.
The log's rows are not for migrations to touch: events of an older shape are read through upcasters.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import duckdb

from store.duckdb import statements
from store.protocol import StoreError

Step = Callable[[duckdb.DuckDBPyConnection], None]

_SQL = statements.load("migrations")


@dataclass(frozen=True, slots=True)
class Migration:
    name: str
    apply: Step


REGISTRY: list[Migration] = []


def migration(name: str) -> Callable[[Step], Step]:
    """Registers a step under a name that sorts after the ones before it."""

    def register(step: Step) -> Step:
        REGISTRY.append(Migration(name, step))
        return step

    return register


@migration("0001-log-and-projections")
def _log_and_projections(con: duckdb.DuckDBPyConnection) -> None:
    schema = statements.load("schema")
    for part in ("log", "projections", "views"):
        con.execute(schema[part])


def applied(con: duckdb.DuckDBPyConnection) -> list[str]:
    """The names of the migrations this file has had, in order. Changes nothing."""
    if not con.execute(_SQL["has_record"]).fetchall():
        return []
    return [name for (name,) in con.execute(_SQL["applied"]).fetchall()]


def pending(con: duckdb.DuckDBPyConnection, registry: list[Migration] | None = None) -> list[Migration]:
    """The migrations this file still needs. Raises StoreError when it comes from a newer Baton."""
    known = REGISTRY if registry is None else registry
    done = applied(con)
    if newer := [name for name in done if name not in {each.name for each in known}]:
        raise StoreError(
            f"this store was opened by a newer Baton ({', '.join(newer)}); upgrade this one first"
        )
    return [each for each in known if each.name not in done]


def migrate(con: duckdb.DuckDBPyConnection, registry: list[Migration] | None = None) -> list[str]:
    """Apply what is pending, in order; the names. A step that fails leaves the file as it was before it."""
    names = []
    for each in pending(con, registry):
        con.execute("BEGIN")
        try:
            con.execute(_SQL["make_record"])
            each.apply(con)
            con.execute(_SQL["record"], [each.name])
        except BaseException:
            con.rollback()
            raise
        con.execute("COMMIT")
        names.append(each.name)
    return names
