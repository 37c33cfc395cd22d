"""The grants of connections: what state they are in, and how to heal them where there is no browser."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.cli.process import act_as_server, say, unknown

if TYPE_CHECKING:
    from argparse import Namespace


def status(args: Namespace) -> None:
    """Print state, generation, age and short hashes; never a token. With --check, end with 1 if a person is needed."""
    act_as_server()
    from airflow_provider_workfront.broker.overview import overview, shown

    if args.conn_id:
        found = shown(args.conn_id)
        lines = [{"conn_id": args.conn_id} | found]
        say(json.dumps(found) if args.json else "\n".join(f"{name:20} {value}" for name, value in found.items()))
    else:
        lines = overview()
        _print(lines, args)
    if args.check and (alarms := [alarm for line in lines if (alarm := _alarm(line, args.within))]):
        raise SystemExit("\n".join(alarms))


def _print(lines: list[dict[str, Any]], args: Namespace) -> None:
    if args.json:
        say(json.dumps(lines))
        return
    from airflow.cli.simple_table import AirflowConsole

    AirflowConsole().print_as(data=lines, output=args.output, mapper=_texts)


def _alarm(line: dict[str, Any], within: int) -> str:
    """Say what a person has to do about a connection within so many days; nothing if there is nothing."""
    from airflow_provider_workfront.cli.check_connection import BROKEN

    days = line["days_left"]
    is_near = days is not None and days <= within
    if not is_near and not line["state"].startswith((*BROKEN, "cannot be used")):
        return ""
    left = f" ({days} days left)" if is_near else ""
    return f"Connection {line['conn_id']!r}: {line['state']}{left}. Next: {line['next_step']}"


def retry(args: Namespace) -> None:
    """Allow a dead grant one more try, at the next ask."""
    from airflow_provider_workfront.broker.server import registered
    from airflow_provider_workfront.broker.store import record_key
    from airflow_provider_workfront.broker.trail import commander, record

    broker, settings, snapshot = _read(args.conn_id)
    grant = _grant(args.conn_id, snapshot)
    if not broker.store.swap(record_key(args.conn_id), snapshot.cipher, grant.revived(grant.buried)):
        raise SystemExit("The record changed at the same moment: look with `airflow workfront status`, try again.")
    record("retry", args.conn_id, commander())
    broker.broker.report(registered(settings))
    say(f"Connection {args.conn_id!r}: the next task tries the refresh token again.")


def adopt(args: Namespace) -> None:
    """Bind a grant to this connection of this Airflow; nothing is sent."""
    from airflow_provider_workfront.api.errors import WorkfrontError
    from airflow_provider_workfront.broker.server import registered
    from airflow_provider_workfront.broker.trail import commander, record

    broker, settings, _ = _read(args.conn_id)
    try:
        done = broker.adoption.adopt(registered(settings))
    except WorkfrontError as error:
        raise SystemExit(str(error)) from None
    record("adopt", args.conn_id, commander(), done=done)
    broker.broker.report(registered(settings))
    say(f"Connection {args.conn_id!r}: {done}.")


def forget(args: Namespace) -> None:
    """Delete the records of a connection that is gone, those set aside too; what no key opens is only set aside."""
    act_as_server()
    from airflow_provider_workfront.broker.server import local_broker, settings_of
    from airflow_provider_workfront.broker.state import Unreadable
    from airflow_provider_workfront.broker.store import record_key
    from airflow_provider_workfront.broker.trail import commander, record

    if not args.force and settings_of(args.conn_id) is not None:
        raise SystemExit(
            f"Connection {args.conn_id!r} is still there, and its grant would be lost: a person would have to "
            "authorize it again. Delete the connection first, or say --force."
        )
    broker, key = local_broker(), record_key(args.conn_id)
    store = broker.store
    records = [found for found in store.records() if found.key == key or found.key.startswith(f"{key}__aside__")]
    if not records:
        raise SystemExit(f"There is no token record of connection {args.conn_id!r}.")
    if (
        not args.yes
        and input(f"Delete {len(records)} record(s) of {args.conn_id!r}, and with it the token? [y/N] ") != "y"
    ):
        raise SystemExit("Nothing was deleted.")
    aside, changed = "", []
    for found in records:
        if found.key == key and isinstance(found.value, Unreadable):
            aside = broker.adoption.keep_aside(args.conn_id, found.cipher)
            done = bool(aside)
        else:
            done = store.delete(found.key, found.cipher)
        changed += [] if done else [found.key]
    if count := len(records) - len(changed):
        record("forget", args.conn_id, commander(), records=count)
        say(f"Connection {args.conn_id!r}: {count - bool(aside)} token record(s) deleted.")
    if aside:
        say(
            f"One cannot be read by this process: it rests as Variable {aside!r}. To delete it too, say the same again."
        )
    if changed:
        raise SystemExit(f"{', '.join(map(repr, changed))} changed at the same moment: try again.")


def _read(conn_id: str) -> Any:
    act_as_server()
    from airflow_provider_workfront.broker.server import local_broker, settings_of

    settings = settings_of(conn_id)
    if settings is None:
        raise SystemExit(unknown(conn_id))
    return local_broker(), settings, local_broker().broker.peek(conn_id)


def _grant(conn_id: str, snapshot: Any) -> Any:
    from airflow_provider_workfront.broker.state import Grant

    if snapshot.value is None:
        raise SystemExit(f"Connection {conn_id!r} has no token record yet: its first task makes one.")
    if not isinstance(snapshot.value, Grant):
        raise SystemExit(f"The token record of connection {conn_id!r} cannot be read: {snapshot.value}.")
    return snapshot.value


def _texts(line: dict[str, Any]) -> dict[str, str]:
    return {name: "" if value is None else str(value) for name, value in line.items()}
