"""Mapped tasks as one polite client: real tasks, PostgreSQL, two api-server processes, a Workfront that bears three."""

from __future__ import annotations

import time

import pytest
from support.grants import tenant

from airflow_provider_workfront.simulator import Options

pytestmark = pytest.mark.timeout(400)


@pytest.mark.slow
def test_sixteen_mapped_tasks_are_never_refused(airflow):
    """All begin in the same second and call five times each: three calls are open at once, and no more."""
    with tenant(airflow, Options(concurrency=3, latency_seconds=0.2), max_concurrency=3) as workfront:
        conf = {"tasks": 16, "at": time.time() + 20, "calls": 5, "conn_id": workfront.conn_id}
        airflow.run("at_once", **conf)

        assert workfront.stats["by_kind"]["count"] == 16 * 5
        assert (workfront.stats["rate_limited"], workfront.stats["peak_concurrency"]) == (0, 3)
        assert (workfront.stats["token_calls"], workfront.stats["reuse"]) == (1, 0)
