"""The ways Airflow knows to write a connection, and the form it makes of ours."""

from __future__ import annotations

import importlib.metadata
import json

import pytest
from airflow.sdk import BaseHook, Connection

from airflow_provider_workfront.connection import Settings

JSON = json.dumps(
    {
        "conn_type": "workfront",
        "host": "https://acme.my.workfront.com/home",
        "login": "client",
        "password": "s/e:c@ret",
        "extra": {"refresh_token": "R0/+=", "read_only": True, "timeout": 30},
    }
)
URI = "workfront://client:s%2Fe%3Ac%40ret@acme.my.workfront.com/?refresh_token=R0%2F%2B%3D&read_only=true&timeout=30"


def settings(conn: Connection) -> Settings:
    return Settings.of(conn, conn.extra_dejson)


@pytest.mark.parametrize("written", [JSON, URI])
def test_json_and_uri_say_the_same(monkeypatch, written):
    """Both as an environment variable holds them."""
    monkeypatch.setenv("AIRFLOW_CONN_WF", written)

    found = settings(BaseHook.get_connection("wf"))

    assert found.base_url == "https://acme.my.workfront.com"
    assert (found.client_id, found.client_secret, found.refresh_token) == ("client", "s/e:c@ret", "R0/+=")
    assert (found.read_only, found.timeout) == (True, 30.0)


@pytest.mark.parametrize(
    "uri",
    [
        "workfront://client:secret@127.0.0.1:8765/?auth=oauth2",
        "workfront://client:secret@http%3A%2F%2F127.0.0.1%3A8765/?auth=oauth2",
        "workfront://http://client:secret@127.0.0.1:8765/?auth=oauth2",
    ],
)
def test_a_uri_may_name_the_simulator(uri):
    """Port and scheme end up in different places; the address is the same."""
    assert settings(Connection.from_uri(uri, conn_id="wf")).base_url == "http://127.0.0.1:8765"


def test_a_connection_survives_being_written_as_a_uri():
    """`airflow connections export` and back."""
    conn = Connection.from_json(JSON, conn_id="wf")

    again = Connection.from_uri(conn.get_uri(), conn_id="wf")

    assert settings(again) == settings(conn)


def test_the_server_s_own_connection_is_read_alike():
    """The broker has the database's class, a task the SDK's."""
    from airflow.models.connection import Connection as ServerConnection

    conn = ServerConnection(conn_id="wf", uri=URI)

    assert Settings.of(conn, conn.extra_dejson) == settings(Connection.from_uri(URI, conn_id="wf"))


@pytest.fixture
def form():
    """What the UI makes the connection form of."""
    try:
        importlib.metadata.distribution("airflow-provider-workfront")
    except importlib.metadata.PackageNotFoundError:
        pytest.skip("Airflow finds providers only when they are installed, as `make test` does")
    from airflow.api_fastapi.core_api.services.ui.connections import HookMetaService

    (form,) = [meta for meta in HookMetaService.hook_meta_data() if meta.connection_type == "workfront"]
    return form


def test_airflow_shows_the_form(form):
    """Without importing the hook: names, secrets and choices come from the provider's info."""
    assert form.hook_name == "Adobe Workfront"
    assert form.standard_fields.host.title == "Workfront host"
    assert form.standard_fields.port.hidden
    assert form.standard_fields.url_schema.hidden
    assert form.extra_fields["refresh_token"]["schema"]["format"] == "password"
    assert form.extra_fields["auth"]["value"] == "oauth2"
    assert form.extra_fields["auth"]["schema"]["enum"] == ["oauth2", "jwt", "ims", "api_key"]


def test_airflow_shows_every_default_as_it_is(form):
    """It masks the default of a field with a name like a secret's, and the form would save `***`."""
    assert form.extra_fields
    for name, field in form.extra_fields.items():
        assert field["value"] == field["schema"].get("default"), name


def test_airflow_knows_the_configuration(form):
    """`[workfront]` has its defaults also where no file sets it."""
    from airflow.configuration import conf

    assert form
    assert conf.getfloat("workfront", "lease_seconds") == 180
    assert conf.get("workfront", "broker_url") == ""
