"""Creating objects (rules 79 to 81, 87, 93, 104, 105)."""

import pytest
from support.simulated import Caller

from airflow_provider_workfront.simulator import Options

WORK = ("PROJ", "TASK", "OPTASK")


@pytest.fixture
def caller() -> Caller:
    """An administrator."""
    return Caller()


@pytest.fixture
def project(caller: Caller) -> str:
    """A new, empty project."""
    return caller.make("PROJ", name="Launch")


def test_a_new_object_answers_its_default_subset(caller):
    """Rule 79: 200, a new ID of 32 hex digits, and the default fields."""
    data = caller.call("POST", "proj", {"name": "Launch"}).data

    assert len(data["ID"]) == 32
    assert {"name", "objCode", "status", "plannedCompletionDate"} <= set(data)


def test_fields_add_to_the_answer(caller):
    """Rule 79: `fields` work on a create."""
    assert caller.call("POST", "proj", {"name": "Launch"}, fields="owner:name").data["owner"]["name"] == "Ada Admin"


def test_a_new_object_is_stamped(caller, project):
    """Rule 79: entryDate, lastUpdateDate and enteredByID."""
    row = caller.read("proj", project, "entryDate", "lastUpdateDate", "enteredByID")

    assert row["entryDate"] == row["lastUpdateDate"]
    assert row["enteredByID"] == caller.world.admin_id


def test_a_form_creates_like_json(caller):
    """Rule 16: plain form fields are updates; strings become the field's type (reference 3.3)."""
    made = caller.form("POST", "proj", {"name": "Launch", "priority": "3"}).data["ID"]

    assert caller.read("proj", made, "priority")["priority"] == 3


def test_defaults_fill_what_nobody_says(caller, project):
    """Rule 80: status, percentage, priority, condition."""
    task = caller.make("TASK", name="Draft", projectID=project)
    issue = caller.make("OPTASK", name="Typo", projectID=project)
    fields = ("status", "percentComplete", "priority", "condition")

    assert [caller.read("proj", project, *fields)[name] for name in fields] == ["CUR", 0, 0, "ON"]
    assert [caller.read("task", task, *fields)[name] for name in fields] == ["NEW", 0, 0, 0]
    assert [caller.read("optask", issue, *fields)[name] for name in fields] == ["NEW", 0, 0, 0]


def test_numbers_go_up(caller, project):
    """Rule 80: referenceNumber increments."""
    first, second = (caller.make("TASK", name="x", projectID=project) for _ in range(2))
    numbers = [caller.read("task", each, "referenceNumber")["referenceNumber"] for each in (first, second)]

    assert numbers[1] == numbers[0] + 1


def test_a_task_gets_its_place_in_the_outline(caller, project):
    """Rule 80: taskNumber, wbs and indent."""
    first = caller.make("TASK", name="1", projectID=project)
    caller.make("TASK", name="2", projectID=project)
    child = caller.make("TASK", name="1.1", projectID=project, parentID=first)
    row = caller.read("task", child, "taskNumber", "wbs", "indent")

    assert (row["taskNumber"], row["wbs"], row["indent"]) == (3, "1.1", 1)


@pytest.mark.parametrize(
    ("code", "values"),
    [
        ("PROJ", {}),
        ("TASK", {"name": "x"}),
        ("OPTASK", {"name": "x"}),
        ("HOUR", {"hours": 1, "entryDate": "2026-11-02"}),
        ("NOTE", {"noteText": "x"}),
        ("USER", {"firstName": "A", "lastName": "B"}),
        ("DOCU", {"name": "x"}),
        ("PARAM", {"name": "x"}),
        ("ASSGN", {}),
    ],
)
def test_a_missing_required_field_is_refused(caller, code, values):
    """Rule 81: 422, and nothing is created."""
    before = len(caller.world.objects(code))
    answer = caller.call("POST", code, values)

    assert answer.status == 422
    assert answer.error.endswith("is required and cannot be empty")
    assert len(caller.world.objects(code)) == before


def test_an_unknown_field_is_refused(caller):
    """Rule 55: the text names field and type."""
    answer = caller.call("POST", "proj", {"name": "x", "colour": "red"})

    assert answer.error == "APIModel V21_0 does not support field colour (Project)"


@pytest.mark.parametrize(
    ("field", "value"),
    [("priority", "high"), ("priority", 9), ("status", "NOPE"), ("plannedStartDate", "soon"), ("ownerID", "null")],
)
def test_a_value_that_does_not_fit_is_refused(caller, field, value):
    """Gotcha 26 and reference 5.3: `Invalid Parameter: <field> value "<v>"`."""
    answer = caller.call("POST", "proj", {"name": "x", field: value})

    assert (answer.status, answer.error) == (422, f'Invalid Parameter: {field} value "{value}"')


