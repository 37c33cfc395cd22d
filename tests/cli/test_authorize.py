"""`airflow workfront authorize` as a person uses it: a terminal, and a browser somewhere."""

from __future__ import annotations

import getpass
import hashlib
import json
import os
import re
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import httpx
import pytest
from airflow.models.log import Log
from airflow.utils.session import create_session
from demo import free_ports
from sqlalchemy import select
from support.command_line import command
from support.site import Site, site_with

from airflow_provider_workfront.broker.store import Store, record_key
from airflow_provider_workfront.simulator import Options

if TYPE_CHECKING:
    from collections.abc import Iterator

ELSEWHERE = "http://localhost:8080/workfront/callback"  # the page in Airflow's UI, which nobody serves here
ALLOW, DENY = {"decision": "allow"}, {"decision": "deny"}


@pytest.fixture
def port() -> int:
    """A port to listen on."""
    return free_ports(1)[0]


@pytest.fixture
def site(airflow_db, port) -> Iterator[Site]:
    """A connection without a token, to a Workfront that asks the person."""
    uris = (ELSEWHERE, f"http://127.0.0.1:{port}/callback")
    with site_with(Options(redirect_uris=uris, interactive=True)) as made:
        made.connect(extra={"refresh_token": ""})
        yield made


@contextmanager
def process_of(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Run it in a process of its own, as a terminal does."""
    line = [sys.executable, "-m", "airflow", "workfront", *arguments]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(line, text=True, env=dict(os.environ), **pipes) as process:
        try:
            yield process
        finally:
            process.kill()


def address(process) -> str:
    """Read on until the address to open stands there."""
    for line in process.stdout:
        if found := re.search(r"http\S+/integrations/oauth2/authorize\S+", line):
            return found[0]
    raise AssertionError(process.stderr.read())


def decided(url: str, decision: dict[str, str]) -> str:
    """Decide in the browser; give the address it is led to."""
    answer = httpx.get(url, params=httpx.URL(url).params.merge(decision))
    return answer.headers["location"]


def grant():
    """The record."""
    return Store().read(record_key("wf")).value


def test_the_browser_comes_back_to_a_port(site, port):
    """With `--listen`: nothing has to be copied; other requests are of no account."""
    with process_of("authorize", "wf", "--listen", str(port)) as process:
        url = address(process)
        back = decided(url, ALLOW)
        while "Waiting" not in process.stdout.readline():
            pass
        assert httpx.get(f"http://127.0.0.1:{port}/favicon.ico").status_code == 404
        assert "see the terminal" in httpx.get(back).text
        out, err = process.communicate(timeout=60)

    assert process.returncode == 0, err
    assert "Connection 'wf' is authorized: it acts as Ada Admin (admin@acme.example) from now on." in out
    assert grant().user_name == "Ada Admin (admin@acme.example)"
    with create_session() as session:
        row = session.scalars(select(Log).where(Log.event == "workfront_authorize").order_by(Log.id.desc())).first()
        assert (row.owner, json.loads(row.extra)["connection_id"]) == (getpass.getuser(), "wf")
    assert hashlib.sha256(grant().tokens.refresh.encode()).hexdigest()[:12] in site.live()
    assert site.stored()["refresh_token"] == grant().tokens.refresh


def test_the_port_goes_before_the_redirect_url_of_the_connection(site, port):
    """Which belongs to the page in Airflow: consent is asked with the address that somebody listens at."""
    site.connect(extra={"refresh_token": "", "redirect_uri": ELSEWHERE})
    with command("authorize", "wf", "--listen", str(port)) as process:
        asked = httpx.URL(address(process)).params["redirect_uri"]
        while "Waiting" not in process.stdout.readline():
            pass
        httpx.get(asked)  # without a code: the command ends

    assert asked == f"http://127.0.0.1:{port}/callback"


@pytest.mark.parametrize("code_alone", [False, True], ids=["address", "code"])
def test_the_address_is_pasted(site, code_alone):
    """Or the code in it; neither it nor a token is printed."""
    with command("authorize", "wf") as process:
        back = decided(address(process), ALLOW)
        code = httpx.URL(back).params["code"]
        out, err = process.communicate(f"{code if code_alone else back}\n", timeout=60)

    assert process.returncode == 0, err
    assert "is authorized" in out
    secrets = {code, grant().tokens.refresh, grant().tokens.access, site.secret}
    assert not [secret for secret in secrets if secret in out + err]


@pytest.mark.parametrize(
    ("decision", "change", "said"),
    [
        (DENY, lambda back: back, "Consent was denied"),
        (ALLOW, lambda back: f"{back}x", "This answer belongs to another try"),
        (ALLOW, lambda back: re.sub(r"&state=.*", "", back), "Workfront did not return the state"),
        (ALLOW, lambda _: "rubbish", "A code is good for 2 minutes and for one use"),
    ],
    ids=["denied", "forged state", "no state", "wrong code"],
)
def test_what_is_not_right_is_refused(site, decision, change, said):
    """In one clear sentence, with exit code 1; nothing is stored."""
    with command("authorize", "wf") as process:
        back = decided(address(process), decision)
        _, err = process.communicate(f"{change(back)}\n", timeout=60)

    assert process.returncode == 1
    assert said in err
    assert "Traceback" not in err
    assert grant() is None


def test_a_connection_that_is_not_there(site):
    """It says where to look."""
    with command("authorize", "none") as process:
        _, err = process.communicate(timeout=60)

    assert process.returncode == 1
    assert "There is no connection 'none'" in err


@pytest.mark.parametrize(
    ("arguments", "host", "said"),
    [
        (("wf",), "acme.example.com", "is not a Workfront host"),
        (("wf", "--listen", "99999"), "", "Choose another port"),
    ],
)
def test_what_cannot_work_is_one_clear_line(site, arguments, host, said):
    """A wrong host, a port that there is not: no traceback."""
    site.connect(extra={"refresh_token": ""}, **({"host": host} if host else {}))
    with command("authorize", *arguments) as process:
        _, err = process.communicate(timeout=60)

    assert process.returncode == 1
    assert said in err
    assert "Traceback" not in err


def test_a_connection_with_nothing_to_authorize(site):
    """An API key needs no consent."""
    site.connect(extra={"auth": "api_key", "api_key": "k"})
    with command("authorize", "wf") as process:
        _, err = process.communicate(timeout=60)

    assert process.returncode == 1
    assert "there is nothing to authorize" in err
