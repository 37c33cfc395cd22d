"""Slots as they are served: the record in a real database, brokers and the simulator on sockets, clients that share."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import TYPE_CHECKING

import httpx
import pytest
from airflow.models.crypto import get_fernet
from airflow.models.variable import Variable
from airflow.utils.session import create_session
from sqlalchemy import delete, select
from support.site import Site, served, site_with

from airflow_provider_workfront.broker.client import BrokerSession
from airflow_provider_workfront.broker.proof import HEADER, sign
from airflow_provider_workfront.broker.server import LocalBroker
from airflow_provider_workfront.broker.sharing import Sharing, Ticket, opened, slots_key
from airflow_provider_workfront.broker.slots import Terms, Want, decoded
from airflow_provider_workfront.client import HttpOptions, Pace, open_async_client, open_client
from airflow_provider_workfront.client.pace import Lane, Limiter
from airflow_provider_workfront.simulator import Options

if TYPE_CHECKING:
    from collections.abc import Iterator

TERMS = Terms(15.0)
HOST = "acme.my.workfront.com"


@pytest.fixture
def site(airflow_db) -> Iterator[Site]:
    """A site whose Workfront bears two calls at once, each of which takes a while."""
    with site_with(Options(concurrency=2, latency_seconds=0.05)) as made:
        yield made


@pytest.fixture
def record(airflow_db) -> Iterator[Sharing]:
    """A record of slots."""
    yield Sharing(TERMS)
    with create_session() as session:
        session.execute(delete(Variable))


class Process:
    """What one process has: a limiter of its own for this Workfront."""

    def __init__(self, site: Site, broker: str, most: int = 2, pace: Pace | None = None) -> None:
        self.site, self.limiter = site, Limiter()
        self.options = HttpOptions(10.0, pace=pace or Pace(most, most))
        share = self.limiter.share.reached_with(self.options)
        self.session = BrokerSession(f"{broker}/", "wf", site.secret, share=share)
        self.root = f"{site.url}/attask/api/v21.0"

    def client(self, opener=open_client):
        """Open a client."""
        client = opener(self.session, api_root=self.root, options=self.options)
        client.lane = Lane(self.limiter, self.options.pace)
        return client

    def calls(self, number: int) -> int:
        """Count the projects so often."""
        with self.client() as client:
            return sum(client.count("PROJ") > 0 for _ in range(number))

    async def calls_on_a_loop(self, number: int) -> int:
        """The same, on an event loop, all at once."""
        async with self.client(open_async_client) as client:
            return sum(count > 0 for count in await asyncio.gather(*(client.count("PROJ") for _ in range(number))))


def slots_of(site: Site):
    """The record as the database holds it."""
    with create_session() as session:
        row = session.scalars(select(Variable).where(Variable.key.startswith("workfront_slots__"))).one_or_none()
        return decoded(row.val) if row else None


def held(site: Site) -> int:
    """How many slots are lent."""
    slots = slots_of(site)
    return slots.out if slots else 0


# -- the record


def test_two_api_servers_lend_each_slot_once(record):
    """Their asks meet in the database: of all that come at once not one is lost, and no slot is lent twice."""
    other = Sharing(TERMS)
    with ThreadPoolExecutor(8) as threads:
        asks = [(one, Want(f"task-{number}", 1, 4, number=1)) for number, one in enumerate([record, other] * 8)]
        list(threads.map(lambda ask: ask[0].step(HOST, [ask[1]]), asks))
    slots, _ = record.step(HOST, [])

    assert len(slots.row) == 16
    assert sorted(holder.held for holder in slots.row) == [0] * 12 + [1] * 4


def test_a_look_writes_nothing(record):
    """While tasks wait, the record is read ten times a second."""
    first, _ = record.step(HOST, [Want("a", 1, 4, number=1)])

    assert record.step(HOST, [])[0].rev == record.step(HOST, [])[0].rev
    assert record.step(HOST, [])[0].row == first.row


def test_a_record_that_somebody_spoiled_is_begun_anew(record):
    """It holds nothing that could be lost."""
    record.step(HOST, [Want("a", 1, 4, number=1)])
    Variable.set(slots_key(HOST), "***")

    assert [one.id for one in record.step(HOST, [Want("b", 1, 4, number=1)])[0].row] == ["b"]


def test_a_long_host_has_a_key_that_fits():
    """A Variable's key has 250 characters at most."""
    assert slots_key(HOST) == "workfront_slots__acme.my.workfront.com"
    assert len(slots_key("x" * 400)) <= 250


def test_a_ticket_is_read_by_whoever_has_the_key_of_this_airflow():
    """And no other text is one."""
    ticket = Ticket(HOST, "holder", 4)

    assert opened(ticket.sealed()) == ticket
    assert opened("holder") is None
    assert opened(ticket.sealed()[:-9] + "AAAAAAAA=") is None


