"""The broker's promises, each against the real store on a real database."""

from __future__ import annotations

import pytest
from support.broker_world import ACME, NOT_SENT, RESET, SERVER_ERROR, Endpoint, granted, refused

from airflow_provider_workfront.api.errors import ReauthorizationRequired, TokenError
from airflow_provider_workfront.auth.oauth import Application


def test_the_first_ask_spends_the_seed_and_stores_what_came(world):
    """One token call, and both tokens are in the record."""
    endpoint = Endpoint([granted(1)])

    token = world.ask(world.broker(), endpoint)

    assert (token.access_token, token.generation) == ("A1", 1)
    assert endpoint.spent == ["R0"]
    assert world.record().tokens.refresh == "R1"


def test_a_second_ask_costs_no_call_in_any_process(world):
    """The record is shared: another api-server process gives the same token."""
    world.ask(world.broker(), Endpoint([granted(1)]))

    assert world.ask(world.broker(), Endpoint([])).access_token == "A1"


def test_each_refresh_spends_the_token_of_the_one_before(world):
    """Refused generations 1 and 2 lead to R1 and R2 being spent, never R0 again."""
    endpoint = Endpoint([granted(1), granted(2), granted(3)])
    broker = world.broker()

    for refused_generation in (None, 1, 2):
        world.ask(broker, endpoint, refused=refused_generation)

    assert endpoint.spent == ["R0", "R1", "R2"]


def test_callers_who_saw_the_same_refusal_share_one_refresh(world):
    """Whoever comes second with the refused generation gets the newer token."""
    endpoint = Endpoint([granted(1), granted(2)])
    broker = world.broker()
    world.ask(broker, endpoint)

    first, second = (world.ask(broker, endpoint, refused=1) for _ in range(2))

    assert first == second
    assert endpoint.spent == ["R0", "R1"]


def test_another_process_waits_while_one_refreshes(world):
    """The lease: in the middle of a refresh, a second process is told to come again, and sends nothing."""
    other = Endpoint([])
    seen = []

    def in_the_middle():
        seen.append(world.ask(world.broker(), other))
        return granted(1)

    world.ask(world.broker(), Endpoint([in_the_middle]))

    assert seen[0].seconds > 0
    assert other.spent == []


@pytest.mark.parametrize("lost", [RESET, SERVER_ERROR])
def test_an_ambiguous_answer_is_followed_by_the_same_token(world, lost):
    """There is no other token to try: the holder sends it again, after a pause, and keeps its lease."""
    endpoint = Endpoint([lost, lost, granted(1)])

    assert world.ask(world.broker(), endpoint).access_token == "A1"
    assert endpoint.spent == ["R0", "R0", "R0"]
    assert endpoint.waited == [0.5, 2.0]


def test_after_a_lost_answer_a_refusal_means_that_the_token_was_spent(world):
    """The grant ends, says so, and nothing of it is deleted."""
    with pytest.raises(ReauthorizationRequired, match="lost") as caught:
        world.ask(world.broker(), Endpoint([RESET, refused()]))

    assert caught.value.url == "https://airflow/wf"
    assert world.record().tokens.refresh == "R0"


def test_a_dead_grant_makes_no_more_token_calls(world):
    """Every task gets the address of the page at once."""
    with pytest.raises(ReauthorizationRequired):
        world.ask(world.broker(), Endpoint([refused()]))
    quiet = Endpoint([])

    with pytest.raises(ReauthorizationRequired):
        world.ask(world.broker(), quiet)

    assert quiet.spent == []


def test_an_edit_of_the_connection_allows_one_more_try(world):
    """A corrected client secret heals without anybody authorizing again; a second failure ends it again."""
    with pytest.raises(ReauthorizationRequired):
        world.ask(world.broker(), Endpoint([refused()]))
    world.edit(mark="second edit")

    assert world.ask(world.broker(), Endpoint([granted(1)])).access_token == "A1"


def test_one_more_try_is_one(world):
    """The edit is spent with the try."""
    with pytest.raises(ReauthorizationRequired):
        world.ask(world.broker(), Endpoint([refused()]))
    world.edit(mark="second edit")
    with pytest.raises(ReauthorizationRequired):
        world.ask(world.broker(), Endpoint([refused()]))

    with pytest.raises(ReauthorizationRequired):
        world.ask(world.broker(), Endpoint([]))


def test_a_wrong_client_secret_leaves_the_token_intact(world):
    """It is a matter of the connection, not of the grant; the next try waits a little."""
    with pytest.raises(TokenError, match="client secret"):
        world.ask(world.broker(), Endpoint([refused("invalid_client")]))

    assert not world.record().dead
    with pytest.raises(TokenError, match="invalid_client"):
        world.ask(world.broker(), Endpoint([]))


def test_a_server_that_cannot_be_reached_leaves_the_token_intact(world):
    """Nothing was sent, so nothing is in doubt."""
    with pytest.raises(TokenError, match="not sent and is intact"):
        world.ask(world.broker(), Endpoint([NOT_SENT] * 5))

    assert not world.record().was_interrupted


