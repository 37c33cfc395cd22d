"""`airflow workfront ...`: what it shows and what it heals."""

from __future__ import annotations

import getpass
import json
from argparse import Namespace
from dataclasses import replace

import pytest
from airflow.models.connection import Connection
from airflow.models.log import Log
from airflow.models.variable import Variable
from airflow.utils.session import create_session
from sqlalchemy import delete, select, text
from support.metrics import received
from support.typed import parsed

from airflow_provider_workfront.auth.token import Token
from airflow_provider_workfront.broker.ask import Ask
from airflow_provider_workfront.broker.server import home
from airflow_provider_workfront.broker.state import Attempt, Grant, sown
from airflow_provider_workfront.broker.store import Store, record_key
from airflow_provider_workfront.cli import grants

WF = Namespace(conn_id="wf", json=False, force=False, yes=True, check=False)


@pytest.fixture
def grant(airflow_db, monkeypatch) -> Grant:
    """A connection and its grant, refreshed once."""
    monkeypatch.setenv("_AIRFLOW_PROCESS_CONTEXT", "server")
    where = {"base_url": "https://acme.my.workfront.com", "client_id": "cid", "home": home(), "key": "ab" * 32}
    made = sown("wf", "R0-SECRET", **where)
    made = made.leased("me", 0, 1).committed(Token("A1-SECRET", "R1-SECRET", 3600, "user1"), 0, Ask())
    with create_session() as session:
        host = "acme.my.workfront.com"
        session.add(Connection(conn_id="wf", conn_type="workfront", host=host, login="cid", password="s"))
    Store().swap(record_key("wf"), None, made)
    yield made
    with create_session() as session:
        session.execute(delete(Variable))
        session.execute(delete(Connection))


def stored() -> Grant:
    """The grant as it is stored now."""
    return Store().read(record_key("wf")).value


def test_status_shows_the_state_and_no_token(grant, capsys):
    """Generation, host and user by name; tokens by a short hash."""
    grants.status(WF)
    shown = capsys.readouterr().out

    assert "generation           1" in shown
    assert "user1" in shown
    assert "SECRET" not in shown


@pytest.mark.parametrize("command", ["status", "retry", "adopt", "forget"])
def test_a_connection_that_cannot_work_is_one_clear_line(grant, command):
    """A wrong host, say: connection and field are named."""
    with create_session() as session:
        session.scalars(select(Connection)).one().host = "acme.example.com"
    args = parsed(command, "wf")

    with pytest.raises(SystemExit, match=r"connection wf, field host.* is not a Workfront host"):
        args.func(args)


def test_status_of_an_unknown_connection_says_so(grant):
    """And where to look."""
    with pytest.raises(SystemExit, match="airflow connections list"):
        grants.status(Namespace(conn_id="nope", json=True, check=False))


def test_each_change_is_in_the_audit_log(grant):
    """Who ran the command, where, and on which connection; a command that changes nothing leaves no row."""
    store = Store()
    with create_session() as session:
        session.execute(delete(Log))
    with pytest.raises(SystemExit, match="still there"):
        grants.forget(WF)
    assert audited() == []
    store.swap(record_key("wf"), store.read(record_key("wf")).cipher, grant.ended("refused", "mark"))
    grants.retry(WF)
    store.swap(record_key("wf"), store.read(record_key("wf")).cipher, replace(grant, home="elsewhere"))
    grants.adopt(WF)
    grants.forget(Namespace(conn_id="wf", force=True, yes=True))

    rows = audited()
    assert [row.event for row in rows] == ["workfront_retry", "workfront_adopt", "workfront_forget"]
    assert {row.owner for row in rows} == {getpass.getuser()}
    told = [json.loads(row.extra) for row in rows]
    assert {(each["connection_id"], each["via"]) for each in told} == {("wf", "command line")}
    assert "SECRET" not in str(told)


def test_an_audit_log_that_takes_no_row_fails_no_change(grant, caplog):
    """The change is stored by then; the log says what is missing."""
    Store().swap(record_key("wf"), Store().read(record_key("wf")).cipher, grant.ended("refused", "mark"))
    with create_session() as session:
        session.execute(text("alter table log rename to log_away"))
    try:
        grants.retry(WF)
    finally:
        with create_session() as session:
            session.execute(text("alter table log_away rename to log"))

    assert not stored().dead
    assert "retry by" in caplog.text
    assert "is not in Airflow's audit log" in caplog.text


