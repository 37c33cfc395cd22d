"""`airflow workfront doctor`: who the connection acts as, and what that user sees."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from support.doctor import examine, states, user_is, with_key
from support.site import site_with

from airflow_provider_workfront.api.request import Response
from airflow_provider_workfront.cli import (
    check_workfront,
)
from airflow_provider_workfront.simulator import Options
from airflow_provider_workfront.simulator.faults import Fault

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
