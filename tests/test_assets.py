"""Assets: one form for each, whoever writes it down, and the same one that Airflow makes of it."""

from __future__ import annotations

import json

import pytest
from airflow.sdk import Asset

from airflow_provider_workfront.api.errors import ConnectionSettingsError
from airflow_provider_workfront.assets import asset_uri, convert_asset_to_openlineage, create_asset, workfront_asset

TASKS = "workfront://acme.my.workfront.com/TASK"


@pytest.mark.parametrize(
    "written",
    [
        TASKS,
        "workfront://acme.my.workfront.com/TASK/",
        "WORKFRONT://ACME.my.Workfront.com/task",
        "workfront://acme.my.workfront.com:443/TASK",
        "workfront://acme.my.workfront.com./Task",
        "workfront://acme.my.workfront.com//TASK?#part",
    ],
)
def test_airflow_has_one_form_of_an_asset(written):
    """A DAG that is scheduled on one form hears of the others."""
    assert Asset(written).uri == TASKS


@pytest.mark.parametrize(
    ("host", "obj_code", "uri"),
    [
        ("acme.my.workfront.com", "task", TASKS),
        ("acme.my.workfront.com", "Issue", "workfront://acme.my.workfront.com/OPTASK"),
        ("acme.my.workfront.com", "PROJECT", "workfront://acme.my.workfront.com/PROJ"),
        ("acme.preview.workfront.com", "TASK", "workfront://acme.preview.workfront.com/TASK"),
        ("acme.my.workfront.com", "NEWTYP", "workfront://acme.my.workfront.com/NEWTYP"),
        ("127.0.0.1:8765", "TASK", "workfront://127.0.0.1:8765/TASK"),
        ("[::1]:8765", "TASK", "workfront://[::1]:8765/TASK"),
    ],
)
def test_a_uri_is_made_as_airflow_keeps_it(host, obj_code, uri):
    """Types by any of their names; a type that this version does not know passes."""
    assert asset_uri(host, obj_code) == uri
    assert create_asset(host=host, obj_code=obj_code, extra={"by": "hand"}) == Asset(uri, extra={"by": "hand"})


@pytest.mark.parametrize(
    "written",
    [
        "workfront:///TASK",
        "workfront://acme.my.workfront.com",
        "workfront://acme.my.workfront.com/TASK/5f1c",
        "workfront://acme.my.workfront.com/TASK?status=CUR",
        "workfront://user@acme.my.workfront.com/TASK",
        "workfront://acme.my.workfront.com:none/TASK",
    ],
)
def test_what_is_no_asset_is_refused(written):
    """When the DAG is parsed, not when nobody hears of it."""
    with pytest.raises(ValueError, match=r"host|object code"):
        Asset(written)


@pytest.mark.parametrize("host", ["acme.my.workfront.com", "https://ACME.my.workfront.com/home"])
def test_a_connection_gives_the_host(monkeypatch, host):
    """As the connection is read everywhere: a pasted address will do."""
    conn = {"conn_type": "workfront", "host": host, "extra": {"auth": "api_key", "api_key": "k"}}
    monkeypatch.setenv("AIRFLOW_CONN_ACME", json.dumps(conn))

    assert workfront_asset("task", "acme") == Asset(TASKS)


def test_a_connection_without_a_host_is_named(monkeypatch):
    """With the field that is wrong."""
    conn = {"conn_type": "workfront", "extra": {"auth": "api_key", "api_key": "k"}}
    monkeypatch.setenv("AIRFLOW_CONN_ACME", json.dumps(conn))

    with pytest.raises(ConnectionSettingsError, match="connection acme, field host"):
        workfront_asset("TASK", "acme")


def test_openlineage_knows_an_asset_by_host_and_type():
    """So that inlets and outlets of any task appear there."""
    pytest.importorskip("airflow.providers.openlineage")

    found = convert_asset_to_openlineage(Asset(TASKS), None)

    assert (found.namespace, found.name) == ("workfront://acme.my.workfront.com", "TASK")
