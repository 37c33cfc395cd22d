"""`airflow workfront doctor`: each check where all is well, and where it is not; nothing is spent, nothing leaks."""

from __future__ import annotations

import json
import re
import ssl
import subprocess
import sys
import threading
import time
from argparse import Namespace
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from typing import TYPE_CHECKING, ClassVar

import pytest
from airflow.configuration import conf
from airflow.models.crypto import get_fernet
from airflow.models.variable import Variable
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from support.deployment import free_ports
from support.pages import fences
from support.site import Site, served, site_with
from support.typed import parsed

from airflow_provider_workfront.api.errors import ReauthorizationRequired, TokenError
from airflow_provider_workfront.api.request import Lost, Response
from airflow_provider_workfront.auth.session import ApiKeySession
from airflow_provider_workfront.broker.proof import HEADER
from airflow_provider_workfront.broker.state import Lease
from airflow_provider_workfront.broker.store import Store, record_key
from airflow_provider_workfront.cli import (
    check_connection,
    check_network,
    check_workfront,
    get_workfront_cli_commands,
)
from airflow_provider_workfront.cli.doctor import doctor, examined
from airflow_provider_workfront.cli.finding import line, ok, warn
from airflow_provider_workfront.client import HttpOptions, open_client
from airflow_provider_workfront.connection import Settings
from airflow_provider_workfront.simulator import Options
from airflow_provider_workfront.simulator.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from airflow_provider_workfront.cli.finding import Finding

ALL = (
    "connection", "API version", "writes", "Fernet key", "grant", "host", "TLS", "clock, Workfront", "token broker",
    "clock, api-server", "access token", "user", "versions offered", "reads PROJ", "reads TASK", "reads OPTASK",
    "time zone",
)  # fmt: skip


@pytest.fixture
def site(airflow_db, monkeypatch) -> Iterator[Site]:
    """A simulator and the connection `wf` to it; this process is Airflow's command line."""
    monkeypatch.setenv("_AIRFLOW_PROCESS_CONTEXT", "server")
    monkeypatch.setenv("AIRFLOW__WORKFRONT__BROKER_URL", f"http://127.0.0.1:{free_ports(1)[0]}/workfront/")
    with site_with(Options()) as made:
        yield made


@pytest.fixture
def broker(site, monkeypatch) -> Iterator[str]:
    """A broker where tasks look for it."""
    with served() as url:
        monkeypatch.setenv("AIRFLOW__WORKFRONT__BROKER_URL", f"{url}/")
        yield url


@pytest.fixture
def used(site, broker) -> Site:
    """A site whose connection a task has used once."""
    site.token(broker)
    return site


def examine(site, conn_id: str = "wf") -> dict[str, Finding]:
    """Examine a connection; whatever is found, no refresh token is spent, no secret shown, no remedy missing."""
    before, live = site.simulator.stats()["refreshes"], site.live()
    found = list(examined(conn_id))
    shown = "\n".join(line(finding) for finding in found)

    assert (site.simulator.stats()["refreshes"], site.live()) == (before, live)
    assert [secret for secret in site.simulator.given if secret in shown] == []
    assert [finding for finding in found if finding.state in {"warn", "fail"} and not finding.remedy] == []
    return {finding.check: finding for finding in found}


def states(found: dict[str, Finding], *checks: str) -> list[str]:
    """Give the states of some checks."""
    return [found[check].state for check in checks]


def user_is(site, name: str) -> None:
    """Let the API key belong to another user."""
    world = site.simulator.world
    world.update("USER", world.admin_id, {"apiKey": None})
    world.update("USER", world.id_of("USER", f"{name}@acme.example"), {"apiKey": site.simulator.credentials["api_key"]})


def with_key(site, **changes) -> None:
    """Let the connection use the API key."""
    extra = {"auth": "api_key", "api_key": site.simulator.credentials["api_key"], "refresh_token": ""}
    site.connect(extra=extra | changes)


