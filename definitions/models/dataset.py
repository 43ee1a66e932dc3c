"""Datasets: what changes by financial year (indicators, roles, plan templates), each in a file with its source."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from definitions.language.grammar import FinancialYear, Slug
from definitions.models.fields import Model


class Dataset(Model):
    """Data that changes by year. `confirmed_by` empty means nobody has checked it: the page says so."""

    called: ClassVar[str] = "a dataset"
    id: Slug
    title: str
    financial_year: FinancialYear
    source: str
    confirmed_by: Annotated[
        str | None, Field(description="who checked it, and when; empty when nobody has")
    ] = None
    unverified: Annotated[list[str], Field(description="what in here nobody has confirmed, in words")] = []
    archived: Annotated[bool, Field(description="an example of an earlier year; not offered at launch")] = (
        False
    )
    items: list[dict[str, str | int | float | bool | list[str] | None]]
