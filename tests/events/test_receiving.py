"""The routes with Airflow's real database behind them: who may come in, what is stored, and once."""

from __future__ import annotations

import asyncio
import json
import logging
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from airflow import settings
from airflow.models.asset import AssetDagRunQueue, AssetEvent, AssetModel
from airflow.models.asset_state_store import AssetStateStoreModel
from airflow.models.connection import Connection
from airflow.utils.session import create_session
from fastapi.testclient import TestClient
from sqlalchemy import delete, event, select, update
from sqlalchemy.exc import OperationalError
from support.event_messages import OBJ_ID, STATE, message
from support.inbox import DAG_ID, application, queued, scheduled_on, told

from airflow_provider_workfront.events.app import MOST_AT_ONCE, MOST_BYTES, MOST_OPEN, Events
from airflow_provider_workfront.events.entrance import TRUSTED, Entrance, Unauthorized
from airflow_provider_workfront.events.ledger import KEPT, forget
from airflow_provider_workfront.plugin import WorkfrontPlugin

TOKEN = "tell-nobody-of-this-token"
URI = "workfront://events.my.workfront.com/PROJ"
BEARER = {"Authorization": f"Bearer {TOKEN}"}


def connect(conn_id="wf", token=TOKEN):
    """Save a connection with this token of events."""
    extra = {"auth": "api_key", "api_key": "k" * 20} | ({"events_token": token} if token else {})
    with create_session() as session:
        session.execute(delete(Connection).where(Connection.conn_id == conn_id))
        conn = Connection(
            conn_id=conn_id, conn_type="workfront", host="events.my.workfront.com", extra=json.dumps(extra)
        )
        session.add(conn)


@pytest.fixture
def inbox(airflow_db):
    """A client of the routes; connection `wf`, and a DAG that is scheduled on projects."""
    connect()
    with scheduled_on(URI):
        yield TestClient(application(), raise_server_exceptions=False)
    with create_session() as session:
        session.execute(delete(Connection))


def post(inbox, body=None, to="wf", headers=BEARER, route="events"):
    """Post a message; gives the status and what is said."""
    answer = inbox.post(f"/{route}/{to}", content=message() if body is None else body, headers=headers)
    return answer.status_code, answer.json()


def missed(inbox, *objects, obj_code="proj"):
    """Post what a task has found to be missed; gives what came of it."""
    return post(inbox, json.dumps({"obj_code": obj_code, "objects": objects}).encode(), route="missed")


def test_an_event_is_stored_and_its_dag_is_queued(inbox):
    """Identifiers reach the DAG run, and no content the database."""
    assert post(inbox) == (200, {"outcome": "stored"})

    (extra,) = told(URI)
    assert (extra["obj_id"], extra["event_type"], extra["changed"], extra["conn_id"]) == (
        OBJ_ID,
        "UPDATE",
        ["status"],
        "wf",
    )
    assert queued()
    assert "Secret" not in json.dumps(extra)


def times():
    """Give the times of the asset's events, in the order of their coming, and of the queued run."""
    with create_session() as session:
        of_asset = AssetModel.uri == URI
        events = select(AssetEvent.timestamp).join(AssetModel, AssetModel.id == AssetEvent.asset_id).where(of_asset)
        queue = select(AssetDagRunQueue.created_at).where(AssetDagRunQueue.target_dag_id == DAG_ID)
        return list(session.scalars(events.order_by(AssetEvent.id))), session.scalars(queue).one()


def stored(session):
    """Give what the store of our asset holds; other tests of this process have assets too."""
    of_asset = select(AssetModel.id).where(AssetModel.uri == URI).scalar_subquery()
    return list(session.scalars(select(AssetStateStoreModel).where(AssetStateStoreModel.asset_id == of_asset)))


def test_a_queued_run_waits_for_the_latest_event(inbox):
    """The scheduler gives it the events up to its own time, and the next one only what came after that."""
    for number in range(3):
        post(inbox, message(number))
        events, queued_at = times()
        assert len(events) == number + 1
        assert queued_at == events[-1] == max(events)
    assert len(set(events)) == 3