def test_a_person_who_pastes_a_new_token_wins(world):
    """The record begins a new family with it."""
    world.ask(world.broker(), Endpoint([granted(1)]))
    world.edit(seed="P0")
    endpoint = Endpoint([granted(2)])

    world.ask(world.broker(), endpoint)

    assert endpoint.spent == ["P0"]
    assert world.record().previous is None


def test_a_wrong_paste_brings_the_live_token_back(world):
    """The pasted token is refused; the former access token serves on, and the record says what happened."""
    world.ask(world.broker(), Endpoint([granted(1)]))
    world.edit(seed="P0")
    endpoint = Endpoint([refused()])

    token = world.ask(world.broker(), endpoint)

    assert (token.access_token, endpoint.spent) == ("A1", ["P0"])
    assert world.record().tokens.refresh == "R1"
    assert "one before is back" in world.record().notice


def test_a_stale_copy_of_the_seed_is_not_spent(world):
    """A form that was open for long, or an old export, puts a used token into the connection: the record wins."""
    broker = world.broker()
    endpoint = Endpoint([granted(1), granted(2)])
    world.ask(broker, endpoint)
    world.edit(seed="R1", mark="restored from an export")

    world.ask(broker, endpoint, refused=1)
    world.edit(seed="R0", mark="older still")
    world.ask(broker, endpoint)

    assert endpoint.spent == ["R0", "R1"]


def test_a_paste_in_the_middle_of_a_refresh_loses_neither_token(world):
    """The new seed wins; the token that came back meanwhile is kept beside it, in case the new one is wrong."""
    world.ask(world.broker(), Endpoint([granted(1)]))

    def in_the_middle():
        world.edit(seed="P0")
        with pytest.raises(TokenError):
            world.ask(world.broker(), Endpoint([NOT_SENT] * 5))
        return granted(2)

    with pytest.raises(TokenError):
        world.ask(world.broker(), Endpoint([in_the_middle]), refused=1)

    assert world.record().tokens.refresh == "P0"
    assert world.record().previous.tokens.refresh == "R2"


def test_a_record_deleted_in_the_middle_of_a_refresh_is_written_anew(world):
    """The new token is in the memory of the process that refreshed."""

    def in_the_middle():
        delete_record()
        return granted(1)

    broker = world.broker()
    world.ask(broker, Endpoint([in_the_middle]))

    assert world.record().tokens.refresh == "R1"
    overwrite_record("***")
    assert world.ask(broker, Endpoint([])).access_token == "A1"


def delete_record() -> None:
    """What an administrator does who tidies up the Variables."""
    from airflow.models.variable import Variable
    from airflow.utils.session import create_session
    from sqlalchemy import delete

    with create_session() as session:
        session.execute(delete(Variable))


def test_a_connection_deleted_in_the_middle_takes_its_token_along(world):
    """Without record and connection there is nothing to store the new token for."""
    registration = world.connections["wf"]

    def in_the_middle():
        delete_record()
        del world.connections["wf"]
        return granted(1)

    from airflow_provider_workfront.broker.ask import Ask

    with pytest.raises(TokenError, match="deleted"):
        Endpoint([in_the_middle]).drive(world.broker().grant(registration, Ask()))

    assert world.record() is None


@pytest.mark.parametrize("text", ["***", "v1.broken"])
def test_a_damaged_record_is_restored_from_memory(world, text):
    """A form saved with the mask in it must not cost the token."""
    broker = world.broker()
    endpoint = Endpoint([granted(1), granted(2)])
    world.ask(broker, endpoint)
    overwrite_record(text)

    assert world.ask(broker, endpoint).access_token == "A1"
    assert world.record().tokens.refresh == "R1"


def test_a_damaged_record_without_memory_or_mirror_is_not_seeded_again(world):
    """The seed is spent: sending it could kill the family. A person is asked instead."""
    world.ask(world.broker(), Endpoint([granted(1)]))
    overwrite_record("***")
    quiet = Endpoint([])

    with pytest.raises(ReauthorizationRequired, match="damaged"):
        world.ask(world.broker(), quiet)

    assert quiet.spent == []


def overwrite_record(text: str) -> None:
    """What `Variable.set` or a saved form does to the record."""
    from airflow.models.variable import Variable
    from airflow.utils.session import create_session
    from sqlalchemy import select

    with create_session() as session:
        for variable in session.scalars(select(Variable)):
            variable.val = text


def test_a_record_that_went_back_in_time_is_brought_forward(world):
    """A fernet rotation rewrites rows it read earlier: the process that committed last commits again."""
    broker = world.broker()
    endpoint = Endpoint([granted(1), granted(2)])
    world.ask(broker, endpoint)
    old = world.record()
    world.ask(broker, endpoint, refused=1)
    overwrite_record(old.encoded())

    assert world.ask(broker, endpoint).access_token == "A2"
    assert world.record().tokens.refresh == "R2"


