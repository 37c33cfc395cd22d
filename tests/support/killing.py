"""Kill processes of an api-server in mid-refresh, and say what has to come of it."""

from __future__ import annotations

import time
from contextlib import contextmanager

import psutil
import pytest
from support.deployment import kill
from support.grants import REVOKING, STRICT, eventually

from airflow_provider_workfront.api.errors import ReauthorizationRequired

PROFILES = pytest.mark.parametrize("options", [STRICT, REVOKING], ids=["strict", "revoking"])
RECOVERY = 6 + 1 + 4 + 8  # seconds: lease, settle time, one more request, and a slow machine


def is_whole(airflow):
    """Tell whether two processes have started to serve, not only been forked."""
    said = "".join(path.read_text() for path in airflow.home.glob("api-server.*.log"))
    return airflow.is_whole() and all(f"Started server process [{pid}]" in said for pid in airflow.workers())


def is_dead(pid):
    """Tell whether a process has ended, buried by its parent or not."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def killed(airflow, pid):
    """Kill a process that serves, and see it dead."""
    assert pid in airflow.workers(), "nobody held the lease: nothing was injected"
    kill(pid)
    eventually(lambda: is_dead(pid), 10, "the process to be dead")


@contextmanager
def broken_off(workfront, within=RECOVERY):
    """Kill the process that holds the lease, and drop its request; what follows has to end in time."""
    killed(workfront.airflow, workfront.airflow.holder(workfront.conn_id))
    workfront.door.cut()
    died = time.monotonic()
    yield
    assert time.monotonic() - died < within


def assert_one_call(workfront):
    """The good end: one token call, no used token, and Workfront takes the token in the record."""
    assert (workfront.stats["token_calls"], workfront.stats["reuse"]) == (1, 0)
    assert workfront.stored in workfront.live


def assert_lost(workfront, error):
    """The one end that needs a person: said with reason and address, asked of Workfront once more and then never."""
    assert isinstance(error, ReauthorizationRequired), error
    assert "the answer of an earlier refresh was lost" in str(error)
    assert f"/workfront/connections/{workfront.conn_id}" in error.url
    assert str(error).count(error.url) == 1
    assert workfront.grant.dead
    assert all(isinstance(workfront.outcome(), ReauthorizationRequired) for _ in range(5))
    # the probe is the one use of a used token there may be: nobody can know whether the first one arrived
    assert (workfront.stats["token_calls"], workfront.stats["reuse"]) == (2, 1)
