"""Api-servers split by `--apps`: tasks reach one that serves no plugins, and are told what to set."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest
from demo import wait
from support.database import Sqlite
from support.deployment import TOKEN_DAGS, Deployment, deployment, free_ports
from support.grants import tenant

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def airflow(tmp_path_factory) -> Iterator[Deployment]:
    """Tasks reach an api-server for the execution API only; another one serves the rest."""
    home = tmp_path_factory.mktemp("split")
    (port,) = free_ports(1)
    settings = {"CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{port}/execution/"}
    with deployment(home, Sqlite(home / "airflow.db"), TOKEN_DAGS, workers=1, **settings) as made:
        arguments = ["--host", "127.0.0.1", "--port", str(port), "--workers", "1", "--apps", "execution"]
        made.start("execution-server", "api-server", *arguments)
        wait(lambda: _answers(f"http://127.0.0.1:{port}/execution/health"), 60, "the execution API to serve")
        yield made


def _answers(url: str) -> bool:
    try:
        return httpx.get(url).status_code == 200
    except httpx.HTTPError:
        return False


def test_the_task_says_what_to_set(airflow):
    """There is no broker beside that execution API: the error names the setting, and nothing is refreshed."""
    with tenant(airflow) as workfront:
        run_id = airflow.trigger("few", conn_id=workfront.conn_id)
        assert airflow.ended("few", run_id) == "failed"

        log = airflow.log("few", run_id)
        assert "no token broker at" in log
        assert "[workfront] broker_url" in log
        assert workfront.stats["token_calls"] == 0


def test_it_works_once_it_is_set(airflow):
    """`broker_url` leads to the api-server that serves plugins."""
    airflow.stop("scheduler")
    airflow.environment["AIRFLOW__WORKFRONT__BROKER_URL"] = f"{airflow.url}/workfront/"
    airflow.start("scheduler", "scheduler")
    with tenant(airflow) as workfront:
        airflow.run("few", conn_id=workfront.conn_id)

        assert (workfront.stats["token_calls"], workfront.stats["reuse"]) == (1, 0)
