"""From a change in Workfront to a DAG run: the example in a real Airflow, whose api-server has two processes."""

from __future__ import annotations

import json
import logging
import time
from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest
from demo import wait
from support.deployment import EVENTS_TOKEN, kill
from support.listening import Listening

from airflow_provider_workfront.auth.session import ApiKeySession
from airflow_provider_workfront.client import Client, open_client
from airflow_provider_workfront.simulator import Options

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.deployment import Deployment

pytestmark = [pytest.mark.timeout(600), pytest.mark.slow]

log = logging.getLogger(__name__)

UNRULY = Options(event_api_keys=True, event_time_scale=0.002, event_duplicate_rate=0.3, event_jitter_seconds=0.3)
"""A third of all events comes twice, in any order; the first repetition of a failed one after 0.2 s, not 85."""


@pytest.fixture(scope="module")
def workfront(airflow, served) -> Iterator[Listening]:
    """A Workfront that tells of changes; the example has subscribed, and waits for them."""
    simulator = Listening(UNRULY)
    extra = {"auth": "api_key", "api_key": simulator.credentials["api_key"], "events_token": EVENTS_TOKEN}
    airflow.secrets |= {EVENTS_TOKEN, "Secret 5"}  # of a message only identifiers and names of fields are kept
    with served(simulator, **extra):
        airflow.pause("workfront_on_event", is_paused=False)
        airflow.run("workfront_subscribe")
        yield simulator
        airflow.pause("workfront_on_event")


def client(workfront: Listening) -> Client:
    """Open a client of a person who works in Workfront."""
    session = ApiKeySession(workfront.credentials["api_key"])
    return open_client(session, api_root=f"{workfront.url}/attask/api/v21.0")


def runs(airflow: Deployment) -> list[dict[str, Any]]:
    """Give the runs of the DAG that waits for events, the oldest first."""
    rows = airflow.http.get("/api/v2/dags/workfront_on_event/dagRuns", params={"limit": 100}).json()["dag_runs"]
    return sorted(rows, key=lambda row: row["run_after"])


def of_objects(airflow: Deployment) -> Counter[str]:
    """Count the asset events of each object."""
    rows: list[dict[str, Any]] = []
    while True:
        asked = {"limit": 100, "offset": len(rows)}
        page = airflow.http.get("/api/v2/assets/events", params=asked).json()
        rows += page["asset_events"]
        if len(rows) >= page["total_entries"] or not page["asset_events"]:
            return Counter(row["extra"]["obj_id"] for row in rows if "obj_id" in row["extra"])


def received(airflow: Deployment) -> Counter[str]:
    """Count the events of each object that runs of the DAG were given; the API cannot say it of a queued run."""
    rows = airflow.query(
        "select cast(e.extra as text) from dagrun_asset_event of_run join asset_event e on e.id = of_run.event_id "
        "join dag_run r on r.id = of_run.dag_run_id where r.dag_id = ?",
        "workfront_on_event",
    )
    return Counter(json.loads(extra)["obj_id"] for (extra,) in rows)


def test_a_change_starts_a_run_that_knows_what_changed(airflow, workfront):
    """Through subscription, delivery, plugin and scheduler; the seconds that it took are logged."""
    project = next(iter(workfront.world.find("PROJ", status="CUR")))
    took, before_all = [], of_objects(airflow)
    with client(workfront) as person:
        for status in ("PLN", "CUR", "PLN", "CUR", "PLN", "CUR"):
            before = len(runs(airflow))
            began = time.time()
            person.update("PROJ", project["ID"], {"status": status})
            wait(lambda seen=before: len(runs(airflow)) > seen, 60, "a run to be made")
            last = runs(airflow)[-1]["dag_run_id"]
            assert airflow.ended("workfront_on_event", last) == "success"
            row = next(row for row in runs(airflow) if row["dag_run_id"] == last)
            took.append(datetime.fromisoformat(row["start_date"]).timestamp() - began)
    path = f"/api/v2/dags/workfront_on_event/dagRuns/{last}/taskInstances/say/xcomEntries/return_value"

    log.info("seconds from a change to a running DAG: %s", [f"{seconds:.2f}" for seconds in sorted(took)])
    assert airflow.http.get(path).json()["value"] == [project["name"]]
    assert of_objects(airflow) - before_all == {project["ID"]: 6}


def test_a_burst_reaches_runs_with_nothing_after_it(airflow, workfront):
    """Events that come before the scheduler has looked belong to the run of the first of them, or to a later one."""
    ids, reached = list(workfront.world.objects("PROJ"))[:10], received(airflow)
    with client(workfront) as person:
        for obj_id in ids:
            person.update("PROJ", obj_id, {"description": f"Secret 5 {obj_id}"})
    workfront.subscriptions.delivery.settle()

    wait(lambda: received(airflow) - reached == Counter(ids), 60, "each event to reach a run")


def test_events_of_a_paused_dag_reach_the_first_run_after_it(airflow, workfront):
    """Airflow queues nothing for a paused DAG, and keeps the events: any event of the asset brings them along."""
    obj_ids, before, reached = list(workfront.world.objects("PROJ"))[:3], of_objects(airflow), received(airflow)
    airflow.pause("workfront_on_event")
    with client(workfront) as person:
        for obj_id in obj_ids:
            person.update("PROJ", obj_id, {"description": f"Secret 5 paused {obj_id}"})
    workfront.subscriptions.delivery.settle()
    wait(lambda: of_objects(airflow) - before == Counter(obj_ids), 30, "the events to be stored")
    airflow.pause("workfront_on_event", is_paused=False)
    assert received(airflow) == reached

    assets = airflow.http.get("/api/v2/assets", params={"uri_pattern": "/PROJ", "limit": 100}).json()["assets"]
    (asset,) = [each for each in assets if each["uri"] == f"workfront://{workfront.url.split('//')[1]}/PROJ"]
    airflow.http.post("/api/v2/assets/events", json={"asset_id": asset["id"], "extra": {"obj_id": "by hand"}})
    wait(lambda: received(airflow) - reached == Counter([*obj_ids, "by hand"]), 60, "what was told meanwhile to come")


def test_killed_servers_lose_and_double_no_event(airflow, workfront):
    """Processes of the api-server die while sixty events come in, a third of them twice: sixty are told."""
    before, reached = of_objects(airflow), received(airflow)
    ids = list(workfront.world.objects("PROJ"))
    changed = Counter(ids[number % len(ids)] for number in range(60))
    with client(workfront) as person:
        for number in range(60):
            person.update("PROJ", ids[number % len(ids)], {"description": f"Secret {number}"})
            if number % 20 == 10:
                wait(airflow.is_whole, 120, "two processes to serve")
                kill(airflow.workers()[0])
    workfront.subscriptions.delivery.settle()
    wait(airflow.is_whole, 120, "two processes to serve")

    counted = workfront.subscriptions.delivery.numbers()
    log.info("deliveries: %s", {name: counted[name] for name in ("messages", "tries", "delivered")})
    assert counted.get("given_up", 0) == 0
    assert of_objects(airflow) - before == changed
    wait(lambda: received(airflow) - reached == changed, 60, "each event to reach a run, and one only")
