"""A connection as one checked value. A refusal names connection and field, and shows no secret."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import partial
from typing import Any, Protocol

from airflow_provider_workfront.api.errors import ConnectionSettingsError
from airflow_provider_workfront.auth.oauth import Application, Encoding
from airflow_provider_workfront.connection import read
from airflow_provider_workfront.connection.host import base_url, is_workfront
from airflow_provider_workfront.connection.version import DEFAULT_VERSION, normal_version, support_warning

NEEDED = {  # what each way to authenticate cannot do without, in the order of the form
    "oauth2": ("client_id", "client_secret"),
    "jwt": ("client_id", "client_secret", "customer_id", "user_id", "private_key"),
    "ims": ("client_id", "client_secret", "ims_org_id"),
    "api_key": ("api_key",),
}
EXTRAS: dict[str, read.Reader] = {
    "auth": read.choice(*NEEDED),
    "refresh_token": read.secret,
    "refresh_token_home": read.text,
    "api_version": normal_version,
    "token_encoding": read.choice("json", "form"),
    "refresh": read.choice("each_run", "when_due"),
    "timeout": read.number(1, 3600),
    "max_concurrency": read.integer(1, 32),
    "read_only": read.boolean,
    "proxy": read.proxy,
    "ca_bundle": read.text,
    "absolute_expiry_days": read.integer(1, 3650),
    "inactivity_days": read.integer(1, 3650),
    "redirect_uri": read.redirect_uri,
    "pkce": read.boolean,
    "customer_id": read.text,
    "user_id": read.text,
    "private_key": read.private_key,
    "api_key": read.api_key,
    "ims_org_id": read.word,
    "events_token": read.bearer,
}
READERS = {"client_id": read.text, "client_secret": read.secret} | EXTRAS
FORBIDDING = {"proxy": "allow_connection_proxy", "ca_bundle": "allow_connection_ca_bundle"}
"""Options of Airflow's configuration that take away a field from who edits connections."""

FORM_NAMES = {"client_id": "login", "client_secret": "password"}  # what Airflow calls ours


class Configuration(Protocol):
    """What is read of Airflow's configuration; the SDK's and the server's own both fit."""

    def get(self, section: str, key: str, *, fallback: str) -> str | None:
        """Give an option's text."""


def policy(conf: Configuration) -> dict[str, Any]:
    """Give what Airflow's configuration says of connections, for `Settings.of`."""
    said = {name: conf.get("workfront", option, fallback="") or "" for name, option in FORBIDDING.items()}
    forbidden = tuple(name for name, value in said.items() if value.strip().lower() in read.FALSE)
    return {"allowed_hosts": conf.get("workfront", "allowed_hosts", fallback="") or "", "forbidden": forbidden}


class AirflowConnection(Protocol):
    """What is read of an Airflow connection; the SDK's and the server's own both fit."""

    conn_id: str
    host: str | None
    login: str | None
    password: str | None
    schema: str | None
    port: int | None
    extra: str | None


