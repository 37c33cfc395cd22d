"""What a newcomer gets wrong, or finds broken: one clear message each, of the kind that Airflow treats rightly."""

from __future__ import annotations

import json
import socket
import ssl
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import uvicorn
from airflow.models.connection import Connection
from airflow.models.variable import Variable
from airflow.sdk.exceptions import AirflowFailException
from airflow.utils.session import create_session
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from sqlalchemy import delete
from support.tasks import run

from airflow_provider_workfront.api.errors import ReauthorizationRequired, TokenError, TransportError
from airflow_provider_workfront.broker.app import create_app
from airflow_provider_workfront.broker.server import LocalBroker
from airflow_provider_workfront.hooks import WorkfrontHook
from airflow_provider_workfront.operators import (
    WorkfrontCountOperator,
    WorkfrontCreateOperator,
    WorkfrontOperator,
    WorkfrontSearchOperator,
)
from airflow_provider_workfront.simulator import Request, Response, Simulator, running
from airflow_provider_workfront.simulator.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KEY = "s3cret-key-of-somebody"
SECRET = "s3cret-of-the-client"


def connect(monkeypatch, host: str, **fields: object) -> None:
    """Set `workfront_default`, as an environment variable does."""
    extra = {"auth": "api_key", "api_key": KEY, "timeout": 1} | fields.pop("extra", {})
    conn = {"conn_type": "workfront", "host": host, "extra": extra, **fields}
    monkeypatch.setenv("AIRFLOW_CONN_WORKFRONT_DEFAULT", json.dumps(conn))


def count() -> int:
    return run(WorkfrontCountOperator(task_id="t", obj_code="PROJ"))


def search(**arguments: object) -> object:
    return run(WorkfrontSearchOperator(task_id="t", **({"obj_code": "PROJ"} | arguments)))


def refusal(capsys, kind: type[Exception] = AirflowFailException, **arguments: object) -> str:
    """Give the message of a search that fails so, with no secret in it nor in the log."""
    with pytest.raises(kind) as caught:
        search(**arguments)
    shown = str(caught.value) + repr(caught.value) + str(capsys.readouterr())
    assert KEY not in shown
    assert SECRET not in shown
    assert type(caught.value) is kind
    return str(caught.value)


def self_signed(folder: Path) -> Path:
    """Make a certificate that nobody trusts, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    unsigned = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=1))
    pem = folder / "both.pem"
    pem.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        + unsigned.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)
    )
    return pem


@contextmanager
def encrypted(folder: Path) -> Iterator[int]:
    """Listen with a certificate that nobody trusts; gives the port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed(folder))
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def shake_hands() -> None:
            while True:
                try:
                    context.wrap_socket(listener.accept()[0], server_side=True)
                except ssl.SSLError:
                    continue
                except OSError:
                    return

        thread = threading.Thread(target=shake_hands)
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


class Elsewhere:
    """Send everybody to another place."""

    def __init__(self, goal: str) -> None:
        self.goal = goal

    def answer(self, request: Request) -> Response:  # noqa: ARG002 the server calls it so
        """Redirect."""
        return Response(302, {"location": self.goal})


class Listening:
    """Remember what arrives."""

    def __init__(self) -> None:
        self.asked: list[Request] = []

    def answer(self, request: Request) -> Response:
        """Take note."""
        self.asked.append(request)
        return Response(200, {"content-type": "application/json"}, b'{"data": {"count": 1}}')


