"""Fernet keys that differ between api-servers: what one cannot open is another's, and is left alone."""

from __future__ import annotations

import json
import os
from argparse import Namespace
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256

import pytest
from airflow.models.connection import Connection
from airflow.models.crypto import get_fernet
from airflow.models.variable import Variable
from airflow.utils.session import create_session
from sqlalchemy import delete, select
from support.broker_world import Endpoint, granted
from support.site import site_with

from airflow_provider_workfront.api.errors import BrokerUnavailable, ConnectionSettingsError, ReauthorizationRequired
from airflow_provider_workfront.auth.token import Token
from airflow_provider_workfront.broker.ask import Ask, Granted, Pending
from airflow_provider_workfront.broker.overview import line_of
from airflow_provider_workfront.broker.rescue import Rescued, RescueFolder
from airflow_provider_workfront.broker.seal import is_sealed, sealed, unsealed
from airflow_provider_workfront.broker.server import LocalBroker, registered, settings_of
from airflow_provider_workfront.broker.service import Broker, Times
from airflow_provider_workfront.broker.state import Damaged, Grant, Unreadable, decoded
from airflow_provider_workfront.broker.store import Store, record_key
from airflow_provider_workfront.cli.check_connection import grant
from airflow_provider_workfront.cli.grants import forget
from airflow_provider_workfront.simulator import Options

KEYS = {"old": "b2xk" * 10 + "b2s=", "new": "bmV3" * 10 + "bmU="}
KEY = record_key("wf")
TOLD = (BrokerUnavailable, ConnectionSettingsError)


