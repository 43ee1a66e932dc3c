"""The roles people hold in a PCN and its practices."""

from __future__ import annotations

from typing import Literal

#: Roles a PCN has (domain section 2.1). A role nobody has in the directory is refused at launch;
#: a role that is not in this list is refused at load.
Role = Literal[
    "pcn_manager", "pcn_admin", "business_manager", "clinical_director", "deputy_clinical_director",
    "digital_transformation_lead", "clinical_lead", "iif_lead", "finance_lead", "hr_lead", "practice_manager",
    "gp_lead", "pcn_board", "caldicott_ig_lead", "supervisor", "line_manager", "starter",
]  # fmt: skip
