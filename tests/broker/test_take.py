"""Tokens that a person's consent brought: stored whatever the record holds, and first from then on."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.broker_world import Endpoint, granted, refused

from airflow_provider_workfront.api.errors import ReauthorizationRequired, TokenError
from airflow_provider_workfront.auth.token import Token
from airflow_provider_workfront.broker.state import Damaged
from airflow_provider_workfront.broker.store import aside_key, record_key

FRESH = Token("A-new", "R-new", 3600, "ada")


def take(world, broker=None, home="here"):
    """What the page and the command do with Workfront's answer."""
    broker = broker or world.broker(home)
    return broker.take(world.connections["wf"], FRESH, world.store.read(record_key("wf")).now)


def given(world, home="here", **ask):
    """Ask for an access token; nothing may be sent."""
    return world.ask(world.broker(home), Endpoint([]), **ask).access_token


def test_the_first_grant_of_a_connection(world):
    """There was no record and no token: the access token serves at once, without a refresh."""
    world.edit(seed="")
    take(world)

    assert given(world) == "A-new"
    assert (world.record().user_id, world.record().generation) == ("ada", 1)


def test_it_replaces_a_living_grant(world):
    """A new family: nothing of the one before is kept beside, and the connection's old copy is known as old."""
    world.ask(world.broker(), Endpoint([granted(1)]))
    take(world)

    assert given(world) == "A-new"
    assert (world.record().family, world.record().generation, world.record().previous) == (2, 2, None)


def test_it_ends_a_dead_grant(world):
    """And the next refresh spends the new token."""
    with pytest.raises(ReauthorizationRequired):
        world.ask(world.broker(), Endpoint([refused()]))
    take(world)
    endpoint = Endpoint([granted(2)])

    assert world.ask(world.broker(), endpoint, refused=world.record().generation).access_token == "A2"
    assert endpoint.spent == ["R-new"]


def test_it_beats_a_token_that_was_pasted_and_not_yet_used(world):
    """What a person did last counts: the pasted one is not tried afterwards."""
    world.ask(world.broker(), Endpoint([granted(1)]))
    world.edit(seed="P0")
    take(world)

    assert given(world) == "A-new"


def test_a_refresh_under_way_does_not_write_over_it(world):
    """Its parent is gone from the record; what it brought is thrown away."""
    world.ask(world.broker(), Endpoint([granted(1)]))

    def meanwhile():
        take(world)
        return granted(2)

    world.ask(world.broker(), Endpoint([meanwhile]), refused=1)
    assert world.record().tokens.refresh == "R-new"


def test_a_copied_database_gets_a_grant_of_its_own(world):
    """Authorizing says where the grant is at home, as `adopt` does."""
    world.ask(world.broker("production"), Endpoint([granted(1)]))
    take(world, home="staging")

    assert given(world, home="staging") == "A-new"


def test_a_damaged_record_is_replaced(world):
    """A person has spoken."""
    world.ask(world.broker(), Endpoint([granted(1)]))
    damage(world, "***")
    assert isinstance(world.record(), Damaged)
    take(world)

    assert given(world) == "A-new"


def test_the_grant_of_another_host_is_set_aside(world):
    """Not lost: it returns with its host."""
    world.ask(world.broker(), Endpoint([granted(1)]))
    app = world.connections["wf"].app
    world.edit(app=replace(app, base_url="https://other.my.workfront.com"), seed="")
    take(world)

    assert given(world) == "A-new"
    assert world.store.read(aside_key("wf", app.base_url, app.client_id)).value.tokens.access == "A1"


def test_a_record_of_a_newer_provider_is_left_alone(world):
    """It may hold what this version would lose."""
    world.ask(world.broker(), Endpoint([granted(1)]))
    damage(world, "v9.something")

    with pytest.raises(TokenError, match="newer version"):
        take(world)


def test_a_process_that_remembers_the_grant_before_does_not_bring_it_back(world):
    """Its memory is of another family."""
    broker = world.broker()
    world.ask(broker, Endpoint([granted(1)]))
    world.ask(broker, Endpoint([granted(2)]), refused=1)
    take(world)

    assert world.ask(broker, Endpoint([])).access_token == "A-new"


def damage(world, text):
    """Write something else into the record, encrypted as Airflow does it."""
    from airflow.models.variable import Variable
    from airflow.utils.session import create_session

    with create_session() as session:
        Variable.set(record_key("wf"), text, session=session)