@pytest.mark.parametrize(("ahead", "followed"), [(0.5, True), (3600, False)], ids=["a little", "an hour"])
def test_a_server_whose_clock_is_behind_stores_no_event_in_the_past(inbox, ahead, followed):
    """Of a run that was made already; a clock that was an hour ahead is followed by nobody."""
    post(inbox)
    earlier = datetime.now(UTC) + timedelta(seconds=ahead)
    with create_session() as session:
        session.execute(update(AssetEvent).values(timestamp=earlier))
    post(inbox, message(2))

    events, queued_at = times()
    assert (events[-1] > earlier) == followed
    assert queued_at == events[-1]


def test_a_repeated_event_is_stored_once(inbox):
    """Workfront promises at least one delivery; the DAG hears of it once, also of two subscriptions and versions."""
    bodies = [message(), message(), message(subscriptionId="s2"), message(eventVersion="v1")]

    assert [post(inbox, body)[1]["outcome"] for body in bodies] == ["stored", *["duplicate"] * 3]
    assert len(told()) == 1


def test_two_changes_of_one_moment_are_two(inbox):
    """Not every change moves `lastUpdateDate`, so that tells no two events apart."""
    assert [post(inbox, message(second))[1]["outcome"] for second in (1, 2)] == ["stored", "stored"]


@pytest.mark.parametrize(
    ("to", "headers"),
    [
        ("wf", {}),
        ("wf", {"Authorization": TOKEN}),
        ("wf", {"Authorization": f"Basic {TOKEN}"}),
        ("wf", {"Authorization": "Bearer"}),
        ("wf", {"Authorization": f"Bearer {TOKEN}x"}),
        ("wf", {"Authorization": "Bearer \xe9".encode("latin-1")}),
        ("none", BEARER),
        ("none", {"Authorization": "Bearer "}),
        ("without", BEARER),
        ("without", {"Authorization": "Bearer "}),
        ("broken", BEARER),
        ("x" * 251, BEARER),
    ],
)
@pytest.mark.parametrize("route", ["events", "missed"])
def test_strangers_learn_nothing(inbox, to, headers, route):
    """Wrong token, no token, no such connection, one without a token or that cannot be read: one answer."""
    connect("without", token="")
    connect("broken", token="short")

    assert post(inbox, to=to, headers=headers, route=route) == (
        401,
        {"error": {"kind": "unauthorized", "message": "not the token of this connection"}},
    )
    assert told() == []


@pytest.mark.parametrize(
    ("to", "said"),
    [
        ("without", "its field events_token is empty"),
        ("none", "there is no such connection"),
        ("broken", "field events_token"),
        ("wf", "run the task that keeps the subscription"),
        ("two%1B[2Klines", ""),
    ],
)
def test_the_log_tells_why_nobody_is_let_in(inbox, caplog, to, said):
    """Workfront shows nobody the answer; and nobody writes lines of his own into the log."""
    connect("without", token="")
    connect("broken", token="short")

    assert post(inbox, to=to, headers={"Authorization": "Bearer another"})[0] == 401
    assert said in caplog.text
    assert "two" not in "".join(record.getMessage() for record in caplog.records if "events" in record.name)


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Basic d2Y6d2Y="}])
def test_the_log_tells_that_there_was_no_bearer(inbox, caplog, headers):
    """A proxy in between may have taken it away, and whoever looks for the reason finds it."""
    assert post(inbox, headers=headers)[0] == 401
    assert "connection wf came without a bearer token" in caplog.text


def test_a_stranger_is_refused_before_his_body_is_read(inbox):
    """A megabyte of anybody must cost nothing."""
    assert post(inbox, b"x" * (MOST_BYTES + 1), headers={})[0] == 401


