"""Writes that are refused, and the less travelled roads of those that are not."""

from random import Random

import pytest
from support.simulated import API, Caller, decoded

from airflow_provider_workfront.simulator import Request
from airflow_provider_workfront.simulator.schema import object_type


@pytest.fixture
def caller() -> Caller:
    """An administrator."""
    return Caller()


@pytest.fixture
def project(caller: Caller) -> str:
    """A new, empty project."""
    return caller.make("PROJ", name="Launch")


@pytest.fixture
def task(caller: Caller, project: str) -> str:
    """A task on it."""
    return caller.make("TASK", name="Draft", projectID=project)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", {"first": "x"}),
        ("workRequired", 1.5),
        ("percentComplete", True),
        ("isCritical", "maybe"),
        ("auditTypes", {"a": 1}),
        ("assignments", "nobody"),
        ("assignments", [1]),
        ("projectID", "f" * 32),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused(caller, project, field, value):
    """Reference 5.3: 422 Invalid Parameter; an ID that names nothing is 404."""
    answer = caller.call("POST", "task", {"name": "x", "projectID": project, field: value})

    assert answer.status == (404 if field == "projectID" else 422)


def test_a_whole_object_is_no_reference(caller, project):
    """Only its ID can be sent."""
    answer = caller.call("PUT", f"proj/{project}", {"owner": {"firstName": "New"}})

    assert answer.error == "owner (Project) cannot be written; send ownerID"


def test_a_form_that_is_not_there_is_not_found(caller, project):
    """Reference 5.10: objectCategories name forms by ID."""
    assert caller.call("PUT", f"proj/{project}", {"objectCategories": [{"categoryID": "f" * 32}]}).status == 404


def test_predecessors_are_replaced(caller, project, task):
    """Rule 85: PRED has no address of its own."""
    after = caller.make("TASK", name="After", projectID=project)
    updates = {"predecessors": [{"predecessorID": task, "predecessorType": "fs"}]}
    caller.call("PUT", f"task/{after}", updates)
    rows = caller.read("task", after, "predecessors:predecessorID")["predecessors"]
    caller.call("PUT", f"task/{after}", {"predecessors": []})

    assert [row["predecessorID"] for row in rows] == [task]
    assert caller.read("task", after, "predecessors:predecessorID")["predecessors"] == []


def test_the_members_of_a_team_are_replaced(caller):
    """Rule 85: through the membership rows."""
    team = caller.make("TEAMOB", name="New team")
    dana = caller.key("USER", "dana@acme.example")
    data = caller.call("PUT", f"team/{team}", {"users": [{"ID": dana}]}, fields="users").data

    assert [user["ID"] for user in data["users"]] == [dana]


def test_reassigning_by_field_replaces_the_assignments(caller, task):
    """Rule 87: assignedToID on the task itself."""
    ids = [caller.key("USER", f"{name}@acme.example") for name in ("dana", "grace")]
    for user in ids:
        caller.call("PUT", f"task/{task}", {"assignedToID": user})
    rows = caller.read("task", task, "roleID", "assignments:assignedToID")

    assert [row["assignedToID"] for row in rows["assignments"]] == [ids[1]]
    assert rows["roleID"] == caller.key("ROLE", "Developer")


def test_work_in_hours_and_duration_in_units_become_minutes(caller, project):
    """Reference 5.12: effort fields are in minutes."""
    task = caller.make("TASK", name="x", projectID=project, work=2, duration=2, durationUnit="W")
    row = caller.read("task", task, "workRequired", "durationMinutes")

    assert (row["workRequired"], row["durationMinutes"]) == (120, 4800)


def test_an_unknown_constraint_is_passed_over(caller, project):
    """Reference 5.12: FIXEDDATES is silently ignored."""
    task = caller.make("TASK", name="x", projectID=project, taskConstraint="FIXEDDATES")

    assert caller.read("task", task, "taskConstraint")["taskConstraint"] == "ASAP"


def test_a_complete_project_takes_no_tasks(caller, project):
    """Reference 8.3: ProjectStatusViolationException."""
    caller.call("PUT", f"proj/{project}", {"status": "CPL"})

    assert "status Complete" in caller.call("POST", "task", {"name": "x", "projectID": project}).error


def test_an_hour_and_a_note_are_changed(caller, task):
    """Rules 104 and 105 hold for changes, too."""
    hour = caller.make("HOUR", hours=1, entryDate="2031-11-02", taskID=task)
    note = caller.make("NOTE", noteText="x", noteObjCode="TASK", objID=task)

    assert caller.call("PUT", f"hour/{hour}", {"hours": 2}).data["hours"] == 2
    assert caller.call("PUT", f"note/{note}", {"noteText": "y"}).data["noteText"] == "y"
    assert caller.call("PUT", f"note/{note}", {"noteText": "y" * 4001}).status == 422


