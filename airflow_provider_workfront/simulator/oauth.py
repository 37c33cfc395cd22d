"""Applications, the token endpoint, the JWT exchange and a little of Adobe IMS (rules 24 to 37)."""

from __future__ import annotations

import binascii
import json
from base64 import b64decode
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.simulator.grants import TokenError
from airflow_provider_workfront.simulator.http import Request, Response, json_response
from airflow_provider_workfront.simulator.options import MISSING

if TYPE_CHECKING:
    from airflow_provider_workfront.simulator.grants import Family, Grants
    from airflow_provider_workfront.simulator.options import Options
    from airflow_provider_workfront.simulator.sessions import Sessions
    from airflow_provider_workfront.simulator.world import World

MOST_APPS = 10  # rule 34
TOKEN = "/integrations/oauth2/api/v1/token"
JWT_EXCHANGE = "/integrations/oauth2/api/v1/jwt/exchange"
IMS_TOKEN = "/__simulator__/ims/token/v3"


@dataclass(frozen=True, slots=True)
class App:
    """Describe an OAuth2 application; one without a secret is a public client (PKCE)."""

    client_id: str
    client_secret: str = field(default="", repr=False)
    redirect_uris: tuple[str, ...] = ()
    public_keys: tuple[str, ...] = field(default=(), repr=False)


class Apps:
    """Hold the tenant's applications."""

    def __init__(self) -> None:
        self._apps: dict[str, App] = {}

    def register(self, app: App) -> App:
        """Add an application, or replace the one with its ID."""
        if app.client_id not in self._apps and len(self._apps) >= MOST_APPS:
            raise TokenError(422, "too_many_applications", f"No more than {MOST_APPS} applications are allowed.")
        self._apps[app.client_id] = app
        return app

    def change_secret(self, client_id: str, client_secret: str) -> None:
        """Give an application another secret."""
        self._apps[client_id] = replace(self._apps[client_id], client_secret=client_secret)

    def find(self, client_id: str) -> App | None:
        """Give an application by its ID."""
        return self._apps.get(client_id)

    def proven(self, client_id: str, client_secret: str) -> App:
        """Give the application whose credentials these are."""
        app = self._apps.get(client_id)
        if app is None or app.client_secret != client_secret:
            raise TokenError(401, "invalid_client", "Client authentication failed.")
        return app


class OAuth:
    """Answer at the token endpoints."""

    def __init__(self, options: Options, apps: Apps, grants: Grants, sessions: Sessions, world: World) -> None:
        self._apps = apps
        self._grants = grants
        self._options = options
        self._sessions = sessions
        self._world = world
        self.refusals = 0

    def answer(self, request: Request) -> Response:
        """Answer one call, in the token endpoint's own error dialect."""
        try:
            return self._dispatch(request)
        except TokenError as error:
            self.refusals += 1
            return error.response()

    def _dispatch(self, request: Request) -> Response:
        if request.method != "POST":
            raise TokenError(405, "invalid_request", "Only POST is allowed.")
        grant = _fields(request)
        if request.path == JWT_EXCHANGE:
            return self._exchange_jwt(grant)
        if request.path == IMS_TOKEN:
            return self._ims(grant)
        kind = grant.get("grant_type", "")
        if kind == "authorization_code":
            return self._redeem(grant)
        if kind == "refresh_token":
            return self._refresh(grant)
        raise TokenError(400, "unsupported_grant_type", f"grant_type {kind!r} is not supported.")

    def _redeem(self, grant: dict[str, str]) -> Response:
        app = self._client(grant)
        verifier = grant.get("code_verifier", "")
        if not app.client_secret and not verifier:
            raise TokenError(400, "invalid_request", "code_verifier is required.")  # rule 27
        code, redirect_uri = grant.get("code", ""), grant.get("redirect_uri", "")
        token, family = self._grants.redeem(code, app.client_id, redirect_uri, verifier)
        return self._answer(family, token, is_public=not app.client_secret)

    def _refresh(self, grant: dict[str, str]) -> Response:
        app = self._client(grant)
        redirect_uri = grant.get("redirect_uri", "")
        if (redirect_uri or not app.client_secret) and redirect_uri not in app.redirect_uris:
            raise TokenError(400, "invalid_request", "redirect_uri is not registered.")  # rule 27
        token, family = self._grants.refresh(grant.get("refresh_token", ""), app.client_id)
        if self._options.sessions_die_on_refresh:
            self._sessions.close_family(family.name)
        return self._answer(family, token, is_public=not app.client_secret)

    def _client(self, grant: dict[str, str]) -> App:
        return self._apps.proven(grant.get("client_id", ""), grant.get("client_secret", ""))

    def _exchange_jwt(self, grant: dict[str, str]) -> Response:
        from airflow_provider_workfront.simulator.assertion import user_of

        user_id = user_of(grant.get("jwt_token", ""), self._client(grant).public_keys, self._world.customer_id)
        if self._world.get("USER", user_id) is None:
            raise TokenError(401, "invalid_grant", "The JWT speaks for nobody known here.")
        return self._timed({"access_token": self._sessions.open(user_id)})

    def _ims(self, grant: dict[str, str]) -> Response:
        """Play the part of Adobe IMS that a server-to-server credential uses (reference 2.8)."""
        self._client(grant)
        if grant.get("grant_type") != "client_credentials":
            raise TokenError(400, "unsupported_grant_type", "grant_type must be client_credentials.")
        token = self._sessions.open(self._world.admin_id, is_ims=True)
        return self._timed({"access_token": token, "token_type": "bearer"})

    def _answer(self, family: Family, refresh_token: str | None, *, is_public: bool) -> Response:
        """Answer the five fields of rule 25, in their documented order; a public client gets `Bearer`."""
        answer = {
            "token_type": "Bearer" if is_public else "sessionID",
            "access_token": self._sessions.open(family.user_id, family.name),
        }
        if refresh_token is not None:
            answer["refresh_token"] = refresh_token
        return self._timed(answer, wid=family.user_id)

    def _timed(self, answer: dict[str, Any], **rest: str) -> Response:
        if self._options.expires_in != MISSING:
            answer["expires_in"] = self._options.expires_in  # rule 26
        return json_response(200, answer | rest)


def _fields(request: Request) -> dict[str, str]:
    """Read the three request shapes of rule 24."""
    if request.headers.get("content-type", "").startswith("application/json"):
        fields = _json_fields(request.body)
    else:
        fields = dict(request.form)
    scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        fields["client_id"], fields["client_secret"] = _basic(credentials)
    return fields


def _json_fields(body: bytes) -> dict[str, str]:
    try:
        value = json.loads(body)
    except ValueError as error:
        raise TokenError(400, "invalid_request", "The body is not JSON.") from error
    if not isinstance(value, dict):
        raise TokenError(400, "invalid_request", "The body is not a JSON object.")
    return {name: str(each) for name, each in value.items()}


def _basic(credentials: str) -> tuple[str, str]:
    try:
        client_id, _, client_secret = b64decode(credentials, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise TokenError(401, "invalid_client", "The Authorization header is malformed.") from error
    return client_id, client_secret
