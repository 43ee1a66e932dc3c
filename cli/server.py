"""`baton serve`: the store, the web, the post, the outbox and the flows, in one process."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from logging.handlers import RotatingFileHandler

import uvicorn
import uvloop

from application.access.tokens import Tokens
from application.directory.addresses import AddressBook
from application.directory.first_import import begin
from application.directory.record import DirectoryRecord
from application.environment.alarms import Alarms
from application.environment.home import Home, Running, using
from application.launcher import Launcher
from application.network_calendar import NetworkHours, network_calendar
from application.operations import Operations
from application.progress.bounces import BounceReport
from application.progress.demonstration_clock import DemonstrationClock
from application.progress.memberships import Memberships
from application.progress.published_events import PublishedPosition
from application.progress.runtime import PostOutcome, Runtime
from application.repository import Repository
from application.uploads import Uploads
from audit.auditor import Auditor
from cli.console import LogLines, say
from cli.context import clock as clock_of
from cli.context import library
from definitions.models.directory import Directory
from engine.dates.clock import Clock, LeapingClock
from flows.controller import FlowController
from notifications.links import Links
from notifications.mailer import Mailer
from notifications.transport.local_mailbox import LocalMailbox
from notifications.transport.settings import PostSettings
from settings import Settings
from store.embedded import open_store
from store.protocol import Store
from web.access.hosts import named_hosts
from web.access.outbox_access import OutboxAccess
from web.app import create_app
from web.gateway import Gateway
from web.outbox import Outbox
from web.server import server_of
from web.views import WebSettings

logger = logging.getLogger("baton")


@dataclass(frozen=True, slots=True)
class Serving:
    """A server that is up: where people reach it, and what they may want to know. `emails`: a link to the outbox or
    its folder; empty where a mail server takes them."""

    url: str
    emails: str
    home: Home
    directory: Directory


def serve(settings: Settings) -> int:
    """Serve until a signal ends it; the exit code. Raises StoreError, DefinitionErrors, Trouble, OSError.

    A clock that leaps begins, the first time, at BATON_CLOCK_START.
    """
    keep_log(settings)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(settings))
    return 0


def announce(up: Serving) -> None:
    """Says where people reach it, once the first page can be had."""
    pcns = up.directory.pcns
    say(f"Baton is up at {up.url}")
    say(f"  directory  {pcns[0].name if len(pcns) == 1 else f'{len(pcns)} PCNs'}")
    if up.emails:
        say(f"  emails     {up.emails}")
        say("             No mail server is set, so emails stay on this machine.")
    if up.emails.startswith("http"):
        say("             The link opens them for 15 minutes; `baton outbox` gives another.")
    say(f"  home       {up.home.root}")
    say("Flows begin in some ten seconds; answers are taken already. Ctrl-C ends it in good order.")


def keep_log(settings: Settings) -> None:
    """The log goes to the home folder; warnings and worse are shown as well. It holds no answer and no link."""
    home = settings.at_home
    home.make()
    log = home.logs / "baton.log"
    with using(log, "Move it away, or give it to who runs Baton; Baton begins another."):
        file = RotatingFileHandler(log, maxBytes=5_000_000, backupCount=3, encoding="utf-8")
    shown = logging.StreamHandler()
    shown.setLevel(logging.WARNING)
    form = LogLines("%(asctime)s %(levelname)s %(name)s %(message)s")
    for handler in (file, shown):
        handler.setFormatter(form)
    logging.basicConfig(level=settings.log_level.upper(), handlers=[file, shown], force=True)
    # Each request to Prefect would be a line.
    for chatty in ("httpx", "httpcore", "prefect", "aiosqlite"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    # The SMTP server would log who gets emails, and warns at each sign-in of a change in its own next version.
    logging.getLogger("mail.log").setLevel(logging.ERROR)


async def _serve(settings: Settings) -> None:
    home, alarms, clock = settings.at_home, Alarms(), clock_of(settings)
    async with AsyncExitStack() as stack:
        stack.push_async_callback((store := open_store(home.root)).close)
        await begin(
            record := DirectoryRecord(store),
            settings.directory_file,
            library(settings).definition_ids,
            clock.now(),
            alarms,
        )
        port = (sock := _listen(settings)).getsockname()[1]
        mailbox, post = await _post(settings, port, home, clock, stack)
        outbox = Outbox(mailbox, OutboxAccess()) if mailbox and settings.only_here else None
        operations = _operations(settings, store, record, clock)
        links = Links(home.secret(), settings.url_on(port))
        mailer = _mailer(operations, post, links, record)
        memberships = Memberships(operations, record, alarms, library(settings).definition_ids)
        runtime = Runtime(
            operations, _deliver(mailer, store), PublishedPosition(home.published), alarms, memberships
        )
        flows = FlowController(
            runtime, home, at_once=settings.workers, api_url=settings.prefect_api_url or None
        )
        operations.signals, web_settings = flows, _web_settings(settings)
        app = create_app(
            Gateway(operations), links, clock, web_settings, outbox=outbox, auditor=Auditor(store), alarms=alarms,
            prove=lambda challenge: home.proof(challenge, settings.here_on(port)),
            demonstration=_demonstration(operations, flows, runtime), memberships=memberships,
            tokens=await Tokens(store, clock).load(),
        )  # fmt: skip
        web = await _listening(server_of(app, web_settings), sock)
        stack.push_async_callback(flows.close)
        home.say_running(Running(settings.here_on(port), os.getpid()))
        stack.callback(home.say_stopped)
        emails = f"{settings.url_on(port)}{outbox.path()}" if outbox else str(home.outbox) if mailbox else ""
        announce(Serving(settings.url_on(port), emails, home, record.current()))
        await memberships.follow()  # what a killed server had not come to
        flows.open()
        await web


def _operations(settings: Settings, store: Store, record: DirectoryRecord, clock: Clock) -> Operations:
    repository = Repository(store)
    launcher = Launcher(
        repository, library(settings), record.current, network_calendar().to_data(),
        grace=timedelta(minutes=settings.launch_grace_minutes),
    )  # fmt: skip
    uploads = Uploads(settings.at_home.uploads, clock, settings.file_quotas)
    return Operations(repository, launcher, clock, uploads=uploads)


def _mailer(operations: Operations, post: PostSettings, links: Links, record: DirectoryRecord) -> Mailer:
    repository, clock = operations.repository, operations.clock
    hours, told = NetworkHours(network_calendar(), record.current), BounceReport(repository, clock)
    return Mailer(repository.store, clock, post, links, hours, told, addressed=AddressBook(record.current))


def _demonstration(
    operations: Operations, flows: FlowController, runtime: Runtime
) -> DemonstrationClock | None:
    """Moves the calendar forward, where its clock leaps."""
    clock = operations.clock
    if not isinstance(clock, LeapingClock):
        return None
    return DemonstrationClock(operations.repository, clock, flows.wake_due, runtime)


async def _listening(server: uvicorn.Server, sock: socket.socket) -> asyncio.Task[None]:
    """The server's task, which signals end, once the first page can be had, or it has failed."""
    _end_on_signals(server)
    web = asyncio.create_task(server.serve(sockets=[sock]))
    while not server.started and not web.done():
        await asyncio.sleep(0.01)
    return web


