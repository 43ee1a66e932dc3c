"""Expressions and templates: compiled at load, evaluated in a sandbox, with errors that name the place.

    Expression.compile("inputs.quarter == 'Q4'").evaluate({"inputs": {"quarter": "Q4"}})   # True
    Template.compile("Your figures for {{ inputs.quarter }}").render({"inputs": {"quarter": "Q3"}})

Compiling checks the whole language at once: syntax, functions, filters, tests, and how many things each is given. A name
that the context does not have is an ExpressionError, never an empty text. What evaluating may cost is counted in
steps (`definitions.language.budget`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from jinja2 import Environment, TemplateSyntaxError, nodes
from jinja2.parser import Parser

from definitions.language import syntax
from definitions.language.budget import MAX_STEPS, Budget, TooMuch, spend_text
from definitions.language.evaluation.interpreter import Program, compiled
from definitions.language.evaluation.values import Missing, kept
from definitions.language.formats import FORMATS, Format
from definitions.language.syntax import EACH, OutsideLanguage, Reference, Uses
from definitions.source.problems import nearest

MAX_EXPRESSION = 2_000  #: characters
MAX_TEMPLATE = 20_000  #: characters

#: Reads texts and nothing else: its filters, tests and functions are never asked.
_READER = Environment(autoescape=False, cache_size=0, optimized=False)
#: Digits in a row that no number has. Jinja2's own pattern for numbers takes their square in time.
_TOO_MANY_DIGITS = re.compile(r"[\d_]{80}")

#: What evaluating can raise when the data does not suit the text. Memory and recursion are here because a
#: hostile text must end as an error of its own.
_FAILURES = (ArithmeticError, TypeError, ValueError, LookupError, AttributeError, RecursionError, MemoryError)


class ExpressionError(ValueError):
    """A text that cannot be compiled or evaluated. `word` is the part to point at, or `line` (from 1) where there is
    no such part; `code` is of `problems.CODES`."""

    line: int = 1

    def __init__(
        self, message: str, code: str = "BD501", word: str = "", suggestion: str | None = None
    ) -> None:
        self.message, self.code, self.word, self.suggestion = message, code, word, suggestion
        super().__init__(f"{message} (did you mean {suggestion}?)" if suggestion else message)


class Forgiving(dict[str, Any]):
    """A mapping in which what is missing is None: last time's answers, and those not given yet, may not be there."""

    def __missing__(self, key: str) -> None:
        return None


@dataclass(slots=True)
class _Compiled:
    """What expressions and templates share: the text, what it uses, and its code once made."""

    text: str
    program: Program = field(compare=False)
    uses: Uses

    @property
    def names(self) -> frozenset[str]:
        """The dotted names used: {"inputs.quarter", "answers.practice_return"}."""
        return frozenset(reference.dotted for reference in self.uses.references)

    @property
    def references(self) -> tuple[Reference, ...]:
        """The names used, with the parts read from the items of lists."""
        return self.uses.references

    @property
    def calls(self) -> frozenset[str]:
        """The functions called."""
        return self.uses.calls

    def failure(self, error: BaseException, context: Mapping[str, Any]) -> ExpressionError:
        """The error to raise for what went wrong while evaluating."""
        words = " ".join(str(error).split())[:200] or type(error).__name__
        if isinstance(error, Missing):
            return _unknown(self.text, self.uses, context, words)
        return ExpressionError(
            f"{_short(self.text)}: {words}", "BD502" if isinstance(error, TooMuch) else "BD501"
        )


