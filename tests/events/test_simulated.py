"""Workfront, simulated, delivers over a socket: late, twice, in any order, after an outage; it is told once."""

from __future__ import annotations

from collections import Counter
from urllib.parse import urlsplit

import pytest
from support.inbox import scheduled_on, served, told
from support.watched import served as simulated

from airflow_provider_workfront.api.subscribing import EnsureSubscription, UpgradeSubscriptions
from airflow_provider_workfront.hooks import WorkfrontHook
from airflow_provider_workfront.simulator import Options

TOKEN = "tell-nobody-of-this-token"
FAST = Options(event_api_keys=True, event_time_scale=0.0005)
"""The first repetition comes after 42 ms instead of 85 s."""


@pytest.fixture
def simulator(airflow_db, monkeypatch, request):
    """A Workfront on a socket, and a DAG that is scheduled on its projects and tasks."""
    with simulated(monkeypatch, getattr(request, "param", FAST), events_token=TOKEN) as simulator:
        with WorkfrontHook().get_conn() as workfront:
            simulator.host = urlsplit(workfront.api_root).netloc
        with scheduled_on(*(f"workfront://{simulator.host}/{code}" for code in ("PROJ", "TASK"))):
            yield simulator


def subscribe(url, *kinds, **more):
    """Subscribe to these kinds of changes, with the token of the connection."""
    hook = WorkfrontHook()
    with hook.get_conn() as workfront:
        for obj_code, event_type in kinds:
            given = {"url": f"{url}/events/workfront_default", "auth_token": hook.events_token()} | more
            workfront.run(EnsureSubscription(obj_code, event_type, **given))


def change(simulator, times):
    """Change projects so often, one after another; gives how often each was changed."""
    ids = list(simulator.world.objects("PROJ"))
    changed = Counter(ids[number % len(ids)] for number in range(times))
    with WorkfrontHook().get_conn() as workfront:
        for number in range(times):
            workfront.update("PROJ", ids[number % len(ids)], {"description": f"Secret {number}"})
    return changed


def settled(simulator):
    """Wait until every event is delivered or given up; gives what was counted."""
    simulator.subscriptions.delivery.settle()
    return simulator.subscriptions.delivery.numbers()


UNRULY = Options(event_api_keys=True, event_time_scale=0.0005, event_jitter_seconds=0.2, event_duplicate_rate=0.5)


@pytest.mark.parametrize("simulator", [UNRULY], indirect=True)
def test_each_change_is_told_once(simulator):
    """Two api-servers, two subscriptions that tell of the same changes, half of all delivered twice, none in order."""
    with served() as one, served() as other:
        for url in (one, other):
            subscribe(url, ("PROJ", "UPDATE"))
        changed = change(simulator, 30)
        counted = settled(simulator)

    assert counted["delivered"] > 60
    assert Counter(extra["obj_id"] for extra in told()) == changed


@pytest.mark.parametrize("is_base64", [False, True])
def test_creation_change_and_deletion_reach_the_asset(simulator, is_base64):
    """Each with its kind, its object, and what changed."""
    with served() as url:
        kinds = [("TASK", kind) for kind in ("CREATE", "UPDATE", "DELETE")]
        subscribe(url, *kinds, base64_encoding=is_base64)
        project = next(iter(simulator.world.objects("PROJ")))
        with WorkfrontHook().get_conn() as workfront:
            task = workfront.create("TASK", {"name": "Secret", "projectID": project})["ID"]
            workfront.update("TASK", task, {"name": "Secret 2"})
            workfront.delete("TASK", task)
        settled(simulator)

    events = {extra["event_type"]: extra for extra in told(f"workfront://{simulator.host}/TASK")}
    assert [(events[kind]["obj_id"], events[kind]["version"]) for _, kind in kinds] == [(task, "v2")] * 3
    assert "name" in events["UPDATE"]["changed"]
    assert "Secret" not in str(events)


@pytest.mark.parametrize("simulator", [Options(event_api_keys=True)], indirect=True)
def test_both_versions_of_an_event_are_one(simulator):
    """For five minutes after a change of version Workfront sends both."""
    with served() as url:
        subscribe(url, ("PROJ", "UPDATE"))
        with WorkfrontHook().get_conn() as workfront:
            workfront.run(UpgradeSubscriptions(version="v1"))
        change(simulator, 5)
        counted = settled(simulator)

    assert (counted["delivered"], len(told())) == (10, 5)


def test_an_outage_of_this_airflow_loses_nothing(simulator):
    """Nobody listens, and Workfront comes again."""
    with served() as url:
        subscribe(url, ("PROJ", "UPDATE"))
    changed = change(simulator, 5)
    with served(port=urlsplit(url).port):
        settled(simulator)

    assert Counter(extra["obj_id"] for extra in told()) == changed


@pytest.mark.parametrize("simulator", [Options(event_api_keys=True, event_time_scale=0.000005)], indirect=True)
def test_a_wrong_token_stores_nothing(simulator):
    """Whoever made that subscription did not know the connection's token."""
    with served() as url:
        subscribe(url, ("PROJ", "UPDATE"), auth_token="the-token-of-somebody-else")
        change(simulator, 1)
        counted = settled(simulator)

    assert (counted["given_up"], told()) == (1, [])
