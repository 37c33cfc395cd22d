"""What a run is to work on: the changes that no earlier run of its DAG has received."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from airflow.sdk import get_current_context
from airflow.sdk.exceptions import AirflowFailException

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from airflow.sdk import Asset, Context
    from airflow.sdk.execution_time.context import AssetStateStoreAccessor

MOST_REMEMBERED = 200
"""Events that a DAG remembers, but for those of its last run, which are all kept: one comes again soon or never."""


def changed_ids(asset: Asset) -> list[str]:
    """Give the IDs of the objects whose changes triggered this run, in a task with ``inlets=[asset]``.

    Of events that come in quick succession Airflow (up to 3.3.2) gives a run the first, and leaves the others to the
    next run, whenever that is; what no run has received yet is given here. An event that a triggerer died over comes
    twice; it is left out if another run of the DAG has had it. A task that is tried again or cleared gets what it got
    before. What a webhook told, or a task that has the asset among its outlets, came once. Of runs that overlap, two
    may receive the same event: let them follow one another (``max_active_runs=1``). A task without the asset among its
    inlets fails for good.
    """
    context = get_current_context()
    run, triggering = context["dag_run"], [*context["triggering_asset_events"][asset]]
    told_once = {event.extra["obj_id"] for event in triggering if event.extra.get("obj_id")}
    events = _payloads(triggering)
    if not events:
        return sorted(told_once)
    store, key = _store(context, asset), f"workfront_received_{run.dag_id}"
    received = cast("dict[str, str]", store.get(key, {}))
    last = max(event.timestamp for event in triggering)
    later = _payloads(context["inlet_events"][asset].after(last.isoformat()))
    if run.run_id in received.values():  # it is tried again: what came meanwhile is for others
        later = [event for event in later if received.get(event["id"]) == run.run_id]
    elif run.clear_number:  # so long ago that what it received is forgotten
        later = []
    mine = own([*events, *later], received, run.run_id)
    store.set(key, {**remembering(received, mine, run.run_id)})
    return sorted(told_once.union(*(event["ids"] for event in mine)))


def _payloads(events: Iterable[Any]) -> list[Mapping[str, Any]]:
    return [event.extra["payload"] for event in events if event.extra.get("from_trigger")]


def _store(context: Context, asset: Asset) -> AssetStateStoreAccessor:
    try:
        return context["asset_state_store"][asset]
    except KeyError:  # Airflow's own says no more than that
        wanted = "changed_ids wants the asset among the inlets of its task: @task(inlets=[asset])"
        raise AirflowFailException(f"{wanted}; asset {asset.name!r} is not there") from None


def own(events: Iterable[Mapping[str, Any]], received: Mapping[str, str], run_id: str) -> list[Mapping[str, Any]]:
    """Give the events that no other run has received, by their IDs."""
    return [event for event in events if received.get(event["id"], run_id) == run_id]


def remembering(received: Mapping[str, str], events: Iterable[Mapping[str, Any]], run_id: str) -> dict[str, str]:
    """Remember which run has received events, the latest last; the oldest are forgotten."""
    added = {event["id"]: run_id for event in events}
    kept = [(event_id, run) for event_id, run in received.items() if event_id not in added]
    return dict([*kept, *added.items()][-max(MOST_REMEMBERED, len(added)) :])
