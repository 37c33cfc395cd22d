"""When an authorization ends by itself, as far as anybody can tell.

Workfront's OAuth2 applications have an absolute and an inactivity expiration, and tell neither: both numbers come
from the connection. Whether a rotation prolongs the first, or a refresh counts as activity for the second, is
not documented; here it is assumed that it does not prolong the one and does count for the other.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from airflow_provider_workfront.broker.state import Grant

DAY = 86_400.0
BANDS = (1, 7, 14, 30)  # days before the end at which people are warned


@dataclass(frozen=True, slots=True)
class Expiry:
    """How many days are left (None: nobody knows), by which of the two rules."""

    days: float | None = None
    rule: str = ""
    limit: int = 0

    @property
    def band(self) -> int | None:
        """Give the smallest of 1, 7, 14, 30 days within which it ends; None if it is farther off, or unknown.

        A limit of 14 days has bands of 7 and 1 only: a fresh authorization is no reason to warn.
        """
        if self.days is None:
            return None
        found = next((band for band in BANDS if self.days <= band), None)
        return found if found is None or found < self.limit or self.days <= 0 else None

    def is_nearer(self, warned: int) -> bool:
        """Tell whether the end has come nearer than the band that people were warned of (0: none)."""
        return self.band is not None and (not warned or self.band < warned)

    def is_news(self, warned: int) -> bool:
        """Tell whether the band is another one than people were warned of; it may be farther off again."""
        return (self.band or 0) != warned

    @property
    def is_due(self) -> bool:
        """Tell whether this is one of the days on which tasks warn: 30, 14, 7 and 1 day before the end."""
        return self.band is not None and math.ceil(self.days or 0) == self.band

    @property
    def warning(self) -> str:
        """Say what to do, if it is time to; nothing otherwise."""
        if self.days is None or self.band is None:
            return ""
        if self.days <= 0:
            return f"The authorization should have ended by now ({self.rule} is {self.limit}): authorize again."
        when = "within a day" if self.band == 1 else f"in about {self.days:.0f} days"
        hurry = " Do it now." if self.band <= 7 else ""
        return f"The authorization ends {when} ({self.rule} is {self.limit}): authorize again before.{hurry}"


def expiry(
    now: float, *, began_at: float, used_at: float, absolute_days: int | None, inactivity_days: int | None
) -> Expiry:
    """Give the nearer of the two ends; times in epoch seconds, 0 for unknown.

    An age is never below zero: the database's clock may have been set back since.
    """
    ends = []
    if absolute_days and began_at:
        ends.append(Expiry(absolute_days - max(0.0, now - began_at) / DAY, "absolute_expiry_days", absolute_days))
    if inactivity_days and used_at:
        ends.append(Expiry(inactivity_days - max(0.0, now - used_at) / DAY, "inactivity_days", inactivity_days))
    return min(ends, key=lambda end: end.days or 0.0, default=Expiry())


class Limits(Protocol):
    """What a connection says about the ends of its authorization."""

    @property
    def absolute_days(self) -> int | None:
        """Return days from the consent to the end; None for no such limit."""

    @property
    def inactivity_days(self) -> int | None:
        """Return days from the last refresh to the end; None for no such limit."""


def left_of(grant: Grant, limits: Limits, now: float) -> Expiry:
    """Return when this grant ends by itself, by what its connection says."""
    return expiry(
        now,
        began_at=grant.began_at,
        used_at=grant.tokens.issued_at,
        absolute_days=limits.absolute_days,
        inactivity_days=limits.inactivity_days,
    )
