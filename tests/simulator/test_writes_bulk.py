"""Many at once, copies (rules 92, 94 to 96)."""

import pytest
from support.simulated import Caller

from airflow_provider_workfront.simulator import Options

BAD = {"name": "bad", "priority": "high"}


def _rows(count: int) -> list[dict[str, str]]:
    return [{"name": f"P{number}"} for number in range(count)]


def _names(caller: Caller) -> set[str]:
    return {row["name"] for row in caller.world.objects("PROJ").values()}


def test_many_are_created_in_order():
    """Rule 94: an array, in the order sent."""
    data = Caller().call("POST", "proj", _rows(100)).data

    assert [row["name"] for row in data] == [f"P{number}" for number in range(100)]


def test_more_than_a_hundred_are_refused_and_none_is_created():
    """Rule 94: the text is known."""
    caller = Caller()
    answer = caller.call("POST", "proj", _rows(101))

    assert (answer.status, answer.error) == (422, "Can not add more than 100 objects at once.")
    assert "P0" not in _names(caller)


def test_many_are_changed_by_their_ids():
    """Rule 94: PUT with updates, each naming its ID."""
    caller = Caller()
    ids = [row["ID"] for row in caller.call("POST", "proj", _rows(2)).data]
    data = caller.call("PUT", "proj", [{"ID": obj_id, "priority": 4} for obj_id in ids]).data

    assert [(row["ID"], row["priority"]) for row in data] == [(obj_id, 4) for obj_id in ids]


def test_several_ids_take_the_same_change():
    """Reference 3.1: PUT /{obj}?id=a,b."""
    caller = Caller()
    ids = [row["ID"] for row in caller.call("POST", "proj", _rows(2)).data]

    assert [row["priority"] for row in caller.call("PUT", "proj", {"priority": 1}, id=",".join(ids)).data] == [1, 1]


def test_updates_travel_in_a_form_too():
    """Rule 16: `updates=` is JSON text."""
    assert len(Caller().form("POST", "proj", {"updates": '[{"name":"a"},{"name":"b"}]'}).data) == 2


def test_atomic_answers_success_only():
    """Rule 95: no objects in the answer."""
    caller = Caller()

    assert caller.call("POST", "proj", _rows(2), atomic="true").data == {"success": True}
    assert {"P0", "P1"} <= _names(caller)


def test_atomic_is_all_or_nothing():
    """Rule 95: one bad item takes the others back."""
    caller = Caller()

    assert caller.call("POST", "proj", [*_rows(2), BAD], atomic="true").status == 422
    assert not {"P0", "P1"} & _names(caller)


@pytest.mark.parametrize(
    ("mode", "status", "kept"), [("stop", 422, {"P0"}), ("independent", 200, {"P0", "P2"}), ("atomic", 422, set())]
)
def test_a_failure_in_the_middle_is_a_switch(mode, status, kept):
    """Rule 96: stop keeps what came before; the two contrary reports can be had."""
    caller = Caller(Options(bulk_failure=mode))
    answer = caller.call("POST", "proj", [{"name": "P0"}, BAD, {"name": "P2"}])

    assert answer.status == status
    assert _names(caller) & {"P0", "P2", "bad"} == kept


def test_an_independent_failure_fills_its_slot():
    """Rule 96: inferred; the error stands where its object would."""
    answer = Caller(Options(bulk_failure="independent")).call("POST", "proj", [{"name": "P0"}, BAD])

    assert answer.data[1]["error"]["message"] == 'Invalid Parameter: priority value "high"'


def test_a_list_of_no_objects_is_refused():
    """Rule 18: what is no object is no update."""
    assert Caller().call("POST", "proj", ["x"]).status == 422


def _source(caller: Caller) -> str:
    """Make a project with a small tree, an assignee and a custom value."""
    project = caller.make(
        "PROJ", name="Source", categoryID=caller.key("CTGY", "Project Intake"), **{"DE:Region": "EMEA"}
    )
    parent = caller.make("TASK", name="Parent", projectID=project)
    dana = caller.key("USER", "dana@acme.example")
    caller.make("TASK", name="Child", projectID=project, parentID=parent, assignedToID=dana, status="CPL")
    return project


def test_a_copy_takes_the_tree_and_what_is_sent_overrides():
    """Rule 92: copySourceID with overrides."""
    caller = Caller()
    source = _source(caller)
    copy = caller.call("POST", "proj", {"name": "Copy"}, copySourceID=source).data["ID"]
    row = caller.read("proj", copy, "DE:Region", "tasks:wbs", "tasks:assignedToID", "tasks:status", "referenceNumber")
    child = next(task for task in row["tasks"] if task["name"] == "Child")

    assert (row["name"], row["DE:Region"], child["wbs"], child["status"]) == ("Copy", "EMEA", "1.1", "CPL")
    assert child["assignedToID"] == caller.key("USER", "dana@acme.example")
    assert len(caller.world.find("TASK", projectID=source)) == 2


def test_options_say_what_is_not_copied():
    """Rule 92: clear flags."""
    caller = Caller()
    options = '["clearAssignments","clearCustomData","clearProgress"]'
    copy = caller.call("POST", "proj", {"name": "Copy"}, copySourceID=_source(caller), options=options).data["ID"]
    row = caller.read("proj", copy, "DE:Region", "tasks:assignedToID", "tasks:status")

    assert row["DE:Region"] is None
    assert {task["assignedToID"] for task in row["tasks"]} == {None}
    assert {task["status"] for task in row["tasks"]} == {"NEW"}


def test_an_unknown_copy_option_is_refused():
    """Rule 92: the text is known."""
    caller = Caller()
    answer = caller.call("POST", "proj", {"name": "Copy"}, copySourceID=_source(caller), options='["clearAll"]')

    assert answer.error == "unknown copy option: clearAll"


def test_a_type_without_copy_refuses():
    """Reference 5.2: the operation is in the metadata, or not."""
    caller = Caller()

    assert caller.call("POST", "port", {"name": "x"}, copySourceID="f" * 32).error == "Unsupported HTTP method: COPY"
