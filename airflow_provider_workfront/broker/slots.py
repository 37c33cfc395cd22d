"""Who may have how many calls to one Workfront open: the slots of a whole fleet of tasks, as a value. Pure.

Workfront's limit is one for the customer, so the tasks of an Airflow share it. Whoever wants slots stands in one
row; whoever has some says so again and again, or loses them. Times come in as database seconds.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

FORMAT = 1
GROW_AFTER = 2.0  # seconds of full use without a refusal that allow one call more
MOST = 100  # slots that anybody may ask for


@dataclass(frozen=True, slots=True)
class Terms:
    """For how long slots are lent; seconds."""

    lease: float = 15.0

    @property
    def renewal(self) -> float:
        """How long a holder waits before it says that it still lives."""
        return self.lease / 5

    @property
    def turn(self) -> float:
        """How long a holder keeps its slots while others have none."""
        return self.lease / 3


@dataclass(frozen=True, slots=True)
class Want:
    """What a process asks for.

    `want` is how many calls it would have open, `keep` how many it may still open until it is answered: what it keeps
    is not taken from it. Both zero: it leaves. `number` counts its asks, so that one that comes late changes nothing.
    """

    holder: str
    want: int
    most: int
    keep: int = 0
    number: int = 0
    refused_in: int | None = None
    """The round in which Workfront refused a call of it."""


@dataclass(frozen=True, slots=True)
class Share:
    """What it gets: `share` calls at once; beyond it, what it kept has to end and be given back."""

    share: int
    kept: int
    round: int
    lease: float
    again: float
    """Seconds after which it asks again."""


@dataclass(frozen=True, slots=True)
class Holder:
    """One process in the row, with slots or waiting for some; `since` is when that began."""

    id: str
    most: int
    want: int
    held: int
    since: float
    until: float
    number: int

    @property
    def appetite(self) -> int:
        """Give how many slots it can use."""
        return min(self.want, self.most)


@dataclass(frozen=True, slots=True)
class Slots:
    """The slots of one Workfront: the row of holders, and how many slots there are.

    `allowed` is what Workfront seems to bear, None while it refused nothing lately. Of the refusals of one `round` the
    first counts.
    """

    allowed: float | None = None
    round: int = 0
    changed_at: float = 0.0
    row: tuple[Holder, ...] = ()
    rev: int = 0

    # -- what it knows

    @property
    def total(self) -> int:
        """Give how many slots there are."""
        most = max((holder.most for holder in self.row), default=1)
        return most if self.allowed is None else max(1, min(most, int(self.allowed)))

    @property
    def out(self) -> int:
        """Give how many are lent."""
        return sum(holder.held for holder in self.row)

    def holder(self, name: str) -> Holder | None:
        """Find one of the row."""
        return next((holder for holder in self.row if holder.id == name), None)

    def parts(self) -> dict[str, int]:
        """Give each its fair part: one for each in the order of the row, then a second one, and so on."""
        parts, left = dict.fromkeys((holder.id for holder in self.row), 0), self.total
        while hungry := [holder for holder in self.row if parts[holder.id] < holder.appetite][:left]:
            for holder in hungry:
                parts[holder.id] += 1
            left -= len(hungry)
        return parts

    def share(self, name: str, now: float, terms: Terms) -> Share:
        """Give what one of the row may do."""
        return self.shares([name], now, terms)[name]

    def shares(self, names: Iterable[str], now: float, terms: Terms) -> dict[str, Share]:
        """Give what each of these may do: of a thousand at once in one look at the row."""
        row, parts, is_short = {holder.id: holder for holder in self.row}, self.parts(), self.is_short()
        too_many = max(0, self.out - self.total)  # somebody given up for dead is back with open calls
        made = {}
        for name in names:
            holder, again = row.get(name), terms.renewal
            if holder is None:
                made[name] = Share(0, 0, self.round, terms.lease, again)
                continue
            if is_short:
                again = min(again, max(0.2, holder.since + terms.turn - now))
            share = max(0, min(holder.held, parts[name]) - too_many)
            made[name] = Share(share, holder.held, self.round, terms.lease, again)
        return made

    def is_short(self) -> bool:
        """Tell whether there are fewer slots than processes that want one."""
        return sum(1 for holder in self.row if holder.appetite) > self.total

    # -- how it changes

    def settled(self, now: float, terms: Terms) -> Slots:
        """Take back what nobody holds any more, and hand it to those who wait."""
        # a database's clock may be set back: nobody stays longer than it could have asked for
        row = tuple(
            replace(holder, until=min(holder.until, now + terms.lease), since=min(holder.since, now))
            for holder in self.row
            if holder.until > now
        )
        return replace(self, row=row).dealt("", now, terms)

    def asked(self, want: Want, now: float, terms: Terms) -> Slots:
        """Take in what a process asks for."""
        known = self.holder(want.holder)
        if known and want.number <= known.number:
            return self
        slots = self._refused(want.refused_in, now)
        others = tuple(holder for holder in self.row if holder.id != want.holder)
        if not want.want and not want.keep:
            return replace(slots, row=others).dealt("", now, terms)
        # whoever is not known any more has been given up for dead: what it has open is open all the same
        held = min(want.keep, known.held) if known else want.keep
        since = known.since if known and (known.held or not held) else now
        mine = Holder(want.holder, want.most, want.want, held, since, now + terms.lease, want.number)
        at = self.row.index(known) if known else len(others)
        slots = replace(slots, row=(*others[:at], mine, *others[at:]))
        if known and known.held and now - since >= terms.turn and slots.is_short():
            slots = replace(slots, row=(*others, replace(mine, since=now)))
        return slots.dealt(want.holder, now, terms).grown(now)

    def dealt(self, asking: str, now: float, terms: Terms) -> Slots:
        """Hand free slots to whoever has none, then to who is asking just now; the others learn of it by asking."""
        parts, free, held = self.parts(), self.total - self.out, {holder.id: holder.held for holder in self.row}
        listening = [holder.id for holder in self.row if not holder.held or holder.id == asking]
        for first in (True, False):
            for name in listening:
                part = min(parts[name], 1) if first else parts[name]
                more = max(0, min(part - held[name], free))
                held[name], free = held[name] + more, free - more
        row = tuple(_dealt_to(holder, held[holder.id], now, terms) for holder in self.row)
        return replace(self, row=row)

    def _refused(self, round_: int | None, now: float) -> Slots:
        """Halve what is allowed: once for calls that were open together."""
        if round_ != self.round:
            return self
        return replace(self, allowed=max(1.0, self.total / 2), round=self.round + 1, changed_at=now)

    def grown(self, now: float) -> Slots:
        """Allow one more after a while of full use."""
        waited = abs(now - self.changed_at)
        if self.allowed is None or self.out < self.total or waited < GROW_AFTER:
            return self
        most = max(holder.most for holder in self.row)
        return replace(self, allowed=self.allowed + 1 if self.allowed + 1 < most else None, changed_at=now)

    # -- how it is kept

    def encoded(self) -> str:
        """Give the stored form: JSON that a person may look at, there is no secret in it."""
        return json.dumps({"format": FORMAT} | asdict(self), separators=(",", ":"))


def _dealt_to(holder: Holder, held: int, now: float, terms: Terms) -> Holder:
    if held == holder.held:
        return holder
    return replace(holder, held=held, since=holder.since if holder.held else now, until=now + terms.lease)


def decoded(text: str) -> Slots:
    """Read the stored form; whatever else is found counts as nothing: the holders say again what they hold."""
    try:
        raw = json.loads(text)
        row = tuple(Holder(**_known(Holder, holder)) for holder in raw.pop("row"))
        return Slots(row=row, **_known(Slots, raw)) if raw.get("format") == FORMAT else Slots()
    except (ValueError, TypeError, KeyError, AttributeError):
        return Slots()


def _known(kind: type, raw: dict[str, Any]) -> dict[str, Any]:
    return {part.name: raw[part.name] for part in fields(kind) if part.name in raw}
