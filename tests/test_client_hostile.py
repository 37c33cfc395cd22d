"""Both clients against servers that drip, hang, or send more than they should: over real sockets."""

import asyncio
import io
import json
import socket
import threading
import time
import tracemalloc
import zlib

import httpcore
import httpx
import pytest
from clients import Blocked, Sessions
from support.hostile import (
    HEAD,
    answers,
    bomb,
    drips_body,
    drips_header,
    gzipped,
    hostile,
    never_answers,
)

from airflow_provider_workfront.api import errors
from airflow_provider_workfront.api.call import Retry, Send
from airflow_provider_workfront.api.request import Repeat, Request
from airflow_provider_workfront.client import HttpOptions, open_async_client, open_client
from airflow_provider_workfront.client.deadline import Backend, Deadline, running
from airflow_provider_workfront.client.unpack import Unpacker

ONCE = Retry(tries=1, tries_unanswered=1, tries_refused=1, base=0.0)
WITHIN = 0.4
MIB = 1024 * 1024


def made(kind, url, **options):
    """Open a client of either kind on an address."""
    arguments = {"api_root": f"{url}/attask/api/v21.0", "options": HttpOptions(**options), "retry": ONCE}
    if kind == "blocking":
        return open_client(Sessions(), **arguments)
    loop = asyncio.new_event_loop()
    client = open_async_client(Sessions(), **arguments)
    return Blocked(client, loop)


@pytest.fixture(params=["blocking", "awaiting"])
def client_of(request):
    """Open clients of one kind, and close them."""
    opened = []

    def open_one(url, **options):
        opened.append(made(request.param, url, **options))
        return opened[-1]

    yield open_one
    for client in opened:
        client.close()
        if isinstance(client, Blocked):
            client.loop.run_until_complete(client.loop.shutdown_default_executor())
            client.loop.close()


def once(request):
    """One call without any policy: its answer."""
    return (yield Send(request))


@pytest.mark.parametrize("behaviour", [drips_header, drips_body, never_answers], ids=lambda each: each.__name__)
@pytest.mark.parametrize("within", [WITHIN, None], ids=["within", "timeout"])
def test_a_call_ends_in_time_whatever_the_server_does(client_of, behaviour, within):
    """A byte every 50 ms never exceeds a read timeout; the deadline of the whole call ends it, and its socket."""
    options = {"timeout": 30.0} if within else {"timeout": WITHIN}
    with hostile(behaviour) as server:
        client = client_of(server.url, **options)
        began = time.monotonic()
        answer = client.drive(once(Request("GET", f"{server.url}/a", anonymous=True, within=within)))

        assert time.monotonic() - began < WITHIN + 2
        assert (answer.sent, answer.timed_out) == (True, True)
        closed = time.monotonic() + 10
        while server.open_now and not server.over.wait(0.02):
            assert behaviour is never_answers or time.monotonic() < closed
            if behaviour is never_answers:
                break


