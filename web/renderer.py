"""Draws pages: Jinja2 with the NHS.UK components, everything escaped, no script anywhere."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import ChainableUndefined, ChoiceLoader, Environment, FileSystemLoader, PackageLoader
from markdown_it import MarkdownIt
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse, Response

from definitions.language.formats.characters import visible
from notifications.content.items import Contact
from web.views import WebSettings

HERE = Path(__file__).parent
STATIC = HERE / "static"


class Pages:
    """The templates, ready to be drawn."""

    def __init__(self, settings: WebSettings) -> None:
        self._settings = settings
        self._environment = _environment(settings.name)

    def draw(self, template: str, status: int = 200, **names: Any) -> HTMLResponse:
        """The page of a template. `prefix` stands before its title: "Error: "."""
        return HTMLResponse(self._environment.get_template(template).render(**names), status)

    def say(
        self,
        status: int,
        title: str,
        *paragraphs: str,
        manager: Contact | None = None,
        headers: dict[str, str] | None = None,
    ) -> Response:
        """A page that only says something, and whom to ask."""
        page = self.draw(
            "message.jinja",
            status,
            title=title,
            paragraphs=paragraphs,
            manager=manager,
            help=self._settings.help,
        )
        page.headers.update(headers or {})
        return page


@lru_cache(maxsize=8)
def _environment(service: str) -> Environment:
    """The templates, compiled once for all who draw them: the components take half a second."""
    # ChainableUndefined: the NHS.UK components read parameters of parameters that nobody gave.
    environment = Environment(
        loader=ChoiceLoader([FileSystemLoader(HERE / "templates"), PackageLoader("nhsuk_frontend_jinja")]),
        undefined=ChainableUndefined,
        autoescape=True,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    environment.filters["markdown"] = _markdown
    environment.filters["lines"] = _lines
    environment.globals["service"] = service
    return environment


def _shown(value: Any) -> Any:
    """A text as a page shows it: what would turn a line round, or act, is seen. Markup is a template's own."""
    return visible(value) if type(value) is str else value


# Raw HTML stays text, and images are not asked for: a result is written by people.
_MARKDOWN = (
    MarkdownIt("commonmark", {"html": False}).enable("table").disable(["image", "html_block", "html_inline"])
)


def _markdown(text: str) -> Markup:
    """Markdown as HTML; links that are not http(s) or mailto stay text."""
    html = _MARKDOWN.render(text)
    for level in (3, 2, 1):  # the page has its own h1 and h2
        html = html.replace(f"<h{level}>", f"<h{level + 2}>").replace(f"</h{level}>", f"</h{level + 2}>")
    # Markup: markdown-it escaped everything that was not its own.
    return Markup(html.replace("<table>", '<table class="nhsuk-table">'))


def _lines(text: str) -> Markup:
    """Text as it was typed, its line ends kept."""
    return Markup("<br>").join(escape(line) for line in visible(str(text)).splitlines())
