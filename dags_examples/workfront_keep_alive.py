"""Use a connection once a week, so that an authorization with an inactivity limit is not left unused.

A Workfront OAuth2 application may end an authorization after so many days without activity. This run asks
Workfront once and, with the connection's default `refresh: each_run`, renews the refresh token.

**It is not proven that this counts as activity**: Adobe's page speaks of a user who is active or logs in, and says
nothing of API calls or refreshes. Choose *No expiration* in the application where you can; else set
`inactivity_days` and `absolute_expiry_days` in the connection, and `airflow workfront status` and the tasks' logs
warn before the end. An absolute limit ends the authorization whatever is done.
"""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import dag

from airflow_provider_workfront.operators import WorkfrontGetOperator


@dag(
    schedule="@weekly",  # at most a third of the application's inactivity limit
    catchup=False,
    default_args={"retries": 5, "retry_delay": timedelta(minutes=10), "retry_exponential_backoff": 2.0},
    tags=["workfront"],
    doc_md=__doc__,
)
def workfront_keep_alive() -> None:
    """Ask who the connection acts as."""
    WorkfrontGetOperator(task_id="who_am_i", obj_code="USER", obj_id="$$USER", fields=["name", "username"])


workfront_keep_alive()