@contextmanager
def keys(names: str):
    """Act as a process with these keys, the first of which encrypts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AIRFLOW__CORE__FERNET_KEY", ",".join(KEYS[name] for name in names.split(",") if name))
        get_fernet.cache_clear()
        try:
            yield
        finally:
            patch.undo()
            get_fernet.cache_clear()


class Servers:
    """Api-server processes over one database, each with its own keys and its own memory."""

    def __init__(self, site) -> None:
        self.site, self.generation = site, 0
        self._processes: dict[str, tuple[str, LocalBroker]] = {}

    def start(self, name: str, names: str) -> None:
        """Start a process, or restart it: it forgets what it knew."""
        with keys(names):
            self._processes[name] = (names, LocalBroker())

    def ask(self, name: str, *, renew: bool = False) -> Granted:
        """Ask this process for a token; `renew`: the one before was refused."""
        names, process = self._processes[name]
        with keys(names):
            granted = process.grant(settings_of("wf"), Ask(refused=self.generation if renew else None))
        assert granted.generation == self.generation + renew, "a token that another process replaced"
        self.generation = granted.generation
        return granted

    def play(self, story: str) -> None:
        """Play a story; after each step the record holds what Workfront takes, and no token was sent twice."""
        for step in story.split():
            name, how, rest = step.partition(next(char for char in step if char in "=!?x~"))
            if how == "=":
                self.start(name, rest)
            elif how == "~":
                rotate()
            elif how == "x":
                with pytest.raises(TOLD, match="Fernet key rolled out"):
                    self.ask(name, renew=rest == "!")
            else:
                self.ask(name, renew=how == "!")
            if self.generation:
                assert self.stored() in self.site.live(), f"after {step!r} the live token is lost"
            assert self.site.simulator.stats()["reuse"] == 0, f"in {step!r} a used token was sent"

    def stored(self) -> str:
        """Hash of the refresh token in the record."""
        with keys("new,old"):
            found = Store().read(KEY).value
        assert isinstance(found, Grant), found
        return sha256(found.tokens.refresh.encode()).hexdigest()[:12]


def rotate() -> None:
    """What `airflow rotate-fernet-key` does."""
    with keys("new,old"), create_session() as session:
        for row in [*session.scalars(select(Variable)), *session.scalars(select(Connection))]:
            row.rotate_fernet_key()


def spoil(text: str) -> None:
    """Write something else into the record, as its form does."""
    with keys("old"), create_session() as session:
        session.scalars(select(Variable).where(Variable.key == KEY)).one().val = text


@pytest.fixture(params=["environment", "row"])
def servers(airflow_db, request, monkeypatch):
    """A connection with its seed in the environment, or a row of the database that has the mirror in it."""
    with keys("old"), site_with(Options()) as site:
        if request.param == "environment":
            outside(site, monkeypatch)
        yield Servers(site)


@pytest.fixture
def elsewhere(airflow_db, monkeypatch):
    """A connection in the environment only."""
    with keys("old"), site_with(Options()) as site:
        outside(site, monkeypatch)
        yield Servers(site)


def outside(site, monkeypatch) -> None:
    """Move the connection into the environment."""
    made = site.simulator.credentials
    said = {"host": site.url, "login": made["client_id"], "password": site.secret}
    extra = {"refresh_token": made["refresh_token"]}
    monkeypatch.setenv("AIRFLOW_CONN_WF", json.dumps({"conn_type": "workfront", "extra": extra} | said))
    with create_session() as session:
        session.execute(delete(Connection))


# A=old: process A starts with this key list; A! it refreshes; A? it gives what is there; Ax it cannot, and says why;
# ~ every row is encrypted anew with the new key
STORIES = {
    "one has the new key first": "B=old B! A=new,old A! Bx Bx! A? Bx! A! B=new,old B? B! A? A!",
    "one has the new key second": "B=old B! A=old,new A! B? B! A! B=old,new B! A?",
    "as Airflow says": "A=old B=old A! B! A=new,old B=old,new A! B! A! B=new,old ~ A! B! A=new A! B=new B! A!",
    "at once": "A=old A! A=new Ax Ax! A=new,old A? A! ~ A=new A! A?",
    "back again": "A=old A! A=new,old A! A=old Ax Ax! A=new,old A? A!",
    "one has only the new key": "A=old A! B=new Bx Bx! A! Bx! B=old,new B? B! A! B=new,old B! Ax! A=old,new A? A!",
    "by halves": "A=old B=old A! B! A=new,old A! Bx! ~ Bx A=new A! Bx! B=new B? B! A!",
}


@pytest.mark.parametrize("story", STORIES)
def test_no_order_of_keys_and_restarts_loses_the_token(servers, story):
    """Whoever cannot open the record says so; whoever can goes on with the live token."""
    servers.play(STORIES[story])


def test_a_mask_saved_over_the_record_sends_no_spent_token(servers):
    """Two api-servers: the one that is asked first knows an older token, and does not bring it back."""
    servers.play("A=old B=old B! A!")
    spoil("***")

    if "AIRFLOW_CONN_WF" in os.environ:  # nothing else tells which token is the live one
        with keys("old"), pytest.raises(ReauthorizationRequired, match="damaged"):
            servers.ask("B")
        servers.play("A?")
    servers.generation = 0 if "AIRFLOW_CONN_WF" not in os.environ else servers.generation
    servers.play("B! A? A!")


def test_a_process_that_read_the_record_last_restores_it(elsewhere):
    """It need not have written it: nobody has swapped it since."""
    elsewhere.play("A=old B=old B! A! B?")
    spoil("***")

    elsewhere.play("B? B! A?")


def test_a_memory_that_may_have_been_passed_waits_for_a_refresh_under_way(world):
    """The copy in the connection says that it is the newest; whether its token is being spent, nobody can say."""
    with keys("old"):
        first, second = world.broker(), world.broker()
        row(world, "R0")
        world.ask(first, Endpoint([granted(1)]))
        world.ask(second, Endpoint([]))

        def in_the_middle():
            spoil("***")
            row(world, "R1")
            assert isinstance(world.ask(second, Endpoint([]), refused=1), Pending)
            return granted(2)

        endpoint = Endpoint([in_the_middle])
        assert world.ask(first, endpoint, refused=1).access_token == "A2"

    assert endpoint.spent == ["R1"]


def row(world, token: str) -> None:
    """Let the connection be a row with this copy."""
    with create_session() as session:
        session.execute(delete(Connection))
        session.add(Connection("wf", "workfront", extra=json.dumps({"refresh_token": token})))
    world.edit(seed=token)


@pytest.mark.parametrize("names", ["new", ""])
def test_authorizing_replaces_what_no_key_opens_and_keeps_it(elsewhere, monkeypatch, names):
    """The key is lost, and a person has spoken; should it turn up, the old record is still there."""
    elsewhere.play("A=old A!")
    monkeypatch.setenv("AIRFLOW__WORKFRONT__ALLOW_UNENCRYPTED", "True")
    with keys(names):
        process = LocalBroker()
        with pytest.raises(BrokerUnavailable, match="authorize the connection again: http"):
            process.grant(settings_of("wf"), Ask())
        process.broker.take(registered(settings_of("wf")), Token("A-new", "R-new", 3600), 1000.0)
        assert Store().read(KEY).value.tokens.refresh == "R-new"

    with keys("old"):
        (aside,) = [record for record in Store().records() if record.key != KEY]
    assert sha256(aside.value.tokens.refresh.encode()).hexdigest()[:12] in elsewhere.site.live()


def test_status_and_doctor_say_that_no_key_opens_it(elsewhere):
    """And what to do: no task is needed to find it out."""
    elsewhere.play("A=old A!")
    with keys("new"):
        said, found = line_of("wf"), grant(settings_of("wf"))
    assert said["state"] == "unreadable: no key of this process opens it; is the Fernet key rolled out everywhere?"
    assert said["next_step"].startswith("give each api-server every Fernet key in use")
    assert (found.state, found.remedy) == ("fail", said["next_step"])


def test_forgetting_keeps_what_no_key_opens_until_it_is_said_again(elsewhere, capsys, monkeypatch):
    """The key may turn up; and the connection begins anew with the token that is put into it."""
    elsewhere.play("A=old A!")
    monkeypatch.delenv("AIRFLOW_CONN_WF")
    said = Namespace(conn_id="wf", force=False, yes=True)
    with keys("new"):
        forget(said)
        assert "rests as Variable 'workfront_token__wf__aside__" in capsys.readouterr().out
        assert [record.key != KEY for record in Store().records()] == [True]
        forget(said)
        assert Store().records() == []


def test_a_token_in_the_rescue_folder_that_no_key_opens_is_neither_passed_over_nor_lost(world, tmp_path):
    """It came for the stored token, which is spent therefore; another process has the key."""
    folder = RescueFolder(tmp_path)
    with keys("old"):
        world.ask(world.broker(), Endpoint([granted(1)]))
        under = world.record().issued_under
    with keys("new"):
        folder.save("wf", Rescued("R1", Token("A2", "R2", 3600), world.store.read("x").now, under))
    with keys("old"):
        process = Broker(world.broker()._adoption, Times(), rescue=folder)
        with pytest.raises(BrokerUnavailable, match="rescue folder"):
            world.ask(process, Endpoint([]), refused=1)
    with keys("old,new"):
        process = Broker(world.broker()._adoption, Times(), rescue=folder)
        assert world.ask(process, Endpoint([]), refused=1).access_token == "A2"


def test_a_file_in_the_rescue_folder_is_not_written_over(tmp_path):
    """Whoever cannot open it gives it another name."""
    folder = RescueFolder(tmp_path)
    with keys("new"):
        folder.save("wf", Rescued("R1", Token("A2", "R2", 3600), 1000.0))
    with keys("old"):
        folder.save("wf", Rescued("S1", Token("B2", "S2", 3600), 1000.0))
        assert folder.load("wf").parent == "S1"
    (aside,) = tmp_path.glob("*.aside-*")
    with keys("new"):
        assert "R2" in unsealed(aside.read_text(), encrypted=True)


def test_a_token_that_comes_after_the_key_was_changed_waits_in_the_rescue_folder(world, tmp_path):
    """The record was encrypted anew in mid-refresh: whoever can open it stores the token, and nobody refreshes."""

    def in_the_middle():
        rotate()
        return granted(2)

    with keys("old"):
        process = Broker(world.broker()._adoption, Times(), rescue=RescueFolder(tmp_path))
        world.ask(process, Endpoint([granted(1)]))
        with pytest.raises(BrokerUnavailable, match="rolled out"):
            world.ask(process, Endpoint([in_the_middle]), refused=1)
    with keys("new,old"):
        left = Store().read(KEY)
        over = replace(left.value, lease=None)
        assert Store().swap(KEY, left.cipher, over)  # its lease ends
        process = Broker(world.broker()._adoption, Times(), rescue=RescueFolder(tmp_path))
        assert world.ask(process, Endpoint([]), refused=1).access_token == "A2"


def test_a_renamed_connection_sends_nothing_while_its_record_cannot_be_opened(world):
    """Its seed may be spent: only the record tells. A new connection that is none of its business waits too."""
    with keys("new"):
        world.ask(world.broker(), Endpoint([granted(1)]))
    world.connections["other"] = replace(world.connections.pop("wf"), conn_id="other")
    with keys("old"), pytest.raises(BrokerUnavailable, match="may be that of 'wf'"):
        world.ask(world.broker(), Endpoint([]), "other")
    with keys("old,new"):
        assert world.ask(world.broker(), Endpoint([]), "other").access_token == "A1"


def test_a_connection_that_cannot_be_decrypted_is_not_gone(airflow_db):
    """Its record is nobody else's to take, and `forget` leaves it alone."""
    with keys("old"), site_with(Options()) as site:
        site.connect("other", extra={"refresh_token": "x"})
        with keys("new"):
            assert not LocalBroker().adoption.is_gone("wf")
            with pytest.raises(ConnectionSettingsError, match="rolled out"):
                forget(Namespace(conn_id="wf", force=False, yes=True))
            assert LocalBroker().adoption.is_gone("another")


