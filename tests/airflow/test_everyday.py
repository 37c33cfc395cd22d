"""The operators of everyday work, as a task carries them out: arguments, templates, results, messages."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from airflow.sdk import DAG, BaseOperator
from airflow.sdk.exceptions import AirflowFailException
from support.tasks import parameters, run

from airflow_provider_workfront import operators
from airflow_provider_workfront.operators import (
    WorkfrontApprovalOperator,
    WorkfrontAssignOperator,
    WorkfrontAttachFormOperator,
    WorkfrontCalculateOperator,
    WorkfrontCommentOperator,
    WorkfrontConvertIssueOperator,
    WorkfrontCreateProjectFromTemplateOperator,
    WorkfrontLogHoursOperator,
    WorkfrontMoveOperator,
    WorkfrontShareOperator,
    WorkfrontStatusOperator,
)
from airflow_provider_workfront.operators.errand import ErrandOperator
from airflow_provider_workfront.simulator.faults import Fault

if TYPE_CHECKING:
    from support.watched import WatchedSimulator

KINDS = [kind for name in operators.__all__ if issubclass(kind := getattr(operators, name), ErrandOperator)]
ID, OTHER, DAY = "a" * 32, "b" * 32, "2026-11-25"


def the(simulator: WatchedSimulator, code: str, name: str) -> str:
    """Give the ID of an object of the named world."""
    return simulator.world.id_of(code, name)


def refusal(cls: type[ErrandOperator], **arguments: Any) -> str:
    """Give the message of a task that fails for good."""
    with pytest.raises(AirflowFailException) as caught:
        run(cls(task_id="t", **arguments))
    return str(caught.value)


# -- arguments


def test_all_eleven_are_checked_here():
    """So that a twelfth is."""
    assert len(KINDS) == 11


@pytest.mark.parametrize("cls", KINDS)
def test_an_operator_takes_what_its_errand_takes(cls):
    """Attribute, argument and template field have one name, and the value arrives as it was given."""
    given = {name: f"the {name}" for name in parameters(cls)}

    made = cls(task_id="t", **given, workfront_conn_id="other")

    assert {name: getattr(made, name) for name in given} == given
    assert set(made.template_fields) == {*given, "workfront_conn_id"}
    assert made.workfront_conn_id == "other"


@pytest.mark.parametrize("cls", KINDS)
def test_every_argument_is_documented(cls):
    """Airflow's docs are made of these lines."""
    documented = re.findall(r":param (\w+):", cls.__doc__)

    assert documented == [*parameters(cls), "workfront_conn_id"]


@pytest.mark.parametrize("cls", KINDS)
def test_no_argument_shadows_an_attribute_of_airflow(cls):
    """`owner` or `params` as an argument would break the operator in odd places."""
    assert not {*dir(BaseOperator), *vars(BaseOperator(task_id="t"))} & {*parameters(cls), "errand", "object_url"}


@pytest.mark.parametrize("cls", KINDS)
@pytest.mark.parametrize(("misspelt", "guess"), [("workfront_con_id", "workfront_conn_id"), ("retrys", "retries")])
def test_a_misspelt_argument_is_refused_with_a_guess(cls, misspelt, guess):
    """When the DAG is parsed."""
    given = dict.fromkeys(parameters(cls), "x")

    with pytest.raises(TypeError, match=f"{cls.__name__} does not take argument '{misspelt}', did you mean '{guess}'"):
        cls(task_id="t", **given, **{misspelt: "x"})


def test_arguments_may_be_mapped():
    """One task for each row."""
    with DAG("d", schedule=None):
        mapped = WorkfrontCommentOperator.partial(task_id="t", obj_code="TASK", text="Hello").expand(obj_id=[ID, OTHER])

    assert mapped.unmap({"obj_id": OTHER}).obj_id == OTHER


