"""The plain values that several models are made of: roles, codes, addresses, days and hours, each with how it is written."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from definitions.language.grammar import Written

#: Roles a PCN has (domain section 2.1). A role nobody has in the directory is refused at launch;
#: a role that is not in this list is refused at load.
Role = Literal[
    "pcn_manager", "pcn_admin", "business_manager", "clinical_director", "deputy_clinical_director",
    "digital_transformation_lead", "clinical_lead", "iif_lead", "finance_lead", "hr_lead", "practice_manager",
    "gp_lead", "pcn_board", "caldicott_ig_lead", "supervisor", "line_manager", "starter",
]  # fmt: skip

#: An ODS code has one to nine capital letters and digits, and may begin with a digit (domain section 10).
ODS_CODE = re.compile(r"[A-Z0-9]{1,9}")
ODS_LENGTH = 9

OdsCode = Annotated[
    str,
    Field(pattern=f"^{ODS_CODE.pattern}$", description="an ODS code, such as Y90001, U12345 or 03N"),
    Written("an ODS code is one to nine capital letters and digits, such as Y90001 or 03N"),
]
PersonId = Annotated[
    str,
    Field(pattern=r"^[a-z][a-z0-9-]*$", max_length=60),
    Written("use small letters, digits and -, beginning with a letter", "-"),
]
EmailAddress = Annotated[
    str,
    Field(pattern=r"^[^@\s<>,;\"]+@[^@\s<>,;\"]+$", max_length=254),
    Written("an email address is written name@place"),
]


def _day(value: Any) -> Any:
    # A number would be taken for seconds since 1970.
    if isinstance(value, str) and not re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
        raise ValueError("not a date")
    if not isinstance(value, str | dt.date):
        raise ValueError("not a date")
    return value


Day = Annotated[
    dt.date, BeforeValidator(_day), Written("a date is a day of the calendar, written 2027-01-15")
]


def _hours(value: str) -> str:
    found = re.fullmatch(r"\s*(\d{1,2}:\d{2})\s*(?:-|–|to)\s*(\d{1,2}:\d{2})\s*", value, re.ASCII)
    if not found:
        raise ValueError("not hours")
    start, end = (dt.time.fromisoformat(part.rjust(5, "0")) for part in found.groups())
    if end <= start:
        raise ValueError("not hours")
    return f"{start:%H:%M}-{end:%H:%M}"


Hours = Annotated[
    str,
    AfterValidator(_hours),
    Field(description='"13:00-17:00", London time'),
    Written('hours of a day are written "13:00-17:00", and end after they start'),
]