@pytest.fixture
def granted(airflow_db, monkeypatch) -> Iterator[Simulator]:
    """A simulator, a served broker, and nothing in the connection yet."""
    simulator = Simulator()
    server = uvicorn.Server(uvicorn.Config(create_app(LocalBroker()), port=0, log_level="critical", ws="none"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        threading.Event().wait(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    monkeypatch.setenv("AIRFLOW__WORKFRONT__BROKER_URL", f"http://127.0.0.1:{port}/")
    yield simulator
    server.should_exit = True
    thread.join()
    with create_session() as session:
        session.execute(delete(Variable))
        session.execute(delete(Connection))


def test_an_unknown_host_is_named(monkeypatch, capsys):
    """Name resolution may fail for a moment, so Airflow may try again; a mistyped name takes seconds to tell."""
    connect(monkeypatch, "nobody.invalid.workfront.com")
    started = time.monotonic()

    said = refusal(capsys, TransportError)

    assert "GET proj/search" in said
    assert "cannot connect to nobody.invalid.workfront.com" in said
    assert "check the connection's host" in said
    assert time.monotonic() - started < 15


def test_a_refused_connection_names_host_and_port(monkeypatch, capsys):
    """The server may be restarting."""
    connect(monkeypatch, "http://127.0.0.1:9")

    said = refusal(capsys, TransportError)

    assert "127.0.0.1 refuses connections on port 9" in said
    assert "check host, port and proxy" in said


def test_an_untrusted_certificate_leads_to_ca_bundle(monkeypatch, capsys, tmp_path):
    """As behind a company's proxy that opens all traffic."""
    with encrypted(tmp_path) as port:
        connect(monkeypatch, f"https://127.0.0.1:{port}")

        assert "a certificate that is not trusted (self-signed certificate): set ca_bundle" in refusal(
            capsys, TransportError
        )


def test_a_server_without_tls_is_told_from_one_with_a_bad_certificate(simulator, monkeypatch, capsys):
    """The port is wrong, not the certificate."""
    with running(simulator) as server:
        connect(monkeypatch, server.url.replace("http:", "https:"))

        assert "no TLS with 127.0.0.1 (WRONG_VERSION_NUMBER): check the connection's host, port" in refusal(
            capsys, TransportError
        )


def test_a_ca_bundle_that_is_not_there_is_named(monkeypatch, capsys):
    """Connection and field, and one text for all faults of the file: it tells nothing of this machine's disk."""
    connect(monkeypatch, "acme.my.workfront.com", extra={"ca_bundle": "/nowhere/ca.pem"})

    assert "connection workfront_default, field ca_bundle: cannot be used: it must name a file" in refusal(capsys)


def test_a_wrong_client_secret_is_named(granted, monkeypatch, capsys):
    """The broker says what Workfront said; the secret itself is shown nowhere."""
    with running(granted) as server:
        made = granted.credentials
        extra = {"auth": "oauth2", "refresh_token": made["refresh_token"], "api_key": ""}
        connect(monkeypatch, server.url, login=made["client_id"], password=SECRET, extra=extra)

        assert "client secret" in refusal(capsys, TokenError)


def test_a_dead_refresh_token_leads_to_the_page_to_go_to(granted, monkeypatch, capsys):
    """Somebody may authorize again meanwhile, so Airflow's retries stay."""
    with running(granted) as server:
        made = granted.credentials
        extra = {"auth": "oauth2", "refresh_token": "dead-refresh-token", "api_key": ""}
        connect(monkeypatch, server.url, login=made["client_id"], password=made["client_secret"], extra=extra)

        said = refusal(capsys, ReauthorizationRequired)

    assert "/connections" in said
    assert "dead-refresh-token" not in said


def test_a_refused_api_key_says_why_it_may_be(simulator, monkeypatch, capsys):
    """It cannot be renewed, so there is one call only."""
    with running(simulator) as server:
        connect(monkeypatch, server.url)

        assert "Workfront refused the API key" in refusal(capsys, TokenError)

    assert len(simulator.asked) == 1


@pytest.mark.usefixtures("simulator")
@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"fields": ["nmae"]}, "does not support field nmae (Project) - did you mean name?"),
        ({"filters": {"statsu": "CUR"}}, "does not support field statsu (Project) - did you mean status"),
        ({"fields": ["owner:nmae"]}, "does not support field nmae (User) - did you mean name?"),
        ({"obj_code": "PRJO"}, "Unknown object type: prjo - did you mean PROJ"),
    ],
)
def test_a_misspelt_name_comes_with_workfronts_words_and_a_guess(arguments, says, capsys):
    """It is the same after an hour."""
    said = refusal(capsys, **arguments)

    assert "/search: 422 " in said
    assert says in said


