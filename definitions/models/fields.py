"""What a form may ask: the fields, their options, and groups repeated over a dataset.

The answers to a form are a mapping from field id to value. A repeated group is a mapping from the item's
id to the answers of its fields, under the group's id. What a value of each type looks like, its type says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from definitions.language.grammar import AsWritten, ExpressionText, Identifier, MomentText, TemplateText
from definitions.models.field_types import FIELD_TYPES, ColumnType, FormType
from definitions.models.field_types.declaration import UNKNOWN, ColumnSpec, FieldSpec, FieldType, Option, View
from definitions.models.field_types.options import option_of

NOTHING: Mapping[str, Any] = MappingProxyType({})


class Model(BaseModel):
    """A part of a definition: unknown keys are errors, and nothing changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)
    #: What errors call it, where it is a whole file.
    called: ClassVar[str] = "this"


Sensitivity = Literal["none", "aggregate", "staff"]


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
    type: ColumnType = "text"
    label: str
    options: Annotated[list[str], AsWritten()] = []
    required: bool = True

    def asks(self, names: Mapping[str, Any]) -> ColumnSpec:
        """What its cells ask, where expressions see `names`."""
        type_ = FIELD_TYPES[self.type]
        listed = FieldSpec(tuple(Option(value, value) for value in self.options))
        ask = replace(listed, options=type_.options(listed, names))
        return ColumnSpec(self.id, type_, self.label, self.required, ask)


def titled(data: Any, key: str) -> Any:
    """`data` with what people read under `key`; where nothing is said, its id in words: `cd_review` is "Cd review"."""
    if isinstance(data, Mapping) and isinstance(data.get("id"), str) and not data.get(key):
        return {**data, key: data["id"].replace("_", " ").capitalize()}
    return data


def _in_range(bound: Decimal | date | None, usual: int | None) -> Decimal | date | None:
    return Decimal(usual) if bound is None and usual is not None else bound


class FormField(Model):
    """One question."""

    id: Identifier
    type: FormType
    label: Annotated[TemplateText, Field(description="the question; the id in words unless said")] = ""
    help: Annotated[TemplateText | None, Field(description="a hint under the label")] = None
    required: bool = True
    required_if: Annotated[
        ExpressionText | None, Field(description="required only when this is true; sees the other field ids")
    ] = None
    show_if: Annotated[ExpressionText | None, Field(description="asked only when this is true")] = None
    options: Annotated[
        list[str] | ExpressionText,
        AsWritten(),
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

    def asks(
        self,
        names: Mapping[str, Any] = NOTHING,
        options: Iterable[Any] = (),
        least: Decimal | date | None = None,
        most: Decimal | date | None = None,
        statement: str = "",
    ) -> FieldSpec:
        """What it asks, where expressions see `names`. What an expression or a moment of it came to is given."""
        type_ = FIELD_TYPES[self.type]
        listed = FieldSpec(
            tuple(map(option_of, options if isinstance(self.options, str) else self.options)),
            _in_range(least, type_.range[0]),
            _in_range(most, type_.range[1]),
            self.max_length,
            tuple(ending.lower().lstrip(".") for ending in self.accept),
            statement,
            tuple(column.asks(names) for column in self.columns),
        )
        return replace(listed, options=type_.options(listed, names))

    @cached_property
    def column_types(self) -> Mapping[str, FieldType]:
        """The types of a table's columns, by their ids."""
        return {column.id: FIELD_TYPES[column.type] for column in self.columns}

    def seen(self, value: Any, view: View = View()) -> Any:
        """A stored value as expressions see it."""
        if value is None or value == UNKNOWN:
            return value
        try:
            return FIELD_TYPES[self.type].seen(value, replace(view, columns=self.column_types))
        except (ValueError, ArithmeticError):
            return value  # it was given to a question of another type, in an earlier version

    def shown(self, value: Any, view: View = View()) -> str:
        """A stored value as people read it."""
        if value is None or value == UNKNOWN:
            return "" if value is None else "Not known"
        try:
            return FIELD_TYPES[self.type].shown(value, replace(view, columns=self.column_types))
        except (ValueError, ArithmeticError, LookupError, TypeError, AttributeError):
            return str(value)  # likewise

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
