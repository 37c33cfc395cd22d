"""The served broker against strangers, connections that cannot work, and token endpoints that mean harm."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import httpx
import pytest
from airflow.models.connection import Connection
from airflow.utils.session import create_session
from sqlalchemy import text, update
from support.hostile import answers, bomb, drips_header, hostile
from support.site import Site, served, site_with

from airflow_provider_workfront.api.errors import TokenError
from airflow_provider_workfront.broker.app import REFUSE_AFTER
from airflow_provider_workfront.broker.gate import REMEMBERED, Failures, TooMany
from airflow_provider_workfront.broker.places import REFRESHES, THREADS, Places, Workers
from airflow_provider_workfront.broker.proof import HEADER, sign
from airflow_provider_workfront.broker.server import LocalBroker
from airflow_provider_workfront.simulator import Options

if TYPE_CHECKING:
    from collections.abc import Iterator

MIB = 1024 * 1024


@pytest.fixture
def site(airflow_db) -> Iterator[Site]:
    """A site with a simulator that rotates."""
    with site_with(Options()) as made:
        yield made


@pytest.fixture
def impatient(monkeypatch) -> None:
    """Deadlines as an administrator may set them: two seconds for a token call, no repeats."""
    monkeypatch.setenv("AIRFLOW__WORKFRONT__TOKEN_TOTAL_TIMEOUT", "2")
    monkeypatch.setenv("AIRFLOW__WORKFRONT__TOKEN_REPEATS", "")


def signed(secret, conn_id="wf", nonce="n", **body):
    """A request as it goes over the wire."""
    content = json.dumps({"conn_id": conn_id} | body).encode()
    return {"content": content, "headers": {HEADER: sign(secret, conn_id, content, at=int(time.time()), nonce=nonce)}}


def other_type(site, conn_id):
    with create_session() as session:
        session.add(Connection(conn_id=conn_id, conn_type="postgres", host="warehouse.internal", password="theirs"))


def unreadable(site, conn_id):
    site.connect(conn_id)
    with create_session() as session:
        session.execute(
            text("UPDATE connection SET password = :none WHERE conn_id = :id"), {"none": "gAAAA", "id": conn_id}
        )


def broken_extra(site, conn_id):
    site.connect(conn_id)
    with create_session() as session:
        broken = {"_extra": "[1", "is_extra_encrypted": False}
        session.execute(update(Connection).where(Connection.conn_id == conn_id).values(broken))


KINDS = {
    "missing": lambda *_: None,
    "other-type": other_type,
    "broken": lambda site, conn_id: site.connect(conn_id, extra={"api_version": "v3", "timeout": "soon"}),
    "no-json": broken_extra,
    "not-allowed": lambda site, conn_id: site.connect(conn_id, host="https://evil.example.com"),
    "no-secret": lambda site, conn_id: site.connect(conn_id, password=""),
    "masked": lambda site, conn_id: site.connect(conn_id, password="***"),
    "unreadable": unreadable,
    "other-secret": lambda site, conn_id: site.connect(conn_id),
}


PROOFS = {
    "unsigned": lambda conn_id: {"content": json.dumps({"conn_id": conn_id}).encode()},
    "guessed": lambda conn_id: signed("guessed", conn_id),
    "theirs": lambda conn_id: signed("theirs", conn_id),
    "mask": lambda conn_id: signed("***", conn_id),
    "empty": lambda conn_id: signed("", conn_id),
    "garbage": lambda conn_id: {"content": json.dumps({"conn_id": conn_id}).encode(), "headers": {HEADER: "v1 1 n x"}},
}


def as_seen(answer, conn_id):
    """What a stranger sees, but for the name that he said himself."""
    headers = {name: value for name, value in answer.headers.items() if name not in {"date", "content-length"}}
    return answer.status_code, answer.text.replace(conn_id, "<id>"), tuple(sorted(headers.items()))


def test_no_stranger_learns_which_connections_there_are(site):
    """Nine kinds of connections, six kinds of proofs: one answer, none sooner than the others."""
    for kind, make in KINDS.items():
        make(site, kind)

    def ask(kind, proof):
        began = time.monotonic()
        answer = httpx.post(f"{broker}/token", **PROOFS[proof](kind))
        return as_seen(answer, kind), time.monotonic() - began

    with served() as broker, ThreadPoolExecutor(8) as pool:
        seen = list(pool.map(lambda pair: ask(*pair), [(kind, proof) for kind in KINDS for proof in PROOFS]))

    assert len({answer for answer, _ in seen}) == 1, {answer for answer, _ in seen}
    assert seen[0][0][0] == 401
    assert min(seconds for _, seconds in seen) >= REFUSE_AFTER
    assert site.simulator.stats()["token_calls"] == 0


@pytest.mark.parametrize("kind", KINDS)
def test_strangers_are_throttled_whatever_they_ask_for(site, kind):
    """Twenty failures a minute; a header that names another address changes nothing."""
    KINDS[kind](site, kind)
    more = {"headers": {"X-Forwarded-For": "10.0.0.1"}}
    with served() as broker, ThreadPoolExecutor(25) as pool:
        request = PROOFS["unsigned"](kind) | more
        statuses = sorted(pool.map(lambda _: httpx.post(f"{broker}/token", **request).status_code, range(25)))

    assert statuses == [401] * 20 + [429] * 5


def test_a_stranger_locks_nobody_out(site):
    """Who knows the secret comes in from the very address that failed too often."""
    with served() as broker, ThreadPoolExecutor(25) as pool:
        list(pool.map(lambda _: httpx.post(f"{broker}/token", **PROOFS["unsigned"]("wf")), range(25)))

        assert httpx.post(f"{broker}/token", **PROOFS["unsigned"]("wf")).status_code == 429
        assert site.token(broker)[0] == 1


def test_made_up_ids_fill_no_memory_and_are_throttled_too():
    """One address: 200 failures a minute, whatever it asks for; many addresses: a bounded number is remembered."""
    failures = Failures()
    for number in range(200):
        failures.count("10.0.0.1", f"made up {number}", 1000.0)
    with pytest.raises(TooMany):
        failures.count("10.0.0.1", "one more", 1001.0)
    failures.count("10.0.0.1", "one more", 1100.0)
    for number in range(REMEMBERED):
        failures.count(f"10.1.{number}", f"made up {number}", 1000.0)
    assert len(failures._times) <= REMEMBERED + 1


@pytest.mark.parametrize(
    ("kind", "said"), [("broken", "field api_version"), ("not-allowed", "is not a Workfront host")]
)
def test_who_proves_the_secret_is_told_what_is_wrong(site, kind, said):
    """A task learns which field of its connection cannot work."""
    KINDS[kind](site, "wf")
    with served() as broker:
        answer = httpx.post(f"{broker}/token", **signed(site.secret))

    assert (answer.status_code, said in answer.json()["error"]["message"]) == (409, True)


def test_a_connection_of_another_type_is_not_opened(site):
    """Not even for who knows its password."""
    other_type(site, "warehouse")
    with served() as broker:
        assert httpx.post(f"{broker}/token", **signed("theirs", "warehouse")).status_code == 401


# before the lease


def test_what_fails_before_the_request_leaves_no_trace(site):
    """The error names the connection, no attempt is journalled; once it is corrected, the next ask works."""
    site.connect(extra={"ca_bundle": "/nowhere.pem"})
    local = LocalBroker()
    with served(local) as broker:
        for _ in range(2):
            began = time.monotonic()
            with pytest.raises(TokenError, match="connection wf, field ca_bundle: cannot be used"):
                site.token(broker)
            assert time.monotonic() - began < 3
        grant = local.broker.peek("wf").value
        assert (grant.lease, grant.attempt, grant.is_doubtful) == (None, None, False)

        site.connect()
        began = time.monotonic()
        assert site.token(broker)[0] == 1
        assert time.monotonic() - began < 3
    assert site.simulator.stats()["token_calls"] == 1


def test_dns_that_fails_spends_nothing(site, monkeypatch):
    """The name is gone in the middle of a refresh: not sent, said so, and after five seconds it may be tried again."""
    monkeypatch.setenv("AIRFLOW__WORKFRONT__ALLOWED_HOSTS", ".invalid")
    monkeypatch.setenv("AIRFLOW__WORKFRONT__TOKEN_REPEATS", "0.1")
    local = LocalBroker()
    site.connect(host="https://nobody.invalid")
    with served(local) as broker, pytest.raises(TokenError, match="The token was not sent and is intact"):
        site.token(broker)

    grant = local.broker.peek("wf").value
    assert (grant.lease, grant.is_doubtful, grant.dead) == (None, False, False)


# token endpoints that mean harm


def test_a_token_endpoint_that_drips_holds_no_thread_for_long(site, impatient):
    """A header byte by byte: the ask ends with the total deadline, and the error says so."""
    with hostile(drips_header) as server, served() as broker:
        site.connect(host=server.url)
        began = time.monotonic()
        with pytest.raises(TokenError, match="no answer within the time limit"):
            site.token(broker)
        assert time.monotonic() - began < 12


def test_token_endpoints_that_hang_do_not_starve_another_connection(site, impatient):
    """More connections than there are threads wait for an endpoint that drips: stored tokens are given at once."""
    slow = [f"slow{number}" for number in range(THREADS + 4)]
    with hostile(drips_header) as server, served() as broker, ThreadPoolExecutor(len(slow)) as pool:
        assert site.token(broker)[0] == 1
        for conn_id in slow:
            site.connect(conn_id, host=server.url, extra={"refresh_token": f"of {conn_id}"})
        asks = [
            pool.submit(httpx.post, f"{broker}/token", **signed(site.secret, each, each), timeout=30) for each in slow
        ]
        until = time.monotonic() + 20
        while server.open_now < REFRESHES / 2:
            assert time.monotonic() < until
            server.over.wait(0.01)
        began = time.monotonic()
        answer = httpx.post(f"{broker}/token", **signed(site.secret, nonce="other"), timeout=30)

        assert (answer.status_code, time.monotonic() - began < 3) == (200, True)
        assert {ask.result().status_code for ask in asks} <= {202, 409}


def test_places_are_few_for_one_and_bounded_for_all():
    """Two of one connection, 24 in all; a place is given back, whatever happens."""
    places = Places(most=3, most_of_one=2)
    with places.taken("a") as one, places.taken("a") as two, places.taken("a") as three:
        assert [one, two, three] == [True, True, False]
        with places.taken("b") as four, places.taken("c") as five:
            assert [four, five] == [True, False]
    with pytest.raises(KeyError), places.taken("a"):
        raise KeyError
    with places.taken("a") as one, places.taken("a") as two:
        assert (one, two) == (True, True)
    assert not places._taken.total()
    assert REFRESHES < THREADS


def test_a_process_ends_while_a_thread_hangs():
    """Its threads are daemons, and are waited for so long and no longer."""
    code = (
        "import threading; from airflow_provider_workfront.broker.places import Workers\n"
        "workers = Workers(2, 'w')\n"
        "hang = [workers.submit(threading.Event().wait) for _ in range(3)]\n"
        "assert workers.drain(0.2) is False\n"
        "try: workers.submit(print)\n"
        "except RuntimeError as error: print(error)\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=20, check=True)
    assert run.stdout.strip() == "this process is ending"


def test_workers_reuse_threads_and_give_results_and_errors():
    """As an executor does; what was begun is waited for."""
    workers = Workers(4, "w")
    assert list(workers.map(lambda number: number * 2, range(50))) == [number * 2 for number in range(50)]
    with pytest.raises(ZeroDivisionError):
        workers.submit(lambda: 1 / 0).result(5)
    assert len(workers._threads) <= 4
    last = workers.submit(time.strftime, "")
    workers.shutdown()
    assert last.result(0) == ""


def test_a_token_answer_is_unpacked_within_a_megabyte(site, impatient):
    """200 MB of spaces in 200 kB of gzip: the ask fails with a clear error, and the api-server's memory stays small."""
    with hostile(answers(bomb(200_000_000), b"Content-Encoding: gzip\r\n")) as server, served() as broker:
        site.connect(host=server.url)
        site.connect("warm", host=server.url, extra={"refresh_token": "another"})
        with pytest.raises(TokenError, match="longer than 1 MiB"):
            site.token(broker, conn_id="warm")
        tracemalloc.start()
        try:
            with pytest.raises(TokenError, match="longer than 1 MiB"):
                site.token(broker)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert peak < 16 * MIB


