"""What a run was triggered by: the changes that no earlier run of its DAG was triggered by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from airflow.sdk import get_current_context
from airflow.sdk.exceptions import AirflowFailException

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from airflow.sdk import Asset, Context
    from airflow.sdk.execution_time.context import AssetStateStoreAccessor

MOST_REMEMBERED = 200
"""Events that a DAG remembers: one comes again soon or never."""


def changed_ids(asset: Asset) -> list[str]:
    """Give the IDs of the objects whose changes triggered this run, in a task with ``inlets=[asset]``.

    An event that a triggerer died over comes twice; it is left out here if another run of the DAG has had it. A task
    that is tried again or cleared gets what it got before. What a webhook told, or a task that has the asset among its
    outlets, came once. A task without the asset among its inlets fails for good.
    """
    context = get_current_context()
    run, extras = context["dag_run"], [event.extra for event in context["triggering_asset_events"][asset]]
    told_once = {extra["obj_id"] for extra in extras if extra.get("obj_id")}
    events = [extra["payload"] for extra in extras if extra.get("from_trigger")]
    if not events:
        return sorted(told_once)
    store, key = _store(context, asset), f"workfront_received_{run.dag_id}"
    received = cast("dict[str, str]", store.get(key, {}))
    mine = own(events, received, run.run_id)
    store.set(key, {**remembering(received, mine, run.run_id)})
    return sorted(told_once.union(*(event["ids"] for event in mine)))


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
    return dict([*kept, *added.items()][-MOST_REMEMBERED:])
