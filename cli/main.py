"""`baton`: what people type."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from cli.commands import (
    audit,
    directory,
    launch,
    leap,
    link,
    outbox,
    rehearse,
    respond,
    serve,
    status,
    store,
    test,
    token,
    validate,
    when,
)
from cli.commands.manager import processes, replies, requests, todo
from cli.console import any_encoding, log_to_terminal, of_terminal, whisper
from cli.context import Invocation, invocation
from cli.errors import told

app = typer.Typer(
    name="baton",
    help="Runs the standard processes of a Primary Care Network: asks, waits, reminds kindly, escalates to a "
    "person, and keeps the record.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"Baton {version('baton')}")
        raise typer.Exit


@app.callback()
def _baton(
    home: Annotated[
        Path | None, typer.Option("--home", help="The home folder; BATON_HOME or .baton unless said.")
    ] = None,
    debug: Annotated[bool, typer.Option("--debug", help="Show where an error comes from.")] = False,
    version: Annotated[
        bool, typer.Option("--version", help="Say the version.", is_eager=True, callback=_version)
    ] = False,
) -> None:
    invocation.set(Invocation(home, debug))


serve.add(app)
processes.add(app)
launch.add(app)
todo.add(app)
status.add(app)
respond.add(app)
replies.add(app)
requests.add(app)
link.add(app)
leap.add(app)
token.add(app)
outbox.add(app)
validate.add(app)
rehearse.add(app)
test.add(app)
when.add(app)
audit.add(app)
store.add(app)
directory.add(app)


def run(arguments: Sequence[str] | None = None) -> int:
    """One command; the exit code: 0 done, 1 failed, 2 not written as it should be."""
    invocation.set(Invocation())
    any_encoding()
    log_to_terminal()
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        # Not standalone, for then Typer would print what is wrong with a command itself, and as it was typed.
        code = app(args=[of_terminal(each) for each in given], prog_name="baton", standalone_mode=False)
    except SystemExit as done:
        return done.code if isinstance(done.code, int) else int(done.code is not None)
    except typer.Abort:
        whisper("Stopped.")
        return 1
    except BrokenPipeError:
        # Whoever read the output has gone (`| head`): no error of ours, and nobody to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:
        if invocation.get().debug:
            for line in traceback.format_exc().splitlines():
                whisper(line)
        lines, code = told(error)
        for line in lines:
            whisper(line)
        return code
    return code if isinstance(code, int) else 0


def main() -> None:
    sys.exit(run())
