"""`baton test`: scenario tests of definitions, played on a virtual clock."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from cli.commands.rehearse import one_pcn, process_of
from cli.console import Trouble, count, say, say_json, whisper
from cli.context import Json, library, settings
from definitions.loading.directory_file import load_directory
from definitions.loading.library import Library
from definitions.loading.scenarios import ScenarioFile, inputs_of, read_scenarios
from definitions.source.problems import Problem

SUFFIX = ".test.yaml"


def add(app: typer.Typer) -> None:
    app.command("test")(test)


@dataclass(frozen=True, slots=True)
class Result:
    """How one scenario went. `took` in seconds; `failures` say at which line of the file and why; `steps` are those
    that opened in it."""

    file: Path
    name: str
    took: float
    failures: tuple[Problem, ...] = ()
    steps: tuple[str, ...] = ()


def test(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(help="Scenario files, or folders with some; the library's unless said."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Play scenario tests: given, what people do, and what must then be true of states, dates and emails."""
    known = settings()
    shelf = library(known)
    files = list(found_in(paths or [root / "library" for root in shelf.roots]))
    if not files:
        raise Trouble(
            f"No scenario tests are there (files that end in {SUFFIX}).", "Name a file or a folder."
        )
    results = [result for file in files for result in play_file(file, shelf)]
    failed = sum(1 for result in results if result.failures)
    if as_json:
        say_json(results)
    else:
        for result in results:
            mark = "failed" if result.failures else "passed"
            say(
                f"{mark}  {result.file.name.removesuffix(SUFFIX)}: {result.name} ({result.took * 1000:.0f} ms)"
            )
            for failure in result.failures:
                say(str(failure))
        say(f"{count(len(results), 'scenario')}: {len(results) - failed} passed, {failed} failed")
    if failed:
        whisper(f"{count(failed, 'scenario')} did not hold.")
        raise typer.Exit(1)


def found_in(paths: Sequence[Path]) -> Iterator[Path]:
    """The scenario files among `paths` and in the folders among them. Raises Trouble for what is not there."""
    for path in paths:
        if path.is_dir():
            yield from sorted(path.rglob(f"*{SUFFIX}"))
        elif path.exists():
            yield path
        else:
            raise Trouble(f"{path} is not there.")


def play_file(file: Path, shelf: Library) -> Iterator[Result]:
    """Every scenario of a file. Raises DefinitionErrors when the file is not one of scenarios."""
    found = read_scenarios(file, str(file))
    # A definition of one's own stands beside its tests, in a root that may not be among the settings.
    if file.absolute().parent.name == "library":
        shelf = Library([*shelf.roots, file.absolute().parents[1]])
    for number in range(1, len(found.scenarios.scenarios) + 1):
        yield _play(found, number, shelf)


def _play(found: ScenarioFile, number: int, shelf: Library) -> Result:
    from engine.simulation.scenario import play

    start = time.perf_counter()
    scenario = found.scenarios.scenarios[number - 1]
    base = found.given(scenario)
    inputs = inputs_of(found, base)
    pcn = one_pcn(load_directory(found.path.parent / base.directory), base.pcn)
    played = play(process_of(found.scenarios.definition, inputs, shelf), pcn, inputs, base, scenario)
    failures = tuple(found.problem(number, failed.line, failed.message) for failed in played.failures)
    return Result(found.path, played.name, time.perf_counter() - start, failures, tuple(sorted(played.steps)))
