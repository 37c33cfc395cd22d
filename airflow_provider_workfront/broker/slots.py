"""Who may have how many calls to one Workfront open: the slots of a whole fleet of tasks, as a value. Pure.

Workfront's limit is one for the customer, so the tasks of an Airflow share it. Whoever wants slots stands in one
row; whoever has some says so again and again, or loses them. How many there are is `level`'s business. All that comes
in at once is taken in together, so that the work grows with the row and not with its square. Times come in as database
seconds.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.broker.level import MOST_LEARNED, Level

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

FORMAT = 1
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
    `most` is for it alone if it `learns`, and else for all together, as a person has said.
    """

    holder: str
    want: int
    most: int
    keep: int = 0
    number: int = 0
    refused_in: int | None = None
    """The round in which Workfront refused a call of it."""
    learns: bool = False


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
    learns: bool = False

    @property
    def appetite(self) -> int:
        """Give how many slots it can use."""
        return min(self.want, self.most)


@dataclass(frozen=True, slots=True)
class Slots:
    """The slots of one Workfront: the row of holders, and how many slots it seems to bear."""

    level: Level = field(default_factory=Level)
    row: tuple[Holder, ...] = ()
    rev: int = 0

    # -- what it knows

    @property
    def total(self) -> int:
        """Give how many slots there are."""
        return self.level.total(max((holder.most for holder in self.row), default=1), self.top)

    @property
    def top(self) -> int:
        """Give how many there may ever be."""
        return max((MOST_LEARNED if holder.learns else holder.most for holder in self.row), default=1)

    @property
    def out(self) -> int:
        """Give how many are lent."""
        return sum(holder.held for holder in self.row)

    def parts(self) -> dict[str, int]:
        """Give each its fair part: one for each in the order of the row, then a second one, and so on."""
        parts, left = dict.fromkeys((holder.id for holder in self.row), 0), self.total
        while hungry := [holder for holder in self.row if parts[holder.id] < holder.appetite][:left]:
            for holder in hungry:
                parts[holder.id] += 1
            left -= len(hungry)
        return parts

    def shares(self, names: Collection[str], now: float, terms: Terms) -> dict[str, Share]:
        """Give what these may do."""
        if not names:
            return {}
        parts, is_short = self.parts(), self.is_short()
        too_many = max(0, self.out - self.total)  # somebody given up for dead is back with open calls
        shares = dict.fromkeys(names, Share(0, 0, self.level.round, terms.lease, terms.renewal))
        for holder in self.row:
            if holder.id in shares:
                turn = max(0.2, holder.since + terms.turn - now) if is_short else terms.renewal
                share = max(0, min(holder.held, parts[holder.id]) - too_many)
                again = min(terms.renewal, turn)
                shares[holder.id] = Share(share, holder.held, self.level.round, terms.lease, again)
        return shares

    def is_short(self) -> bool:
        """Tell whether there are fewer slots than processes that want one."""
        return sum(1 for holder in self.row if holder.appetite) > self.total

    # -- how it changes

    def settled(self, now: float, terms: Terms) -> Slots:
        """Take back what nobody holds any more, and hand it and what is new to those who wait."""
        row = tuple(_bounded(holder, now, terms) for holder in self.row if holder.until > now)
        return replace(self, level=self.level.recalled(now), row=row).grown(now).dealt((), now, terms)

    def asked(self, wants: Iterable[Want], now: float, terms: Terms) -> Slots:
        """Take in what processes ask for, in the order in which it came."""
        row, asking, refused = {holder.id: holder for holder in self.row}, set[str](), list[int]()
        turns_over = list[str]()
        for want in wants:
            known = row.get(want.holder)
            if known and want.number <= known.number:
                continue
            if want.refused_in is not None:
                refused.append(want.refused_in)
            if not want.want and not want.keep:
                row.pop(want.holder, None)
                continue
            # whoever is not known any more has been given up for dead: what it has open is open all the same
            held = min(want.keep, known.held) if known else want.keep
            since = known.since if known and (known.held or not held) else now
            until = now + terms.lease
            row[want.holder] = Holder(want.holder, want.most, want.want, held, since, until, want.number, want.learns)
            asking.add(want.holder)
            if known and known.held and now - since >= terms.turn:
                turns_over.append(want.holder)
        slots = replace(self, row=tuple(row.values()))
        for round_ in refused:
            slots = replace(slots, level=slots.level.refused(round_, slots.total, now))
        if turns_over and slots.is_short():
            for name in turns_over:
                if name in row:
                    row[name] = replace(row.pop(name), since=now)
            slots = replace(slots, row=tuple(row.values()))
        return slots.dealt(asking, now, terms)

    def dealt(self, asking: Collection[str], now: float, terms: Terms) -> Slots:
        """Hand free slots to whoever has none, then to who is asking just now; the others learn of it by asking."""
        parts, free, held = self.parts(), self.total - self.out, {holder.id: holder.held for holder in self.row}
        listening = [holder.id for holder in self.row if not holder.held or holder.id in asking]
        for first in (True, False):
            for name in listening:
                part = min(parts[name], 1) if first else parts[name]
                more = max(0, min(part - held[name], free))
                held[name], free = held[name] + more, free - more
        row = tuple(_dealt_to(holder, held[holder.id], now, terms) for holder in self.row)
        return replace(self, row=row)

    def grown(self, now: float) -> Slots:
        """Allow one more after a while in which all were in use and more were wanted."""
        total = self.total
        is_full = self.out >= total and sum(holder.appetite for holder in self.row) > total
        return replace(self, level=self.level.used(total, self.top, now, is_full=is_full))

    # -- how it is kept

    def encoded(self) -> str:
        """Give the stored form: JSON that a person may look at, there is no secret in it."""
        row = [{name: getattr(holder, name) for name in _HOLDER} for holder in self.row]
        kept = {"format": FORMAT, "rev": self.rev, "level": asdict(self.level), "row": row}
        return json.dumps(kept, separators=(",", ":"))


def _bounded(holder: Holder, now: float, terms: Terms) -> Holder:
    """Let nobody stay longer than it could have asked for: a database's clock may be set back."""
    if holder.until <= now + terms.lease and holder.since <= now:
        return holder
    return replace(holder, until=min(holder.until, now + terms.lease), since=min(holder.since, now))


def _dealt_to(holder: Holder, held: int, now: float, terms: Terms) -> Holder:
    if held == holder.held:
        return holder
    return replace(holder, held=held, since=holder.since if holder.held else now, until=now + terms.lease)


def decoded(text: str) -> Slots:
    """Read the stored form; whatever else is found counts as nothing: the holders say again what they hold."""
    try:
        raw = json.loads(text)
        if raw["format"] != FORMAT:
            return Slots()
        row = tuple(Holder(**_known(_HOLDER, holder)) for holder in raw["row"])
        return Slots(Level(**_known(_LEVEL, raw.get("level", {}))), row, raw["rev"])
    except (ValueError, TypeError, KeyError, AttributeError):
        return Slots()


_HOLDER = tuple(part.name for part in fields(Holder))
_LEVEL = tuple(part.name for part in fields(Level))


def _known(names: tuple[str, ...], raw: dict[str, Any]) -> dict[str, Any]:
    return {name: raw[name] for name in names if name in raw}
