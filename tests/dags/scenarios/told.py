"""Who else than a task calls a notifier: the DAG processor for a DAG, the triggerer for a deadline."""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import AsyncCallback, DeadlineAlert, DeadlineReference, dag, task
from airflow.sdk.exceptions import AirflowFailException

from airflow_provider_workfront.notifications import WorkfrontNotifier

LATE = DeadlineAlert(
    reference=DeadlineReference.DAGRUN_QUEUED_AT,
    interval=timedelta(seconds=1),
    callback=AsyncCallback(WorkfrontNotifier, kwargs={"project_id": "Help Desk", "issue_key": "airflow:late"}),
)


@dag(schedule=None, catchup=False, on_failure_callback=WorkfrontNotifier(project_id="Help Desk"))
def told_of_a_failure() -> None:
    """Fail."""

    @task
    def fail() -> None:
        raise ValueError("no rows")

    fail()


@dag(schedule=None, catchup=False, deadline=LATE)
def told_of_a_deadline() -> None:
    """Take longer than a second, as every run does."""

    @task
    def work() -> None:
        """Do nothing; to be started takes long enough."""

    work()


@dag(schedule=None, catchup=False)
def told_in_vain() -> None:
    """Fail for good, though there are tries left."""

    @task(retries=3, on_failure_callback=WorkfrontNotifier(project_id="Help Desk"))
    def fail() -> None:
        raise AirflowFailException("no rows, and there will be none")

    fail()


told_of_a_failure()
told_of_a_deadline()
told_in_vain()
