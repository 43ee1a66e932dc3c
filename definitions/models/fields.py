"""What a form may ask: the fields, their options, and groups repeated over a dataset.

The answers to a form are a mapping from field id to value. A repeated group is a mapping from the item's
id to the answers of its fields, under the group's id. How a value of each type looks:

text, long text, link: str · integer, rating: int · decimal, percent, money, fte: a decimal as str ("12.50") ·
date: "2027-01-15" · yes/no, yes/no/na: "yes", "no", "na" · choice, decision: one of the options ·
choices: list of options · person: a person's id in the directory, or a name in full · organisation: its ODS code ·
ratio: {"numerator": int, "denominator": int} · table: list of rows, each a mapping by column id ·
file: {"name": str, "sha256": str, "size": int} · attestation: {"agreed": true, "statement_sha256": str}
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from definitions.language.grammar import ExpressionText, Identifier, MomentText, TemplateText


class Model(BaseModel):
    """A part of a definition: unknown keys are errors, and nothing changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)
    #: What errors call it, where it is a whole file.
    called: ClassVar[str] = "this"


FieldType = Literal[
    "text", "long text", "integer", "decimal", "percent", "money", "fte", "date", "yes/no", "yes/no/na",
    "choice", "choices", "rating", "person", "organisation", "ratio", "table", "link", "file",
    "attestation", "decision",
]  # fmt: skip

Sensitivity = Literal["none", "aggregate", "staff"]

#: The answers an approval may give (domain section 5, `signature_decision`).
DECISIONS = ("approved", "approved with conditions", "returned", "rejected")


class Check(Model):
    """Something that must hold between the answers of one response."""

    check: Annotated[
        ExpressionText,
        Field(description="true when all is well; sees the field ids, inputs, previous, answers, practice"),
    ]
    message: Annotated[TemplateText, Field(description="what to say when it is not")]
    level: Annotated[
        Literal["refuse", "warn"],
        Field(description="refuse stops the answer; warn shows and lets it through"),
    ] = "refuse"


class Column(Model):
    """One column of a table."""

    id: Identifier
    type: Literal[
        "text", "integer", "decimal", "percent", "money", "fte", "date", "yes/no", "choice", "person", "organisation", "link",
    ] = "text"  # fmt: skip
    label: str
    options: list[str] = []
    required: bool = True


def titled(data: Any, key: str) -> Any:
    """`data` with what people read under `key`; where nothing is said, its id in words: `cd_review` is "Cd review"."""
    if isinstance(data, Mapping) and isinstance(data.get("id"), str) and not data.get(key):
        return {**data, key: data["id"].replace("_", " ").capitalize()}
    return data


class FormField(Model):
    """One question."""

    id: Identifier
    type: FieldType
    label: Annotated[TemplateText, Field(description="the question; the id in words unless said")] = ""
    help: Annotated[TemplateText | None, Field(description="a hint under the label")] = None
    required: bool = True
    required_if: Annotated[
        ExpressionText | None, Field(description="required only when this is true; sees the other field ids")
    ] = None
    show_if: Annotated[ExpressionText | None, Field(description="asked only when this is true")] = None
    options: Annotated[
        list[str] | ExpressionText,
        Field(description="for choice, choices and decision: a list, or an expression giving one"),
    ] = []
    min: Annotated[
        int | float | MomentText | None,
        Field(description="least value; for a date, a date or words such as '1 day after quarter_end'"),
    ] = None
    max: Annotated[int | float | MomentText | None, Field(description="greatest value, likewise")] = None
    max_length: Annotated[
        int | None,
        Field(
            description="characters, for text; 200 for text and 4,000 for long text unless said",
            ge=1,
            le=20000,
        ),
    ] = None
    allow_unknown: Annotated[
        bool, Field(description="offers 'I don't know', which is counted and never estimated")
    ] = False
    warn: Annotated[
        ExpressionText | None,
        Field(description="true shows a warning; also 'X differs from previous by 15%'"),
    ] = None
    warn_message: TemplateText | None = None
    prefill_from: Annotated[
        ExpressionText | None, Field(description="what to offer as the answer, often previous.FIELD")
    ] = None
    statement: Annotated[
        TemplateText | None, Field(description="for an attestation: the words agreed to")
    ] = None
    columns: Annotated[list[Column], Field(description="for a table")] = []
    rows: Annotated[
        ExpressionText | None, Field(description="for a table: the rows offered to begin with")
    ] = None
    accept: Annotated[list[str], Field(description="for a file: endings allowed")] = [
        "pdf",
        "docx",
        "xlsx",
        "csv",
        "png",
    ]
    sensitivity: Sensitivity | None = None

    @model_validator(mode="before")
    @classmethod
    def _called_by_its_id(cls, data: Any) -> Any:
        return titled(data, "label")


class RepeatedGroup(Model):
    """The same questions for each item of a dataset or list."""

    repeat: Annotated[ExpressionText, Field(description="a list of items, each with an id")]
    as_: Annotated[
        Identifier, Field(alias="as", description="the name an item has in labels and expressions")
    ]
    id: Annotated[
        Identifier | None, Field(description="where the answers go; the item's name with an s unless said")
    ] = None
    title: TemplateText | None = None
    fields: list[FormField] = Field(min_length=1)

    @property
    def key(self) -> str:
        """The id under which the answers of the group stand."""
        return self.id or f"{self.as_}s"


FormItem = FormField | RepeatedGroup
