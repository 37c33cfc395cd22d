"""Nothing but a run's own refresh rotates: not the Test button, not triggers, sensors, `dag.test()`, other sources."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from support.grants import Tenant, eventually, tenant

from airflow_provider_workfront.simulator import Options

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.timeout(300)

DAG_TEST = """
import sys
from airflow.dag_processing.dagbag import DagBag
dag = DagBag(dag_folder=sys.argv[1]).get_dag("few")
run = dag.test(run_conf={"conn_id": sys.argv[2]})
print("STATE", run.state)
"""


@pytest.fixture
def workfront(airflow) -> Iterator[Tenant]:
    """A tenant of this Airflow, whose token has been used once."""
    with tenant(airflow) as made:
        made.asked()
        yield made


def test_the_test_button(airflow, workfront):
    """It shows the stored token's user; neither the form's secrets nor the mask are spent."""
    for extra in ({"refresh_token": "***"}, {"refresh_token": workfront.simulator.credentials["refresh_token"]}):
        body = workfront.body() | {"extra": json.dumps(extra)}
        answer = airflow.http.post("/api/v2/connections/test", json=body)
        assert answer.status_code == 200, answer.text
    assert workfront.stats["token_calls"] == 1


def test_a_test_on_a_worker_never_stores_the_mask(airflow, workfront):
    """Airflow's `enqueue-test` takes `***` literally, and would store it on success: it must not succeed."""
    body = workfront.body() | {"password": "***", "extra": '{"refresh_token": "***"}', "commit_on_success": True}
    queued = airflow.http.post("/api/v2/connections/enqueue-test", json=body)
    assert queued.status_code == 202, queued.text
    headers = {"Airflow-Connection-Test-Token": queued.json()["token"]}

    def state():
        return airflow.http.get("/api/v2/connections/enqueue-test", headers=headers).json()

    eventually(lambda: state()["state"] in {"success", "failed"}, 60, "the test to be run on a worker")
    assert state()["state"] == "failed", state()
    assert workfront.stats["token_calls"] == 1
    workfront.asked(run=workfront.runs_over())  # the connection is as it was
    assert workfront.stored in workfront.live


def test_a_deferred_task_and_its_trigger(airflow, workfront):
    """Task, trigger and resumed task live on the one token of their run."""
    airflow.run("deferred", conn_id=workfront.conn_id)

    assert workfront.stats["by_kind"]["count"] == 5
    assert (workfront.stats["token_calls"], workfront.stats["reuse"]) == (2, 0)


def test_a_rescheduled_sensor(airflow, workfront):
    """Each poke is a new process, and still the same run."""
    airflow.run("sensing", conn_id=workfront.conn_id)

    assert workfront.stats["by_kind"]["count"] >= 2
    assert (workfront.stats["token_calls"], workfront.stats["reuse"]) == (2, 0)


@contextmanager
def paused(airflow):
    """Keep the scheduler from taking the run of `dag.test()` for its own."""
    airflow.http.patch("/api/v2/dags/few", json={"is_paused": True}).raise_for_status()
    try:
        yield
    finally:
        airflow.http.patch("/api/v2/dags/few", json={"is_paused": False}).raise_for_status()


def dag_test(airflow, conn_id, **environment):
    """Run `dag.test()` in a process of its own, as a developer does."""
    folder = airflow.environment["AIRFLOW__CORE__DAGS_FOLDER"]
    with paused(airflow):
        return _dag_test(airflow, folder, conn_id, environment)


def _dag_test(airflow, folder, conn_id, environment):
    return subprocess.run(
        [sys.executable, "-c", DAG_TEST, folder, conn_id],
        env=airflow.environment | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_dag_test_uses_the_stored_grant(airflow, workfront):
    """Its run rotates once, through the record, as any other."""
    done = dag_test(airflow, workfront.conn_id)

    assert "STATE success" in done.stdout, (done.stdout + done.stderr)[-3000:]
    assert (workfront.stats["token_calls"], workfront.stats["reuse"]) == (2, 0)
    assert workfront.stored in workfront.live


def test_dag_test_is_not_the_first_to_spend_a_token(airflow):
    """A laptop must not take production's token, unless told to."""
    with tenant(airflow) as fresh:
        refused = dag_test(airflow, fresh.conn_id)
        assert "adopt_in_dag_test" in refused.stdout + refused.stderr
        assert fresh.stats["token_calls"] == 0

        done = dag_test(airflow, fresh.conn_id, AIRFLOW__WORKFRONT__ADOPT_IN_DAG_TEST="True")
        assert "STATE success" in done.stdout, (done.stdout + done.stderr)[-3000:]
        assert fresh.stored in fresh.live


def test_connections_from_elsewhere(airflow, elsewhere):
    """T25: the seed stays where it is, the live token is in the record; a restarted api-server goes on with it."""
    for conn_id in (*elsewhere.simulators, *elsewhere.simulators):
        airflow.run("few", conn_id=conn_id)
    airflow.stop("api-server")
    airflow.start_api_server(2)

    for conn_id, simulator in elsewhere.simulators.items():
        airflow.run("few", conn_id=conn_id)
        stats = simulator.stats()
        assert (stats["token_calls"], stats["reuse"]) == (3, 0)
        assert airflow.grant(conn_id).generation == 3


@pytest.mark.parametrize("rotation", ["same", "omit", "empty"])
def test_without_rotation_the_token_stays(airflow, rotation):
    """T12: the server repeats the token, leaves it out, or sends an empty one."""
    with tenant(airflow, Options(rotation=rotation)) as workfront:
        for generation in (1, 2, 3):
            assert workfront.asked(run=workfront.runs_over()).generation == generation
        assert workfront.grant.tokens.refresh == workfront.simulator.credentials["refresh_token"]


def test_an_api_key_needs_no_state(airflow):
    """No record, no broker: it works with a broker address that leads nowhere."""
    with tenant(airflow) as workfront:
        key = workfront.simulator.credentials["api_key"]
        body = workfront.body(auth="api_key", api_key=key)
        airflow.http.patch(f"/api/v2/connections/{workfront.conn_id}", json=body).raise_for_status()
        airflow.run("few", conn_id=workfront.conn_id)

        assert workfront.stats["token_calls"] == 0
        assert airflow.grant(workfront.conn_id) is None


def test_a_service_account_needs_no_state(airflow):
    """`jwt`: each task exchanges its assertion, and nothing is stored."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    airflow.secrets.add(private.splitlines()[5])
    with tenant(airflow, Options(public_key=public.decode())) as workfront:
        world = workfront.simulator.world
        body = workfront.body(
            auth="jwt", customer_id=world.customer_id, user_id=world.admin_id, private_key=private, refresh_token=""
        )
        airflow.http.patch(f"/api/v2/connections/{workfront.conn_id}", json=body).raise_for_status()
        airflow.run("few", conn_id=workfront.conn_id)

        assert workfront.stats["by_kind"]["count"] == 1
        assert airflow.grant(workfront.conn_id) is None