# -- all together


def test_a_good_connection_passes_every_check(used):
    """In one order; the administrator's time zone and the read-only switch are told."""
    found = examine(used)

    assert tuple(found) == ALL
    assert set(states(found, *ALL[:-1])) == {"ok", "skip"}
    assert states(found, "clock, Workfront", "clock, api-server", "time zone") == ["skip", "ok", "warn"]
    assert found["user"].found == "Ada Admin (admin@acme.example)"
    assert found["writes"].found == "refused, since read_only is set"
    assert found["reads TASK"].found == "40 tasks are visible"
    assert found["grant"].found == "active, generation 1"


def test_the_page_shows_what_is_printed(site, broker, capsys):
    """Against the simulator; only ports differ."""
    site.connect("workfront_default", extra={"read_only": False})
    site.token(broker, "workfront_default")
    doctor(parsed("doctor", "workfront_default"))

    (page,) = [fence.text for fence in fences("commands.md") if "workfront doctor" in fence.text]
    printed = re.search(r"^ok    connection.*", capsys.readouterr().out, re.MULTILINE | re.DOTALL)[0]
    assert same(page.partition("\n")[2]) == same(printed)


def same(text: str) -> list[str]:
    """Leave out what differs each time; the test's broker is no part of an api-server."""
    return [re.sub(r":\d{4,5}(/workfront)?|\d+ s apart", "", told.rstrip()) for told in text.splitlines()]


def test_warnings_do_not_fail(used, capsys):
    """The command prints a line for each check, and returns."""
    doctor(Namespace(conn_id="wf", json=False))

    lines = capsys.readouterr().out.splitlines()
    assert [text for text in lines if text.startswith("warn  time zone")]
    assert lines[0].startswith("ok    connection            http://127.0.0.1:")


def test_a_failure_ends_with_1(site, capsys):
    """In JSON, on one line."""
    with pytest.raises(SystemExit) as ended:
        doctor(Namespace(conn_id="nope", json=True))

    first, *others = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert ended.value.code == 1
    assert (first["check"], first["state"]) == ("connection", "fail")
    assert "airflow connections list" in first["found"]
    assert {finding["state"] for finding in others} == {"skip"}


def test_what_is_not_ok_has_its_remedy_below():
    """A pure function writes it."""
    assert line(ok("user", "Ada")) == "ok    user                  Ada"
    assert line(warn("user", "Bob", "ask Ada")).splitlines()[1].split() == ["->", "ask", "Ada"]


