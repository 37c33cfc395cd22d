"""Every grant and what to do about it, in words; no token."""

from __future__ import annotations

import hashlib
import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from airflow.models.connection import Connection
from airflow.utils.session import create_session
from sqlalchemy import select

from airflow_provider_workfront.api.errors import ConnectionSettingsError, printable
from airflow_provider_workfront.broker.expiry import Expiry, left_of
from airflow_provider_workfront.broker.seal import is_encrypting
from airflow_provider_workfront.broker.server import home, local_broker, page, registered, settings_of
from airflow_provider_workfront.broker.state import Damaged, Grant, Newer, Unreadable
from airflow_provider_workfront.broker.store import PREFIX

if TYPE_CHECKING:
    from airflow_provider_workfront.broker.store import Snapshot
    from airflow_provider_workfront.connection import Settings


def overview() -> list[dict[str, Any]]:
    """Give one line for each Workfront connection and each record without one."""
    records = {record.key: record.value for record in local_broker().store.records()}
    known = {grant.conn_id for grant in records.values() if isinstance(grant, Grant)}
    aside = [line(key.removeprefix(PREFIX), "set aside", _resting(records[key])) for key in records if _is_aside(key)]
    unread = {
        key.removeprefix(PREFIX)
        for key, grant in records.items()
        if not isinstance(grant, Grant) and not _is_aside(key)
    }
    listed = _connections() | known | unread
    asked = {conn_id for conn_id in local_broker().asked.ids() - listed if found(conn_id)}
    return [line_of(conn_id) for conn_id in sorted(listed | asked)] + aside


def _is_aside(key: str) -> bool:
    return "__aside__" in key


def _resting(value: Grant | Damaged | Unreadable) -> str:
    return "returns with its host" if isinstance(value, Grant) else "no key opens it: kept in case its key turns up"


def line(conn_id: str, state: str, next_step: str, **more: Any) -> dict[str, Any]:
    """Make one line; what is not known is None."""
    names = ("workfront", "user", "generation", "token_age_seconds", "since", "last_outcome", "days_left")
    empty = dict.fromkeys(names)
    return {"conn_id": conn_id, "state": state} | empty | more | {"next_step": next_step}


def shown(conn_id: str) -> dict[str, Any]:
    """Give all there is to say of one connection; ends the program if there is nothing."""
    settings = settings_of(conn_id)
    if settings is None:
        raise SystemExit(f"There is no connection {conn_id!r}; `airflow connections list` shows what there is.")
    snapshot = local_broker().broker.peek(conn_id)
    grant = snapshot.value
    if not isinstance(grant, Grant):
        told = line_of(conn_id)
        raise SystemExit(f"Connection {conn_id!r}: {told['state']}. Next: {told['next_step']}.")
    expires_at, left = grant.tokens.expires_at, _expiry(settings, grant, snapshot.now)
    return {
        "connection": _short(settings.refresh_token),
        "record": _short(grant.tokens.refresh),
        "state": _state(grant),
        "since": _since(grant),
        "host": grant.base_url,
        "user": grant.user_name or grant.user_id,
        "family": grant.family,
        "generation": grant.generation,
        "authorized_days": round((snapshot.now - grant.began_at) / 86_400) if grant.began_at else None,
        "absolute_expiry_days": settings.absolute_expiry_days,
        "inactivity_days": settings.inactivity_days,
        "days_left": None if left.days is None else round(left.days),
        "age_seconds": round(snapshot.now - grant.tokens.issued_at) if grant.tokens.access else None,
        "expires_in": round(expires_at - snapshot.now) if expires_at else None,
        "refreshing": grant.lease is not None,
        "notice": printable(grant.notice),
        "encrypted": is_encrypting(),
        "next_step": _next_step(conn_id, grant, left),
    }


def found(conn_id: str) -> dict[str, Any] | None:
    """Return the line of a connection as tasks find it, in a secrets backend too; None if there is nothing of ours."""
    told = line_of(conn_id)
    is_gone = told["state"] == "connection deleted"
    return None if is_gone and local_broker().broker.peek(conn_id).cipher is None else told


