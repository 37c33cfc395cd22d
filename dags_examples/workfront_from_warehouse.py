"""Write orders of a warehouse to Workfront as projects: a plan first, and then exactly that plan.

Every morning each order becomes a project, or changes the one that carries its number as `extRefID`. What would change
stands in a plan before anything is changed; hold the second task, or put a task that asks somebody between the two, to
have it looked at. Needs the connections `workfront_default` and `warehouse`, the database's provider, and a
Variable `workfront_reports`: a folder that all workers reach, such as `s3://aws_default@reports/workfront`.
"""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import dag

from airflow_provider_workfront.transfers import SqlToWorkfrontOperator, WorkfrontApplyPlanOperator

REPORTS = "{{ var.value.workfront_reports }}/{{ run_id }}"


@dag(
    schedule="0 5 * * *",
    catchup=False,
    max_active_runs=1,
    default_args={
        "retries": 3,
        "retry_delay": timedelta(minutes=1),
        "retry_exponential_backoff": 2.0,
        "max_retry_delay": timedelta(minutes=10),
    },
    tags=["workfront"],
    doc_md=__doc__,
)
def workfront_from_warehouse() -> None:
    """Plan, then apply."""
    plan = SqlToWorkfrontOperator(
        task_id="plan",
        sql_conn_id="warehouse",
        sql="SELECT order_no, title, state, due, manager, notes FROM orders WHERE open = 1 ORDER BY order_no",
        obj_code="PROJ",
        key="extRefID",
        mode="upsert",
        columns={
            "order_no": "extRefID",
            "title": "name",
            "state": "status",  # a label such as "Current", or a value such as CUR
            "due": {"field": "plannedCompletionDate", "timezone": "Europe/Berlin"},
            "manager": "ownerID",  # an e-mail address
            "notes": "description",
        },
        plan_only=True,
        report_path=REPORTS,
        max_error_percent=5,  # of rows that cannot be written; they are in the file `rejected_path` of the result
    )

    WorkfrontApplyPlanOperator(
        task_id="apply",
        plan_path=plan.output["plan_path"],
        report_path=REPORTS,
        max_error_percent=5,
    )


workfront_from_warehouse()
