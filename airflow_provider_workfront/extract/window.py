"""Which window of time a run reads: a decision made of values, with a sentence that says why.

A window is about one field, as a rule `lastUpdateDate`. Explicit bounds win; then a data interval that is not empty
(Airflow 3 gives runs of a cron schedule an interval of no length, and manual and asset-triggered runs none);
then the watermark, which is how far earlier runs came; and else everything is read.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.api.dates import format_date

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

LAST_UPDATE = "lastUpdateDate"
ENTRY = "entryDate"
OVERLAP = timedelta(minutes=10)
END_LAG = timedelta(minutes=2)
EDGES = ("since", "until", "reached")
BY_SCHEDULE = frozenset({"scheduled", "asset_triggered"})
"""The types of the runs that a DAG's own schedule makes: only they move the watermark."""


class Source(StrEnum):
    """Where a window comes from."""

    GIVEN = "since/until"
    INTERVAL = "data interval"
    WATERMARK = "watermark"
    EVERYTHING = "everything"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the user says about the window."""

    since: datetime | None = None
    until: datetime | None = None
    full: bool = False
    full_every: timedelta | None = None
    overlap: timedelta = OVERLAP
    end_lag: timedelta = END_LAG

    @property
    def is_explicit(self) -> bool:
        """Tell whether a bound is given."""
        return self.since is not None or self.until is not None


@dataclass(frozen=True, slots=True)
class Run:
    """What Airflow says about the run; all of it is the same in every try, until the run is cleared."""

    run_id: str
    kind: str
    began: datetime
    interval: tuple[datetime, datetime] | None = None
    cleared: int = 0

    @property
    def is_by_schedule(self) -> bool:
        """Tell whether the DAG's own schedule made it, not a person or a backfill."""
        return self.kind in BY_SCHEDULE

    @property
    def span(self) -> tuple[datetime, datetime] | None:
        """Give the data interval if it has a length."""
        return self.interval if self.interval and self.interval[0] < self.interval[1] else None


@dataclass(frozen=True, slots=True)
class Mark:
    """A watermark: how far earlier runs came, which one was the last, and when all was read last."""

    until: datetime
    run_id: str = ""
    full: datetime | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """What is read; `reached` is how far that brings the watermark."""

    source: Source
    since: datetime | None = None
    until: datetime | None = None
    reached: datetime | None = None
    why: str = ""

    def condition(self, field: str) -> dict[str, Any]:
        """Write as a filter; both edges belong to it."""
        low, high = (format_date(edge) if edge else None for edge in (self.since, self.until))
        if low and high:
            return {field: {"between": [low, high]}}
        return {field: {"gte": low} if low else {"lte": high}} if low or high else {}

    def as_json(self) -> dict[str, Any]:
        """Write it as JSON-plain values."""
        edges = {name: getattr(self, name) for name in EDGES}
        return {
            "source": str(self.source),
            **{name: edge.isoformat() if edge else None for name, edge in edges.items()},
            "why": self.why,
        }

    @classmethod
    def of_json(cls, plain: Mapping[str, Any]) -> Window:
        """Read what `as_json` wrote."""
        edges = {name: datetime.fromisoformat(plain[name]) for name in EDGES if plain[name]}
        return cls(Source(plain["source"]), **edges, why=plain["why"])

    def __str__(self) -> str:
        edges = [f"from {self.since:%Y-%m-%d %H:%M:%S}"] if self.since else []
        edges += [f"to {self.until:%Y-%m-%d %H:%M:%S}"] if self.until else []
        text = f"{' '.join(edges)} UTC ({self.source})" if edges else "everything"
        return f"{text}: {self.why}" if self.why else text


@dataclass(frozen=True, slots=True)
class Basis:
    """The field that a window is about, if the type has one; `warning` says what that costs."""

    field: str | None
    warning: str = ""


def basis(wanted: str | None, known: Collection[str], obj_code: str) -> Basis:
    """Find the field among those that Workfront's metadata names (reference 7.4 says what to do without it)."""
    if not wanted or wanted in known or ":" in wanted:
        return Basis(wanted)
    if wanted != LAST_UPDATE:
        alike = get_close_matches(wanted, known, n=1)
        guess = f", did you mean {alike[0]}?" if alike else ""
        raise ValueError(f"incremental_field: {obj_code} has no field {wanted}{guess}")
    if ENTRY in known:
        return Basis(ENTRY, f"{obj_code} has no {LAST_UPDATE}: read by {ENTRY}, so later edits of a row are not seen")
    return Basis(None, f"{obj_code} has neither {LAST_UPDATE} nor {ENTRY}: every run reads everything")


def choose(
    asked: Asked, run: Run, mark: Mark | None = None, changed: str = "", earlier: Window | None = None
) -> Window:
    """Decide; `changed` says what differs from the runs that the watermark is of.

    `earlier` is what this very run has read before it was cleared: the watermark may have moved since, by itself.
    """
    horizon = _floor(run.began - asked.end_lag)
    if asked.is_explicit and not asked.full:
        return _given(asked, horizon)
    if why := _why_all(asked, run, mark, changed, earlier):
        return Window(Source.EVERYTHING, reached=horizon, why=why)
    if run.span:
        return _interval(asked, run.span, horizon)
    if earlier and earlier.source is Source.WATERMARK:
        return replace(earlier, why="as this run did before")
    if mark:
        return _behind(asked, run, mark, horizon)
    return Window(Source.EVERYTHING, reached=horizon, why="no data interval, and no earlier run left a watermark")


def _why_all(asked: Asked, run: Run, mark: Mark | None, changed: str, earlier: Window | None) -> str:
    """Say why everything has to be read, if it has."""
    if asked.full:
        return "full_refresh is set"
    if changed and (run.is_by_schedule or not run.span):
        return f"{changed} changed since the last run"
    if mark and run.is_by_schedule and _is_due(asked.full_every, mark, run):
        return f"full_refresh_every {asked.full_every}"
    return "as this run did before" if earlier and earlier.source is Source.EVERYTHING else ""


def _given(asked: Asked, horizon: datetime) -> Window:
    """Take explicit bounds exactly as they are."""
    if asked.since and asked.until and asked.since >= asked.until:
        raise ValueError(f"since {asked.since} is not before until {asked.until}: nothing would be read")
    return Window(Source.GIVEN, asked.since, asked.until, asked.until or horizon)


def _interval(asked: Asked, span: tuple[datetime, datetime], horizon: datetime) -> Window:
    """Take the data interval; what is too young at its end is in the overlap of the next one."""
    if asked.overlap < asked.end_lag:
        raise ValueError(f"overlap {asked.overlap} is less than end_lag {asked.end_lag}: rows between would be lost")
    since, until = _floor(span[0] - asked.overlap), min(span[1], horizon)
    if since > until:
        raise ValueError(f"the data interval {span[0]} to {span[1]} lies in the future: nothing would be read")
    return Window(Source.INTERVAL, since, until, until)


def _behind(asked: Asked, run: Run, mark: Mark, horizon: datetime) -> Window:
    """Go on where earlier runs ended."""
    why = "" if run.is_by_schedule else f"a run of type {run.kind} without a data interval; it leaves the watermark"
    until = max(horizon, mark.until)
    return Window(Source.WATERMARK, mark.until - asked.overlap, until, until, why)


def _floor(moment: datetime) -> datetime:
    """Cut to whole seconds: both edges alike, or neighbours would part."""
    return moment.astimezone(UTC).replace(microsecond=0)


def _is_due(every: timedelta | None, mark: Mark, run: Run) -> bool:
    return every is not None and (mark.full is None or run.began - mark.full >= every)
