"""How an error is told: what is wrong, what to do next, and never a traceback."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from cli.console import Trouble, sentence
from definitions.source.problems import DefinitionErrors


def told(error: Exception) -> tuple[list[str], int]:
    """The lines that tell `error` to the person at the terminal, and the exit code."""
    if isinstance(error, Trouble):
        return [line for line in (error.wrong, error.then) if line], error.code
    if hasattr(error, "format_message"):  # Typer's, whose classes are not public
        return _mistyped(error), int(getattr(error, "exit_code", 2))
    if isinstance(error, DefinitionErrors):
        return [str(problem) for problem in error.problems], 1
    if isinstance(error, ValidationError):
        return _settings(error), 2
    if isinstance(error, OSError):
        return [_file(error)], 1
    problems = getattr(error, "problems", None) or getattr(error, "warnings", None)
    if problems and all(hasattr(problem, "message") for problem in problems):
        return [_problem(problem) for problem in problems], 1
    if _is_ours(error):
        return [sentence(str(error))], 1
    name = type(error).__name__
    return [f"Something went wrong inside Baton: {name}: {error}", "`baton --debug …` shows where."], 1


def _is_ours(error: Exception) -> bool:
    """Errors of Baton's rooms are written for the person who meets them; Python's own are not."""
    rooms = (
        "definitions",
        "engine",
        "store",
        "notifications",
        "audit",
        "application",
        "flows",
        "web",
        "settings",
    )
    return type(error).__module__.split(".")[0] in rooms


def _mistyped(error: Any) -> list[str]:
    """A command that was not written as it should be, and how it is; only its help where nothing was asked."""
    said, context = str(error.format_message()), getattr(error, "ctx", None)
    if context is None:
        return [f"Error: {said}"]
    if said == context.get_help():
        return said.split("\n")
    hint = f"Try '{context.command_path} --help' for help."
    return [*context.get_usage().split("\n"), hint, "", f"Error: {said}"]


def _problem(problem: Any) -> str:
    path = getattr(problem, "path", "")
    return f"{path}: {problem.message}" if path else str(problem.message)


def _file(error: OSError) -> str:
    why = error.strerror or str(error)
    return f"{error.filename}: {why}." if error.filename else f"{why}."


def _settings(error: ValidationError) -> list[str]:
    """Settings that do not hold, by the name of the variable that sets them."""
    lines = [f"{each['loc'][0] if each['loc'] else 'The settings'}: {each['msg']}" for each in error.errors()]
    return [
        *lines,
        "Settings are environment variables, or lines of baton.env; see docs/reference/settings.md.",
    ]
