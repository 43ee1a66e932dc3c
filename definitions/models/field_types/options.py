"""Choosing from options: what was typed finds the option that it means, by value or by label."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from definitions.language.named_values import key_of
from definitions.models.field_types.declaration import FieldSpec, Option
from definitions.source.typed_text import BadValue, look_alike, plain_text

#: So many options can be told in a sentence.
_FEW = 6

#: Answers that let a workflow go on, best first; what sends back or stops comes last.
_WELCOME = (
    "approved", "approve", "agreed", "agree", "accept", "yes", "complete", "completed", "done", "clear",
    "met", "on track", "none", "start as planned", "proceed", "confirmed", "received", "no concerns",
)  # fmt: skip
_UNWELCOME = (
    "return", "reject", "not ", "no", "send back", "stop", "withdraw", "decline", "fail", "risk", "delay",
    "query", "dispute", "incomplete", "missing", "unknown", "other", "conditions",
)  # fmt: skip


def option_of(found: Any) -> Option:
    """An option from an expression: a text, or a thing with an id (or code) and a name (or title)."""
    if not isinstance(found, Mapping):
        return Option(key_of(found), str(found))
    value = next(
        (str(found[key]) for key in ("id", "code", "name") if found.get(key) is not None), str(found)
    )
    label = next((str(found[key]) for key in ("name", "title", "label") if found.get(key)), value)
    return Option(value, label)


def chosen(ask: FieldSpec, given: Any, otherwise: str = "") -> str:
    """The value of the option that was given. Raises BadValue: `otherwise`, or the options in words."""
    if isinstance(given, bool):  # YAML 1.1 and many programs write yes as true
        given = "yes" if given else "no"
    found = meant(ask.options, plain_text(given, "one of the answers"))
    if found is None:
        raise BadValue(otherwise or f"choose {_in_words(ask.options)}")
    return found


def meant(options: Sequence[Option], text: str) -> str | None:
    """The value of the one option that `text` is, exactly or but for capitals, spaces and the shape of quotes."""
    for option in options:
        if option.value == text:
            return text
    wanted = _folded(text)
    found = {option.value for option in options if wanted in (_folded(option.value), _folded(option.label))}
    return found.pop() if len(found) == 1 else None


def _folded(text: str) -> str:
    return " ".join(look_alike(text).casefold().split())


def _in_words(options: Sequence[Option]) -> str:
    """The options in words, where they are few: a program's user has no page to look at."""
    if not 2 <= len(options) <= _FEW:
        return "one of the answers shown"
    labels = [option.label for option in options]
    return f"one of {', '.join(labels[:-1])} or {labels[-1]}"


def preferred(options: Sequence[str]) -> str:
    """The option a willing answerer chooses: one that does not send back."""
    folded = {option.lower(): option for option in reversed(options)}
    for welcome in _WELCOME:
        if welcome in folded:
            return folded[welcome]
    for option in options:
        if any(option.lower().startswith(welcome) for welcome in _WELCOME):
            return option
    return next((o for o in options if not any(bad in o.lower() for bad in _UNWELCOME)), options[0])


def preferred_of(ask: FieldSpec) -> str | None:
    """The same, of what a field offers; None where it offers nothing."""
    return preferred([option.value for option in ask.options]) if ask.options else None


def label_of(options: Sequence[Option], value: Any) -> str:
    """What is shown of a value that was chosen."""
    return next((option.label for option in options if option.value == value), str(value))
