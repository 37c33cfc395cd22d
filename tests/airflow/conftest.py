"""The simulator on a socket, and Airflow's connection to it, by API key: no broker is needed for that."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from airflow_provider_workfront.simulator import Simulator, running

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def simulator(monkeypatch) -> Iterator[Simulator]:
    """Give a small world of its own to each test; `workfront_default` leads there."""
    simulator = Simulator()
    with running(simulator) as server:
        monkeypatch.setenv("AIRFLOW_CONN_WORKFRONT_DEFAULT", connection(server.url, simulator))
        yield simulator


def connection(url: str, simulator: Simulator, **extra: object) -> str:
    """Write a connection the way an environment variable holds it."""
    extra = {"auth": "api_key", "api_key": simulator.credentials["api_key"], **extra}
    return json.dumps({"conn_type": "workfront", "host": url, "extra": extra})
