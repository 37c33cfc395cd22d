"""What each user of Airflow sees of a connection and may do with it, and what Airflow's audit log says of it."""

from __future__ import annotations

import json
import re

import httpx
import pytest
from airflow.api_fastapi.app import get_auth_manager
from airflow.models.log import Log
from airflow.utils.session import create_session
from sqlalchemy import delete, select
from support.site import read_only_database

from airflow_provider_workfront.broker.store import Store, record_key
from airflow_provider_workfront.pages.flow import Flow, Seals

KEY = "a-key-for-cookies"
SHOWN = re.compile(r'href="/workfront/connections/([^"]+)"')


@pytest.fixture
def audit_log(airflow_db):
    """Airflow's audit log, empty."""
    with create_session() as session:
        session.execute(delete(Log))


def audited() -> list[tuple[str, str, dict]]:
    """Event, owner and extra of each row of ours in Airflow's audit log."""
    with create_session() as session:
        found = session.scalars(select(Log).where(Log.event.startswith("workfront_"))).all()
        return [(row.event, row.owner, json.loads(row.extra)) for row in found]


def record():
    """What is stored of `wf`."""
    return Store().read(record_key("wf")).value


def form_of(browser, page="/connections/wf") -> dict[str, str]:
    """The fields of a page's form."""
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', browser.get(page).text))


def in_flow(browser, user, conn_id="wf") -> tuple[str, Flow]:
    """Put the cookie of an authorization that this user has begun into the browser; gives Workfront's answer."""
    flow = Flow.begun(conn_id, user, "http://127.0.0.1/workfront/callback", pkce=False)
    browser.cookies.set("workfront_flow", Seals(KEY).sealed(flow))
    return f"/callback?code=c0de&state={flow.state}", flow


def without(conn_id, answer) -> tuple[int, str]:
    """An answer, its nonce and the connection's name left out: what is the same must be the same then."""
    text = re.sub(r'nonce="[^"]+"', "", answer.text).replace(conn_id, "_")
    return answer.status_code, text


# -- who sees


@pytest.mark.usefixtures("teams")
@pytest.mark.parametrize(
    ("user", "seen"),
    [
        ("olga", {"wf", "from_env"}),
        ("tina", {"wf", "from_env", "wf_red"}),
        ("victor", set()),
        ("ursula", set()),
    ],
)
def test_the_list_is_that_of_airflow(visiting, account, monkeypatch, user, seen):
    """By role and by team; a connection from the environment has no team."""
    monkeypatch.setenv("AIRFLOW_CONN_FROM_ENV", "workfront://cid:s@acme.my.workfront.com/")
    browser = visiting(user)
    page = browser.get("/")

    assert set(SHOWN.findall(page.text)) == seen
    airflows = get_auth_manager().get_authorized_connections(user=account(user))
    assert airflows == seen - {"from_env"}  # what GET /api/v2/connections lists
    assert ("your Airflow user may see" in page.text) is (not seen)


@pytest.mark.usefixtures("teams")
@pytest.mark.parametrize(("user", "hidden"), [("victor", "wf"), ("tina", "wf_blue"), ("olga", "wf_red")])
def test_a_hidden_connection_is_as_one_that_is_missing(visiting, user, hidden):
    """Page, button, pasted code and Workfront's answer: nothing tells whether it is there; nothing is stored."""
    browser = visiting(user)
    token = Seals(KEY).form_token(user)

    def tried(conn_id):
        answers = [browser.get(f"/connections/{conn_id}")]
        answers += [browser.post("/authorize", data={"conn_id": conn_id, "form_token": token})]
        back, _ = in_flow(browser, user, conn_id)
        answers += [browser.post("/code", data={"conn_id": conn_id, "form_token": token, "code": "c0de"})]
        in_flow(browser, user, conn_id)
        back, _ = in_flow(browser, user, conn_id)
        return [without(conn_id, answer) for answer in [*answers, browser.get(back)]]

    assert tried(hidden) == tried("no_such_one")
    assert {status for status, _ in tried(hidden)} == {404}


