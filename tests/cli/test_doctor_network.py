"""`airflow workfront doctor`: the way to Workfront and to the token broker, where it is not free."""

from __future__ import annotations

import json
import ssl
import time
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler
from typing import ClassVar

import pytest
from airflow.configuration import conf
from support.deployment import free_ports
from support.doctor import examine, states
from support.sockets import certificate, listening

from airflow_provider_workfront.api.errors import ReauthorizationRequired, TokenError
from airflow_provider_workfront.api.request import Lost, Response
from airflow_provider_workfront.auth.session import ApiKeySession
from airflow_provider_workfront.broker.proof import HEADER
from airflow_provider_workfront.cli import check_network
from airflow_provider_workfront.client import HttpOptions, open_client
from airflow_provider_workfront.connection import Settings
from airflow_provider_workfront.simulator.faults import Fault

# -- the way to Workfront


def test_a_host_that_does_not_exist(site, broker, monkeypatch):
    """Neither TLS nor a session is tried; the broker is."""
    monkeypatch.setenv("AIRFLOW__WORKFRONT__ALLOWED_HOSTS", ".invalid")
    site.connect(host="acme.invalid")

    found = examine(site)
    assert (found["host"].state, found["host"].found.split(" (")[0]) == ("fail", "acme.invalid does not resolve")
    assert states(found, "TLS", "clock, Workfront", "token broker", "user", "reads PROJ") == [
        "skip", "skip", "ok", "skip", "skip",
    ]  # fmt: skip


def test_a_port_where_nobody_listens(site, broker):
    """Workfront's checks are skipped."""
    site.connect(host=f"http://127.0.0.1:{free_ports(1)[0]}")

    found = examine(site)
    assert (found["TLS"].state, "refuses connections" in found["TLS"].found) == ("fail", True)
    assert "check host, port and proxy" in found["TLS"].remedy
    assert states(found, "host", "user", "time zone") == ["ok", "skip", "skip"]


def test_http_to_the_own_machine_uses_no_tls(used):
    """It is said, since it is only for the simulator."""
    assert "not used" in examine(used)["TLS"].found


def test_a_port_without_tls(site):
    """The simulator speaks plain HTTP."""
    site.connect(host=site.url.replace("http://127.0.0.1", "https://localhost"))

    found = examine(site)["TLS"]
    assert (found.state, found.found.split(" (")[0]) == ("fail", "no TLS with localhost")


class Plain(BaseHTTPRequestHandler):
    """Answers everything with the time."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


def test_a_certificate_that_is_not_trusted_until_the_bundle_says_so(site, tmp_path):
    """And an answer with a date sets this machine's clock right."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate(tmp_path))
    with listening(Plain, context) as port:
        with_host = {"host": f"https://localhost:{port}"}
        site.connect(**with_host)
        refused = examine(site)["TLS"]
        site.connect(**with_host, extra={"ca_bundle": str(tmp_path / "ca.pem")})
        found = examine(site)

    assert (refused.state, "is not trusted" in refused.found, refused.remedy) == ("fail", True, "set ca_bundle")
    assert (found["TLS"].state, found["TLS"].found) == ("ok", "the certificate is trusted")
    assert found["clock, Workfront"].state == "ok"


def test_a_ca_bundle_that_is_not_there(site):
    """Nothing can be sent, to nobody."""
    site.connect(extra={"ca_bundle": "/nowhere.pem"})

    found = examine(site)
    assert (found["TLS"].state, "field ca_bundle: cannot be used" in found["TLS"].found) == ("fail", True)
    assert states(found, "token broker", "user") == ["skip", "skip"]


def test_a_proxy_is_used_and_its_password_not_told(site, broker):
    """It resolves the host too; the broker is reached without it."""
    with listening(Plain) as port:
        site.connect(extra={"proxy": f"http://user:PROXY-SECRET@127.0.0.1:{port}"})
        found = examine(site)

    assert found["host"].found == f"127.0.0.1 is resolved by the proxy 127.0.0.1:{port}"
    assert f"by the proxy 127.0.0.1:{port}" in found["TLS"].found
    assert found["token broker"].state == "ok"
    assert "PROXY-SECRET" not in str(found)


def test_a_proxy_of_the_environment_is_used_unless_told_otherwise(monkeypatch):
    """As httpx reads it."""
    for name in ("HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTPS_PROXY", "http://u:p@proxy.test:3128")
    monkeypatch.setenv("NO_PROXY", "near.test")

    far = check_network.host("https://far.test", HttpOptions())
    assert (far.state, far.found) == ("ok", "far.test is resolved by the proxy proxy.test:3128")
    assert check_network.host("https://near.test", HttpOptions()).state == "fail"


@pytest.mark.parametrize("do", ["403", "302", "503"])
def test_an_answer_that_is_none_of_the_apis(site, do):
    """An allowlist, a login page, an outage: reached, but not well."""
    site.simulator.faults.plan([Fault(do, path="/info")])

    found = examine(site)["TLS"]
    assert (found.state, do in found.found, "allowlist" in found.remedy) == ("warn", True, True)


