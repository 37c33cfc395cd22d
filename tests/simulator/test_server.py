"""The simulator on a socket, and from a shell."""

import http.client
import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from urllib.parse import urlsplit

import pytest
from support.simulated import API, Caller

from airflow_provider_workfront.simulator import Options, running

MODULE = "airflow_provider_workfront.simulator"


@contextmanager
def _connected(caller: Caller) -> Iterator[http.client.HTTPConnection]:
    with running(caller.simulator) as server:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
        yield connection
        connection.close()


def _get(connection: http.client.HTTPConnection, path: str, token: str = "") -> tuple[int, bytes]:
    connection.request("GET", path, headers={"sessionID": token})
    response = connection.getresponse()
    return response.status, response.read()


def test_a_connection_serves_many_requests():
    """HTTP/1.1 keep-alive: the same socket, request after request."""
    caller = Caller()
    with _connected(caller) as connection:
        statuses = []
        for _ in range(3):
            statuses.append(_get(connection, f"{API}/session", caller.token)[0])
            sock = connection.sock

        assert statuses == [200, 200, 200]
        assert connection.sock is sock


def test_a_chunked_body_is_read():
    """A streaming client declares no length."""
    caller = Caller()
    with _connected(caller) as connection:
        headers = {"sessionID": caller.token, "content-type": "application/json"}
        connection.request("POST", f"{API}/proj", iter([b'{"name":', b'"x"}']), headers, encode_chunked=True)

        assert connection.getresponse().status == 200


def test_a_reset_gives_no_answer():
    """Rule 114: the connection dies before a single byte."""
    caller = Caller()
    caller.control("POST", "faults", [{"do": "reset"}])
    with _connected(caller) as connection, pytest.raises(ConnectionError):
        _get(connection, f"{API}/session", caller.token)


def test_a_truncated_answer_is_shorter_than_it_says():
    """Rule 114: half of the declared length arrives."""
    caller = Caller()
    caller.control("POST", "faults", [{"do": "truncate", "when": "after"}])
    with _connected(caller) as connection, pytest.raises(http.client.IncompleteRead):
        _get(connection, f"{API}/session", caller.token)


def test_a_slow_answer_is_slow():
    """Rule 114: and latency is a switch of its own."""
    caller = Caller(Options(latency_seconds=0.05))
    with _connected(caller) as connection:
        began = time.monotonic()
        _get(connection, f"{API}/session", caller.token)

        assert time.monotonic() - began >= 0.05


def test_calls_at_once_beyond_the_cap_are_refused():
    """Rule 113: on real sockets, over several connections."""
    caller = Caller(Options(concurrency=2, latency_seconds=0.3))
    with running(caller.simulator) as server:
        connections = [http.client.HTTPConnection("127.0.0.1", server.port, timeout=5) for _ in range(4)]
        for connection in connections:
            connection.request("GET", f"{API}/session", headers={"sessionID": caller.token})
        statuses = sorted(connection.getresponse().status for connection in connections)
        for connection in connections:
            connection.close()

    assert statuses == [200, 200, 429, 429]


def test_a_long_target_is_refused_before_anything_else():
    """Rule 14: beyond 8892 bytes comes 414 in HTML."""
    with _connected(Caller()) as connection:
        assert _get(connection, f"{API}/proj/search?name={'x' * 9000}")[0] == 414


def test_an_unknown_path_is_not_found():
    """Nothing but Workfront's own paths is served."""
    with _connected(Caller()) as connection:
        assert _get(connection, "/")[0] == 404


def test_stopping_ends_the_connections():
    """A client sees the server go, as in a restart."""
    caller = Caller()
    with running(caller.simulator) as server:
        client = socket.create_connection(("127.0.0.1", server.port), timeout=5)
        client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        client.recv(10_000)

    assert client.recv(10) == b""
    client.close()


@contextmanager
def _process(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", MODULE, *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        yield process
        if process.poll() is None:
            process.kill()


@pytest.mark.process
def test_the_command_prints_one_json_line_and_serves_until_terminated():
    """`make demo` and the benchmarks read that line."""
    with _process("--refresh-token", "R0", "--expires-in", "0", "--rotation", "omit", "--latency-ms", "1") as process:
        line = json.loads(process.stdout.readline())
        connection = http.client.HTTPConnection(urlsplit(line["url"]).netloc, timeout=5)
        status, _ = _get(connection, "/__simulator__/stats")
        connection.close()
        process.send_signal(signal.SIGTERM)

        assert list(line) == ["url", "client_id", "client_secret", "refresh_token", "api_key"]
        assert line["refresh_token"] == "R0"
        assert status == 200
        assert process.wait(timeout=5) == 0


@pytest.mark.process
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--host", "0.0.0.0"], "not a loopback address"),  # noqa: S104 - it is refused
        (["--faults", '[{"do": "explode"}]'], "no such fault"),
        (["--rotation", "sideways"], "invalid choice"),
    ],
)
def test_the_command_refuses_nonsense(arguments, message):
    """It listens on loopback only unless told, and says what is wrong."""
    with _process(*arguments) as process:
        assert process.wait(timeout=10) == 2
        assert message in process.stderr.read()


@pytest.mark.process
def test_the_help_is_enough_to_use_it():
    """Every path of the simulator's own and the fault plan are explained."""
    with _process("--help") as process:
        text = process.stdout.read()

    assert "/__simulator__/stats" in text
    assert '"when": "before" | "after"' in text


def test_trailers_end_a_chunked_body():
    """HTTP/1.1: they are read and dropped, and the connection goes on."""
    caller = Caller()
    head = f"POST {API}/proj HTTP/1.1\r\nHost: x\r\nsessionID: {caller.token}\r\nContent-Type: application/json\r\n"
    body = 'Transfer-Encoding: chunked\r\n\r\n8\r\n{"name":\r\n4;x=y\r\n"x"}\r\n0\r\nTrailer: 1\r\n\r\n'
    with running(caller.simulator) as server, socket.create_connection(("127.0.0.1", server.port), 5) as client:
        client.sendall((head + body).encode())
        first = client.recv(10_000)
        client.sendall(f"GET {API}/info HTTP/1.1\r\nHost: x\r\n\r\n".encode())

        assert first.startswith(b"HTTP/1.1 200")
        assert client.recv(10_000).startswith(b"HTTP/1.1 200")


def test_a_client_that_hangs_up_disturbs_nobody(capfd):
    """Rule 99: what was asked is done all the same, and nothing is printed."""
    caller = Caller(Options(latency_seconds=0.05))
    with running(caller.simulator) as server:
        client = socket.create_connection(("127.0.0.1", server.port), 5)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        head = f"POST {API}/proj?name=Orphan HTTP/1.1\r\nHost: x\r\nsessionID: {caller.token}\r\n\r\n"
        client.sendall(head.encode())
        Event().wait(0.02)
        client.close()
        Event().wait(0.15)

    assert caller.world.find("PROJ", name="Orphan")
    assert capfd.readouterr().err == ""


def test_a_large_world_is_made_on_start():
    """Benchmarks read from it."""
    caller = Caller(Options(projects=20, tasks=200))

    assert caller.call("GET", "task/count").data["count"] >= 200
