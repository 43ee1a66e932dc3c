"""Somebody who reads an email, opens its link and fills in the page: the demonstration's people.

They use what anybody would: the email's own link, the page, its form and its button. Only what they answer is
made up, by the server of a demonstration.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

import httpx

from cli.client.server import NoAnswer
from cli.console import Trouble

_LINK = re.compile(r"https?://[^\s<>\"]+/a/[A-Za-z0-9._~-]+")


@dataclass
class Form:
    """A form of a page: where it goes, and what it carries unseen."""

    action: str
    hidden: dict[str, str] = field(default_factory=dict)


class _Forms(HTMLParser):
    """Finds the forms of a page, and the messages of its error summary."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.errors: list[str] = []
        self._in_summary = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(known.get("action", "")))
        elif tag == "input" and known.get("type") == "hidden" and self.forms:
            self.forms[-1].hidden[known.get("name", "")] = known.get("value", "")
        self._in_summary = self._in_summary or "error-summary__list" in known.get("class", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "ul":
            self._in_summary = False

    def handle_data(self, data: str) -> None:
        if self._in_summary and data.strip():
            self.errors.append(data.strip())


def links_in(text: str) -> list[str]:
    """The links in an email that open an assignment."""
    return list(dict.fromkeys(_LINK.findall(text)))


class Visitor:
    """A browser without scripts: it keeps cookies, reads forms, presses the button."""

    def __init__(self, name: str, role: str) -> None:
        self.name, self.role = name, role

    def answer(self, link: str, answers: Mapping[str, Any]) -> None:
        """Open the link, fill the form in, send it. Raises Trouble with what the page said, Away when there is none."""
        try:
            self._answer(link, answers)
        except httpx.TransportError as error:
            raise NoAnswer(
                f"The page of {self.name} did not open or broke off ({error}).", "Try again."
            ) from None

    def _answer(self, link: str, answers: Mapping[str, Any]) -> None:
        with httpx.Client(timeout=60, follow_redirects=True, trust_env=False) as browser:
            page = browser.get(link)
            form = self._form(page)
            data = {**form.hidden, **dict(_flat(answers)), "name": self.name, "role": self.role}
            files = dict(_uploads(answers))
            sent = browser.post(urljoin(str(page.url), form.action or link), data=data, files=files or None)
            if "anyway" in sent.text and sent.status_code != 200:
                again = self._form(sent)
                sent = browser.post(
                    urljoin(str(sent.url), again.action or link),
                    data={**data, **again.hidden, "anyway": "yes"},
                )
            if sent.is_error:
                raise Trouble(
                    f"{self.name} could not send an answer: {'; '.join(_read(sent).errors) or sent.status_code}."
                )

    def _form(self, page: httpx.Response) -> Form:
        forms = _read(page).forms
        if page.status_code >= 500 or not forms:
            raise Trouble(f"The page of {self.name} has no form ({page.status_code}).")
        return forms[0]


def _read(page: httpx.Response) -> _Forms:
    found = _Forms()
    found.feed(page.text)
    return found


def _flat(answers: Mapping[str, Any], before: str = "f.") -> Iterator[tuple[str, Any]]:
    """Typed answers under the names that the page's inputs have."""
    for key, value in answers.items():
        path = f"{before}{key}"
        if isinstance(value, Mapping) and value.keys() >= {"agreed"}:
            yield path, "yes"
        elif _is_file(value):
            continue
        elif isinstance(value, Mapping):
            yield from _flat(value, f"{path}.")
        elif isinstance(value, list) and value and isinstance(value[0], Mapping):
            yield f"rows.{path[2:]}", str(len(value))
            for number, row in enumerate(value):
                yield from _flat(row, f"{path}.{number}.")
        elif isinstance(value, list):
            yield path, value
        elif isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
            year, month, day = value.split("-")
            yield from ((f"{path}.day", day), (f"{path}.month", month), (f"{path}.year", year))
            yield path, value
        elif value is not None:
            yield path, str(value)


def _is_file(value: Any) -> bool:
    return isinstance(value, Mapping) and value.keys() >= {"name", "sha256", "size"}


def _uploads(answers: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, bytes]]]:
    """The files a form asks for: a small text of the name wanted."""
    for key, value in answers.items():
        if _is_file(value):
            yield f"f.{key}", (str(value["name"]), b"Made for the demonstration.\n")
