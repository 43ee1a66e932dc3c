"""The headers every response carries, by what it is: a page, the API, a static file."""

from __future__ import annotations

from typing import Literal

Kind = Literal["page", "api", "static"]
RawHeaders = list[tuple[bytes, bytes]]

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
    "frame-src 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_PAGE = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "content-security-policy": POLICY,
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "x-robots-tag": "noindex, nofollow",
    "cache-control": "no-store",
}
_API = {
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
}
#: Static files carry their version in their names or change seldom; a day is enough to be quick.
_STATIC = {**_PAGE, "cache-control": "public, max-age=86400"}
_STRICT = {"strict-transport-security": "max-age=31536000"}


def kind_of(path: str) -> Kind:
    if path.startswith("/api/"):
        return "api"
    return "static" if path.startswith("/static/") else "page"


def headers_of(kind: Kind, secure: bool) -> RawHeaders:
    """The headers of such a response; over https, that it stays so."""
    headers = {"page": _PAGE, "api": _API, "static": _STATIC}[kind] | (_STRICT if secure else {})
    return [(name.encode(), value.encode()) for name, value in headers.items()]
