"""What may be said instead of an answer: more time, not ours, a question. Small forms of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from definitions.models.fields import FormField
from definitions.models.replies import ReplyKind
from engine.forms.answers import CheckedAnswers, check_answers
from engine.forms.presentation import DrawnField, draw_form


@dataclass(frozen=True, slots=True)
class Reply:
    """One thing to say. `thanks` stands on the page after it."""

    slug: str
    kind: ReplyKind
    title: str
    button: str
    thanks: str
    form: tuple[FormField, ...]


REPLIES: Mapping[str, Reply] = {
    reply.slug: reply
    for reply in (
        Reply(
            "more-time", "more time", "I need more time", "Ask for more time",
            "We have your message, and no reminder will come before the day you named.",
            (
                FormField(id="until", type="date", label="When can you answer by?", min="today"),
                FormField(id="text", type="long text", label="What is in the way?", required=False, max_length=1000),
            ),
        ),
        Reply(
            "not-ours", "not ours", "This is not ours", "Say it is not ours",
            "We have your message. The PCN manager will find out who should be asked.",
            (FormField(id="text", type="long text", label="Who should be asked, if you know?", required=False,
                       max_length=1000),),
        ),
        Reply(
            "question", "question", "I have a question", "Send my question",
            "We have your question. The PCN manager will come back to you, and no reminder will come meanwhile.",
            (FormField(id="text", type="long text", label="What would you like to know?", max_length=2000),),
        ),
    )
}  # fmt: skip


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


def drawn_reply(reply: Reply, today: date) -> Sequence[DrawnField]:
    return draw_form(reply.form, {}, _Today(today))


def checked_reply(reply: Reply, raw: Mapping[str, Any], today: date) -> CheckedAnswers:
    return check_answers(reply.form, (), raw, {}, _Today(today))
