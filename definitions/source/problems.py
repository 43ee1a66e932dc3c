"""What can be wrong with a definition: the table of codes, a problem with its place, all problems at once.

The words of each code stand here once; the reference in the docs is generated from `CODES`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

#: Every code, with what it means. Codes are stable: one is never given a second meaning.
CODES: dict[str, str] = {
    # the file
    "BD101": "The file is larger than one megabyte.",
    "BD102": "A byte that is not of the file's encoding: UTF-8, unless its first bytes say UTF-16.",
    "BD103": "The file is not YAML, or holds a control character.",
    "BD104": "A tab character; YAML files are indented with spaces.",
    "BD105": "The file holds more than one YAML document.",
    "BD106": "A YAML tag (`!something`); definitions are plain data.",
    "BD107": "The same key stands twice in one mapping.",
    "BD108": "Anchors and aliases that repeat too much.",
    "BD109": "Nested too deeply, or too many values.",
    "BD110": "The top of the file is not a mapping of keys to values.",
    "BD111": "Curly quotes around a value; YAML knows straight ones only.",
    "BD112": "Two files that differ are one version of one definition.",
    "BD113": "The file is not there, or cannot be read.",
    # the shape
    "BD201": "A key that this place does not have.",
    "BD202": "A key that must be there is not.",
    "BD203": "A value of the wrong kind: a list where text is wanted, say.",
    "BD204": "A value outside the list of allowed ones.",
    "BD205": "An id, a pattern or a bound that the value does not meet.",
    "BD206": "The same id stands twice.",
    "BD207": "A role that no PCN has.",
    "BD208": "An id that expressions need for something else.",
    # names
    "BD301": "A step that the definition does not have.",
    "BD302": "A date or event that a moment counts from and nobody defines.",
    "BD303": "A name an expression or template uses that is not known there.",
    "BD304": "A ladder that the library does not have.",
    "BD305": "A dataset that the library does not have.",
    "BD306": "A definition that the library does not have.",
    "BD307": "A field that the form does not have.",
    "BD308": "An outcome that the field does not offer.",
    # order and dates
    "BD401": "Steps that wait for each other in a circle.",
    "BD402": "A date that depends on itself.",
    "BD403": "A step uses the result of one that does not come before it.",
    "BD404": "An external date that something would move.",
    "BD405": "A step waits for one that may never open.",
    "BD406": "A definition that starts itself, by whatever way.",
    "BD407": "Workflows that start each other more than five deep.",
    # small languages
    "BD501": "An expression or template that is not well formed.",
    "BD502": "An expression or template that is not allowed: too long, too deep, or reaching where it may not.",
    "BD503": "Words for a moment that are not understood.",
    "BD504": "Words for closing a step that are not understood.",
    "BD505": "Words for whom a step is asked of that are not understood.",
    "BD506": "Words for an action that are not understood.",
    "BD507": "A function called with too few or too many things.",
    # steps and fields
    "BD601": "Something this kind of step needs is missing.",
    "BD602": "Something that does not belong to this kind of step.",
    "BD603": "Something this type of field needs is missing.",
    "BD604": "Something that does not belong to this type of field.",
    "BD605": "An action that cannot work where it stands.",
    "BD606": "A date needs one of `is` and `at`.",
    # scenario tests
    "BD801": "A line of a scenario that did not hold.",
}


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One fault. `line` and `column` count from 1; 0 means the file as a whole."""

    file: str
    line: int
    column: int
    code: str
    message: str
    suggestion: str | None = None

    def __str__(self) -> str:
        hint = f" (did you mean {self.suggestion}?)" if self.suggestion else ""
        return f"{self.file}:{self.line}:{self.column} {self.code} {self.message}{hint}"


class DefinitionErrors(Exception):
    """Everything that is wrong with a file, sorted by place."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(
            sorted(set(problems), key=lambda p: (p.file, p.line, p.column, p.code, p.message))
        )
        super().__init__("\n".join(str(problem) for problem in self.problems))


def nearest(wrong: str, right: Iterable[str]) -> str | None:
    """The name of `right` most like `wrong`, or None when none is like it."""
    names = sorted(set(right))
    by_lower = {name.lower(): name for name in names}
    wanted = wrong[:200].lower()
    if wanted in by_lower:
        return by_lower[wanted]
    # A short word is a bit like many others; one that is meant is at least of about the same length.
    alike = [name for name in by_lower if len(wanted) > 4 or abs(len(name) - len(wanted)) < 2]
    found = get_close_matches(wanted, alike, n=1, cutoff=0.6)
    return by_lower[found[0]] if found else None
