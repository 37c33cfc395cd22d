"""Rules 72 to 78: counts, reports, named queries, batches."""

from __future__ import annotations

import json
from urllib.parse import urlencode

import pytest
from support.tenant import Tenant, data, refused


@pytest.fixture
def tenant() -> Tenant:
    return Tenant()


def test_a_count_is_wrapped(tenant):
    """Rule 72: `{"count": n}`, whatever page is asked for."""
    assert tenant.get("/task/count", {"$$LIMIT": 1}) == {"count": 40}


def test_a_report_groups_and_echoes_the_group(tenant):
    """Rule 73: a map by group value; CPL:A is a group of its own."""
    found = tenant.get("/proj/report", {"status_1_GroupBy": "true", "ID_1_AggFunc": "dcount"})

    assert found["CPL"] == {"dcount_ID": 1, "status": "CPL"}
    assert found["CPL:A"] == {"dcount_ID": 1, "status": "CPL:A"}
    assert found["CUR"]["dcount_ID"] == 3


def test_a_report_may_group_by_a_reference(tenant):
    """Rule 73: the documents' own example, with a rollup."""
    params = {"project:name_1_GroupBy": "true", "hours_AggFunc": "sum", "$$ROLLUP": "true"}
    found = tenant.get("/hour/report", params)

    assert found["Mobile App 2.0"]["sum_hours"] == 15.0
    assert found["$$ROLLUP"] == {"sum_hours": 79.5}


def test_groups_nest(tenant):
    """Rule 73: several groups are maps in maps, each level with its rollup [inferred]."""
    params = {"priority_2_GroupBy": "true", "status_1_GroupBy": "true", "ID_AggFunc": "count", "$$ROLLUP": "true"}
    found = tenant.get("/proj/report", params)

    assert found["CUR"]["3"] == {"count_ID": 1, "priority": 3}
    assert found["CUR"]["$$ROLLUP"] == {"count_ID": 3}
    assert found["$$ROLLUP"] == {"count_ID": 8}


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        *(("sum", 250.0), ("avg", 31.25), ("min", 0.0), ("max", 100.0), ("count", 8)),
        *(("dsum", 250.0), ("davg", 250.0 / 6), ("dmin", 0.0), ("dmax", 100.0), ("dcount", 6)),
    ],
)
def test_figures(function, expected):
    """Rule 73: every function, and its distinct kind."""
    tenant = Tenant()
    tenant.world.update("PROJ", tenant.id("PROJ", "Brand Refresh"), {"percentComplete": 0.0})

    found = tenant.get("/proj/report", {"percentComplete_AggFunc": function})

    assert found == {f"{function}_percentComplete": pytest.approx(expected)}


def test_spread(tenant):
    """Rule 73: var and std; of one value there is none."""
    params = {"hours_1_AggFunc": "var", "hours_2_AggFunc": "std", "hours_3_AggFunc": "dstd", "hours_4_AggFunc": "dvar"}
    found = tenant.get("/hour/report", {**params, "task:name": "Test it"})

    assert found == {"var_hours": 0.0, "std_hours": 0.0, "dstd_hours": 0.0, "dvar_hours": 0.0}
    found = tenant.get("/hour/report", {**params, "task:name": "Build it"})
    assert found["std_hours"] == pytest.approx(found["var_hours"] ** 0.5)
    assert found["dvar_hours"] > found["var_hours"] > 0


def test_dates_are_written_in_reports(tenant):
    """Rule 110: in figures and in group keys."""
    found = tenant.get("/proj/report", {"lastUpdateDate_AggFunc": "max"})
    groups = tenant.get("/hour/report", {"entryDate_GroupBy": "true", "hours_AggFunc": "sum"})

    assert found == {"max_lastUpdateDate": "2026-03-17T08:00:00:000-0400"}
    assert groups["2026-03-10"] == {"sum_hours": 11.0, "entryDate": "2026-03-10"}


def test_nothing_is_a_group_too(tenant):
    """Rule 73: rows without a value form a group with an empty key [inferred]."""
    found = tenant.get("/optask/report", {"assignedTo:name_GroupBy": "true", "ID_AggFunc": "count"})

    assert found[""] == {"count_ID": 3, "assignedTo:name": None}


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"projectID_GroupBy": "true"},
        {"isComplete_GroupBy": "true"},
        {"name_AggFunc": "sum"},
        {"percentComplete_AggFunc": "median"},
        {"foo_AggFunc": "sum"},
    ],
)
def test_an_impossible_report_is_refused(tenant, params):
    """Reference 4.11: NOT_GROUPABLE fields, unknown functions, text as numbers."""
    assert tenant.refusal("/task/report", params)[0] == 422


def test_the_customer_is_an_array(tenant):
    """Rule 74: /CUST/currentCustomer has one element."""
    found = tenant.get("/CUST/currentCustomer", {"fields": "currency"})

    assert [(row["name"], row["currency"]) for row in found] == [("Acme", "USD")]


@pytest.mark.parametrize(
    ("who", "path", "names"),
    [
        ("omar", "/work/myWork", ["Access to the archive", *["Launch"] * 3, *["Write requirements"] * 2]),
        ("omar", "/work/teamRequests", ["Add a newsletter box", "New laptop", "Nightly load too slow"]),
        ("grace", "/work/myOpenRequests", ["Nightly load too slow"]),
        ("felix", "/work/myAccomplishments", ["Typo on the imprint page", *["Write copy"] * 2]),
        ("admin", "/approval/myApprovals", ["Brand Refresh"]),
        ("paula", "/approval/mySubmittedApprovals", ["Brand Refresh"]),
        ("omar", "/project/helpDeskQueues", ["Help Desk"]),
        ("omar", "/user/userAdmins", ["Ada Admin"]),
        ("omar", "/hourtype/globalHourTypes", ["General", "Project Time", "Vacation"]),
        ("omar", "/schedule/defaultSchedule", ["Standard Week"]),
        ("omar", "/documentfolder/myFolders", []),
    ],
)
def test_named_queries_give_arrays(tenant, who, path, names):
    """Rule 74: the main queries of reference 4.11."""
    tenant.user_id = tenant.id("USER", f"{who}@acme.example")

    assert tenant.names(path) == names


