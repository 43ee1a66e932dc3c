"""Wide Bay, a PCN in which most of what may be odd about one is."""

from __future__ import annotations

from copy import deepcopy
from datetime import date, timedelta
from typing import Any

from definitions.models.directory import Pcn

NAMES = {"asha": "Asha Patel", "nina": "Dr Nina Hassan", "owen": "Dr Owen Bright", "jo": "Jo Marsh"}
PEOPLE = ["asha", "leo", "nina", "owen", "jo", "sam", "priya", "gil", "tom", "maya", "rae"]
PRACTICES: list[dict[str, Any]] = [
    {"code": "Y10001", "name": "Elm Tree", "list_size": 9000, "tags": ["town"]},
    {"code": "Y10002", "name": "Orchard", "list_size": 7000, "tags": ["town"]},
    {"code": "Y10003", "name": "Quayside", "list_size": 5000, "tags": ["town", "harbour"],
     "mailbox": "desk@quayside.example"},
    {"code": "Y10004", "name": "Moor", "list_size": 4000},
]  # fmt: skip
ROLES: list[dict[str, Any]] = [
    {"role": "pcn_manager", "at": "U10001", "person": "asha"},
    {"role": "clinical_director", "at": "U10001", "person": "nina"},
    {"role": "deputy_clinical_director", "at": "U10001", "person": "owen"},
    {"role": "hr_lead", "at": "U10001", "person": "maya"},
    {"role": "practice_manager", "at": "Y10001", "person": "jo"},
    {"role": "practice_manager", "at": "Y10002", "person": "priya"},
    {"role": "practice_manager", "at": "Y10004", "person": "priya"},
    {"role": "gp_lead", "at": "Y10001", "person": "owen"},
    {"role": "gp_lead", "at": "Y10002", "person": "nina"},
    {"role": "gp_lead", "at": "Y10003", "person": "gil"},
]  # fmt: skip
COVER: list[dict[str, Any]] = [
    {"for": "jo", "by": "sam", "from": "2027-01-04", "to": "2027-01-15"},
    {"for": "nina", "by": "owen", "may": "attest"},
    {"for": "asha", "by": "leo"},
    {"for": "gil", "by": "rae", "from": "2027-01-01", "to": "2027-02-28", "may": "complete"},
]  # fmt: skip
ABSENCES: list[dict[str, Any]] = [
    {"person": "jo", "from": "2027-01-04", "to": "2027-01-15"},
    {"person": "gil", "from": "2027-01-11", "to": "2027-01-22"},
]  # fmt: skip
CLOSURES: list[dict[str, Any]] = [
    {"organisation": "Y10001", "date": "2027-01-15"},
    {"organisation": "Y10002", "date": "2027-01-18", "hours": "13:00-18:30"},
    {"organisation": "Y10003", "from": "2027-01-20", "to": "2027-01-22"},
    {"organisation": "U10001", "date": "2027-01-27"},
]  # fmt: skip


def pcn_data() -> dict[str, Any]:
    """Four practices: one person for two of them, a vacant role with a mailbox, another without, covers, absences,
    closures and half days."""
    people = [
        {"id": who, "name": NAMES.get(who, who.title()), "email": f"{who}@example.nhs.uk"} for who in PEOPLE
    ]
    lists = {
        "practices": PRACTICES,
        "people": people,
        "roles": ROLES,
        "cover": COVER,
        "absences": ABSENCES,
        "closures": CLOSURES,
    }
    return {"code": "U10001", "name": "Wide Bay PCN", **deepcopy(lists)}


def pcn(**changes: Any) -> Pcn:
    return Pcn.model_validate(pcn_data() | changes)


def memberships() -> list[dict[str, Any]]:
    """Who might be in the PCN next: as before, without a practice, with a new one, somebody gone, a role handed on."""
    data = pcn_data()
    left = data | {"practices": data["practices"][1:], "roles": [r for r in data["roles"] if r["at"] != "Y10001"],
                   "closures": data["closures"][1:]}  # fmt: skip
    joined = data | {"practices": [*data["practices"], {"code": "Y10005", "name": "New", "list_size": 6000, "tags": ["town"]}],
                     "roles": [*data["roles"], {"role": "practice_manager", "at": "Y10005", "person": "tom"},
                               {"role": "gp_lead", "at": "Y10004", "person": "rae"}]}  # fmt: skip
    gone = data | {"people": [p for p in data["people"] if p["id"] != "priya"],
                   "roles": [r for r in data["roles"] if r["person"] != "priya"]}  # fmt: skip
    handed = data | {
        "roles": [r | {"person": "tom"} if r["person"] in ("jo", "nina") else r for r in data["roles"]]
    }
    return [data, left, joined, gone, handed]


def changed_membership(pcn: Pcn, what: str, number: int, first: date, who: str) -> dict[str, Any]:
    """The PCN after one change of its directory, which holds from `first` on, or for a week from then. `merged` is what
    `change_membership` is given of a merger."""
    data = pcn.model_dump(mode="json", by_alias=True)
    begin, last, week = str(first), str(first - timedelta(days=1)), str(first + timedelta(days=6))
    roles, practices = data["roles"], data["practices"]
    holding = [r for r in roles if not r["to"] or r["to"] >= begin]
    role = holding[number % len(holding)] if holding else None
    practice = practices[number % len(practices)]
    if what in ("passes on", "ends") and role and (not role["from"] or role["from"] <= last):
        role["to"] = last
        if what == "passes on" and role["person"] != who and who in pcn.people_by_id:
            roles.append({"role": role["role"], "at": role["at"], "person": who, "from": begin})
    elif what in ("cover", "absence") and role and who in pcn.people_by_id and role["person"] != who:
        if what == "cover":
            data["cover"].append({"for": role["person"], "by": who, "from": begin, "to": week})
        else:
            data["absences"].append({"person": role["person"], "from": begin, "to": week})
    elif what == "merges" and len(practices) > 1:
        data["practices"] = [p for p in practices if p is not practice]
        data["merged"] = {practice["code"]: data["practices"][0]["code"]}
    elif what == "list size":
        practice["list_size"] += 100 * number
    elif what == "closure":
        data["closures"].append({"organisation": practice["code"], "date": begin})
    return data
