"""Events at the same time for an asset on which many DAGs are scheduled: the database refuses none of them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from support.deployment import EVENTS_TOKEN
from support.event_messages import message

HOST = "events.my.workfront.com"
DAGS, EVENTS = 30, 60
SCHEDULE = f"""
from support.inbox import schedule
schedule("workfront://{HOST}/PROJ", dag_ids=[f"dag_{{number}}" for number in range({DAGS})])
"""


@pytest.mark.timeout(180)
def test_events_at_the_same_time_deadlock_over_no_queue(server):
    """Thirty DAGs, twenty events at once: each is stored, and the run of each DAG waits for the last."""
    subprocess.run(
        [sys.executable, "-c", SCHEDULE], env=server.environment, check=True, capture_output=True, timeout=60
    )
    server.secrets.add(EVENTS_TOKEN)
    extra = json.dumps({"auth": "api_key", "api_key": "k" * 20, "events_token": EVENTS_TOKEN})
    conn = {"connection_id": "told", "conn_type": "workfront", "host": HOST, "extra": extra}
    server.http.post("/api/v2/connections", json=conn).raise_for_status()
    headers = {"Authorization": f"Bearer {EVENTS_TOKEN}"}
    with ThreadPoolExecutor(20) as callers, httpx.Client(base_url=server.url, headers=headers, timeout=60) as http:
        answers = callers.map(
            lambda second: http.post("/workfront/events/told", content=message(second)), range(EVENTS)
        )
        assert Counter(answer.status_code for answer in answers) == {200: EVENTS}

    (count, latest), *_ = server.query("select count(*), max(timestamp) from asset_event")
    queued = server.query("select created_at from asset_dag_run_queue")
    assert (count, queued) == (EVENTS, [(latest,)] * DAGS)
