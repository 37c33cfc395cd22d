"""The simulator on a socket, and what a transfer leaves behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.warehouse import server, warehouse
from support.watched import served

from airflow_provider_workfront.simulator.large import fill

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.watched import WatchedSimulator

__all__ = ["large", "server", "simulator", "warehouse"]


@pytest.fixture
def simulator(monkeypatch) -> Iterator[WatchedSimulator]:
    """Serve a small world of its own to each test; `workfront_default` leads there."""
    with served(monkeypatch) as simulator:
        yield simulator


@pytest.fixture
def large(simulator) -> WatchedSimulator:
    """Give the world more than 9,000 tasks: several pages, fetched at once."""
    fill(simulator.world, projects=10, tasks=9000)
    return simulator
