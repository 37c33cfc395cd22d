"""What a client counts, and what it tells of a long read."""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.api.logs import get_logger
from airflow_provider_workfront.api.request import Lost, Response
from airflow_provider_workfront.api.results import Outcome, summed_up

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow_provider_workfront.api.errors import WorkfrontError
    from airflow_provider_workfront.api.results import Carried

log = get_logger("airflow_provider_workfront")

TELL_EVERY = 5.0
LONG_PAUSE = 5.0  # seconds


@dataclass(slots=True)
class Stats:
    """Counts of the calls to Workfront since the client was made; `seconds` were spent waiting for answers.

    `paused` are the seconds waited before something was tried again, and for a token that somebody else refreshes.
    """

    label: str = ""
    user_id: str = ""
    calls: int = 0
    rows: int = 0
    refusals: int = 0
    renewals: int = 0
    seconds: float = 0.0
    paused: float = 0.0
    report: Callable[[Any], None] | None = field(default=None, repr=False)
    """Who gets these counts when the client is closed."""
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    def count(self, answer: Response | Lost, seconds: float) -> None:
        """Count one call and its answer."""
        with self._lock:
            self.calls += 1
            self.seconds += seconds
            self.refusals += is_refusal(answer)

    def wait(self, seconds: float) -> None:
        """Count a pause; tell of a long one, or the task would seem to hang."""
        with self._lock:
            self.paused += seconds
        if seconds >= LONG_PAUSE:
            log.info("%s: tries again in %.0f s (%d calls refused with 429 so far)", self.label, seconds, self.refusals)

    def tell(self) -> None:
        """Put one line into the log that sums up what was done; nothing if nothing was."""
        if self.calls and self.report:
            self.report(self)
        if self.calls:
            log.info("%s%s: %s", self.label, f" as user {self.user_id}" if self.user_id else "", self)

    def __str__(self) -> str:
        return (
            f"{self.calls} calls, {self.rows} rows, {self.refusals} refused (429), "
            f"{self.renewals} session renewals, {self.seconds:.1f} s, {self.paused:.1f} s paused"
        )


def is_refusal(answer: Response | Lost) -> bool:
    """Tell whether Workfront had too many calls."""
    return isinstance(answer, Response) and answer.status == 429


@dataclass(slots=True)
class Progress:
    """Tells in the log how far a long search has come; counts only, if it has no name."""

    what: str
    stats: Stats
    rows: int = 0
    told: float = field(default_factory=time.monotonic)

    def add(self, rows: int) -> None:
        """Count rows; tell every few seconds."""
        self.rows += rows
        self.stats.rows += rows
        now = time.monotonic()
        if self.what and now - self.told >= TELL_EVERY:
            self.told = now
            log.info("%s: %d rows so far", self.what, self.rows)


@dataclass(slots=True)
class Writing:
    """Tells in the log how far a long write has come, and keeps the error that ended it."""

    what: str
    error: WorkfrontError | None = None
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    told: float = field(default_factory=time.monotonic)

    def taken(self, carried: Carried) -> Carried:
        """Count what became of a hundred; tell every few seconds."""
        self.outcomes.update(result.outcome for result in carried.results)
        self.error = self.error or carried.error
        now = time.monotonic()
        if self.what and now - self.told >= TELL_EVERY:
            self.told = now
            log.info("%s: %s so far", self.what, summed_up(self.outcomes))
        return carried