def test_a_person_is_renamed(caller):
    """The name is made of its parts."""
    dana = caller.key("USER", "dana@acme.example")

    assert caller.call("PUT", f"user/{dana}", {"lastName": "Dior"}).data["name"] == "Dana Dior"


@pytest.mark.parametrize(("code", "obj_id", "status"), [("NOTHING", "x", 422), ("TASK", "f" * 32, 404)])
def test_a_note_needs_its_object(caller, code, obj_id, status):
    """Rule 81: noteObjCode and objID have to fit."""
    assert caller.call("POST", "note", {"noteText": "x", "noteObjCode": code, "objID": obj_id}).status == status


def test_a_project_from_no_template_is_refused(caller):
    """Rule 93: the template has to exist."""
    assert caller.call("POST", "proj", {"name": "x", "templateID": "f" * 32}).status == 404


def test_a_copy_takes_documents_along(caller, task, project):
    """Rule 92: unless clearDocuments says otherwise."""
    caller.world.add("DOCU", {"name": "Plan", "docObjCode": "TASK", "objID": task})
    full = caller.call("POST", "task", {"name": "x"}, copySourceID=task).data["ID"]
    bare = caller.call("POST", "task", {"name": "x"}, copySourceID=task, options='["clearDocuments"]').data["ID"]

    assert [len(caller.world.find("DOCU", objID=each)) for each in (full, bare)] == [1, 0]


def test_a_recalled_approval_goes_back(caller):
    """Reference 5.12: recallApproval."""
    process = caller.world.add("ARVPRC", {"name": "Sign-off", "approvalStatuses": ["CPL"]})["ID"]
    project = caller.make("PROJ", name="x", approvalProcessID=process)
    caller.call("PUT", f"proj/{project}", {"status": "CPL"})
    caller.call("PUT", f"proj/{project}/recallApproval")

    assert caller.read("proj", project, "status")["status"] == "CUR"


@pytest.mark.parametrize(
    ("path", "arguments"),
    [
        ("task/bulkMove", [1]),
        ("task/{task}/linkExternalObject", {}),
        ("optask/bulkMoveWithOptions", {"IDs": [], "projectID": "{project}", "newName": "x"}),
        ("ctgy/assignCategory", {"objID": "{project}", "objCode": "NOTHING", "categoryID": "x"}),
        ("ctgy/reorderCategories", {"objID": "{project}", "objCode": "PROJ", "categoryIDs": ["x"]}),
        ("optask/{issue}/moveToTask", {"projectID": "{other}", "parentID": "{task}"}),
    ],
)
def test_an_action_refuses_what_it_cannot_do(caller, project, task, path, arguments):
    """Rule 90: 422, whatever is wrong with the arguments."""
    names = {
        "project": project,
        "task": task,
        "other": caller.make("PROJ", name="Other"),
        "issue": caller.make("OPTASK", name="x", projectID=project),
    }
    filled = arguments
    if isinstance(arguments, dict):
        filled = {key: value.format(**names) if isinstance(value, str) else value for key, value in arguments.items()}

    assert caller.call("PUT", path.format(**names), filled).status == 422


def test_an_issue_is_copied_elsewhere(caller, project, task):
    """Reference 5.5: copyIssue with projectID and parentID."""
    issue = caller.make("OPTASK", name="x", projectID=project)
    arguments = {"opTaskID": issue, "name": "y", "projectID": project, "parentID": task}
    made = caller.call("PUT", "optask/copyIssue", arguments).data["result"]

    assert caller.read("optask", made, "sourceTaskID")["sourceTaskID"] == task


def test_a_team_may_come_alone(caller, task):
    """Reference 5.6: teamID beside teamIDs."""
    team = caller.key("TEAMOB", "Platform Squad")
    caller.call("PUT", f"task/{task}/assignMultiple", {"teamID": team})

    assert caller.read("task", task, "teamID")["teamID"] == team


def test_options_may_stand_in_the_query(caller, project, task):
    """Reference 5.5: move with options; an unknown one is refused, an empty argument is none."""
    target = caller.make("PROJ", name="Target")

    assert caller.call("PUT", f"task/{task}/move", {"projectID": target, "parentID": ""}).status == 200
    assert caller.call("PUT", f"task/{task}/move", {"projectID": project, "options": ["x"]}).status == 422
    assert caller.form("PUT", f"task/{task}/move", {"projectID": project, "options": "x"}).status == 422


@pytest.mark.parametrize(
    ("action", "arguments", "expected"),
    [
        ("isLinkedDocument", {"documentID": "own"}, False),
        ("unlinkDocuments", {}, True),
        ("createProof", {"documentVersionID": "x"}, 404),
    ],
)
def test_documents_answer_the_rest(caller, project, action, arguments, expected):
    """Reference 5.6: actions of DOCU without much behind them here."""
    document = caller.world.add("DOCU", {"name": "Plan", "docObjCode": "PROJ", "objID": project})["ID"]
    own = {name: document if value == "own" else value for name, value in arguments.items()}
    answer = caller.call("PUT", f"docu/{document}/{action}", own)

    assert expected in (answer.status, answer.body.get("data", {}).get("result"))