# -- clocks


@pytest.mark.parametrize(
    ("ahead", "state", "told"),
    [(0, "ok", "0 s apart"), (29, "ok", "29 s apart"), (45, "warn", "45 s ahead"), (-600, "warn", "600 s behind")],
)
def test_clocks_are_compared(ahead, state, told):
    """More than half a minute is warned of."""
    now = 1_800_000_000.0
    date_of_answer = format_datetime(datetime.fromtimestamp(now - ahead, UTC), usegmt=True)
    finding = check_network.clock("Workfront", Response(401, {"date": date_of_answer}, b""), now)

    assert (finding.state, told in finding.found) == (state, True)


@pytest.mark.parametrize(
    "answer", [None, Lost("x", sent=False), Response(200, {}, b""), Response(200, {"date": "x"}, b"")]
)
def test_without_a_date_no_clock_is_judged(answer):
    """It is said that none came."""
    assert check_network.clock("Workfront", answer, 0.0).state == "skip"


def test_the_clock_of_the_api_server_is_compared(used):
    """Its answers have a date."""
    assert examine(used)["clock, api-server"].state == "ok"


# -- the token broker


def test_the_broker_is_away(site):
    """The setting to change is named."""
    found = examine(site)

    assert (found["token broker"].state, "127.0.0.1 refuses connections" in found["token broker"].found) == (
        "fail",
        True,
    )
    assert "[workfront] broker_url" in found["token broker"].remedy
    assert found["access token"].state == "skip"


def test_another_server_is_no_broker(site, monkeypatch):
    """An api-server without the provider, or one that serves the execution API only."""
    monkeypatch.setenv("AIRFLOW__WORKFRONT__BROKER_URL", f"{site.url}/workfront/")

    found = examine(site)["token broker"]
    assert (found.state, "it answers 404" in found.found, "install the provider" in found.remedy) == (
        "fail",
        True,
        True,
    )


def test_the_api_server_knows_another_secret(site, broker):
    """The connection does not resolve alike there."""
    settings = Settings("wf", site.url, "cid", "another secret")
    with open_client(ApiKeySession(""), api_root=settings.api_root) as client:
        answer, said = check_network.asked_broker(client, settings, conf)

    finding = check_network.broker(broker, answer)
    assert (finding.state, "must resolve alike" in finding.remedy) == ("fail", True)
    assert "resolve alike" in str(said)


class Late(Plain):
    """An api-server whose clock is an hour behind: it believes only what is signed by its own."""

    asked: ClassVar[list[bytes]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        now = int(time.time()) - 3600
        is_good = abs(int(self.headers[HEADER].split(" ")[1]) - now) < 60
        self.asked.append(body)
        told = {"access_token": "A", "generation": 7} if is_good else {"error": {"kind": "unauthorized"}}
        content = json.dumps(told).encode()
        self.send_response_only(200 if is_good else 401)
        self.send_header("Date", self.date_time_string(now))
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def test_an_api_server_whose_clock_is_off(used, monkeypatch):
    """Tasks sign by its clock, and so does the doctor, who tells of it; a refresh is never asked for."""
    with listening(Late) as port:
        monkeypatch.setenv("AIRFLOW__WORKFRONT__BROKER_URL", f"http://127.0.0.1:{port}/workfront/")
        found = examine(used)

    assert states(found, "token broker", "clock, api-server") == ["ok", "warn"]
    assert " s ahead" in found["clock, api-server"].found
    assert found["access token"].found == "at hand, generation 7"
    assert [json.loads(body)["may_refresh"] for body in Late.asked] == [False, False]


@pytest.mark.parametrize(
    ("status", "state", "told"),
    [
        (200, "ok", "answers at"), (202, "ok", "answers at"), (409, "ok", "answers at"),
        (401, "fail", "does not believe"), (429, "fail", "too many"), (503, "fail", "answers 503"),
        (404, "fail", "answers 404"),
    ],
)  # fmt: skip
def test_answers_of_the_broker(status, state, told):
    """What each means."""
    finding = check_network.broker("http://api/workfront/", Response(status, {}, b""))

    assert (finding.state, told in finding.found) == (state, True)


def test_what_a_task_would_get(used):
    """A token at hand, one being refreshed, none yet, or what forbids it."""
    assert examine(used)["access token"].found == "at hand, generation 1"
    assert check_network.access_token(None).found == "being refreshed"
    shared = check_network.access_token(TokenError("connection 'a' holds the refresh token of connection 'b'"))
    assert (shared.state, "holds the refresh token" in shared.found) == ("fail", True)
    lost = check_network.access_token(ReauthorizationRequired("lost", url="http://af/page"))
    assert (lost.state, lost.found, lost.remedy) == ("fail", "lost", "authorize it at http://af/page")


def test_a_refresh_token_that_another_connection_uses(used):
    """Only the broker knows, and tells."""
    used.connect("other", extra={"refresh_token": used.stored()["refresh_token"]})

    found = examine(used, "other")
    assert found["token broker"].state == "ok"
    assert (found["access token"].state, "'wf'" in found["access token"].found) == ("fail", True)
