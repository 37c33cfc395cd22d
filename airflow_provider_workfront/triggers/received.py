"""What a run was triggered by: the changes that no earlier run of its DAG has received."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk import get_current_context
from airflow.sdk.exceptions import AirflowFailException

if TYPE_CHECKING:
    from collections.abc import Iterable

    from airflow.sdk import Asset, Context
    from airflow.sdk.execution_time.context import AssetStateStoreAccessor

MOST_REMEMBERED = 1000
"""Events that a DAG remembers: at the default of ten a minute, those of the last 100 minutes at least."""

LATE = timedelta(minutes=10)
"""By which an event may reach Airflow's database after one that has a later time."""


@dataclass(frozen=True, slots=True)
class Event:
    """An event of the trigger: its ID, the IDs of the objects, and when Airflow stored it."""

    id: str
    ids: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class Received:
    """What the runs of a DAG have received: event IDs by run, the run that was last to receive any at the end.

    `until` is the latest time of all events received so far.
    """

    until: datetime
    runs: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def read(cls, stored: Any, otherwise: datetime) -> Received:
        """Read what `write` wrote; nothing was received so far if there is none."""
        if not isinstance(stored, dict) or "until" not in stored:
            return cls(otherwise)
        return cls(datetime.fromisoformat(stored["until"]), stored["runs"])

    def write(self) -> dict[str, Any]:
        """Give a form that can be stored."""
        return {"until": self.until.astimezone(UTC).isoformat(), "runs": self.runs}

    def since(self, run_id: str, first: datetime) -> datetime:
        """Give the time from which events are to be looked at for a run whose first triggering event is of `first`."""
        return first if run_id in self.runs else max(first, self.until - LATE)

    def own(self, triggering: Iterable[Event], others: Iterable[Event], run_id: str) -> list[Event]:
        """Give the events of a run: those it had before, and those that no run has had.

        Of `others`, which Airflow did not give to the run, only new ones: an old run that is cleared takes none of
        those that are not remembered any more.
        """
        owners = {event_id: run for run, event_ids in self.runs.items() for event_id in event_ids}
        late = self.until - LATE
        found = {event.id: event for event in triggering if owners.get(event.id, run_id) == run_id}
        for event in others:
            is_new = event.id not in owners and event.at >= late
            if is_new or owners.get(event.id) == run_id:
                found.setdefault(event.id, event)
        return list(found.values())

    def with_run(self, run_id: str, events: Iterable[Event]) -> Received:
        """Remember which run has received events; the oldest are forgotten."""
        mine, until = {event.id for event in events}, max([self.until, *(event.at for event in events)])
        kept = {run: [each for each in event_ids if each not in mine] for run, event_ids in self.runs.items()}
        earlier = kept.pop(run_id, [])
        pairs = [(run, each) for run, event_ids in kept.items() for each in event_ids]
        pairs += [(run_id, each) for each in [*earlier, *(event.id for event in events)]]
        runs: dict[str, list[str]] = {}
        for run, each in pairs[-MOST_REMEMBERED:]:
            runs.setdefault(run, []).append(each)
        return Received(until, runs)


def changed_ids(asset: Asset) -> list[str]:
    """Give the IDs of the objects whose changes no run of this DAG has received yet, in a task with ``inlets=[asset]``.

    Airflow makes a run of the first event that waits, and passes on those up to its time; what came after it, before
    the run was made, would wait until something else changes (apache/airflow#54659, #56050). So the task also takes
    events from the asset itself. One that a triggerer died over, and that comes twice, counts once. A task that is
    tried again or cleared gets what it got before. What a webhook told, or a task that has the asset among its outlets,
    is taken as Airflow gives it.

    :param asset: an asset that the DAG is scheduled on, with a `WorkfrontChangeTrigger` as watcher
    :return: IDs, sorted, each once; empty if other runs have received all
    :raises AirflowFailException: the asset is not among the inlets of the task
    """
    context = get_current_context()
    run, triggering = context["dag_run"], context["triggering_asset_events"][asset]
    told_once = {event.extra["obj_id"] for event in triggering if event.extra.get("obj_id")}
    given = _of_trigger(triggering)
    if not given:
        return sorted(told_once)
    store, key = _store(context, asset), f"workfront_received_{run.dag_id}"
    first = min(event.at for event in given)
    received = Received.read(store.get(key, {}), first)
    stored = context["inlet_events"][asset].after(received.since(run.run_id, first).isoformat()).limit(MOST_REMEMBERED)
    mine = received.own(given, _of_trigger(stored), run.run_id)
    store.set(key, received.with_run(run.run_id, mine).write())
    return sorted(told_once.union(*(event.ids for event in mine)))


def _of_trigger(events: Iterable[Any]) -> list[Event]:
    """Read the events that a trigger has told, of an asset that others may tell of, too."""
    extras = [(event.extra or {}, event.timestamp) for event in events]
    payloads = [(extra["payload"], at) for extra, at in extras if extra.get("from_trigger")]
    return [Event(payload["id"], tuple(payload["ids"]), at) for payload, at in payloads]


def _store(context: Context, asset: Asset) -> AssetStateStoreAccessor:
    try:
        return context["asset_state_store"][asset]
    except KeyError:  # Airflow's own says no more than that
        wanted = "changed_ids wants the asset among the inlets of its task: @task(inlets=[asset])"
        raise AirflowFailException(f"{wanted}; asset {asset.name!r} is not there") from None
