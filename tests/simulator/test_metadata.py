"""Rules 126 to 128: what Workfront says of itself."""

from __future__ import annotations

import pytest
from support.tenant import Tenant


@pytest.fixture(scope="module")
def tenant() -> Tenant:
    return Tenant()


def test_the_index_lists_every_type(tenant):
    """Rule 126: by API name, with an address; secondary ones are marked."""
    objects = tenant.get("/metadata")["objects"]

    assert len(objects) == 176
    assert objects["Project"]["objCode"] == "PROJ"
    assert objects["Project"]["url"].endswith("/attask/api/v21.0/proj/metadata")
    assert objects["AccessRule"]["flags"] == ["SECONDARY"]
    assert "UserLocation" not in tenant.get("/metadata", root="/attask/api/v22.0")["objects"]


@pytest.mark.parametrize(
    ("code", "fields"), [("PROJ", 175), ("TASK", 162), ("OPTASK", 105), ("USER", 84), ("DOCU", 52), ("HOUR", 34)]
)
def test_a_type_has_the_fields_of_the_appendix(tenant, code, fields):
    """Rule 126: the counts of the published v17 documents, plus what later versions brought."""
    assert len(tenant.get(f"/{code}/metadata", root="/attask/api/v22.0")["fields"]) == fields


def test_a_type_describes_itself(tenant):
    """Rule 126: the keys of reference 10.2 and the record of a field."""
    found = tenant.get("/task/metadata")

    keys = "name label objCode flags url fields references collections search custom actions queries operations"
    assert " ".join(found) == keys
    assert found["fields"]["percentComplete"]["fieldType"] == "double"
    assert found["references"]["project"]["typeObjCode"] == "PROJ"
    assert found["collections"]["assignments"]["fieldType"] == "Assignment"
    assert "projectPortfolioID" in found["search"]
    assert found["operations"] == ["add", "copy", "count", "delete", "edit", "get", "report", "search"]
    assert {"name": "userIDs", "type": "string[]"} in found["actions"]["assignMultiple"]["arguments"]
    assert found["queries"]["allTasksOnIterations"]["arguments"] == [{"name": "iterationIDs", "type": "string[]"}]


def test_fields_of_later_versions_are_left_out(tenant):
    """Rule 126: metadata changes by version."""
    assert "lastUpdateDate" in tenant.get("/role/metadata")["fields"]
    assert "lastUpdateDate" not in tenant.get("/role/metadata", root="/attask/api/v18.0")["fields"]


def test_custom_statuses_are_not_in_metadata(tenant):
    """Rule 127: base values only; CSTEM queries know the others."""
    values = {value["value"] for value in tenant.get("/proj/metadata")["fields"]["status"]["possibleValues"]}

    assert values == {"CUR", "ONH", "PLN", "CPL", "DED", "REQ", "APR", "REJ", "IDA"}
    assert "INT" in {row["value"] for row in tenant.get("/customenum/projectStatuses")}


def test_custom_fields_are_listed_with_their_forms(tenant):
    """Rule 128: name, type, options and forms in one call."""
    custom = tenant.get("/proj/metadata")["custom"]

    assert len(custom) == 11
    assert custom["Headcount"]["type"] == "double"
    assert custom["Channels"]["type"] == "string[]"
    assert [option["value"] for option in custom["Region"]["possibleValues"]] == ["EMEA", "AMER", "APAC"]
    assert custom["Region"]["categories"] == [
        {"ID": tenant.id("CTGY", "Project Intake"), "name": "Project Intake", "objCode": "CTGY"}
    ]
    assert "Root Cause" in tenant.get("/optask/metadata")["custom"]


def test_every_listed_field_can_be_read(tenant):
    """Rule 126: metadata and reads agree, for every type that can be searched."""
    for entry in tenant.get("/metadata")["objects"].values():
        found = tenant.get(f"/{entry['objCode']}/metadata")
        if "search" in found["operations"]:
            names = [*found["fields"], *found["references"], *found["collections"]]
            rows = tenant.get(f"/{entry['objCode']}/search", {"fields": ",".join(names), "$$LIMIT": 5})
            assert all(set(names) <= set(row) for row in rows)


def test_every_filter_only_name_can_be_filtered_by(tenant):
    """Rule 126: search-only names are paths like others, plain or with an ID behind them."""
    for code in ("proj", "task", "optask", "user", "docu", "hour"):
        for name in tenant.get(f"/{code}/metadata")["search"]:
            path = f"/{code}/search"
            answers = [tenant.send("GET", path, {n: "x", f"{n}_Mod": "isnull"}).status for n in (name, f"{name}:ID")]
            assert 200 in answers, name
