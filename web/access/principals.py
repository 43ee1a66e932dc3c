"""Who sends a request to the API, by the token it carries."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import cast

from starlette.requests import Request
from starlette.types import Scope

from application.access.policy import Policy
from application.access.principal import ADMINISTRATION, Principal

#: Where a request's scope has its principal, once it was let in.
_PRINCIPAL = "baton.principal"
_BEARER = b"Bearer "

#: Whose token a secret is; None for one that opens nothing.
FindPrincipal = Callable[[str], Principal | None]


class Principals:
    """Knows the home folder's own token, and asks `find` for whose another one is. Without the first, the API is closed."""

    def __init__(self, api_token: str, find: FindPrincipal) -> None:
        self._own, self._find = api_token.encode(), find

    @property
    def closed(self) -> bool:
        return not self._own

    def admit(self, scope: Scope, authorization: bytes) -> bool:
        """Whether the token opens anything; whose it is then goes with the request."""
        if not authorization.startswith(_BEARER):
            return False
        secret = authorization.removeprefix(_BEARER)
        found = (
            ADMINISTRATION if hmac.compare_digest(secret, self._own) else self._find(secret.decode("latin-1"))
        )
        scope[_PRINCIPAL] = found
        return found is not None


def policy_of(request: Request) -> Policy:
    """The policy that the application asks."""
    return cast(Policy, request.app.state.policy)


def principal_of(request: Request) -> Principal:
    """Who sends a request that was let in."""
    return cast(Principal, request.scope[_PRINCIPAL])
