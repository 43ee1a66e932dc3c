"""Bytes made up by coverage, read as expressions and templates: each is a value, or an ExpressionError.

Not part of `make fuzz`, since atheris is for some platforms only. In an environment of its own:

    pip install atheris jinja2 pydantic hypothesis ruamel.yaml
    PYTHONPATH=. python scripts/fuzz_expressions.py -max_total_time=600 -timeout=10 -rss_limit_mb=1024 FOLDER
"""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["definitions.language", "jinja2"]):
    from definitions.language.budget import MAX_STEPS, MAX_TEXT, Budget
    from definitions.language.expressions import Expression, ExpressionError, Template
    from definitions.language.formats import FORMATS
    from tests.definitions.language.hostile import CONTEXT


def one(data: bytes) -> None:
    provider = atheris.FuzzedDataProvider(data)
    to = provider.PickValueInList(list(FORMATS))
    as_template = provider.ConsumeBool()
    text = provider.ConsumeUnicode(3_000)
    with Budget(100 * MAX_STEPS) as counted:
        try:
            if as_template:
                assert len(Template.compile(text).render(CONTEXT, to)) <= MAX_TEXT
            else:
                Expression.compile(text).evaluate(CONTEXT)
        except ExpressionError:
            pass
    assert counted.spent <= 2 * MAX_STEPS


if __name__ == "__main__":
    atheris.Setup(sys.argv, one)
    atheris.Fuzz()
