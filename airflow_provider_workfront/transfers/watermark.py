"""How far the runs of a DAG have come, kept in Airflow's asset state store; only this file touches it.

The store is plain text, has no compare-and-set, and is offered to a task only for the assets that it declares.
So the operators declare one of their own, as an inlet: an outlet would announce an update of it after every run.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from airflow.sdk import Asset

from airflow_provider_workfront.extract.window import Mark, Run, Source, Window
from airflow_provider_workfront.failures import Unworkable

if TYPE_CHECKING:
    from collections.abc import Mapping

WATERMARKS = Asset("workfront_watermarks")
"""The asset whose state holds every watermark."""


class Store(Protocol):
    """What Airflow offers for one asset."""

    def get(self, key: str) -> Any:
        """Give a value, None if there is none."""

    def set(self, key: str, value: Any) -> None:
        """Keep a value."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a watermark is about; of each part its text, as it is asked for."""

    host: str
    obj_code: str
    target: str
    filters: str = ""
    fields: str = ""
    incremental_field: str = ""

    @property
    def base(self) -> str:
        """Name what stays the same when filters or fields are changed."""
        return f"{self.obj_code}@{self.host}:{_digest(self.target)}"

    @property
    def key(self) -> str:
        """Name the watermark itself."""
        return f"{self.base}:{_digest(self.filters, self.fields, self.incremental_field)}"

    @property
    def parts(self) -> dict[str, str]:
        """Name what may be changed, in a form to compare by."""
        names = ("filters", "fields", "incremental_field")
        return {name: _digest(getattr(self, name)) for name in names}


@dataclass(frozen=True, slots=True)
class Watermark:
    """One watermark in the store."""

    store: Store
    subject: Subject

    def read(self) -> tuple[Mark | None, str]:
        """Give the watermark, if there is one; if there is not, say what differs from the runs before."""
        if mark := _mark(self.store.get(self.subject.key)):
            return mark, ""
        before = self.store.get(self.subject.base) or {}
        return None, " and ".join(name for name, part in self.subject.parts.items() if before.get(name, part) != part)

    def move(self, window: Window, run: Run, before: Mark | None) -> tuple[str, ...]:
        """Move it forward to where the run came, and say what is remarkable; `before` is what the run began with.

        Call it when the manifest stands. Only a run that the schedule made moves it, only forward, and not over a gap.
        """
        if not run.is_by_schedule or window.reached is None:
            return ()
        now = _mark(self.store.get(self.subject.key))
        said: tuple[str, ...] = ()
        if now and now != before:
            said = (f"run {now.run_id} moved the watermark while this one read: set max_active_runs=1 on the DAG",)
        if now and window.reached <= now.until:
            return (*said, f"the watermark stays at {now.until:%Y-%m-%d %H:%M:%S} UTC: this run came no further")
        if now and window.since and window.since > now.until:
            gap = f"{now.until:%Y-%m-%d %H:%M:%S} and {window.since:%Y-%m-%d %H:%M:%S} UTC"
            why = f"what changed between {gap} was not read by a run of the schedule: backfill it"
            return (*said, f"the watermark stays: {why}; a run of the schedule with full_refresh moves it on")
        self._write(Mark(window.reached, run.run_id, _full(window, run, now)))
        return said

    def _write(self, mark: Mark) -> None:
        full = mark.full.isoformat() if mark.full else None
        self.store.set(self.subject.key, {"until": mark.until.isoformat(), "run_id": mark.run_id, "full": full})
        if self.store.get(self.subject.base) != self.subject.parts:
            self.store.set(self.subject.base, self.subject.parts)


def store_of(context: Mapping[str, Any]) -> Store:
    """Give the part of the asset state store that holds the watermarks."""
    try:
        store: Store = context["asset_state_store"][WATERMARKS]
    except KeyError as error:
        raise Unworkable(
            "Airflow offers no store for the watermark to a mapped task with inlets of its own: "
            "add airflow_provider_workfront.transfers.WATERMARKS to them"
        ) from error
    return store


def _full(window: Window, run: Run, now: Mark | None) -> datetime | None:
    if window.source is Source.EVERYTHING:
        return run.began
    return now.full if now else None


def _mark(value: Any) -> Mark | None:
    if not value:
        return None
    full = datetime.fromisoformat(value["full"]) if value.get("full") else None
    return Mark(datetime.fromisoformat(value["until"]), value.get("run_id", ""), full)


def _digest(*texts: str) -> str:
    return hashlib.sha256(json.dumps(texts).encode()).hexdigest()[:16]
