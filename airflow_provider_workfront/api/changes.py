"""What has changed since a poll before: a cursor on Workfront's own clock and a memory of what was told, as values.

A change is an object with its `lastUpdateDate` (reference 7.4). Dates become visible out of their order, so each poll
looks back over what earlier ones have seen; what was told is remembered for as long as it is looked at. No other clock
is asked but that of the dates themselves; the local one is a bound only, should a date lie in the future.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, NamedTuple

from airflow_provider_workfront.api.dates import format_date, parse_date
from airflow_provider_workfront.api.filters import narrowed
from airflow_provider_workfront.api.objects import segment
from airflow_provider_workfront.api.reads import Search

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from airflow_provider_workfront.api.filters import Filters
    from airflow_provider_workfront.api.operation import Record

UPDATED, BY = "lastUpdateDate", "lastUpdatedByID"
MINUTE = 60_000
LONGEST_MARK = 8

_UNDATED = """
NOTE NTAG JRNLE UPDATE DOCV DOCFDR DOCREQ DOCAPL GROUP TEAMOB TEAMMB USRGPS CSTEM OBJCAT CTGYPA POPT PRED BLIN BSTSK
BILL RATE RISK RSKTYP HOURT EXPTYP MILE MPATH SCHED NONWKD QUED QUET RRUL ARVPTH ARVSTP ARVSTS AWAPVL ACSRUL PTEAM PRTU
RESVT WRKITM FVRITE USRNOT CUST
"""
UNDATED = frozenset(_UNDATED.split())
"""Types without a `lastUpdateDate` (reference 7.4); of others Workfront's metadata tells."""


class Change(NamedTuple):
    """An object as it was changed at a moment, in milliseconds of Workfront's clock, by a user."""

    at: int
    obj_id: str
    by: str = ""

    @property
    def mark(self) -> str:
        """Give what is remembered of it: 48 bits of a hash of the object and the moment."""
        digest = blake2b(f"{self.obj_id} {self.at}".encode(), digest_size=6).digest()
        return urlsafe_b64encode(digest).decode()


def changes_of(rows: Iterable[Record]) -> list[Change]:
    """Read rows; one without a date says nothing of changes. Raises ValueError if one has no ID."""
    return [Change(_milliseconds(row[UPDATED]), _id(row), row.get(BY) or "") for row in rows if row.get(UPDATED)]


@dataclass(frozen=True, slots=True)
class ChangedSince:
    """Ask for what was changed at a moment or later, in milliseconds."""

    obj_code: str
    filters: Filters
    since: int
    fields: tuple[str, ...] = (UPDATED, BY)

    def search(self) -> Search:
        """Make the search; raises ValueError if the filters cannot be narrowed."""
        since = format_date(_moment(self.since))
        return Search(self.obj_code, narrowed(self.filters, {UPDATED: {"gte": since}}), self.fields)


