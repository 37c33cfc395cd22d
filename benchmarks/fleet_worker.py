"""One process of the fleet: from one moment to another it calls as fast as it is let, then tells how it went.

It says when it is ready, and is told both moments then.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

TRIES = 12  # of one call, in the rivals; the pauses double from one second to at most 30


class Refused(Exception):
    """A token that Workfront does not take any more, in a rival."""


def main() -> None:
    """Do what the argument says, and print the counts."""
    task = json.loads(sys.argv[1])
    call = KINDS[task["kind"]](task)
    print("ready", flush=True)
    begin, end = json.loads(sys.stdin.readline())
    time.sleep(max(0.0, begin - time.time()))  # noqa: TID251 it is the pace of a rival, or the start
    calls, gap, last, failed = 0, 0.0, time.time(), ""
    while not failed and time.time() < end:
        try:
            call()
        except Exception as error:  # noqa: BLE001 whatever it is, it ended the task
            failed = f"{type(error).__name__}: {error}"[:200]
        now = time.time()
        calls, gap, last = calls + (not failed and now <= end), max(gap, min(now, end) - last), now
    if isinstance(call, ours):
        call.client.close()
    print(json.dumps({"calls": calls, "gap": gap, "failed": failed}))


class ours:  # noqa: N801 as the kinds are named
    """This provider's client, with what its hook gives it."""

    def __init__(self, task: dict[str, Any]) -> None:
        from airflow_provider_workfront.broker.client import BrokerSession
        from airflow_provider_workfront.client import HttpOptions, Pace, open_client
        from airflow_provider_workfront.client.pace import share_of

        root, most = f"{task['url']}/attask/api/v21.0", task["most"]
        options = HttpOptions(direct=task["broker"], pace=Pace(most, most))
        share = share_of(root, options)
        session = BrokerSession(task["broker"], task["conn_id"], task["client_secret"], share=share)
        self.client = open_client(session, api_root=root, options=options)

    def __call__(self) -> None:
        """Count the projects."""
        self.client.count("PROJ")


class key(ours):  # noqa: N801
    """The same client with an API key: no token, no broker."""

    def __init__(self, task: dict[str, Any]) -> None:
        from airflow_provider_workfront.auth.session import ApiKeySession
        from airflow_provider_workfront.client import open_client

        self.client = open_client(ApiKeySession(task["api_key"]), api_root=f"{task['url']}/attask/api/v21.0")


def httpx_(task: dict[str, Any]) -> Callable[[], None]:
    """Do what is usually written: on 401 refresh, keep the tokens where others find them, double the pause on 429."""
    import httpx

    shared, http = Path(task["shared"]), httpx.Client(timeout=120)
    tokens = {"access_token": "", "refresh_token": task["refresh_token"]}

    def renew() -> None:
        found = json.loads(shared.read_text()) if shared.exists() else tokens
        if found["access_token"] != tokens["access_token"]:  # another process was faster
            tokens.update(found)
            return
        data = {"grant_type": "refresh_token", "refresh_token": found["refresh_token"]}
        data |= {"client_id": task["client_id"], "client_secret": task["client_secret"]}
        answer = http.post(f"{task['url']}/integrations/oauth2/api/v1/token", data=data)
        if answer.status_code != 200:  # another one was faster: look again soon, as the task's retry would
            time.sleep(1)  # noqa: TID251 it is the pace of a rival, or the start
            return
        tokens.update({name: answer.json()[name] for name in tokens})
        shared.write_text(json.dumps(tokens))

    def send() -> int:
        headers = {"sessionID": tokens["access_token"]}
        return http.get(f"{task['url']}/attask/api/v21.0/proj/count", headers=headers).status_code

    return lambda: _patiently(send, renew)


def airbyte(task: dict[str, Any]) -> Callable[[], None]:
    """Airbyte's authenticator for single-use tokens; its new configuration is kept, as the platform keeps it."""
    import io
    from contextlib import redirect_stdout

    import requests  # noqa: TID251 the rival's
    from airbyte_cdk.sources.streams.http.requests_native_auth import SingleUseRefreshTokenOauth2Authenticator

    shared, http = Path(task["shared"]), requests.Session()
    names = ("client_id", "client_secret", "refresh_token")
    config: dict[str, Any] = {"credentials": {name: task[name] for name in names}}
    config["credentials"] |= {"access_token": "", "token_expiry_date": ""}
    made: list[Any] = []

    def restart() -> None:
        kept = json.loads(shared.read_text()) if shared.exists() else config
        made[:] = [
            SingleUseRefreshTokenOauth2Authenticator(
                kept,
                token_refresh_endpoint=f"{task['url']}/integrations/oauth2/api/v1/token",
                client_id=task["client_id"],
                client_secret=task["client_secret"],
            )
        ]

    def send() -> int:
        before = made[0].access_token
        try:
            with redirect_stdout(io.StringIO()):
                token = made[0].get_access_token()
        except Exception:  # noqa: BLE001 the sync ends, and the platform begins it anew with what was kept
            time.sleep(1)  # noqa: TID251 it is the pace of a rival, or the start
            return 401
        if token != before:
            shared.write_text(json.dumps(made[0]._connector_config))  # noqa: SLF001 what it emits
        return http.get(f"{task['url']}/attask/api/v21.0/proj/count", headers={"sessionID": token}).status_code

    restart()
    return lambda: _patiently(send, restart)


def _patiently(send: Callable[[], int], renew: Callable[[], None]) -> None:
    for number in range(TRIES):
        status = send()
        if status == 401:
            renew()
            continue
        if status == 200:
            return
        if status != 429:
            raise Refused(f"status {status}")
        time.sleep(min(30.0, 2.0**number))  # noqa: TID251 it is the pace of a rival, or the start
    raise Refused("too many tries: refused by Workfront, or no token")


KINDS: dict[str, Callable[[dict[str, Any]], Callable[[], None]]] = {
    "ours": ours,
    "key": key,
    "httpx": httpx_,
    "airbyte": airbyte,
}

if __name__ == "__main__":
    main()
