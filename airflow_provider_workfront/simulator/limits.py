"""The guardrail on concurrent calls (rule 113)."""

from __future__ import annotations

import threading
import time
from heapq import heappop, heappush


class Gate:
    """Count the calls in flight, over all sessions.

    An answer that is delayed keeps its place until the delay is over, though the simulator itself is done.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._active = 0
        self._delayed: list[float] = []
        self._lock = threading.Lock()
        self.peak = 0

    def enter(self) -> bool:
        """Take a place, or say that there is none."""
        with self._lock:
            now = time.monotonic()
            while self._delayed and self._delayed[0] <= now:
                heappop(self._delayed)
            if self._active + len(self._delayed) >= self._most:
                return False
            self._active += 1
            self.peak = max(self.peak, self._active + len(self._delayed))
            return True

    def leave(self, delay: float) -> None:
        """Give the place back, once the delay is over."""
        with self._lock:
            self._active -= 1
            if delay > 0:
                heappush(self._delayed, time.monotonic() + delay)
