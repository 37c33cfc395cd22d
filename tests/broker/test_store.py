"""Records in Airflow's own table: compare-and-set, the mirror, keys."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace

import pytest
from airflow.models.connection import Connection
from airflow.models.crypto import get_fernet
from airflow.models.variable import Variable
from airflow.utils.session import create_session
from sqlalchemy import event, select
from sqlalchemy.orm.exc import StaleDataError

from airflow_provider_workfront.api.errors import TokenError
from airflow_provider_workfront.broker.state import Damaged, Grant, Newer, Unreadable, home_mark, sown
from airflow_provider_workfront.broker.store import LONGEST_KEY, aside_key, record_key


def grant(generation: int = 0) -> Grant:
    """A grant to store."""
    made = sown("wf", "R0", base_url="https://acme.my.workfront.com", client_id="cid", home="h", key="ab" * 32)
    return replace(made, generation=generation)


def test_a_record_is_written_once(world):
    """Of two who find none, one writes it."""
    assert world.store.swap("k", None, grant())
    assert not world.store.swap("k", None, grant())


def test_a_swap_needs_the_text_that_was_read(world):
    """Whoever read an older text changes nothing; each write raises the revision."""
    world.store.swap("k", None, grant())
    first = world.store.read("k")
    world.store.swap("k", first.cipher, grant(1))

    assert not world.store.swap("k", first.cipher, grant(2))
    assert world.store.read("k").value.generation == 1


def test_of_many_swaps_at_once_none_is_lost(world):
    """Eight threads count to 200 together by read and swap."""
    world.store.swap("k", None, grant())

    def count(_: int) -> None:
        while True:
            seen = world.store.read("k")
            if world.store.swap("k", seen.cipher, replace(seen.value, generation=seen.value.generation + 1)):
                return

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(count, range(200)))

    assert world.store.read("k").value.generation == 200


@pytest.mark.parametrize("others", [0, 1, 3])
def test_what_was_read_before_a_swap_is_not_written_over_it(world, others):
    """As `airflow rotate-fernet-key` does it: it reads every Variable, and writes them back by `id` when it ends."""
    for number in range(others):
        world.store.swap(f"other{number}", None, grant())
    world.store.swap("k", None, grant())
    seen = world.store.read("k")

    with suppress(StaleDataError), create_session(scoped=False) as session:
        for variable in session.scalars(select(Variable)):
            variable.rotate_fernet_key()
        assert world.store.swap("k", seen.cipher, grant(1))
        session.commit()

    assert world.store.read("k").value.generation == 1


def test_an_edited_description_does_not_matter(world):
    """An administrator may write one; the value is what is compared."""
    world.store.swap("k", None, grant())
    with create_session() as session:
        session.scalars(select(Variable)).one().description = "hands off"
    seen = world.store.read("k")

    assert world.store.swap("k", seen.cipher, grant(1))
    with create_session() as session:
        assert session.scalars(select(Variable)).one().description == "hands off"


@pytest.mark.parametrize(
    ("text", "kind"), [(None, Unreadable), ("v9.abc", Unreadable), ("x", Damaged), ("***", Damaged)]
)
def test_a_grant_in_clear_is_left_alone_and_other_text_is_damage(world, text, kind):
    """A process without a Fernet key writes it so, and it may be the live token."""
    with create_session() as session:
        session.add(Variable("k", "x"))
        session.flush()
        row = session.scalars(select(Variable)).one()
        row._val, row.is_encrypted = text or grant().encoded(), False

    assert type(world.store.read("k").value) is kind


def test_time_comes_from_the_database(world):
    """Successive reads never go back, with fractions of a second."""
    times = [world.store.read("k").now for _ in range(5)]

    assert times == sorted(times)
    assert any(time != int(time) for time in times)


def connect(**extra: object) -> None:
    """Save a connection."""
    with create_session() as session:
        session.add(Connection(conn_id="wf", conn_type="workfront", extra=json.dumps(extra)))


def extra() -> dict[str, object]:
    """The connection's extra as stored."""
    with create_session() as session:
        return session.scalars(select(Connection)).one().extra_dejson