@pytest.mark.parametrize("to", ["a/b", "a#b", "a:b"])
def test_any_connection_id_has_an_address(inbox, to):
    """The operator that subscribes quotes it whole."""
    connect(to)

    assert post(inbox, to=quote(to, safe=""))[0] == 200


def parts(size):
    """Send a body without saying how long it is."""
    for _ in range(0, size, 65_536):
        yield b" " * 65_536


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        (b"", 400, "refused with 400: the body is no JSON"),
        (b"no json", 400, "the body is no JSON"),
        (message(newState=STATE | {"ID": "a b"}), 400, "ID is missing"),
        (b" " * (MOST_BYTES + 1), 413, "refused with 413: a message has at most"),
        (parts(2 * MOST_BYTES), 413, "a message has at most"),
        (b"{}", 200, ""),
    ],
)
def test_what_is_no_event_has_its_answer(inbox, caplog, body, status, said):
    """Malformed, too long (said so or not), an empty one that tries the address; the log says why, Workfront never."""
    caplog.set_level(logging.DEBUG)

    assert post(inbox, body)[0] == status
    assert told() == []
    assert said in caplog.text
    assert "Secret" not in caplog.text


def test_the_longest_event_is_taken(inbox):
    """Workfront sends up to a megabyte."""
    text = message(newState=STATE | {"description": "x"})
    longest = text.replace(b'"x"', b'"' + b"x" * (MOST_BYTES - len(text) + 1) + b'"')

    assert len(longest) == MOST_BYTES
    assert post(inbox, longest) == (200, {"outcome": "stored"})


@pytest.mark.parametrize(
    ("code", "said"),
    [("TASK", "workfront://events.my.workfront.com/TASK"), ("RECORD_", "RECORD_ is no type of object")],
)
def test_an_event_that_no_dag_waits_for_is_let_go(inbox, caplog, code, said):
    """It is no failure of Workfront's, which would switch the address off; the log says it."""
    assert post(inbox, message(newState=STATE | {"objCode": code})) == (200, {"outcome": "no_asset"})
    assert said in caplog.text


def test_only_identifiers_are_logged(inbox, caplog):
    """Neither the token nor anything of the message, at any level, whatever happens."""
    caplog.set_level(logging.DEBUG)
    for body in (message(), message(), message(eventType=None), b'{"newState": "Secret"}'):
        post(inbox, body)
    post(inbox, headers={"Authorization": "Bearer Secret"})

    assert OBJ_ID in caplog.text
    assert not any(word in caplog.text for word in (TOKEN, "Secret", "CUR", "PLN"))


def test_events_at_the_same_time_are_stored_once_each(inbox):
    """Twelve callers bring the same four events."""
    with ThreadPoolExecutor(12) as callers:
        answers = list(callers.map(lambda number: post(inbox, message(number % 4)), range(12)))

    assert {status for status, _ in answers} == {200}
    assert len(told()) == 4


STORE = """
import sys
from support.event_messages import message
from airflow_provider_workfront.events.taking import taken

print("ready", flush=True)
sys.stdin.readline()
print(*(taken("wf", "events.my.workfront.com", message(second))["outcome"] for second in range(40)))
"""


