"""The authorize endpoint, codes and PKCE (rules 20 to 23, 27)."""

import hashlib
from base64 import urlsafe_b64encode
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from support.simulated import FORM, TOKEN, Caller, decoded

from airflow_provider_workfront.simulator import Options, Request
from airflow_provider_workfront.simulator.oauth import App

CALLBACK = "http://localhost:8080/workfront/callback"
VERIFIER = "v" * 43
CHALLENGE = urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


def _authorize(caller: Caller, **changes: str):
    query = {
        "client_id": caller.simulator.credentials["client_id"],
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "state": "s 1",
    } | changes
    return caller.simulator.answer(Request("GET", f"/integrations/oauth2/authorize?{urlencode(query)}"))


def _answer_of(response) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(response.headers["location"]).query).items()}


def _redeem(caller: Caller, code: str, **changes: str):
    return caller.token_call({"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK} | changes)


def _public_app(caller: Caller) -> str:
    caller.simulator.apps.register(App("spa", redirect_uris=(CALLBACK,)))
    return "spa"


def _pkce(caller: Caller, **fields: str):
    body = urlencode({"client_id": "spa", "redirect_uri": CALLBACK} | fields).encode()
    return decoded(caller.simulator.answer(Request("POST", TOKEN, FORM, body)))


def test_the_redirect_carries_code_domain_lane_and_state():
    """Rule 20: and state comes back as it went."""
    response = _authorize(Caller())
    answer = _answer_of(response)

    assert response.status == 302
    assert response.headers["location"].startswith(f"{CALLBACK}?")
    assert set(answer) == {"code", "domain", "lane", "state"}
    assert answer["state"] == "s 1"


def test_a_query_in_the_redirect_uri_is_kept():
    """Rule 20: the answer is added to what the application registered."""
    caller = Caller(Options(redirect_uris=("http://localhost/cb?conn=a",)))

    assert _authorize(caller, redirect_uri="http://localhost/cb?conn=a").headers["location"].count("?") == 1


@pytest.mark.parametrize(
    "change", [{"redirect_uri": "http://evil.example/"}, {"client_id": "nobody"}, {"response_type": "token"}]
)
def test_an_unsound_request_gets_a_page_and_no_redirect(change):
    """Rule 21: an unregistered redirect_uri is never redirected to."""
    response = _authorize(Caller(), **change)

    assert response.status == 400
    assert "location" not in response.headers


def test_a_code_is_exchanged_for_tokens():
    """Rules 20 and 25: the whole documented flow."""
    caller = Caller()
    tokens = _redeem(caller, _answer_of(_authorize(caller))["code"]).body

    assert caller.refresh(tokens["refresh_token"]).status == 200


def test_a_code_lasts_two_minutes():
    """Rule 22: 120 s after its issue it is refused."""
    caller = Caller()
    code = _answer_of(_authorize(caller))["code"]
    caller.control("POST", "clock", {"advance": 120})

    assert _redeem(caller, code).status == 400


def test_a_code_is_good_for_one_use():
    """Rule 23: the second exchange is refused."""
    caller = Caller()
    code = _answer_of(_authorize(caller))["code"]

    assert [_redeem(caller, code).status, _redeem(caller, code).status] == [200, 400]


def test_a_code_needs_the_redirect_uri_it_was_asked_with():
    """Rule 21: it must match at the token endpoint, too."""
    caller = Caller()

    assert _redeem(caller, _answer_of(_authorize(caller))["code"], redirect_uri="http://localhost/").status == 400


def test_the_consent_page_offers_users_and_both_buttons():
    """Rule 20: interactive, a person decides; nothing in the page can be injected."""
    response = _authorize(Caller(Options(interactive=True, gzip=False)), state='"><script>')
    text = response.body.decode()

    assert response.status == 200
    assert 'value="allow"' in text
    assert 'value="deny"' in text
    assert "Paula Planner" in text
    assert "<script>" not in text


def test_a_decision_on_the_consent_page_names_the_user():
    """Rule 20: the session is that of the person who allowed it."""
    caller = Caller(Options(interactive=True))
    paula = caller.key("USER", "paula@acme.example")
    code = _answer_of(_authorize(caller, decision="allow", user=paula))["code"]

    assert _redeem(caller, code).body["wid"] == paula


def test_denying_redirects_with_an_error():
    """Reference 2.2, inferred: error=access_denied and the state."""
    answer = _answer_of(_authorize(Caller(Options(interactive=True)), decision="deny"))

    assert answer == {"error": "access_denied", "state": "s 1"}


def test_a_public_client_proves_itself_by_its_verifier():
    """Rule 27: no secret; the verifier is checked with S256."""
    caller = Caller()
    response = _authorize(caller, client_id=_public_app(caller), code_challenge=CHALLENGE, code_challenge_method="S256")
    code = _answer_of(response)["code"]

    assert _pkce(caller, grant_type="authorization_code", code=code, code_verifier=VERIFIER).status == 200


@pytest.mark.parametrize("verifier", ["", "w" * 43])
def test_a_wrong_verifier_is_refused(verifier):
    """Rule 27: and so is none."""
    caller = Caller()
    response = _authorize(caller, client_id=_public_app(caller), code_challenge=CHALLENGE, code_challenge_method="S256")
    code = _answer_of(response)["code"]

    assert _pkce(caller, grant_type="authorization_code", code=code, code_verifier=verifier).status == 400


@pytest.mark.parametrize("extra", [{}, {"code_challenge": CHALLENGE, "code_challenge_method": "plain"}])
def test_a_public_client_must_send_an_s256_challenge(extra):
    """Rule 27: reference 2.6 says S256 always."""
    caller = Caller()

    assert _authorize(caller, client_id=_public_app(caller), **extra).status == 400


def test_a_public_client_refreshes_with_its_redirect_uri():
    """Rule 27: client_id, redirect_uri and refresh_token are required."""
    caller = Caller()
    token, _ = caller.simulator.grants.begin(_public_app(caller), CALLBACK, caller.world.admin_id)
    without = _pkce(caller, grant_type="refresh_token", refresh_token=token, redirect_uri="")

    assert without.status == 400
    assert _pkce(caller, grant_type="refresh_token", refresh_token=token).status == 200


def test_nobody_unknown_can_be_authorized():
    """Rule 20: the user of the decision has to exist."""
    assert _authorize(Caller(), user="f" * 32).status == 400
