"""The task that looks for events that never came, with the api-server's routes and the simulator on sockets."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from airflow.sdk.exceptions import AirflowFailException
from support.inbox import scheduled_on, served, told
from support.tasks import run
from support.watched import served as simulated

from airflow_provider_workfront.api.errors import BrokerUnavailable
from airflow_provider_workfront.api.subscribing import EnsureSubscription
from airflow_provider_workfront.events.telling import TellMissed
from airflow_provider_workfront.hooks import WorkfrontHook
from airflow_provider_workfront.operators import WorkfrontMissedEventsOperator
from airflow_provider_workfront.simulator import Options

TOKEN = "tell-nobody-of-this-token"
HOUR = 3600.0  # seconds: nothing of then is on its way any more


@pytest.fixture
def simulator(airflow_db, monkeypatch):
    """Serve a Workfront and the api-server's routes; a DAG is scheduled on projects."""
    with simulated(monkeypatch, Options(event_api_keys=True), events_token=TOKEN) as simulator, served() as url:
        monkeypatch.setenv("AIRFLOW__WORKFRONT__BROKER_URL", url)
        simulator.address = url
        with WorkfrontHook().get_conn() as workfront:
            host = workfront.api_root.partition("//")[2].partition("/")[0]
        with scheduled_on(f"workfront://{host}/PROJ"):
            yield simulator


def looked(**arguments):
    """Look for what was missed of projects, with other arguments as told."""
    return run(WorkfrontMissedEventsOperator(**{"task_id": "t", "obj_code": "PROJ"} | arguments))


def change(simulator, count, ago=HOUR):
    """Change so many projects so many seconds ago; gives their IDs."""
    ids = list(simulator.world.objects("PROJ"))[:count]
    simulator.clock.advance(-ago)
    with WorkfrontHook().get_conn() as workfront:
        for obj_id in ids:
            workfront.update("PROJ", obj_id, {"description": "Secret"})
    simulator.clock.advance(ago)
    return ids


def test_what_no_event_told_of_is_told_once(simulator):
    """Nobody had subscribed; a second look finds nothing new."""
    ids = change(simulator, 3)
    first, second = looked(hours=2), looked(hours=2)

    assert (first, second) == (
        {"stored": 3, "duplicate": 0, "no_asset": 0},
        {"stored": 0, "duplicate": 3, "no_asset": 0},
    )
    assert sorted(extra["obj_id"] for extra in told()) == sorted(ids)


def test_what_an_event_told_of_is_left_out(simulator):
    """Workfront's event and its search show the same state in two ways of writing a date."""
    with WorkfrontHook().get_conn() as workfront:
        url = f"{simulator.address}/events/workfront_default"
        workfront.run(EnsureSubscription("PROJ", "UPDATE", url, TOKEN))
    change(simulator, 2)
    simulator.subscriptions.delivery.settle()

    assert looked(hours=2)["duplicate"] == 2
    assert len(told()) == 2


def test_what_may_be_on_its_way_is_left_to_workfront(simulator):
    """An event says more than a look does, so it has ten minutes."""
    change(simulator, 2, ago=60.0)

    assert looked() == {"stored": 0, "duplicate": 0, "no_asset": 0}


def test_what_nobody_waits_for_is_a_warning(simulator, capsys):
    """The type may be misspelt, or its DAG gone."""
    since = datetime.now(UTC) - timedelta(hours=72)
    changed = [row for row in simulator.world.objects("OPTASK").values() if row["lastUpdateDate"] > since]

    assert changed
    assert looked(obj_code="OPTASK", hours=72)["no_asset"] == len(changed)
    assert "No DAG is scheduled on the asset of OPTASK" in "".join(capsys.readouterr())


def test_filters_say_which_objects(simulator):
    """A subscription with filters does not tell of all, and so does the look."""
    (first, *_) = change(simulator, 3)

    assert looked(hours=2, filters={"ID": first})["stored"] == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"hours": 73}, "from 1 to 72"),
        ({"hours": 0}, "from 1 to 72"),
        ({"hours": "many"}, "many"),
        ({"obj_code": "JRNLE"}, "no events"),
        ({"filters": {"lastUpdateDate": "x"}}, "lastUpdateDate"),
    ],
)
def test_what_cannot_be_fails_for_good(simulator, arguments, words):
    """The words say which argument."""
    with pytest.raises(AirflowFailException, match=words):
        looked(**arguments)


def test_an_api_server_with_another_token_is_named(simulator):
    """The connection must resolve alike on both sides; nothing is lost, since the task may be repeated."""
    url = f"{simulator.address}/missed/workfront_default"
    tell = TellMissed(url, "another-token-of-events", "PROJ", [("a" * 32, "2026-11-02T19:48:56.980Z")])

    with WorkfrontHook().get_conn() as workfront, pytest.raises(BrokerUnavailable, match="events_token") as refused:
        workfront.run(tell)
    assert "another-token" not in str(refused.value)
