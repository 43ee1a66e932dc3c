"""Every command in every state a workflow can be in: it comes to something, or is refused for a reason. Nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

import pytest

from engine import commands
from engine import events as e
from engine.commands.command import COMMANDS
from engine.commands.refusals import REFUSALS, Refused
from engine.decisions.draft import Decision
from engine.state.fold import fold
from tests.engine import worlds
from tests.engine.commands import assignment_rows
from tests.engine.commands.workflow_states import ELM, FAR, ORCHARD, PRIYA, STATES, WHY, by_manager, one
from tests.engine.worlds import MANAGER, World

JO = e.Actor("jo", "practice_manager", ELM, "jo", channel="web")
FEWER = worlds.pcn(practices=worlds.pcn_data()["practices"][:3])
MORE = worlds.pcn(
    practices=[*worlds.pcn_data()["practices"], {"code": "Y10005", "name": "New", "list_size": 6000}]
)


def shortfall(choice: str, days: int = 3, step: str = "ask") -> Callable[[World], Decision]:
    return lambda world: by_manager(
        commands.decide_shortfall, step, choice, WHY, until=world.now + timedelta(days=days)
    )(world)


def replies(kind: str, days: int | None) -> Callable[[World], Decision]:
    def reply(world: World) -> Decision:
        until = None if days is None else world.now + timedelta(days=days)
        return commands.reply(world.state, world.now, PRIYA, one(world), kind, "Which?", until)  # type: ignore[arg-type]

    return reply


def other_calendar(world: World) -> Decision:
    (announced,) = world.processes.keys() - {world.state.process.hash}
    return commands.change_calendar(world.state, world.now, MANAGER, announced, world.open_bundle, WHY)


def launch(days: int) -> Callable[[World], Decision]:
    """It knows no state of any workflow."""
    return lambda world: commands.launch(
        "w2", world.state.process, world.now, MANAGER, worlds.pcn(), {"start": (world.now + timedelta(days)).date().isoformat()}
    )  # fmt: skip


DOES: Mapping[str, Callable[[World], Decision]] = {
    **assignment_rows.DOES,
    "launch": launch(0),
    "launch far off": launch(FAR),
    "hold": by_manager(commands.hold, WHY),
    "hold without a reason": by_manager(commands.hold, " "),
    "hold of a step": by_manager(commands.hold, WHY, "ask"),
    "hold of a practice": by_manager(commands.hold, WHY, "", ORCHARD),
    "hold of nothing": by_manager(commands.hold, WHY, "none"),
    "hold of nobody": by_manager(commands.hold, WHY, "", "Y9"),
    "lift of a practice": by_manager(commands.lift, WHY, "", ORCHARD),
    "lift": by_manager(commands.lift, reason=WHY),
    "cancel": by_manager(commands.cancel, WHY),
    "reopen_workflow": by_manager(commands.reopen_workflow, "ask", WHY),
    "reopen_workflow at nothing": by_manager(commands.reopen_workflow, "none", WHY),
    "send_back": by_manager(commands.send_back, "ask", WHY),
    "send_back for one": by_manager(commands.send_back, "ask", WHY, ORCHARD),
    "send_back for another": by_manager(commands.send_back, "ask", WHY, ELM),
    "skip_step": by_manager(commands.skip_step, "ask", WHY),
    "skip_step of nothing": by_manager(commands.skip_step, "none", WHY),
    "close_short": by_manager(commands.close_short, "ask", WHY),
    "close_short of nothing": by_manager(commands.close_short, "none", WHY),
    "reopen_step": by_manager(commands.reopen_step, "ask", WHY),
    "reopen_step for one": by_manager(commands.reopen_step, "ask", WHY, organisation=ORCHARD),
    "reopen_step for nobody": by_manager(commands.reopen_step, "ask", WHY, organisation="Y9"),
    "reopen_step of nothing": by_manager(commands.reopen_step, "none", WHY),
    "open_on_demand": by_manager(commands.open_on_demand, "ask", (ORCHARD,)),
    "decide_shortfall proceed": shortfall("proceed"),
    "decide_shortfall wait": shortfall("wait"),
    "decide_shortfall wait long": shortfall("wait", FAR),
    "decide_shortfall wait ago": shortfall("wait", -1),
    "decide_shortfall cancel": shortfall("cancel"),
    "decide_shortfall of nothing": shortfall("proceed", step="none"),
    "move_named_date": by_manager(commands.move_named_date, "start", "2027-01-11", WHY),
    "move_named_date to the same": by_manager(commands.move_named_date, "start", "2027-01-04", WHY),
    "move_named_date far off": by_manager(commands.move_named_date, "start", "2035-01-04", WHY),
    "move_named_date to no day": by_manager(commands.move_named_date, "start", "soon", WHY),
    "change_membership": by_manager(commands.change_membership, FEWER, WHY),
    "change_membership to the same": by_manager(commands.change_membership, worlds.pcn(), WHY),
    "change_membership to another": by_manager(commands.change_membership, worlds.pcn(code="U2"), WHY),
    "change_calendar": other_calendar,
    "change_calendar to the same": lambda world: by_manager(
        commands.change_calendar, world.state.process.hash, world.open_bundle, WHY
    )(world),
    "change_calendar to nothing": lambda world: by_manager(
        commands.change_calendar, "0" * 64, world.open_bundle, WHY
    )(world),
    "move_named_date of another's": by_manager(
        commands.move_named_date, "external_deadline", "2027-01-11", WHY
    ),
    "correct_external_date": by_manager(
        commands.correct_external_date, "external_deadline", "2027-03-01", "The ICB's email", WHY
    ),
    "correct_external_date without a source": by_manager(
        commands.correct_external_date, "external_deadline", "2027-03-01", " ", WHY
    ),
    "correct_external_date of ours": by_manager(
        commands.correct_external_date, "start", "2027-03-01", "The ICB's email", WHY
    ),
    "correct_input": by_manager(commands.correct_input, "start", "2027-01-11", WHY),
    "correct_input to the same": by_manager(commands.correct_input, "start", "2027-01-04", WHY),
    "correct_input of nothing": by_manager(commands.correct_input, "none", "2027-01-04", WHY),
    "correct_input of another's": by_manager(commands.correct_input, "deadline", "2027-03-04", WHY),
    "withdraw_practice": by_manager(commands.withdraw_practice, ELM, WHY),
    "withdraw_practice into another": by_manager(commands.withdraw_practice, ELM, WHY, ORCHARD),
    "withdraw_practice of nobody": by_manager(commands.withdraw_practice, "Y9", WHY),
    "add_practice": by_manager(commands.add_practice, "Y10005", MORE, WHY),
    "add_practice that is there": by_manager(commands.add_practice, ELM, MORE, WHY),
    "add_practice of nobody": by_manager(commands.add_practice, "Y9", MORE, WHY),
    "correct_list_size": by_manager(commands.correct_list_size, ELM, 9500, WHY),
    "correct_list_size to the same": by_manager(commands.correct_list_size, ELM, 9000, WHY),
    "correct_list_size to nothing": by_manager(commands.correct_list_size, ELM, -1, WHY),
    "respond": lambda world: commands.respond(world.state, world.now, PRIYA, one(world), {"visits": 4}),
    "respond for another": lambda world: commands.respond(
        world.state, world.now, JO, one(world), {"visits": 4}
    ),
    "reply question": replies("question", None),
    "reply question until": replies("question", 3),
    "reply more time": replies("more time", 3),
    "reply more time long": replies("more time", FAR),
    "reply more time ago": replies("more time", -1),
    "reply not ours": replies("not ours", None),
}


def outcome(command: str, state: str) -> str:
    """ "ok", or the code of the refusal. Anything else that is raised escapes."""
    world = STATES[state]()
    try:
        decision = DOES[command](world)
    except Refused as refused:
        assert refused.message and refused.code in REFUSALS
        return refused.code
    assert decision.events, "it was allowed and came to nothing"
    return "ok"


#: What each comes to: in most states, and then where it is otherwise.
EXPECTED = {
    **assignment_rows.EXPECTED,
    "launch": "ok; beyond-horizon: years_on held_for_years",
    "launch far off": "beyond-horizon",
    "hold": "ok; already-held: held held_for_years; over: completed cancelled",
    "hold without a reason": "no-reason; already-held: held held_for_years; over: completed cancelled",
    "hold of a step": "ok; over: completed cancelled",
    "hold of a practice": "ok; over: completed cancelled; already-held: held_in_part",
    "hold of nothing": "no-such-step; over: completed cancelled",
    "hold of nobody": "not-a-practice; over: completed cancelled",
    "lift of a practice": "not-held; ok: held_in_part",
    "lift": "not-held; ok: held; beyond-horizon: held_for_years",
    "cancel": "ok; over: completed cancelled; beyond-horizon: years_on held_for_years",
    "reopen_workflow": "still-open; ok: completed cancelled",
    "reopen_workflow at nothing": "still-open; no-such-step: completed cancelled",
    "send_back": "nothing-in; over: completed cancelled; not-open: not_begun; ok: answered",
    "send_back for one": "nothing-in; over: completed cancelled; not-open: not_begun; ok: answered",
    "send_back for another": "nothing-in; over: completed cancelled; not-open: not_begun",
    "skip_step": "ok; over: completed cancelled; beyond-horizon: years_on held_for_years",
    "skip_step of nothing": "no-such-step; over: completed cancelled",
    "close_short": "nothing-in; over: completed cancelled; not-open: not_begun; ok: answered",
    "close_short of nothing": "no-such-step; over: completed cancelled",
    "reopen_step": "ok; not-open: not_begun; over: completed cancelled",
    "reopen_step for one": "asked-already; not-open: not_begun; ok: answered; over: completed cancelled",
    "reopen_step for nobody": "not-asked; not-open: not_begun; over: completed cancelled",
    "reopen_step of nothing": "no-such-step; over: completed cancelled",
    "open_on_demand": "not-on-demand; over: completed cancelled",
    "decide_shortfall proceed": "not-short; not-open: not_begun; ok: short; over: completed cancelled",
    "decide_shortfall wait": "not-short; not-open: not_begun; ok: short; over: completed cancelled",
    "decide_shortfall wait long": "not-short; not-open: not_begun; beyond-horizon: short; over: completed cancelled",
    "decide_shortfall wait ago": "not-short; not-open: not_begun; no-day: short; over: completed cancelled",
    "decide_shortfall cancel": "not-short; not-open: not_begun; ok: short; over: completed cancelled",
    "decide_shortfall of nothing": "no-such-step; over: completed cancelled",
    "move_named_date": "ok; over: completed cancelled",
    "move_named_date to the same": "no-change; over: completed cancelled",
    "move_named_date far off": "beyond-horizon; over: completed cancelled",
    "move_named_date to no day": "no-day; over: completed cancelled",
    "change_membership": "ok; over: completed cancelled; beyond-horizon: years_on held_for_years",
    "change_membership to the same": "no-change; over: completed cancelled",
    "change_membership to another": "another-pcn; over: completed cancelled",
    "change_calendar": "ok; over: completed cancelled",
    "change_calendar to the same": "no-change; over: completed cancelled",
    "change_calendar to nothing": "no-such-bundle; over: completed cancelled",
    "move_named_date of another's": "external; over: completed cancelled",
    "correct_external_date": "ok; over: completed cancelled",
    "correct_external_date without a source": "no-source; over: completed cancelled",
    "correct_external_date of ours": "not-external; over: completed cancelled",
    "correct_input": "ok; over: completed cancelled",
    "correct_input to the same": "no-change; over: completed cancelled",
    "correct_input of nothing": "no-such-input; over: completed cancelled",
    "correct_input of another's": "external; over: completed cancelled",
    "withdraw_practice": "ok; over: completed cancelled; beyond-horizon: years_on held_for_years",
    "withdraw_practice into another": "ok; over: completed cancelled; beyond-horizon: years_on held_for_years",
    "withdraw_practice of nobody": "not-a-practice; over: completed cancelled",
    "add_practice": "ok; over: completed cancelled; beyond-horizon: years_on held_for_years",
    "add_practice that is there": "asked-already; over: completed cancelled",
    "add_practice of nobody": "not-a-practice; over: completed cancelled",
    "correct_list_size": "ok; over: completed cancelled; beyond-horizon: years_on",
    "correct_list_size to the same": "no-change; over: completed cancelled",
    "correct_list_size to nothing": "no-list-size; over: completed cancelled",
    "respond": "ok; no-such-assignment: not_begun; over: completed cancelled",
    "respond for another": "another-practice; no-such-assignment: not_begun; over: completed cancelled",
    "reply question": "ok; no-such-assignment: not_begun; the-same-reply: replied; over: completed cancelled; beyond-horizon: years_on held_for_years",
    "reply question until": "no-day-asked; no-such-assignment: not_begun; over: completed cancelled",
    "reply more time": "ok; no-such-assignment: not_begun; over: completed cancelled; beyond-horizon: years_on held_for_years",
    "reply more time long": "beyond-horizon; no-such-assignment: not_begun; over: completed cancelled",
    "reply more time ago": "no-day; no-such-assignment: not_begun; over: completed cancelled",
    "reply not ours": "ok; no-such-assignment: not_begun; over: completed cancelled; beyond-horizon: years_on held_for_years",
}  # fmt: skip


def expected(command: str) -> dict[str, str]:
    most, *others = EXPECTED[command].split("; ")
    named = {
        state: code for code, states in (each.split(": ") for each in others) for state in states.split()
    }
    assert named.keys() <= STATES.keys()
    return dict.fromkeys(STATES, most) | named


@pytest.mark.parametrize("command", DOES)
def test_it_is_allowed_or_refused_for_a_reason_and_nothing_else_escapes(command: str) -> None:
    assert {state: outcome(command, state) for state in STATES} == expected(command)


def test_every_command_is_tried() -> None:
    assert {name.split()[0] for name in DOES} == COMMANDS.keys()


@pytest.mark.parametrize("state", STATES)
def test_a_refusal_changes_nothing_and_what_is_allowed_is_in_the_log(state: str) -> None:
    world = STATES[state]()
    before = world.state
    for command, do in DOES.items():
        if outcome(command, state) == "ok" and not command.startswith("launch"):
            decision = do(world)
            assert fold((*world.events, *decision.events), world.open_bundle) == decision.state
    assert world.state is before
