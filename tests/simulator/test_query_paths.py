"""Rules 66 to 70: paths, groups, joins and traps."""

from __future__ import annotations

import json

import pytest
from support.tenant import Tenant

RELAUNCH, MOBILE = "Website Relaunch", "Mobile App 2.0"


@pytest.fixture(scope="module")
def tenant() -> Tenant:
    return Tenant()


def count(tenant: Tenant, code: str, params) -> int:
    """Count what matches."""
    return tenant.get(f"/{code}/count", params)["count"]


@pytest.mark.parametrize(
    ("code", "params", "expected"),
    [
        ("task", {"project:name": RELAUNCH}, 10),
        ("task", {"project:owner:firstName": "Omar", "assignedTo:firstName": "Grace"}, 2),
        ("proj", {"projectUsers:user:firstName": "Omar"}, 5),
        ("proj", {"objectCategories:category:name": "Project Intake"}, 3),
        ("proj", {"tasks:status": "RVW"}, 2),
        ("proj", {"tasks:name": "Launch", "tasks:name_Mod": "isnull"}, 4),
        ("task", {"projectPortfolioID": "$PORT:Growth"}, 30),
        ("task", {"projectOwnerID": "$USER:omar@acme.example"}, 20),
        ("task", {"isComplete": "true", "project:name": RELAUNCH}, 6),
        ("optask", {"isComplete": "false"}, 9),
        ("optask", {"projectProgramID": "$PRGM:Infrastructure"}, 8),
        ("optask", {"ownerCompanyMM:name": "Globex"}, 3),
        ("hour", {"portfolioMM:name": "Growth"}, 15),
        ("user", {"teamIDs": "$TEAMOB:Platform Squad"}, 3),
        ("user", {"otherGroups:name": "Marketing"}, 4),
        ("proj", {"pendingApproval": "true"}, 1),
        ("proj", {"opTasks:status": "TRI"}, 1),
        ("docu", {"currentVersion:docSize": "100000", "currentVersion:docSize_Mod": "lt"}, 3),
    ],
)
def test_a_path_reaches_through_references_and_collections(tenant, code, params, expected):
    """Reference 4.3: any member of a collection suffices; filter-only names work."""
    known = {key: tenant.id(*value[1:].split(":")) if value.startswith("$") else value for key, value in params.items()}

    assert count(tenant, code, known) == expected


@pytest.mark.parametrize("path", ["DE:project:Vendor Name", "project:DE:Vendor Name"])
def test_a_custom_field_may_lie_behind_a_reference(tenant, path):
    """Reference 4.3: filters put DE: first."""
    assert count(tenant, "task", {path: "Studio Blau"}) == 10


def test_a_custom_field_filters_by_its_kind(tenant):
    """Reference 4.3: numbers compare as numbers, a typeahead by ID."""
    assert tenant.names("/proj/search", {"DE:Headcount": "5", "DE:Headcount_Mod": "gt"}) == [MOBILE, RELAUNCH]
    sponsor = {"DE:Executive Sponsor": tenant.world.admin_id}
    assert tenant.names("/proj/search", sponsor) == ["Brand Refresh"]


@pytest.mark.parametrize("path", ["foo", "foo:name", "owner:foo", "DE:Nobody", "DE:owner:Nobody", "tasks:foo"])
def test_a_path_that_leads_nowhere_is_refused(tenant, path):
    """Rule 55: in filters too."""
    assert tenant.refusal("/proj/search", {path: "x"})[0] == 422


def test_groups_do_not_inherit_the_base(tenant):
    """Rule 66: base OR group 1 OR group 2, each ANDed in itself."""
    params = {
        "status": "CUR",
        "priority": "4",
        "OR:1:status": "PLN",
        "OR:2:name": "move",
        "OR:2:name_Mod": "cicontains",
        "OR:2:status": "CPL",
    }

    assert tenant.names("/proj/search", params) == ["Data Warehouse", MOBILE, "Office Move"]


