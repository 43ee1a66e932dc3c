"""Migrations apply once, in order, whole or not at all."""

from __future__ import annotations

import duckdb
import pytest

from store.duckdb import statements
from store.duckdb.migrations import REGISTRY, Migration, applied, migrate, pending
from store.protocol import StoreError


def make(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("CREATE TABLE one (n INTEGER)")


def extend(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("ALTER TABLE one ADD COLUMN m INTEGER DEFAULT 7")


def break_it(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("INSERT INTO one VALUES (1)")
    con.execute("INSERT INTO nowhere VALUES (1)")


def test_a_file_from_the_version_before_is_brought_up_and_keeps_its_rows() -> None:
    con = duckdb.connect()
    assert applied(con) == []
    assert migrate(con, [Migration("0001", make)]) == ["0001"]
    con.execute("INSERT INTO one VALUES (5)")
    both = [Migration("0001", make), Migration("0002", extend)]
    assert [each.name for each in pending(con, both)] == ["0002"]
    assert migrate(con, both) == ["0002"] and migrate(con, both) == []
    assert applied(con) == ["0001", "0002"]
    assert con.execute("SELECT * FROM one").fetchall() == [(5, 7)]


def test_a_step_that_fails_leaves_nothing_behind() -> None:
    con = duckdb.connect()
    with pytest.raises(duckdb.CatalogException):
        migrate(con, [Migration("0001", make), Migration("0002", break_it)])
    assert applied(con) == ["0001"]
    assert con.execute("SELECT count(*) FROM one").fetchall() == [(0,)]


def test_a_file_of_a_newer_baton_is_left_alone() -> None:
    con = duckdb.connect()
    migrate(con, [Migration("0001", make), Migration("0002", extend)])
    with pytest.raises(StoreError, match=r"newer Baton \(0002\)"):
        migrate(con, [Migration("0001", make)])


def test_the_registry_makes_what_the_store_reads() -> None:
    con = duckdb.connect()
    migrate(con)
    assert applied(con) == [each.name for each in REGISTRY] == sorted(each.name for each in REGISTRY)
    assert con.execute("SELECT * FROM log").fetchall() == []


@pytest.mark.parametrize("file", ["schema", "writing", "reading", "audit", "recovery", "migrations"])
def test_every_statement_has_a_name_and_a_purpose(file: str) -> None:
    assert statements.load(file)