def audited() -> list[Log]:
    """What Airflow's audit log has of ours."""
    with create_session() as session:
        found = session.scalars(select(Log).where(Log.event.startswith("workfront_")).order_by(Log.id)).all()
        session.expunge_all()
        return list(found)


def test_retry_allows_one_more_try(grant):
    """A dead grant becomes ready; nothing else of it changes."""
    Store().swap(record_key("wf"), Store().read(record_key("wf")).cipher, grant.ended("refused", "mark"))

    grants.retry(WF)

    assert not stored().dead
    assert stored().tokens == grant.tokens


def test_adopt_binds_a_grant_to_this_airflow(grant):
    """After a database was moved on purpose."""
    Store().swap(record_key("wf"), Store().read(record_key("wf")).cipher, replace(grant, home="elsewhere"))

    grants.adopt(WF)

    assert stored().home == home()


def test_a_connection_without_record_says_what_makes_one(grant):
    """Nothing is wrong with it."""
    with create_session() as session:
        session.execute(delete(Variable))

    with pytest.raises(SystemExit, match="authorize it"):
        grants.status(WF)


def listed(capsys) -> dict[str, dict[str, object]]:
    """Every line of the overview, by connection."""
    grants.status(Namespace(conn_id=None, json=True, output="table", check=False))
    return {line["conn_id"]: line for line in json.loads(capsys.readouterr().out.splitlines()[-1])}


def test_the_overview_has_every_connection_and_every_record(grant, capsys, monkeypatch):
    """Rows, environment variables, deleted connections, unreadable and resting records: each with what to do next."""
    store = Store()
    with create_session() as session:
        host = "acme.my.workfront.com"
        key = json.dumps({"auth": "api_key", "api_key": "KEY-SECRET"})
        session.add(Connection(conn_id="keyed", conn_type="workfront", host=host, extra=key))
        session.add(Connection(conn_id="copied", conn_type="workfront", host=host, login="cid", password="s"))
        session.add(Connection(conn_id="broken", conn_type="workfront", host="example.com"))
        session.add(Connection(conn_id="other", conn_type="http", host=host))
    monkeypatch.setenv("AIRFLOW_CONN_ENV", f"workfront://cid:s@{host}/?refresh_token=SEED-SECRET")
    store.swap(record_key("gone"), None, replace(grant, conn_id="gone"))
    store.swap(record_key("copied"), None, replace(grant, conn_id="copied", home="elsewhere"))
    store.swap(record_key("wf") + "__aside__1234", None, grant)
    found = listed(capsys)

    assert {conn_id: line["state"] for conn_id, line in found.items()} == {
        "wf": "active",
        "keyed": "api_key",
        "copied": "another Airflow's",
        "broken": "cannot be used",
        "env": "not used yet",
        "gone": "connection deleted",
        "wf__aside__1234": "set aside",
    }
    assert found["gone"]["next_step"] == "airflow workfront forget gone"
    assert "airflow workfront adopt copied" in found["copied"]["next_step"]
    assert (found["wf"]["generation"], found["wf"]["next_step"]) == (1, "nothing")
    assert "SECRET" not in str(found)


def test_the_overview_says_when_authorization_ends(grant, capsys):
    """In time, with what to do."""
    with create_session() as session:
        row = session.scalars(select(Connection).where(Connection.conn_id == "wf")).one()
        row.extra = json.dumps({"absolute_expiry_days": 10})
    began = Store().read("x").now - 5 * 86_400
    Store().swap(record_key("wf"), Store().read(record_key("wf")).cipher, replace(grant, began_at=began))

    found = listed(capsys)["wf"]
    assert found["days_left"] == 5
    assert "authorize again before. Do it now." in found["next_step"]


def test_the_overview_is_a_table_too(grant, capsys):
    """As Airflow's own commands print theirs."""
    grants.status(Namespace(conn_id=None, json=False, output="plain", check=False))

    assert "active" in capsys.readouterr().out


def test_forget_leaves_a_connection_that_is_there(grant):
    """Its grant would be lost."""
    with pytest.raises(SystemExit, match="still there"):
        grants.forget(WF)
    assert stored() is not None


