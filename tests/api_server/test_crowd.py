"""A thousand tasks that ask a real api-server at once: on an idle machine all have their token in five seconds."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from support.grants import tenant

from airflow_provider_workfront.simulator import Options

TASKS = 1000
PATHS = ("/api/v2/monitor/health", "/execution/health")
SLOWEST = (
    6.0  # seconds for a request of Airflow's own meanwhile: 1.2 on an idle machine; other tests may run beside this
)


@pytest.mark.timeout(180)
def test_a_thousand_tasks_cause_one_refresh_and_hold_nothing_up(server):
    """Airflow's health and execution API answer all the while."""
    with tenant(server, Options()) as workfront, httpx.Client(base_url=server.url, timeout=60) as http:
        for path in PATHS * 4:  # each process loads its execution API when it is first asked
            http.get(path)
        command = [sys.executable, "-m", "support.crowd", server.url, workfront.conn_id, str(TASKS)]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        with subprocess.Popen(command, cwd=Path(__file__).parents[1], text=True, **pipes) as crowd:
            crowd.stdin.write(workfront.simulator.credentials["client_secret"])
            crowd.stdin.close()
            slowest = 0.0
            while crowd.poll() is None:
                for path in PATHS:
                    began = time.monotonic()
                    assert http.get(path).status_code == 200
                    slowest = max(slowest, time.monotonic() - began)
            said = crowd.stdout.read()
            assert crowd.returncode == 0, crowd.stderr.read()
        assert json.loads(said)["tokens"] == 1, said
        stats = workfront.stats
        assert (stats["token_calls"], stats["reuse"]) == (1, 0)
        assert slowest < SLOWEST, said
