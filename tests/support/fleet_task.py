"""A process of a fleet: it calls so many times, says so after each call, and ends. For `tests/broker/test_fleet.py`."""

from __future__ import annotations

import json
import sys

from airflow_provider_workfront.broker.client import BrokerSession
from airflow_provider_workfront.client import HttpOptions, Pace, open_client
from airflow_provider_workfront.client.pace import share_of


def main() -> None:
    """Call."""
    task = json.loads(sys.argv[1])
    options = HttpOptions(60.0, pace=Pace(task["most"], task["most"]))
    share = share_of(task["root"], options)
    session = BrokerSession(task["broker"], "wf", task["secret"], share=share)
    with open_client(session, api_root=task["root"], options=options) as client:
        for number in range(task["calls"]):
            client.count("PROJ")
            sys.stdout.write(f"{number + 1}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
