"""Actions on work and people (rules 87 to 90, reference 5.6)."""

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
def task(caller: Caller, project: str) -> str:
    """A task on it."""
    return caller.make("TASK", name="Draft", projectID=project)


def _user(caller: Caller, name: str) -> str:
    return caller.key("USER", f"{name}@acme.example")


def _assignments(caller: Caller, code: str, obj_id: str) -> dict[str, str]:
    rows = caller.read(code, obj_id, "assignments:assignedToID", "assignments:status")["assignments"]
    return {row["assignedToID"]: row["status"] for row in rows}


def test_an_action_answers_its_result_in_an_envelope(caller, task):
    """Rule 90: {"data":{"result":…}}, null when there is none."""
    assert caller.call("PUT", f"task/{task}/calculateDataExtension").data == {"result": None}


@pytest.mark.parametrize(
    "shape", ["task/{}/markDone", "task/{}?action=markDone", "task/markDone?ID={}", "task?id={}&action=markDone"]
)
def test_an_action_can_be_addressed_in_several_ways(caller, task, shape):
    """Reference 3.1: in the path or as `action`, with the ID before or behind."""
    request = Request("PUT", f"{API}/{shape.format(task)}", {"sessionid": caller.token})

    assert decoded(caller.simulator.answer(request)).data == {"result": None}


def test_an_unknown_action_is_refused(caller, task):
    """Rule 90: the text names action and type."""
    answer = caller.call("PUT", f"task/{task}/explode")

    assert (answer.status, answer.error) == (422, "APIModel V21_0 does not support action explode (TASK)")


def test_an_unknown_argument_is_refused(caller, task):
    """Rule 90: the text names action and argument."""
    answer = caller.call("PUT", f"task/{task}/move", {"IDs": [task]})

    assert answer.error == "action move does not support argument named IDs"


def test_a_list_does_not_travel_in_a_flat_form(caller, task):
    """Rule 90: argument type mismatch; as `updates` JSON it does."""
    dana = _user(caller, "dana")
    flat = caller.form("PUT", f"task/{task}/assignMultiple", {"userIDs": dana})
    json = caller.form("PUT", f"task/{task}/assignMultiple", {"updates": f'{{"userIDs":["{dana}"]}}'})

    assert flat.error == "argument type mismatch"
    assert json.status == 200


def test_fields_on_an_action_are_those_of_the_source(caller, task):
    """Reference 5.5: validated against the type asked."""
    assert caller.call("PUT", f"task/{task}/markDone", fields="cpi").status == 200
    assert caller.call("PUT", f"task/{task}/markDone", fields="colour").status == 422


def test_an_action_needs_its_object(caller):
    """Rule 46: none, and one that is not there."""
    assert caller.call("PUT", "task/markDone").status == 422
    assert caller.call("PUT", f"task/{'f' * 32}/markDone").status == 404


def test_assign_multiple_replaces(caller, task):
    """Rule 88: who is not named is off."""
    dana, grace = _user(caller, "dana"), _user(caller, "grace")
    caller.call("PUT", f"task/{task}/assignMultiple", {"userIDs": [dana]})
    caller.call("PUT", f"task/{task}/assignMultiple", {"userIDs": [grace], "roleIDs": [], "teamIDs": []})

    assert _assignments(caller, "task", task) == {grace: "AA"}


def test_an_issue_keeps_its_first_team(caller, project):
    """Rule 88: a team-only call on an issue."""
    issue = caller.make("OPTASK", name="x", projectID=project)
    teams = [caller.key("TEAMOB", name) for name in ("Platform Squad", "Creative Studio")]
    caller.call("PUT", f"optask/{issue}/assignMultiple", {"teamIDs": teams})

    assert caller.read("optask", issue, "teamID")["teamID"] == teams[0]


def test_assign_adds_and_unassign_takes_off(caller, task):
    """Reference 5.6: one at a time."""
    dana, grace = _user(caller, "dana"), _user(caller, "grace")
    caller.call("PUT", f"task/{task}/assign", {"objID": dana, "objCode": "USER"})
    caller.call("PUT", f"task/{task}/assign", {"objID": grace, "objCode": "USER"})
    both = _assignments(caller, "task", task)
    caller.call("PUT", f"task/{task}/unassign", {"userID": dana})

    assert set(both) == {dana, grace}
    assert _assignments(caller, "task", task) == {grace: "AA"}
    assert caller.call("PUT", f"task/{task}/assign", {"objID": task, "objCode": "TASK"}).status == 422
    assert caller.call("PUT", f"task/{task}/assign", {"objID": "f" * 32, "objCode": "ROLE"}).status == 404


