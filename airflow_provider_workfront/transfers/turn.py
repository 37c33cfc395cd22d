"""One run of a task at a time: two runs that look for the same keys at once would create each object twice.

Airflow's asset state store has no compare-and-set. So a run writes down its claim before it reads anything from
Workfront, looks again before it sends, and again every minute: of two runs that claim at the same moment the one whose
claim was written over notices it, and fails.
"""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk import Asset
from airflow.sdk.exceptions import AirflowRuntimeError

from airflow_provider_workfront.api.errors import WorkfrontError
from airflow_provider_workfront.api.logs import get_logger

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from airflow_provider_workfront.transfers.watermark import Store

log = get_logger(__name__)

WRITES = Asset("workfront_writes")
"""The asset whose state says which run of a task is writing."""
TERM = timedelta(minutes=15)
"""How long a claim holds that is not renewed, as after a kill."""
RENEWAL = timedelta(minutes=1)


@dataclass
class Turn:
    """The claim of one run of a task on what it writes to."""

    store: Store | None
    what: str
    """What is written to, for errors."""
    key: str
    run: str
    """The run, which a retry shares."""
    term: timedelta = TERM
    _kept_at: datetime = field(default=datetime.min.replace(tzinfo=UTC), init=False)

    def claim(self) -> None:
        """Write down the claim. Raises `WorkfrontError` if another run has one that has not run out."""
        if self.store is None:
            return
        if other := self._other():
            raise WorkfrontError(self._told(other, "nothing was written"))
        self._keep(self.term)

    def hold(self, *, at_once: bool = False) -> None:
        """Renew the claim, at most every minute unless `at_once`. Raises `WorkfrontError` if another run took over."""
        if self.store is None or (not at_once and datetime.now(UTC) - self._kept_at < RENEWAL):
            return
        if other := self._other():
            raise WorkfrontError(self._told(other, "this run ends here"))
        self._keep(self.term)

    def release(self) -> None:
        """Give up the claim, unless another run has taken over."""
        if self.store is not None and not self._other():
            self._keep(timedelta())

    def _other(self) -> Mapping[str, Any] | None:
        """Give the claim of another run, if there is one that holds."""
        kept = (self.store.get(self.key) if self.store is not None else None) or {}
        holds = kept and kept["run"] != self.run and datetime.fromisoformat(kept["until"]) > datetime.now(UTC)
        return kept if holds else None

    def _keep(self, term: timedelta) -> None:
        self._kept_at = datetime.now(UTC)
        if self.store is not None:
            self.store.set(self.key, {"run": self.run, "until": (self._kept_at + term).isoformat()})

    def _told(self, other: Mapping[str, Any], so_far: str) -> str:
        until = datetime.fromisoformat(other["until"])
        return (
            f"{self.what}: run {other['run']} of this task is writing at the same time: {so_far}. Two runs at once "
            "would create objects twice: set max_active_runs=1 on the DAG. A retry of this task goes on when that "
            f"run has ended; if it was killed, after {until:%Y-%m-%d %H:%M:%S} UTC"
        )


def with_turns(inlets: Any) -> list[Any]:
    """Add the asset that the turns are kept by to the inlets of a task: Airflow offers the stores of those only."""
    given = inlets if isinstance(inlets, list | tuple) else [inlets] if inlets else []
    return list(given) if WRITES in given else [*given, WRITES]


@contextmanager
def taking_turns(context: Mapping[str, Any], host: str, obj_code: str, key: str | None) -> Iterator[Turn]:
    """Claim the turn of a task's run for the block.

    Instances of a mapped task have turns of their own. Without a key nothing is looked for, and all may write at once.
    """
    ti, run = context["ti"], context["dag_run"].run_id
    parts = (ti.dag_id, ti.task_id, ti.map_index, host, obj_code, key)
    digest = hashlib.sha256(repr(parts).encode()).hexdigest()[:16]
    turn = Turn(_store_of(context) if key else None, f"{obj_code} on {host}", f"workfront_turn:{digest}", run)
    turn.claim()
    try:
        yield turn
    finally:
        try:
            turn.release()
        except AirflowRuntimeError as error:  # it runs out by itself: what became of the writes counts
            log.warning("The claim on %s could not be given up, and ends by itself: %s", turn.what, error)


def _store_of(context: Mapping[str, Any]) -> Store | None:
    try:
        store: Store = context["asset_state_store"][WRITES]
    except KeyError:
        log.warning(
            "Airflow offers no store to notice other runs of this task: set max_active_runs=1 on the DAG, or add "
            "airflow_provider_workfront.transfers.turn.WRITES to the inlets of the task"
        )
        return None
    return store