@pytest.mark.parametrize(
    ("cls", "arguments", "says"),
    [
        (WorkfrontCommentOperator, {"obj_code": "TASK", "obj_id": ID, "text": None}, "argument 'text' is missing"),
        (WorkfrontCommentOperator, {"obj_code": "TASK", "obj_id": "None", "text": "x"}, "an ID is missing: 'None'"),
        (WorkfrontCommentOperator, {"obj_code": "TASK", "obj_id": ID, "text": " "}, "a comment needs a text"),
        (
            WorkfrontCommentOperator,
            {"obj_code": "TASK", "obj_id": ID, "text": "x" * 4001},
            "the text has 4,001 characters, and Workfront takes 4,000 through its API: shorten it",
        ),
        (
            WorkfrontCommentOperator,
            {"obj_code": "TASK", "obj_id": ID, "text": "x", "is_private": "perhaps"},
            "is_private must be true or false, not 'perhaps'",
        ),
        (
            WorkfrontCommentOperator,
            {"obj_code": "TASK", "obj_id": ID, "text": "x", "notify": [5]},
            "notify are texts, not [5]",
        ),
        (WorkfrontMoveOperator, {"obj_code": "PROJ", "obj_id": ID, "project_id": ID}, "move is for TASK, OPTASK, DOCU"),
        (WorkfrontMoveOperator, {"obj_code": "TASK", "obj_id": ID}, "a move needs project_id, parent_id"),
        (
            WorkfrontMoveOperator,
            {"obj_code": "ISSUE", "obj_id": ID, "project_id": ID, "options": ["clearProgress"]},
            "options are for TASK: Workfront's move of OPTASK takes none",
        ),
        (
            WorkfrontConvertIssueOperator,
            {"obj_id": ID, "to": "porject"},
            "convert: unknown goal of a conversion (to) 'porject' - did you mean project?",
        ),
        (
            WorkfrontConvertIssueOperator,
            {"obj_id": ID, "to": "task", "options": ["preserveIsue"]},
            "convert: unknown option 'preserveIsue' - did you mean preserveIssue",
        ),
        (WorkfrontConvertIssueOperator, {"obj_id": ID, "to": "task", "values": "x"}, "values must be a dict"),
        (WorkfrontAssignOperator, {"obj_code": "TASK", "obj_id": ID}, "assign: nobody to assign"),
        (WorkfrontAssignOperator, {"obj_code": "TASK", "obj_id": ID, "user_ids": [], "add": False}, "nobody to assign"),
        (WorkfrontAssignOperator, {"obj_code": "PROJ", "obj_id": ID, "user_ids": ID}, "assign is for TASK, OPTASK"),
        (
            WorkfrontAssignOperator,
            {"obj_code": "TASK", "obj_id": ID, "user_ids": 5},
            "user_ids must be a list, not int",
        ),
        (
            WorkfrontShareOperator,
            {"obj_code": "PROJ", "obj_id": ID, "accessor_id": ID, "accessor_obj_code": "TASK", "core_action": "VIEW"},
            "access is for USER, TEAMOB, ROLE, GROUP, CMPY, not for TASK",
        ),
        (
            WorkfrontShareOperator,
            {"obj_code": "PROJ", "obj_id": ID, "accessor_id": ID, "accessor_obj_code": "USER", "core_action": "VEIW"},
            "unknown core_action 'VEIW' - did you mean VIEW or",
        ),
        (
            WorkfrontStatusOperator,
            {"obj_code": "USER", "obj_id": ID, "status": "CUR"},
            "status is for PROJ, TASK, OPTASK",
        ),
        (
            WorkfrontStatusOperator,
            {"obj_code": "PROJ", "obj_id": ID, "status": "CPL:A"},
            "an approval is due: ask for CPL",
        ),
        (
            WorkfrontApprovalOperator,
            {"obj_code": "PROJ", "obj_id": ID, "decision": "aprove"},
            "unknown decision 'aprove' - did you mean approve?",
        ),
        (
            WorkfrontApprovalOperator,
            {"obj_code": "PROJ", "obj_id": ID, "decision": "recall", "note": "x"},
            "Workfront takes no note with recall",
        ),
        (
            WorkfrontLogHoursOperator,
            {"obj_code": "TASK", "obj_id": ID, "hours": "much", "entry_date": DAY},
            "hours must be a number above 0, not 'much'",
        ),
        (
            WorkfrontLogHoursOperator,
            {"obj_code": "TASK", "obj_id": ID, "hours": 0, "entry_date": DAY},
            "hours must be a number above 0, not 0",
        ),
        (
            WorkfrontLogHoursOperator,
            {"obj_code": "TASK", "obj_id": ID, "hours": 1, "entry_date": "2026-11-25T10:00:00"},
            "entry_date is a day such as 2026-11-25, without a time, not '2026-11-25T10:00:00'",
        ),
        (
            WorkfrontLogHoursOperator,
            {"obj_code": "USER", "obj_id": ID, "hours": 1, "entry_date": DAY},
            "an entry of hours is for PROJ, TASK, OPTASK, not for USER",
        ),
        (
            WorkfrontAttachFormOperator,
            {"obj_code": "PROJ", "obj_id": ID, "category": "Project Intake", "values": {"Region": "EMEA"}},
            "Region is no custom field: those are written DE:Region",
        ),
        (
            WorkfrontCalculateOperator,
            {"obj_code": "PROJ", "obj_id": ID, "what": "finances"},
            "unknown calculation (what) 'finances' - did you mean finance?",
        ),
        (
            WorkfrontCalculateOperator,
            {"obj_code": "TASK", "obj_id": ID, "what": "timeline"},
            "the calculation of timeline is for PROJ, TMPL, not for TASK",
        ),
        (
            WorkfrontCreateProjectFromTemplateOperator,
            {"template_id": "Campaign Template", "values": {"name": "x"}, "key": "extRefID"},
            "values need extRefID, the key, as a text or a number; they have None",
        ),
        (
            WorkfrontCreateProjectFromTemplateOperator,
            {"template_id": "Campaign Template", "values": {"extRefID": "7"}, "key": "extRefID"},
            "values need a name for the project",
        ),
        (
            WorkfrontCreateProjectFromTemplateOperator,
            {"template_id": "Campaign Template", "values": {"name": "x"}, "key": "name"},
            "key name does not do",
        ),
        (
            WorkfrontCreateProjectFromTemplateOperator,
            {"template_id": ID, "values": {"name": "x", "templateID": OTHER}},
            "values name a templateID of their own",
        ),
    ],
)
def test_a_wrong_value_fails_for_good_before_any_call(simulator, cls, arguments, says):
    """No retry mends it; the connection is not even opened."""
    assert says in refusal(cls, **arguments, workfront_conn_id="not_there")
    assert simulator.asked == []


