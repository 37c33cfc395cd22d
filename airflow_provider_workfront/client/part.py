"""How many calls this process may have open, as the broker last said. It changes; times are monotonic seconds.

The other side is `broker.slots`. Two rules keep a fleet within its limit: while an ask is under way no more calls are
begun than it said would be kept, and nothing is begun once the lease has ended.
"""

from __future__ import annotations

import random
import secrets
from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

IDLE = 1.0  # seconds without a call after which slots are given back
PAUSE = 0.05  # seconds between an answer that gave nothing and the next ask, which waits at the broker
RETRY = 1.0  # seconds, about, after which a broker that did not answer is asked again


@dataclass(slots=True)
class Part:
    """This process's part; `limit` is None while nobody hands out slots: then the pace alone decides."""

    holder: str = field(default_factory=lambda: secrets.token_hex(8))
    most: int = 1
    learns: bool = False  # nobody has said how many calls all processes may have open together: the broker finds out
    limit: int | None = None
    ticket: str = field(default="", repr=False)
    _kept: int = 0  # what the broker counts as ours, more than the limit while calls end
    _until: float = 0.0
    _again: float = inf
    _not_before: float = 0.0
    _round: int = 0
    _number: int = 0
    _wanted: int = 0
    _open: int = 0
    _waiting: int = 0
    _peak: int = 0
    _idle_since: float = 0.0
    _refused: bool = False

    # -- what the calls do

    def room(self, now: float) -> int | None:
        """Give how many calls may be open now; None: as many as the pace allows."""
        return self.limit if self.limit is None or now < self._until else 0

    def counts(self, open_now: int, waiting: int, now: float) -> None:
        """Learn how many calls are open, and how many wait."""
        self._open, self._waiting, self._idle_since = open_now, waiting, now
        self._peak = max(self._peak, open_now + waiting)

    def refused(self) -> None:
        """Learn that Workfront refused a call."""
        self._refused = True

    # -- when to ask, and for what

    @property
    def is_busy(self) -> bool:
        """Tell whether calls are open or wait."""
        return bool(self._open or self._waiting)

    def due(self, now: float) -> float:
        """Give the moment from which on something is to be asked."""
        if not self.ticket:
            return inf
        if self.limit is None:
            return self._not_before if self.is_busy else inf
        return max(self._not_before, now if self._is_urgent(now) else self._renewal())

    def _is_urgent(self, now: float) -> bool:
        """Tell whether others could have what we do not use any more, or we lack something."""
        limit = self.room(now) or 0
        if self._kept > limit or self._refused:
            return self._refused or self._open <= limit
        return self._waiting > 0 and self._open >= limit and (not limit or self._wanted < self.most)

    def _renewal(self) -> float:
        if not self._wanted:
            return inf
        return self._again if self.is_busy else min(self._again, self._idle_since + IDLE)

    def asking(self, now: float, *, at_least: int = 0, leaves: bool = False) -> dict[str, Any]:
        """Say what to ask for: at least so much, or nothing any more."""
        is_idle = leaves or (not self.is_busy and now >= self._idle_since + IDLE)
        self._wanted = max(at_least, 0 if is_idle else self._appetite())
        if self.limit is not None and (not self._wanted or now >= self._until):
            self.limit, self._kept = 0, self._open  # the lease has ended, or is given up
        elif self.limit is None:
            self._kept = self._open
        else:
            self._kept = max(self.limit, self._open)
        self._number += 1
        refused_in = self._round if self._refused and self.limit is not None else None
        self._refused, self._peak = False, self._open + self._waiting
        return {
            "holder": self.holder,
            "most": self.most,
            "learns": self.learns,
            "want": self._wanted,
            "keep": self._kept,
            "number": self._number,
            "refused_in": refused_in,
        }

    def _appetite(self) -> int:
        return self.most if self._waiting else max(1, min(self.most, self._peak))

    # -- what comes back

    def told(self, number: int, said: Mapping[str, Any], sent_at: float, now: float) -> None:
        """Take in the answer to the ask of this number; raises KeyError, TypeError or ValueError if it is none."""
        share, kept, again, until = int(said["share"]), int(said["kept"]), float(said["again"]), float(said["lease"])
        if number != self._number:  # another ask was sent meanwhile, and promised less than this answer allows
            self._again = now
            return
        self.limit, self._kept, self._round = share, kept, int(said["round"])
        self._until, self._again = sent_at + until, now + again
        self._not_before = now if share or kept else now + PAUSE
        self.ticket = str(said.get("ticket") or self.ticket)

    def failed(self, now: float) -> None:
        """Learn that the broker did not answer; after a lease's time without it everybody goes on at his own pace."""
        self._not_before = now + RETRY * random.uniform(0.5, 1.5)  # noqa: S311 it only spreads callers
        if now >= self._until:
            self.limit = None

    def dismissed(self) -> None:
        """Learn that the broker hands out no slots (any more)."""
        self.limit, self.ticket = None, ""