@dataclass(frozen=True, slots=True)
class Settings:
    """All that a connection says, checked and in its final type.

    `warnings` are sentences for the log, about settings that work but should not stay.
    """

    conn_id: str
    base_url: str
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    auth: str = "oauth2"
    refresh_token: str = field(default="", repr=False)
    refresh_token_home: str = ""
    api_version: str = DEFAULT_VERSION
    token_encoding: Encoding = "json"
    refresh: str = "each_run"
    timeout: float = 120.0
    max_concurrency: int | None = None
    read_only: bool = False
    proxy: str = field(default="", repr=False)
    ca_bundle: str = ""
    absolute_expiry_days: int | None = None
    inactivity_days: int | None = None
    redirect_uri: str = ""
    pkce: bool = False
    customer_id: str = ""
    user_id: str = ""
    private_key: str = field(default="", repr=False)
    api_key: str = field(default="", repr=False)
    ims_org_id: str = ""
    events_token: str = field(default="", repr=False)
    warnings: tuple[str, ...] = ()
    is_workfront: bool = True

    @classmethod
    def of(
        cls,
        conn: AirflowConnection,
        extra: Mapping[str, Any],
        *,
        allowed_hosts: str = "",
        forbidden: Collection[str] = (),
        today: date | None = None,
    ) -> Settings:
        """Check a connection.

        `extra` is passed in because on an event loop reading `conn.extra_dejson` may raise. `allowed_hosts` is
        what `[workfront] allowed_hosts` of Airflow's configuration says: whoever may edit a connection must
        not be able to widen it. `forbidden` names fields that this Airflow does not take from connections.
        """
        given = _given(conn, extra)
        for name in forbidden:
            if name in given:
                option = FORBIDDING[name]
                raise _refusal(
                    conn.conn_id, name, f"is not allowed here: [workfront] {option} is False; leave it empty"
                )
        values = {name: _read(conn, name, READERS[name], given[name]) for name in READERS if name in given}
        here = partial(base_url, schema=conn.schema, port=conn.port, allowed_hosts=allowed_hosts)
        address = _read(conn, "host", here, conn.host)
        warnings = _warnings(conn, extra, values, today)
        known = is_workfront(address, allowed_hosts)
        settings = cls(conn.conn_id, address, **values, warnings=warnings, is_workfront=known)
        settings._refuse_incomplete()
        return settings

    @property
    def host(self) -> str:
        """Give host and port alone, for log lines and for binding a grant to it."""
        return self.base_url.partition("://")[2]

    @property
    def api_root(self) -> str:
        """Give the address that every call of the API begins with, without a slash at its end."""
        return f"{self.base_url}/attask/api/{self.api_version}"

    def application(self) -> Application:
        """Give the OAuth2 application that this connection speaks for."""
        return Application(
            self.base_url,
            self.client_id,
            self.client_secret,
            self.redirect_uri,
            self.token_encoding,
            self.is_workfront,
        )

    def _refuse_incomplete(self) -> None:
        missing = [name for name in NEEDED[self.auth] if not getattr(self, name)]
        if missing:
            raise _refusal(self.conn_id, missing[0], f"is empty, and auth '{self.auth}' needs it")


def _given(conn: AirflowConnection, extra: Mapping[str, Any]) -> dict[str, Any]:
    unread = not extra and (conn.extra or "").strip() not in {"", "{}", "null"}
    if unread or not isinstance(extra, Mapping):
        raise _refusal(conn.conn_id, "extra", 'is not a JSON object, e.g. {"auth": "oauth2"}')
    everything = {**extra, "client_id": conn.login, "client_secret": conn.password}
    return {name: value for name, value in everything.items() if value is not None and value != ""}


def _read(conn: AirflowConnection, name: str, reader: read.Reader, value: object) -> Any:
    try:
        return reader(value)
    except ValueError as error:
        raise _refusal(conn.conn_id, name, str(error)) from None


def _refusal(conn_id: str, name: str, problem: str) -> ConnectionSettingsError:
    return ConnectionSettingsError(conn_id, FORM_NAMES.get(name, name), problem)


def _warnings(
    conn: AirflowConnection, extra: Mapping[str, Any], values: Mapping[str, Any], today: date | None
) -> tuple[str, ...]:
    aging = support_warning(values.get("api_version", DEFAULT_VERSION), today or datetime.now(UTC).date())
    unknown = [_unknown(name) for name in extra if name not in EXTRAS]
    return tuple(f"Connection '{conn.conn_id}': {text}" for text in (*unknown, aging) if text)


def _unknown(name: str) -> str:
    close = difflib.get_close_matches(name, EXTRAS, n=1)
    return f"extra field '{name}' is unknown and ignored" + (f"; did you mean '{close[0]}'?" if close else "")