# -- results


def test_templates_give_text_and_objects(simulator):
    """Lists, dicts, numbers and flags are read from what a template rendered to; the result says what came of it."""
    project = the(simulator, "PROJ", "Website Relaunch")
    made = run(
        WorkfrontCreateProjectFromTemplateOperator(
            task_id="t",
            template_id="{{ params.template }}",
            values="{{ params['values'] | tojson }}",
            key="{{ params.key }}",
            fields=["status"],
        ),
        params={"template": "Campaign Template", "values": {"name": "S", "extRefID": "7"}, "key": "extRefID"},
    )
    task = next(row["ID"] for row in simulator.world.find("TASK", projectID=made["ID"]))
    assigned = run(
        WorkfrontAssignOperator(
            task_id="t", obj_code="TASK", obj_id=task, user_ids="{{ people | tojson }}", add="{{ 1 == 2 }}"
        ),
        people=["dana@acme.example", "grace@acme.example"],
    )
    hours = run(
        WorkfrontLogHoursOperator(
            task_id="t", obj_code="PROJ", obj_id=project, hours=Decimal("0.25"), entry_date=date(2026, 11, 25)
        )
    )

    assert made["status"] == "CUR"
    assert len(assigned["user_ids"]) == 2
    assert assigned["role_ids"] == []
    assert (hours["hours"], hours["entryDate"]) == (0.25, "2026-11-25")


def test_an_argument_that_a_template_left_empty_is_not_given(simulator):
    """As with `{{ params.reply_to or '' }}`."""
    project = the(simulator, "PROJ", "Website Relaunch")

    note = run(
        WorkfrontCommentOperator(
            task_id="t", obj_code="PROJ", obj_id=project, text="Hello", reply_to="{{ '' }}", notify="{{ '' }}"
        )
    )

    assert "parentNoteID" not in simulator.world.objects("NOTE")[note["ID"]]


