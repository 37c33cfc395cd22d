"""Refresh tokens: rotation, grace, reuse, expiry (rules 29 to 33)."""

import hashlib
from concurrent.futures import ThreadPoolExecutor

import pytest
from support.simulated import Caller

from airflow_provider_workfront.simulator import Options


def _states(caller: Caller) -> list[str]:
    return [token["state"] for token in caller.control("GET", "stats")["refresh_tokens"]]


def test_each_use_gives_a_new_refresh_token():
    """Rule 29: with rotation on, every refresh answers another token, which works."""
    caller = Caller()
    first = caller.refresh().body["refresh_token"]
    second = caller.refresh(first).body["refresh_token"]

    assert len({first, second, caller.simulator.credentials["refresh_token"]}) == 3


def test_a_used_refresh_token_is_refused():
    """Rule 29: the previous one stops working at once."""
    caller = Caller()
    caller.refresh()

    assert caller.refresh().status == 400


def test_a_used_refresh_token_works_for_the_grace_period():
    """Rule 29: a grace period is a switch; after it the old token is dead."""
    caller = Caller(Options(grace_seconds=30))
    caller.refresh()
    within = caller.refresh().status
    caller.control("POST", "clock", {"advance": 31})

    assert (within, caller.refresh().status) == (200, 400)


@pytest.mark.parametrize(("rotation", "expected"), [("same", "first"), ("omit", "absent"), ("empty", "")])
def test_without_rotation_the_token_stays(rotation, expected):
    """Rule 30: the same token comes back, or none; the first one keeps working."""
    caller = Caller(Options(rotation=rotation, refresh_token="first"))

    assert caller.refresh().body.get("refresh_token", "absent") == expected
    assert caller.refresh().status == 200


def test_an_authorization_ends_absolutely():
    """Rule 31: activity does not help against the absolute expiry."""
    caller = Caller(Options(rotation="same", absolute_seconds=100))
    caller.control("POST", "clock", {"advance": 60})
    within = caller.refresh().status
    caller.control("POST", "clock", {"advance": 60})

    assert (within, caller.refresh().status) == (200, 400)


def test_an_idle_authorization_ends_and_activity_keeps_it():
    """Rule 31: the inactivity expiry counts from the last use."""
    caller = Caller(Options(rotation="same", inactivity_seconds=100))
    for _ in range(3):
        caller.control("POST", "clock", {"advance": 60})
        assert caller.refresh().status == 200
    caller.control("POST", "clock", {"advance": 101})

    assert caller.refresh().status == 400


def test_of_two_refreshes_at_once_exactly_one_succeeds():
    """Rule 32: whatever the number of contenders."""
    caller = Caller()
    with ThreadPoolExecutor(16) as pool:
        statuses = list(pool.map(lambda _: caller.refresh().status, range(16)))

    assert sorted(statuses) == [200] + [400] * 15


def test_reuse_revokes_the_family_by_switch():
    """Rule 33: the token that was honestly rotated dies with the reused one."""
    caller = Caller(Options(reuse_revokes_family=True))
    live = caller.refresh().body["refresh_token"]
    caller.refresh()

    assert caller.refresh(live).status == 400
    assert _states(caller) == ["revoked", "revoked"]


def test_reuse_harms_nobody_by_default():
    """Rule 33: detection is off unless asked for."""
    caller = Caller()
    live = caller.refresh().body["refresh_token"]
    caller.refresh()

    assert caller.refresh(live).status == 200


def test_older_sessions_outlive_a_refresh_unless_told():
    """Reference 13: no source says, so it is a switch."""
    outcomes = []
    for dies in (False, True):
        caller = Caller(Options(sessions_die_on_refresh=dies))
        first = caller.refresh().body
        caller.refresh(first["refresh_token"])
        caller.token = first["access_token"]
        outcomes.append(caller.call("GET", "session").status)

    assert outcomes == [200, 401]


def test_a_token_of_another_application_is_refused():
    """Rule 28: a refresh token belongs to one client."""
    caller = Caller()
    token, _ = caller.simulator.grants.begin("another app", "", caller.world.admin_id)

    assert caller.refresh(token).status == 400


def test_stats_tell_hash_state_and_generation_and_no_token():
    """Tests judge rotation by these, and logs may hold them."""
    caller = Caller(Options(refresh_token="canary-token"))
    caller.refresh()
    caller.refresh()
    stats = caller.control("GET", "stats")
    first = {"hash": hashlib.sha256(b"canary-token").hexdigest()[:12], "state": "used", "generation": 1}

    assert stats["refresh_tokens"][0] == first
    assert [token["generation"] for token in stats["refresh_tokens"]] == [1, 2]
    assert (stats["token_calls"], stats["refreshes"], stats["reuse"], stats["refusals"]) == (2, 1, 1, 1)
    assert "canary-token" not in str(stats)


def test_revoking_leaves_only_a_new_authorization():
    """An administrator's last resort can be played."""
    caller = Caller()
    caller.control("POST", "tokens/revoke")

    assert caller.refresh().status == 400
