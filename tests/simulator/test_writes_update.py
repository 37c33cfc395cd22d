"""Changing objects (rules 82 to 86, 106, 107, 109)."""

import pytest
from support.simulated import Caller

from airflow_provider_workfront.simulator import Options


@pytest.fixture
def caller() -> Caller:
    """An administrator."""
    return Caller()


@pytest.fixture
def project(caller: Caller) -> str:
    """A new, empty project."""
    return caller.make("PROJ", name="Launch", description="All of it")


def test_a_write_changes_what_was_sent_and_answers_the_result(caller, project):
    """Rule 82: sparse; the response is the object after the change."""
    data = caller.call("PUT", f"proj/{project}", {"priority": 2}, fields="description,priority").data

    assert (data["priority"], data["description"]) == (2, "All of it")


@pytest.mark.parametrize("empty", [None, ""])
def test_null_clears(caller, project, empty):
    """Reference 5.3: JSON null, or an empty string."""
    assert (
        caller.call("PUT", f"proj/{project}", {"description": empty}, fields="description").data["description"] is None
    )


def test_an_unknown_id_is_not_created(caller):
    """Rule 83: 404."""
    assert caller.call("PUT", f"proj/{'f' * 32}", {"name": "x"}).status == 404
    assert caller.world.get("PROJ", "f" * 32) is None


def test_every_effective_write_is_stamped(caller, project):
    """Rule 84: lastUpdateDate moves, and not for a write that changes nothing."""
    before = caller.world.get("PROJ", project)["lastUpdateDate"]
    caller.call("PUT", f"proj/{project}", {"name": "Launch"})
    idle = caller.world.get("PROJ", project)["lastUpdateDate"]
    caller.call("PUT", f"proj/{project}", {"name": "Launch 2"})
    after = caller.world.get("PROJ", project)

    assert before == idle < after["lastUpdateDate"]
    assert after["lastUpdatedByID"] == caller.world.admin_id


def test_a_custom_value_alone_is_a_write_too(caller, project):
    """Rule 84: lastUpdateDate moves when only a custom field changes."""
    caller.call("PUT", f"proj/{project}", {"categoryID": caller.key("CTGY", "Project Intake")})
    before = caller.world.get("PROJ", project)["lastUpdateDate"]
    caller.call("PUT", f"proj/{project}", {"DE:Vendor Name": "Globex"})

    assert caller.world.get("PROJ", project)["lastUpdateDate"] > before


def test_a_collection_is_replaced(caller, project):
    """Rule 85: what is not in the list is gone."""
    dana, grace = (caller.key("USER", f"{name}@acme.example") for name in ("dana", "grace"))
    task = caller.make("TASK", name="x", projectID=project, assignedToID=dana)
    updates = {"assignments": [{"assignedToID": grace, "assignmentPercent": 50}]}
    data = caller.call("PUT", f"task/{task}", updates, fields="assignedToID,assignments:assignmentPercent").data

    assert data["assignedToID"] == grace
    assert [each["assignmentPercent"] for each in data["assignments"]] == [50]


def test_one_assignment_is_changed_by_itself(caller, project):
    """Rule 85: the endpoint of the row leaves the others alone."""
    dana = caller.key("USER", "dana@acme.example")
    task = caller.make("TASK", name="x", projectID=project, assignedToID=dana)
    row = caller.read("task", task, "assignments:ID")["assignments"][0]["ID"]
    caller.make("ASSGN", taskID=task, assignedToID=caller.key("USER", "grace@acme.example"))
    caller.call("PUT", f"assgn/{row}", {"assignmentPercent": 25})
    percents = [each["assignmentPercent"] for each in caller.read("task", task, "assignments:*")["assignments"]]

    assert sorted(percents) == [25, 100]


def test_a_collection_of_objects_in_their_own_right_is_refused(caller, project):
    """Rule 85 is about rows that belong to their owner; tasks have an address of their own."""
    assert caller.call("PUT", f"proj/{project}", {"tasks": []}).status == 422


def test_moving_an_issue_by_its_field_does_nothing(caller, project):
    """Rule 86: 200 and unchanged."""
    issue = caller.make("OPTASK", name="x", projectID=project)
    other = caller.make("PROJ", name="Other")
    answer = caller.call("PUT", f"optask/{issue}", {"projectID": other}, fields="projectID")

    assert answer.data["projectID"] == project


def test_a_reference_can_be_written_as_an_object(caller, project):
    """A record that was read can be sent back."""
    paula = caller.key("USER", "paula@acme.example")
    data = caller.call("PUT", f"proj/{project}", {"owner": {"ID": paula, "objCode": "USER"}}, fields="ownerID").data

    assert data["ownerID"] == paula


def test_a_finished_task_is_complete(caller, project):
    """Status and percentage agree, and the actual dates are set."""
    task = caller.make("TASK", name="x", projectID=project)
    fields = "percentComplete,actualCompletionDate"
    done = caller.call("PUT", f"task/{task}", {"status": "CPL"}, fields=fields).data
    again = caller.call("PUT", f"task/{task}", {"status": "INP"}, fields=fields).data

    assert (done["percentComplete"], bool(done["actualCompletionDate"])) == (100, True)
    assert again["actualCompletionDate"] is None