def test_two_processes_store_each_event_once(inbox):
    """They share nothing but the database; together they count forty."""
    path = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]
    script = f"import sys; sys.path[:0] = {path!r}\n{STORE}"
    both = [
        subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    for each in both:
        while each.stdout.readline().strip() != "ready":
            assert each.poll() is None
    for each in both:
        each.stdin.write("go\n")
        each.stdin.flush()
    last = [each.communicate(timeout=60)[0].splitlines()[-1] for each in both]  # after the lines of the log
    outcomes = " ".join(last).split()

    assert [outcomes.count(word) for word in ("stored", "duplicate")] == [40, 40]
    assert len(told()) == 40


def test_what_is_not_committed_is_not_marked(inbox):
    """A database that fails at the last moment makes Workfront send again, and then the event counts."""

    def fail(_session):
        raise OperationalError("commit", {}, Exception("gone"))

    event.listen(settings.NonScopedSession, "before_commit", fail)
    try:
        assert post(inbox)[0] == 503
    finally:
        event.remove(settings.NonScopedSession, "before_commit", fail)

    assert post(inbox) == (200, {"outcome": "stored"})


def test_a_database_that_is_away_makes_nobody_a_stranger(inbox):
    """Whose token it is nobody can tell then, and a connection that is not found is not remembered as missing."""

    def fail(*_):
        raise OperationalError("select", {}, Exception("gone"))

    event.listen(settings.engine, "before_cursor_execute", fail)
    try:
        assert [post(inbox)[0] for _ in range(2)] == [503, 503]
    finally:
        event.remove(settings.engine, "before_cursor_execute", fail)

    assert post(inbox) == (200, {"outcome": "stored"})


def test_a_database_that_is_slow_is_not_waited_for(airflow_db, monkeypatch):
    """Workfront hangs up after five seconds; it is told before to come again, and what was stored is found then."""
    release = threading.Event()
    monkeypatch.setattr("airflow_provider_workfront.events.app.ANSWER_WITHIN", 0.05)
    monkeypatch.setattr(Entrance, "host", lambda *_: release.wait(20))
    client = TestClient(application())
    try:
        assert post(client)[0] == 503
    finally:
        release.set()


def test_the_event_loop_never_waits_for_the_database(inbox):
    """Heartbeats of tasks pass over the same loop; every statement is made on a thread of our own."""
    seen = set()

    def note(*_):
        seen.add(threading.current_thread().name.rpartition("_")[0])

    event.listen(settings.engine, "before_cursor_execute", note)
    try:
        for route, body in (("events", None), ("missed", b'{"obj_code": "PROJ", "objects": [["a", "b"]]}')):
            assert post(inbox, body, route=route)[0] == 200
    finally:
        event.remove(settings.engine, "before_cursor_execute", note)

    assert seen == {"workfront-events"}


def test_a_burst_waits_in_line(inbox, monkeypatch):
    """To refuse most of a burst would make Workfront disable the address: more than 70 % in over 100 tries."""
    monkeypatch.setattr("airflow_provider_workfront.events.app.ANSWER_WITHIN", 60)
    posts = [message(second) for second in range(2 * MOST_AT_ONCE)]

    async def burst():
        transport = httpx.ASGITransport(inbox.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://airflow", headers=BEARER) as caller:
            return await asyncio.gather(*(caller.post("/events/wf", content=body) for body in posts))

    assert {answer.status_code for answer in asyncio.run(burst())} == {200}
    assert len(told()) == len(posts)


def test_too_many_at_once_are_put_off(airflow_db):
    """There is an end to the line; Workfront comes again."""
    app = application()
    events = next(route.endpoint.__self__ for route in app.routes if getattr(route, "path", "").startswith("/events"))
    assert isinstance(events, Events)
    events._open = MOST_OPEN

    assert post(TestClient(app))[0] == 503


def test_a_new_token_counts_after_seconds(inbox):
    """A connection is not looked up for each event of a burst, since that may ask a secrets backend."""
    now = [0.0]
    entrance = Entrance(clock=lambda: now[0])
    entrance.host("wf", TOKEN)
    connect(token="another-token-of-events")

    assert entrance.host("wf", TOKEN) == "events.my.workfront.com"
    now[0] = TRUSTED
    with pytest.raises(Unauthorized):
        entrance.host("wf", TOKEN)
    assert entrance.host("wf", "another-token-of-events") == "events.my.workfront.com"


def test_old_marks_are_forgotten(inbox):
    """They stay as long as Workfront may repeat an event, and not for ever; a cursor that is old is none."""
    post(inbox)
    post(inbox, message(2))
    with create_session() as session:
        asset_id = session.scalars(select(AssetModel.id).where(AssetModel.uri == URI)).one()
        session.add(AssetStateStoreModel(asset_id=asset_id, key="cursor", value='"x"'))
        session.add(AssetStateStoreModel(asset_id=asset_id, key="workfront_changes_1", value='"a watch stands here"'))
        session.flush()
        session.execute(update(AssetStateStoreModel).values(updated_at=datetime.now(UTC) - KEPT - timedelta(minutes=1)))
    post(inbox, message(3))

    forget()
    with create_session() as session:
        kept = sorted(row.key.rpartition("_")[0] for row in stored(session))

    assert kept == ["", "workfront_changes", "workfront_mark_event"]
    assert post(inbox, message(3))[1] == {"outcome": "duplicate"}


LAST = "2026-11-02T19:48:56.980Z"


def test_what_was_missed_is_told_once(inbox):
    """By the task that looks for it, however often it does, and not again by a late delivery."""
    first, second = (missed(inbox, [OBJ_ID, LAST])[1]["outcomes"] for _ in range(2))
    late = post(inbox)

    assert (first["stored"], second["duplicate"], late[1]["outcome"]) == (1, 1, "duplicate")
    assert [(extra["event_type"], extra["obj_id"]) for extra in told()] == [("MISSED", OBJ_ID)]


def test_an_event_after_a_repair_counts(inbox):
    """Not every change moves `lastUpdateDate`; the repair stands for what was before it, and not for what comes."""
    missed(inbox, [OBJ_ID, LAST])
    later = int((datetime.now(UTC) + timedelta(minutes=1)).timestamp())

    assert [post(inbox, message(second))[1]["outcome"] for second in (1, later, later)] == [
        "duplicate",
        "stored",
        "duplicate",
    ]


def set_ahead(by: timedelta) -> None:
    """Set the clock back since the marks were made, as they see it."""
    with create_session() as session:
        session.execute(update(AssetStateStoreModel).values(updated_at=datetime.now(UTC) + by))


def test_a_mark_from_before_the_clock_was_set_back_stays_no_longer_than_others(inbox):
    """It was made "in a year": from now on it ages like one that is made now, and still counts."""
    post(inbox)
    set_ahead(timedelta(days=365))
    forget()
    with create_session() as session:
        made = {row.updated_at for row in stored(session)}

    assert all(abs(at - datetime.now(UTC)) < timedelta(minutes=1) for at in made)
    assert post(inbox)[1] == {"outcome": "duplicate"}


def test_a_repair_from_before_the_clock_was_set_back_swallows_no_event(inbox):
    """It was made "in an hour", and what happens until then is no less new: told twice rather than never."""
    missed(inbox, [OBJ_ID, LAST])
    set_ahead(timedelta(hours=1))
    soon = int((datetime.now(UTC) + timedelta(minutes=2)).timestamp())

    assert post(inbox, message(soon))[1] == {"outcome": "stored"}


def test_what_was_told_is_not_missed(inbox):
    """An object whose last state an event told of is left; a later state is not."""
    post(inbox)
    outcomes = missed(inbox, [OBJ_ID, LAST], [OBJ_ID, "2026-11-02T20:00:00.000Z"])[1]["outcomes"]

    assert outcomes == {"stored": 1, "duplicate": 1, "no_asset": 0}


@pytest.mark.parametrize(
    "said", ["no", "[]", "{}", '{"obj_code": 1, "objects": []}', '{"obj_code": "PROJ", "objects": [["a"]]}']
)
def test_a_wrong_list_of_missed_ones_is_refused(inbox, said):
    """Both sides are of one version, or it is said."""
    assert post(inbox, said.encode(), route="missed")[0] == 400


def test_a_long_list_of_missed_ones_is_refused(inbox):
    """Each takes a transaction, and an answer has its time."""
    assert missed(inbox, *[[OBJ_ID, LAST]] * 101)[0] == 400


def test_the_plugin_takes_events_in(airflow_db):
    """Airflow mounts what the plugin says, events among it."""
    (mounted,) = WorkfrontPlugin.fastapi_apps

    assert post(TestClient(mounted["app"]), to="none")[0] == 401
