"""Deleting and restoring (rules 97 to 99)."""

import time

import pytest
from support.simulated import Caller

from airflow_provider_workfront.simulator import Options


@pytest.fixture
def caller() -> Caller:
    """An administrator."""
    return Caller()


def _tree(caller: Caller) -> tuple[str, str, str]:
    """Make a project, a task on it, and an hour on that."""
    project = caller.make("PROJ", name="Launch")
    task = caller.make("TASK", name="Draft", projectID=project)
    return project, task, caller.make("HOUR", hours=1, entryDate="2026-11-02", taskID=task)


def test_a_delete_says_success(caller):
    """Rule 97: and the object is gone."""
    project = caller.make("PROJ", name="x")

    assert caller.call("DELETE", f"proj/{project}").data == {"success": True}
    assert caller.call("GET", f"proj/{project}").status == 404


def test_several_are_deleted_at_once(caller):
    """Reference 3.1: ?id=a,b."""
    ids = [caller.make("PROJ", name="x") for _ in range(2)]
    caller.call("DELETE", "proj", id=",".join(ids))

    assert not [obj_id for obj_id in ids if caller.world.get("PROJ", obj_id)]


def test_a_referenced_object_needs_force(caller):
    """Rule 97: the text is known; with force the dependants go along."""
    project, task, hour = _tree(caller)
    answer = caller.call("DELETE", f"proj/{project}")

    assert answer.error == (
        "This Project cannot be deleted since it is referenced by other objects. Please use force delete."
    )
    assert caller.call("DELETE", f"proj/{project}", force="true").status == 200
    assert caller.world.get("TASK", task) is caller.world.get("HOUR", hour) is None


def test_reference_data_in_use_needs_force(caller):
    """Rule 97: a role that somebody has."""
    role = caller.key("ROLE", "Designer")

    assert caller.call("DELETE", f"role/{role}").status == 422
    assert caller.call("DELETE", f"role/{role}", force="true").status == 200


@pytest.mark.parametrize("code", ["proj", "task"])
def test_a_complete_project_is_left_alone(caller, code):
    """Rule 97: the body of the recorded answer."""
    project = caller.make("PROJ", name="x")
    task = caller.make("TASK", name="x", projectID=project)
    caller.call("PUT", f"proj/{project}", {"status": "CPL"})
    error = caller.call("DELETE", f"{code}/{project if code == 'proj' else task}", force="true").body["error"]

    assert error == {
        "class": "com.attask.common.ProjectStatusViolationException",
        "message": "Unable to complete operation for a project of status Complete",
        "title": None,
        "msgKey": "exception.attask",
        "attributes": [""],
        "code": 0,
    }


def test_an_unknown_id_is_not_found(caller):
    """Rule 46: a second delete, too."""
    project = caller.make("PROJ", name="x")

    assert [caller.call("DELETE", f"proj/{project}").status for _ in range(2)] == [200, 404]
    assert caller.call("DELETE", "proj").status == 422


def test_the_bin_gives_everything_back(caller):
    """Rule 98: with children and the same IDs."""
    project, task, hour = _tree(caller)
    caller.call("DELETE", f"proj/{project}", force="true")
    in_search = caller.call("GET", "task/search", projectID=project).data
    caller.control("POST", "bin/restore", {"objCode": "PROJ", "ID": project})

    assert in_search == []
    assert caller.read("task", task, "projectID")["projectID"] == project
    assert caller.read("hour", hour, "taskID")["taskID"] == task


def test_restoring_one_delete_leaves_another_in_the_bin(caller):
    """Rule 98: what was deleted separately stays deleted."""
    project, task, _ = _tree(caller)
    caller.call("DELETE", f"task/{task}", force="true")
    caller.call("DELETE", f"proj/{project}")
    caller.control("POST", "bin/restore", {"objCode": "PROJ", "ID": project})

    assert caller.world.get("PROJ", project)
    assert caller.world.get("TASK", task) is None


def test_the_bin_is_emptied_after_thirty_days(caller):
    """Rule 98: then nothing can be restored."""
    project = caller.make("PROJ", name="x")
    caller.call("DELETE", f"proj/{project}")
    caller.control("POST", "clock", {"advance": 31 * 86400})

    assert "not found" in caller.control("POST", "bin/restore", {"objCode": "PROJ", "ID": project})["error"]


@pytest.mark.parametrize("code", ["PTLSEC", "PTLTAB", "USER", "GROUP", "TEAMOB", "ITRN"])
def test_some_things_vanish_at_once(caller, code):
    """Rule 98: reports, dashboards, users, groups, teams and iterations have no bin."""
    obj_id = caller.world.add(code, {"name": "x"})["ID"]
    caller.call("DELETE", f"{code}/{obj_id}")

    assert caller.world.get(code, obj_id) is None
    assert "not found" in caller.control("POST", "bin/restore", {"objCode": code, "ID": obj_id})["error"]


def test_force_may_skip_the_bin():
    """Reference 5.4: one source says so, hence a switch."""
    caller = Caller(Options(force_skips_bin=True))
    project = caller.make("PROJ", name="x")
    caller.call("DELETE", f"proj/{project}", force="true")

    assert "error" in caller.control("POST", "bin/restore", {"objCode": "PROJ", "ID": project})


def test_a_huge_delete_takes_its_time():
    """Rule 99: from a size on, as long as configured."""
    caller = Caller(Options(huge_delete_objects=3, huge_delete_seconds=0.05))
    project, _, _ = _tree(caller)
    began = time.monotonic()
    caller.call("DELETE", f"proj/{project}", force="true")

    assert time.monotonic() - began >= 0.05
