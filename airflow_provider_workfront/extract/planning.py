"""Cut a large search into slices that workers read side by side: together they are the search, and none shares a row.

Slices are cut by the date of creation, which never changes, so that no row moves from a slice to another while they are
read. Workfront says how many rows there are, and the date of every so-manieth row; in the end each slice is counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from airflow_provider_workfront.api.dates import parse_date
from airflow_provider_workfront.api.errors import WorkfrontError
from airflow_provider_workfront.api.filters import as_plain, narrowed
from airflow_provider_workfront.api.logs import get_logger
from airflow_provider_workfront.api.reads import Count, Metadata, Search
from airflow_provider_workfront.api.values import plain
from airflow_provider_workfront.api.windows import Window
from airflow_provider_workfront.failures import Unworkable

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow_provider_workfront.api.filters import Filters
    from airflow_provider_workfront.api.operation import Job

log = get_logger(__name__)

T = TypeVar("T")
Plain = dict[str, Any]

CREATED = "entryDate"
TRIES = 3


class Reader(Protocol):
    """What planning needs of a client."""

    def run(self, job: Job[T]) -> T:
        """Carry out an operation."""


@dataclass(frozen=True, slots=True)
class Axis:
    """A field to cut by: how its values are written, so that they sort as text, and what comes so many steps after."""

    name: str
    read: Callable[[str], str]
    step: Callable[[str, int], str]

    def conditions(self, cuts: list[str]) -> list[Plain]:
        """Say what lies between the cuts, below the first and from the last on; a `between` includes both ends."""
        if not cuts:
            return [{self.name: {"notnull": True}}]
        ranges = [{"between": [low, self.step(high, -1)]} for low, high in pairwise(cuts)]
        return [{self.name: each} for each in ({"lt": cuts[0]}, *ranges, {"gte": cuts[-1]})]


def plan(
    client: Reader, obj_code: str, filters: Filters = None, rows_per_slice: int = 50_000, by: str = CREATED
) -> list[Plain]:
    """Give the filters of each slice, as plain JSON.

    A slice has about `rows_per_slice` rows; those of one and the same date, such as a bulk import's, are not parted.
    """
    if isinstance(rows_per_slice, bool) or not isinstance(rows_per_slice, int) or rows_per_slice < 1:
        raise Unworkable(f"rows_per_slice is the number of rows of a slice, 1 or more, not {rows_per_slice!r}")
    try:
        slices = _Slices(client, obj_code, plain(as_plain(filters)), _axis(client, obj_code, by))
        return slices.plan(rows_per_slice)
    except (TypeError, ValueError) as error:
        raise Unworkable(f"plan_slices {obj_code} by {by}: {error}") from error


@dataclass(frozen=True, slots=True)
class _Slices:
    """Cuts one search."""

    client: Reader
    obj_code: str
    filters: Plain
    axis: Axis

    def plan(self, rows: int) -> list[Plain]:
        """Cut, and count what was cut until it adds up."""
        self._of({self.axis.name: None})  # says at once if the field is filtered already
        for _ in range(TRIES):
            total = self._count({})
            if total <= rows:
                return [self.filters]
            undated = self._undated()
            cuts = self._cuts(total - undated, rows)
            counts = [self._count(condition) for condition in self.axis.conditions(cuts)]
            found, after = undated + sum(counts), self._count({})
            if found >= min(total, after):
                return self._told(cuts, counts, undated)
        raise WorkfrontError(
            f"plan_slices {self.obj_code}: the slices hold {found:,} rows, while {total:,} were counted before and "
            f"{after:,} after, {TRIES} times - if rows come and go all the time, try again at a quieter hour"
        )

    def _told(self, cuts: list[str], counts: list[int], undated: int) -> list[Plain]:
        """Give the slices that hold rows, and say what they hold."""
        cuts, counts = _without_empty(cuts, counts)
        conditions = [*([{self.axis.name: None}] if undated else []), *self.axis.conditions(cuts)]
        sizes = ", ".join(f"{count:,}" for count in ([undated] if undated else []) + counts)
        log.info("%s: %d slices by %s of %s rows", self.obj_code, len(conditions), self.axis.name, sizes)
        return [self._of(condition) for condition in conditions]

    def _undated(self) -> int:
        """Count the rows that no range has; every row has an ID."""
        return 0 if self.axis.name == "ID" else self._count({self.axis.name: None})

    def _cuts(self, dated: int, rows: int) -> list[str]:
        """Ask for the value of every so-manieth row; where one fills several slices, it gets a slice of its own."""
        number = -(-dated // rows)
        values = [self._value(dated * part // number) for part in range(1, number)]
        found = [value for value in values if value]
        alone = {self.axis.step(value, 1) for value in found if found.count(value) > 1}
        return sorted({*found, *alone})

    def _value(self, place: int) -> str:
        """Give the value of the row at a place; empty if there are not so many rows any more."""
        name, wanted = self.axis.name, {} if self.axis.name == "ID" else {self.axis.name: {"notnull": True}}
        search = Search(self.obj_code, self._of(wanted), (name,), {name: "asc"})
        rows = self.client.run(Window(search, place, 1))
        return self.axis.read(rows[0][name]) if rows else ""

    def _count(self, condition: Plain) -> int:
        return self.client.run(Count(self.obj_code, self._of(condition)))

    def _of(self, condition: Plain) -> Plain:
        """Require a condition of every row of the search."""
        return narrowed(self.filters, condition)


def _without_empty(cuts: list[str], counts: list[int]) -> tuple[list[str], list[int]]:
    """Join an empty slice to the one behind it, or at the end to the one before."""
    kept = [place for place, count in enumerate(counts) if count]
    joined = [cut for place, cut in enumerate(cuts) if counts[place] and any(counts[place + 1 :])]
    return joined, [counts[place] for place in kept] or [0]


def _axis(client: Reader, obj_code: str, by: str) -> Axis:
    """Find out of what kind a field is, and refuse what cannot be cut by."""
    if by == "ID":
        return Axis(by, _hexadecimal, _id_step)
    fields = client.run(Metadata(obj_code))["fields"]
    dates = {name: known for name, known in fields.items() if known.get("fieldType") in {"date", "dateTime"}}
    unfit = {"DYNAMIC", "NOT_FILTERABLE"}  # Workfront neither sorts nor filters by these (reference 4.9, 6.5)
    known = dates.get(by)
    if known is None or unfit & set(known.get("flags") or ()):
        fit = [name for name, each in dates.items() if not unfit & set(each.get("flags") or ())]
        raise Unworkable(
            f"plan_slices: {obj_code} has no date {by} to cut by - pass by=, one of ID, {', '.join(sorted(fit))}"
        )
    if by != CREATED or known["fieldType"] == "date":
        log.warning("%s.%s may change: a row whose date does while slices are read is missed or doubled", obj_code, by)
    return Axis(by, *_KINDS[known["fieldType"]])


def _instant(text: str) -> str:
    """Write an instant in UTC, in the form that Workfront documents for filters (reference 7.2)."""
    return _written(datetime.fromisoformat(parse_date(text).isoformat()))


def _instant_step(text: str, steps: int) -> str:
    """Give the next millisecond; Workfront knows nothing finer (reference 7.1)."""
    return _written(datetime.fromisoformat(text) + timedelta(milliseconds=steps))


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _day_step(text: str, steps: int) -> str:
    return (date.fromisoformat(text) + timedelta(days=steps)).isoformat()


def _hexadecimal(text: str) -> str:
    """Take an ID for a number of 32 digits (reference 4.1)."""
    if len(text) != 32 or text != f"{int(text, 16):032x}":
        raise ValueError(f"the ID {text} has not 32 hexadecimal digits")
    return text


def _id_step(text: str, steps: int) -> str:
    return f"{int(text, 16) + steps:032x}"


_KINDS: dict[str, tuple[Callable[[str], str], Callable[[str, int], str]]] = {
    "dateTime": (_instant, _instant_step),
    "date": (str, _day_step),
}
