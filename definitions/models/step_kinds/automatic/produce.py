"""produce: the engine makes an artefact, a text rendered from a template, and keeps it with its hash.

Contract: it happens at once; what was made never changes, and a new attempt makes a new one. Its rows, cells, headings,
items and links are the template's own: a value between `{{` and `}}` is text in the artefact's format, whatever was typed.

Example::

    - id: board_pack
      kind: produce
      artefact:
        name: Quarter pack {{ inputs.quarter }}
        template: "{% for row in values.position.rows %}{{ row.name }}: {{ row.percent }}\\n{% endfor %}"
"""

from __future__ import annotations

import hashlib
from typing import Any

from definitions.models.step_kinds.declaration import Contents, StepKind, Surroundings


def _perform(step: Contents, around: Surroundings) -> dict[str, Any]:
    """`name`, `format`, `text` and the sha256 of the text's UTF-8 bytes."""
    if step.artefact is None:
        return {}
    text = around.text(step.artefact.template, step.artefact.format)
    return {
        "name": around.text(step.artefact.name, "line"),
        "format": step.artefact.format,
        "text": text,
        "sha256": hashlib.sha256(text.encode()).hexdigest(),
    }


KIND = StepKind(
    name="produce",
    needs=("artefact",),
    outcome="produced",
    leaves="text",
    keys=frozenset({"artefact"}),
    perform=_perform,
)
