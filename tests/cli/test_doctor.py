"""`airflow workfront doctor`: each check where all is well; settings, key and grant where it is not."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from argparse import Namespace
from dataclasses import replace
from datetime import date
from importlib import import_module

import pytest
from airflow.models.crypto import get_fernet
from airflow.models.variable import Variable
from support.deployment import free_ports
from support.doctor import examine, states, with_key
from support.pages import fences
from support.typed import parsed

from airflow_provider_workfront.api.errors import ReauthorizationRequired, TokenError
from airflow_provider_workfront.broker.state import Lease
from airflow_provider_workfront.broker.store import Store, record_key
from airflow_provider_workfront.cli import (
    check_connection,
    get_workfront_cli_commands,
)
from airflow_provider_workfront.cli.doctor import doctor
from airflow_provider_workfront.cli.finding import line, ok, warn
from airflow_provider_workfront.connection import Settings

ALL = (
    "connection", "API version", "writes", "Fernet key", "grant", "host", "TLS", "clock, Workfront", "token broker",
    "clock, api-server", "access token", "user", "versions offered", "reads PROJ", "reads TASK", "reads OPTASK",
    "time zone",
)  # fmt: skip


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
        named = command.func.__wrapped__  # within what ends a command with one line
        (place,) = [cell.cell_contents for cell in named.__closure__ if isinstance(cell.cell_contents, str)]
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


def test_a_failing_refresh(site, broker):
    """A wrong client secret fails, with Workfront's words, since when, and what to check."""
    site.connect(password="wrong")
    with pytest.raises(TokenError):
        site.token(broker, secret="wrong")

    found = examine(site)["grant"]
    assert found.state == "fail"
    assert found.found.startswith("failing, generation 0, since 20")
    assert "invalid_client" in found.found
    assert found.remedy.startswith("check client ID and client secret")


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
