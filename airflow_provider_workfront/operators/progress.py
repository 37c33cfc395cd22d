"""How far a long transfer has come, as a line in the log now and then."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import logging

TELL_EVERY = 10.0
"""Seconds between two lines."""
MB = 1e6


@dataclass(slots=True)
class Progress:
    """Counts the bytes that were moved, of `size` if that is known, and tells of them in the log."""

    what: str
    log: logging.Logger | Any = field(repr=False)
    size: int | None = None
    every: float = TELL_EVERY
    moved: int = 0
    told: float = field(default_factory=time.monotonic)

    def begin(self) -> None:
        """Count from the beginning; tell if something had been moved already."""
        if self.moved:
            self.log.warning("%s: again from its beginning, after %s", self.what, self)
        self.moved = 0

    def add(self, count: int) -> None:
        """Count some more; tell every few seconds."""
        self.moved += count
        now = time.monotonic()
        if now - self.told >= self.every:
            self.told = now
            self.log.info("%s: %s so far", self.what, self)

    def __str__(self) -> str:
        whole = f" of {self.size / MB:,.1f}" if self.size else ""
        return f"{self.moved / MB:,.1f}{whole} MB"