def test_unassigning_occurrences_names_the_tasks(caller, project):
    """Reference 5.6: a recurring task, all of them."""
    dana = _user(caller, "dana")
    ids = [caller.make("TASK", name="x", projectID=project, assignedToID=dana) for _ in range(2)]
    for obj_id in ids:
        caller.world.update("TASK", obj_id, {"recurrenceRuleID": "r"})

    assert set(caller.call("PUT", f"task/{ids[0]}/unassignOccurrences", {"userID": dana}).data["result"]) == set(ids)
    assert _assignments(caller, "task", ids[1]) == {}


def test_done_and_not_done(caller, task):
    """Rule 89: DN and AD, not AA."""
    me = caller.world.admin_id
    caller.call("PUT", f"task/{task}/acceptWork", {"status": "INP"})
    accepted = _assignments(caller, "task", task)
    caller.call("PUT", f"task/{task}/markDone")
    done = _assignments(caller, "task", task)
    caller.call("PUT", f"task/{task}/markNotDone")
    again = _assignments(caller, "task", task)
    caller.call("PUT", f"task/{task}/unacceptWork")

    assert (accepted, done, again) == ({me: "AD"}, {me: "DN"}, {me: "AD"})
    assert _assignments(caller, "task", task) == {me: "AA"}
    assert caller.read("task", task, "status")["status"] == "INP"


def test_a_status_does_not_cascade_to_assignments(caller, project):
    """Rule 89: a complete task may have open assignments."""
    dana = _user(caller, "dana")
    task = caller.make("TASK", name="x", projectID=project, assignedToID=dana)
    caller.call("PUT", f"task/{task}", {"status": "CPL"})

    assert _assignments(caller, "task", task) == {dana: "AA"}


def test_not_done_names_one_assignment(caller, task):
    """Rule 89: assignmentID; one of another task is not found."""
    caller.call("PUT", f"task/{task}/acceptWork")
    row = caller.read("task", task, "assignments:ID")["assignments"][0]["ID"]
    caller.call("PUT", f"task/{task}/markDone")

    assert caller.call("PUT", f"task/{task}/markNotDone", {"assignmentID": row}).status == 200
    assert caller.call("PUT", f"task/{task}/markNotDone", {"assignmentID": "f" * 32}).status == 404


def test_a_reply_is_a_note_and_a_promise(caller, task):
    """Reference 5.6: noteText and commitDate."""
    reply = {"noteText": "By Friday", "commitDate": "2031-01-03T17:00:00Z"}
    caller.call("PUT", f"task/{task}/replyToAssignment", reply)

    assert caller.read("task", task, "commitDate")["commitDate"].startswith("2031-01-03T12:00")
    assert [note["noteText"] for note in caller.world.find("NOTE", taskID=task)] == ["By Friday"]


def test_external_objects_are_linked_and_unlinked(caller, task):
    """Reference 5.6: the argument is a map."""
    link = {"externalObject": {"name": "JIRA-1"}}
    made = caller.call("PUT", f"task/{task}/linkExternalObject", link).data["result"]
    flat = caller.form("PUT", f"task/{task}/linkExternalObject", {"externalObject": "JIRA-1"})

    assert flat.error == "class java.lang.String cannot be cast to class java.util.Map"
    assert caller.call("PUT", f"task/{task}/unlinkExternalObject", {"externalObjectID": made["ID"]}).status == 200
    assert caller.call("PUT", f"task/{task}/unlinkExternalObject", {"externalObjectID": made["ID"]}).status == 404


def test_hours_are_approved(caller, task):
    """Reference 5.12: approve and unapprove."""
    hour = caller.make("HOUR", hours=1, entryDate="2026-11-02", taskID=task)
    caller.call("PUT", f"hour/{hour}/approve")
    approved = caller.read("hour", hour, "status", "approvedByID")
    caller.call("PUT", "hour/unapprove", {"hourID": hour})

    assert (approved["status"], approved["approvedByID"]) == ("APP", caller.world.admin_id)
    assert caller.read("hour", hour, "status")["status"] == "SUB"


