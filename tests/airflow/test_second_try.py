"""The second try of a task whose first one did its work and was killed: nothing is done twice, nothing fails for it."""

from __future__ import annotations

import pytest
from airflow.sdk.exceptions import AirflowFailException
from support.tasks import run
from support.transfers import Kept

from airflow_provider_workfront.operators import (
    WorkfrontApprovalOperator,
    WorkfrontConvertIssueOperator,
    WorkfrontDeleteOperator,
)


class Killed(BaseException):
    """End a try as a signal does."""


def pending(simulator, *, step="s1"):
    """Make a project that waits for the approval of a step."""
    project = simulator.world.id_of("PROJ", "Website Relaunch")
    simulator.world.update("PROJ", project, {"status": "CPL:A", "previousStatus": "CUR", "currentApprovalStepID": step})
    return project


def approval(project, decision="approve"):
    return WorkfrontApprovalOperator(task_id="t", obj_code="PROJ", obj_id=project, decision=decision)


def decisions(simulator, project):
    return len(simulator.world.find("ARVSTS", approvableObjID=project))


def test_a_second_try_does_not_decide_the_next_step(simulator):
    """The first one approved step s1, and never came to say so; now s2 is due."""
    project, store = pending(simulator), Kept()
    run(approval(project), task_state_store=store)
    pending(simulator, step="s2")

    result = run(approval(project), task_state_store=store)

    assert (result["status"], result["currentApprovalStepID"]) == ("CPL:A", "s2")
    assert decisions(simulator, project) == 1
    run(approval(project), task_state_store=Kept())  # another run means the step that is due then
    assert decisions(simulator, project) == 2


@pytest.mark.parametrize("decision", ["approve", "reject", "recall"])
def test_what_the_first_try_decided_is_no_error_in_the_second(simulator, decision):
    """Nothing waits for approval any more."""
    project, store = pending(simulator), Kept()
    first = run(approval(project, decision), task_state_store=store)
    assert run(approval(project, decision), task_state_store=store)["status"] == first["status"]
    with pytest.raises(AirflowFailException, match="is not waiting for approval"):
        run(approval(project, decision), task_state_store=Kept())


def test_what_the_first_try_did_not_come_to_is_done_by_the_second(simulator):
    """It noted which step it meant, and was killed before it sent anything."""
    project = pending(simulator)

    class Dying(Kept):
        def set(self, key, value):
            super().set(key, value)
            raise Killed

    store = Dying()
    with pytest.raises(Killed):
        run(approval(project), task_state_store=store)
    assert run(approval(project), task_state_store=Kept(store))["status"] == "CPL"
    assert decisions(simulator, project) == 1


def test_what_the_first_try_deleted_is_no_error_in_the_second(simulator):
    """An ID that never was is one, in each first try."""
    project, store = simulator.world.id_of("PROJ", "Legacy Shutdown"), Kept()

    def delete(**context):
        return run(WorkfrontDeleteOperator(task_id="t", obj_code="PROJ", obj_id=project, force=True), **context)

    assert delete(task_state_store=store) is True
    assert delete(task_state_store=store) is True
    with pytest.raises(AirflowFailException, match="404"):
        delete(task_state_store=Kept())


@pytest.mark.parametrize("to", ["project", "task"])
def test_what_the_first_try_converted_is_found_by_the_second(simulator, to):
    """The issue is gone, and the name tells what it became; an issue that never was is an error."""
    issue = next(iter(simulator.world.objects("OPTASK")))
    store = Kept()

    def convert(**context):
        return run(WorkfrontConvertIssueOperator(task_id="t", obj_id=issue, to=to), **context)

    made = convert(task_state_store=store)
    assert simulator.world.get("OPTASK", issue) is None
    assert convert(task_state_store=store) == made
    with pytest.raises(AirflowFailException, match="404"):
        convert(task_state_store=Kept())
