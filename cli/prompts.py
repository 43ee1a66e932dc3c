"""A form asked at the terminal, one question after another. The server judges what is answered."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from cli.console import ask, confirm, say


def ask_form(
    form: list[dict[str, Any]], known: Mapping[str, Any] | None = None, wrong: Collection[str] | None = None
) -> dict[str, Any]:
    """Answers to every question, nested as the questions are; with `wrong`, only those are asked again."""
    answers: dict[str, Any] = _copied(known or {})
    heading = ""
    for question in form:
        path = ".".join(question["keys"])
        if wrong is not None and not any(each == path or each.startswith(f"{path}.") for each in wrong):
            continue
        if question["heading"] and question["heading"] != heading:
            heading = question["heading"]
            say()
            say(heading)
        value = _ask(question)
        if value not in (None, ""):
            _put(answers, question["keys"], value)
    return answers


def _copied(known: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _copied(value) if isinstance(value, Mapping) else value for key, value in known.items()}


def _put(answers: dict[str, Any], keys: list[str], value: Any) -> None:
    for key in keys[:-1]:
        answers = answers.setdefault(key, {})
    answers[keys[-1]] = value


def _ask(question: dict[str, Any]) -> Any:
    """One question. An empty answer is None: whether that will do is the server's to say."""
    needed = "" if question["required"] else " (optional)"
    say(f"{question['label']}{needed}")
    for line in (question["hint"], question["how"], question["only_if"] and f"{question['only_if']}."):
        if line:
            say(f"  {line}")
    widget = question["widget"]
    if widget["asking"] == "file":
        say("  Files are given on the page that the email links to; this question is left out here.")
        return None
    if widget["asking"] == "tick":
        say(f"  {question['statement']}")
        return "yes" if confirm("Do you agree") else None
    if widget["asking"] == "rows":
        return _rows(question)
    if question["options"]:
        return _choose(question)
    return ask(_how(widget), _shown(question["value"]))


def _how(widget: dict[str, Any]) -> str:
    """How an answer is typed, where it is not obvious."""
    signs = f"in {widget['prefix'] or widget['suffix']}" if widget["prefix"] or widget["suffix"] else ""
    return str(widget["example"]) or signs


def _shown(value: Any) -> str:
    """What stands, as it is typed; the boxes of a question on one line."""
    if isinstance(value, Mapping):
        return "/".join(str(part) for part in value.values())
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def _choose(question: dict[str, Any]) -> Any:
    options = question["options"]
    for number, option in enumerate(options, 1):
        say(f"  {number}  {option['label']}")
    several = question["widget"]["asking"] == "some of"
    standing = question["value"] if isinstance(question["value"], list) else [question["value"]]
    chosen = [str(n) for n, option in enumerate(options, 1) if option["value"] in standing]
    typed = ask("numbers with commas between" if several else "", ",".join(chosen))
    found = [
        _option(options, part.strip()) for part in (typed.split(",") if several else [typed]) if part.strip()
    ]
    return found if several else (found[0] if found else None)


def _option(options: list[dict[str, str]], typed: str) -> str:
    """What was typed, where it is an option or is none of their numbers; else the option of that number."""
    if any(typed == option["value"] for option in options):
        return typed
    if typed.isdecimal() and 1 <= int(typed) <= len(options):
        return options[int(typed) - 1]["value"]
    return typed


def _rows(question: dict[str, Any]) -> list[dict[str, str]] | None:
    """A table, row by row: the rows that stand first, then new ones while there are any."""
    standing = question["value"] if isinstance(question["value"], list) else []
    rows: list[dict[str, str]] = []
    while len(rows) < len(standing) or confirm("A row more" if rows else "Is there a row to give"):
        before = standing[len(rows)] if len(rows) < len(standing) else {}
        row = {
            c["id"]: ask(c["label"] + _cell_options(c), _shown(before.get(c["id"])))
            for c in question["columns"]
        }
        rows.append({key: value for key, value in row.items() if value})
    return rows or None


def _cell_options(column: dict[str, Any]) -> str:
    labels = [option["value"] for option in column["options"]]
    return f" ({', '.join(labels)})" if labels else ""
