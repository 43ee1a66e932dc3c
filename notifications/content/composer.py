"""From an email to the bytes of a message: subject, text, HTML, headers, calendar file.

The same email, links, templates and moment give the same bytes. Text and HTML say the same, in full, so the
message is of use when its links are blocked. Figures never appear in it (domain 4.3): none of the facts is one.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from functools import cached_property
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from engine.dates.clock import LONDON
from engine.events import Notice
from notifications.content.calendar_file import cancellations, deadlines
from notifications.content.catalogue import TEMPLATES, say
from notifications.content.english import capital, first_name, one_line, wrapped
from notifications.content.headers import Unaddressable, header_text, mailbox, verify
from notifications.content.identifiers import boundary, thread_id
from notifications.content.items import Contact, EmailItem, item_of
from notifications.planner import Email
from notifications.sections import SECTIONS, said_once

_log = logging.getLogger(__name__)

_LONGEST_SUBJECT = 180
_BLANKS = re.compile(r"\n[ \t]*\n(?:[ \t]*\n)+")

#: Gives the link of what a notice is about, or "" for none.
LinkFor = Callable[[Notice], str]


class BadSender(ValueError):
    """The address emails are sent from is none: nothing is wrong with whoever an email is for."""


@dataclass(frozen=True, slots=True)
class Section:
    heading: str
    entries: tuple[EmailItem, ...]


@dataclass(frozen=True)
class Composer:
    """Writes emails from `from_address`, under Message-IDs and calendar UIDs of `domain`.

    `from_name` empty: the PCN's name stands in the From line. Never the manager's: a person's name before
    another address is what mail filters take for impersonation. The manager is in Reply-To.
    """

    from_address: str
    domain: str
    from_name: str = ""

    def subject(self, email: Email) -> str:
        """The subject line: the first thing's own, and that there is more if there is."""
        told = said_once(email.notices)
        first = one_line(told[0].subject) or one_line(str(told[0].facts.get("title", "")))
        if len(told) > 1:
            pcns = {one_line(str(n.facts.get("pcn") or "")) for n in told}
            pcn = pcns.pop() if len(pcns) == 1 else ""
            first = say("digest.subject_more", first=first, pcn=pcn or say("the_network"))
        return first if len(first) <= _LONGEST_SUBJECT else first[: _LONGEST_SUBJECT - 1].rstrip() + "…"

    def compose(self, email: Email, message_id: str, at: datetime, link_for: LinkFor) -> bytes:
        """The message, ready for the wire, dated `at`. Unaddressable when its address is none."""
        entries = tuple(item_of(notice, at, link_for) for notice in said_once(email.notices))
        subject = self.subject(email)
        files = (
            ("deadline.ics", "PUBLISH", deadlines(entries, self.domain, at)),
            ("cancelled.ics", "CANCEL", cancellations(entries, self.domain, at)),
        )
        words = _words(email, entries, subject, *(file is not None for _, _, file in files))
        message = EmailMessage(policy=SMTP_POLICY)
        self._headers(message, email, entries, subject, message_id, at)
        message.set_content(self._text(words), cte="quoted-printable")
        message.add_alternative(self._html(words), subtype="html", cte="quoted-printable")
        for name, method, file in files:
            if file is not None:
                message.add_attachment(
                    file, maintype="text", subtype="calendar", filename=name,
                    params={"method": method, "charset": "utf-8"}, cte="base64",
                )  # fmt: skip
        for number, part in enumerate(message.walk()):
            if part.is_multipart():
                part.set_boundary(boundary(message_id, str(number)))
        return verify(message.as_bytes(), message.keys())

    def _headers(
        self,
        message: EmailMessage,
        email: Email,
        entries: Sequence[EmailItem],
        subject: str,
        message_id: str,
        at: datetime,
    ) -> None:
        first = entries[0]
        managers = [e.manager for e in entries if e.manager.email and not _is(e.manager, email)]
        message["From"] = self._sender(first.pcn)
        message["To"] = mailbox(email.name, email.to)
        if managers and (reply_to := _reply_to(managers[0])):
            message["Reply-To"] = reply_to
        message["Subject"] = header_text(subject)
        message["Date"] = at.astimezone(LONDON)
        message["Message-ID"] = message_id
        about = {entry.about for entry in entries}
        if len(about) == 1 and first.about:
            root = thread_id(first.about, self.domain)
            if first.kind != "ask":
                message["In-Reply-To"] = root
            message["References"] = root
        message["Auto-Submitted"] = "auto-generated"
        message["X-Auto-Response-Suppress"] = "All"
        message["Content-Language"] = "en-GB"

    def _sender(self, pcn: str) -> Address:
        try:
            return mailbox(self.from_name or capital(pcn), self.from_address)
        except Unaddressable as wrong:
            raise BadSender(f"BATON_POST__FROM_ADDRESS: {wrong}") from None

    def _text(self, words: dict[str, Any]) -> str:
        text = self._environment.get_template("email.txt.j2").render(words)
        return _BLANKS.sub("\n\n", text).strip("\n") + "\n"

    def _html(self, words: dict[str, Any]) -> str:
        html = self._environment.get_template("email.html.j2").render(words)
        return "\n".join(line for line in html.splitlines() if line.strip()) + "\n"

    @cached_property
    def _environment(self) -> ImmutableSandboxedEnvironment:
        environment = ImmutableSandboxedEnvironment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=lambda name: bool(name and name.endswith(".html.j2")),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.filters["wrap"] = wrapped
        environment.globals.update(say=say)
        return environment