def test_forget_deletes_the_records_of_a_deleted_connection(grant, capsys):
    """The one in use and those set aside; others stay."""
    store = Store()
    store.swap(record_key("wf") + "__aside__1234", None, grant)
    store.swap(record_key("wf2"), None, grant)
    with create_session() as session:
        session.execute(delete(Connection))

    grants.forget(WF)

    assert "2 token record(s) deleted" in capsys.readouterr().out
    assert [record.key for record in store.records()] == [record_key("wf2")]
    with pytest.raises(SystemExit, match="no token record"):
        grants.forget(WF)


def rewrite(**changes) -> None:
    """Change the stored record of `wf`."""
    found = Store().read(record_key("wf"))
    assert Store().swap(record_key("wf"), found.cipher, replace(found.value, **changes))


def failing(outcome: str, notice: str) -> dict[str, object]:
    """A record whose refresh failed at noon of the first of January 2026."""
    return {"attempt": Attempt(1_767_268_800.0, outcome), "notice": notice}


def test_a_failing_refresh_is_a_state_of_its_own(grant, capsys):
    """Since when, why in Workfront's words, and what to check; control characters cannot forge lines."""
    rewrite(**failing("misconfigured", "HTTP 401: invalid_client: no\nconnection wf: active \x1b[32m"))

    found = listed(capsys)["wf"]
    assert (found["state"], found["since"]) == ("failing", "2026-01-01T12:00:00Z")
    assert found["last_outcome"] == r"HTTP 401: invalid_client: no\nconnection wf: active \x1b[32m"
    assert found["next_step"].startswith("check client ID and client secret")
    grants.status(WF)
    shown = capsys.readouterr().out
    assert "failing" in shown
    assert "\x1b" not in shown


@pytest.mark.parametrize(
    ("outcome", "step"),
    [("not sent", "proxy and network of the api-server"), ("ambiguous", "the next task tries again")],
)
def test_the_next_step_fits_the_failure(grant, capsys, outcome, step):
    """Only a refusal of the client is the connection's fault."""
    rewrite(**failing(outcome, "HTTP 503"))

    assert step in listed(capsys)["wf"]["next_step"]


@pytest.mark.parametrize(
    ("changes", "within", "said"),
    [
        ({}, 7, ""),
        (failing("misconfigured", "invalid_client"), 7, "'wf': failing. Next: check client ID and client secret"),
        ({"dead": True, "notice": "refused"}, 7, "'wf': reauthorize. Next: authorize it at http"),
        ({"home": "elsewhere"}, 7, "'wf': another Airflow's"),
        ({"days": 5}, 7, "'wf': active .5 days left.. Next: The authorization ends in about 5 days"),
        ({"days": 5}, 4, ""),
        ({"days": -3}, 7, "'wf': active .-3 days left.. Next: The authorization should have ended"),
    ],
    ids=["good", "failing", "refused", "copied", "ends soon", "not so soon", "past its end"],
)
@pytest.mark.parametrize("conn_id", ["wf", None], ids=["one", "all"])
def test_check_ends_with_an_error_when_a_person_is_needed(grant, capsys, changes, within, said, conn_id):
    """For cron and monitoring: what is wrong stands on the error output, the states on the other."""
    with create_session() as session:
        session.scalars(select(Connection)).one().extra = json.dumps({"absolute_expiry_days": 100})
    days = changes.get("days", 50)
    record = {name: value for name, value in changes.items() if name != "days"}
    rewrite(began_at=Store().read("x").now - (100 - days) * 86_400, **record)
    args = parsed("status", *([conn_id] if conn_id else []), "--check", "--within", str(within))

    if said:
        with pytest.raises(SystemExit, match=said):
            args.func(args)
    else:
        args.func(args)
    assert "generation" in capsys.readouterr().out


def test_check_watches_seven_days_unless_told_otherwise():
    """A week is enough to find the person who may authorize."""
    args = parsed("status", "--check")
    assert (args.check, args.within, args.conn_id) == (True, 7, None)


def test_retry_sets_the_gauges(grant):
    """A person has acted: monitoring hears of it before the next task does."""
    from airflow._shared.observability.metrics import stats

    rewrite(dead=True, notice="refused")
    with received(stats, tagged=False) as lines_of:
        grants.retry(WF)
        lines = lines_of(2)

    assert lines[0] == "airflow.workfront.token.reauthorize.wf:0|g"
