"""Actions that move, copy, convert and plan (rules 90 to 93, reference 5.5)."""

import pytest
from support.simulated import API, Caller, decoded

from airflow_provider_workfront.simulator import Request


@pytest.fixture
def caller() -> Caller:
    """An administrator."""
    return Caller()


@pytest.fixture
def project(caller: Caller) -> str:
    """A new, empty project."""
    return caller.make("PROJ", name="Launch")


@pytest.fixture
def issue(caller: Caller, project: str) -> str:
    """An issue on it, with a custom value."""
    form = caller.key("CTGY", "Issue Triage")
    values = {"DE:Root Cause": "Haste", "description": "Wrong date"}
    return caller.make("OPTASK", name="Typo", projectID=project, categoryID=form, priority=3, **values)


def test_a_task_moves_with_all_below_it(caller, project):
    """Reference 5.5: children, hours and all; the result is null."""
    target = caller.make("PROJ", name="Target")
    parent = caller.make("TASK", name="Parent", projectID=project)
    child = caller.make("TASK", name="Child", projectID=project, parentID=parent)
    hour = caller.make("HOUR", hours=1, entryDate="2026-11-02", taskID=child)
    answer = caller.call("PUT", f"task/{parent}/move", projectID=target)

    assert answer.data == {"result": None}
    assert caller.read("task", child, "projectID", "wbs")["projectID"] == target
    assert caller.read("hour", hour, "projectID")["projectID"] == target
    assert caller.read("task", child, "wbs")["wbs"] == "1.1"


def test_a_task_does_not_move_below_itself(caller, project):
    """A tree stays a tree."""
    parent = caller.make("TASK", name="Parent", projectID=project)
    child = caller.make("TASK", name="Child", projectID=project, parentID=parent)

    assert caller.call("PUT", f"task/{parent}/move", {"projectID": project, "parentID": child}).status == 422
    assert caller.call("PUT", f"task/{parent}/move").error == "projectID is required and cannot be empty"


def test_many_tasks_move_or_are_copied(caller, project):
    """Reference 5.6: bulkCopy keeps the status, its assignments begin as AA."""
    target = caller.make("PROJ", name="Target")
    task = caller.make("TASK", name="x", projectID=project, status="CPL")
    caller.call("PUT", f"task/{task}/acceptWork")
    arguments = {"taskIDs": [task], "projectID": target}
    copies = caller.call("PUT", "task/bulkCopy", arguments).data["result"]
    caller.call("PUT", "task/bulkMove", arguments)
    row = caller.read("task", copies[0], "status", "assignments:status")

    assert (row["status"], [each["status"] for each in row["assignments"]]) == ("CPL", ["AA"])
    assert {each["ID"] for each in caller.world.find("TASK", projectID=target)} == {task, *copies}


def test_an_issue_moves_by_action(caller, issue):
    """Reference 5.5: move, moveToTask, bulkMove, bulkMoveWithOptions."""
    target = caller.make("PROJ", name="Target")
    task = caller.make("TASK", name="x", projectID=target)
    caller.call("PUT", f"optask/{issue}/move", {"projectID": target})
    moved = caller.read("optask", issue, "projectID")["projectID"]
    caller.call("PUT", f"optask/{issue}/moveToTask", {"projectID": target, "parentID": task})
    below = caller.read("optask", issue, "sourceTaskID")["sourceTaskID"]
    caller.call("PUT", "optask/bulkMove", {"issueIDs": [issue], "projectID": target})
    renamed = {"IDs": [issue], "projectID": target, "newName": "Fixed"}
    caller.call("PUT", "optask/bulkMoveWithOptions", renamed)

    assert (moved, below) == (target, task)
    assert caller.read("optask", issue, "sourceTaskID") == {
        "ID": issue,
        "name": "Fixed",
        "objCode": "OPTASK",
        "sourceTaskID": None,
    }