def test_a_server_that_never_accepts_is_given_up(client_of):
    """The system completes no handshake once the queue is full: this is no answer, and nothing was sent."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        port = listener.getsockname()[1]
        fill = [socket.socket() for _ in range(4)]
        for each in fill:
            each.setblocking(False)  # noqa: FBT003
            each.connect_ex(("127.0.0.1", port))
        client = client_of(f"http://127.0.0.1:{port}", timeout=30.0)
        began = time.monotonic()
        answer = client.drive(once(Request("GET", f"http://127.0.0.1:{port}/a", anonymous=True, within=WITHIN)))
        for each in fill:
            each.close()

    assert time.monotonic() - began < WITHIN + 2
    assert not answer.sent


def test_a_tls_handshake_that_drips_is_given_up(client_of):
    """The answer to the first greeting comes a byte at a time: nothing was sent."""

    def drip(sock, over):
        with sock:
            sock.recv(65_536)
            for byte in b"\x16\x03\x03\x40\x00" + b"\x02" * 10_000:
                if over.wait(0.05):
                    return
                sock.send(bytes([byte]))

    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept():
            try:
                sock, _ = listener.accept()
                drip(sock, over)
            except OSError:
                pass

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        url = f"https://127.0.0.1:{listener.getsockname()[1]}"
        client = client_of(url, timeout=30.0)
        began = time.monotonic()
        answer = client.drive(once(Request("GET", f"{url}/a", anonymous=True, within=WITHIN)))
        over.set()
        thread.join(5)

    assert time.monotonic() - began < WITHIN + 2
    assert not answer.sent


def test_what_moves_may_take_longer_than_the_timeout(client_of):
    """100 KiB that take twice the timeout arrive: what travels adds time; a drip of bytes adds next to none."""
    body = json.dumps({"data": "x" * 100_000}).encode()

    def slowly(server, sock):
        sock.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % len(body))
        for start in range(0, len(body), 10_000):
            server.over.wait(0.08)
            sock.sendall(body[start : start + 10_000])

    with hostile(slowly) as server:
        assert len(client_of(server.url, timeout=WITHIN).request("GET", "a")) == 100_000


def test_a_name_that_is_not_resolved_in_time_is_given_up(monkeypatch):
    """The resolver has no timeout that we could set: its thread is left to end by itself."""
    end = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: end.wait(30) or [])
    began = time.monotonic()
    with open_client(Sessions(), api_root="http://localhost:1/a", retry=ONCE) as client:
        answer = client.drive(once(Request("GET", "http://localhost:1/a", anonymous=True, within=WITHIN)))
    end.set()

    assert time.monotonic() - began < WITHIN + 2
    assert (answer.sent, "not take a connection in time" in answer.reason) == (False, True)


def test_a_name_that_fails_to_resolve_was_not_sent():
    """DNS that fails in the middle of a refresh: the token was not sent."""
    with open_client(Sessions(), api_root="http://nobody.invalid/a", retry=ONCE) as client:
        answer = client.drive(once(Request("POST", "http://nobody.invalid/token", anonymous=True, within=20.0)))

    assert (answer.sent, "cannot connect to nobody.invalid" in answer.reason) == (False, True)


def test_every_pool_of_a_client_keeps_deadlines(monkeypatch):
    """Those of proxies, named or from the environment, too."""
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:3128")
    options = HttpOptions(proxy=None)
    with open_client(Sessions(), api_root="http://localhost/a", options=options) as client:
        transports = [client.http._transport, *filter(None, client.http._mounts.values())]
        assert len(transports) > 1
        assert all(isinstance(each._pool._network_backend, Backend) for each in transports)


# sizes


@pytest.mark.parametrize("times", [1, 2], ids=["gzip", "gzip-gzip"])
def test_a_bomb_is_stopped_at_the_bound(client_of, times):
    """200 MB in 200 kB, or in a few bytes if packed twice: an error without a retry, and memory stays small."""
    packed = bomb(200_000_000)
    packed = packed if times == 1 else gzipped(packed)
    encoding = b"Content-Encoding: " + b", ".join([b"gzip"] * times) + b"\r\n"
    with hostile(answers(packed, encoding)) as server:
        client = client_of(server.url, longest=MIB)
        tracemalloc.start()
        try:
            with pytest.raises(errors.TransportError, match=r"longer than 1 MiB once unpacked; ask for fewer fields"):
                client.request("GET", "a")
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

        assert peak < 8 * MIB
        assert server.accepted == 1


def test_a_write_whose_answer_is_too_long_is_not_repeated(client_of):
    """It may have happened."""
    with hostile(answers(b" " * (MIB + 1))) as server:
        with pytest.raises(errors.OutcomeUnknownError, match="longer than 1 MiB"):
            client_of(server.url, longest=MIB).create("PROJ", {"name": "x"})
        assert server.accepted == 1


def test_a_download_has_no_bound_and_little_memory(client_of):
    """A document goes into its file piece by piece."""

    class Sink(io.RawIOBase):
        size = 0

        def write(self, data):
            self.size += len(data)
            return len(data)

        def seek(self, *_):
            return 0

        def truncate(self, *_):
            return 0

        def tell(self):
            return self.size

    sink = Sink()
    with hostile(answers(bomb(50_000_000), b"Content-Encoding: gzip\r\n")) as server:
        client = client_of(server.url, longest=MIB)
        tracemalloc.start()
        request = Request("GET", f"{server.url}/file", anonymous=True, repeat=Repeat.ALWAYS, into=sink)
        client.drive(once(request))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()

    assert sink.size == 50_000_000
    assert peak < 8 * MIB


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip, gzip", "x\x1by"])
def test_an_encoding_that_was_not_asked_for_is_refused(encoding):
    """And so are more layers than anybody needs."""
    with pytest.raises(httpx.DecodingError, match="asked for: gzip, deflate"):
        Unpacker(encoding, None)


def raw_deflate(data):
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [
        ("", bytes),
        ("identity", bytes),
        ("gzip", gzipped),
        ("GZIP", gzipped),
        ("deflate", zlib.compress),
        ("deflate", raw_deflate),
        ("deflate, gzip", lambda data: gzipped(zlib.compress(data))),
    ],
    ids=["none", "identity", "gzip", "upper", "deflate", "raw-deflate", "both"],
)
@pytest.mark.parametrize("size", [1, 7, 4096])
def test_what_is_packed_comes_out_as_it_was(encoding, pack, size):
    """However it is cut into parts."""
    data = bytes(range(256)) * 9000
    packed, unpacker = pack(data), Unpacker(encoding, len(data))
    step = size if size > 1 or len(packed) < 100_000 else 1000
    found = b"".join(b"".join(unpacker.feed(packed[at : at + step])) for at in range(0, len(packed), step))
    unpacker.end()
    assert found == data


def test_a_packed_answer_that_is_cut_short_is_damaged():
    """Else half a document would be taken for the whole."""
    unpacker = Unpacker("gzip", None)
    list(unpacker.feed(gzipped(b"x" * 1000)[:-4]))
    with pytest.raises(httpx.DecodingError, match="cut short"):
        unpacker.end()


def test_what_follows_the_end_of_a_packed_answer_takes_no_memory():
    """A compressed stream may be followed by anything; it counts against the bound."""
    unpacker = Unpacker("gzip", 10_000)
    assert b"".join(unpacker.feed(gzipped(b"data") + b"junk" * 1000)) == b"data"
    assert list(unpacker.feed(b"junk" * 1000)) == []
    with pytest.raises(httpx.DecodingError, match="longer"):
        list(unpacker.feed(b"junk" * 1000))


def test_a_deadline_moves_with_what_travels():
    """One second for each 32 KiB; with `within`, not at all."""
    soft, hard = Deadline(100.0, 32 * 1024.0), Deadline(100.0)
    for each in (soft, hard):
        each.moved(64 * 1024)
    assert (soft.until, hard.until) == (102.0, 100.0)
    with running(hard), running(soft) as inner:
        assert inner is soft


def test_a_ca_file_at_fault_reads_alike(tmp_path):
    """Missing, a folder, no PEM, not readable: the error says nothing of what lies on the disk."""
    (tmp_path / "text.pem").write_text("no certificate")
    (tmp_path / "empty.pem").write_text("")
    said = set()
    for path in ("nowhere.pem", "", "text.pem", "empty.pem", "no\x00where.pem"):
        with pytest.raises(errors.ConnectionSettingsError) as caught:
            open_client(
                Sessions(), api_root="http://x", options=HttpOptions(ca_bundle=f"{tmp_path}/{path}"), conn_id="wf"
            )
        said.add(str(caught.value))
    assert len(said) == 1
    assert said.pop().startswith("connection wf, field ca_bundle: cannot be used")


def test_a_proxy_that_cannot_be_one_names_the_connection():
    """Before anything is sent."""
    with pytest.raises(errors.ConnectionSettingsError, match="connection wf, field proxy: cannot be used"):
        open_client(Sessions(), api_root="http://x", options=HttpOptions(proxy="http://h:none"), conn_id="wf")


def test_what_has_arrived_in_time_is_read_though_it_is_found_late():
    """A process that was stopped takes the answer that is there; what drips on is given up soon."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        stream = Backend(httpcore.SyncBackend()).connect_tcp(*server.getsockname())
        sender, _ = server.accept()
        with sender, running(Deadline.after(-1.0)):
            sender.sendall(b"all of it")
            assert stream.read(3, 10.0) + stream.read(100, 10.0) == b"all of it"
            began = time.monotonic()
            with pytest.raises(httpcore.ReadTimeout, match="within the time limit"):  # noqa: PT012 sent and read in turn
                while sender.send(b"x"):
                    stream.read(1, 10.0)
            assert 0.3 < time.monotonic() - began < 5
            stream.close()
