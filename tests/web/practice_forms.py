"""Sending the form of a practice's page as a browser does, and reading what comes back."""

from __future__ import annotations

import re
from html import unescape

import httpx

from tests.web.site import TYPED


async def send(client: httpx.AsyncClient, link: str, seal: str, **more: str) -> httpx.Response:
    """The form of the page, sent as a browser does."""
    return await client.post(
        link, data={**TYPED, "seal": seal, **{k.replace("__", "."): v for k, v in more.items()}}
    )


async def with_file(
    client: httpx.AsyncClient, link: str, seal: str, file: str, content: bytes, **more: str
) -> httpx.Response:
    """The same, with a file chosen."""
    data = {**TYPED, "seal": seal, **{k.replace("__", "."): v for k, v in more.items()}}
    return await client.post(link, data=data, files={"f.evidence": (file, content)})


def seal_of(page: httpx.Response) -> str:
    return re.findall(r'name="seal" value="([^"]+)"', page.text)[0]


def note(page: httpx.Response) -> dict[str, str]:
    """What the page sends of a file that was chosen before."""
    found = re.search(r'name="f\.evidence\.note" value="([^"]+)"', page.text)
    return {"f.evidence.note": found[1]} if found else {}


def chosen(page: httpx.Response) -> str:
    """The file that the page says was chosen before."""
    found = re.search(r"Chosen before: (\S+)\. Choose another", page.text)
    return found[1] if found else ""


def summary(page: str) -> list[tuple[str, str]]:
    """The error summary: where each line leads, and what it says."""
    found = re.search(r'nhsuk-error-summary__list">(.*?)</ul>', page, re.DOTALL)
    lines = re.findall(
        r'<li>\s*(?:<a href="([^"]*)">)?\s*(.*?)\s*(?:</a>)?\s*</li>', found[1] if found else "", re.DOTALL
    )
    return [(href, " ".join(unescape(text).split())) for href, text in lines]
