"""Names that never change: the Message-ID of an email, the thread of an assignment, the UID of a deadline.

All are derived, none is stored beforehand, so whoever sends after a crash arrives at the same name.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable


def message_id(notice_ids: Iterable[str], domain: str) -> str:
    """The Message-ID of the one message these notices become, in angle brackets; their order does not matter."""
    return f"<{_digest('message', *sorted(notice_ids))}@{domain}>"


def thread_id(assignment_id: str, domain: str) -> str:
    """The root that every email about an assignment refers to, so that mail programs show one thread.

    No email carries it as its own Message-ID: the first email's is made from its notices like any other,
    and may be a digest's. Mail programs thread by a shared reference whether or not they hold its message.
    """
    return f"<{_digest('thread', assignment_id)}@{domain}>"


def deadline_uid(assignment_id: str, domain: str) -> str:
    """The UID of an assignment's deadline: a moved deadline replaces the old one in a person's calendar."""
    return f"{_digest('deadline', assignment_id)}@{domain}"


def boundary(message_id: str, part: str) -> str:
    """A MIME boundary fixed by the message, so that the same message has the same bytes each time it is made."""
    return f"=_{_digest('boundary', message_id, part)}"


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:40]
