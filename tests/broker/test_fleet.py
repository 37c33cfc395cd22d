"""A fleet of real processes, two brokers on one database, and a Workfront that bears three calls at once."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest
from support.site import served, site_with

from airflow_provider_workfront.simulator import Options

TASK = Path(__file__).parents[1] / "support" / "fleet_task.py"


class Task:
    """A process that calls."""

    def __init__(self, site, broker, calls):
        task = {"root": f"{site.url}/attask/api/v21.0", "broker": f"{broker}/", "secret": site.secret}
        command = [sys.executable, str(TASK), json.dumps(task | {"calls": calls, "most": 3})]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    def first_call(self):
        """Wait until it has called once."""
        assert self.process.stdout.readline()

    def told(self):
        """Wait for its end; give the number of its calls."""
        out, _ = self.process.communicate(timeout=200)
        return int((out.split() or ["0"])[-1])

    def kill(self):
        """End it without a word."""
        self.process.kill()


@pytest.mark.slow
def test_sixteen_processes_are_one_polite_client(airflow_db):
    """None of their calls is refused, none is left out; one that was killed with its slot does not stop the others."""
    with ExitStack() as stack:
        site = stack.enter_context(site_with(Options(concurrency=3, latency_seconds=0.05)))
        brokers = [stack.enter_context(served()) for _ in range(2)]
        victim = Task(site, brokers[0], 10_000)
        victim.first_call()
        tasks = [Task(site, brokers[number % 2], 20) for number in range(16)]
        tasks[0].first_call()
        victim.kill()
        victim.told()

        assert [task.told() for task in tasks[1:]] == [20] * 15
        assert tasks[0].told() == 20
        stats = site.simulator.stats()
    assert (stats["rate_limited"], stats["peak_concurrency"]) == (0, 3)
    assert (stats["token_calls"], stats["reuse"]) == (1, 0)
