"""Text to a Definition, a Ladder or a Dataset; or every error in it at once.

Reading, shape, then meaning. What pydantic refuses is explained, what can be saved of it is saved, and the saved part
is checked for meaning in the same run: one pass over a file shows all that is wrong with it.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, TypeVar

from definitions.checks.findings import Catalogue, Findings
from definitions.checks.order import check_order
from definitions.checks.phrases import Wording, check_ladder
from definitions.checks.shape import shaped
from definitions.checks.steps import MAX_STEPS, check_steps
from definitions.models.closures import Closure, Closures
from definitions.models.dataset import Dataset
from definitions.models.definition import Definition
from definitions.models.fields import Model
from definitions.models.ladder import Ladder
from definitions.models.outcomes import with_standard_fields
from definitions.source.document import Document
from definitions.source.problems import DefinitionErrors
from definitions.source.reader import read_text

M = TypeVar("M", bound=Model)


def load_definition(
    text: str | Document, file: str = "definition.yaml", catalogue: Catalogue | None = None
) -> Definition:
    """The definition in `text`, with the standard fields of approvals. Raises DefinitionErrors with every error.

    `catalogue` says which ladders, datasets and definitions there are; without one, those names are not checked."""
    document = _document(text, file)
    definition, findings = shaped(document, Definition)
    if definition is not None and len(definition.steps) > MAX_STEPS:
        findings.add(("steps",), "BD109", f"more than {MAX_STEPS} steps")
    elif definition is not None:
        definition = with_standard_fields(definition)
        check_steps(definition, findings, catalogue)
        ordered = check_order(definition, findings)
        Wording(definition, findings, _step_ids(document.data, definition), ordered).check()
    return _sound(definition, findings)


def load_ladder(text: str | Document, file: str = "ladder.yaml") -> Ladder:
    """The ladder in `text`. Raises DefinitionErrors with every error."""
    document = _document(text, file)
    ladder, findings = shaped(document, Ladder)
    if ladder is not None:
        counts = Counter[str]()
        for index, rung in enumerate(ladder.rungs):
            counts[rung.id] += 1
            if counts[rung.id] == 2:
                findings.add(("rungs", index, "id"), "BD206", f"the id {rung.id!r} stands twice")
        check_ladder(ladder, findings)
    return _sound(ladder, findings)


def load_dataset(text: str | Document, file: str = "dataset.yaml") -> Dataset:
    """The dataset in `text`. Items have an id each, and no id stands twice. Raises DefinitionErrors."""
    document = _document(text, file)
    dataset, findings = shaped(document, Dataset)
    if dataset is not None:
        seen: set[str] = set()
        for index, item in enumerate(dataset.items):
            each = item.get("id")
            if not isinstance(each, str) or not each:
                findings.add(("items", index), "BD202", "an item needs 'id', as text")
            elif each in seen:
                findings.add(("items", index, "id"), "BD206", f"the id {each!r} stands twice")
            seen.add(str(each))
    return _sound(dataset, findings)


def load_closures(text: str | Document, file: str = "closures.yaml") -> tuple[Closure, ...]:
    """The closures in `text`. Raises DefinitionErrors with every error."""
    return tuple(load_shape(text, Closures, file).closures)


def load_shape(text: str | Document, model: type[M], file: str = "definition.yaml") -> M:
    """What has only a shape to it, and no meaning to be checked: a file of closures, or what was loaded and checked
    before. Checks may have become stricter since, and a workflow goes on with what it began with. Raises
    DefinitionErrors with every error in the shape."""
    return _sound(*shaped(_document(text, file), model))


def _document(text: str | Document, file: str) -> Document:
    return text if isinstance(text, Document) else read_text(text, file)


def _sound(loaded: M | None, findings: Findings) -> M:
    if loaded is None or findings.problems:
        raise DefinitionErrors(findings.problems)
    return loaded


def _step_ids(data: dict[str, Any], definition: Definition) -> frozenset[str]:
    """The ids of all steps, also of those too broken to look at: naming them is no second error."""
    written = data.get("steps")
    ids = {step.id for step in definition.steps}
    for step in written if isinstance(written, list) else ():
        if isinstance(step, dict) and isinstance(step.get("id"), str):
            ids.add(step["id"])
    return frozenset(ids)
