"""The page in a real browser, without scripts: a person fills it in, mends it, sends it, changes it."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.web.site import SETTINGS, TYPED, Site, begun, mailbox_of
from web.access.outbox_access import OutboxAccess
from web.outbox import Outbox
from web.server import server_of

sync_api = pytest.importorskip("playwright.sync_api")
CHROMIUM = Path("/usr/bin/chromium")
ARGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not installed: apt-get install chromium"),
]


@dataclass(frozen=True)
class Served:
    """A site, and where it runs."""

    url: str
    site: Site
    outbox: Outbox


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    site = begun(tmp_path / "uploads")
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    outbox = Outbox(mailbox_of(tmp_path / "outbox", site), OutboxAccess())
    server = server_of(site.app(outbox=outbox), SETTINGS)
    thread = threading.Thread(target=lambda: server.run(sockets=[listening]), daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield Served(f"http://127.0.0.1:{listening.getsockname()[1]}", site, outbox)
    server.should_exit = True
    thread.join(timeout=10)


@pytest.fixture(params=[375, 1200], ids=["narrow", "wide"])
def page(request: pytest.FixtureRequest) -> Iterator[sync_api.Page]:
    """A page, narrow as on a telephone and wide; a request to another host or a blocked one fails the test."""
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGS)
        context = browser.new_context(
            viewport={"width": request.param, "height": 900}, java_script_enabled=True
        )
        page = context.new_page()
        page.set_default_timeout(15_000)
        amiss: list[str] = []
        page.on(
            "request",
            lambda sent: (
                amiss.append(sent.url)
                if "//127.0.0.1:" not in sent.url and not sent.url.startswith("data:")
                else None
            ),
        )
        page.on(
            "console",
            lambda said: amiss.append(said.text) if "Content Security Policy" in said.text else None,
        )
        yield page
        browser.close()
        assert amiss == []


def fill(page: sync_api.Page, **more: str) -> None:
    for name, value in {**TYPED, **more}.items():
        if value in ("yes", "no"):
            page.check(f'[name="{name}"][value="{value}"]')
        else:
            page.fill(f'[name="{name}"]', value)


def picture(page: sync_api.Page, name: str) -> None:
    """Kept in the folder PICTURES names, for looking at."""
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def test_a_person_answers_mends_and_changes(page: sync_api.Page, served: Served) -> None:
    url, site = served.url, served.site
    link = site.link()
    page.goto(url + link)
    assert site.events == []
    page.click("button:has-text('Send my answer')")
    assert page.title().startswith("Error: ")
    assert "nhsuk-error-summary" in page.evaluate("document.activeElement.className")
    page.click(".nhsuk-error-summary a >> nth=0")
    assert page.evaluate("document.activeElement.id || location.hash.slice(1)") == "q1-numerator"
    picture(page, "errors")
    fill(page)
    page.keyboard.press("Enter")  # from the last box: it sends, and does not add a row
    page.wait_for_url("**/thanks**")
    picture(page, "thanks")
    assert len(site.answers) == 1
    page.reload()
    assert len(site.answers) == 1
    page.goto(url + link)
    assert page.input_value('[name="f.indicators.HI-03.result.numerator"]') == "30"
    page.fill('[name="f.note"]', "Changed")
    page.fill('[name="name"]', "Tom Okafor")
    page.fill('[name="role"]', "GP lead")
    page.click("button:has-text('Send the changed answer')")
    page.wait_for_url("**/thanks**")
    assert site.answers[-1]["note"] == "Changed"


def test_a_table_a_file_and_a_second_look(page: sync_api.Page, served: Served) -> None:
    url, site = served.url, served.site
    page.goto(url + site.link())
    fill(page, **{"f.indicators.HI-03.result.denominator": "80"})
    page.click("button:has-text('Add more rows')")
    page.fill('[name="f.sessions.5.who"]', "Nurse")
    page.fill('[name="f.sessions.5.on"]', "20/1/2027")
    page.fill('[name="f.sessions.5.cost"]', "95")
    page.set_input_files(
        '[name="f.evidence"]', {"name": "report.csv", "mimeType": "text/csv", "buffer": b"a,b"}
    )
    page.click("button:has-text('Send my answer')")
    assert page.title().startswith("Not sent yet: ")
    picture(page, "warning")
    page.click("button:has-text('Send it anyway')")
    page.wait_for_url("**/thanks**")
    values = site.answers[0]
    assert values["sessions"] == [{"who": "Nurse", "on": "2027-01-20", "cost": "95.00"}]
    assert values["evidence"]["name"] == "report.csv"


def test_more_time_can_be_asked_for(page: sync_api.Page, served: Served) -> None:
    url, site = served.url, served.site
    page.goto(url + site.link())
    page.click("summary:has-text('I need more time')")
    page.fill("#more-time-q1-day", "20")
    page.fill("#more-time-q1-month", "1")
    page.fill("#more-time-q1-year", "2027")
    page.fill("#more-time-name", "Priya Shah")
    page.fill("#more-time-role", "Practice manager")
    page.click("button:has-text('Ask for more time')")
    page.wait_for_url("**/thanks**")
    assert [event.type for event in site.events] == ["ReplyReceived"]


def test_every_input_has_a_label_and_every_page_fits_its_window(page: sync_api.Page, served: Served) -> None:
    url, site = served.url, served.site
    site.show_everything()
    for number, path in enumerate(
        (
            site.link(),
            "/",
            "/outbox",
            served.outbox.path(),
            "/outbox/" + served.outbox.mailbox.ids()[0],
            "/a/unknown",
        )
    ):
        page.goto(url + path)
        picture(page, f"page-{number}")
        unlabelled = "[...document.querySelectorAll('input:not([type=hidden]),select,textarea')].filter(e => !e.labels.length).map(e => e.name)"
        assert page.evaluate(unlabelled) == []
        assert (
            page.evaluate(
                "[...document.querySelectorAll('[id]')].length - new Set([...document.querySelectorAll('[id]')].map(e => e.id)).size"
            )
            == 0
        )
        assert page.evaluate(
            "[...document.querySelectorAll('[aria-describedby]')].every(e => e.getAttribute('aria-describedby').split(' ').every(id => document.getElementById(id)))"
        )
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert page.evaluate("document.querySelectorAll('h1').length") == 1
        assert page.evaluate("document.scripts.length") == 0
        small = "[...document.querySelectorAll('button:not(.baton-default),input:not([type=hidden]),select')].map(e => e.getBoundingClientRect()).filter(r => r.width && (r.height < 24 || r.width < 24)).length"
        assert page.evaluate(small) == 0


def test_a_emails_link_opens_its_page(page: sync_api.Page, served: Served) -> None:
    url = served.url
    page.goto(url + served.outbox.path())
    assert page.url == f"{url}/outbox"
    page.click("text=Q3 figures")
    assert page.frame_locator("iframe").locator("b").inner_text() == "Jo"
