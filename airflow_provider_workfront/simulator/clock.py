"""The simulator's clock, which can be pushed forward."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class Clock:
    """Tell the time; tests and `/__simulator__/clock` advance it instead of waiting."""

    def __init__(self) -> None:
        self._ahead = 0.0

    def now(self) -> float:
        """Give the seconds since 1970."""
        return time.time() + self._ahead

    def utc(self) -> datetime:
        """Give the moment with its zone."""
        return datetime.fromtimestamp(self.now(), UTC)

    def advance(self, seconds: float) -> None:
        """Push the clock forward."""
        self._ahead += seconds