def test_the_command_line_loads_lightly():
    """Airflow imports our commands at each start: neither HTTP nor the database is loaded for them."""
    code = (
        "import sys; from airflow.cli import cli_config; before = set(sys.modules);"
        "from airflow_provider_workfront.cli import get_workfront_cli_commands; get_workfront_cli_commands();"
        "print(*(name for name in set(sys.modules) - before if name != 'airflow_provider_workfront.cli'))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert set(done.stdout.splitlines()[-1].split()) <= {"airflow_provider_workfront"}


def test_the_commands_lead_to_functions():
    """Each is found at the place that is written down as text."""
    (group,) = get_workfront_cli_commands()
    for command in group.subcommands:
        (place,) = [cell.cell_contents for cell in command.func.__closure__ if isinstance(cell.cell_contents, str)]
        module, _, name = place.rpartition(".")
        assert callable(getattr(import_module(module), name))


# -- the connection


@pytest.mark.parametrize(
    ("extra", "told"),
    [
        ({"api_version": "v15.0"}, "field api_version v15.0 was removed by Adobe"),
        ({"api_version": "soon"}, "field api_version must be a version such as"),
        ({"timeout": "long"}, "field timeout must be a number"),
    ],
)
def test_wrong_settings_fail_and_the_rest_is_skipped(site, extra, told):
    """The field is named."""
    site.connect(extra=extra)

    found = examine(site)
    assert found.pop("connection").found.startswith(told)
    assert {finding.state for finding in found.values()} == {"skip"}


def test_a_warning_of_the_settings_is_a_warning_here(used):
    """A misspelt field is named once."""
    used.connect(extra={"read_onyl": True, "refresh_token": used.stored()["refresh_token"]})

    assert (
        examine(used)["settings"].found == "extra field 'read_onyl' is unknown and ignored; did you mean 'read_only'?"
    )


def test_a_version_past_its_date_is_warned_of():
    """Once, with the schedule; a supported one is not."""
    old = Settings("wf", "https://h", api_version="v17.0", warnings=("Connection 'wf': x",))
    today = date(2027, 1, 1)

    finding = check_connection.api_version(old, today)
    assert (finding.state, "v22.0 is supported until" in finding.remedy) == ("warn", True)
    assert len(check_connection.settings_warnings(old, today)) == 1
    assert check_connection.api_version(Settings("wf", "https://h"), today).state == "ok"


def test_a_version_that_has_aged_is_told_once(site):
    """The settings' own warning of it is not repeated."""
    with_key(site, api_version="v16.0")

    found = examine(site)
    assert found["API version"].state == "warn"
    assert "settings" not in found
    assert found["versions offered"].state == "warn"
    assert "v16.0 is not among them" in found["versions offered"].found
    assert (found["user"].state, "410" in found["user"].found) == ("fail", True)


def test_whether_it_writes_is_told(site):
    """Both ways are fine."""
    with_key(site, read_only=False)

    assert examine(site)["writes"].found == "allowed"


# -- key and grant


@pytest.mark.parametrize(("allowed", "state"), [("False", "fail"), ("True", "warn")])
def test_a_missing_fernet_key(site, monkeypatch, allowed, state):
    """It fails, unless clear text is allowed."""
    monkeypatch.setenv("AIRFLOW__CORE__FERNET_KEY", "")
    monkeypatch.setenv("AIRFLOW__WORKFRONT__ALLOW_UNENCRYPTED", allowed)
    get_fernet.cache_clear()
    try:
        site.connect()
        found = examine(site)
    finally:
        monkeypatch.undo()
        get_fernet.cache_clear()

    assert (found["Fernet key"].state, "fernet_key" in found["Fernet key"].remedy) == (state, True)
    assert found["grant"].state == "warn"


def test_a_connection_that_no_task_has_used(site, broker):
    """Nothing is wrong; who it is cannot be told without a refresh. Looking twice changes nothing."""
    for found in (examine(site), examine(site)):
        assert (found["grant"].state, found["grant"].found) == ("ok", "not used yet")
        assert states(found, "token broker", "access token", "versions offered") == ["ok"] * 3
        assert set(states(found, *ALL[11:12], *ALL[13:])) == {"skip"}
        assert "without a refresh" in found["user"].found


def test_no_refresh_token(site, broker):
    """The next step is the overview's own."""
    site.connect(extra={"refresh_token": ""})

    found = examine(site)
    assert (found["grant"].state, found["grant"].remedy) == ("fail", "authorize it")
    assert states(found, "token broker", "access token", "user") == ["ok", "skip", "skip"]


def test_a_refused_refresh_token(site, broker):
    """The grant has to be authorized again; the way there is good."""
    site.connect(extra={"refresh_token": "dead"})
    with pytest.raises(ReauthorizationRequired):
        site.token(broker)

    found = examine(site)
    assert (found["grant"].state, "reauthorize" in found["grant"].found) == ("fail", True)
    assert "authorize it at http" in found["grant"].remedy
    assert states(found, "token broker", "access token", "user") == ["ok", "skip", "skip"]

    site.connect(extra={"refresh_token": site.simulator.credentials["refresh_token"]})
    found = examine(site)
    assert (found["grant"].state, "new refresh token" in found["grant"].found) == ("warn", True)


def rewrite(**changes) -> None:
    """Change the stored record."""
    found = Store().read(record_key("wf"))
    assert Store().swap(record_key("wf"), found.cipher, replace(found.value, **changes))


def test_a_grant_of_another_airflow(used):
    """A copied database spends nothing; its token is not used either."""
    rewrite(home="elsewhere")

    found = examine(used)
    assert (found["grant"].state, "workfront adopt wf" in found["grant"].remedy) == ("fail", True)
    assert found["user"].state == "skip"


def test_a_grant_of_another_host_is_not_sent(used):
    """The stored token belongs to the old host alone."""
    rewrite(base_url="https://old.my.workfront.com")

    found = examine(used)
    assert (found["grant"].state, "belongs to https://old" in found["grant"].found) == ("warn", True)
    assert found["user"].state == "skip"
    assert found["access token"].state == "fail"


def test_a_token_of_another_host_is_not_sent_though_no_broker_sets_it_aside(used, monkeypatch):
    """Nobody but the host that gave it may see it."""
    monkeypatch.setenv("AIRFLOW__WORKFRONT__BROKER_URL", f"http://127.0.0.1:{free_ports(1)[0]}/workfront/")
    rewrite(base_url="https://old.my.workfront.com")
    used.simulator.reset_stats()

    assert examine(used)["user"].state == "skip"
    assert used.simulator.stats()["calls"] == 1  # `/info`, which needs no session


def test_a_damaged_grant(used):
    """Somebody wrote over it."""
    Variable.set(record_key("wf"), "***")

    found = examine(used)
    assert (found["grant"].state, found["grant"].found[:7]) == ("fail", "damaged")


def test_a_newer_grant(used):
    """Of a later version of this provider: upgrade."""
    Variable.set(record_key("wf"), "v9.abcd")

    found = examine(used)
    assert (found["grant"].state, "upgrade" in found["grant"].remedy) == ("fail", True)


def test_an_authorization_that_ends_soon(used):
    """The overview's warning is a warning here."""
    used.connect(extra={"absolute_expiry_days": 10, "refresh_token": used.stored()["refresh_token"]})
    rewrite(began_at=Store().read("x").now - 5 * 86_400)

    found = examine(used)["grant"]
    assert (found.state, "days left 5" in found.found) == ("warn", True)
    assert "authorize again before" in found.remedy


def test_a_refresh_that_failed_last(used):
    """The token is still good; what went wrong is told."""
    rewrite(notice="wrong client secret")

    found = examine(used)["grant"]
    assert (found.state, "wrong client secret" in found.found) == ("warn", True)


def test_a_refresh_under_way(used):
    """Nothing is wrong with that."""
    rewrite(lease=Lease("me", time.time() + 100))

    assert examine(used)["grant"].found.startswith("refreshing")


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


@contextmanager
def listening(context: ssl.SSLContext | None = None, handler: type[Plain] = Plain) -> Iterator[int]:
    """Serve on a port of this machine, by TLS if there is a context."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def certificate(folder: Path) -> Path:
    """Make a certificate for localhost that only itself vouches for, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, now - timedelta(days=1), now + timedelta(days=1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    signed = made.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)
    (folder / "ca.pem").write_bytes(signed)
    (folder / "both.pem").write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + signed,
    )
    return folder / "both.pem"