@dataclass(slots=True)
class Expression(_Compiled):
    """A Jinja2 expression, which gives a Python value."""

    @classmethod
    def compile(cls, text: str) -> Expression:
        """Compiles `text`, as written in a definition. Raises ExpressionError."""
        _admit(text, MAX_EXPRESSION)
        with _Translated(text):
            parser = Parser(_READER, syntax.phrases(text), state="variable")
            body = parser.parse_expression()
            if not parser.stream.eos:
                raise OutsideLanguage("BD501", f"{str(parser.stream.current)!r} was not expected here")
            tree = nodes.Template([nodes.Output([body], lineno=1)], lineno=1)
            syntax.bound(tree)
            found = syntax.uses(tree)
            return cls(text, compiled(body), found)

    def evaluate(self, context: Mapping[str, Any]) -> Any:
        """The value in `context`. Raises ExpressionError; a name that is not there is named, with the nearest."""
        try:
            with Budget(MAX_STEPS):
                return self.program.run(context)
        except _FAILURES as error:
            raise self.failure(error, context) from None

    def kept(self, context: Mapping[str, Any]) -> Any:
        """The value in `context`, for the log to keep. Raises ExpressionError also where it is too much to keep."""
        try:
            return kept(self.evaluate(context))
        except TooMuch as error:
            raise self.failure(error, context) from None

    def holds(self, context: Mapping[str, Any]) -> bool:
        """The value as yes or no. Raises ExpressionError."""
        return bool(self.evaluate(context))


@dataclass(slots=True)
class Template(_Compiled):
    """A Jinja2 template, which gives a text."""

    plain: bool = False

    @classmethod
    def compile(cls, text: str) -> Template:
        """Compiles `text`, as written in a definition. Raises ExpressionError."""
        _admit(text, MAX_TEMPLATE)
        plain = "{{" not in text and "{%" not in text and "{#" not in text
        with _Translated(text):
            tree = nodes.Template([], lineno=1) if plain else _READER.parse(text)
            syntax.bound(tree)
            found = syntax.uses(tree)
            return cls(text, compiled(tree), found, plain)

    def render(self, context: Mapping[str, Any], to: Format = "text") -> str:
        """The text in `context`, as the format it goes to: values are text in it, and structure is the template's own.
        It has at most MAX_TEXT characters. Raises ExpressionError."""
        if self.plain:
            return self.text
        try:
            with Budget(MAX_STEPS):
                made = FORMATS[to](self.program.pieces(context))
                spend_text(len(made))
                return made
        except _FAILURES as error:
            raise self.failure(error, context) from None


class _Translated:
    """Turns what parsing raises into an ExpressionError."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if isinstance(error, OutsideLanguage):
            raise ExpressionError(error.message, error.code, error.word, error.suggestion) from None
        if isinstance(error, TemplateSyntaxError):
            refused = ExpressionError(f"{_short(self.text)}: {error.message}")
            refused.line = error.lineno
            raise refused from None
        if isinstance(error, RecursionError | MemoryError):
            raise ExpressionError(f"{_short(self.text)}: nested too deeply", "BD502") from None
        if isinstance(error, ValueError):  # a number of too many digits, or an escape that means no character
            raise ExpressionError(f"{_short(self.text)}: {error}", "BD502") from None


def _admit(text: str, most: int) -> None:
    if len(text) > most:
        raise ExpressionError(f"longer than {most:,} characters", "BD502")
    if syntax.too_deep(text):
        raise ExpressionError("brackets nested too deeply", "BD502")
    if _TOO_MANY_DIGITS.search(text):
        raise ExpressionError("a number of too many digits", "BD502")


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return repr(flat if len(flat) <= 60 else flat[:57] + "...")


def _unknown(text: str, uses: Uses, context: Mapping[str, Any], otherwise: str) -> ExpressionError:
    """The error for a name the context does not have, with the nearest that it has."""
    for reference in uses.references:
        here: Any = context
        for index, part in enumerate(reference.parts):
            if part == EACH or not isinstance(here, Mapping):
                break
            if part not in here and not hasattr(here, "__missing__"):
                before = ".".join(reference.parts[:index])
                close = nearest(part, [str(key) for key in here])
                suggestion = f"{before}.{close}" if close and before else close
                name = ".".join(reference.parts[: index + 1])
                return ExpressionError(f"{_short(text)}: {name} is not known", "BD303", name, suggestion)
            here = here[part]
    return ExpressionError(f"{_short(text)}: {otherwise}", "BD303")


@lru_cache(maxsize=16_384)
def compile_cached(text: str) -> Expression:
    """The expression `text`, compiled once for all who ask."""
    return Expression.compile(text)


@lru_cache(maxsize=16_384)
def template_cached(text: str) -> Template:
    """The template `text`, compiled once for all who ask."""
    return Template.compile(text)
