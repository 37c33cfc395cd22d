"""Report refreshes and the state of authorizations: log lines, Airflow's metrics, the notifier. No secrets.

`Watch` is what the broker calls, `AirflowWatch` what an Airflow gives. Nothing here ever fails a refresh.
"""

from __future__ import annotations

import hashlib
import re
import threading
from contextlib import suppress
from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from airflow_provider_workfront.api.logs import get_logger

if TYPE_CHECKING:
    from collections.abc import Callable

Event = TypeVar("Event")

log = get_logger("airflow_provider_workfront.broker")


@dataclass(frozen=True, slots=True)
class Attempted:
    """One refresh, from the lease to its end.

    `outcome`: stored, superseded, refused, reverted, reauthorize, misconfigured, not sent, ambiguous.
    `mark` are the first 8 characters of the keyed hash of the token that was spent; `age` is how old the
    access token was that it replaced, in seconds.
    """

    conn_id: str
    who: str
    outcome: str
    generation: int
    fence: int
    tries: int
    milliseconds: int
    mark: str
    age: float | None = None

    def __str__(self) -> str:
        return (
            f"Token refresh of connection {self.conn_id!r} for {self.who or 'no task'}: {self.outcome}, generation "
            f"{self.generation}, fence {self.fence}, tries {self.tries}, {self.milliseconds} ms, of token {self.mark}"
        )


@dataclass(frozen=True, slots=True)
class Ended:
    """An authorization that needs a person: it has ended, or ends in so many days."""

    conn_id: str
    reason: str
    url: str
    days_left: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """How the authorization of one connection stands; `days_left` is None where nobody knows."""

    conn_id: str
    needs_person: bool = False
    is_failing: bool = False
    days_left: float | None = None


class Watch(Protocol):
    """Who is told."""

    def attempted(self, event: Attempted) -> None:
        """Hear of a refresh that has come to its end."""

    def ended(self, event: Ended) -> None:
        """Hear that a connection has to be authorized again."""

    def ending(self, event: Ended) -> None:
        """Hear that an authorization ends soon: 30, 14, 7 and 1 days before, once each."""

    def stands(self, standing: Standing) -> None:
        """Hear how an authorization stands, after each change."""


def tell(hear: Callable[[Event], None], event: Event) -> None:
    """Tell of it, and go on whatever comes of that: a metric or a listener that fails must not fail a refresh."""
    try:
        hear(event)
    except Exception as error:  # noqa: BLE001 it is the text of somebody else's code: it may hold anything
        with suppress(Exception):  # a handler of the log may be what fails
            log.error("Nobody was told of %s: %s", type(event).__name__, type(error).__name__)  # noqa: TRY400 as above


class LogWatch:
    """Write it into the log, and no more."""

    def attempted(self, event: Attempted) -> None:
        """Write one line."""
        log.info("%s", event)

    def ended(self, event: Ended) -> None:
        """Write one line."""
        log.error("Connection %r has to be authorized again (%s): %s", event.conn_id, event.reason, event.url)

    def ending(self, event: Ended) -> None:
        """Write one line."""
        log.warning("Connection %r: %s %s", event.conn_id, event.reason, event.url)

    def stands(self, standing: Standing) -> None:
        """Write nothing: what changed it has its line."""


class AirflowWatch(LogWatch):
    """Count it in Airflow's metrics too, and call the notifier that Airflow's configuration names."""

    def __init__(self, notifier: str) -> None:
        self._notifier = notifier

    def attempted(self, event: Attempted) -> None:
        """Count refreshes by outcome, and time them."""
        super().attempted(event)
        outcome, conn_id = event.outcome.replace(" ", "_"), event.conn_id
        _measure("incr", f"{metric('token.refresh', conn_id)}.{outcome}", 1, conn_id, outcome=outcome)
        _measure("timing", metric("token.refresh_duration", conn_id), event.milliseconds, conn_id)
        if event.age is not None:
            _measure("gauge", metric("token.age", conn_id), event.age, conn_id)

    def ended(self, event: Ended) -> None:
        """Call the notifier."""
        super().ended(event)
        self._call(event)

    def ending(self, event: Ended) -> None:
        """Call the notifier."""
        super().ending(event)
        self._call(event)

    def stands(self, standing: Standing) -> None:
        """Set the gauges of this connection."""
        conn_id = standing.conn_id
        _measure("gauge", metric("token.reauthorize", conn_id), int(standing.needs_person), conn_id)
        _measure("gauge", metric("token.failing", conn_id), int(standing.is_failing), conn_id)
        if standing.days_left is not None:
            # rounded down, and never negative: StatsD reads a signed number as a change of the gauge
            _measure("gauge", metric("token.days_left", conn_id), max(0, int(standing.days_left)), conn_id)

    def _call(self, event: Ended) -> None:
        """Notify on a separate thread: a mail server that hangs must not hold up tasks."""
        if self._notifier:
            threading.Thread(target=_notify, args=(self._notifier, event), daemon=True).start()


def metric(name: str, conn_id: str) -> str:
    """Return the name of a connection's metric. Airflow's default StatsD drops tags, so the ID is part of the name."""
    plain = re.sub(r"[^A-Za-z0-9_-]", "_", conn_id)[:100]
    if plain != conn_id:  # two IDs must not become one
        plain += f"_{hashlib.sha256(conn_id.encode()).hexdigest()[:8]}"
    return f"workfront.{name}.{plain}"


def _measure(kind: str, name: str, value: float, conn_id: str, **tags: str) -> None:
    from airflow.observability import stats

    getattr(stats, kind)(name, value, tags={"conn_id": conn_id} | tags)


def _notify(path: str, event: Ended) -> None:
    from airflow._shared.module_loading import import_string

    context = {"conn_id": event.conn_id, "reason": event.reason, "url": event.url, "days_left": event.days_left}
    try:
        notify: Callable[[Any], None] = copy(import_string(path))  # a notifier renders its templates into itself
        notify(context)
    except Exception as error:  # noqa: BLE001 whatever a user's notifier does, the broker goes on
        log.error(  # noqa: TRY400 a traceback may show what the notifier keeps to itself
            "[workfront] reauthorize_notifier %r failed: %s", path, type(error).__name__
        )
