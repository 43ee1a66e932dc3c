"""What a demonstration shows while it runs: the story and the emails, a short line each, the alike ones together."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from email.utils import parseaddr
from itertools import groupby
from typing import Any

from cli.console import WIDE, say
from engine.decisions.advance import ANSWERED

#: Columns of the process's name.
_NAME = 26
#: Outcomes that say no more than that a step was done.
_DONE = frozenset({"answered", "told", "computed", "produced"})

#: A line of the story as the audit gives it: its text, and facts (see audit/line_facts.py).
Line = Mapping[str, Any]


class Screen:
    """Says what happened under its day, once."""

    def __init__(self) -> None:
        self._day = ""

    def story(self, process: str, day: str, lines: Iterable[Line]) -> None:
        """What happened in one process on one day."""
        name = process.split(",")[0]
        for line in brief(lines):
            self.line(day, f"{cut(name, _NAME):{_NAME}}  {line}")

    def emails(self, day: str, emails: Sequence[tuple[str, str]]) -> None:
        """Emails that arrived, each its To and its subject; those of one subject together."""
        together: dict[str, list[str]] = {}
        for to, subject in emails:
            together.setdefault(" ".join(subject.split()), []).append(_name(to))
        for subject, names in together.items():
            self.line(day, f"{'  ✉ email to':{_NAME}}  {people(names)}: {subject}")

    def line(self, day: str, text: str) -> None:
        if day != self._day:
            self._day = day
            say(f"\n{day}")
        # A file or a pipe says nothing of its width, whatever window stands around it.
        wide = shutil.get_terminal_size((WIDE, 0)).columns if sys.stdout.isatty() else WIDE
        say("  " + cut(text, max(wide, 80) - 2))


def brief(lines: Iterable[Line]) -> Iterator[str]:
    """The story, shorter: what several answered in one line, and not again that an answer closed a step."""
    kept = [line for line in lines if not _dull(line["facts"])]
    for step, group in groupby(kept, key=lambda line: _alike(line["facts"])):
        alike = list(group)
        places = list(dict.fromkeys(str(line["facts"]["place"]) for line in alike if step))
        if len(places) > 1:
            yield f"{len(places)} practices answered “{step}”: {people(places)}"
        else:
            yield from map(_short, alike)


def _dull(facts: Line) -> bool:
    """What the line before it has said already."""
    closed_by_it = facts["event"] == "StepClosed" and facts["because"] == ANSWERED and not facts["missing"]
    return closed_by_it or facts["event"] == "AssignmentEnded"


def _alike(facts: Line) -> str:
    """What was answered, where several answers of it may be told together; "" for what stands alone."""
    if facts["event"] != "ResponseReceived" or _outcome(facts) or facts["late"] or _notes(facts):
        return ""
    return str(facts["step"])


def _outcome(facts: Line) -> str:
    """What an answer came to, where it says more than that it is one."""
    return "" if facts["outcome"] in _DONE else str(facts["outcome"])


def _short(line: Line) -> str:
    facts = line["facts"]
    match facts["event"]:
        case "ResponseReceived":
            return _answered(facts)
        case "AssignmentOpened":
            again = f" (attempt {facts['attempt']})" if facts["attempt"] > 1 else ""
            due = f", due {facts['due']}" if facts["due"] else ""
            return f"Asked for “{facts['step']}”{again}{due}: {people(facts['people'])}"
        case "StepClosed" if facts["outcome"] in _DONE:
            missing = f". Missing, and not estimated: {people(facts['missing'])}" if facts["missing"] else ""
            return f"“{facts['step']}” closed: {facts['because']}{missing}."
        case "WorkflowLaunched":
            return f"{facts['who']} launched it ({facts['definition']})."
    return str(line["text"])


def _answered(facts: Line) -> str:
    came_to = _outcome(facts)
    where = "" if came_to else f", {facts['place']},"
    late, outcome = ", late" if facts["late"] else "", f": {came_to}" if came_to else ""
    return " ".join([f"{facts['who']}{where} answered “{facts['step']}”{late}{outcome}.", *_notes(facts)])


def _notes(facts: Line) -> list[str]:
    """What is to be known of an answer besides."""
    notes = [f"It amends answer {facts['number'] - 1}."] if facts["number"] > 1 else []
    notes += [] if facts["counts"] else ["It does not count towards closing."]
    return [*notes, f"Looked unusual: {'; '.join(facts['warnings'])}."] if facts["warnings"] else notes


def people(names: Sequence[str]) -> str:
    """`Jo Marsh, Daniel Frost and 3 more`; each once."""
    known = list(dict.fromkeys(names))
    if len(known) <= 5:
        return " and ".join(filter(None, (", ".join(known[:-1]), known[-1])))
    return f"{', '.join(known[:4])} and {len(known) - 4} more"


def cut(text: str, width: int) -> str:
    """`text`, or as many whole words of it as fit, and a sign that there is more."""
    if len(text) <= width:
        return text
    return text[: width - 1].rsplit(" ", 1)[0].rstrip(" ,;:(“") + " …"


def _name(to: str) -> str:
    name, address = parseaddr(to)
    return name or address