def test_the_mirror_changes_one_field_only(world):
    """All others of the connection stay as they are."""
    connect(refresh_token="R0", api_version="v20.0")

    assert world.store.mirror("wf", grant().has_seen, "R1", "here")
    assert extra() == {"refresh_token": "R1", "api_version": "v20.0", "refresh_token_home": home_mark("here", "R1")}


def test_the_mirror_leaves_a_token_that_a_person_put_there(world):
    """It was never seen before, so it is a new seed and not a stale copy."""
    connect(refresh_token="P0")

    assert not world.store.mirror("wf", grant().has_seen, "R1", "here")
    assert extra()["refresh_token"] == "P0"


@pytest.mark.parametrize("before", [{}, {"refresh_token": ""}, {"refresh_token": "P0"}])
def test_the_mirror_of_an_authorization_replaces_whatever_was_there(world, before):
    """A person has just consented: what the connection held before is of no account."""
    connect(**before)

    assert world.store.mirror("wf", lambda _: True, "R1", "here")
    assert extra()["refresh_token"] == "R1"


def test_the_mirror_puts_no_token_where_there_is_none(world):
    """A rotation does not fill a field that a person emptied."""
    connect(api_version="v20.0")

    assert not world.store.mirror("wf", grant().has_seen, "R1", "here")


def test_the_mirror_has_nothing_to_do_without_a_row(world):
    """Connections of environment variables and secrets backends have none."""
    assert not world.store.mirror("wf", grant().has_seen, "R1", "here")


def test_long_ids_have_keys_of_their_own(world):
    """A Variable's key holds 250 characters; two long IDs that begin alike stay apart."""
    one, other = record_key("x" * 249 + "1"), record_key("x" * 249 + "2")

    assert one != other
    assert max(len(one), len(aside_key("x" * 250, "https://host", "cid"))) <= LONGEST_KEY
    assert record_key("wf") == "workfront_token__wf"


def test_a_record_is_deleted_only_as_it_was_seen(world):
    """Forgetting is a compare-and-set too: what changed meanwhile stays."""
    world.store.swap("workfront_token__k", None, grant())
    cipher = world.store.read("workfront_token__k").cipher

    assert not world.store.delete("workfront_token__k", "something else")
    assert world.store.delete("workfront_token__k", cipher)
    assert world.store.read("workfront_token__k").value is None


def test_every_record_is_listed_the_unreadable_too(world):
    """Whoever looks for what is wrong must see it."""
    world.store.swap("workfront_token__good", None, grant())
    Variable.set("workfront_token__bad", "***")
    Variable.set("workfront_token__later", "v2.abc")
    Variable.set("another", "x")

    found = {record.key.removeprefix("workfront_token__"): type(record.value) for record in world.store.records()}
    assert found == {"good": Grant, "bad": Damaged, "later": Newer}


def test_at_most_four_transactions_run_at_once(world):
    """Heartbeats of tasks share the process's connections: on a slow database they must not wait for the broker."""
    running, most, lock = 0, 0, threading.Lock()

    def watched(*_):
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        threading.Event().wait(0.05)
        with lock:
            running -= 1

    from airflow import settings

    engine = settings.engine
    event.listen(engine, "before_cursor_execute", watched)
    try:
        with ThreadPoolExecutor(16) as threads:
            list(threads.map(world.store.read, ["k"] * 32))
    finally:
        event.remove(engine, "before_cursor_execute", watched)
    assert 1 < most <= 4


def test_without_a_fernet_key_nothing_is_stored_unless_allowed(world, monkeypatch):
    """A rotating token would lie in the database in clear: only with `[workfront] allow_unencrypted`."""
    get_fernet.cache_clear()
    monkeypatch.setenv("AIRFLOW__CORE__FERNET_KEY", "")
    try:
        with pytest.raises(TokenError, match="fernet_key"):
            world.store.swap("k", None, grant())

        monkeypatch.setenv("AIRFLOW__WORKFRONT__ALLOW_UNENCRYPTED", "True")
        assert world.store.swap("k", None, grant())
        assert world.store.read("k").value.tokens == grant().tokens
    finally:
        monkeypatch.undo()
        get_fernet.cache_clear()
    assert isinstance(world.store.read("k").value, Unreadable)  # with a key it is not taken, and not written over