def test_notes_are_liked(caller, task):
    """Reference 5.6: like and unlike."""
    note = caller.make("NOTE", noteText="x", noteObjCode="TASK", objID=task)
    caller.call("PUT", f"note/{note}/like")
    liked = caller.read("note", note, "numLikes")["numLikes"]
    caller.call("PUT", f"note/{note}/unlike")

    assert (liked, caller.read("note", note, "numLikes")["numLikes"]) == (1, 0)


def test_an_api_key_is_made_used_and_cleared(caller):
    """Reference 2.9: getApiKey, generateApiKey, clearApiKey, clearAllApiKeys."""
    old = caller.call("PUT", "user/getApiKey").data["result"]
    new = caller.call("PUT", "user/generateApiKey").data["result"]

    def status(key: str) -> int:
        return caller.simulator.answer(Request("GET", f"{API}/session", {"apikey": key})).status

    before = (status(old), status(new))
    caller.call("PUT", "user/clearApiKey")

    assert old == caller.simulator.credentials["api_key"]
    assert (before, status(new)) == ((401, 200), 401)
    assert caller.call("PUT", "user/getApiKey").data["result"] is None
    assert caller.call("PUT", "user/clearAllApiKeys").data["result"] is True


def test_an_api_key_is_never_read(caller):
    """It lies in the user's row, but is no field."""
    user = caller.world.admin_id

    assert caller.simulator.credentials["api_key"] not in str(caller.read("user", user, "*"))
    assert caller.call("GET", f"user/{user}", fields="apiKey").status == 422


def test_available_time_is_eight_hours_on_weekdays(caller):
    """Reference 5.12: AVL and PAVL by user, minutes per day."""
    dana = _user(caller, "dana")
    span = {"userIDs": [dana], "fromDate": "2026-11-06T00:00:00", "toDate": "2026-11-09T00:00:00"}
    result = caller.call("PUT", "user/getUsersAvailableTime", span).data["result"]

    assert result["AVL"] == result["PAVL"] == {dana: [480, 0, 0, 480]}
    assert caller.call("PUT", "user/getUsersAvailableTime", {"userIDs": [dana]}).status == 422


@pytest.mark.parametrize(
    ("action", "arguments", "expected"),
    [
        ("isUserAdmin", {}, True),
        ("hasAnyAccess", {"objCode": "PROJ", "actionType": "VIEW"}, True),
        ("sendInvitationEmail", {}, None),
    ],
)
def test_users_are_asked_about_their_rights(caller, action, arguments, expected):
    """Reference 5.6: actions of USER."""
    assert caller.call("PUT", f"user/{caller.world.admin_id}/{action}", arguments).data["result"] is expected


def test_users_are_told_what_they_may_do(caller):
    """Reference 5.6: by object code."""
    dana = _user(caller, "dana")

    assert "move" in caller.call("PUT", "user/getAvailableActions", {"objCode": "TASK"}).data["result"]
    permissions = caller.call("PUT", f"user/{dana}/getUserAccessPermissionsByObjCode", {"objCode": "TASK"})
    assert permissions.data["result"]["get"] is True
    assert len(caller.call("PUT", "user/assignUserToken").data["result"]) == 32


def test_an_access_request_is_granted(caller, project):
    """Reference 5.6: a rule for the one who asked."""
    dana = _user(caller, "dana")
    request = {"requestedObjCode": "PROJ", "requestedObjID": project, "requestorID": dana, "action": "VIEW"}
    made = caller.make("ACSREQ", **request)
    caller.call("PUT", f"acsreq/{made}/remind")
    caller.call("PUT", f"acsreq/{made}/grantAccess")
    rules = caller.read("proj", project, "accessRules:*")["accessRules"]

    assert [(rule["accessorID"], rule["coreAction"]) for rule in rules] == [(dana, "VIEW")]
    assert [caller.call("PUT", f"acsreq/{made}/{action}").status for action in ("ignore", "recall")] == [200, 200]