def test_a_document_checked_out_by_another_stays_so(caller, project):
    """Reference 5.6: checkOut."""
    dana = caller.key("USER", "dana@acme.example")
    document = caller.world.add("DOCU", {"name": "Plan", "checkedOutByID": dana})["ID"]

    assert caller.call("PUT", f"docu/{document}/checkOut").status == 422


def test_a_temporary_address_is_new_in_v21(caller, project):
    """Reference 5.11: not before, and not without a version."""
    document = caller.world.add("DOCU", {"name": "Plan"})["ID"]
    target = f"{API.replace('v21', 'v20')}/docu/{document}/getTemporaryCloudURL"
    old = decoded(caller.simulator.answer(Request("PUT", target, {"sessionid": caller.token})))

    assert old.status == 422
    assert caller.call("PUT", f"docu/{document}/getTemporaryCloudURL").status == 404


def test_a_hidden_document_is_not_downloaded(caller):
    """Rule 47: nor is one without content."""
    document = caller.world.add("DOCU", {"name": "Plan"})["ID"]
    request = Request("GET", f"/document/download?ID={document}", {"sessionid": caller.token})
    empty = caller.simulator.answer(request).status
    caller.world.hidden[caller.world.admin_id] = {document}

    assert (empty, caller.simulator.answer(request).status) == (404, 404)


def test_a_version_needs_its_document(caller):
    """Reference 5.11: documentID."""
    assert caller.call("POST", "docv", {"documentID": "f" * 32, "handle": "x"}).status == 404


def test_a_document_belongs_to_the_project_of_its_task(caller, task, project):
    """Reference 6.7: projectID beside taskID."""
    handle = "h"
    answer = caller.call("POST", "docu", {"name": "x", "handle": handle, "docObjCode": "TASK", "objID": task})

    assert answer.error == 'Invalid Parameter: handle value "h"'


@pytest.mark.parametrize(
    ("path", "expected"), [("tmpl/{}/calculateTimeline", None), ("proj/{}/updateBusinessCaseSource", None)]
)
def test_some_actions_only_check_their_object(caller, project, path, expected):
    """What else they do is not documented."""
    obj_id = caller.make("TMPL", name="x") if path.startswith("tmpl") else project

    assert caller.call("PUT", path.format(obj_id)).data == {"result": expected}


def test_work_is_counted_and_viewed(caller, task):
    """Reference 5.6: WORK and WRKITM."""
    item = caller.world.add("WRKITM", {"taskID": task})["ID"]
    caller.call("PUT", f"task/{task}/acceptWork")
    caller.call("PUT", f"wrkitm/{item}/markViewed")

    assert caller.call("PUT", "work/getMyWorkCount").data["result"] >= 1
    assert caller.world.get("WRKITM", item)["isViewed"] is True


def test_the_primary_form_is_the_first_attached(caller, project):
    """Gotcha 19: assignCategory on an object without any."""
    form = caller.key("CTGY", "Project Intake")
    caller.call("PUT", "ctgy/assignCategory", {"objID": project, "objCode": "PROJ", "categoryID": form})

    assert caller.read("proj", project, "categoryID")["categoryID"] == form


ODD = (
    None,
    "",
    0,
    -1,
    1.5,
    True,
    "x",
    "null",
    "2026-13-45",
    [],
    [1, None],
    {},
    {"ID": "x"},
    [{"ID": "x"}],
    10**30,
    "é☃",
)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("code", ["PROJ", "TASK", "OPTASK", "HOUR", "NOTE", "USER", "DOCU", "ASSGN", "CTGY", "TSHET"])
def test_odd_values_are_refused_in_words(caller, code, seed):
    """Rule 115: whatever is sent to create, change or act, the answer is a verdict and never a crash."""
    random = Random(seed)  # noqa: S311
    kind = object_type(code)
    names = [*kind.fields, *kind.references, *kind.collections, "DE:Region", "parameterValues"]
    obj_id = random.choice(list(caller.world.objects(code)) or ["f" * 32])
    updates = {random.choice(names): random.choice(ODD) for _ in range(4)}
    actions = [
        (action, {name: random.choice(ODD) for name, _ in signature.arguments})
        for action, signature in kind.actions.items()
    ]
    answers = [
        caller.call("POST", code, updates | {"name": "x"}),
        caller.call("PUT", f"{code}/{obj_id}", updates),
        *(caller.call("PUT", f"{code}/{obj_id}/{action}", arguments) for action, arguments in actions),
    ]

    assert {answer.status for answer in answers} <= {200, 400, 404, 422}