def test_an_issue_is_copied_by_bits(caller, issue):
    """Reference 5.5: 1048576 leaves out the custom data."""
    arguments = {"opTaskID": issue, "name": "Again"}
    full = caller.call("PUT", "optask/copyIssue", arguments).data["result"]
    bare = caller.call("PUT", "optask/copyIssue", arguments | {"options": 1048576}).data["result"]
    values = [caller.read("optask", each, "DE:Root Cause")["DE:Root Cause"] for each in (full, bare)]

    assert values == ["Haste", None]


def test_an_issue_becomes_a_project(caller, issue):
    """Rule 91: JSON in, a new ID out, the source consumed for good."""
    arguments = {"project": {"name": "Correction"}, "copyNativeFields": True}
    made = caller.call("PUT", f"optask/{issue}/convertToProject", arguments).data["result"]
    row = caller.read("proj", made, "description", "priority", "convertedOpTaskName")

    assert (row["name"], row["description"], row["priority"]) == ("Correction", "Wrong date", 3)
    assert row["convertedOpTaskName"] == "Typo"
    assert caller.call("GET", f"optask/{issue}").status == 404
    assert "error" in caller.control("POST", "bin/restore", {"objCode": "OPTASK", "ID": issue})


def test_an_issue_can_be_kept_when_it_becomes_a_task(caller, issue, project):
    """Rule 91: preserveIssue ties its resolution to the task."""
    arguments = {"task": {"name": "Correct it"}, "options": ["preserveIssue"]}
    made = caller.call("PUT", f"optask/{issue}/convertToTask", arguments).data["result"]

    assert caller.read("task", made, "projectID")["projectID"] == project
    assert caller.read("optask", issue, "resolveTaskID")["resolveTaskID"] == made


def test_forms_that_fit_come_along(caller, project):
    """Rule 91: copyCategories, for forms of both types."""
    form = caller.make("CTGY", name="Both", catObjCode="OPTASK")
    caller.world.update("CTGY", form, {"objTypes": ["OPTASK", "TASK"]})
    parameter = caller.make("PARAM", name="Cause", label="Cause")
    caller.world.add("CTGYPA", {"categoryID": form, "parameterID": parameter})
    issue = caller.make("OPTASK", name="x", projectID=project, categoryID=form, **{"DE:Cause": "Haste"})
    arguments = {"task": {"name": "y"}, "copyCategories": True}
    made = caller.call("PUT", f"optask/{issue}/convertToTask", arguments).data["result"]

    assert caller.read("task", made, "DE:Cause")["DE:Cause"] == "Haste"


def test_since_v22_a_task_names_its_issue(caller, issue):
    """Reference 5.5: convertedOpTaskID."""
    body = b'{"task":{"name":"y"}}'
    headers = {"sessionid": caller.token, "content-type": "application/json"}
    target = f"{API.replace('v21', 'v22')}/optask/{issue}/convertToTask"
    made = decoded(caller.simulator.answer(Request("PUT", target, headers, body))).data["result"]

    assert caller.world.get("TASK", made)["convertedOpTaskID"] == issue


def test_a_conversion_needs_json(caller, issue):
    """Rule 91: a form gives a Java cast error."""
    flat = caller.form("PUT", f"optask/{issue}/convertToProject", {"project": "Correction"})
    missing = caller.call("PUT", f"optask/{issue}/convertToProject", {})
    unknown = caller.call("PUT", f"optask/{issue}/convertToProject", {"project": {"name": "x"}, "options": ["keep"]})

    assert flat.error == missing.error == "class java.lang.String cannot be cast to class java.util.Map"
    assert "keep" in unknown.error


def test_a_task_becomes_a_project(caller, project):
    """Reference 5.5: the task is gone."""
    task = caller.make("TASK", name="x", projectID=project)
    made = caller.call("PUT", f"task/{task}/convertToProject", {"project": {"name": "Bigger"}}).data["result"]

    assert caller.read("proj", made)["name"] == "Bigger"
    assert caller.call("GET", f"task/{task}").status == 404


