"""What a wait of days says in the log: each thing once, and again now and then, so that one sees that it goes on."""

from __future__ import annotations

import time

SAID_AGAIN = 600.0
"""Seconds after which a line that has not changed is logged again."""


class Unrepeated:
    """Remembers what was said last, and when."""

    def __init__(self, again_after: float = SAID_AGAIN) -> None:
        self.again_after = again_after
        self._last = ""
        self._at = 0.0

    def is_due(self, line: str) -> bool:
        """Tell whether a line is another one than the last that was due, or long enough after it."""
        now = time.monotonic()
        if line == self._last and now < self._at + self.again_after:
            return False
        self._last, self._at = line, now
        return True

    def is_over(self) -> bool:
        """Tell whether there was anything to say, and forget it."""
        last, self._last = self._last, ""
        return bool(last)
