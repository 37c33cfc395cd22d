"""Who may call, and for how long (rules 36 to 44)."""

import json

import pytest
from support.simulated import API, FORM, Caller, decoded

from airflow_provider_workfront.simulator import Options, Request

DEAD = "You are not currently logged in."


def _ask(
    caller: Caller, headers: dict[str, str] | None = None, query: str = "", method: str = "GET", body: bytes = b""
):
    return decoded(caller.simulator.answer(Request(method, f"{API}/session{query}", headers or {}, body)))


def test_a_session_travels_in_the_query_too():
    """Rule 36: sessionID as a query parameter."""
    caller = Caller()

    assert _ask(caller, query=f"?sessionID={caller.token}").status == 200


def test_a_session_travels_in_a_form_too():
    """Reference 3.2: the Python client of 2016 sends every call as a form."""
    caller = Caller()
    body = f"method=GET&sessionID={caller.token}".encode()

    assert _ask(caller, FORM, method="POST", body=body).status == 200


def test_a_workfront_token_is_no_bearer_token():
    """Rule 37: Authorization: Bearer alone is refused, and with an organization only IMS tokens are taken."""
    caller = Caller()
    bearer = {"authorization": f"Bearer {caller.token}"}

    assert _ask(caller, bearer).status == 401
    assert _ask(caller, bearer | {"x-gw-ims-org-id": "ORG@AdobeOrg"}).status == 401
    assert caller.call("GET", "session").status == 200


def test_an_ims_token_needs_the_organization():
    """Rule 37: Bearer works together with x-gw-ims-org-id, and only there."""
    caller = Caller()
    known = caller.simulator.credentials
    body = f"grant_type=client_credentials&client_id={known['client_id']}&client_secret={known['client_secret']}"
    request = Request("POST", "/__simulator__/ims/token/v3", FORM, body.encode())
    bearer = {"authorization": f"Bearer {decoded(caller.simulator.answer(request)).body['access_token']}"}

    assert _ask(caller, bearer | {"x-gw-ims-org-id": "ORG@AdobeOrg"}).status == 200
    assert _ask(caller, bearer).status == 401


def test_the_ims_endpoint_grants_client_credentials_only():
    """Reference 2.8: grant_type=client_credentials."""
    caller = Caller()
    known = caller.simulator.credentials
    body = f"grant_type=password&client_id={known['client_id']}&client_secret={known['client_secret']}"

    assert caller.simulator.answer(Request("POST", "/__simulator__/ims/token/v3", FORM, body.encode())).status == 400


@pytest.mark.parametrize("options", [Options(session_seconds=60), Options(session_idle_seconds=60)])
def test_a_session_ends(options):
    """Rule 38: 401 AuthenticationException with the known text."""
    caller = Caller(options)
    caller.control("POST", "clock", {"advance": 61})
    answer = caller.call("GET", "session")

    assert (answer.status, answer.error) == (401, DEAD)
    assert answer.body["error"]["class"] == "com.attask.common.AuthenticationException"


def test_use_keeps_a_sliding_session_alive():
    """Rule 38: the idle time counts from the last call."""
    caller = Caller(Options(session_idle_seconds=60))
    for _ in range(3):
        caller.control("POST", "clock", {"advance": 40})
        assert caller.call("GET", "session").status == 200


def test_an_api_key_works_in_header_and_query():
    """Rule 39: for reads and writes alike."""
    caller = Caller()
    key = caller.simulator.credentials["api_key"]

    assert _ask(caller, {"apikey": key}).status == 200
    assert _ask(caller, query=f"?apiKey={key}").status == 200


def test_an_api_key_in_a_write_body_is_refused_oddly():
    """Rule 39: AuthenticationException "{0}"."""
    caller = Caller()
    body = f"apiKey={caller.simulator.credentials['api_key']}&name=x".encode()
    answer = decoded(caller.simulator.answer(Request("POST", f"{API}/proj", FORM, body)))

    assert (answer.status, answer.error) == (401, "{0}")


def test_an_api_key_is_no_session():
    """Rule 39: in the sessionID header it is a dead session."""
    caller = Caller()

    assert _ask(caller, {"sessionid": caller.simulator.credentials["api_key"]}).error == DEAD


def test_api_keys_can_be_switched_off():
    """Rule 39: where the tenant has none."""
    caller = Caller(Options(api_keys=False))

    assert _ask(caller, {"apikey": caller.simulator.credentials["api_key"]}).status == 401


@pytest.mark.parametrize(
    ("method", "query", "status"), [("GET", "", 200), ("POST", "", 401), ("GET", "?method=PUT", 401)]
)
def test_a_cookie_may_only_read(method, query, status):
    """Rule 40: against forged requests, an override included."""
    caller = Caller()

    assert _ask(caller, {"cookie": f"a=b; attask={caller.token}"}, query, method).status == status


def test_login_is_gone():
    """Rule 41: no password login through the API."""
    assert Caller().simulator.answer(Request("POST", f"{API}/login?username=a&password=b")).status == 400


def test_logout_ends_the_session():
    """Rule 42: success, and then the session fails."""
    caller = Caller()

    assert caller.call("GET", "logout").data == {"success": True}
    assert caller.call("GET", "session").status == 401


def test_the_session_tells_who_is_calling():
    """Rule 43: the shape of reference 2.9."""
    caller = Caller()
    session = caller.call("GET", "session").data

    assert session["sessionID"] == caller.token
    assert session["isAdmin"] is True
    assert session["customerID"] == caller.world.customer_id
    assert session["versionInformation"]["apiVersions"]["v21.0"] == "/attask/api/v21.0/"


def test_info_lists_the_versions():
    """Rule 43: sso and versions."""
    assert "v21.0" in Caller().call("GET", "info").data["versions"]


def test_a_blocked_address_gets_a_page():
    """Rule 44: 403 HTML, not JSON."""
    caller = Caller(Options(allowed_addresses=("10.0.0.1",)))
    response = caller.simulator.answer(Request("GET", f"{API}/session", {"sessionid": caller.token}))

    assert response.status == 403
    assert response.headers["content-type"].startswith("text/html")


def test_expiring_all_sessions_spares_the_refresh_tokens():
    """Rule 114: a session killed mid-run is renewed by a refresh."""
    caller = Caller()
    caller.control("POST", "sessions/expire")

    assert caller.call("GET", "session").status == 401
    assert caller.refresh().status == 200


def test_no_secret_stands_in_the_repr_of_options():
    """Options are printed when tests fail; a test run's output is public."""
    options = Options(client_secret="canary", refresh_token="canary", api_key="canary", public_key="canary")

    assert "canary" not in repr(options)
    assert "canary" not in json.dumps(Caller(options).control("GET", "stats"))
