"""Copy a project, finish a task in the copy, look at it, and delete it again.

Needs the connection `workfront_default` and nothing else; runs when it is triggered.
"""

from __future__ import annotations

from airflow.sdk import chain, dag

from airflow_provider_workfront.operators import (
    WorkfrontActionOperator,
    WorkfrontCopyOperator,
    WorkfrontCountOperator,
    WorkfrontCreateOperator,
    WorkfrontDeleteOperator,
    WorkfrontGetOperator,
    WorkfrontSearchOperator,
)

ORIGINAL = "{{ ti.xcom_pull(task_ids='find_a_project')[0]['ID'] }}"
COPY = "{{ ti.xcom_pull(task_ids='copy_project')['ID'] }}"
TASK = "{{ ti.xcom_pull(task_ids='create_task')['ID'] }}"


@dag(schedule=None, catchup=False, tags=["workfront"], doc_md=__doc__)
def workfront_copy_and_tidy_up() -> None:
    """Leave Workfront as it was, but for the recycle bin."""
    chain(
        WorkfrontCountOperator(task_id="count_current", obj_code="PROJ", filters={"status": "CUR"}),
        WorkfrontSearchOperator(
            task_id="find_a_project", obj_code="PROJ", filters={"status": "CUR"}, sort={"name": "asc"}, limit=1
        ),
        WorkfrontCopyOperator(
            task_id="copy_project",
            obj_code="PROJ",
            obj_id=ORIGINAL,
            values={"name": "Copy made by {{ dag.dag_id }}"},
        ),
        WorkfrontCreateOperator(
            task_id="create_task", obj_code="TASK", values={"projectID": COPY, "name": "Check the copy"}
        ),
        WorkfrontActionOperator(
            task_id="finish_task", obj_code="TASK", obj_id=TASK, action="markDone", arguments={"status": "CPL"}
        ),
        WorkfrontGetOperator(
            task_id="get_task", obj_code="TASK", obj_id=TASK, fields=["status", "percentComplete", "project:name"]
        ),
        WorkfrontDeleteOperator(task_id="delete_copy", obj_code="PROJ", obj_id=COPY, force=True),
    )


workfront_copy_and_tidy_up()
