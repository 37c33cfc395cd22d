"""Where a client's credential comes from: a generator of steps, so that one copy serves blocking and async code.

Sessions that need no stored state live here (API key, JWT, IMS). The rotating grant's is `broker.client`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING, Protocol

from airflow_provider_workfront.api.call import Send, Wait
from airflow_provider_workfront.api.errors import TokenError
from airflow_provider_workfront.api.request import Lost, Request, Response
from airflow_provider_workfront.auth.oauth import Application, exchange_jwt, ims_token
from airflow_provider_workfront.auth.token import Ambiguous, NotSent, Outcome, Token, outcome

if TYPE_CHECKING:
    from airflow_provider_workfront.auth.jwt import Assertion

IMS_TOKEN_URL = "https://ims-na1.adobelogin.com/ims/token/v3"
PAUSES = (0.5, 2.0, 8.0)  # between tries: an assertion may be sent again, nothing is spent by it


@dataclass(frozen=True, slots=True)
class Credential:
    """Headers that authenticate a call; `generation` tells one credential of a grant from the next.

    `user_id` is who it acts as and `began_at` when a person authorized it, where that is known; `expires_at` is None
    when unknown. Times in epoch seconds.
    """

    headers: tuple[tuple[str, str], ...] = field(repr=False)
    generation: int = 0
    expires_at: float | None = None
    user_id: str = ""
    began_at: float = 0.0
    stale_at: float = inf


Steps = Generator[Send | Wait, Response | Lost | None, Credential]


class Session(Protocol):
    """Gives credentials, and newer ones when Workfront refuses one."""

    def acquire(self, refused: Credential | None) -> Steps:
        """Give a credential; `refused` is the one that Workfront answered with 401."""


@dataclass(frozen=True, slots=True)
class ApiKeySession:
    """Authenticate with an API key: it acts as its owner, and cannot be renewed."""

    api_key: str = field(repr=False)

    def acquire(self, refused: Credential | None) -> Steps:
        """Give the key; once refused, there is nothing newer to give."""
        yield from ()
        if refused:
            raise TokenError(
                "Workfront refused the API key: it may be expired, cleared or of another environment; "
                "put a new one into the connection's field api_key. For event subscriptions Adobe's documents name "
                "a session only: use OAuth2"
            )
        return Credential((("apiKey", self.api_key),))


@dataclass(frozen=True, slots=True)
class JwtSession:
    """Authenticate with the machine-to-machine flow: sign, exchange, use the answer as session ID."""

    app: Application
    assertion: Assertion
    clock: Callable[[], float] = time.time

    def acquire(self, refused: Credential | None) -> Steps:
        """Exchange a freshly signed assertion."""
        request = exchange_jwt(self.app, self._signed())
        token = yield from _granted(request, "the JWT exchange")
        return Credential((("sessionID", token.access_token),), _next(refused), _expiry(token, self.clock()))

    def _signed(self) -> str:
        try:
            return self.assertion.sign(self.clock())
        except ValueError as error:
            raise TokenError(f"{error}; put the whole key into the connection's field private_key") from None


@dataclass(frozen=True, slots=True)
class ImsSession:
    """Authenticate as an Adobe Developer Console server-to-server application.

    The header set was seen in Workfront's own JavaScript client; it is not in Workfront's OAuth pages.
    """

    client_id: str
    client_secret: str = field(repr=False)
    org_id: str
    token_url: str = IMS_TOKEN_URL
    clock: Callable[[], float] = time.time

    def acquire(self, refused: Credential | None) -> Steps:
        """Ask Adobe IMS for a bearer token."""
        token = yield from _granted(ims_token(self.client_id, self.client_secret, self.token_url), "Adobe IMS")
        headers = (
            ("Authorization", f"Bearer {token.access_token}"),
            ("x-gw-ims-org-id", self.org_id),
            ("x-api-key", self.client_id),
        )
        return Credential(headers, _next(refused), _expiry(token, self.clock()))


def _granted(request: Request, who: str) -> Generator[Send | Wait, Response | Lost | None, Token]:
    for pause in PAUSES:
        result = outcome(_answer((yield Send(request))))
        if not isinstance(result, NotSent | Ambiguous):
            return _token(result, who)
        yield Wait(pause)
    return _token(outcome(_answer((yield Send(request)))), who)


def _token(result: Outcome, who: str) -> Token:
    if isinstance(result, Token):
        return result
    raise TokenError(f"{who} gave no token ({result.reason}); check the credentials of the connection")


def _answer(answer: Response | Lost | None) -> Response | Lost:
    return answer if answer is not None else Lost("no answer", sent=True)


def _next(refused: Credential | None) -> int:
    return refused.generation + 1 if refused else 1


def _expiry(token: Token, now: float) -> float | None:
    return now + token.lifetime if token.lifetime else None
