"""Clients that are used too late, and searches that are handed on unread: each error says what to write instead."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from airflow.sdk import task
from airflow.sdk.bases.xcom import BaseXCom
from clients import Blocked, blocking, on_a_loop, simulated

from airflow_provider_workfront.api.errors import ClientClosedError, WorkfrontError
from airflow_provider_workfront.auth.session import ApiKeySession
from airflow_provider_workfront.client import open_async_client
from airflow_provider_workfront.hooks import WorkfrontHook
from airflow_provider_workfront.simulator import Simulator


@pytest.fixture(params=[blocking, on_a_loop])
def opened(request):
    """Open either client on a small world."""
    simulator = Simulator()
    return lambda: request.param(simulated(simulator), ApiKeySession(simulator.credentials["api_key"]), conn_id="wf")


@pytest.fixture
def another_loop():
    """Give an event loop to those whose own has ended."""
    with asyncio.Runner() as runner:
        yield runner.get_loop()


@pytest.mark.parametrize(
    "late",
    [
        lambda client: list(client.search("PROJ", limit=3)),
        lambda client: client.get("PROJ", "0" * 32),
        lambda client: client.count("PROJ"),
        lambda client: client.update("PROJ", "0" * 32, {"name": "a"}),
    ],
)
def test_a_call_of_a_closed_client_says_what_to_write(opened, late, another_loop):
    """It is never tried again, and nothing was sent."""
    with opened() as client:
        client.count("PROJ")
    calls = client.stats.calls
    if isinstance(client, Blocked):
        client.loop = another_loop
    with pytest.raises(ClientClosedError, match=r"connection 'wf' is closed.*list\(workfront.search") as caught:
        late(client)
    assert caught.value.permanent
    assert isinstance(caught.value, WorkfrontError)
    assert client.stats.calls == calls


@pytest.mark.parametrize("read", [0, 1])
@pytest.mark.usefixtures("simulator")
def test_rows_that_are_read_after_the_client_was_closed(read):
    """Those of a page that came are still given; for the next one the error is clear."""
    with WorkfrontHook().get_conn() as workfront:
        rows = workfront.search("PROJ", fields=["name"])
        got = [next(rows) for _ in range(read)]
    with pytest.raises(ClientClosedError, match="GET proj/search"):
        got.extend(rows)
    assert not read or len(got) > 1


def test_a_search_is_an_iterator_as_before(opened):
    """By `next`, by a loop, once."""
    with opened() as client:
        rows = client.search("PROJ", fields=["name"])
        first = next(rows)
        rest = list(rows)
        assert first["ID"] not in {row["ID"] for row in rest}
        assert len(rest) == client.count("PROJ") - 1
        assert list(rows) == []


def test_a_search_is_no_result_of_a_task(simulator):
    """What Airflow makes of a result says what to return."""

    @task
    def find():
        with WorkfrontHook().get_conn() as workfront:
            return workfront.search("PROJ", fields=["name"])

    found = find.function()
    with pytest.raises(TypeError, match=r"GET proj/search: .*Return `list\(workfront.search"):
        BaseXCom.serialize_value(found)
    assert not any(request.path.endswith("/search") for request in simulator.asked)


def test_an_awaited_search_is_no_result_of_a_task():
    """The same on an event loop."""
    client = open_async_client(ApiKeySession("k"), api_root="https://acme.my.workfront.com/attask/api/v21.0")
    with pytest.raises(TypeError, match=r"\[row async for row in workfront.search"):
        BaseXCom.serialize_value({"rows": client.search("PROJ")})
    assert isinstance(client.http, httpx.AsyncClient)
    asyncio.run(client.close())
