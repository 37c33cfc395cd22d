"""Rules 53 to 62: what a row shows of itself."""

from __future__ import annotations

import json

import pytest
from support.tenant import Tenant

RELAUNCH = "Website Relaunch"
COMPLETION = "plannedCompletionDate projectedCompletionDate"


@pytest.fixture
def tenant() -> Tenant:
    return Tenant()


def project(tenant: Tenant, fields: str = "", name: str = RELAUNCH, **rest) -> dict:
    """Get one project with these fields."""
    return tenant.get(f"/proj/{tenant.id('PROJ', name)}", {"fields": fields} if fields else (), **rest)


@pytest.mark.parametrize(
    ("code", "subset"),
    [
        ("PROJ", f"ID name objCode status priority percentComplete plannedStartDate {COMPLETION}"),
        ("ROLE", "ID name objCode description maxUsers"),
        ("HOUR", "ID objCode entryDate hours status description"),
        ("CSTEM", "color equatesWith label objCode value"),
        ("GROUP", "ID name objCode"),
    ],
)
def test_without_fields_comes_the_default_subset(tenant, code, subset):
    """Rule 53: the table of reference 6.3."""
    assert set(tenant.get(f"/{code}/search", {"$$LIMIT": 1})[0]) == set(subset.split())


def test_with_fields_come_these_and_the_identity(tenant):
    """Rule 54: ID, name, objCode plus exactly what was asked."""
    assert set(project(tenant, "status,priority")) == {"ID", "name", "objCode", "status", "priority"}


def test_a_type_without_names_shows_none(tenant):
    """Rule 54: hours have no name."""
    assert set(tenant.get("/hour/search", {"fields": "hours"})[0]) == {"ID", "objCode", "hours"}


def test_fields_may_be_a_json_array(tenant):
    """Reference 4.8: a JSON array is as good as a comma list."""
    assert set(project(tenant, '["status"]')) == {"ID", "name", "objCode", "status"}


@pytest.mark.parametrize("field", ["Status", "foo", "owner:foo", "tasks:foo", "foo:name", "DE:Nobody", "isComplete"])
def test_an_unknown_field_kills_the_call(tenant, field):
    """Rule 55: names are case-sensitive, and one wrong one is enough."""
    status, text = tenant.refusal("/proj/search", {"fields": f"name,{field}"})

    assert status == 422
    assert text.startswith("APIModel V21_0 does not support field ")


def test_the_refusal_names_the_type_that_lacks_the_field(tenant):
    """Rule 55: the text carries the API name."""
    assert tenant.refusal("/optask/search", {"projectid": "x"}) == (
        422,
        "APIModel V21_0 does not support field projectid (OpTask)",
    )


def test_a_reference_is_an_object(tenant):
    """Rule 56: identity alone, or with what was asked of it."""
    plain, more = project(tenant, "owner")["owner"], project(tenant, "owner:title,owner:isActive")["owner"]

    assert plain == {"ID": tenant.id("USER", "paula@acme.example"), "name": "Paula Planner", "objCode": "USER"}
    assert more == {**plain, "title": "Program Lead", "isActive": True}


def test_an_empty_reference_is_null(tenant):
    """Rule 56: null, not missing."""
    assert project(tenant, "sponsor", "Help Desk")["sponsor"] is None


def test_a_collection_is_an_array_of_all_members(tenant):
    """Rule 57: inline, unpaged, empty if there are none."""
    assert len(project(tenant, "tasks:status")["tasks"]) == 10
    assert set(project(tenant, "tasks:status")["tasks"][0]) == {"ID", "name", "objCode", "status"}
    assert project(tenant, "tasks", "Office Move")["tasks"] == []


@pytest.mark.parametrize(
    ("code", "key", "collection", "count"),
    [
        ("USER", "dana@acme.example", "teams", 1),
        ("TEAMOB", "Creative Studio", "users", 3),
        ("CTGY", "Project Intake", "categoryParameters", 11),
        ("PARAM", "Region", "parameterOptions", 3),
        ("PROJ", RELAUNCH, "objectCategories", 1),
        ("PROJ", RELAUNCH, "allStatuses", 10),
        ("TASK", "Website Relaunch/Discovery", "children", 2),
        ("TASK", "Website Relaunch/Launch", "predecessors", 1),
        ("NOTE", "1", "replies", 1),
        ("USER", "paula@acme.example", "directReports", 4),
    ],
)
def test_collections_join_in_many_ways(tenant, code, key, collection, count):
    """Rule 57: by owner, by object, through memberships, by class."""
    row = tenant.get(f"/{code}/{tenant.id(code, key)}", {"fields": collection})

    assert len(row[collection]) == count


def test_four_levels_are_deep_enough(tenant):
    """Rule 58: four references work, a fifth is refused."""
    tasks = project(tenant, "tasks:assignments:assignedTo:role:name,tasks:assignments:assignedTo:name")["tasks"]

    assert "Grace Green" in json.dumps(tasks)
    assert tenant.refusal("/proj/search", {"fields": "tasks:assignments:assignedTo:role:customer:name"})[0] == 422


def test_a_star_leaves_out_heavy_fields(tenant):
    """Rule 59: plain fields only, no LAZY_READ ones, no neighbours."""
    found = project(tenant, "*")

    assert {"status", "budget", "isStatusComplete"} <= set(found)
    assert not {"totalHours", "accessorIDs", "tasks", "owner"} & set(found)
    assert project(tenant, "owner:*")["owner"]["title"] == "Program Lead"


def test_a_field_of_a_later_version_is_unknown(tenant):
    """Reference 1.4: ROLE.lastUpdateDate came with v19."""
    fields = {"fields": "lastUpdateDate"}

    assert tenant.get("/role/search", fields)
    assert tenant.refusal("/role/search", fields, root="/attask/api/v18.0")[0] == 422


