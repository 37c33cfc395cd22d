"""A stored token is given only under the client secret it was issued under; Workfront judges a new one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.broker_world import ACME, NOT_SENT, RESET, Endpoint, granted, refused

from airflow_provider_workfront.api.errors import ReauthorizationRequired, TokenError
from airflow_provider_workfront.auth.token import Token
from airflow_provider_workfront.broker.ask import Ask
from airflow_provider_workfront.broker.rescue import Rescued, RescueFolder
from airflow_provider_workfront.broker.service import Broker, Times
from airflow_provider_workfront.broker.state import decoded
from airflow_provider_workfront.broker.store import record_key

OF_0_1_0 = (  # as version 0.1.0 encoded it: access token A1, refresh token R1, lifetime unknown, generation 1
    "v1.eJylULtuwzAM_BfOgmOlrpt66y90LQKDlulEiEwZejQNgvx7KRsZOhcCBB5PdyLvDsYz93aEDq4TKBgwUp-DE3xOaYndbodmpmq-VVcfLlPwnCrjZ3lqnCVOm9b"
    "IreDsZypCCiToQjcBOPzviFHyF-II3R0CTYHiWWw_tRBoDEUh4KMgG2OmsccEna7ruqoV0M9iRbD2ODv3UGLxDd1ewYSzdTKgVnAipoDJel7hRGxorRxJGptSPkuJ5i"
    "U94SJG1uf4xCOhBDGhi6SAfbLFA0qiOVgat9p470Z_5T5zspLxOmSOFLYUS1U2WTuM89OBTsh_9gq55PEFBg_vh7ppW2pfzOvYwlFBJBpXcthP72Zo62bYEw7DWyGD5VP"
    "hcN9qTXVz0C3qBjUcH78UFKgC"
)
WRONG = refused("invalid_client")


def secret(world, text: str) -> None:
    """What a person does who sets only the password."""
    world.edit(app=replace(ACME, client_secret=text), mark=f"secret {text}")


def begun(world, **more) -> None:
    """A record with the tokens A1 and R1, issued under the true secret."""
    world.ask(world.broker(), Endpoint([granted(1, **more)]))


def put(world, **changes) -> None:
    """Change the record."""
    found = world.store.read(record_key("wf"))
    world.store.swap(record_key("wf"), found.cipher, replace(found.value, **changes))


def test_a_made_up_secret_gets_nothing_and_the_true_one_gets_it_again(world):
    """Workfront refuses the secret; the token is neither given nor lost, and no person is needed."""
    begun(world)
    secret(world, "made up")
    endpoint = Endpoint([WRONG])
    with pytest.raises(TokenError, match="not the one that the stored token was issued under"):
        world.ask(world.broker(), endpoint)
    assert endpoint.spent == ["R1"]
    assert not world.record().dead

    secret(world, "s3cret")
    assert world.ask(world.broker(), Endpoint([])).access_token == "A1"


def test_the_process_that_issued_the_token_does_not_give_it_either(world):
    """It is the record that decides, not what a process remembers."""
    broker = world.broker()
    world.ask(broker, Endpoint([granted(1)]))
    secret(world, "made up")

    with pytest.raises(TokenError):
        world.ask(broker, Endpoint([WRONG]))


def test_a_new_secret_that_workfront_takes_costs_one_refresh(world):
    """From then on tokens are given under it, and no more under the one before."""
    begun(world)
    secret(world, "rolled")
    endpoint = Endpoint([granted(2)])
    assert [world.ask(world.broker(), endpoint).access_token for _ in range(3)] == ["A2"] * 3
    assert endpoint.spent == ["R1"]

    secret(world, "s3cret")
    with pytest.raises(TokenError):
        world.ask(world.broker(), Endpoint([WRONG]))


def test_what_is_asked_for_makes_no_difference(world):
    """Not a run, not a refused generation, and not a caller who wants no refresh."""
    begun(world)
    secret(world, "made up")

    with pytest.raises(TokenError, match="no usable access token"):
        world.ask(world.broker(), Endpoint([]), may_refresh=False)
    for ask in ({"refused": 0}, {"run_key": "r", "run_start": 0.0}):
        with pytest.raises(TokenError):
            world.ask(world.broker(), Endpoint([WRONG]), **ask)
        put(world, cooldown_until=0.0)


def test_a_record_of_version_0_1_0_is_read_and_bound_by_its_first_refresh(world):
    """Nobody knows under which secret it was issued: so it is given under none before Workfront has taken one."""
    world.store.swap(record_key("wf"), None, decoded(OF_0_1_0))
    secret(world, "made up")
    with pytest.raises(TokenError, match="invalid_client"):
        world.ask(world.broker(), Endpoint([WRONG]))
    put(world, cooldown_until=0.0)

    secret(world, "s3cret")
    endpoint = Endpoint([granted(2)])
    assert [world.ask(world.broker(), endpoint).access_token for _ in range(2)] == ["A2", "A2"]
    assert endpoint.spent == ["R1"]
    assert world.record().is_issued_under("s3cret")


def test_a_wrong_secret_does_not_hold_up_the_true_one(world):
    """Its cool-down is its own: a task that needs a refresh gets one at once when the true secret is back."""
    begun(world)
    secret(world, "made up")
    with pytest.raises(TokenError):
        world.ask(world.broker(), Endpoint([WRONG]))

    secret(world, "s3cret")
    assert world.ask(world.broker(), Endpoint([granted(2)]), refused=1).access_token == "A2"


def test_guesses_wait_for_one_another(world):
    """Each new one would else be a call to Workfront, which may shut out whoever fails too often."""
    begun(world)
    for guess in ("one", "two", "three"):
        secret(world, guess)
        endpoint = Endpoint([WRONG])
        with pytest.raises(TokenError, match="invalid_client"):
            world.ask(world.broker(), endpoint)
        assert len(endpoint.spent) == (guess == "one")


def test_the_true_secrets_own_cooldown_counts_for_all(world):
    """A token endpoint that is down is not stormed under whatever secret."""
    begun(world)
    with pytest.raises(TokenError):
        world.ask(world.broker(), Endpoint([NOT_SENT] * 5), refused=1)
    for text in ("s3cret", "made up"):
        secret(world, text)
        with pytest.raises(TokenError, match="last token refresh failed"):
            world.ask(world.broker(), Endpoint([]), refused=1)


def test_callers_with_the_true_secret_are_served_while_a_wrong_one_is_tried(world):
    """The lease keeps nobody from the stored token; and the wrong one is sent once, however the network fails."""
    begun(world)
    true = world.connections["wf"]
    served = []

    def in_the_middle():
        served.append(Endpoint([]).drive(world.broker().grant(true, Ask())).access_token)
        return RESET

    secret(world, "made up")
    endpoint = Endpoint([in_the_middle])
    with pytest.raises(TokenError):
        world.ask(world.broker(), endpoint)

    assert served == ["A1"]
    assert endpoint.spent == ["R1"]


def test_whoever_waits_for_the_true_ones_refresh_gets_nothing_of_it_under_another(world):
    """What comes back belongs to the secret that asked for it."""
    begun(world)
    true = world.connections["wf"]
    secret(world, "made up")
    wrong = Endpoint([WRONG])
    waiting = []

    def in_the_middle():
        waiting.append(world.ask(world.broker(), wrong))
        return granted(2)

    assert Endpoint([in_the_middle]).drive(world.broker().grant(true, Ask(refused=1))).access_token == "A2"
    assert waiting[0].seconds > 0
    with pytest.raises(TokenError):
        world.ask(world.broker(), wrong)


def test_a_server_that_calls_the_token_bad_instead_of_the_secret_costs_no_person(world):
    """It says invalid_grant to a wrong secret: the grant ends for it, and is back with the true one."""
    begun(world)
    secret(world, "made up")
    with pytest.raises(ReauthorizationRequired):
        world.ask(world.broker(), Endpoint([refused()]))

    secret(world, "s3cret")
    assert world.ask(world.broker(), Endpoint([])).access_token == "A1"
    assert world.ask(world.broker(), Endpoint([granted(2)]), refused=1).access_token == "A2"
    assert not world.record().dead


@pytest.mark.parametrize("token", ["", "made up too"])
def test_a_connection_made_anew_gets_nothing(world, token):
    """Same ID, host and client ID; with no refresh token, or one that is none. The true one is whole afterwards."""
    begun(world)
    true = world.connections["wf"]
    secret(world, "made up")
    world.edit(seed=token)
    with pytest.raises(TokenError):
        world.ask(world.broker(), Endpoint([WRONG]))

    world.connections["wf"] = replace(true, seed="R1")
    put(world, cooldown_until=0.0)
    given = world.ask(world.broker(), Endpoint([refused()] if token else []))
    assert given.access_token == "A1"


def test_a_record_that_is_deleted_too_gives_nothing(world):
    """It is rebuilt from the connection, which holds no access token; the true secret refreshes."""
    begun(world)
    secret(world, "made up")
    world.edit(seed="R1")
    world.store.delete(record_key("wf"), world.store.read(record_key("wf")).cipher)
    with pytest.raises(TokenError):
        world.ask(world.broker(), Endpoint([WRONG]))

    secret(world, "s3cret")
    put(world, cooldown_until=0.0)
    assert world.ask(world.broker(), Endpoint([granted(2)])).access_token == "A2"


@pytest.mark.parametrize("told", [True, False], ids=["written now", "written by 0.1.0"])
def test_a_token_from_the_rescue_folder_belongs_to_whoever_asked_for_it(world, tmp_path, told):
    """Not to whoever finds it."""
    begun(world)
    folder = RescueFolder(tmp_path)
    under = world.record().fingerprint("s3cret") if told else ""
    folder.save("wf", Rescued("R1", Token("A2", "R2", 3600), world.store.read("x").now, under))
    secret(world, "made up")
    endpoint = Endpoint([WRONG])
    with pytest.raises(TokenError):
        world.ask(Broker(world.broker()._adoption, Times(), rescue=folder), endpoint)
    assert endpoint.spent == ["R2"]

    secret(world, "s3cret")
    put(world, cooldown_until=0.0)
    given = world.ask(world.broker(), Endpoint([] if told else [granted(3)]))
    assert given.access_token == ("A2" if told else "A3")


def test_an_authorization_binds_anew(world):
    """Consent and secret went to Workfront together, and it took both."""
    begun(world)
    secret(world, "rolled")
    world.broker().take(world.connections["wf"], Token("A9", "R9", 3600), world.store.read("x").now)

    assert world.ask(world.broker(), Endpoint([])).access_token == "A9"
    secret(world, "s3cret")
    with pytest.raises(TokenError):
        world.ask(world.broker(), Endpoint([WRONG]))


def test_a_pasted_token_binds_with_its_first_refresh(world):
    """And if it is refused, the one before is back under the secret before."""
    begun(world)
    world.edit(seed="P0")
    secret(world, "rolled")
    assert world.ask(world.broker(), Endpoint([granted(5)])).access_token == "A5"
    assert world.record().is_issued_under("rolled")

    world.edit(seed="P1")
    secret(world, "made up")
    with pytest.raises(ReauthorizationRequired):
        world.ask(world.broker(), Endpoint([refused(), refused()]))
    secret(world, "rolled")
    assert world.ask(world.broker(), Endpoint([])).access_token == "A5"


def test_a_paste_beside_a_refresh_keeps_what_came_for_its_own_secret(world):
    """The refresh under the true secret ends after the paste: what it brought is for the true secret."""
    begun(world)
    true = world.connections["wf"]

    def in_the_middle():
        secret(world, "made up")
        world.edit(seed="P0")
        with pytest.raises(TokenError):
            world.ask(world.broker(), Endpoint([WRONG]))
        return granted(2)

    given = world.ask(world.broker(), Endpoint([in_the_middle, refused()]), refused=1)
    world.connections["wf"] = true

    assert given.access_token == "A2"
    assert world.ask(world.broker(), Endpoint([])).access_token == "A2"


def test_the_record_does_not_show_the_secret(world):
    """It holds a keyed hash, which is of no use for guessing without the record's key."""
    begun(world)
    record = world.record()

    assert "s3cret" not in record.encoded()
    assert "s3cret" not in repr(record)
    assert record.fingerprint("s3cret") != record.mark("s3cret")