def _end_on_signals(server: uvicorn.Server) -> None:
    """Have a signal end the web, and with it, in order, everything; a second one waits for no request under way."""

    def end() -> None:
        server.force_exit = server.should_exit
        server.should_exit = True

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # as under nohup
            loop.add_signal_handler(number, end)


def _listen(settings: Settings) -> socket.socket:
    """The web's socket, taken before anything else starts: a port in use is said at once."""
    family = socket.AF_INET6 if ":" in settings.web_host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((settings.web_host, settings.web_port))
    except OSError as error:
        sock.close()
        raise OSError(
            f"port {settings.web_port} on {settings.web_host} cannot be had ({error.strerror}); "
            "stop what uses it, or set BATON_WEB_PORT to another"
        ) from error
    return sock


async def _post(
    settings: Settings, port: int, home: Home, clock: Clock, stack: AsyncExitStack
) -> tuple[LocalMailbox | None, PostSettings]:
    """The embedded outbox where no mail server is set, and how the post reaches whichever it is."""
    given = settings.post_on(port)
    if given.host:
        return None, given
    outbox = LocalMailbox(home.outbox, clock)
    at = await outbox.start()
    stack.push_async_callback(outbox.stop)
    return outbox, outbox.settings(at, given)


def _deliver(mailer: Mailer, store: Store) -> Callable[[datetime], Awaitable[PostOutcome]]:
    async def deliver(now: datetime) -> PostOutcome:
        seen = await store.position()
        done = await mailer.deliver_due(now)
        return PostOutcome(
            done.sent, done.deferred + done.refused, done.next_sending, done.summary, seen, done.trouble
        )

    return deliver


def _web_settings(settings: Settings) -> WebSettings:
    home = settings.at_home
    return WebSettings(
        secret=home.secret(), api_token=home.token(), secure=settings.base_url.startswith("https://"),
        hosts=named_hosts(settings.base_url, settings.web_host),
        trusted_proxies=tuple(settings.trusted_proxies),
    )  # fmt: skip
