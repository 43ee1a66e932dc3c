"""The table of everything that can be done or seen through Baton: who may, and which scope of a token it needs.

The engine's commands declare who may give them themselves (engine/commands); here they get their scope. What else can be
done or seen is declared here. A route or a command without a row is refused to everybody, and a test finds it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from application.access.principal import Scope
from engine.commands.command import COMMANDS

#: administrator: the home folder's key. manager: who may give a manager's commands in the PCN. pcn: whoever holds a role at
#: the PCN itself, as far as the process lets them. asked: whoever is asked, covers for them, or may see it at the PCN.
#: anybody: whoever has a token at all.
Who = Literal["administrator", "manager", "pcn", "asked", "anybody"]
SAID: dict[Who, str] = {
    "administrator": "whoever holds the key of Baton's home folder",
    "manager": "the PCN manager, or another role that may launch the process",
    "pcn": "whoever holds a role at the PCN",
    "asked": "whoever is asked, or covers for them",
    "anybody": "whoever holds a token",
}


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may do or see something; `said` for the reference and for refusals."""

    scope: Scope
    who: Who | None
    said: str
    about: str


def _rule(scope: Scope, who: Who, about: str) -> Rule:
    return Rule(scope, who, SAID[who], about)


#: What can be seen or done beside the engine's commands, by the name that its route or its command has.
ACTIONS: dict[str, Rule] = {
    "list workflows": _rule("look", "pcn", "workflows, their state and whom they wait for"),
    "show workflow": _rule("look", "pcn", "a workflow with its steps and whom it asks"),
    "show todo": _rule("look", "pcn", "what waits for a person, in the workflows that are theirs to manage"),
    "list processes": _rule("look", "anybody", "the processes of the library, and what each asks"),
    "show assignment": _rule("look", "asked", "what is asked, and what was answered"),
    "respond": _rule("answer", "asked", "answer an assignment, or record an answer for somebody"),
    "reply": _rule("answer", "asked", "say something instead of an answer, or record it for somebody"),
    "send file": _rule("answer", "asked", "send a file for an answer that will name it"),
    "revoke links": _rule("manage", "manager", "end the links to an assignment"),
    "launch": _rule("manage", "manager", "start a process"),
    "list audits": _rule("audit", "pcn", "workflows, with counts of what there is of each"),
    "read story": _rule("audit", "pcn", "a workflow as a story"),
    "search log": _rule("audit", "pcn", "the events of the log"),
    "verify log": _rule("audit", "pcn", "whether the log holds, and all that stands on it"),
    "show status": _rule("look", "anybody", "what of Baton does not work just now"),
    "open outbox": _rule("manage", "administrator", "a link to the emails that stay on this machine"),
    "show clock": _rule("look", "administrator", "the clock of a demonstration"),
    "leap clock": _rule("manage", "administrator", "leap over time in a demonstration"),
    "plausible answers": _rule("look", "administrator", "made-up answers, for a demonstration"),
    "show whole directory": _rule("look", "administrator", "the directory, as a file holds it"),
    "show directory": _rule("look", "pcn", "what the directory says of a PCN"),
    "change directory": _rule("manage", "manager", "change what the directory says of a PCN, or preview it"),
    "manage tokens": _rule("manage", "administrator", "make, list and end the tokens of the API"),
}  # fmt: skip


def rule_of(action: str) -> Rule:
    """The row of an action. Raises KeyError where there is none: nobody may then."""
    if action in ACTIONS:
        return ACTIONS[action]
    command = COMMANDS[action]
    return Rule("manage" if command.who.roles is not None else "answer", None, command.who.said, "")
