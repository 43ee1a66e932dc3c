"""The directory to start with: the file, or what it last said without a mistake.

A slip of typing must not take every practice's link away. What was wrong is told until the next start.
"""

from __future__ import annotations

import logging
import shutil
from datetime import UTC, datetime
from pathlib import Path

from application.environment.alarms import Alarms
from application.environment.home import HomeFileError, using
from cli.context import directory
from definitions.models.directory import Directory
from definitions.source.problems import DefinitionErrors
from engine.dates.clock import london_date
from engine.dates.explanation import long
from settings import Settings

logger = logging.getLogger("baton")


def directory_to_start_with(settings: Settings, alarms: Alarms) -> Directory:
    """Raises DefinitionErrors for a file with mistakes when there never was one without."""
    kept = settings.at_home.last_good_directory
    try:
        found = directory(settings)
    except DefinitionErrors as mistakes:
        try:
            found = directory(settings, kept)
        except DefinitionErrors:
            raise mistakes from None
        day = long(london_date(datetime.fromtimestamp(kept.stat().st_mtime, UTC)))
        alarms.set(
            "directory",
            f"The directory file has mistakes, so Baton goes on with what it said on {day}.",
            [
                *(str(problem) for problem in mistakes.problems),
                f"Mend {settings.directory_file}, and start Baton again.",
            ],
        )
        return found
    _keep(settings.directory_file, kept)
    return found


def _keep(file: Path, kept: Path) -> None:
    """Keep a copy of the file; its own time says when it was last without a mistake."""
    try:
        with using(
            kept, "Move it away, or give it to who runs Baton; Baton makes it anew at the next start."
        ):
            copy = kept.with_name(f"{kept.name}.new")
            shutil.copyfile(file, copy)
            copy.replace(kept)
    except (HomeFileError, OSError) as error:
        logger.warning("The directory file could not be kept for a day when it has mistakes: %s", error)