def test_work_keeps_the_code_of_what_it_is(tenant):
    """Rule 74: the union of tasks and issues."""
    tenant.user_id = tenant.id("USER", "omar@acme.example")
    rows = tenant.get("/work/myWork", {"fields": "isComplete,project:name"})

    assert {row["objCode"] for row in rows} == {"TASK", "OPTASK"}
    assert {row["isComplete"] for row in rows} == {False}
    assert tenant.get("/work/count") == {"count": 55}


@pytest.mark.parametrize(
    ("path", "argument", "count"),
    [
        ("/project/defaultShownTimesheetProjects", ("timesheetID", "TSHET", "Submitted"), 1),
        ("/task/defaultShownTimesheetTasks", ("timesheetID", "TSHET", "Submitted"), 1),
        ("/optask/defaultShownTimesheetIssues", ("timesheetID", "TSHET", "Submitted"), 0),
        ("/objectcategory/getForObject", ("objID", "PROJ", "Website Relaunch"), 1),
        ("/hourtype/objectHourTypes", ("objID", "PROJ", "Website Relaunch"), 0),
        ("/queuedef/queueTopics", ("projectID", "PROJ", "Help Desk"), 1),
        ("/task/allTasksOnIterations", ("iterationIDs", "ITRN", "None"), 0),
    ],
)
def test_named_queries_take_arguments(tenant, path, argument, count):
    """Rule 74: without the argument they are refused."""
    name, code, key = argument

    assert len(tenant.get(path, {name: tenant.id(code, key)})) == count
    assert tenant.refusal(path)[0] == 422


def test_requests_for_access_are_the_granters(tenant):
    """Rule 74: /accessrequest/myAccessRequests."""
    assert (
        tenant.get("/accessrequest/myAccessRequests", {"fields": "requestor:name"})[0]["requestor"]["name"]
        == "Xenia Xu"
    )


def test_a_group_has_statuses_that_a_search_misses(tenant):
    """Rule 75: only projectGroupStatuses tells them."""
    params = {"groupID": tenant.id("GROUP", "Marketing"), "fields": "value"}
    plain = {row["value"] for row in tenant.get("/cstem/search", {"enumClass": "STATUS_PROJ"})}
    named = {row["value"] for row in tenant.get("/customenum/projectStatuses")}

    assert "CRV" not in plain | named
    assert {"INT", "CUR"} <= plain & named
    assert [row["value"] for row in tenant.get("/customenum/projectGroupStatuses", params)] == ["CRV"]


def test_a_search_may_be_posted(tenant):
    """Rule 77: a form with method=GET is a GET."""
    body = [("method", "GET"), ("status", "PLN"), ("status", "DED"), ("fields", "name"), ("name_Sort", "desc")]

    rows = data(tenant.form("POST", "/proj/search", body))
    assert [row["name"] for row in rows] == ["Legacy Shutdown", "Data Warehouse"]


def batch(tenant: Tenant, *uris: str, **params):
    """Post a batch."""
    return tenant.form("POST", "/batch", [*params.items(), *(("uri", uri) for uri in uris)])


def test_a_batch_answers_each_member(tenant):
    """Rule 78: an array of answers; reads and writes, each with its own method."""
    obj_id = tenant.id("PROJ", "Help Desk")
    rename = f"/proj/{obj_id}?" + urlencode({"method": "PUT", "updates": json.dumps({"name": "Desk"})})
    found = data(batch(tenant, "/proj/count?status=CUR&method=GET", rename, f"proj/{obj_id}?method=GET"))

    assert found[0] == {"data": {"count": 3}}
    assert [answer["data"]["name"] for answer in found[1:]] == ["Desk", "Desk"]


@pytest.mark.parametrize("stops", [False, True])
def test_a_failing_member_fills_its_slot_or_fails_the_batch(stops):
    """Reference 5.9: unknown, hence a switch."""
    tenant = Tenant(batch_stops=stops)
    response = batch(tenant, "/proj/search?foo=1&method=GET", "/proj/count?method=GET")
    text = "APIModel V21_0 does not support field foo (Project)"

    if stops:
        assert refused(response) == (422, text)
    else:
        assert data(response)[0]["error"]["message"] == text
        assert data(response)[1] == {"data": {"count": 8}}


def test_an_atomic_batch_is_all_or_nothing(tenant):
    """Rule 78: success alone, or the first error and no change."""
    path = f"/proj/{tenant.id('PROJ', 'Help Desk')}?name=Desk&method=PUT"

    assert refused(batch(tenant, path, "/proj/abc?method=DELETE", atomic="true"))[0] == 404
    assert "Help Desk" in tenant.names("/proj/search")
    assert data(batch(tenant, path, "/proj/count?method=GET", atomic="true")) == {"success": True}
    assert "Desk" in tenant.names("/proj/search")


def test_a_batch_is_posted(tenant):
    """Rule 78: no other verb."""
    assert tenant.refusal("/batch", {"uri": "/proj/count"})[0] == 400
