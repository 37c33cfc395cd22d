"""How event delivery judges a URL: enabled, disabled with a probe now and then, or frozen (reference 9.7)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

GRACE_ATTEMPTS = 100
WORST_RATE = 0.7
STREAK_DISABLES = 2_000
STREAK_FREEZES = 50_000
PROBE_SECONDS = 600.0
FREEZE_SECONDS = 72 * 3600.0
RETRY_SECONDS = 84.8
MOST_RETRIES = 11  # "the 11th is at about 48 hours", so they count from the first try


class Admission(Enum):
    """What happens to a message whose turn it is."""

    SEND = "sent"
    POSTPONE = "not sent, queued for its next retry"
    DROP = "given up"


@dataclass(slots=True)
class Endpoint:
    """Hold what is known of one URL, which all its subscriptions share; seconds are the clock's, scaled."""

    scale: float
    began: float
    attempts: int = 0
    failures: int = 0
    successes: int = 0
    streak: int = 0
    last_success: float | None = None
    disabled_at: float | None = None
    frozen_at: float | None = None
    probe_at: float = 0.0

    def admission(self, now: float) -> Admission:
        """Tell what to do with the next message; while disabled, one each ten minutes is tried."""
        if self.frozen_at is not None:
            return Admission.DROP  # inferred: no source says where its messages go
        if self.disabled_at is None:
            return Admission.SEND
        if now < self.probe_at:
            return Admission.POSTPONE
        self.probe_at = now + PROBE_SECONDS * self.scale
        return Admission.SEND

    def note(self, now: float, *, good: bool) -> None:
        """Count one try and draw the consequences."""
        self.attempts += 1
        if good:
            self.successes += 1
            self.last_success = now
            self.streak = 0
            self.enable()
            return
        self.failures += 1
        self.streak += 1
        self._judge(now)

    def enable(self) -> None:
        """Begin anew after a good probe, or by order."""
        if self.disabled_at is not None or self.frozen_at is not None:
            self.attempts = self.failures = self.streak = 0  # inferred: else the next failure would disable it again
        self.disabled_at = self.frozen_at = None

    def _judge(self, now: float) -> None:
        rate = self.failures / self.attempts
        too_often = self.attempts > GRACE_ATTEMPTS and rate > WORST_RATE
        if self.disabled_at is None and (too_often or self.streak >= STREAK_DISABLES):
            self.disabled_at = now
            self.probe_at = now + PROBE_SECONDS * self.scale
        since = self.began if self.last_success is None else self.last_success
        too_long = self.streak > STREAK_DISABLES and now - since > FREEZE_SECONDS * self.scale
        if too_long or self.streak >= STREAK_FREEZES:
            self.frozen_at = now


def retry_after(retry: int) -> float:
    """Give the documented seconds between the first try and a retry, the first being 1."""
    return float((2**retry - 1) * RETRY_SECONDS)
