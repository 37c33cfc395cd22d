"""The token endpoint and the JWT exchange (rules 24 to 36)."""

import json
import time
from urllib.parse import urlencode

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from support.simulated import FORM, JSON, TOKEN, Caller, decoded

from airflow_provider_workfront.simulator import Options, Request
from airflow_provider_workfront.simulator.grants import TokenError
from airflow_provider_workfront.simulator.oauth import App

EXCHANGE = "/integrations/oauth2/api/v1/jwt/exchange"


def _key_pair() -> tuple[str, str]:
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    secret = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return secret.decode(), public.decode()


def _exchange(caller: Caller, token: str) -> tuple[int, dict[str, object]]:
    known = caller.simulator.credentials
    fields = {"client_id": known["client_id"], "client_secret": known["client_secret"], "jwt_token": token}
    answer = decoded(caller.simulator.answer(Request("POST", EXCHANGE, FORM, urlencode(fields).encode())))
    return answer.status, answer.body


def test_credentials_travel_in_basic_with_a_json_body():
    """Rule 24: the first documented request shape."""
    assert Caller().refresh().status == 200


@pytest.mark.parametrize(("headers", "encode"), [(FORM, urlencode), (JSON, json.dumps)])
def test_credentials_travel_in_the_body(headers, encode):
    """Rule 24: a form with credentials is documented, JSON with credentials was seen."""
    caller = Caller()
    known = caller.simulator.credentials
    names = ("client_id", "client_secret", "refresh_token")
    body = encode({"grant_type": "refresh_token"} | {name: known[name] for name in names})

    assert decoded(caller.simulator.answer(Request("POST", TOKEN, headers, body.encode()))).status == 200


def test_the_answer_has_exactly_five_fields():
    """Rule 25: token_type, access_token, refresh_token, expires_in, wid, and nothing else."""
    answer = Caller().refresh().body

    assert list(answer) == ["token_type", "access_token", "refresh_token", "expires_in", "wid"]
    assert answer["token_type"] == "sessionID"


@pytest.mark.parametrize("value", [0, 3600, "3600", -1, 1e12, None])
def test_expires_in_is_sent_as_configured(value):
    """Rule 26: the placeholder 0, a real value, and whatever else a client must survive."""
    assert Caller(Options(expires_in=value)).refresh().body["expires_in"] == value


def test_expires_in_can_be_missing():
    """Rule 26: a client may not rely on the field."""
    assert "expires_in" not in Caller(Options(expires_in="missing")).refresh().body


def test_a_token_error_repeats_its_status_in_four_fields():
    """Rule 28: statusCode, error, type and message, not the words of RFC 6749."""
    answer = Caller().refresh("no such token")

    assert answer.status == answer.body["statusCode"] == 400
    assert answer.body["error"] is True
    assert answer.body["type"] == "invalid_grant"
    assert set(answer.body) == {"statusCode", "error", "type", "message"}


def test_a_wrong_secret_is_refused():
    """Rule 28: invalid_client, 401."""
    body = {"grant_type": "refresh_token", "refresh_token": "x", "client_id": "nobody", "client_secret": "wrong"}
    answer = Caller().token_call(body, credentials=False)

    assert (answer.status, answer.body["type"]) == (401, "invalid_client")


def test_a_changed_secret_is_asked_for_at_once():
    """Rule 28: the refresh token survives, and works with the new secret."""
    caller = Caller()
    caller.control("POST", "client-secret", {"secret": "new"})
    old = caller.refresh()
    caller.simulator.credentials["client_secret"] = "new"

    assert (old.status, old.body["type"], caller.refresh().status) == (401, "invalid_client", 200)


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (JSON, b"{"),
        (JSON, b"[]"),
        (FORM, b"grant_type=password"),
        (FORM | {"authorization": "Basic ?"}, b"grant_type=refresh_token"),
    ],
)
def test_a_malformed_token_request_is_refused_in_the_same_dialect(headers, body):
    """Rule 28: whatever is wrong, the four fields come."""
    answer = decoded(Caller().simulator.answer(Request("POST", TOKEN, headers, body)))

    assert answer.status == answer.body["statusCode"] >= 400


def test_only_post_reaches_the_token_endpoint():
    """Rule 24: both documented shapes are POSTs."""
    assert Caller().simulator.answer(Request("GET", TOKEN)).status == 405


def test_the_access_token_is_a_session_id():
    """Rule 36: it goes into the sessionID header."""
    caller = Caller()
    caller.token = caller.refresh().body["access_token"]

    assert caller.call("GET", "session").data["userID"] == caller.world.admin_id


def test_an_eleventh_application_is_refused():
    """Rule 34: ten OAuth2 applications per tenant."""
    apps = Caller().simulator.apps
    for number in range(9):
        apps.register(App(f"app-{number}", "secret"))

    with pytest.raises(TokenError, match="10 applications"):
        apps.register(App("one-too-many", "secret"))


def test_a_signed_jwt_is_exchanged_for_a_session_without_refresh_token():
    """Rule 35: RS256, iss is the customer, sub the user; no refresh_token in the answer."""
    secret, public = _key_pair()
    caller = Caller(Options(public_key=public))
    claims = {"iss": caller.world.customer_id, "sub": caller.world.admin_id, "exp": time.time() + 60}
    status, answer = _exchange(caller, jwt.encode(claims, secret, "RS256"))
    caller.token = answer["access_token"]

    assert status == 200
    assert "refresh_token" not in answer
    assert caller.call("GET", "session").data["userID"] == caller.world.admin_id


@pytest.mark.parametrize("change", [{"iss": "other"}, {"sub": "nobody"}, {"exp": 1}, {"exp": None}])
def test_a_jwt_with_a_wrong_claim_is_refused(change):
    """Rule 35: customer, user and expiry are checked."""
    secret, public = _key_pair()
    caller = Caller(Options(public_key=public))
    claims = {"iss": caller.world.customer_id, "sub": caller.world.admin_id, "exp": time.time() + 60} | change
    claims = {name: value for name, value in claims.items() if value is not None}

    assert _exchange(caller, jwt.encode(claims, secret, "RS256"))[0] == 401


def test_a_jwt_signed_by_a_stranger_is_refused():
    """Rule 35: one of the application's public keys has to verify it."""
    caller = Caller(Options(public_key=_key_pair()[1]))
    claims = {"iss": caller.world.customer_id, "sub": caller.world.admin_id, "exp": time.time() + 60}

    assert _exchange(caller, jwt.encode(claims, _key_pair()[0], "RS256"))[0] == 401