def test_the_user_name_follows_the_address_while_they_are_equal(caller):
    """Rule 107: gotcha 18."""
    user = caller.make("USER", firstName="N", lastName="N", emailAddr="a@x.example", username="a@x.example")
    first = caller.call("PUT", f"user/{user}", {"emailAddr": "b@x.example"}, fields="username").data["username"]
    caller.call("PUT", f"user/{user}", {"username": "own"})
    second = caller.call("PUT", f"user/{user}", {"emailAddr": "c@x.example"}, fields="username").data["username"]

    assert (first, second) == ("b@x.example", "own")


def test_a_user_is_deactivated_by_a_string(caller):
    """Reference 3.3: documents send "false"."""
    dana = caller.key("USER", "dana@acme.example")

    assert caller.call("PUT", f"user/{dana}", {"isActive": "false"}, fields="isActive").data["isActive"] is False


def test_share_adds_one_rule_and_a_list_replaces_all(caller, project):
    """Rule 106: share, unshare, accessRules."""
    dana, grace = (caller.key("USER", f"{name}@acme.example") for name in ("dana", "grace"))
    rule = {"accessorObjCode": "USER", "coreAction": "VIEW"}

    def accessors() -> set[str]:
        return {each["accessorID"] for each in caller.read("proj", project, "accessRules:*")["accessRules"]}

    caller.call("PUT", f"proj/{project}/share", rule | {"accessorID": dana})
    caller.call("PUT", f"proj/{project}/share", rule | {"accessorID": grace})
    shared = accessors()
    caller.call("PUT", f"proj/{project}/unshare", {"accessorObjCode": "USER", "accessorID": dana})
    unshared = accessors()
    caller.call("PUT", f"proj/{project}", {"accessRules": [rule | {"accessorID": dana}]})

    assert (shared, unshared, accessors()) == ({dana, grace}, {grace}, {dana})


@pytest.mark.parametrize("change", [{"coreAction": "FLY"}, {"accessorObjCode": "TASK"}, {"accessorID": "f" * 32}])
def test_nonsense_is_not_shared(caller, project, change):
    """Rule 106: the accessor exists, the action is one of reference 5.7."""
    rule = {"accessorObjCode": "USER", "accessorID": caller.world.admin_id, "coreAction": "VIEW"} | change

    assert caller.call("PUT", f"proj/{project}/share", rule).status in {404, 422}


def test_history_is_kept_of_configured_fields():
    """Rule 109: old and new as text, number or date; other fields leave no trace."""
    caller = Caller(Options(journal_fields=("status", "priority", "plannedCompletionDate")))
    project = caller.make("PROJ", name="x")
    changes = {"status": "ONH", "priority": 2, "plannedCompletionDate": "2031-01-01T00:00:00Z", "description": "y"}
    caller.call("PUT", f"proj/{project}", changes)
    fields = "fieldName,oldTextVal,newTextVal,oldNumberVal,newNumberVal,newDateVal,changeType,editedByID"
    rows = caller.call("GET", "jrnle/search", fields=fields, objID=project).data
    found = {row["fieldName"]: row for row in rows}

    assert set(found) == {"status", "priority", "plannedCompletionDate"}
    assert (found["status"]["oldTextVal"], found["status"]["newTextVal"]) == ("CUR", "ONH")
    assert (found["priority"]["oldNumberVal"], found["priority"]["newNumberVal"]) == (0, 2)
    assert found["plannedCompletionDate"]["newDateVal"].startswith("2030-12-31T19:00")
    assert {(row["changeType"], row["editedByID"]) for row in rows} == {("E", caller.world.admin_id)}


def test_a_put_without_anything_to_address_is_refused(caller):
    """Reference 8.3: "you must specify an action"."""
    assert caller.call("PUT", "user", {"firstName": "x"}).status >= 400


def test_a_status_can_wait_for_approval(caller):
    """Reference 6.4: entering it adds `:A`, approving takes it off, rejecting goes back."""
    process = caller.world.add("ARVPRC", {"name": "Sign-off", "approvalStatuses": ["CPL"]})["ID"]
    project = caller.make("PROJ", name="x", approvalProcessID=process)
    pending = caller.call("PUT", f"proj/{project}", {"status": "CPL"}).data["status"]
    caller.call("PUT", f"proj/{project}/rejectApproval")
    rejected = caller.read("proj", project, "status")["status"]
    caller.call("PUT", f"proj/{project}", {"status": "CPL"})
    caller.call("PUT", f"proj/{project}/approveApproval")

    assert (pending, rejected, caller.read("proj", project, "status")["status"]) == ("CPL:A", "CUR", "CPL")
    assert "not pending" in caller.call("PUT", f"proj/{project}/recallApproval").error