def test_groups_alone_are_an_or(tenant):
    """Rule 66: without base filters only the groups count."""
    params = {"OR:a:status": "PLN", "OR:b:status": "DED"}

    assert tenant.names("/proj/search", params) == ["Data Warehouse", "Legacy Shutdown"]


def test_rows_may_have_to_exist(tenant):
    """Rule 67: EXISTS joins by FIELD:, $$EXISTSMOD negates."""
    join = {"EXISTS:1:$$OBJCODE": "TASK", "EXISTS:1:projectID": "FIELD:ID"}
    with_tasks = tenant.names("/proj/search", {**join, "EXISTS:1:status": "INP"})
    without = tenant.names("/proj/search", {**join, "EXISTS:1:$$EXISTSMOD": "NOTEXISTS"})

    assert with_tasks == [MOBILE, RELAUNCH]
    assert without == ["Help Desk", "Holiday Campaign", "Legacy Shutdown", "Office Move"]


def test_a_join_may_go_up(tenant):
    """Rule 67: from a task to its project."""
    params = {
        "EXISTS:up:$$OBJCODE": "PROJ",
        "EXISTS:up:ID": "FIELD:projectID",
        "EXISTS:up:name": "app",
        "EXISTS:up:name_Mod": "cicontains",
    }

    assert count(tenant, "task", params) == 10


def test_a_join_may_stand_in_a_group(tenant):
    """Rule 67: EXISTS nests in OR, with wildcards."""
    tenant.world.update("OPTASK", tenant.id("OPTASK", "New laptop"), {"assignedToID": tenant.world.admin_id})
    params = {
        "status": "PLN",
        "OR:1:EXISTS:a:$$OBJCODE": "OPTASK",
        "OR:1:EXISTS:a:projectID": "FIELD:ID",
        "OR:1:EXISTS:a:assignedToID": "$$USER.ID",
    }

    assert tenant.names("/proj/search", params) == ["Data Warehouse", "Help Desk"]


def test_a_join_without_an_index_finds_the_same(tenant):
    """Rule 67: joins on plain fields work as well."""
    params = {"EXISTS:1:$$OBJCODE": "DOCV", "EXISTS:1:fileName": "FIELD:name", "EXISTS:1:docSize": "4099"}

    assert tenant.names("/docu/search", params) == ["Logo.svg"]


@pytest.mark.parametrize("params", [{"EXISTS:1:ID": "FIELD:ID"}, {"EXISTS:1:$$OBJCODE": "NOPE"}])
def test_a_join_needs_a_known_type(tenant, params):
    """Rule 67: the target type is mandatory."""
    assert tenant.refusal("/proj/search", params)[0] == 422


def test_filters_may_come_as_json(tenant):
    """Rule 69: the same as parameters, arrays are repeated ones."""
    filters = {"status": ["PLN", "DED"], "priority": 0, "priority_Mod": "gt", "owner:isActive": True}

    assert tenant.names("/proj/search", {"filters": json.dumps(filters)}) == ["Data Warehouse"]


def test_json_filters_may_use_reserved_names(tenant):
    """Rules 69 and 70: `username` filters only inside `filters`."""
    inside = tenant.names("/user/search", {"filters": '{"username": "grace@acme.example"}'})
    outside = tenant.names("/user/search", {"username": "grace@acme.example"})

    assert inside == ["Grace Green"]
    assert len(outside) == 8


def test_a_username_in_the_query_may_be_taken_for_a_login():
    """Rule 70: ignored, or an error by switch."""
    tenant = Tenant(username_filter="refused")

    assert tenant.refusal("/user/search", {"username": "x"}) == (401, "You are not currently logged in.")


@pytest.mark.parametrize("text", ["{", "[]", "1"])
def test_filters_that_are_no_object_are_refused(tenant, text):
    """Rule 69: `filters` is a JSON object."""
    assert tenant.refusal("/proj/search", {"filters": text})[0] == 422
