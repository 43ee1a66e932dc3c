"""What people may do to a workflow: each command comes to a decision, or refuses with a reason and changes nothing (rule 9).

Pure: a state, the time, an actor and what they give in; a decision out. What follows from it is `advance`'s business.
"""

from engine.commands.assignments.calls import note_call
from engine.commands.assignments.extensions import extend, extend_many
from engine.commands.assignments.handover import hand_over, reassign
from engine.commands.assignments.nudges import nudge
from engine.commands.assignments.replies import settle_reply
from engine.commands.corrections import correct_external_date, correct_input, move_named_date
from engine.commands.holds import hold, lift
from engine.commands.pins import change_calendar, change_membership
from engine.commands.practices import add_practice, correct_list_size, withdraw_practice
from engine.commands.responses import record_reply, record_response, reply, respond
from engine.commands.steps import (
    close_short,
    decide_shortfall,
    open_on_demand,
    reopen_step,
    send_back,
    skip_step,
)
from engine.commands.workflow import cancel, launch, reopen_workflow

__all__ = [
    "add_practice",
    "cancel",
    "change_calendar",
    "change_membership",
    "close_short",
    "correct_external_date",
    "correct_input",
    "correct_list_size",
    "decide_shortfall",
    "extend",
    "extend_many",
    "hand_over",
    "hold",
    "launch",
    "lift",
    "move_named_date",
    "note_call",
    "nudge",
    "open_on_demand",
    "reassign",
    "record_reply",
    "record_response",
    "reopen_step",
    "reopen_workflow",
    "reply",
    "respond",
    "send_back",
    "settle_reply",
    "skip_step",
    "withdraw_practice",
]
