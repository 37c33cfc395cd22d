"""Run within seconds of a change in Workfront: look at projects whose status changed, and name the current ones.

Needs the connection `workfront_default` with a *Token of events* and a user who is a system administrator, an Airflow
that Workfront reaches by https, and `WORKFRONT_HOST` in the environment of the DAG processor, such as
`acme.my.workfront.com`. `workfront_subscribe` keeps the subscription in place and looks hourly for events that never
came; `workfront_on_event` runs on each event.
"""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING

from airflow.sdk import dag, task

from airflow_provider_workfront.assets import create_asset
from airflow_provider_workfront.hooks import WorkfrontHook
from airflow_provider_workfront.operators import WorkfrontEnsureSubscriptionOperator, WorkfrontMissedEventsOperator

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

PROJECTS = create_asset(host=os.environ.get("WORKFRONT_HOST", "acme.my.workfront.com"), obj_code="PROJ")
RETRY = {"retries": 2, "retry_delay": timedelta(minutes=1)}


@dag(schedule="@hourly", catchup=False, max_active_runs=1, default_args=RETRY, tags=["workfront"], doc_md=__doc__)
def workfront_subscribe() -> None:
    """Keep the subscription as it shall be; tell of what was missed."""
    ensure = WorkfrontEnsureSubscriptionOperator(task_id="ensure", obj_code="PROJ", event_type="UPDATE")
    missed = WorkfrontMissedEventsOperator(task_id="missed", obj_code="PROJ", hours=24)
    ensure >> missed


@dag(schedule=[PROJECTS], catchup=False, default_args=RETRY, tags=["workfront"], doc_md=__doc__)
def workfront_on_event() -> None:
    """One run for all events that came since the last one began."""

    @task
    def changed(triggering_asset_events: Mapping[Any, list[Any]] | None = None) -> list[str]:
        """Give the projects whose status changed, or whose event was missed: then nobody knows what changed."""
        events = [event.extra for several in (triggering_asset_events or {}).values() for event in several]
        return sorted({event["obj_id"] for event in events if "status" in event.get("changed", ["status"])})

    @task
    def say(ids: list[str]) -> list[str]:
        """Name those that are current now: an event says what changed, and the project itself how it stands."""
        with WorkfrontHook().get_conn() as workfront:
            projects = workfront.search("PROJ", {"ID": {"in": ids}, "status": "CUR"}, ["name"]) if ids else []
            return [project["name"] for project in projects]

    say(changed())


workfront_subscribe()
workfront_on_event()
