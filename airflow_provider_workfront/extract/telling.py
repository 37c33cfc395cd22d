"""What a long read tells in the log, every few seconds."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from airflow_provider_workfront.api.logs import get_logger
from airflow_provider_workfront.api.pages import unknown

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

log = get_logger(__name__)

TELL_EVERY = 5.0


def told(rows: int, before: int, seconds: float, total: int | None) -> str:
    """Say how far a read is: rows, pace, share and rest; `before` were there when the clock started."""
    pace = (rows - before) / seconds if seconds > 0 else 0.0
    text = f"{rows:,} rows, {pace:,.0f} rows/s"
    if not total or not pace:
        return text
    rest = max(0, total - rows) / pace
    return f"{text}, {min(100.0, 100 * rows / total):.0f} % of about {total:,}, {_span(rest)} to go"


@dataclass(slots=True)
class Telling:
    """Tells how far a read is."""

    what: str
    total: Callable[[], int | None] = unknown
    rows: int = 0
    before: int = 0
    began: float = field(default_factory=time.monotonic)
    last: float = field(default_factory=time.monotonic)

    def add(self, rows: int) -> None:
        """Count rows."""
        self.rows += rows
        now = time.monotonic()
        if now - self.last >= TELL_EVERY:
            self.last = now
            log.info("%s: %s", self.what, told(self.rows, self.before, now - self.began, self.total()))


def known(counted: Future[int]) -> Callable[[], int | None]:
    """Give a count that is under way, once it is there; a type that cannot be counted is read without one."""

    def value() -> int | None:
        return counted.result() if counted.done() and not counted.exception() else None

    return value


def _span(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
