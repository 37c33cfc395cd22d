"""The simulator on a socket, and Airflow's connection to it, by API key: no broker is needed for that."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from airflow_provider_workfront.simulator import Request, Response, Simulator, running
from airflow_provider_workfront.simulator.large import fill

if TYPE_CHECKING:
    from collections.abc import Iterator


class WatchedSimulator(Simulator):
    """Remember what was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[Request] = []

    def answer(self, request: Request) -> Response:
        """Answer as ever."""
        self.asked.append(request)
        return super().answer(request)


@pytest.fixture
def simulator(monkeypatch) -> Iterator[WatchedSimulator]:
    """Serve a small world of its own to each test; `workfront_default` leads there."""
    simulator = WatchedSimulator()
    extra = {"auth": "api_key", "api_key": simulator.credentials["api_key"]}
    with running(simulator) as server:
        conn = {"conn_type": "workfront", "host": server.url, "extra": extra}
        monkeypatch.setenv("AIRFLOW_CONN_WORKFRONT_DEFAULT", json.dumps(conn))
        yield simulator


@pytest.fixture
def large_simulator(simulator) -> WatchedSimulator:
    """Give the world more than 3,000 tasks."""
    fill(simulator.world, projects=10, tasks=3000)
    return simulator
