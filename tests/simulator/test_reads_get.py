"""Rules 45 to 47: one object, several objects, none."""

from __future__ import annotations

import pytest
from support.tenant import Tenant


@pytest.fixture
def tenant() -> Tenant:
    return Tenant()


def test_an_id_in_the_path_gives_an_object(tenant):
    """Rule 45: one ID, one object."""
    found = tenant.get(f"/proj/{tenant.id('PROJ', 'Data Warehouse')}")

    assert (found["name"], found["objCode"], found["status"]) == ("Data Warehouse", "PROJ", "PLN")


@pytest.mark.parametrize("joined", [True, False])
def test_several_ids_give_an_array_in_their_order(tenant, joined):
    """Rule 45: `id=a,b` and repeated `id` keep the order that was asked for."""
    names = ["Office Move", "Brand Refresh", "Help Desk"]
    ids = [tenant.id("PROJ", name) for name in names]
    params = [("id", ",".join(ids))] if joined else [("id", each) for each in ids]

    assert [row["name"] for row in tenant.get("/proj", params)] == names


def test_a_single_id_parameter_gives_an_object(tenant):
    """Rule 45: `?id=` with one ID is an object."""
    assert tenant.get("/proj", {"id": tenant.id("PROJ", "Help Desk")})["name"] == "Help Desk"


def test_the_caller_goes_by_a_wildcard(tenant):
    """Reference 4.1: IDs that begin with $$ work through `?id=`."""
    assert tenant.get("/user", {"id": "$$USER", "fields": "username"})["username"] == "admin@acme.example"


def test_an_unknown_id_is_not_found(tenant):
    """Rule 46: 404 with the type's label and the ID."""
    assert tenant.refusal("/project/abc") == (404, 'Project with primary key value(s) "abc" not found')


def test_a_recycled_object_is_not_found(tenant):
    """Rule 46: what lies in the bin is invisible to get and search, and comes back under its ID."""
    obj_id = tenant.id("PROJ", "Help Desk")
    tenant.world.remove("PROJ", obj_id)

    assert tenant.refusal(f"/proj/{obj_id}")[0] == 404
    assert "Help Desk" not in tenant.names("/proj/search")
    tenant.world.restore(obj_id)
    assert tenant.get(f"/proj/{obj_id}")["name"] == "Help Desk"


def test_one_missing_id_fails_them_all_unless_switched():
    """Reference 4.1: a multi-get refuses the first missing ID; by switch it drops it."""
    strict, lax = Tenant(), Tenant(multi_get_drops_missing=True)
    params = {"id": f"{strict.id('PROJ', 'Help Desk')},abc"}

    assert strict.refusal("/proj", params)[0] == 404
    assert [row["name"] for row in lax.get("/proj", params)] == ["Help Desk"]


@pytest.mark.parametrize("status", [403, 404])
def test_what_the_user_may_not_see_is_left_out_and_refused(status):
    """Rule 47: a search omits it, a get answers 403, or 404 by switch; references to it are null."""
    tenant = Tenant(hidden_status=status)
    obj_id = tenant.id("PROJ", "Mobile App 2.0")
    tenant.world.hidden[tenant.user_id] = {obj_id}

    assert len(tenant.names("/proj/search")) == 7
    assert tenant.refusal(f"/proj/{obj_id}")[0] == status
    issue = tenant.get("/optask/search", {"name": "Crash when offline", "fields": "project"})
    assert issue[0]["project"] is None


def test_others_still_see_it(tenant):
    """Rule 47: hiding is per user."""
    tenant.world.hidden[tenant.id("USER", "xenia@acme.example")] = {tenant.id("PROJ", "Help Desk")}

    assert len(tenant.names("/proj/search")) == 8


def test_several_objects_may_come_as_a_map(tenant):
    """Rule 62: for gets too."""
    obj_id = tenant.id("PROJ", "Help Desk")

    assert tenant.get("/proj", {"id": obj_id, "map": "true"})[obj_id]["name"] == "Help Desk"


def test_a_get_needs_an_id(tenant):
    """Reference 4.1: without one there is nothing to get."""
    assert tenant.refusal("/proj", {"status": "CUR"})[0] == 422