def test_a_reference_to_nothing_is_not_found(caller):
    """Rule 46: an ID has to name something."""
    assert caller.call("POST", "task", {"name": "x", "projectID": "f" * 32}).status == 404


def test_read_only_fields_are_passed_over(caller):
    """Reference 5.1: what Workfront computes, nobody writes."""
    made = caller.make("PROJ", name="x", cpi=7, numberOpenOpTasks=9)

    assert caller.read("proj", made, "numberOpenOpTasks")["numberOpenOpTasks"] == 0


def test_an_hour_takes_owner_project_and_status(caller, project):
    """Rules 80 and 81: SUB, the caller, the task's project."""
    task = caller.make("TASK", name="x", projectID=project)
    hour = caller.make("HOUR", hours=1.5, entryDate="2026-11-02", taskID=task)
    row = caller.read("hour", hour, "ownerID", "projectID", "status", "entryDate")

    assert row["ownerID"] == caller.world.admin_id
    assert (row["projectID"], row["status"], row["entryDate"]) == (project, "SUB", "2026-11-02")


@pytest.mark.parametrize("status", ["S", "C"])
def test_a_finished_timesheet_takes_no_hours(caller, project, status):
    """Rule 105: logging to a submitted or closed timesheet is refused, changing and all."""
    sheet = caller.make("TSHET", userID=caller.world.admin_id, startDate="2031-11-03", endDate="2031-11-09")
    hour = {"hours": 1, "entryDate": "2031-11-05", "projectID": project}
    made = caller.make("HOUR", **hour)
    caller.call("PUT", f"tshet/{sheet}", {"status": status})

    assert caller.read("hour", made, "timesheetID")["timesheetID"] == sheet
    assert caller.call("POST", "hour", hour).status == 422
    assert caller.call("PUT", f"hour/{made}", {"hours": 2}).status == 422


def test_a_note_joins_its_object_and_thread(caller, project):
    """Reference 5.12: owner, project and thread are filled in."""
    task = caller.make("TASK", name="x", projectID=project)
    first = caller.make("NOTE", noteText="Hello", noteObjCode="TASK", objID=task)
    reply = caller.make("NOTE", noteText="Yes?", noteObjCode="TASK", objID=task, parentNoteID=first)
    row = caller.read("note", reply, "taskID", "projectID", "threadID", "isReply", "topNoteObjCode")

    assert (row["taskID"], row["projectID"], row["threadID"]) == (task, project, first)
    assert (row["isReply"], row["topNoteObjCode"]) == (True, "PROJ")
    assert caller.read("note", first, "numReplies")["numReplies"] == 1


def test_a_note_is_four_thousand_characters_at_most(caller, project):
    """Rule 104: one more is refused."""
    note = {"noteObjCode": "PROJ", "objID": project}

    assert caller.call("POST", "note", note | {"noteText": "x" * 4000}).status == 200
    assert caller.call("POST", "note", note | {"noteText": "x" * 4001}).status == 422


def test_a_note_names_people(caller, project):
    """Reference 5.12: tags are rows of their own; one without objObjCode is refused."""
    note = {"noteText": "x", "noteObjCode": "PROJ", "objID": project}
    user = caller.world.admin_id
    made = caller.make("NOTE", **note, tags=[{"objObjCode": "USER", "objID": user}])

    assert [tag["objID"] for tag in caller.read("note", made, "tags:objID")["tags"]] == [user]
    assert caller.call("POST", "note", note | {"tags": [{"objID": user}]}).error == "objCode cannot be null"


def test_a_new_user_arrives_inactive_and_named(caller):
    """Gotcha 33: pending approval in the Admin Console; the address serves as user name."""
    made = caller.make("USER", firstName="Nora", lastName="New", emailAddr="nora@acme.example")
    row = caller.read("user", made, "isActive", "username")

    assert (row["name"], row["isActive"], row["username"]) == ("Nora New", False, "nora@acme.example")


def test_a_custom_field_has_a_clean_name(caller):
    """Reference 5.1: code 1200; an unknown display type becomes TEXT."""
    answer = caller.call("POST", "param", {"name": "Cost (EUR)", "label": "Cost"})
    made = caller.make("PARAM", name="Cost", label="Cost", displayType="HOLOGRAM")

    assert answer.error == "Invalid character in 'name' : '('"
    assert answer.body["error"]["code"] == 1200
    assert caller.read("param", made, "displayType")["displayType"] == "TEXT"


