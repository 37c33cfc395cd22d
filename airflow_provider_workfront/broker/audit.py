"""What is told of each try to refresh: a line in the log, numbers for Airflow's metrics, a notification. No secret.

The server's side of it; `Watch` is what the broker needs, `AirflowWatch` what an Airflow gives.
"""

from __future__ import annotations

import logging
import threading
from contextlib import suppress
from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

Event = TypeVar("Event")

log = logging.getLogger("airflow_provider_workfront.broker")


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
    """A grant that needs a person."""

    conn_id: str
    reason: str
    url: str


class Watch(Protocol):
    """Who is told."""

    def attempted(self, event: Attempted) -> None:
        """Hear of a refresh that has come to its end."""

    def ended(self, event: Ended) -> None:
        """Hear that a connection has to be authorized again."""


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


class AirflowWatch(LogWatch):
    """Count it in Airflow's metrics too, and call the notifier that Airflow's configuration names."""

    def __init__(self, notifier: str) -> None:
        self._notifier = notifier

    def attempted(self, event: Attempted) -> None:
        """Count refreshes by outcome, and time them."""
        from airflow.observability import stats

        super().attempted(event)
        tags = {"conn_id": event.conn_id}
        stats.incr("workfront.token.refresh", tags=tags | {"outcome": event.outcome.replace(" ", "_")})
        stats.timing("workfront.token.refresh_duration", event.milliseconds, tags=tags)
        stats.gauge("workfront.token.reauthorize", int(event.outcome == "reauthorize"), tags=tags)
        if event.age is not None:
            stats.gauge("workfront.token.age", event.age, tags=tags)

    def ended(self, event: Ended) -> None:
        """Notify, on a thread of its own: a mail server that hangs must not hold up tasks."""
        super().ended(event)
        if self._notifier:
            threading.Thread(target=_notify, args=(self._notifier, event), daemon=True).start()


def _notify(path: str, event: Ended) -> None:
    from airflow._shared.module_loading import import_string

    context = {"conn_id": event.conn_id, "reason": event.reason, "url": event.url}
    try:
        notify: Callable[[Any], None] = copy(import_string(path))  # a notifier renders its templates into itself
        notify(context)
    except Exception as error:  # noqa: BLE001 whatever a user's notifier does, the broker goes on
        log.error(  # noqa: TRY400 a traceback may show what the notifier keeps to itself
            "[workfront] reauthorize_notifier %r failed: %s", path, type(error).__name__
        )
