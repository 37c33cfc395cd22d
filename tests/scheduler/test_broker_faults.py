"""What the token endpoint, the network and the database can do to a refresh, with real api-server processes."""

from __future__ import annotations

from airflow_provider_workfront.simulator import Fault


def test_forty_callers_at_once_make_one_token_call(workfront):
    """T1: whoever comes while a refresh is under way waits for it, in both processes."""
    asks = [workfront.ask() for _ in range(40)]
    given = {ask.result(60).headers for ask in asks}

    assert len(given) == 1
    assert (workfront.stats["token_calls"], workfront.stats["reuse"]) == (1, 0)
    assert workfront.stored in workfront.live
