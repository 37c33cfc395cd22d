"""Many tasks that ask one process of the broker at once: with 1,000, it took 21 s on two busy cores."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import httpx
from support.site import served, site_with

from airflow_provider_workfront.broker.proof import HEADER, sign
from airflow_provider_workfront.simulator import Options

TASKS = 100


def test_many_tasks_at_once_cause_one_refresh_and_the_loop_stays_free(airflow_db):
    """Each gets the same token, and requests that are not ours are answered meanwhile."""
    done = Event()

    def ask(number):
        for again in range(300):
            content = json.dumps({"conn_id": "wf"}).encode()
            proof = sign(site.secret, "wf", content, at=int(time.time()), nonce=f"{number} {again}".replace(" ", "-"))
            answer = http.post(f"{broker}/token", content=content, headers={HEADER: proof})
            if answer.status_code == 200:
                return answer.json()["access_token"]
            assert answer.status_code == 202
            done.wait(0.2)
        raise AssertionError("no token")

    def look():
        slowest = 0.0
        while not done.wait(0.05):
            began = time.monotonic()
            httpx.get(f"{broker}/nothing", timeout=30)
            slowest = max(slowest, time.monotonic() - began)
        return slowest

    limits = httpx.Limits(max_connections=TASKS)
    with site_with(Options()) as site, served() as broker, httpx.Client(timeout=60, limits=limits) as http:
        with ThreadPoolExecutor(TASKS + 1) as pool:
            looking = pool.submit(look)
            tokens = set(pool.map(ask, range(TASKS)))
            done.set()
        stats = site.simulator.stats()
        assert (len(tokens), stats["token_calls"], stats["reuse"]) == (1, 1, 0)
        assert looking.result() < 10