INNER = json.dumps({"message": "inner words", "type": "inner_kind", "error": True, "statusCode": 400}).encode()


@pytest.mark.parametrize("status", [b"200 OK", b"400 Bad Request", b"503 Away"], ids=["200", "400", "503"])
@pytest.mark.parametrize("allowed", ["", "127.0.0.1"], ids=["stranger", "allowed"])
def test_the_words_of_a_host_that_is_not_workfront_are_not_shown(site, impatient, monkeypatch, status, allowed):
    """Who edits a connection cannot read through it what answers on the api-server's own machine."""
    monkeypatch.setenv("AIRFLOW__WORKFRONT__ALLOWED_HOSTS", allowed)
    with hostile(answers(INNER, status=status)) as server, served() as broker:
        site.connect(host=server.url)
        with pytest.raises(TokenError) as caught:
            site.token(broker)

    assert ("inner" in str(caught.value)) == bool(allowed)
    assert ("is not shown" in str(caught.value)) == (not allowed)


@pytest.mark.parametrize(
    ("option", "field", "value"),
    [("PROXY", "proxy", "http://inner:3128"), ("CA_BUNDLE", "ca_bundle", "/etc/shadow")],
    ids=["proxy", "ca-file"],
)
def test_an_administrator_may_forbid_proxies_and_ca_files(site, monkeypatch, option, field, value):
    """In connections: the error names the field and the option."""
    monkeypatch.setenv(f"AIRFLOW__WORKFRONT__ALLOW_CONNECTION_{option}", "False")
    site.connect(extra={field: value})
    with served() as broker:
        with pytest.raises(TokenError, match=rf"field {field}: is not allowed here: \[workfront\] allow_connection"):
            site.token(broker)
        site.connect()
        assert site.token(broker)[0] == 1
