"""A sensor that waits in a real triggerer, which is killed while it does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psutil
import pytest
from support.database import Sqlite
from support.deployment import Deployment, deployment, kill
from support.grants import eventually, tenant

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.timeout(400)

SETTINGS = {"TRIGGERER__TRIGGERER_HEALTH_CHECK_THRESHOLD": "5", "TRIGGERER__JOB_HEARTBEAT_SEC": "1"}
"""So that a new triggerer takes over soon what a dead one left."""


@pytest.fixture(scope="module")
def airflow(tmp_path_factory, request) -> Iterator[Deployment]:
    """An Airflow on SQLite with scheduler and triggerer."""
    home = tmp_path_factory.mktemp("waiting")
    dags = request.path.parent / "dags_waiting"
    with deployment(home, Sqlite(home / "airflow.db"), dags, workers=1, **SETTINGS) as made:
        made.start("triggerer", "triggerer")
        yield made


def kill_triggerer(airflow):
    """Kill the triggerer and its child, as a machine that loses power does."""
    parent = airflow.processes.pop("triggerer")
    family = [parent.pid, *(child.pid for child in psutil.Process(parent.pid).children(recursive=True))]
    for pid in family:
        kill(pid)
    parent.wait(30)


@pytest.mark.slow
def test_a_wait_survives_a_killed_triggerer_and_a_rotated_token(airflow):
    """The wait goes on in a new triggerer, with a token that the old one never saw; no token is spent for it."""
    with tenant(airflow) as workfront:
        world = workfront.simulator.world
        project = next(iter(world.objects("PROJ")))
        world.update("PROJ", project, {"status": "CPL:A"})

        def polls():
            return workfront.stats["by_kind"].get("get", 0)

        run_id = airflow.trigger("waiting", conn_id=workfront.conn_id, project=project)
        eventually(lambda: polls() >= 3, 120, "the triggerer to poll")
        assert airflow.states("waiting", run_id) == ["deferred"]

        kill_triggerer(airflow)
        workfront.asked(run=workfront.runs_over())  # another run rotates the token
        workfront.simulator.sessions.expire()  # and no session of before is left
        seen = polls()
        airflow.start("triggerer", "triggerer")
        eventually(lambda: polls() >= seen + 2, 120, "the new triggerer to poll")
        assert airflow.states("waiting", run_id) == ["deferred"]

        world.update("PROJ", project, {"status": "CPL"})
        assert airflow.ended("waiting", run_id) == "success", airflow.log("waiting", run_id)[-10_000:]
        log = airflow.log("waiting", run_id)
        assert "status is CPL:A, which waits for approval" in log
        assert workfront.stats["reuse"] == 0
        assert workfront.stored in workfront.live
    assert airflow.leaks() == []
