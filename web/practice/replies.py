"""What may be said instead of an answer, as small forms of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from definitions.models.replies import REPLIES, ReplyOption
from engine.forms.answers import CheckedAnswers, check_answers
from engine.forms.presentation import DrawnField, draw_form

#: The replies by their part of an address.
BY_SLUG: Mapping[str, ReplyOption] = {reply.slug: reply for reply in REPLIES.values()}


@dataclass(frozen=True, slots=True)
class _Today:
    """These forms have plain words and one date."""

    today: date

    def expression(self, text: str, context: Mapping[str, Any]) -> Any:
        raise ValueError(f"no expression here: {text}")

    def template(self, text: str, context: Mapping[str, Any]) -> str:
        return text

    def moment(self, text: str) -> date:
        return self.today


def drawn_reply(reply: ReplyOption, today: date) -> Sequence[DrawnField]:
    return draw_form(reply.form, {}, _Today(today))


def checked_reply(
    reply: ReplyOption, raw: Mapping[str, Any], today: date, not_nhs_number: bool = False
) -> CheckedAnswers:
    return check_answers(reply.form, (), raw, {}, _Today(today), not_nhs_number)
