"""The store in memory keeps the contract."""

from __future__ import annotations

import pytest

from store.memory.store import MemoryStore
from store.protocol import Store
from tests.store.contract.contract import Contract


class TestMemory(Contract):
    @pytest.fixture
    def store(self) -> Store:
        return MemoryStore()
