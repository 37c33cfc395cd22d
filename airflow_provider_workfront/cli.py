"""`airflow workfront ...`: look at a connection's grant, and heal it where there is no browser.

Airflow reads this module at each start of its command line, so everything heavy is imported when a command
runs.
"""

from __future__ import annotations

import hashlib
import json
import os
from typing import TYPE_CHECKING, Any

from airflow.cli.cli_config import ActionCommand, Arg, GroupCommand

if TYPE_CHECKING:
    from argparse import Namespace

CONN_ID = Arg(("conn_id",), help="the connection's ID")  # type: ignore[no-untyped-call]
AS_JSON = Arg(("--json",), help="print one line of JSON", action="store_true")  # type: ignore[no-untyped-call]


def get_workfront_cli_commands() -> list[GroupCommand]:
    """Give Airflow's command line our group of commands."""
    commands = [
        ActionCommand("status", "Show the state of a connection's grant", status, (CONN_ID, AS_JSON)),
        ActionCommand("retry", "Let a grant that was refused try its refresh token once more", retry, (CONN_ID,)),
        ActionCommand("adopt", "Make a grant this Airflow's own, after its database was moved", adopt, (CONN_ID,)),
    ]
    return [GroupCommand("workfront", "Manage connections to Adobe Workfront", commands)]


def status(args: Namespace) -> None:
    """Print generation, age and short hashes; never a token."""
    shown = _status(args.conn_id)
    if args.json:
        print(json.dumps(shown))
        return
    for name, value in shown.items():
        print(f"{name:20} {value}")


def retry(args: Namespace) -> None:
    """Allow a dead grant one more try, at the next ask."""
    _change(args.conn_id, lambda grant: grant.revived(grant.buried), "the next task tries the refresh token again")


def adopt(args: Namespace) -> None:
    """Bind the grant to this Airflow."""
    from dataclasses import replace

    from airflow_provider_workfront.broker.server import home

    _change(args.conn_id, lambda grant: replace(grant, home=home()), "the grant now belongs to this Airflow")


def _status(conn_id: str) -> dict[str, Any]:
    settings, snapshot = _read(conn_id)
    grant = _grant(conn_id, snapshot)
    expires_at = grant.tokens.expires_at
    return {
        "connection": _short(settings.refresh_token),
        "record": _short(grant.tokens.refresh),
        "state": "reauthorize" if grant.dead else "active",
        "host": grant.base_url,
        "user_id": grant.user_id,
        "family": grant.family,
        "generation": grant.generation,
        "authorized_days": round((snapshot.now - grant.began_at) / 86_400) if grant.began_at else None,
        "absolute_expiry_days": settings.absolute_expiry_days,
        "inactivity_days": settings.inactivity_days,
        "age_seconds": round(snapshot.now - grant.tokens.issued_at) if grant.tokens.access else None,
        "expires_in": round(expires_at - snapshot.now) if expires_at else None,
        "refreshing": grant.lease is not None,
        "notice": grant.notice,
    }


def _read(conn_id: str) -> Any:
    os.environ["_AIRFLOW_PROCESS_CONTEXT"] = "server"  # as Airflow's own commands that read connections do
    from airflow_provider_workfront.broker.server import local_broker, settings_of

    settings = settings_of(conn_id)
    if settings is None:
        raise SystemExit(f"There is no connection {conn_id!r}; `airflow connections list` shows what there is.")
    return settings, local_broker().broker.peek(conn_id)


def _grant(conn_id: str, snapshot: Any) -> Any:
    from airflow_provider_workfront.broker.state import Grant

    if snapshot.value is None:
        raise SystemExit(f"Connection {conn_id!r} has no token record yet: its first task makes one.")
    if not isinstance(snapshot.value, Grant):
        raise SystemExit(f"The token record of connection {conn_id!r} is damaged: {snapshot.value}.")
    return snapshot.value


def _change(conn_id: str, change: Any, done: str) -> None:
    from airflow_provider_workfront.broker.server import local_broker
    from airflow_provider_workfront.broker.store import record_key

    _, snapshot = _read(conn_id)
    changed = change(_grant(conn_id, snapshot))
    if not local_broker().store.swap(record_key(conn_id), snapshot.cipher, changed):
        raise SystemExit("The record changed at the same moment: look with `airflow workfront status`, try again.")
    print(f"Connection {conn_id!r}: {done}.")


def _short(token: str) -> str:
    """Give a hash short enough to compare by eye."""
    return hashlib.sha256(token.encode()).hexdigest()[:8] if token else ""
