"""A simulator on a socket that remembers what was asked, with Airflow's connection to it."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.simulator import Options, Request, Response, Simulator, running

if TYPE_CHECKING:
    from collections.abc import Iterator


class WatchedSimulator(Simulator):
    """Remember what was asked."""

    def __init__(self, options: Options | None = None) -> None:
        super().__init__(options)
        self.asked: list[Request] = []

    def answer(self, request: Request) -> Response:
        """Answer as ever."""
        self.asked.append(request)
        return super().answer(request)


@contextmanager
def served(
    monkeypatch: Any, options: Options | None = None, kind: type[WatchedSimulator] = WatchedSimulator, **extra: Any
) -> Iterator[Any]:
    """Serve a small world; `workfront_default` leads there by API key: no broker is needed for that."""
    simulator = kind(options)
    extra = {"auth": "api_key", "api_key": simulator.credentials["api_key"]} | extra
    with running(simulator) as server:
        conn = {"conn_type": "workfront", "host": server.url, "extra": extra}
        monkeypatch.setenv("AIRFLOW_CONN_WORKFRONT_DEFAULT", json.dumps(conn))
        yield simulator
