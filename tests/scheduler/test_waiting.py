"""A sensor that waits in a real triggerer, which is killed while it does."""

from __future__ import annotations

import pytest
from support.grants import eventually, tenant

pytestmark = pytest.mark.timeout(400)


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

        airflow.kill_triggerer()
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
