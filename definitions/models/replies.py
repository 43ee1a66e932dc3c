"""What may be said instead of an answer (domain 2.4): each stops the ladder until the manager has settled it.

One table, with all its words: the page asks from it, the manager's email and the story tell from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from definitions.language.grammar import OneOf
from definitions.models.fields import FormField


@dataclass(frozen=True, slots=True)
class ReplyOption:
    """One thing to say instead.

    kind: what the log calls it. title, button, thanks: on the page. asks: "Elm Tree asks for more time". asked: the
    same, told afterwards. short: what stands before their words in the conversation. needs_day, needs_text: what it
    cannot do without.
    """

    kind: str
    title: str
    button: str
    thanks: str
    asks: str
    asked: str
    short: str
    form: tuple[FormField, ...]
    needs_day: bool = False
    needs_text: bool = False

    @property
    def slug(self) -> str:
        """Its part of an address."""
        return self.kind.replace(" ", "-")


REPLIES: Mapping[str, ReplyOption] = {
    reply.kind: reply
    for reply in (
        ReplyOption(
            "more time",
            title="I need more time",
            button="Ask for more time",
            thanks="We have your message, and no reminder will come before the day you named.",
            asks="asks for more time",
            asked="asked for more time",
            short="Needs more time.",
            form=(
                FormField(id="until", type="date", label="When can you answer by?", min="today"),
                FormField(
                    id="text", type="long text", label="What is in the way?", required=False, max_length=1000
                ),
            ),
            needs_day=True,
        ),
        ReplyOption(
            "not ours",
            title="This is not ours",
            button="Say it is not ours",
            thanks="We have your message. The PCN manager will find out who should be asked.",
            asks="says this is not theirs",
            asked="said it is not theirs",
            short="This is not ours.",
            form=(
                FormField(
                    id="text", type="long text", label="Who should be asked, if you know?", required=False,
                    max_length=1000,
                ),
            ),
        ),
        ReplyOption(
            "question",
            title="I have a question",
            button="Send my question",
            thanks="We have your question. The PCN manager will come back to you, and no reminder will come meanwhile.",
            asks="has a question",
            asked="asked a question",
            short="",
            form=(FormField(id="text", type="long text", label="What would you like to know?", max_length=2000),),
            needs_text=True,
        ),
    )
}  # fmt: skip

ReplyKind = Annotated[str, OneOf(lambda: REPLIES)]
