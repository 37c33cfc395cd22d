"""Copied environments: nothing is spent before a person has said whose the token is."""

from __future__ import annotations

import base64
import json
import zlib
from dataclasses import replace

import pytest
from airflow.models.variable import Variable
from airflow.utils.session import create_session
from sqlalchemy import select
from support.broker_world import ACME, NOT_SENT, Endpoint, granted, refused

from airflow_provider_workfront.api.errors import ReauthorizationRequired, TokenError
from airflow_provider_workfront.auth.token import Token
from airflow_provider_workfront.broker.state import home_mark
from airflow_provider_workfront.broker.store import record_key


def adopted(world, conn_id="wf", home="here"):
    """What `airflow workfront adopt` does."""
    return world.broker(home)._adoption.adopt(world.connections[conn_id])


def test_a_copied_database_sends_nothing_until_adopted(world):
    """A record made in another home: the message names the command, which makes it work."""
    world.ask(world.broker("production"), Endpoint([granted(1)]))

    with pytest.raises(TokenError, match="airflow workfront adopt wf"):
        world.ask(world.broker("staging"), Endpoint([]))
    assert adopted(world, home="staging") == "the grant now belongs to this Airflow"
    assert world.ask(world.broker("staging"), Endpoint([])).access_token == "A1"


def test_an_exported_connection_sends_nothing_until_adopted(world):
    """No record here, but a mark beside the token that says where it is kept."""
    world.edit(token_home=home_mark("production", "R0"))

    with pytest.raises(TokenError, match="copied from another Airflow"):
        world.ask(world.broker("staging"), Endpoint([]))
    assert "the next task uses it" in adopted(world, home="staging")
    assert world.ask(world.broker("staging"), Endpoint([granted(1)])).access_token == "A1"


@pytest.mark.parametrize("mark", [home_mark("here", "R0"), home_mark("production", "R-other"), ""])
def test_a_token_that_belongs_here_is_taken_as_it_is(world, mark):
    """Written here (a record deleted by hand), a mark about a token that was replaced since, or no mark at all."""
    world.edit(token_home=mark)

    assert world.ask(world.broker("here"), Endpoint([granted(1)])).access_token == "A1"


def test_a_token_in_two_connections_goes_to_the_one_that_adopts_it(world):
    """The second is refused; once it adopts the grant, the first is."""
    world.ask(world.broker(), Endpoint([granted(1)]))
    world.connections["copy"] = world.connections["wf"].__class__("copy", world.connections["wf"].app, "R1", "x")

    with pytest.raises(TokenError, match="airflow workfront adopt copy"):
        world.ask(world.broker(), Endpoint([]), "copy")
    assert "'wf'" in adopted(world, "copy")

    assert world.ask(world.broker(), Endpoint([]), "copy").access_token == "A1"
    with pytest.raises(TokenError, match="holds the refresh token of connection 'copy'"):
        world.ask(world.broker(), Endpoint([]))


def test_adopting_what_is_at_home_changes_nothing(world):
    """It says so, and sends nothing."""
    world.ask(world.broker(), Endpoint([granted(1)]))

    assert adopted(world) == "the grant belonged to this Airflow already"


@pytest.mark.parametrize("later", ["format", "field"])
def test_a_record_of_a_later_version_stays_as_it_is(world, later):
    """Two versions side by side: neither task, nor `adopt`, nor a person's consent writes over it."""
    world.ask(world.broker(), Endpoint([granted(1)]))
    text = world.store.read(record_key("wf")).value.encoded()
    raw = json.loads(zlib.decompress(base64.urlsafe_b64decode(text.removeprefix("v1."))))
    raw["tokens"]["binding"] = "x"
    body = base64.urlsafe_b64encode(zlib.compress(json.dumps(raw).encode())).decode()
    key = record_key("wf")
    with create_session() as session:
        row = session.scalars(select(Variable).where(Variable.key == key)).one()
        row.set_val(f"v2.{body}" if later == "format" else f"v1.{body}")
    before = world.store.read(key).cipher
    tries = [
        lambda: world.ask(world.broker(), Endpoint([])),
        lambda: adopted(world),
        lambda: world.broker().take(world.connections["wf"], Token("A9", "R9", 3600), 0.0),
    ]

    for attempt in tries:
        with pytest.raises(TokenError, match=r"newer version|cannot be read"):
            attempt()
        assert world.store.read(key).cipher == before


def test_there_is_nothing_to_adopt_without_a_token(world):
    """The way is to authorize."""
    world.edit(seed="")

    with pytest.raises(TokenError, match="authorize it"):
        adopted(world)