def test_a_certificate_that_is_not_trusted_until_the_bundle_says_so(site, tmp_path):
    """And an answer with a date sets this machine's clock right."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate(tmp_path))
    with listening(context) as port:
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
    assert (found["TLS"].state, "ca_bundle: /nowhere.pem" in found["TLS"].found) == ("fail", True)
    assert states(found, "token broker", "user") == ["skip", "skip"]


def test_a_proxy_is_used_and_its_password_not_told(site, broker):
    """It resolves the host too; the broker is reached without it."""
    with listening() as port:
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
    with listening(handler=Late) as port:
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


# -- who, and what is seen


def test_an_access_token_that_has_ended(used):
    """No failure: the next task refreshes it. The rest cannot be told."""
    used.simulator.sessions.expire()

    found = examine(used)
    assert (found["user"].state, "query USER" in found["user"].remedy) == ("warn", True)
    assert states(found, "reads PROJ", "time zone") == ["skip", "skip"]
    assert found["versions offered"].state == "ok"


def test_a_revoked_token_is_not_found_out_by_spending_it(used):
    """The session that it gave goes on."""
    used.simulator.grants.revoke()

    assert states(examine(used), "grant", "user", "reads PROJ") == ["ok", "ok", "ok"]


def test_a_wrong_api_key_fails(site):
    """There is no next task that heals it."""
    with_key(site, api_key="WRONG-KEY")

    found = examine(site)
    assert (found["user"].state, "API key" in found["user"].found) == ("fail", True)
    assert "grant" not in found
    assert "WRONG-KEY" not in str(found)


def test_a_machine_to_machine_connection_is_asked_by_its_own_session(airflow_db, monkeypatch):
    """No grant and no broker; a key that Workfront does not know is told."""
    monkeypatch.setenv("_AIRFLOW_PROCESS_CONTEXT", "server")
    keys = [rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2)]
    public = keys[0].public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    with site_with(Options(public_key=public)) as site:
        world = site.simulator.world
        found = []
        for key in keys:
            pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
            who = {"customer_id": world.customer_id, "user_id": world.admin_id, "private_key": pem}
            site.connect(extra={"auth": "jwt", **who})
            found.append(examine(site))

    assert [result["user"].state for result in found] == ["ok", "fail"]
    assert "token broker" not in found[0]


def test_reading_is_forbidden(used):
    """Workfront's own words, and whom to ask; the other types are still looked at."""
    used.simulator.faults.plan([Fault("403", path="/task/count")])

    found = examine(used)
    assert states(found, "reads PROJ", "reads TASK", "reads OPTASK") == ["ok", "fail", "ok"]
    assert "403" in found["reads TASK"].found
    assert "access level" in found["reads TASK"].remedy


