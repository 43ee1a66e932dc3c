"""What every store must do. Each backend's test module subclasses `Contract` and gives it a `store`."""

from __future__ import annotations

from tests.store.contract.audit import Audit
from tests.store.contract.crowd import Crowd
from tests.store.contract.lists import Lists
from tests.store.contract.log import Log
from tests.store.contract.post import Post


class Contract(Log, Lists, Post, Audit, Crowd):
    """The whole of it."""
