"""How many calls at once a Workfront bears, found out by all who share its slots, as a value. Pure.

Nobody documents the number (reference 8.4: about 10, by hearsay), and other tools use it up too. So it grows by one
while all slots are in use and nothing is refused; a refusal takes it back to what was borne, and that is remembered.
Times are database seconds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

MOST_LEARNED = 32  # slots that are found out by trying; `max_concurrency` of a connection goes no further either
FIRST_STEP = 0.5  # seconds of full use that allow one call more while nothing was ever refused
STEP = 2.0  # likewise, once something was
SETTLING = 1.0  # seconds after a step back in which what is refused was begun before it
HOLD = 30.0  # seconds after which a number is tried again that was refused
REMEMBERED = 8 * 86400.0  # seconds for which the number is kept without a change: a weekly run finds it


@dataclass(frozen=True, slots=True)
class Level:
    """What is known. Of the refusals of one `round` the first counts."""

    allowed: int = 0
    """Calls at once; 0: nothing is known yet."""
    borne: int = 0
    """The number before the last one more: full use of it was refused nothing."""
    refused_at: int = 0
    """The number at which Workfront refused last; 0: none."""
    round: int = 0
    changed_at: float = 0.0
    full_since: float | None = None
    """Since when all slots are in use, and more are wanted."""

    def total(self, first: int, top: int) -> int:
        """Give how many calls are allowed: `first` where nothing is known, never more than `top`."""
        known = self.allowed if self.refused_at else max(self.allowed, first)
        return max(1, min(top, known))

    def recalled(self, now: float) -> Level:
        """Forget what was found out too long ago."""
        is_old = self.changed_at and abs(now - self.changed_at) > REMEMBERED
        return Level(round=self.round) if is_old else self

    def refused(self, round_: int, total: int, now: float) -> Level:
        """Take back the step that was one too many; halve if there was none: others use more than before."""
        is_after_step_back = self.refused_at and self.allowed <= self.borne
        if round_ != self.round or (is_after_step_back and abs(now - self.changed_at) < SETTLING):
            return self
        fewer = self.borne if 0 < self.borne < total else max(1, total // 2)
        return Level(fewer, fewer, total, self.round + 1, now)

    def used(self, total: int, top: int, now: float, *, is_full: bool) -> Level:
        """Learn whether all slots are in use and more are wanted; allow one more if that was so for long enough."""
        if not is_full or self.full_since is None:
            since = now if is_full else None
            return self if since == self.full_since else replace(self, full_since=since)
        lasted = abs(now - self.full_since)  # a database's clock may be set back
        is_held = self.refused_at == total + 1 and abs(now - self.changed_at) < HOLD
        if total >= top or is_held or lasted < (STEP if self.refused_at else FIRST_STEP):
            return self
        refused_at = self.refused_at if self.refused_at > total else 0  # that number is borne again
        return Level(total + 1, total, refused_at, self.round, now, now)
