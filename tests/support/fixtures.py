"""Fixtures of the tests that talk to a simulator: in process, on a socket, with a database beside it."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest
from support.warehouse import server, warehouse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.watched import WatchedSimulator

__all__ = ["connect", "large", "large_simulator", "server", "simulator", "warehouse"]


@pytest.fixture
def simulator(monkeypatch) -> Iterator[WatchedSimulator]:
    """Serve a small world of its own to each test on a socket; `workfront_default` leads there by API key."""
    from support.watched import served

    with served(monkeypatch) as simulator:
        yield simulator


@pytest.fixture
def large_simulator(simulator) -> WatchedSimulator:
    """Give the world more than 3,000 tasks: two pages."""
    from airflow_provider_workfront.simulator.large import fill

    fill(simulator.world, projects=10, tasks=3000)
    return simulator


@pytest.fixture
def large(simulator) -> WatchedSimulator:
    """Give the world more than 9,000 tasks: several pages, fetched at once."""
    from airflow_provider_workfront.simulator.large import fill

    fill(simulator.world, projects=10, tasks=9000)
    return simulator


@pytest.fixture
def connect():
    """Open a client on a simulator in process."""
    from clients import blocking, simulated

    from airflow_provider_workfront.auth.session import ApiKeySession

    with ExitStack() as stack:
        yield lambda simulator: stack.enter_context(
            blocking(simulated(simulator), ApiKeySession(simulator.credentials["api_key"]))
        )