def test_a_record_of_a_newer_provider_is_left_alone(world, airflow_db):
    """During a rolling upgrade: refused with what to upgrade; neither healed nor rebuilt nor planted over."""
    from airflow.models.variable import Variable

    Variable.set(record_key("wf"), "v2.something")
    before = world.store.read(record_key("wf")).cipher

    with pytest.raises(TokenError, match="upgrade airflow-provider-workfront"):
        world.ask(world.broker(), Endpoint([]))
    world.edit(seed="P0")
    with pytest.raises(TokenError, match="upgrade airflow-provider-workfront"):
        world.ask(world.broker(), Endpoint([]))
    assert world.store.read(record_key("wf")).cipher == before


def test_fifteen_hundred_rotations_do_not_forget_the_seed(world):
    """A connection of an environment variable keeps its first token for ever: after a restart it is still known."""
    broker = world.broker()
    world.ask(broker, Endpoint([granted(1)]))
    snapshot = world.store.read(record_key("wf"))
    grant = snapshot.value
    for number in range(2, 1502):
        token = granted_token(number)
        grant = grant.leased("me", snapshot.now, 180).committed(token, snapshot.now, ask())
    world.store.swap(record_key("wf"), snapshot.cipher, grant)

    assert world.ask(world.broker(), Endpoint([])).generation == 1501
    assert not grant.has_seen("R2")  # the ring is bounded, the seeds are not
    assert grant.has_seen("R1501")


def test_a_backup_put_back_is_found_out(world):
    """T27: the restored record holds a spent token; the process that lived on puts the newer back, a new one asks."""
    broker, endpoint = world.broker(), Endpoint([granted(1), granted(2)])
    world.ask(broker, endpoint)
    backup = world.store.read(record_key("wf")).value
    world.ask(broker, endpoint, refused=1)
    world.store.swap(record_key("wf"), world.store.read(record_key("wf")).cipher, backup)

    assert world.ask(broker, Endpoint([])).generation == 2
    world.store.swap(record_key("wf"), world.store.read(record_key("wf")).cipher, backup)
    with pytest.raises(ReauthorizationRequired):
        world.ask(world.broker(), Endpoint([refused()]), refused=1)


def test_a_mistyped_host_costs_nothing(world):
    """The seed never got through, so it is not bound to that host: once corrected, it works."""
    right = world.connections["wf"].app
    world.edit(app=replace(right, base_url="https://acne.my.workfront.com"))
    with pytest.raises(TokenError, match="not sent"):
        world.ask(world.broker(), Endpoint([NOT_SENT] * 5))

    world.edit(app=right)
    assert world.ask(world.broker(), Endpoint([granted(1)])).access_token == "A1"


def test_a_token_that_was_taken_stays_with_its_host(world):
    """Pointing the connection elsewhere must not send it there."""
    world.ask(world.broker(), Endpoint([granted(1)]))
    world.edit(app=replace(world.connections["wf"].app, base_url="https://other.my.workfront.com"))

    with pytest.raises(ReauthorizationRequired, match="not sent elsewhere"):
        world.ask(world.broker(), Endpoint([]))


def test_another_host_with_a_token_of_its_own(world):
    """The process that refreshed for the old host does not take the new record for one that went back in time."""
    broker = world.broker()
    world.ask(broker, Endpoint([granted(1)]))
    world.ask(broker, Endpoint([granted(2)]), refused=1)
    here, endpoint = world.connections["wf"], Endpoint([granted(1)])
    world.edit(app=replace(here.app, base_url="https://other.my.workfront.com"), seed="S0")

    assert world.ask(broker, endpoint).generation == 1
    assert (endpoint.spent, world.record().base_url) == (["S0"], "https://other.my.workfront.com")
    world.connections["wf"] = here
    assert world.ask(broker, Endpoint([])).access_token == "A2"


def test_a_forgotten_connection_begins_anew(world):
    """Its record deleted and the connection made again for another host: memories of the old one are of no account."""
    broker = world.broker()
    world.ask(broker, Endpoint([granted(1)]))
    assert world.store.delete(record_key("wf"), world.store.read(record_key("wf")).cipher)
    world.edit(app=replace(world.connections["wf"].app, client_id="another application"), seed="S0")

    endpoint = Endpoint([granted(1)])
    assert world.ask(broker, endpoint).generation == 1
    assert endpoint.spent == ["S0"]


def granted_token(number):
    """The tokens of one refresh."""
    from airflow_provider_workfront.auth.token import Token

    return Token(f"A{number}", f"R{number}", 3600)


def ask():
    """An ask without a run."""
    from airflow_provider_workfront.broker.ask import Ask

    return Ask(secret=ACME.client_secret)
