"""Plans, undo and conflicts against what the simulator reads back: the forms of values are its own."""

import json

import pytest
from clients import blocking, simulated

from airflow_provider_workfront.api.dates import parse_date
from airflow_provider_workfront.auth.session import ApiKeySession
from airflow_provider_workfront.extract.columns import Kind
from airflow_provider_workfront.simulator import Options, Simulator
from airflow_provider_workfront.writing.plan import Action, Rules
from airflow_provider_workfront.writing.row import InputRow, Wanted
from airflow_provider_workfront.writing.undo import conflict, is_done, undone

SUMMARY = '{"blocks": [{"text": "New", "key": "k", "type": "unstyled"}], "entityMap": {}}'
KINDS = {
    "budget": Kind.DECIMAL,
    "plannedStartDate": Kind.INSTANT,
    "ownerID": Kind.TEXT,
    "DE:Markets": Kind.LIST,
    "DE:Headcount": Kind.NUMBER,
    "DE:Executive Sponsor": Kind.TEXT,
    "DE:Summary": Kind.TEXT,
}


@pytest.fixture
def workfront():
    """A client of a small world."""
    simulator = Simulator(Options())
    with blocking(simulated(simulator), ApiKeySession(simulator.credentials["api_key"])) as client:
        yield client


def current(workfront, rules, row):
    """Read what a row means, with the fields that the rules ask for."""
    return list(workfront.search(rules.obj_code, {rules.key: row.key}, fields=rules.asked([row])))


def carry_out(workfront, obj_code, step):
    """Do what a step says; give the ID."""
    if step.action is Action.CREATE:
        return workfront.create(obj_code, step.values)["ID"]
    if step.action is Action.DELETE:
        workfront.delete(obj_code, step.obj_id, force=True)
    else:
        workfront.update(obj_code, step.obj_id, step.values, replace_collections=True)
    return step.obj_id


def row_for(workfront, name, **values):
    (project,) = workfront.search("PROJ", {"name": name}, fields=["ID"])
    return Wanted(InputRow(1, {"name": name}), project["ID"], values)


@pytest.mark.parametrize("kinds", [KINDS, {}], ids=["kinds", "no kinds"])
def test_only_what_differs_is_changed_and_taken_back(workfront, kinds):
    """Numbers, instants, choices, looked-up objects and rich text are recognised in the form that they come back in."""
    (paula,) = workfront.search("USER", {"name": "Paula Planner"}, fields=["ID"])
    (project,) = workfront.search("PROJ", {"name": "Website Relaunch"}, fields=["plannedStartDate"])
    row = row_for(
        workfront,
        "Website Relaunch",
        budget="250000",
        plannedStartDate=parse_date(project["plannedStartDate"]).in_timezone("UTC").isoformat(),
        ownerID=paula["ID"],
        description="Changed",
        **{
            "DE:Markets": ["UK", "FR", "DE"],
            "DE:Channels": ["Print"],
            "DE:Headcount": "6",
            "DE:Executive Sponsor": paula["ID"],
            "DE:Go Live": None,
            "DE:Summary": SUMMARY,
        },
    )
    rules = Rules("PROJ", "ID", "update", kinds=kinds)
    (before,) = current(workfront, rules, row)

    step = rules.planned(row, [before])

    assert step.changes == {
        "description": (before["description"], "Changed"),
        "DE:Channels": (["Web", "Mail"], ["Print"]),
        "DE:Go Live": (before["DE:Go Live"], None),
        "DE:Summary": (before["DE:Summary"], SUMMARY),
    }
    assert (conflict(step, before, kinds), is_done(step, before, kinds)) == ("", False)
    carry_out(workfront, "PROJ", step)
    (after,) = current(workfront, rules, row)
    assert rules.planned(row, [after]).action is Action.NONE
    assert is_done(step, after, kinds)
    assert conflict(step, after, kinds)
    back = undone(step)
    assert conflict(back, after, kinds) == ""
    carry_out(workfront, "PROJ", back)
    assert current(workfront, rules, row) == [before]


def test_a_collection_is_recognised_changed_and_put_back(workfront):
    """By what the row sends of each object."""
    task = next(workfront.search("TASK", {"name": "Draw wireframes"}, fields=["assignments:*"]))
    users = [each["assignedToID"] for each in task["assignments"]]
    (omar,) = workfront.search("USER", {"name": "Omar Ortiz"}, fields=["ID"])
    rules = Rules("TASK", "ID", "update", replace_collections=True)

    def planned(ids):
        row = Wanted(InputRow(1, {}), task["ID"], {"assignments": [{"assignedToID": obj_id} for obj_id in ids]})
        return rules.planned(row, current(workfront, rules, row))

    assert planned(users).action is Action.NONE
    step = planned([omar["ID"]])
    assert step.changes["assignments"][0] == [{"assignedToID": obj_id} for obj_id in users]
    carry_out(workfront, "TASK", step)
    assert planned([omar["ID"]]).action is Action.NONE
    carry_out(workfront, "TASK", undone(step))
    assert planned(users).action is Action.NONE


def test_what_was_created_is_found_by_its_key_and_deleted_by_the_undo(workfront):
    """Unless somebody has changed it meanwhile."""
    rules = Rules("PROJ", "extRefID")
    row = Wanted(InputRow(1, {}), "E-1", {"name": "New", "budget": "12.50"})
    step = rules.planned(row, current(workfront, rules, row))
    created = carry_out(workfront, "PROJ", step)
    (now,) = current(workfront, rules, row)
    assert rules.planned(row, [now]).action is Action.NONE
    assert is_done(step, now)
    assert created in conflict(step, now)
    back = undone(step, created)
    assert conflict(back, now) == ""
    assert 'name was "New" and is "Theirs"' in conflict(back, now | {"name": "Theirs"})
    carry_out(workfront, "PROJ", back)
    assert current(workfront, rules, row) == []


def test_a_deletion_knows_what_it_deletes(workfront):
    """All plain fields of the object, custom ones that the row names too; a second time there is nothing to do."""
    rules = Rules("PROJ", "ID", "delete")
    row = row_for(workfront, "Mobile App 2.0", **{"DE:Region": None})
    step = rules.planned(row, current(workfront, rules, row))
    assert {"name": ("Mobile App 2.0", None), "DE:Region": ("APAC", None)}.items() <= step.changes.items()
    assert conflict(step, current(workfront, rules, row)[0]) == ""
    assert json.loads(json.dumps(step.changes))["budget"] == ["400000.0", None]
    carry_out(workfront, "PROJ", step)
    assert rules.planned(row, current(workfront, rules, row)).note == "gone already"