def line_of(conn_id: str) -> dict[str, Any]:
    """Give the line of one connection."""
    try:
        settings = settings_of(conn_id)
    except ConnectionSettingsError as error:
        return line(conn_id, "cannot be used", str(error))
    snapshot = local_broker().broker.peek(conn_id)
    if settings is None:
        return line(conn_id, "connection deleted", f"airflow workfront forget {conn_id}")
    if settings.auth != "oauth2":
        return line(conn_id, settings.auth, "nothing: no stored state is needed", workfront=settings.base_url)
    return _with_record(settings, snapshot)


def _with_record(settings: Settings, snapshot: Snapshot) -> dict[str, Any]:
    conn_id, grant, where = settings.conn_id, snapshot.value, settings.base_url
    if isinstance(grant, Newer):
        return line(conn_id, "newer", "upgrade airflow-provider-workfront here", workfront=where)
    if isinstance(grant, Unreadable):
        next_step = f"give each api-server every Fernet key in use; if it is lost, authorize at {page(conn_id)}"
        return line(conn_id, f"unreadable: {grant}", next_step, workfront=where)
    if isinstance(grant, Damaged):
        next_step = "run a task: it is rebuilt from the connection; or authorize again"
        return line(conn_id, f"damaged: {grant}", next_step, workfront=where)
    if grant is None:
        return _without_record(settings)
    left = _expiry(settings, grant, snapshot.now)
    return line(
        conn_id,
        _state(grant),
        _next_step(conn_id, grant, left),
        workfront=where,
        user=grant.user_name or grant.user_id,
        generation=grant.generation,
        token_age_seconds=round(snapshot.now - grant.tokens.issued_at) if grant.tokens.access else None,
        since=_since(grant),
        last_outcome=printable(grant.notice) or (grant.attempt.outcome if grant.attempt else "stored"),
        days_left=None if left.days is None else round(left.days),
    )


def _without_record(settings: Settings) -> dict[str, Any]:
    state = "not used yet" if settings.refresh_token else "no refresh token"
    next_step = "nothing: the first task uses its refresh token" if settings.refresh_token else "authorize it"
    if not is_encrypting():
        next_step = "set [core] fernet_key: without it no token is stored"
    return line(settings.conn_id, state, next_step, workfront=settings.base_url)


def _state(grant: Grant) -> str:
    if grant.dead:
        return "reauthorize"
    if grant.home != home():
        return "another Airflow's"
    if grant.failing_since is not None:
        return "failing"
    return "refreshing" if grant.lease else "active"


def _since(grant: Grant) -> str | None:
    """Return since when refreshes fail, in the database's time."""
    since = grant.failing_since
    return None if since is None else f"{datetime.fromtimestamp(since, UTC):%Y-%m-%dT%H:%M:%SZ}"


FAILING = {
    "misconfigured": "check client ID and client secret (then host and token_encoding) in the connection",
    "not sent": "check host, proxy and network of the api-server; the next task tries again",
}
"""What to do about a token endpoint that gives nothing, by the outcome of the last try."""


def _next_step(conn_id: str, grant: Grant, left: Expiry) -> str:
    steps = {
        "reauthorize": f"authorize it at {page(conn_id)}",
        "another Airflow's": f"authorize it by itself, or: airflow workfront adopt {conn_id}",
        "failing": FAILING.get(
            grant.attempt.outcome if grant.attempt else "",
            "Workfront's token service does not work at present; the token is kept, and the next task tries again",
        ),
    }
    return steps.get(_state(grant)) or left.warning or "nothing"


def _expiry(settings: Settings, grant: Grant, now: float) -> Expiry:
    return left_of(grant, registered(settings), now)


def _connections() -> set[str]:
    """Name the connections of type `workfront`: rows of the database, and what the environment holds."""
    with create_session(scoped=False) as session:
        rows = set(session.scalars(select(Connection.conn_id).where(Connection.conn_type == "workfront")))
    prefix = "AIRFLOW_CONN_"
    named = {name.removeprefix(prefix).lower() for name in os.environ if name.startswith(prefix)}
    return rows | {name for name in named if _is_workfront(os.environ[f"{prefix}{name.upper()}"])}


def _is_workfront(text: str) -> bool:
    return text.startswith("workfront:") or '"workfront"' in text


def _short(token: str) -> str:
    """Give a hash short enough to compare by eye."""
    return hashlib.sha256(token.encode()).hexdigest()[:8] if token else ""
