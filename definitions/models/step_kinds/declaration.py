"""What a kind of step says about itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from definitions.language.formats import Format
from definitions.models.step_kinds.contents import Artefact, Message


class Contents(Protocol):
    """What an automatic step may hold: the part of a step that its kind performs."""

    @property
    def values(self) -> Mapping[str, str]: ...
    @property
    def message(self) -> Message | None: ...
    @property
    def artefact(self) -> Artefact | None: ...


class Surroundings(Protocol):
    """Works out the texts of a step where it stands."""

    def kept(self, text: str, /, **earlier: Any) -> Any:
        """The value of an expression, plain and of bounded size. `earlier`: values of this step that it sees by name."""
        ...

    def text(self, text: str, to: Format, /) -> str:
        """A template's text, as the format it goes to."""
        ...


@dataclass(frozen=True, slots=True)
class StepKind:
    """One kind of step, declared by its module as KIND.

    name: what a definition calls it. needs: the keys it cannot be without. keys: those that only some kinds have, and this
    one may. may_only_start: a step that starts another process may be without what it needs. leaves: what a closed step
    leaves behind, for pages to show: people's answers, values, a text, or nothing. outcome: what a response comes to where no field of the form says, or what the step comes to that asks nobody.
    perform: for a kind that asks nobody, what the engine does at once; it gives the values that the closed step keeps.

    For kinds that people answer: decides: a form that decides nothing gets the standard decision and a reason. signs: a
    response is a signature, which only the assignee gives, or cover where the step allows (rule 11). mailbox: a practice's
    shared mailbox may be asked where nobody is found. sends_back: outcomes that do not count as done, unless the step says
    what they set off. ends: outcomes that stop the workflow, likewise.
    """

    name: str
    needs: tuple[str, ...]
    outcome: str
    leaves: Literal["answers", "values", "text", "nothing"]
    keys: frozenset[str] = frozenset()
    may_only_start: bool = False
    perform: Callable[[Contents, Surroundings], dict[str, Any]] | None = None
    decides: bool = False
    signs: bool = False
    mailbox: bool = False
    sends_back: frozenset[str] = frozenset()
    ends: frozenset[str] = frozenset()

    @property
    def automatic(self) -> bool:
        """Done by the engine itself, with nobody asked."""
        return self.perform is not None

    @property
    def in_their_name(self) -> bool:
        """A signature or an approval, which nobody records for somebody else."""
        return self.signs or self.decides
