"""What a demonstration shows while it runs: the story and the emails, a short line each, the alike ones together."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from email.utils import parseaddr
from itertools import groupby

from cli.console import WIDE, say

#: Columns of the process's name.
_NAME = 26
_ANSWERED = re.compile(
    r"^(?P<who>.+?) \((?P<role>[^,()]+), (?P<place>[^()]+)\) answered (?P<what>“.+”) of .+? on the web page"
    r"(?P<late>, late)?(?:: (?P<outcome>[^.]+))?\.(?P<more>.*)$"
)
_ASKED = re.compile(r"^(?P<what>Asked for “.+”.*?, due .+?), \d\d:\d\d: (?P<whom>.+)\.$")
_LAUNCHED = re.compile(r"^(?P<who>.+?) \([^()]*\) launched .* on (?P<definition>\S+) version \d+\.$")
_CLOSED = re.compile(r"^(?P<what>“.+”) closed \((?:answered|told|computed|produced)\): (?P<why>.+)$")
_DULL = re.compile(r"^“.+” closed( \([^()]*\))?: it was answered\.$|ended without an answer")


class Screen:
    """Says what happened under its day, once."""

    def __init__(self) -> None:
        self._day = ""

    def story(self, process: str, day: str, lines: Iterable[str]) -> None:
        """What happened in one process on one day."""
        name = process.split(",")[0]
        for line in brief(lines):
            self.line(day, f"{cut(name, _NAME):{_NAME}}  {line}")

    def emails(self, day: str, emails: Sequence[tuple[str, str]]) -> None:
        """Emails that arrived, each its To and its subject; those of one subject together."""
        together: dict[str, list[str]] = {}
        for to, subject in emails:
            together.setdefault(" ".join(subject.split()), []).append(_name(to))
        for subject, names in together.items():
            self.line(day, f"{'  ✉ email to':{_NAME}}  {people(names)}: {subject}")

    def line(self, day: str, text: str) -> None:
        if day != self._day:
            self._day = day
            say(f"\n{day}")
        # A file or a pipe says nothing of its width, whatever window stands around it.
        wide = shutil.get_terminal_size((WIDE, 0)).columns if sys.stdout.isatty() else WIDE
        say("  " + cut(text, max(wide, 80) - 2))


def brief(lines: Iterable[str]) -> Iterator[str]:
    """Sentences of the story, shorter: what several answered in one line, and not again that an answer closed a step."""
    kept = [line for line in lines if not _DULL.search(line)]
    for what, group in groupby(kept, key=_alike):
        alike = list(group)
        places = {match["place"]: None for line in alike if (match := _ANSWERED.match(line))}
        if what and len(places) > 1:
            yield f"{len(places)} practices answered {what}: {people(list(places))}"
        else:
            yield from map(_short, alike)


def _alike(line: str) -> str:
    """What was answered, where several answers of it may be told together; "" for what stands alone."""
    found = _ANSWERED.match(line)
    return found["what"] if found and not (found["late"] or found["outcome"] or found["more"]) else ""


def _short(line: str) -> str:
    if found := _ANSWERED.match(line):
        where = f", {found['place']}," if not found["outcome"] else ""
        outcome = f": {found['outcome']}" if found["outcome"] else ""
        return f"{found['who']}{where} answered {found['what']}{found['late'] or ''}{outcome}.{found['more'].removeprefix(' Signed.')}"
    if found := _ASKED.match(line):
        asked = [re.sub(r" \([^()]*\)$", "", each) for each in found["whom"].split("; ")]
        return f"{found['what']}: {people(asked)}"
    if found := _CLOSED.match(line):
        return f"{found['what']} closed: {found['why']}"
    if found := _LAUNCHED.match(line):
        return f"{found['who']} launched it ({found['definition']})."
    return line


def people(names: Sequence[str]) -> str:
    """`Jo Marsh, Daniel Frost and 3 more`; each once."""
    known = list(dict.fromkeys(names))
    if len(known) <= 5:
        return " and ".join(filter(None, (", ".join(known[:-1]), known[-1])))
    return f"{', '.join(known[:4])} and {len(known) - 4} more"


def cut(text: str, width: int) -> str:
    """`text`, or as many whole words of it as fit, and a sign that there is more."""
    if len(text) <= width:
        return text
    return text[: width - 1].rsplit(" ", 1)[0].rstrip(" ,;:(“") + " …"


def _name(to: str) -> str:
    name, address = parseaddr(to)
    return name or address
