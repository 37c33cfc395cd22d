"""The OAuth2 requests Workfront documents, as values.

Source: Workfront's page "Configure and use your organization's custom OAuth 2 applications using
authorization code flow", and its PKCE and JWT sisters. The refresh token never appears in an address: it
travels in bodies only.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlencode

from airflow_provider_workfront.api.request import Request

AUTHORIZE_PATH = "/integrations/oauth2/authorize"
TOKEN_PATH = "/integrations/oauth2/api/v1/token"
JWT_PATH = "/integrations/oauth2/api/v1/jwt/exchange"

Encoding = Literal["json", "form"]


@dataclass(frozen=True, slots=True)
class Application:
    """An OAuth2 application registered in Workfront, and where it lives.

    `base_url` is scheme and host (`https://acme.my.workfront.com`). Without a `client_secret` it is a public
    (single page) application, which Workfront serves with PKCE and form bodies only.
    """

    base_url: str
    client_id: str
    client_secret: str = field(default="", repr=False)
    redirect_uri: str = ""
    encoding: Encoding = "json"
    is_workfront: bool = True
    """Whether the host is one of Workfront's, or named in `[workfront] allowed_hosts`: then its words may be shown."""


@dataclass(frozen=True, slots=True)
class Pkce:
    """A PKCE pair: keep the `verifier`, show the `challenge`."""

    verifier: str = field(repr=False)
    challenge: str

    @classmethod
    def of(cls, random: bytes) -> Pkce:
        """Make the pair from at least 32 random bytes; the verifier needs 43 characters or more."""
        if len(random) < 32:
            raise ValueError(f"a PKCE verifier needs at least 32 random bytes, not {len(random)}")
        return cls.again(_base64url(random))

    @classmethod
    def again(cls, verifier: str) -> Pkce:
        """Make the pair from a verifier that was kept."""
        return cls(verifier, _base64url(hashlib.sha256(verifier.encode()).digest()))


def authorize_url(app: Application, *, state: str = "", pkce: Pkce | None = None) -> str:
    """Give the address that asks a user for consent; Workfront returns to `app.redirect_uri` with a code.

    `state` is not in Workfront's documents, though real clients send it and get it back. PKCE is documented
    for applications without a secret.
    """
    query = {"client_id": app.client_id, "redirect_uri": app.redirect_uri, "response_type": "code"}
    if state:
        query["state"] = state
    if pkce:
        query |= {"code_challenge": pkce.challenge, "code_challenge_method": "S256"}
    return f"{app.base_url}{AUTHORIZE_PATH}?{urlencode(query)}"


def exchange_code(app: Application, code: str, *, pkce: Pkce | None = None) -> Request:
    """Ask for the first tokens with the code of the redirect, which Workfront honours for 2 minutes, once."""
    fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": app.redirect_uri}
    if pkce:
        fields["code_verifier"] = pkce.verifier
    return _token_request(app, fields)


def refresh(app: Application, refresh_token: str) -> Request:
    """Ask for a new access token; with rotation on, this spends `refresh_token`."""
    fields = {"grant_type": "refresh_token", "refresh_token": refresh_token}
    if app.redirect_uri and _as_form(app):
        fields["redirect_uri"] = app.redirect_uri  # in Workfront's form sample, not in its JSON sample
    return _token_request(app, fields)


def exchange_jwt(app: Application, assertion: str) -> Request:
    """Ask for an access token with a signed assertion; Workfront gives no refresh token for it."""
    credentials = {"client_id": app.client_id, "client_secret": app.client_secret, "jwt_token": assertion}
    return _post(f"{app.base_url}{JWT_PATH}", form=credentials)


def ims_token(client_id: str, client_secret: str, token_url: str) -> Request:
    """Ask Adobe IMS for a server-to-server token (Adobe Developer Console, client credentials)."""
    fields = {
        "grant_type": "client_credentials",
        "client_id": client_id,
        "client_secret": client_secret,
        "scope": "openid,AdobeID,read_organizations,additional_info.projectedProductContext",
    }
    return _post(token_url, form=fields)


def _token_request(app: Application, fields: dict[str, str]) -> Request:
    url = f"{app.base_url}{TOKEN_PATH}"
    if _as_form(app):
        credentials = {"client_id": app.client_id, "client_secret": app.client_secret}
        return _post(url, form=fields | {key: value for key, value in credentials.items() if value})
    basic = base64.b64encode(f"{app.client_id}:{app.client_secret}".encode()).decode()
    return _post(url, json=fields, headers=(("Authorization", f"Basic {basic}"),))


def _as_form(app: Application) -> bool:
    return app.encoding == "form" or not app.client_secret


def _post(
    url: str,
    *,
    json: dict[str, str] | None = None,
    form: dict[str, str] | None = None,
    headers: tuple[tuple[str, str], ...] = (),
) -> Request:
    accept = ("Accept", "application/json")
    return Request("POST", url, json=json, form=tuple((form or {}).items()), headers=(accept, *headers), anonymous=True)


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
