"""Airflow's metrics as they arrive: its own StatsD client sends them to a socket of ours."""

from __future__ import annotations

import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextmanager
def received(stats: Any, *, tagged: bool = True) -> Iterator[Callable[[int], list[str]]]:
    """Lead one of Airflow's two `stats` modules (the server's, the SDK's) here; give what reads so many lines.

    Airflow's default StatsD has no tags: `tagged=False`.
    """
    from airflow._shared.observability.metrics.base_stats_logger import NoStatsLogger
    from airflow._shared.observability.metrics.statsd_logger import get_statsd_logger
    from statsd import StatsClient

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as arrived:
        arrived.bind(("127.0.0.1", 0))
        arrived.settimeout(5)

        def statsd() -> Any:
            return get_statsd_logger(
                stats_class=StatsClient,
                host="127.0.0.1",
                port=arrived.getsockname()[1],
                prefix="airflow",
                influxdb_tags_enabled=tagged,
                statsd_influxdb_enabled=tagged,
            )

        stats.initialize(factory=statsd, export_legacy_names=False)
        try:
            yield lambda number: [arrived.recv(1000).decode() for _ in range(number)]
            stats._get_backend().statsd.close()
        finally:
            stats.initialize(factory=NoStatsLogger, export_legacy_names=False)
