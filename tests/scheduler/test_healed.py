"""A grant that ended while DAGs run: somebody presses the button, and the runs go on."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import httpx
import pytest
from support.grants import eventually, tenant

from airflow_provider_workfront.simulator import Options

pytestmark = pytest.mark.timeout(200)


def press(airflow, workfront) -> httpx.Response:
    """Do what a browser does when its user, an administrator, presses Authorize and consents."""
    token = airflow.http.headers["Authorization"].removeprefix("Bearer ")
    page = f"{airflow.url}/workfront/connections/{workfront.conn_id}"
    with httpx.Client(cookies={"_token": token}, timeout=30) as browser:
        form_token = re.search(r'name="form_token" value="([^"]+)"', browser.get(page).text)[1]
        form = {"conn_id": workfront.conn_id, "form_token": form_token}
        answer = browser.post(f"{airflow.url}/workfront/authorize", data=form)
        return browser.get(answer.headers["location"], follow_redirects=True)


@pytest.mark.slow
def test_a_run_that_waits_for_its_retry_goes_on(airflow):
    """Its log says where to go; after the authorization it ends well, and nothing had to be edited or cleared."""
    with tenant(airflow, Options(redirect_uris=(f"{airflow.url}/workfront/callback",))) as workfront:
        workfront.asked()
        workfront.simulator.grants.revoke()
        run_id = airflow.trigger("patient", conn_id=workfront.conn_id)
        address = f"{airflow.url}/workfront/connections/{workfront.conn_id}"
        eventually(lambda: address in airflow.log("patient", run_id), 90, "the task to say where to go")
        calls = workfront.stats["token_calls"]
        eventually(lambda: "attempt=3.log" in tries(airflow, run_id), 90, "some more tries")
        assert workfront.stats["token_calls"] == calls  # a dead grant asks Workfront for nothing

        done = press(airflow, workfront)
        assert "The connection acts as Ada Admin" in done.text
        assert urlsplit(str(done.url)).query == ""
        assert airflow.ended("patient", run_id) == "success"
        assert workfront.stored in workfront.live


def tries(airflow, run_id) -> str:
    """Name the logs of a run's tries."""
    folder = airflow.home / "logs" / "dag_id=patient" / f"run_id={run_id}"
    return " ".join(path.name for path in folder.rglob("*.log"))
