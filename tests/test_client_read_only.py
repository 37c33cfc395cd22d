"""A connection that only reads, and what would have Workfront carry out another method than the one that is sent."""

from __future__ import annotations

import httpx
import pytest
from clients import LoggedIn, blocking, on_a_loop, simulated

from airflow_provider_workfront.api.batch import Batch
from airflow_provider_workfront.api.call import Retry
from airflow_provider_workfront.api.errors import ConnectionSettingsError
from airflow_provider_workfront.api.operation import Raw
from airflow_provider_workfront.api.reads import Count, Get, NamedQuery, Report, Search
from airflow_provider_workfront.api.request import Repeat, Request
from airflow_provider_workfront.api.writes import Action, Copy, Create, Delete, Update
from airflow_provider_workfront.failures import Unworkable
from airflow_provider_workfront.operators.arguments import build
from airflow_provider_workfront.simulator import Options, Simulator

ID = "a" * 32
WRITES = [
    Raw("POST", "proj", json={"name": "x"}),
    Raw("DELETE", f"proj/{ID}", repeat=Repeat.ALWAYS),
    Raw("GET", "batch", {"uri": f"/proj/{ID}?method=DELETE"}),
    Raw("GET", "/attask/api/v21.0/batch", {"uri": ["/proj/search?method=GET", f"/proj/{ID}?%6Dethod=delete"]}),
    Raw("POST", f"batch?uri=/proj/{ID}%3Fmethod=PUT"),
    Batch([Get("PROJ", ID), Delete("PROJ", ID)]),
    Create("PROJ", {"name": "x"}),
    Update("PROJ", ID, {"name": "x"}),
    Delete("PROJ", ID),
    Copy("PROJ", ID),
    Action("PROJ", ID, "calculateFinance"),
]
OVERRIDES = [
    Raw("GET", f"proj/{ID}", {"method": "DELETE"}),
    Raw("GET", f"proj/{ID}", {"Method": "get"}),
    Raw("GET", f"proj/{ID}?method=DELETE"),
    Raw("GET", f"/attask/api/v21.0/proj/{ID}?%6Dethod=PUT&name=x"),
    Raw("POST", "proj", {"method": ["GET", "DELETE"]}),
    NamedQuery("PROJ", ID, {"method": "DELETE"}),
    Search("PROJ", {"method": "DELETE"}),
    Count("PROJ", {"method": "DELETE"}),
    Report("PROJ", ["status"], {"ID": "count"}, {"method": "DELETE"}),
]


@pytest.mark.parametrize("kind", [blocking, on_a_loop])
@pytest.mark.parametrize("write", WRITES)
def test_no_write_is_sent(kind, write):
    """Whatever it is called, and however often it may be repeated."""
    seen = []

    def watched(request):
        seen.append(request)
        return httpx.Response(200, json={"data": {}})

    refused = pytest.raises(ConnectionSettingsError, match="this connection only reads")
    with kind(watched, read_only=True, retry=Retry(base=0.0)) as client, refused:
        client.run(write)
    assert not seen
    assert not write.request().is_read


@pytest.mark.parametrize("operation", OVERRIDES)
def test_a_method_is_no_parameter(operation):
    """Workfront would carry it out."""
    with pytest.raises(ValueError, match=r"`method` cannot be a parameter|method is not a filter"):
        operation.request()


def test_the_operator_refuses_it_before_anything_is_sent():
    """As a wrong argument."""
    with pytest.raises(Unworkable, match="`method` cannot be a parameter"):
        build("request", {"method": "GET", "endpoint": "proj", "query_params": {"method": "DELETE"}})


def test_what_is_read_passes():
    """In a batch, too, and where the target is so long that the call becomes a POST."""
    simulator = Simulator(Options(), faults=())
    with blocking(simulated(simulator), LoggedIn(simulator), read_only=True) as client:
        assert client.batch([Count("PROJ"), Search("PROJ", limit=1)])[0] > 0
        assert client.request("GET", "proj/count")["count"] > 0
        assert not list(client.search("PROJ", {"name": ["x" * 100] * 100}))


def test_a_redirect_to_another_method_is_not_followed():
    """It would be a write that nobody asked for."""
    methods = []

    def leading(request):
        methods.append(str(request.url))
        return httpx.Response(302, headers={"location": f"/attask/api/v21.0/proj/{ID}?method=DELETE"})

    with blocking(leading, retry=Retry(base=0.0, tries=1)) as client, pytest.raises(Exception, match="redirected"):
        client.get("PROJ", ID)
    assert not any("method" in each for each in methods)


def test_a_batch_in_the_path_counts_as_well():
    """Of each of its members the method is looked at."""
    assert Request("POST", "batch?uri=%2Fproj%2Fsearch%3Fmethod%3DGET").is_read
    assert not Request("POST", "batch?uri=%2Fproj%3Fmethod%3DGET&uri=%2Fproj%3Fmethod%3DPOST").is_read
    assert not Request("POST", "batch?uri=%2Fproj").is_read
