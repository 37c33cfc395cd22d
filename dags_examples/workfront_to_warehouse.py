"""Keep two tables of a database up to date with Workfront: projects and their tasks.

Every hour what has changed is read and put in by its ID; once a week everything is read, and rows that are gone are
deleted. Needs the connections `workfront_default` and `warehouse` (PostgreSQL or SQLite), and the database's provider.
"""

from __future__ import annotations

from datetime import timedelta

from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.sdk import dag

from airflow_provider_workfront.transfers import WorkfrontToSqlOperator


@dag(
    schedule="@hourly",
    catchup=False,
    max_active_runs=1,  # runs that overlap would read the same window twice
    default_args={
        "retries": 5,
        "retry_delay": timedelta(seconds=30),
        "retry_exponential_backoff": 2.0,
        "max_retry_delay": timedelta(minutes=10),
    },
    tags=["workfront"],
    doc_md=__doc__,
)
def workfront_to_warehouse() -> None:
    """Load projects and tasks side by side, then count the open tasks of each project."""
    projects = WorkfrontToSqlOperator(
        task_id="projects",
        obj_code="PROJ",
        fields=["*", "DE:*", "owner:name"],  # all plain and all custom fields, and one of another object
        sql_conn_id="warehouse",
        table="projects",
        mode="replace",
        incremental_field="lastUpdateDate",
        full_refresh_every=timedelta(days=7),  # lastUpdateDate does not move for everything, and never for a deletion
    )

    tasks = WorkfrontToSqlOperator(
        task_id="tasks",
        obj_code="TASK",
        fields=["name", "status", "projectID", "percentComplete", "plannedCompletionDate", "workRequired"],
        sql_conn_id="warehouse",
        table="tasks",
        mode="replace",
        incremental_field="lastUpdateDate",
        full_refresh_every=timedelta(days=7),
    )

    count_open_tasks = SQLExecuteQueryOperator(
        task_id="count_open_tasks",
        conn_id="warehouse",
        sql="""
            SELECT projects.name, count(*)
            FROM projects JOIN tasks ON tasks.project_id = projects.id
            WHERE tasks.status IN ('NEW', 'INP')
            GROUP BY projects.name ORDER BY projects.name
        """,
    )

    [projects, tasks] >> count_open_tasks


workfront_to_warehouse()
