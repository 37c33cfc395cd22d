"""Sessions that need no stored state, driven by hand."""

from __future__ import annotations

import json

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from airflow_provider_workfront.api.call import Send, Wait
from airflow_provider_workfront.api.errors import TokenError
from airflow_provider_workfront.api.request import Lost, Response
from airflow_provider_workfront.auth.jwt import Assertion
from airflow_provider_workfront.auth.oauth import Application
from airflow_provider_workfront.auth.session import ApiKeySession, Credential, ImsSession, JwtSession

APP = Application("https://acme.my.workfront.com", "cid", "sec")
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PEM = KEY.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
).decode()
GOOD = Response(200, {}, json.dumps({"access_token": "A1", "expires_in": 3600}).encode())


def drive(steps, *answers):
    """Drive a session with these answers; give its credential and the steps it took."""
    taken, reply, left = [], None, list(answers)
    while True:
        try:
            step = steps.send(reply)
        except StopIteration as stop:
            return stop.value, taken
        taken.append(step)
        reply = left.pop(0) if isinstance(step, Send) else None


def test_an_api_key_is_a_header():
    """No call is made for it."""
    credential, taken = drive(ApiKeySession("k3y").acquire(None))

    assert credential.headers == (("apiKey", "k3y"),)
    assert taken == []


def test_a_refused_api_key_is_the_end():
    """There is nothing newer; the message says so and does not show the key."""
    with pytest.raises(TokenError, match="API key") as caught:
        drive(ApiKeySession("k3y").acquire(Credential(())))

    assert "k3y" not in str(caught.value)


def test_a_jwt_is_signed_as_workfront_asks():
    """RS256; iss is the customer, sub the user, and it ends within minutes."""
    token = Assertion("cust", "user", PEM).sign(1_800_000_000)

    claims = jwt.decode(
        token, KEY.public_key(), algorithms=["RS256"], options={"verify_exp": False, "verify_iat": False}
    )
    assert (claims["iss"], claims["sub"], claims["exp"]) == ("cust", "user", 1_800_000_180)


def test_a_wrong_private_key_is_named_and_not_shown():
    """A pasted public key, or half a key, ends in a clear error."""
    with pytest.raises(ValueError, match="private_key is not an RSA private key") as caught:
        Assertion("c", "u", "-----BEGIN NONSENSE-----").sign(0)

    assert "NONSENSE" not in str(caught.value)


def test_a_session_with_a_wrong_key_names_the_field():
    """It is an error of this provider's own kind, and no key is in it."""
    with pytest.raises(TokenError, match="field private_key") as caught:
        drive(JwtSession(APP, Assertion("c", "u", "-----BEGIN NONSENSE-----")).acquire(None))

    assert "NONSENSE" not in str(caught.value)


def test_a_jwt_session_exchanges_and_renews():
    """Each renewal signs and exchanges anew; the generation counts up."""
    session = JwtSession(APP, Assertion("c", "u", PEM), clock=lambda: 1000.0)
    first, _ = drive(session.acquire(None), GOOD)
    second, _ = drive(session.acquire(first), GOOD)

    assert first.headers == (("sessionID", "A1"),)
    assert (first.generation, second.generation, first.expires_at) == (1, 2, 4600.0)


def test_a_jwt_exchange_is_tried_again_while_the_server_is_in_trouble():
    """An assertion is not spent by use."""
    session = JwtSession(APP, Assertion("c", "u", PEM))

    credential, taken = drive(session.acquire(None), Lost("reset", sent=True), Response(503, {}, b""), GOOD)

    assert credential.headers == (("sessionID", "A1"),)
    assert [step.seconds for step in taken if isinstance(step, Wait)] == [0.5, 2.0]


def test_a_refused_assertion_is_not_tried_again():
    """The message says what came back."""
    said = Response(
        401,
        {},
        json.dumps({"statusCode": 401, "error": True, "type": "invalid_grant", "message": "bad sub"}).encode(),
    )

    with pytest.raises(TokenError, match="bad sub"):
        drive(JwtSession(APP, Assertion("c", "u", PEM)).acquire(None), said)


def test_an_ims_session_sends_bearer_and_organisation():
    """The header set that Workfront's own JavaScript client sends."""
    credential, _ = drive(ImsSession("cid", "sec", "org@AdobeOrg").acquire(None), GOOD)

    assert dict(credential.headers) == {
        "Authorization": "Bearer A1",
        "x-gw-ims-org-id": "org@AdobeOrg",
        "x-api-key": "cid",
    }
