"""Mapped tasks as one polite client: real tasks, PostgreSQL, two api-server processes, a Workfront that bears three."""

from __future__ import annotations

import json
from dataclasses import replace
from urllib.parse import urlsplit

import httpx
import pytest
from cryptography.fernet import Fernet
from support.grants import eventually, tenant
from support.together import together

from airflow_provider_workfront.broker.sharing import slots_key
from airflow_provider_workfront.broker.slots import decoded
from airflow_provider_workfront.client import HttpOptions, Pace, open_client
from airflow_provider_workfront.client.pace import Limiter
from airflow_provider_workfront.simulator import Options

pytestmark = pytest.mark.timeout(400)


@pytest.mark.slow
def test_sixteen_mapped_tasks_are_never_refused(airflow, tmp_path):
    """All begin in the same second and call five times each: three calls are open at once, and no more."""
    with tenant(airflow, Options(concurrency=3, latency_seconds=0.2), max_concurrency=3) as workfront:
        assert together(workfront, 16, tmp_path / "start", calls=5)

        assert workfront.stats["by_kind"]["count"] == 16 * 5
        assert (workfront.stats["rate_limited"], workfront.stats["peak_concurrency"]) == (0, 3)
        assert (workfront.stats["token_calls"], workfront.stats["reuse"]) == (1, 0)


def row_of(workfront):
    """How many slots each holder has, as the database says."""
    with workfront.airflow.database.connect() as database:
        cursor = database.cursor()
        cursor.execute(f"select val from variable where key = '{slots_key(urlsplit(workfront.url).netloc)}'")  # noqa: S608
        return [holder.held for holder in decoded(cursor.fetchone()[0]).row]


@pytest.mark.slow
def test_who_is_killed_while_it_waits_leaves_the_row(airflow):
    """Through all of a real api-server's middleware: nobody lends a slot to a task that hung up."""
    with tenant(airflow, max_concurrency=3) as workfront:
        url, host = f"{airflow.url}/workfront/slots", urlsplit(workfront.url).netloc
        share = Limiter().share.reached_with(HttpOptions(pace=Pace(3, 3)))
        session = replace(workfront.session(), share=share)
        with open_client(session, api_root=f"{workfront.url}/attask/api/v21.0") as client:
            client.drive(session.acquire(None))
        ticket, ask = share._part.ticket, {"holder": "x" * 16, "most": 3, "number": 100}
        assert ticket
        assert httpx.post(url, json=ask | {"ticket": ticket, "want": 3, "keep": 1}).json()["share"] == 3
        waiting = sealed(json.dumps([host, "another", 3]), airflow)
        with pytest.raises(httpx.ReadTimeout):
            httpx.post(url, json=ask | {"ticket": waiting, "want": 1, "keep": 0, "wait": True}, timeout=1.0)

        eventually(lambda: row_of(workfront) == [3], 20, "the one who hung up to leave the row")


def sealed(text, airflow):
    """Seal a ticket as this Airflow does."""
    key = airflow.environment["AIRFLOW__CORE__FERNET_KEY"].split(",")[0]
    return Fernet(key.encode()).encrypt(text.encode()).decode()