def test_without_a_fernet_key_nothing_is_shared(monkeypatch):
    """A ticket could be made by anybody then."""
    get_fernet.cache_clear()
    monkeypatch.setenv("AIRFLOW__CORE__FERNET_KEY", "")
    try:
        assert Ticket(HOST, "holder", 4).sealed() == ""
        assert opened('["acme", "holder", 4]') is None
    finally:
        monkeypatch.undo()
        get_fernet.cache_clear()


# -- over the wire


def test_a_lone_task_asks_once_and_says_good_bye(site):
    """Its share comes with the token; when its client is closed, its slot is free at once."""
    with served() as broker:
        process = Process(site, broker)
        with process.client() as client:
            client.count("PROJ")
            assert held(site) == 1
        slots = slots_of(site)

    assert (slots.row, slots.rev) == ((), 2)


def test_many_processes_behave_as_one_polite_client(site):
    """Twelve of them, on two api-servers: no call is refused, and each comes through."""
    with served() as one, served() as other, ThreadPoolExecutor(12) as threads:
        done = list(threads.map(lambda broker: Process(site, broker).calls(8), [one, other] * 6))

    stats = site.simulator.stats()
    assert done == [8] * 12
    assert (stats["rate_limited"], stats["peak_concurrency"], stats["token_calls"]) == (0, 2, 1)
    assert held(site) == 0


def test_event_loops_and_threads_share(site):
    """A trigger's many calls wait on the loop for the slots that blocking tasks hold."""
    with served() as broker, ThreadPoolExecutor(4) as threads:
        blocking = [threads.submit(Process(site, broker).calls, 10) for _ in range(3)]
        on_loop = threads.submit(asyncio.run, Process(site, broker).calls_on_a_loop(20))

        assert on_loop.result() == 20
        assert [done.result() for done in blocking] == [10] * 3
    assert site.simulator.stats()["rate_limited"] == 0


def test_the_loop_goes_on_while_no_slot_is_free(site):
    """It is the share's thread that waits at the broker."""

    async def story(process):
        ticks, calling = 0, asyncio.ensure_future(process.calls_on_a_loop(1))
        while not calling.done():
            await asyncio.sleep(0.01)
            ticks += 1
            if ticks == 50:
                hog.close()
        return ticks

    with served() as broker:
        hog = Hog(site, broker)
        assert asyncio.run(story(Process(site, broker))) > 50


class Hog:
    """A holder of all slots who does nothing with them, until it leaves."""

    def __init__(self, site: Site, broker: str) -> None:
        self.broker, self.number = broker, 0
        process = Process(site, broker)
        process.limiter.share._part.most = 2
        with process.client() as client:
            client.count("PROJ")
        self.ticket = process.limiter.share._part.ticket
        assert self.ask(want=2)["share"] == 2

    def ask(self, want: int, keep: int = 0) -> dict:
        """Ask as a task does."""
        self.number += 100
        body = {"holder": "whatever", "most": 2, "want": want, "keep": keep, "number": self.number}
        return httpx.post(f"{self.broker}/slots", json=body | {"ticket": self.ticket}).json()

    def close(self) -> None:
        """Leave."""
        self.ask(want=0)


def test_a_dead_process_is_waited_for_no_longer_than_its_lease(airflow_db, monkeypatch):
    """It was killed without a word: its slots expire, and whoever waits gets them."""
    monkeypatch.setenv("AIRFLOW__WORKFRONT__SLOT_SECONDS", "2")
    with site_with(Options(concurrency=2)) as site, served() as broker:
        Hog(site, broker)
        began = time.monotonic()

        assert Process(site, broker).calls(3) == 3
        assert 1.0 < time.monotonic() - began < 20.0


def test_who_stops_waiting_leaves_the_row(site):
    """A task that is killed while it waits at the broker gets no slot that nobody would use."""
    with served() as broker:
        hog = Hog(site, broker)
        other = Process(site, broker)
        asked = other.limiter.share.asking()
        ticket = Ticket(site.url.partition("//")[2], asked["holder"], 2).sealed()
        with pytest.raises(httpx.ReadTimeout):
            httpx.post(f"{broker}/slots", json=asked | {"ticket": ticket, "wait": True}, timeout=0.3)
        assert len(slots_of(site).row) == 2
        until = time.monotonic() + 20
        while len(slots_of(site).row) == 2 and time.monotonic() < until:
            threading.Event().wait(0.05)

        assert [holder.held for holder in slots_of(site).row] == [2]
        hog.close()


def test_a_task_that_rests_gives_its_slot_back(site):
    """Its client stays open, but it has not called for a second."""
    with served() as broker, Process(site, broker).client() as client:
        client.count("PROJ")
        until = time.monotonic() + 20
        while held(site) and time.monotonic() < until:
            threading.Event().wait(0.05)
        assert held(site) == 0
        assert client.count("PROJ") > 0


