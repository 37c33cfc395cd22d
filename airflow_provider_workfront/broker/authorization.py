"""From a person's consent to a stored grant: where to send the browser, and what to do with the code it brings back.

The same for the page in Airflow's UI and for `airflow workfront authorize`. Source: Workfront's page "Configure and use
your organization's custom OAuth 2 applications using authorization code flow": the code is good for 2 minutes; the
answer has the five fields of a refresh. That `state` comes back is seen in other clients, not documented.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from airflow_provider_workfront.api.call import Send
from airflow_provider_workfront.api.errors import TokenError, WorkfrontError
from airflow_provider_workfront.api.logs import get_logger
from airflow_provider_workfront.api.request import Lost
from airflow_provider_workfront.auth.oauth import Pkce, authorize_url, exchange_code
from airflow_provider_workfront.auth.token import Ambiguous, Misconfigured, NotSent, Refused, Token, outcome
from airflow_provider_workfront.broker.seal import require_encryption
from airflow_provider_workfront.broker.server import (
    LONGEST_TOKEN_ANSWER,
    local_broker,
    masked,
    registered,
    token_client,
)
from airflow_provider_workfront.broker.state import Grant
from airflow_provider_workfront.broker.store import record_key
from airflow_provider_workfront.broker.tested import StoredSession
from airflow_provider_workfront.broker.trail import Who, record
from airflow_provider_workfront.client import HttpOptions, open_client

if TYPE_CHECKING:
    from collections.abc import Generator

    from airflow_provider_workfront.api.call import Wait
    from airflow_provider_workfront.api.request import Request, Response
    from airflow_provider_workfront.auth.oauth import Application
    from airflow_provider_workfront.connection import Settings

log = get_logger("airflow_provider_workfront.broker")

CODE_WITHIN = 75.0  # seconds for the whole answer; the code itself is good for 120


@dataclass(frozen=True, slots=True)
class Authorized:
    """What came of a consent: the stored grant, and whom it acts as; `before` is the user of the grant it replaced."""

    grant: Grant
    user: str
    before: str = ""


def application(settings: Settings, redirect_uri: str) -> Application:
    """Give the application as it asks for consent; raises TokenError where that would lead to nothing."""
    if settings.auth != "oauth2":
        raise TokenError(f"connection {settings.conn_id!r} uses auth {settings.auth!r}: there is nothing to authorize")
    require_encryption()  # before a person is bothered, and not when the tokens are there
    local_broker().store.require_writable()
    return replace(registered(settings).app, redirect_uri=redirect_uri)


def consent_url(settings: Settings, redirect_uri: str, state: str, pkce: Pkce | None) -> str:
    """Give the address of Workfront's page that asks the user."""
    return authorize_url(application(settings, redirect_uri), state=state, pkce=pkce)


def authorized(settings: Settings, code: str, redirect_uri: str, pkce: Pkce | None, who: Who) -> Authorized:
    """Exchange the code, store the grant, and ask whom it acts as.

    `redirect_uri` is the one that consent was asked with; `who` goes into the log and Airflow's audit log. Raises
    TokenError, after which nothing stored has changed, and BrokerUnavailable.
    """
    app = application(settings, redirect_uri)
    token, sent_at = _exchanged(settings, exchange_code(app, code, pkce=pkce))
    masked(token)
    broker = local_broker()
    before = broker.broker.peek(settings.conn_id).value
    grant = broker.broker.take(registered(settings), token, sent_at)
    log.info("Connection %r was authorized by %s, generation %d.", settings.conn_id, who, grant.generation)
    record("authorize", settings.conn_id, who, generation=grant.generation, workfront_user=grant.user_id)
    name = _user_name(settings, grant)
    return Authorized(grant, name or grant.user_id or "an unknown user", _other_user(before, grant))


def _exchanged(settings: Settings, request: Request) -> tuple[Token, float]:
    sent_at = local_broker().broker.peek(settings.conn_id).now
    within = replace(request, within=CODE_WITHIN)
    with token_client(settings) as client:
        token: Token = client.drive(_steps(settings, within))
    return token, sent_at


def _steps(settings: Settings, request: Request) -> Generator[Send | Wait, Response | Lost | None, Token]:
    result = outcome((yield Send(request)) or Lost("no answer", sent=True), is_workfront=settings.is_workfront)
    where = f"connection {settings.conn_id!r}: {settings.base_url}"
    if isinstance(result, Token) and result.refresh_token:
        return result
    if isinstance(result, Token):
        raise TokenError(
            f"{where} gave an access token but no refresh token. Is the OAuth2 application a Web Application?"
        )
    raise TokenError(f"{where} gave no token for the code: {result.reason}. {_ADVICE[type(result)]}")


_ADVICE = {
    Refused: "A code is good for 2 minutes and for one use: authorize again.",
    Misconfigured: "Check client ID, client secret and redirect URL, here and in Workfront; authorize again.",
    NotSent: "Workfront was not reached from the api-server: check host, proxy and network, then authorize again.",
    Ambiguous: "Whether the code was used is not known: authorize again.",
}


def _user_name(settings: Settings, grant: Grant) -> str:
    """Ask Workfront for the name, and note it in the record; the grant is stored, whatever comes of this."""
    options = HttpOptions(
        10.0, proxy=settings.proxy or None, ca_bundle=settings.ca_bundle or None, longest=LONGEST_TOKEN_ANSWER
    )
    root, conn_id = settings.api_root, settings.conn_id
    try:
        with open_client(StoredSession(grant), api_root=root, options=options, conn_id=conn_id) as client:
            user = client.get("USER", "$$USER", fields=["name", "username"])
    except WorkfrontError as error:
        log.warning("Connection %r: its user's name is not known (%s).", settings.conn_id, type(error).__name__)
        return ""
    name = f"{user.get('name')} ({user.get('username')})"
    store, key = local_broker().store, record_key(settings.conn_id)
    snapshot = store.read(key)
    if isinstance(snapshot.value, Grant) and snapshot.value.family == grant.family:
        store.swap(key, snapshot.cipher, replace(snapshot.value, user_name=name))  # if not now, then with the next one
    return name


def _other_user(before: object, grant: Grant) -> str:
    """Name the user of the grant before, if it was another one (as far as `wid`, which is not documented, tells)."""
    if not isinstance(before, Grant) or not before.user_id or before.user_id == grant.user_id:
        return ""
    return before.user_name or before.user_id
