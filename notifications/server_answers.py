"""Whose fault a refusal is: the address's, or ours.

A server that refuses everybody says nothing about anybody's address, whatever words it uses: our account is closed, the
sender is not allowed, a filter has taken against us. So a refusal is believed of an address only where the server is
seen to take our post otherwise: it took another email in the same delivery, or would take one for our own address. Where
it is not, the trouble is ours: the email is held and tried again, and nobody is told that their address is wrong.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeGuard

from notifications.transport.smtp import Accepted, Answer, Later, Rejected

#: Different addresses refused in one delivery, and none taken: that many is everybody.
EVERYBODY = 3

#: An address, and what the server said to an email for it.
Answered = tuple[str, Answer]

#: Whether the server would take an email for our own address now. Nothing is sent.
Probe = Callable[[], Awaitable[bool]]


async def weighed(answers: Sequence[Answered], taken_before: int, would_take: Probe) -> list[Answer]:
    """The answers, with every refusal that is not believed of its address made into trouble of ours.

    `taken_before`: emails the server took earlier in this delivery. The server is asked at most once.
    """
    refused = {to.casefold() for to, answer in answers if _doubtful(answer)}
    if not refused or taken_before or any(isinstance(answer, Accepted) for _, answer in answers):
        return [answer for _, answer in answers]
    believed = len(refused) < EVERYBODY and await would_take()
    return [
        Later(answer.because, ours=True) if _doubtful(answer) and not believed else answer
        for _, answer in answers
    ]


def _doubtful(answer: Answer) -> TypeGuard[Rejected]:
    return isinstance(answer, Rejected) and not answer.certain