def newest(obj_code: str) -> Search:
    """Ask for the latest date there is: so Workfront's clock stands, or later."""
    return Search(obj_code, {UPDATED: {"notnull": True}}, (UPDATED,), {UPDATED: "desc"}, 1)


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far changes are told.

    Workfront's clock stands `at` this moment at least. All that was told from `low` on is remembered, and no untold
    change lies before it. `pending` is an event that was handed over, of which nobody knows yet whether it arrived.
    """

    at: int
    low: int
    told: Mapping[int, frozenset[str]] = field(default_factory=dict)
    pending: Mapping[str, Any] | None = None

    @classmethod
    def begun(cls, at: int, changes: Iterable[Change], overlap: int) -> Cursor:
        """Begin: what is there already counts as told."""
        low = max(0, at - overlap)
        return cls(at, low).remembering(change for change in changes if change.at >= low)

    def news(self, changes: Iterable[Change]) -> list[Change]:
        """Give what was not told before, oldest first; what lies before the memory is not looked at."""
        return sorted(change for change in changes if change.at >= self.low and not self._knows(change))

    def _knows(self, change: Change) -> bool:
        return change.mark in self.told.get(change.at // MINUTE, ())

    def remembering(self, changes: Iterable[Change]) -> Cursor:
        """Remember changes as told."""
        marks: dict[int, set[str]] = {}
        for change in changes:
            marks.setdefault(change.at // MINUTE, set()).add(change.mark)
        added = {minute: self.told.get(minute, frozenset()) | some for minute, some in marks.items()}
        return replace(self, told={**self.told, **added})

    def handing(self, changes: Sequence[Change], event: Mapping[str, Any]) -> Cursor:
        """Hand over an event of some changes; it is pending until `arrived`."""
        return replace(self.remembering(changes), pending=event)

    def arrived(self) -> Cursor:
        """Know that the pending event arrived."""
        return replace(self, pending=None)

    def moved(self, at: int, untold: Iterable[Change], overlap: int) -> Cursor:
        """Move on after a poll at this moment, but not over what is still untold; forget what is not looked at."""
        at = max(at, self.at)
        low = max(self.low, min([at - overlap, *(change.at for change in untold)]))
        told = {minute: marks for minute, marks in self.told.items() if (minute + 1) * MINUTE > low}
        return replace(self, at=at, low=low, told=told)

    def as_json(self) -> dict[str, Any]:
        """Write it as plain JSON."""
        told = {str(minute): "".join(sorted(marks)) for minute, marks in self.told.items()}
        return {"at": self.at, "low": self.low, "told": told, "pending": self.pending}

    @classmethod
    def of_json(cls, plain: Mapping[str, Any]) -> Cursor:
        """Read what `as_json` wrote."""
        told = {int(minute): frozenset(_marks(text)) for minute, text in plain["told"].items()}
        return cls(plain["at"], plain["low"], told, plain["pending"])


def clock(cursor: Cursor, elapsed: int, changes: Collection[Change], local: int) -> int:
    """Say where Workfront's clock stands at least, `elapsed` milliseconds after the poll before.

    The `local` clock bounds it: a date of the future, or clocks that drift apart, must not take the cursor along.
    """
    latest = max((change.at for change in changes), default=0)
    return max(cursor.at, min(max(cursor.at + elapsed, latest), local))


def event_of(obj_code: str, changes: Sequence[Change], more: int, changed: Mapping[str, list[str]]) -> dict[str, Any]:
    """Write an event: which objects, changed when; never what is in them. `more` is how many changes wait."""
    moments = [change.at for change in changes]
    return {
        "id": blake2b("".join(change.mark for change in changes).encode(), digest_size=8).hexdigest(),
        "again": False,
        "obj_code": segment(obj_code).upper(),
        "ids": [change.obj_id for change in changes],
        "changed": dict(changed),
        "since": _moment(min(moments)).isoformat(timespec="milliseconds"),
        "until": _moment(max(moments)).isoformat(timespec="milliseconds"),
        "more": more,
    }


def journal(ids: Sequence[str], names: Sequence[str], since: int) -> Search:
    """Ask the field history which of some fields were changed (reference 7.5); it has those only that it is set to."""
    filters = {"objID": list(ids), "fieldName": list(names), "entryDate": {"gte": format_date(_moment(since))}}
    return Search("JRNLE", filters, ("objID", "fieldName"))


def names_of(entries: Iterable[Record]) -> dict[str, list[str]]:
    """Give the names of the changed fields by object."""
    found: dict[str, set[str]] = {}
    for entry in entries:
        if not entry.get("objID") or not entry.get("fieldName"):
            continue  # it says nothing of any field
        found.setdefault(entry["objID"], set()).add(entry["fieldName"])
    return {obj_id: sorted(names) for obj_id, names in sorted(found.items())}


def _id(row: Record) -> str:
    if not isinstance(obj_id := row.get("ID"), str):
        raise ValueError(f"the answer has an object without ID, changed at {row[UPDATED]}")  # noqa: TRY004 Workfront's
    return obj_id


def _milliseconds(text: str) -> int:
    moment = parse_date(text)
    if not isinstance(moment, datetime):
        raise ValueError(f"{UPDATED} is {text}, not a moment")  # noqa: TRY004 a value of Workfront's
    return round(moment.timestamp() * 1000)


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def _marks(text: str) -> Iterator[str]:
    return (text[start : start + LONGEST_MARK] for start in range(0, len(text), LONGEST_MARK))