def test_nothing_is_visible(used):
    """It works, and is rarely meant."""
    world = used.simulator.world
    world.hidden[world.admin_id] = set(world.objects("OPTASK"))

    found = examine(used)["reads OPTASK"]
    assert (found.state, found.found) == ("warn", "no issues are visible")


@pytest.mark.parametrize(("name", "state"), [("grace", "ok"), ("omar", "warn"), ("paula", "warn")])
def test_the_users_time_zone(site, name, state):
    """UTC is best; London is UTC in winter only."""
    with_key(site)
    user_is(site, name)

    found = examine(site)["time zone"]
    assert found.state == state


def test_zones_that_nobody_knows():
    """None at all, and one that this machine does not have."""
    assert check_workfront.time_zone({}).state == "skip"
    assert check_workfront.time_zone({"timeZone": "Mars/Olympus"}).state == "warn"
    assert check_workfront.time_zone({"timeZone": "Etc/GMT"}).state == "ok"


@pytest.mark.parametrize(
    ("body", "session", "versions"),
    [
        (b'{"data": {"versions": ["v20.0", "v21.0"]}}', {}, ["v20.0", "v21.0"]),
        (b"<html>", {"versionInformation": {"apiVersions": {"v21.0": "/attask/api/v21.0/"}}}, ["v21.0"]),
        (b'{"data": 3}', {"versionInformation": None}, []),
        (b"[]", {}, []),
    ],
)
def test_where_the_offered_versions_stand(body, session, versions):
    """In `/info`, else in the session; where neither says, nothing fails."""
    found = check_workfront.offered(Response(200, {}, body), session)

    assert found == versions
    assert check_workfront.version("v21.0", found).state == ("ok" if versions else "skip")