def test_an_answer_to_somebody_else_names_no_connection(visiting):
    """The browser of an operator, in which a viewer has logged in since."""
    browser = visiting("victor")
    back, _ = in_flow(browser, "olga")
    answers = [browser.get(back)]
    in_flow(browser, "olga")
    answers.append(browser.get("/callback?error=access_denied&state=x"))

    for answer in answers:
        assert answer.status_code == 403
        assert "Another user began this" in answer.text
        assert "wf" not in answer.text.replace("workfront", "")


# -- what Airflow's audit log says


@pytest.mark.usefixtures("audit_log")
def test_an_authorization_is_in_the_audit_log(visiting, site):
    """Who, and which connection; no code and no token. An authorization that fails changes nothing: no row."""
    browser = visiting("olga")
    consent = browser.post("/authorize", data=form_of(browser)).headers["location"]
    assert audited() == []
    back = httpx.get(consent, params=httpx.URL(consent).params.merge({"decision": "allow"})).headers["location"]
    done = browser.get(back)
    assert done.status_code == 303, done.text

    ((event, owner, extra),) = audited()
    assert (event, owner, extra["connection_id"], extra["via"]) == ("workfront_authorize", "olga", "wf", "page")
    tokens = record().tokens
    assert not {tokens.refresh, tokens.access, httpx.URL(back).params["code"]} & set(map(str, extra.values()))
    back, _ = in_flow(browser, "olga")
    assert browser.get(back).status_code == 502
    assert len(audited()) == 1


# -- another key for cookies


def test_a_restart_with_another_secret_key_is_said_and_the_next_try_works(visiting, site, monkeypatch):
    """Cookies and forms of before are void: one clear page each, nothing is stored, and the button works again."""
    browser = visiting("olga")
    old = form_of(browser)
    consent = browser.post("/authorize", data=old).headers["location"]
    back = httpx.get(consent, params=httpx.URL(consent).params.merge({"decision": "allow"})).headers["location"]
    monkeypatch.setenv("AIRFLOW__API__SECRET_KEY", "another-key")
    again = visiting("olga")
    again.cookies = browser.cookies

    refused = again.get(back)
    assert refused.status_code == 400
    assert "[api] secret_key" in refused.text
    refused = again.post("/authorize", data=old)
    assert refused.status_code == 403
    assert "[api] secret_key" in refused.text
    assert record() is None

    consent = again.post("/authorize", data=form_of(again)).headers["location"]
    back = httpx.get(consent, params=httpx.URL(consent).params.merge({"decision": "allow"})).headers["location"]
    assert again.get(back).status_code == 303
    assert record().tokens.refresh


# -- connections of a secrets backend, and a database that takes no writes


def test_a_connection_of_a_secrets_backend_has_its_page(site, visiting, monkeypatch, tmp_path):
    """Found as a task finds it, for who may see connections; other types and users get the answer of a missing one."""
    ours = {"conn_type": "workfront", "host": site.url, "login": "cid", "password": "s"}
    other = {"conn_type": "postgres", "host": "db.example.com"}
    (tmp_path / "secrets.json").write_text(json.dumps({"vaulted": ours, "warehouse": other}))
    monkeypatch.setenv("AIRFLOW__SECRETS__BACKEND", "airflow.secrets.local_filesystem.LocalFilesystemBackend")
    kwargs = json.dumps({"connections_file_path": str(tmp_path / "secrets.json")})
    monkeypatch.setenv("AIRFLOW__SECRETS__BACKEND_KWARGS", kwargs)

    page = visiting("olga").get("/connections/vaulted")
    assert page.status_code == 200
    assert "Authorize in Workfront" in page.text
    answers = {
        without(conn_id, visiting(user).get(f"/connections/{conn_id}"))
        for user, conn_id in (("olga", "warehouse"), ("olga", "missing"), ("victor", "vaulted"))
    }
    assert [status for status, _ in answers] == [404]


def test_a_read_only_database_shows_pages_and_stops_before_consent(visiting):
    """What is stored can be read; nobody is sent to Workfront for tokens that would have no place."""
    browser = visiting("olga")
    form = form_of(browser)
    with read_only_database():
        assert browser.get("/").status_code == 200
        answer = browser.post("/authorize", data=form)

    assert answer.status_code == 503
    assert "takes no writes (OperationalError)" in answer.text
    assert "Nothing was stored" in answer.text