def _words(
    email: Email, entries: Sequence[EmailItem], subject: str, calendar: bool, cancelled: bool
) -> dict[str, Any]:
    """What both templates are filled with."""
    sections = [
        Section(say(f"section.{name}"), tuple(e for e in entries if e.section == name)) for name in SECTIONS
    ]
    managers = {entry.manager for entry in entries}
    manager = next((m for m in (entry.manager for entry in entries) if m.name or m.email), Contact())
    own = any(_is(manager, email) for manager in managers)
    pcns = {entry.pcn for entry in entries}
    pcn = entries[0].pcn if len(pcns) == 1 else say("the_network")
    one = len(managers) == 1
    return {
        "greeting": say("greeting", name=first_name(email.name)),
        "subject": subject,
        "sections": [section for section in sections if section.entries],
        "single": len(entries) == 1,
        "manager": manager,
        "whom_each": not one,
        "whom": lambda manager: "" if _is(manager, email) else _whom(manager),
        "blocked": any(entry.link for entry in entries) and not own,
        "calendar": calendar,
        "cancelled": cancelled,
        "signature": _signature(manager if one and not own else Contact(), own, pcn),
        "foot": say("foot.sent_urgent" if email.urgent else "foot.sent", pcn=pcn),
    }


def _is(manager: Contact, email: Email) -> bool:
    """Whether the email goes to the manager, who is not told to ask the manager."""
    return bool(manager.email) and manager.email.casefold() == email.to.casefold()


def _signature(manager: Contact, own: bool, pcn: str) -> str:
    if own:
        return say("signed_baton", pcn=pcn)
    return (
        say("signed", manager=manager.name, pcn=pcn)
        if manager.name
        else say("signed_office", pcn=capital(pcn))
    )


def _whom(manager: Contact) -> str:
    name = manager.name or say("someone")
    if manager.phone:
        return say("help.whom_phone", name=name, phone=manager.phone)
    return say("help.whom", name=name) if manager.email else say("help.nobody")


def _reply_to(manager: Contact) -> Address | None:
    """Where a reply goes: one manager only, the first thing's, since a reply must not carry one network's business to
    another's manager. A manager whose address is none must not keep a practice from hearing."""
    try:
        return mailbox(manager.name, manager.email)
    except Unaddressable as wrong:
        _log.warning("no reply can go to %s: %s", manager.name, wrong)
        return None
