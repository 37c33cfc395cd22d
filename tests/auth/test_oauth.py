"""The requests that Workfront's OAuth page documents, letter for letter."""

from __future__ import annotations

import base64
import hashlib
from urllib.parse import parse_qs, urlsplit

import pytest

from airflow_provider_workfront.auth.oauth import (
    Application,
    Pkce,
    authorize_url,
    exchange_code,
    exchange_jwt,
    ims_token,
    refresh,
)

APP = Application("https://acme.my.workfront.com", "cid", "s:cret/+", "https://airflow.acme.com/workfront/callback")
FORM = Application(APP.base_url, APP.client_id, APP.client_secret, APP.redirect_uri, "form")
TOKEN_URL = "https://acme.my.workfront.com/integrations/oauth2/api/v1/token"
BASIC = ("Authorization", "Basic " + base64.b64encode(b"cid:s:cret/+").decode())


def test_the_authorize_page_has_the_documented_parameters():
    """client_id, redirect_uri and response_type=code, on the customer's own host."""
    url = urlsplit(authorize_url(APP))

    assert f"{url.scheme}://{url.netloc}{url.path}" == "https://acme.my.workfront.com/integrations/oauth2/authorize"
    assert parse_qs(url.query) == {
        "client_id": ["cid"],
        "redirect_uri": ["https://airflow.acme.com/workfront/callback"],
        "response_type": ["code"],
    }


def test_the_authorize_page_takes_state_and_a_pkce_challenge():
    """Both are added only when given: neither is documented for an application with a secret."""
    pkce = Pkce.of(b"x" * 32)

    query = parse_qs(urlsplit(authorize_url(APP, state="st4te", pkce=pkce)).query)

    assert query["state"] == ["st4te"]
    assert query["code_challenge"] == [pkce.challenge]
    assert query["code_challenge_method"] == ["S256"]


def test_a_pkce_pair_is_what_the_rfc_says():
    """The challenge is the unpadded base64url SHA-256 of a verifier of 43 characters or more."""
    pkce = Pkce.of(bytes(range(32)))
    digest = hashlib.sha256(pkce.verifier.encode()).digest()

    assert len(pkce.verifier) == 43
    assert pkce.challenge == base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def test_a_pkce_pair_needs_enough_randomness():
    """A short verifier is refused here and not by Workfront."""
    with pytest.raises(ValueError, match="32 random bytes"):
        Pkce.of(b"short")


def test_a_code_is_exchanged_as_basic_and_json():
    """The first of the two shapes that Workfront documents."""
    request = exchange_code(APP, "c0de")

    assert (request.method, request.path, request.anonymous) == ("POST", TOKEN_URL, True)
    assert BASIC in request.headers
    assert request.json == {
        "grant_type": "authorization_code",
        "code": "c0de",
        "redirect_uri": APP.redirect_uri,
    }


def test_a_code_is_exchanged_as_form():
    """The second shape: everything in the form, nothing in the headers."""
    request = exchange_code(FORM, "c0de")

    assert dict(request.form) == {
        "grant_type": "authorization_code",
        "code": "c0de",
        "redirect_uri": APP.redirect_uri,
        "client_id": "cid",
        "client_secret": "s:cret/+",
    }
    assert not any(name == "Authorization" for name, _ in request.headers)


def test_a_refresh_as_basic_and_json():
    """grant_type and the token, no redirect_uri, as in Workfront's sample."""
    request = refresh(APP, "R0")

    assert BASIC in request.headers
    assert request.json == {"grant_type": "refresh_token", "refresh_token": "R0"}


def test_a_refresh_as_form():
    """Workfront's form sample carries the redirect_uri too."""
    assert dict(refresh(FORM, "R0").form) == {
        "grant_type": "refresh_token",
        "refresh_token": "R0",
        "redirect_uri": APP.redirect_uri,
        "client_id": "cid",
        "client_secret": "s:cret/+",
    }


def test_an_application_without_a_secret_uses_pkce_and_the_form():
    """No Authorization header and no empty client_secret, whatever the encoding says."""
    public = Application(APP.base_url, "cid", redirect_uri=APP.redirect_uri)

    request = exchange_code(public, "c0de", pkce=Pkce.of(b"x" * 32))

    assert dict(request.form)["code_verifier"] == Pkce.of(b"x" * 32).verifier
    assert "client_secret" not in dict(request.form)
    assert not any(name == "Authorization" for name, _ in request.headers)


def test_a_jwt_is_exchanged_as_form():
    """client_id, client_secret and jwt_token, at an address of its own."""
    request = exchange_jwt(APP, "h.p.s")

    assert request.path == "https://acme.my.workfront.com/integrations/oauth2/api/v1/jwt/exchange"
    assert dict(request.form) == {"client_id": "cid", "client_secret": "s:cret/+", "jwt_token": "h.p.s"}


def test_ims_asks_with_client_credentials():
    """Adobe's server-to-server flow."""
    form = dict(ims_token("cid", "sec", "https://ims.example/token").form)

    assert (form["grant_type"], form["client_id"], form["client_secret"]) == (
        "client_credentials",
        "cid",
        "sec",
    )


def test_no_secret_is_in_an_address_or_a_repr():
    """Addresses end up in logs of proxies, reprs in our own."""
    shown = "".join(
        repr(made)
        for made in (
            APP,
            Pkce.of(b"x" * 32),
            refresh(APP, "R0"),
            refresh(FORM, "R0"),
            exchange_jwt(APP, "h.p.s"),
        )
    )

    assert not any(secret in shown for secret in ("s:cret", "R0", "h.p.s", BASIC[1], Pkce.of(b"x" * 32).verifier))
