"""The trigger of deferred sensors: it polls until the condition holds, or until only the task can say what is wrong."""

from __future__ import annotations

import time
from asyncio import sleep
from typing import TYPE_CHECKING, Any

from airflow.sdk.exceptions import AirflowException, AirflowRuntimeError
from airflow.triggers.base import BaseTrigger, TriggerEvent

from airflow_provider_workfront.api.condition import of_json
from airflow_provider_workfront.api.errors import ReauthorizationRequired, TokenError, WorkfrontError, printable
from airflow_provider_workfront.triggers.pool import Pool, pooled
from airflow_provider_workfront.triggers.unrepeated import Unrepeated

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping

    from airflow_provider_workfront.api.condition import Condition

LEAST_INTERVAL = 0.1
"""Seconds between two polls at least, whatever `poke_interval` says."""

LAST_LOOK = 5.0
"""Seconds before the deadline at which Workfront is asked once more, however long the interval has become."""

TOKEN_PATIENCE = 4 * 3600.0
"""Seconds in which polls may end without a token, since Workfront may be away; then a person has to look at it."""

CONNECTION_PATIENCE = 300.0
"""Seconds in which the connection may be away, or Airflow's API without an answer: it may be saved anew just now."""

DOUBLINGS = 16
"""So often an interval is doubled at most."""


class WorkfrontConditionTrigger(BaseTrigger):
    """Poll Workfront until a condition holds; the event says nothing that the task would believe without asking.

    Its polls are gathered with those of all others on the same connection. What passes by itself (no answer, too many
    calls, a broker that restarts, for five minutes a connection that is away) is asked again; what does not wakes the
    task, which meets the error itself.

    :param workfront_conn_id: the Airflow connection
    :param condition: what to wait for, as `api.condition.as_json` writes it
    :param poke_interval: seconds between two polls
    :param exponential_backoff: whether the interval doubles each time
    :param max_wait: longest interval in seconds; None: no bound
    :param deadline: when the sensor's time is up, in seconds since 1970; None: never
    """

    def __init__(
        self,
        workfront_conn_id: str,
        condition: Mapping[str, Any],
        poke_interval: float = 60.0,
        *,
        exponential_backoff: bool = False,
        max_wait: float | None = None,
        deadline: float | None = None,
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.workfront_conn_id = workfront_conn_id
        self.condition = condition
        self.poke_interval = poke_interval
        self.exponential_backoff = exponential_backoff
        self.max_wait = max_wait
        self.deadline = deadline
        self.connection_patience = CONNECTION_PATIENCE

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Give path and arguments."""
        return "airflow_provider_workfront.triggers.WorkfrontConditionTrigger", {
            "workfront_conn_id": self.workfront_conn_id,
            "condition": dict(self.condition),
            "poke_interval": self.poke_interval,
            "exponential_backoff": self.exponential_backoff,
            "max_wait": self.max_wait,
            "deadline": self.deadline,
        }

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Poll, and fire once; the pool is left before."""
        condition = of_json(self.condition)
        condition.check()  # one that cannot be asked would spoil the round of others
        async with pooled(self.workfront_conn_id) as pool:
            error = await self._trouble(pool, condition)
        yield TriggerEvent({"error": error})  # type: ignore[no-untyped-call]

    async def _trouble(self, pool: Pool, condition: Condition) -> str | None:
        """Wait until the condition holds, then give None; or give an error that stays."""
        had_token = had_connection = time.monotonic()
        news = Unrepeated()
        for interval in self._intervals():
            await sleep(self._pause(time.time(), interval))
            if self._is_late():
                return None
            try:
                verdict = condition.verdict(await pool.ask(condition))
            except (WorkfrontError, AirflowException, AirflowRuntimeError, TypeError, ValueError) as error:
                now = time.monotonic()
                had_token = had_token if isinstance(error, TokenError) else now
                had_connection = had_connection if _is_of_connection(error) else now
                if self._stays(error, now - had_token, now - had_connection):
                    return str(error)
                if news.is_due(str(error)):
                    self.log.warning("Workfront could not be asked, and will be again: %s", error)
                continue
            if news.is_due(verdict.told):
                self.log.info("%s", printable(verdict.told))
            if verdict.holds:
                return None
            had_token = had_connection = time.monotonic()
        return None

    def _stays(self, error: Exception, without_token: float, without_connection: float) -> bool:
        """Tell whether only the task can say what is wrong; a value that cannot pass is among it."""
        if isinstance(error, WorkfrontError):
            return needs_somebody(error, without_token)
        return not _is_of_connection(error) or without_connection >= self.connection_patience

    def _is_late(self) -> bool:
        """Tell whether the sensor's time is up: a triggerer ends it then, `dag.test()` leaves it to the trigger."""
        return self.deadline is not None and time.time() >= self.deadline

    def _pause(self, now: float, interval: float) -> float:
        """Give the seconds until the next poll, the last one, or the deadline, whichever comes first."""
        pauses = [until_next(now, interval)]
        if self.deadline is not None:
            pauses += [moment - now for moment in (self.deadline - LAST_LOOK, self.deadline) if moment > now]
        return min(pauses)

    def _intervals(self) -> Iterator[float]:
        doublings = 0
        while True:
            interval = max(self.poke_interval, LEAST_INTERVAL) * 2 ** (doublings if self.exponential_backoff else 0)
            yield min(interval, self.max_wait) if self.max_wait else interval
            doublings = min(doublings + 1, DOUBLINGS)


def _is_of_connection(error: Exception) -> bool:
    """Tell whether Airflow has no such connection, or could not be asked for it."""
    return isinstance(error, AirflowException | AirflowRuntimeError)


def needs_somebody(error: WorkfrontError, without_token: float) -> bool:
    """Tell whether an error stays; `without_token` is how many seconds ago there was a token the last time."""
    return error.permanent or isinstance(error, ReauthorizationRequired) or without_token >= TOKEN_PATIENCE


def until_next(now: float, interval: float) -> float:
    """Give the seconds until the clock shows a multiple of an interval: so equal intervals end at the same moment."""
    return interval - now % interval