def test_custom_fields_come_by_name(tenant):
    """Rule 60: `DE:` on the object and behind a reference."""
    task = tenant.get("/task/search", {"fields": "project:DE:Vendor Name", "project:name": RELAUNCH})[0]

    assert project(tenant, "DE:Vendor Name")["DE:Vendor Name"] == "Northwind & Söhne"
    assert task["project"]["DE:Vendor Name"] == "Northwind & Söhne"


@pytest.mark.parametrize("word", ["parameterValues", "parameterValues:*"])
def test_parameter_values_hold_what_is_filled_in(tenant, word):
    """Rule 60: a map of the populated custom fields, empty when there are none."""
    found = project(tenant, word)["parameterValues"]

    assert {"DE:Vendor Name", "DE:Region", "DE:Channels"} <= set(found)
    assert project(tenant, word, "Office Move")["parameterValues"] == {}


def test_there_is_no_star_of_custom_fields(tenant):
    """Rule 60: `DE:*` has its own text."""
    assert tenant.refusal("/proj/search", {"fields": "DE:*"}) == (422, "no such field: '*'")


def test_custom_values_have_the_type_of_their_field(tenant):
    """Rule 61: several choices an array, one a string, a number a number, a date a date, rich text a string."""
    names = ("Channels", "Markets", "Region", "Risk Level", "Headcount", "Budget Cap", "Go Live", "Summary")
    found = project(tenant, ",".join(f"DE:{name}" for name in names))

    assert found["DE:Channels"] == ["Web", "Mail"]
    assert found["DE:Markets"] == ["DE", "FR", "UK"]
    assert (found["DE:Region"], found["DE:Risk Level"]) == ("EMEA", "Medium")
    assert (found["DE:Headcount"], found["DE:Budget Cap"]) == (6.0, 240000.0)
    assert found["DE:Go Live"] == "2026-04-26T20:00:00:000-0400"
    assert json.loads(found["DE:Summary"])["blocks"][0]["text"] == "Everything new by spring."


@pytest.mark.parametrize("as_object", [False, True])
def test_a_typeahead_value_names_its_object(as_object):
    """Reference 6.6: a JSON string, or by switch an object."""
    tenant = Tenant(lookups_as_objects=as_object)
    value = project(tenant, "DE:Executive Sponsor")["DE:Executive Sponsor"]

    found = value if as_object else json.loads(value)
    assert found == {"objCode": "USER", "name": "Paula Planner", "ID": tenant.id("USER", "paula@acme.example")}


@pytest.mark.parametrize(("omit", "expected"), [(False, [None]), (True, [])])
def test_an_empty_custom_field_is_null_or_missing(omit, expected):
    """Reference 4.8: sources are silent, hence a switch."""
    found = project(Tenant(omit_empty_custom=omit), "DE:Vendor Name", "Office Move")

    assert [found[key] for key in found if key == "DE:Vendor Name"] == expected


def test_a_map_is_keyed_by_id(tenant):
    """Rule 62: `map=true`."""
    found = tenant.get("/proj/search", {"map": "true", "status": "PLN"})

    assert list(found) == [tenant.id("PROJ", "Data Warehouse")]
    assert next(iter(found.values()))["name"] == "Data Warehouse"


def test_money_is_text_from_version_20_on(tenant):
    """Reference 1.4: BigDecimal as a string, before v20 a number, and by switch always a number."""
    assert project(tenant, "budget")["budget"] == "250000.0"
    assert project(tenant, "budget", root="/attask/api/v19.0")["budget"] == 250000.0
    assert project(Tenant(money_as_text=False), "budget")["budget"] == 250000.0


def test_fields_that_are_only_written_are_never_shown(tenant):
    """Reference 6.5: WRITE_ONLY fields read as null."""
    found = tenant.get("/docu/search", {"fields": "handle,downloadURL", "name": "Logo.svg"})[0]

    assert found["handle"] is None
    assert found["downloadURL"] == f"/document/download?ID={tenant.id('DOCU', 'Logo.svg')}"


def test_the_computed_fields_of_the_world_agree_with_it(tenant):
    """Appendix A: counts and states are computed at every read."""
    found = project(tenant, "totalTaskCount,totalOpTaskCount,numberOpenOpTasks,isStatusComplete,totalHours")

    assert (found["totalTaskCount"], found["totalOpTaskCount"], found["numberOpenOpTasks"]) == (10, 4, 2)
    assert (found["isStatusComplete"], found["totalHours"]) == (False, 51.5)


def test_a_typeahead_value_may_point_nowhere(tenant):
    """Reference 6.6: of a deleted object the ID remains."""
    obj_id = tenant.id("PROJ", RELAUNCH)
    tenant.world.update("PROJ", obj_id, {"DE:Executive Sponsor": "gone"})

    assert project(tenant, "DE:Executive Sponsor")["DE:Executive Sponsor"] == "gone"


def test_a_folder_knows_its_documents(tenant):
    """Rule 57: a document lists its folders, the folder collects its documents."""
    folder = tenant.world.add("DOCFDR", {"name": "Pictures"})
    tenant.world.update("DOCU", tenant.id("DOCU", "Logo.svg"), {"folderIDs": [folder["ID"]]})

    found = tenant.get(f"/docfdr/{folder['ID']}", {"fields": "documents"})
    assert [row["name"] for row in found["documents"]] == ["Logo.svg"]


def test_a_collection_may_come_as_a_map_of_owners(tenant):
    """Rule 62: nesting inside a map is as without it."""
    found = tenant.get("/proj/search", {"map": "true", "fields": "tasks"})

    assert sum(len(row["tasks"]) for row in found.values()) == 40
