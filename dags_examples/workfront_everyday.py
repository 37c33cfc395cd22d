"""Take in a request as people do: an issue becomes a project, which is staffed, worked on and approved.

Needs the connection `workfront_default`; runs when it is triggered. Names such as *Help Desk* are the simulator's: put
those of your own Workfront in their place.
"""

from __future__ import annotations

from datetime import UTC, datetime

from airflow.sdk import chain, dag, task

from airflow_provider_workfront.operators import (
    WorkfrontApprovalOperator,
    WorkfrontAssignOperator,
    WorkfrontAttachFormOperator,
    WorkfrontCalculateOperator,
    WorkfrontCommentOperator,
    WorkfrontConvertIssueOperator,
    WorkfrontCreateOperator,
    WorkfrontCreateProjectFromTemplateOperator,
    WorkfrontLogHoursOperator,
    WorkfrontMoveOperator,
    WorkfrontSearchOperator,
    WorkfrontShareOperator,
    WorkfrontStatusOperator,
)

HELP_DESK = "{{ ti.xcom_pull(task_ids='find_help_desk')[0]['ID'] }}"
APPROVAL = "{{ ti.xcom_pull(task_ids='find_approval')[0]['ID'] }}"
REQUEST = "{{ ti.xcom_pull(task_ids='take_in_request')['ID'] }}"
PROJECT = "{{ ti.xcom_pull(task_ids='create_project')['ID'] }}"
WORK = "{{ ti.xcom_pull(task_ids='turn_into_task') }}"
MANAGER, DESIGNER = "omar@acme.example", "dana@acme.example"


@dag(schedule=None, catchup=False, tags=["workfront"], doc_md=__doc__)
def workfront_everyday() -> None:
    """Do it all in one run."""
    intake = [
        WorkfrontSearchOperator(task_id="find_help_desk", obj_code="PROJ", filters={"name": "Help Desk"}),
        WorkfrontSearchOperator(task_id="find_approval", obj_code="ARVPRC", filters={"name": "Project Completion"}),
    ]
    request = WorkfrontCreateOperator(
        task_id="take_in_request",
        obj_code="OPTASK",
        values={"projectID": HELP_DESK, "name": "A campaign for spring", "extRefID": "{{ run_id }}"},
    )
    project = WorkfrontCreateProjectFromTemplateOperator(
        task_id="create_project",
        template_id="Campaign Template",
        values={"name": "Spring {{ run_id }}", "extRefID": "{{ run_id }}", "approvalProcessID": APPROVAL},
        key="extRefID",
    )
    form = WorkfrontAttachFormOperator(
        task_id="fill_in_form",
        obj_code="PROJ",
        obj_id=PROJECT,
        category="Project Intake",
        values={"DE:Region": "EMEA", "DE:Channels": ["Web", "Social"], "DE:Budget Cap": 20000},
    )
    share = WorkfrontShareOperator(
        task_id="share_project",
        obj_code="PROJ",
        obj_id=PROJECT,
        accessor_id=MANAGER,
        accessor_obj_code="USER",
        core_action="EDIT",
    )
    move = WorkfrontMoveOperator(task_id="move_request", obj_code="OPTASK", obj_id=REQUEST, project_id=PROJECT)
    convert = WorkfrontConvertIssueOperator(
        task_id="turn_into_task",
        obj_id=REQUEST,
        to="task",
        values={"projectID": PROJECT, "name": "Design the campaign"},
        options=["preserveIssue"],
    )
    assign = WorkfrontAssignOperator(task_id="assign_work", obj_code="TASK", obj_id=WORK, user_ids=[DESIGNER])
    comment = WorkfrontCommentOperator(
        task_id="ask_designer",
        obj_code="TASK",
        obj_id=WORK,
        text="Please begin with the wireframes; the brief is in the project.",
        notify=[DESIGNER],
    )

    @task
    def today() -> str:
        """Give the day of the work; a run by hand has no date of its own."""
        return datetime.now(UTC).date().isoformat()

    hours = WorkfrontLogHoursOperator(
        task_id="log_hours",
        obj_code="TASK",
        obj_id=WORK,
        hours=6.5,
        entry_date=today(),
        hour_type_id="Project Time",
        owner_id=MANAGER,
        description="Briefing",
        ext_ref_id="{{ run_id }}/briefing",
    )
    plan = WorkfrontCalculateOperator(task_id="plan_anew", obj_code="PROJ", obj_id=PROJECT, what="timeline")
    cost = WorkfrontCalculateOperator(task_id="compute_cost", obj_code="PROJ", obj_id=PROJECT, what="finance")
    finish = WorkfrontStatusOperator(task_id="complete_project", obj_code="PROJ", obj_id=PROJECT, status="Complete")
    approve = WorkfrontApprovalOperator(
        task_id="approve_project", obj_code="PROJ", obj_id=PROJECT, decision="approve", note="As agreed in the review."
    )
    chain(intake, request, project, [form, share], move, convert, assign, comment, hours, [plan, cost], finish, approve)


workfront_everyday()
