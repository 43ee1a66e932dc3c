"""What may be said instead of an answer (domain 2.4): each stops the ladder until the manager has settled it."""

from __future__ import annotations

from typing import Literal

ReplyKind = Literal["more time", "not ours", "question"]