def test_when_the_broker_is_gone_everybody_goes_on_by_himself(airflow_db, monkeypatch):
    """After a lease's time without it; what Workfront refuses is sent again after a pause."""
    monkeypatch.setenv("AIRFLOW__WORKFRONT__SLOT_SECONDS", "1")
    with site_with(Options(concurrency=2, latency_seconds=0.05)) as site:
        with served() as broker:
            process = Process(site, broker)
            client = process.client()
            client.count("PROJ")
        with client, ThreadPoolExecutor(4) as threads:
            assert all(threads.map(lambda _: client.count("PROJ"), range(20)))
            assert process.limiter.share.room() is None


def test_a_broker_without_slots_gives_tokens_all_the_same(airflow_db, monkeypatch):
    """As `slot_seconds = 0` says, or an older provider on the api-server."""
    monkeypatch.setenv("AIRFLOW__WORKFRONT__SLOT_SECONDS", "0")
    with site_with(Options()) as site, served() as broker:
        process = Process(site, broker)

        assert process.calls(3) == 3
        assert process.limiter.share.room() is None
        assert slots_of(site) is None
        assert httpx.post(f"{broker}/slots", json={}).status_code == 404


class Broken:
    """A record whose table is locked."""

    terms = TERMS

    def step(self, *_):
        """Fail."""
        raise RuntimeError("the table is locked")


class BrokenBroker(LocalBroker):
    """A broker with such a record."""

    def __init__(self):
        super().__init__()
        self.sharing = Broken()


def test_a_token_is_given_though_the_slots_cannot_be_read(site):
    """Whatever is wrong with them: the token is what counts."""
    with served(BrokenBroker()) as broker:
        process = Process(site, broker)

        assert process.calls(3) == 3
        assert process.limiter.share.room() is None
        ticket = {"ticket": Ticket("acme", "x" * 16, 2).sealed(), "holder": "x" * 16, "most": 2}
        assert httpx.post(f"{broker}/slots", json=ticket | {"want": 1, "keep": 0, "number": 1}).status_code == 503


def test_untouched_settings_find_out_what_is_borne(airflow_db):
    """Two api-servers, twelve processes, nobody said a number: from four slots to six, and it is remembered."""
    with ExitStack() as stack:
        site = stack.enter_context(site_with(Options(concurrency=6, latency_seconds=0.05)))
        brokers = [stack.enter_context(served()) for _ in range(2)]
        threads = stack.enter_context(ThreadPoolExecutor(12))
        found, until = threading.Event(), time.monotonic() + 30

        def work(number):
            with Process(site, brokers[number % 2], pace=Pace()).client() as client:
                while not found.is_set() and time.monotonic() < until:
                    client.count("PROJ")
                    if slots_of(site).level.refused_at:
                        found.set()

        list(threads.map(work, range(12)))
        level, stats = slots_of(site).level, site.simulator.stats()
    assert (level.allowed, level.refused_at) == (6, 7)
    assert 1 <= stats["rate_limited"] <= 6


@pytest.mark.parametrize("slots", [7, [], {"want": "all"}, {"holder": "x" * 16, "most": 10**9}])
def test_a_token_is_given_whatever_is_said_of_slots(site, slots):
    """A worker of another version may say it differently."""
    content = json.dumps({"conn_id": "wf", "slots": slots}).encode()
    proof = sign(site.secret, "wf", content, at=int(time.time()), nonce="n1")
    with served() as broker:
        answer = httpx.post(f"{broker}/token", content=content, headers={HEADER: proof})

    assert answer.status_code == 200
    assert "slots" not in answer.json()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"holder": "x" * 16, "most": 2, "want": 1, "keep": 0, "number": 1, "ticket": "guessed"}, 401),
        ({"holder": "x" * 16, "most": 2, "want": 10**9, "keep": 0, "number": 1, "ticket": "guessed"}, 422),
        ({"ticket": "x" * 100_000}, 413),
    ],
)
def test_strangers_get_no_slots(site, body, status):
    """Airflow leaves a plugin's routes unauthenticated; this one wants a ticket."""
    with served() as broker:
        assert httpx.post(f"{broker}/slots", json=body).status_code == status
    assert slots_of(site) is None


def test_what_a_person_sees_holds_no_secret(site):
    """The Variable is in clear, so that one can see who calls; neither tokens nor tickets are in it."""
    with served() as broker:
        process = Process(site, broker)
        with process.client() as client:
            client.count("PROJ")
            with create_session() as session:
                row = session.scalars(select(Variable).where(Variable.key.startswith("workfront_slots__"))).one()
            assert not row.is_encrypted
            assert process.limiter.share._part.ticket not in row.val
            assert client._credential.headers[0][1] not in row.val


def test_a_server_without_an_event_loop_shares_nothing(site):
    """`dag.test()` and the command line ask the broker in their own process."""
    assert LocalBroker().sharing.terms == TERMS