def test_an_assignee_brings_a_role(caller, project):
    """Rule 87: the user's primary role is filled in."""
    dana = caller.key("USER", "dana@acme.example")
    task = caller.make("TASK", name="x", projectID=project, assignedToID=dana)
    row = caller.read("task", task, "roleID", "assignments:assignedToID", "assignments:status")

    assert row["roleID"] == caller.key("ROLE", "Designer")
    assert [(each["assignedToID"], each["status"]) for each in row["assignments"]] == [(dana, "AA")]


def test_a_foreign_role_is_refused(caller, project):
    """Rule 87: the text names user and role."""
    dana, role = caller.key("USER", "dana@acme.example"), caller.key("ROLE", "Developer")
    answer = caller.call("POST", "task", {"name": "x", "projectID": project, "assignedToID": dana, "roleID": role})

    assert answer.error == "Dana Desai cannot be assigned to Role: Developer"


def test_a_template_brings_its_tasks(caller):
    """Rule 93: the tree, the estimates and the order."""
    template = caller.make("TMPL", name="Campaign")
    parent = caller.make("TTSK", name="Plan", templateID=template, taskNumber=1)
    caller.make("TTSK", name="Brief", templateID=template, parentID=parent, taskNumber=2, workRequired=90)
    caller.world.update(
        "TTSK", caller.world.find("TTSK", name="Brief", templateID=template)[0]["ID"], {"workRequired": 90}
    )
    project = caller.make("PROJ", name="Spring", templateID=template)
    tasks = caller.read("proj", project, "tasks:wbs", "tasks:workRequired")["tasks"]

    assert sorted((task["name"], task["wbs"]) for task in tasks) == [("Brief", "1.1"), ("Plan", "1")]
    assert {task["workRequired"] for task in tasks} == {0, 90}


def test_a_queue_is_made_through_its_project(caller):
    """Reference 5.1: QUED has no POST; a nested queueDef makes one, a second write changes it."""
    project = caller.make("PROJ", name="Help desk", queueDef={"isPublic": 1})
    first = caller.read("proj", project, "queueDef:isPublic")["queueDef"]
    caller.call("PUT", f"proj/{project}", {"queueDef": {"isPublic": 0}})
    second = caller.read("proj", project, "queueDef:isPublic")["queueDef"]

    assert (first["isPublic"], second["isPublic"]) == (1, 0)
    assert first["ID"] == second["ID"]


@pytest.mark.parametrize("code", ["JRNLE", "NTAG", "WORK", "PRFAPL"])
def test_read_only_types_reject_writes(caller, code):
    """Rule 108: the service has no ADD."""
    answer = caller.call("POST", code, {"name": "x"})

    assert (answer.status, answer.error) == (400, "unable to find method for service endpoint type: ADD")


def test_a_failed_create_leaves_nothing_behind(caller, project):
    """Whatever was written before the refusal is taken back."""
    answer = caller.call(
        "POST", "task", {"name": "x", "projectID": project, "assignments": [{"assignedToID": "f" * 32}]}
    )

    assert answer.status == 404
    assert not caller.world.find("TASK", projectID=project)


def test_dates_of_a_task_are_computed_not_written(caller, project):
    """Reference 5.12: planned dates do not stick; MSO with a constraint date pins them."""
    written = {"name": "x", "projectID": project, "plannedStartDate": "2031-01-06T09:00:00"}
    pinned = {"taskConstraint": "MSO", "constraintDate": "2031-01-06T14:00:00Z", "duration": 3}
    free, fixed = caller.make("TASK", **written), caller.make("TASK", **written, **pinned)
    caller.call("PUT", f"user/{caller.world.admin_id}", {"timeZone": "UTC"})

    assert not caller.read("task", free, "plannedStartDate")["plannedStartDate"].startswith("2031")
    assert caller.read("task", fixed, "plannedCompletionDate")["plannedCompletionDate"].startswith("2031-01-08T22:00")


def test_scheduling_is_a_switch():
    """Reference 5.12 is an observation of one source."""
    caller = Caller(Options(schedule_tasks=False))
    project = caller.make("PROJ", name="x")
    task = caller.make("TASK", name="x", projectID=project, plannedStartDate="2031-01-06")

    assert (
        caller.call("PUT", f"task/{task}", {"plannedStartDate": "2032-01-06"}, fields="plannedStartDate")
        .data["plannedStartDate"]
        .startswith("2032")
    )
