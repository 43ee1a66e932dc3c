"""The kinds of steps, one module each: all that the checks, the engine, the pages and the reference know of one.

A new kind is a new module in one of the folders here, which declares a `StepKind` as KIND.
"""

from __future__ import annotations

from typing import Annotated

from definitions.language.grammar import OneOf
from definitions.models.registry import Registry
from definitions.models.step_kinds.declaration import StepKind

STEP_KINDS: Registry[StepKind] = Registry(__name__, "KIND", StepKind)

KindName = Annotated[str, OneOf(lambda: STEP_KINDS)]
