"""A registry: what the modules of a package declare, each one thing, by its name."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Any, Generic, Protocol, TypeVar


class Declared(Protocol):
    """What a module declares: it says its own name."""

    @property
    def name(self) -> str: ...


T = TypeVar("T", bound=Declared)


class Registry(Mapping[str, T], Generic[T]):
    """What is declared under `attribute` by each module in the folders of `package`, by name.

    A module there that declares nothing, or a name that stands twice, stops the program: TypeError, ValueError.
    """

    def __init__(self, package: str, attribute: str, kind: type[T]) -> None:
        self._attribute, self._kind = attribute, kind
        self._declared: dict[str, T] = {}
        self._modules: dict[str, ModuleType] = {}
        for found in pkgutil.iter_modules(importlib.import_module(package).__path__, f"{package}."):
            if found.ispkg:
                self._add_folder(found.name)

    def _add_folder(self, folder: str) -> None:
        for found in pkgutil.iter_modules(importlib.import_module(folder).__path__, f"{folder}."):
            self.add(importlib.import_module(found.name))

    def add(self, module: ModuleType) -> T:
        """Takes what the module declares. Raises TypeError and ValueError."""
        declared: Any = getattr(module, self._attribute, None)
        if not isinstance(declared, self._kind):
            raise TypeError(f"{module.__name__} declares no {self._attribute} of type {self._kind.__name__}")
        if declared.name in self._declared:
            raise ValueError(f"{declared.name!r} is declared twice")
        self._declared[declared.name], self._modules[declared.name] = declared, module
        return declared

    def remove(self, name: str) -> None:
        """Forgets what was added: for tests, which add things of their own."""
        del self._declared[name], self._modules[name]

    def doc(self, name: str) -> str:
        """What the module that declares it says about it."""
        return self._modules[name].__doc__ or ""

    def __getitem__(self, name: str) -> T:
        return self._declared[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._declared)

    def __len__(self) -> int:
        return len(self._declared)
