"""Every benchmark runs, with tiny sizes. Nothing is timed here: numbers of a machine that runs tests mean nothing."""

from __future__ import annotations

import importlib.util
from importlib import import_module

import pytest

from benchmarks import table
from benchmarks.__main__ import ALL, main
from benchmarks.machine import Spread
from benchmarks.table import Row

#: Those that start no server.
ALONE = ("commits", "audits", "rehearsals")


@pytest.mark.parametrize("name", ALONE)
def test_it_runs(name: str) -> None:
    rows = import_module(f"benchmarks.measures.{name}").rows(quick=True)
    assert rows
    assert all(row.what and row.baton for row in rows)


@pytest.mark.process
@pytest.mark.parametrize("name", [name for name in ALL if name not in ALONE])
def test_it_runs_beside_a_server(name: str) -> None:
    if name == "peers" and importlib.util.find_spec("dbos") is None:
        pytest.xfail("DBOS comes with `make bench`, not with `make test`")
    rows = import_module(f"benchmarks.measures.{name}").rows(quick=True)
    assert rows
    assert all(row.what and row.baton for row in rows)


@pytest.mark.parametrize("name", ALL)
def test_each_says_what_it_does(name: str) -> None:
    assert import_module(f"benchmarks.measures.{name}").__doc__


def test_the_table_is_markdown() -> None:
    drawn = table.lines([Row("launch", "3 s", "", "30 s", True), Row("page", "4 s", "", "3 s", False)])
    assert drawn[0].split() == [
        "|",
        "what",
        "|",
        "Baton",
        "|",
        "beside",
        "whom",
        "|",
        "budget",
        "|",
        "met?",
        "|",
    ]
    assert drawn[2].endswith("| 30 s   | yes  |")
    assert drawn[3].endswith("| 3 s    | NO   |")


def test_a_spread_of_one_is_that_one() -> None:
    assert Spread.of([2.0]) == (2.0, 2.0, 2.0, 2.0)


def test_a_benchmark_that_is_not_there_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--only", "nothing"])
    assert "there is no nothing; there are commits" in capsys.readouterr().err