@pytest.mark.parametrize(
    ("cls", "arguments", "opens"),
    [
        (WorkfrontStatusOperator, {"obj_code": "PROJ", "status": "ONH"}, "/project/{project}"),
        (WorkfrontCommentOperator, {"obj_code": "PROJ", "text": "Hello"}, "/project/{project}"),
        (WorkfrontCalculateOperator, {"obj_code": "PROJ", "what": "finance"}, "/project/{project}"),
        (WorkfrontConvertIssueOperator, {"to": "project"}, "/project/{result}"),
    ],
)
def test_the_link_opens_the_object(simulator, cls, arguments, opens):
    """The one dealt with, or the one that came of it."""
    project, issue = the(simulator, "PROJ", "Website Relaunch"), the(simulator, "OPTASK", "New laptop")
    operator = cls(task_id="t", obj_id=issue if cls is WorkfrontConvertIssueOperator else project, **arguments)

    result = run(operator)

    (link,) = operator.operator_extra_links
    assert link.get_link(operator, ti_key=None).endswith(opens.format(project=project, result=result))


def test_one_line_in_the_log_says_what_was_done(simulator, capsys):
    """What became of a status is in it; what was written is not."""
    values = {"name": "Secret", "approvalProcessID": the(simulator, "ARVPRC", "Project Completion"), "extRefID": "x"}
    template = {"template_id": "Campaign Template", "values": values, "key": "extRefID"}
    for _ in range(2):
        made = run(WorkfrontCreateProjectFromTemplateOperator(task_id="t", **template))
    run(WorkfrontStatusOperator(task_id="t", obj_code="PROJ", obj_id=made["ID"], status="Complete"))
    run(WorkfrontCommentOperator(task_id="t", obj_code="PROJ", obj_id=made["ID"], text="Secret text"))

    logged = capsys.readouterr().out
    assert f"Workfront create PROJ from template, PROJ {made['ID']}: created" in logged
    assert f"PROJ {made['ID']}: is there already, nothing was created" in logged
    assert "status CPL:A: it waits for approval, and becomes CPL once approved" in logged
    assert "Secret" not in logged


# -- what Workfront refuses


def test_what_is_not_there_is_named(simulator):
    """A status with the nearest, an object by its ID, a form of another type by its name, an option by its value."""
    project = the(simulator, "PROJ", "Website Relaunch")

    assert "no status 'Curent' - did you mean Current" in refusal(
        WorkfrontStatusOperator, obj_code="PROJ", obj_id=project, status="Curent"
    )
    assert f'"{ID}" not found' in refusal(WorkfrontMoveOperator, obj_code="TASK", obj_id=ID, project_id=project)
    assert "Issue Triage is not a Category of the type: PROJ" in refusal(
        WorkfrontAttachFormOperator, obj_code="PROJ", obj_id=project, category="Issue Triage"
    )
    assert 'Region value "Mars"' in refusal(
        WorkfrontAttachFormOperator,
        obj_code="PROJ",
        obj_id=project,
        category="Project Intake",
        values={"DE:Region": "Mars"},
    )
    assert "is not waiting for approval: its status is CUR" in refusal(
        WorkfrontApprovalOperator, obj_code="PROJ", obj_id=project, decision="approve"
    )


@pytest.mark.parametrize(
    ("cls", "arguments"),
    [
        (WorkfrontMoveOperator, {"obj_code": "TASK", "project_id": OTHER}),
        (WorkfrontAssignOperator, {"obj_code": "TASK", "user_ids": [OTHER]}),
        (WorkfrontCommentOperator, {"obj_code": "TASK", "text": "x"}),
        (WorkfrontLogHoursOperator, {"obj_code": "TASK", "hours": 1, "entry_date": DAY}),
        (WorkfrontCalculateOperator, {"obj_code": "TASK", "what": "custom_data"}),
    ],
)
def test_a_missing_right_says_what_to_do(simulator, cls, arguments):
    """The write is refused, whatever could be read before."""
    task = next(iter(simulator.world.objects("TASK")))
    simulator.faults.plan([Fault("403", method=method) for method in ("PUT", "POST")])

    said = refusal(cls, obj_id=task, **arguments)

    assert "403 You do not have sufficient access" in said
    assert "share the object with the connection's user" in said