def test_a_template_is_attached(caller, project):
    """Reference 5.6: below a task, behind another, without some."""
    template = caller.make("TMPL", name="Campaign")
    first = caller.make("TTSK", name="Brief", templateID=template, taskNumber=1)
    second = caller.make("TTSK", name="Draft", templateID=template, taskNumber=2)
    skipped = caller.make("TTSK", name="Party", templateID=template, taskNumber=3)
    caller.world.add("TPRED", {"predecessorID": first, "successorID": second, "predecessorType": "fs"})
    before = caller.make("TASK", name="Before", projectID=project)
    arguments = {
        "templateID": template,
        "predecessorTaskID": before,
        "parentTaskID": before,
        "excludeTemplateTaskIDs": [skipped],
    }
    caller.call("PUT", f"proj/{project}/attachTemplate", arguments)
    tasks = {row["name"]: row for row in caller.world.find("TASK", projectID=project)}
    links = {(row["predecessorID"], row["successorID"]) for row in caller.world.objects("PRED").values()}

    assert set(tasks) == {"Before", "Brief", "Draft"}
    assert tasks["Draft"]["wbs"] == "1.2"
    assert {(before, tasks["Brief"]["ID"]), (tasks["Brief"]["ID"], tasks["Draft"]["ID"])} <= links


def test_the_timeline_is_calculated(caller):
    """Reference 5.6: tasks follow the project's start, the project ends with its last task."""
    start = {"plannedStartDate": "2031-01-06T14:00:00Z"}
    project = caller.make("PROJ", name="x", **start)
    caller.make("TASK", name="short", projectID=project)
    caller.make("TASK", name="long", projectID=project, duration=6)
    caller.make("TASK", name="night shift", projectID=project, duration=2, durationUnit="EH")
    caller.call("PUT", f"user/{caller.world.admin_id}", {"timeZone": "UTC"})
    caller.call("PUT", f"proj/{project}/calculateTimeline")
    ends = {row["name"]: row["plannedCompletionDate"] for row in caller.world.find("TASK", projectID=project)}

    assert str(ends["short"]) == "2031-01-06 22:00:00+00:00"
    assert str(ends["long"]) == "2031-01-13 22:00:00+00:00"
    assert str(ends["night shift"]) == "2031-01-06 16:00:00+00:00"
    assert caller.read("proj", project, "plannedCompletionDate")["plannedCompletionDate"].startswith("2031-01-13T22")
    assert caller.call("PUT", f"proj/{project}/calculateFinance").data == {"result": None}


def test_other_things_move_too(caller, project):
    """Reference 5.6: programs, expenses, template tasks, stories and issues of an iteration."""
    ports = [caller.make("PORT", name=name) for name in ("A", "B")]
    program = caller.make("PRGM", name="x", portfolioID=ports[0])
    task = caller.make("TASK", name="x", projectID=project)
    expense = caller.world.add("EXPNS", {"projectID": project})["ID"]
    templates = [caller.make("TMPL", name=name) for name in ("A", "B")]
    step = caller.make("TTSK", name="x", templateID=templates[0])
    iteration = caller.make("ITRN", name="Sprint 1")
    caller.call("PUT", f"prgm/{program}/move", {"portfolioID": ports[1]})
    caller.call("PUT", f"expns/{expense}/move", {"objID": task, "expObjCode": "TASK"})
    caller.call("PUT", f"itrn/{iteration}/moveStories", {"storyIDs": [task]})
    copied = caller.call("PUT", "ttsk/bulkCopy", {"templateTaskIDs": [step], "templateID": templates[1]}).data["result"]
    caller.call("PUT", f"ttsk/{step}/move", {"templateID": templates[1]})

    assert caller.read("prgm", program, "portfolioID")["portfolioID"] == ports[1]
    assert caller.world.get("EXPNS", expense)["taskID"] == task
    assert caller.read("task", task, "iterationID")["iterationID"] == iteration
    assert {row["ID"] for row in caller.world.find("TTSK", templateID=templates[1])} == {step, *copied}


def test_a_request_tells_its_path(caller, issue):
    """Reference 5.6: getRequestPath."""
    assert caller.call("PUT", f"optask/{issue}/getRequestPath").data["result"] == "Launch"