def test_an_unknown_operation_or_argument_fails_when_the_dag_is_parsed():
    """With a guess; nothing was run."""
    with pytest.raises(ValueError, match=r"unknown operation 'serach', did you mean 'search'\?"):
        WorkfrontOperator(task_id="t", operation="serach", obj_code="PROJ")
    with pytest.raises(TypeError, match=r"does not take argument 'filter', did you mean 'filters'\?"):
        WorkfrontSearchOperator(task_id="t", obj_code="PROJ", filter={})
    with pytest.raises(TypeError, match="operation 'update' needs argument 'obj_id'"):
        WorkfrontOperator(task_id="t", operation="update", obj_code="PROJ", values={})


def test_too_many_rows_for_xcom_say_how_many_and_what_to_do(large_simulator, capsys):
    """One call reads 1,001 rows, one counts; no third."""
    said = refusal(capsys, obj_code="TASK")

    assert "3,0" in said
    assert "rows match, more than 1,000" in said
    assert "set output_path" in said
    assert [request.path.rpartition("/")[2] for request in large_simulator.asked] == ["search", "count"]


@pytest.mark.parametrize(
    ("host", "says"),
    [
        ("http://acme.my.workfront.com", "must be reached by https; http is only for the own machine"),
        ("https://experience.adobe.com/#/@acme/workfront/home", "Setup > System > Customer Info"),
        ("acme", "did you mean acme.my.workfront.com?"),
        ("workfront.example.com", "is not a Workfront host"),
    ],
)
def test_a_host_that_may_not_get_the_session_is_refused(monkeypatch, capsys, host, says):
    """Before anything is sent; no retry mends it."""
    connect(monkeypatch, host)

    said = refusal(capsys)

    assert "connection workfront_default, field host: " in said
    assert says in said


def test_a_mask_in_place_of_a_secret_is_recognised(monkeypatch, capsys):
    """Airflow shows it, and somebody copied it."""
    connect(monkeypatch, "acme.my.workfront.com", extra={"api_key": "***"})

    assert "field api_key: is '***', which Airflow shows instead of a secret" in refusal(capsys)
    assert WorkfrontHook().test_connection()[0] is False


@pytest.mark.parametrize(
    ("version", "says"),
    [("v14", "v14.0 was removed by Adobe; choose a later one: v16.0"), ("new", "must be a version such as v21.0")],
)
def test_a_version_that_is_gone_comes_with_the_schedule(monkeypatch, capsys, version, says):
    """Connection and field are named."""
    connect(monkeypatch, "acme.my.workfront.com", extra={"api_version": version})

    assert f"connection workfront_default, field api_version: {says}" in refusal(capsys)


def test_a_connection_that_only_reads_sends_no_write(simulator, monkeypatch):
    """The call that was not made is named."""
    with running(simulator) as server:
        key = simulator.credentials["api_key"]
        connect(monkeypatch, server.url, extra={"api_key": key, "read_only": True})

        with pytest.raises(AirflowFailException, match="field read_only: POST proj was not sent"):
            run(WorkfrontCreateOperator(task_id="t", obj_code="PROJ", values={"name": "x"}))

    assert simulator.asked == []


def test_another_host_never_sees_the_session(monkeypatch):
    """A redirect there counts as a refused session; nobody follows it."""
    other = Listening()
    with running(other) as there, running(Elsewhere(f"{there.url}/attask/api/v21.0/proj/count")) as here:
        connect(monkeypatch, here.url)
        with pytest.raises(TokenError):
            count()

    assert other.asked == []


def test_a_slow_server_is_told_from_a_dead_one(simulator, monkeypatch):
    """The message names the setting; a write that may have happened is not tried again."""
    with running(simulator) as server:
        connect(monkeypatch, server.url, extra={"api_key": simulator.credentials["api_key"]})
        simulator.faults.plan([Fault("slow", delay=1.5)])

        with pytest.raises(AirflowFailException, match=r"POST proj: .*raise the connection's timeout.*may have"):
            run(WorkfrontCreateOperator(task_id="t", obj_code="PROJ", values={"name": "x"}))

    assert len(simulator.asked) == 1
