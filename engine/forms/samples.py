"""Makes up answers that a willing practice might give: for rehearsals, the demo and the tests.

What comes out always passes `check_answers` with the same context, except where a definition's own checks
compare answers in ways nobody can guess; then the caller sees the problems as anybody would.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from definitions.models.field_types.declaration import Sampling
from definitions.models.fields import FormItem
from definitions.source.typed_text import BadValue
from engine.forms.answers import check_answers
from engine.forms.layout import Evaluator, FormPlace, ask_of, lay_out, offered


def sample_answers(
    form: Sequence[FormItem], context: Mapping[str, Any], evaluate: Evaluator, rng: Random
) -> dict[str, Any]:
    """Plausible answers to every question of `form`. The same `rng` state gives the same answers."""
    answers: dict[str, Any] = {}
    for place in lay_out(form, context, evaluate):
        where = answers
        for key in place.keys[:-1]:
            where = where.setdefault(key, {})
        value = _sample(place, context, evaluate, rng)
        if value is not None:
            where[place.keys[-1]] = value
    # Questions that depend on others are answered above as if all were asked; the check leaves out those that are not.
    return check_answers(form, (), answers, context, evaluate).values


def _sample(place: FormPlace, context: Mapping[str, Any], evaluate: Evaluator, rng: Random) -> Any:
    """What the definition offers, where that is a whole answer: a willing answerer leaves it as it is, and what has to
    agree with an earlier step (the figures declared, say) then does. Else something made up."""
    ask = ask_of(place, context, evaluate)
    standing = offered(place, ask, place.names(context), evaluate)
    if standing is not None:
        try:
            return place.type.read(ask, standing)
        except BadValue:
            pass  # a part of an answer, which is made up around it
    return place.type.sample(ask, Sampling(place.field.id, context, rng, standing))
