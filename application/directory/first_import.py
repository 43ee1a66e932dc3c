"""The directory at a start: the file is how it begins; afterwards the log has it, and the file is only looked at.

A slip of typing in the file must not take every practice's link away: what is wrong with it, or differs, is told, and a person
imports it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection
from datetime import datetime
from pathlib import Path

from application.directory.file import DirectoryText
from application.directory.record import DirectoryRecord
from application.environment.alarms import Alarms
from definitions.loading.directory_file import load_directory
from definitions.source.problems import DefinitionErrors
from engine.events import BATON
from engine.people.directory_changes import data_of, difference

logger = logging.getLogger("baton.directory")

HAS_MISTAKES = "The directory file has mistakes, so Baton goes on with the directory it has."
DIFFERS = "The directory file says something else than the directory that Baton has, which is the one in use."


async def begin(
    record: DirectoryRecord, file: Path, definitions: Collection[str], now: datetime, alarms: Alarms
) -> None:
    """Have a directory in use. Raises DefinitionErrors where there never was one and the file has mistakes, or is missing."""
    await record.load()
    if not record.is_there:
        directory = await asyncio.to_thread(load_directory, file, definitions)
        sha256 = DirectoryText.of(file).sha256
        await record.change(lambda before: directory, now, BATON, f"Baton began with {file.name}", sha256)
        logger.info("the directory begins with %s", file)
    elif file.exists():
        await asyncio.to_thread(_look_at, record, file, definitions, alarms)


def _look_at(record: DirectoryRecord, file: Path, definitions: Collection[str], alarms: Alarms) -> None:
    """Say where the file differs. A file that has not been touched since it was imported is not read again."""
    try:
        text = DirectoryText.of(file)
        if text.sha256 == record.file:
            return
        says = data_of(text.read(definitions))
    except DefinitionErrors as mistakes:
        told = [
            *(str(problem) for problem in mistakes.problems),
            f"Mend {file}, then: baton directory import {file}",
        ]
        alarms.set("directory", HAS_MISTAKES, told)
    except OSError as error:
        alarms.set("directory", HAS_MISTAKES, [f"{file} cannot be read: {error.strerror}."])
    else:
        if changes := len(difference(record.data, says)):
            how_many = "1 difference" if changes == 1 else f"{changes} differences"
            told = [f"{how_many} in {file}.", f"See them with: baton directory import {file} --preview"]
            alarms.set("directory", DIFFERS, told)