def test_a_mirror_that_no_key_opens_is_left_alone(airflow_db):
    """The token is stored all the same."""
    with keys("new"), site_with(Options()) as site:
        before = site.stored()
        with keys("old"):
            assert Store().mirror("wf", lambda _: True, "R1", "here") is False
            assert Store().copied("wf") == ""
        assert site.stored() == before


SEALED = "gAAAAABn" + "A" * 92  # 75 bytes, of which no whole number of blocks


@pytest.mark.parametrize("text", ["***", "", "x", "gAAAAA", SEALED, "Ünlesbar", "v1.broken"])
def test_what_is_no_fernet_token_is_damage(airflow_db, text):
    """Somebody typed it, or it was cut."""
    with pytest.raises(Damaged):
        decoded(unsealed(text, encrypted=True))
    assert not is_sealed(text)


@pytest.mark.parametrize("encrypted", [True, False])
def test_another_ones_text_is_known_however_it_is_wrapped(airflow_db, encrypted):
    """A form that was saved by a process without the key encrypts once more what it could not open."""
    with keys("new"):
        text = sealed("v1.whatever")
    with keys("old"), pytest.raises(Unreadable):
        unsealed(sealed(text) if encrypted else text, encrypted=encrypted)
    with keys("old"), pytest.raises(Unreadable):
        unsealed(text, encrypted=True)
    with keys(""), pytest.raises(Unreadable):
        unsealed(text, encrypted=True)


@pytest.mark.parametrize("inner", [b"\xff\xfe", b"v1.W10=", b"[]"], ids=["no text", "not packed", "a list"])
def test_what_is_encrypted_and_no_grant_is_damage(airflow_db, inner):
    """Whatever a form or import put there."""
    with keys("old"), pytest.raises(Damaged):
        decoded(unsealed(get_fernet().encrypt(inner).decode(), encrypted=True))