def test_a_dead_holder_is_succeeded_by_one_probe(world):
    """Its journal says that a refresh was sent: the successor tries the token once, and a refusal means it is lost."""
    leave_a_dead_lease(world)
    endpoint = Endpoint([refused()])

    with pytest.raises(ReauthorizationRequired, match="lost"):
        world.ask(world.broker(), endpoint)

    assert endpoint.spent == ["R0"]


def test_a_successor_probes_once_only(world):
    """Each further try could be the one that makes Workfront revoke the whole family."""
    leave_a_dead_lease(world)
    endpoint = Endpoint([RESET])

    with pytest.raises(TokenError, match="next try sends it again"):
        world.ask(world.broker(), endpoint)

    assert endpoint.spent == ["R0"]


def test_doubt_outlives_the_process(world):
    """All tries of one process were ambiguous; a later refusal still means that the answer was lost."""
    with pytest.raises(TokenError):
        world.ask(world.broker(), Endpoint([RESET] * 5))

    assert world.record().is_doubtful
    assert not world.record().was_interrupted


def test_a_probe_that_succeeds_heals(world):
    """The dead holder had not sent it after all."""
    leave_a_dead_lease(world)

    assert world.ask(world.broker(), Endpoint([granted(1)])).access_token == "A1"


def leave_a_dead_lease(world) -> None:
    """Leave what a process leaves that was killed right after it took the lease, long ago."""
    from airflow_provider_workfront.broker.state import sown
    from airflow_provider_workfront.broker.store import record_key

    now = world.store.read(record_key("wf")).now
    grant = sown("wf", "R0", base_url=ACME.base_url, client_id=ACME.client_id, home="here", key="ab" * 32)
    world.store.swap(record_key("wf"), None, grant.leased("dead", now - 1000, 180))


def test_a_copied_database_spends_nothing(world):
    """A staging Airflow made from production's database must not take production's token."""
    world.ask(world.broker(), Endpoint([granted(1)]))
    quiet = Endpoint([])

    with pytest.raises(TokenError, match="another Airflow"):
        world.ask(world.broker(home="elsewhere"), quiet, refused=1)

    assert quiet.spent == []


def test_one_seed_in_two_connections_is_refused(world):
    """Each use would kill it for the other; the message names the other."""
    world.ask(world.broker(), Endpoint([granted(1)]))
    world.connections["copy"] = world.connections["wf"].__class__("copy", ACME, "R0", "copied")

    with pytest.raises(TokenError, match="'wf'"):
        world.ask(world.broker(), Endpoint([]), conn_id="copy")


def test_a_renamed_connection_takes_its_record_along(world):
    """The old ID is gone, so the record moves."""
    world.ask(world.broker(), Endpoint([granted(1)]))
    world.connections = {"new": world.connections["wf"].__class__("new", ACME, "R0", "renamed")}

    assert world.ask(world.broker(), Endpoint([]), conn_id="new").access_token == "A1"
    assert world.record("wf") is None


def test_another_host_never_sees_the_token(world):
    """The record rests, the seed is known to belong to the old host, and coming back finds the grant alive."""
    world.ask(world.broker(), Endpoint([granted(1)]))
    elsewhere = Application("https://other.my.workfront.com", "cid", "s3cret")
    world.edit(app=elsewhere)
    quiet = Endpoint([])

    with pytest.raises(ReauthorizationRequired, match="not sent elsewhere"):
        world.ask(world.broker(), quiet)
    world.edit(app=ACME)

    assert quiet.spent == []
    assert world.ask(world.broker(), quiet).access_token == "A1"


def test_a_connection_without_a_token_asks_for_one(world):
    """Nothing is sent, and the page is named."""
    world.edit(seed="")

    with pytest.raises(ReauthorizationRequired, match="no refresh token yet"):
        world.ask(world.broker(), Endpoint([]))


def test_a_laptop_must_say_yes_before_it_takes_a_seed(world):
    """`dag.test()` would be the first to spend it."""
    with pytest.raises(TokenError, match="ADOPT_IN_DAG_TEST"):
        world.ask(world.broker(may_adopt=False), Endpoint([]))


def test_an_ask_may_be_forbidden_to_refresh(world):
    """The Test button never spends a refresh token."""
    quiet = Endpoint([])

    with pytest.raises(TokenError, match="no usable access token"):
        world.ask(world.broker(), quiet, may_refresh=False)

    assert quiet.spent == []


def test_rotation_off_keeps_the_seed(world):
    """The answer leaves the refresh token out; the old one is used again next time."""
    endpoint = Endpoint([granted(1, refresh_token=None), granted(2, refresh_token=None)])
    broker = world.broker()
    world.ask(broker, endpoint)
    world.ask(broker, endpoint, refused=1)

    assert endpoint.spent == ["R0", "R0"]
    assert world.record().generation == 2
