"""Launching: a definition, some PCNs and the inputs become workflows, once for each key."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from application.batches import BATCH_LIMIT, Batch, batches, batches_of
from application.directory.views import known_pcn
from application.environment.executor import worked_out
from application.repository import Repository
from definitions.language.expressions import ExpressionError
from definitions.loading.bundle import Process
from definitions.loading.library import ArchivedDataset, Library, UnknownDefinition
from definitions.models.definition import Definition
from definitions.models.directory import Directory, Pcn
from definitions.source.problems import DefinitionErrors
from definitions.source.typed_text import ods_code
from engine import commands
from engine.commands.command import LAUNCHERS, refuse_identifiable
from engine.commands.refusals import Invalid, Refused
from engine.dates.calendar import BeyondHorizon
from engine.dates.clock import london_date
from engine.decisions.draft import Decision
from engine.events import Actor
from engine.events.codec import canonical
from engine.forms.answers import AnswerProblem
from engine.forms.inputs import check_inputs
from engine.state.workflow import WorkflowState
from store.protocol import Conflict

#: The code of the refusal of a key that was used for another launch.
KEY_TAKEN = "key-taken"

#: Inputs that say which of several alike launches it is: which quarter, which year, which set.
CHOICES = frozenset({"choice", "dataset"})
#: Workflows of a PCN that are looked at for those that ask the same.
ALIKE = 50

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's: no letter that looks like a digit


@dataclass(frozen=True, slots=True)
class LaunchResult:
    """A launch. `repeated`: its key was seen before, and these are the workflows it made then."""

    launch: str
    workflows: tuple[str, ...]
    batches: tuple[Batch, ...]
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class LaunchPreview:
    """A workflow that would begin. `alike`: the ids of those that run already and ask the same."""

    state: WorkflowState
    alike: tuple[str, ...]


def _content(process: Process, codes: Sequence[str], inputs: Mapping[str, Any]) -> str:
    """The hash of what a launch is of: one key stands for one of these."""
    definition = process.definition
    asked = canonical([definition.id, definition.version, list(codes), dict(inputs)])
    return hashlib.sha256(asked).hexdigest()


def short_hash(*parts: str, length: int = 6) -> str:
    """A short name made of `parts`: lower-case letters and digits."""
    number = int.from_bytes(hashlib.sha256("\x1f".join(parts).encode()).digest()[:8])
    return "".join(_ALPHABET[(number >> (5 * place)) & 31] for place in range(length))


def launch_id(now: datetime, key: str) -> str:
    """An id in time order, so that a log sorted by it is sorted by time: ten characters of time, six of the key."""
    stamp = int(now.timestamp() * 1000)
    time_part = "".join(_ALPHABET[(stamp >> (5 * place)) & 31] for place in reversed(range(10)))
    return time_part.lstrip("0") + short_hash(key)


class Launcher:
    """Starts processes from the library for PCNs of the directory, which is asked anew each time."""

    def __init__(
        self, repository: Repository, library: Library, directory: Callable[[], Directory], calendar: Mapping[str, Any],
        grace: timedelta = timedelta(),
    ) -> None:  # fmt: skip
        """`grace`: what passes from a launch by a person until its first email may go."""
        self._repository, self._library, self._calendar = repository, library, calendar
        self._directory, self._grace = directory, grace
        # Two presses of one button come at once: the second must see what the first made.
        self._one_at_a_time = asyncio.Lock()

    def process(self, definition: str, inputs: Mapping[str, Any]) -> Process:
        """The process with the datasets that `inputs` choose. Raises Refused for a name nobody knows."""
        try:
            chosen = self._library.definition(definition).launch.datasets_of(inputs)
            return self._library.process(definition, chosen, self._calendar)
        except UnknownDefinition as unknown:
            raise Refused("not_found", str(unknown)) from None
        except ArchivedDataset as archived:
            raise Refused("archived", str(archived)) from None
        except DefinitionErrors as broken:
            said = "; ".join(str(problem) for problem in broken.problems[:3])
            raise Refused(
                "definition", f"{definition} has mistakes; mend them, see `baton validate`: {said}"
            ) from None

    async def processes(self) -> list[Definition]:
        """Every process of the library that can be read, by its id; what cannot be is `baton validate`'s to say."""
        return await asyncio.to_thread(self._readable)

    def _readable(self) -> list[Definition]:
        found = []
        for each in sorted(self._library.definition_ids):
            with suppress(DefinitionErrors, UnknownDefinition):
                found.append(self._library.definition(each))
        return found

    async def opened(self, definition: str, inputs: Mapping[str, Any]) -> Process:
        """The same, without holding anybody up: a definition is read and checked from its file, which takes as long as its
        author likes."""
        return await asyncio.to_thread(self.process, definition, inputs)

    @property
    def directory(self) -> Directory:
        """The directory in use."""
        return self._directory()

    def pcn(self, code: str, day: date) -> Pcn:
        """The PCN as it is on `day`. Raises Refused for one that the directory does not have."""
        return known_pcn(self.directory, code).on(day)

    async def launch(
        self, definition: str, pcns: Sequence[str], inputs: Mapping[str, Any], now: datetime, actor: Actor, key: str,
        parent: str = "", child: str = "", ancestors: tuple[str, ...] = (), writes_from: datetime | None = None,
    ) -> LaunchResult:  # fmt: skip
        """Commit the launch, whole or not at all. No email of it goes before `writes_from`, or the grace after a launch by a
        person. Raises Invalid for the inputs and Refused for the rest."""
        if writes_from is None and self._grace and not actor.is_baton:
            writes_from = now + self._grace
        refuse_identifiable(actor, {"definition": definition, "pcns": pcns, "key": key, "inputs": inputs})
        async with self._one_at_a_time:
            try:
                return await self._launch(
                    definition, pcns, inputs, now, actor, key, parent, child, ancestors, writes_from
                )
            except (BeyondHorizon, ExpressionError) as error:
                # A date past the known bank holidays, or an input an expression cannot work with (rule 13).
                raise Refused("invalid", f"it cannot be launched with these inputs: {error}") from None

    async def _launch(
        self, definition: str, pcns: Sequence[str], inputs: Mapping[str, Any], now: datetime, actor: Actor, key: str,
        parent: str, child: str, ancestors: tuple[str, ...], writes_from: datetime | None,
    ) -> LaunchResult:  # fmt: skip
        if not pcns:
            raise Invalid([AnswerProblem("pcn", "Name the PCN to launch it for, by its code", "missing")])
        process = await self.opened(definition, inputs)
        LAUNCHERS.refuse(actor, process)
        codes = list(dict.fromkeys(map(ods_code, pcns)))
        content = _content(process, codes, inputs)
        if repeated := await self._repeated(key, content):
            return repeated
        await self._refuse_changed(process)
        launch = child or launch_id(now, key or content + str(now))
        made = [begun async for begun in self._begun(
            process, codes, inputs, now, actor, launch, parent=parent, ancestors=ancestors, key=key,
            content=content if key else "", writes_from=writes_from,
        )]  # fmt: skip
        try:
            states = await self._repository.begin(made, now)
        except Conflict:  # another process made a launch with this key meanwhile
            if repeated := await self._repeated(key, content):
                return repeated
            raise
        return LaunchResult(launch, tuple(state.id for state in states), batches_of(states))

    async def _begun(
        self, process: Process, codes: Sequence[str], inputs: Mapping[str, Any], now: datetime, actor: Actor, launch: str,
        **more: Any,
    ) -> AsyncIterator[Decision]:  # fmt: skip
        """A workflow for each of these PCNs, decided and not committed. Raises Invalid, Refused."""
        for number, code in enumerate(codes):
            workflow = launch if len(codes) == 1 else f"{launch}{short_hash(code, length=4)}{number:x}"
            checked = await worked_out(partial(self._inputs, process, code, inputs, now, actor))
            yield await worked_out(partial(
                commands.launch, workflow, process, now, actor, self.pcn(code, london_date(now)), checked,
                launch_id=launch, batch=f"{launch}-{number // BATCH_LIMIT + 1}",
                previous=await self.previous(process.definition.id, code), **more,
            ))  # fmt: skip

    async def preview(
        self, process: Process, pcns: Sequence[str], inputs: Mapping[str, Any], now: datetime, actor: Actor
    ) -> list[LaunchPreview]:
        """What a launch would begin, PCN for PCN, and what runs there already. Raises Invalid, Refused."""
        codes = list(dict.fromkeys(map(ods_code, pcns)))
        return [
            LaunchPreview(begun.state, await self._alike(begun.state))
            async for begun in self._begun(process, codes, inputs, now, actor, launch_id(now, "preview"))
        ]

    async def _alike(self, state: WorkflowState) -> tuple[str, ...]:
        """The workflows of the same process and PCN that can still move, and differ in no choice that this one was given."""
        wanted = self._repository.store.workflows(
            pcn=state.pcn.code, definition=state.process.definition.id, status="open", limit=ALIKE
        )
        chosen = [each.id for each in state.process.definition.launch.inputs if each.type in CHOICES]
        states = [await self._repository.state(row.workflow_id) for row in await wanted]
        return tuple(
            other.id
            for other in states
            if all(other.inputs.get(id_) == state.inputs.get(id_) for id_ in chosen)
        )

    def _inputs(
        self, process: Process, code: str, inputs: Mapping[str, Any], now: datetime, actor: Actor
    ) -> dict[str, Any]:
        # A child's inputs come from answers, of which who gave them said what they are.
        said_otherwise = actor.not_nhs_number or actor.channel == "engine"
        checked = check_inputs(process, self.pcn(code, london_date(now)), inputs, now, said_otherwise)
        if checked.problems:
            raise Invalid(checked.problems)
        return checked.values

    async def _refuse_changed(self, process: Process) -> None:
        """A definition never changes under its version: what was launched as this version said the same."""
        definition = process.definition
        pinned = await self._repository.store.pinned_bundle(definition.id, definition.version)
        if pinned is None or pinned == process.hash:
            return
        before = await self._repository.process(pinned)
        if not process.is_same_version(before):
            raise Refused(
                "definition-changed",
                f"{definition.id} was launched as version {definition.version} before, and says something else now. "
                f"Give what you changed version {definition.version + 1}, and put back what version "
                f"{definition.version} said",
            )

    async def _repeated(self, key: str, content: str) -> LaunchResult | None:
        """The launch that this key made already; the same press of a button starts nothing twice.

        Raises Refused when the key was used for something else.
        """
        before = await self._repository.store.launched_with(key) if key else None
        if before is None:
            return None
        if before.content != content:
            raise Refused(
                KEY_TAKEN,
                f"the key {key!r} was used for another launch ({before.launch}), of another definition, version, PCN or "
                "inputs; give each launch a key of its own",
            )
        rows = await self._repository.store.workflows_of(before.launch)
        made = batches((row.workflow_id, row.batch, f"{row.reference} · {row.pcn_name}") for row in rows)
        return LaunchResult(before.launch, tuple(row.workflow_id for row in rows), made, repeated=True)

    async def previous(self, definition: str, pcn: str) -> dict[str, Any]:
        """What every organisation answered the last time this process closed here, by step and organisation."""
        last = await self._repository.store.last_closed(definition, pcn)
        if last is None:
            return {}
        found: dict[str, Any] = {}
        for step in (await self._repository.state(last)).steps.values():
            for assignment in step.assignments.values():
                if assignment.response:
                    found.setdefault(step.id, {})[assignment.organisation] = dict(assignment.response.answers)
        return found
