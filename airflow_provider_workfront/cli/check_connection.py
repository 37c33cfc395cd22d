"""Checks of what stands in Airflow: the connection, its settings, the key, the grant. Nothing is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.configuration import conf

from airflow_provider_workfront.api.errors import ConnectionSettingsError
from airflow_provider_workfront.broker.overview import line_of
from airflow_provider_workfront.broker.seal import is_encrypting
from airflow_provider_workfront.broker.server import local_broker, settings_of
from airflow_provider_workfront.broker.state import Grant
from airflow_provider_workfront.cli.finding import Finding, fail, ok, warn
from airflow_provider_workfront.cli.process import unknown
from airflow_provider_workfront.connection.version import schedule, support_warning

if TYPE_CHECKING:
    from datetime import date

    from airflow_provider_workfront.connection import Settings

BROKEN = ("reauthorize", "failing", "another Airflow's", "no refresh token", "newer", "unreadable", "damaged")
"""States of a grant in which every task fails, or a person has to look."""


def connection(conn_id: str) -> tuple[Settings | None, Finding]:
    """Find the connection, and read its settings."""
    try:
        settings = settings_of(conn_id)
    except ConnectionSettingsError as error:
        return None, fail("connection", f"field {error.field} {error.problem}", "correct it in the connection")
    if settings is None:
        return None, fail("connection", unknown(conn_id), "add it, or mind the spelling")
    return settings, ok("connection", f"{settings.base_url}, auth {settings.auth}, refresh {settings.refresh}")


def settings_warnings(settings: Settings, today: date) -> list[Finding]:
    """Repeat what reading the settings warned of; the version's age is a check of its own."""
    aging = support_warning(settings.api_version, today)
    texts = [text.partition(": ")[2] for text in settings.warnings]
    return [warn("settings", text, "correct or remove it in the connection") for text in texts if text != aging]


def api_version(settings: Settings, today: date) -> Finding:
    """Compare the version with Adobe's schedule."""
    if aging := support_warning(settings.api_version, today):
        return warn("API version", aging.partition(";")[0], f"set api_version in the connection: {schedule()}")
    return ok("API version", f"{settings.api_version} is supported")


def access(settings: Settings) -> Finding:
    """Say whether the connection may write."""
    return ok("writes", "refused, since read_only is set" if settings.read_only else "allowed")


def fernet_key() -> Finding:
    """Look for what a rotating token is encrypted with."""
    if is_encrypting():
        return ok("Fernet key", "the token is stored encrypted")
    if conf.getboolean("workfront", "allow_unencrypted", fallback=False):
        return warn("Fernet key", "there is none: the token is stored in clear", "set [core] fernet_key")
    return fail("Fernet key", "there is none: no rotating token is stored", "set [core] fernet_key on every component")


def grant(settings: Settings) -> Finding:
    """Say how the grant stands, as the overview does."""
    line, known = line_of(settings.conn_id), stored_grant(settings)
    state, next_step = line["state"], line["next_step"]
    if known and not is_bound(known, settings):
        found = f"the stored grant belongs to {known.base_url}, client ID {known.client_id}"
        return warn("grant", found, "the next task sets it aside; this host and client need a token of their own")
    if known and settings.refresh_token and not known.has_seen(settings.refresh_token):
        found = f"{state}; a new refresh token stands in the connection"
        return warn("grant", found, "run a task: it tries the new token")
    if state.startswith(BROKEN):
        return fail("grant", _told(line), next_step)
    if known and known.is_untried and known.attempt is None:
        return ok("grant", "not used yet")
    if state == "active" and line["last_outcome"] != "stored":
        return warn("grant", _told(line), "the next task tries again; the api-server's log says more")
    return ok("grant", _told(line)) if next_step.startswith("nothing") else warn("grant", _told(line), next_step)


def stored_grant(settings: Settings) -> Grant | None:
    """Give the record if it can be read; nothing is changed."""
    found = local_broker().broker.peek(settings.conn_id).value
    return found if isinstance(found, Grant) else None


def is_bound(known: Grant, settings: Settings) -> bool:
    """Tell whether a grant belongs to the host and the application of these settings: only there may its token go."""
    return (known.base_url, known.client_id) == (settings.base_url, settings.client_id)


def _told(line: dict[str, Any]) -> str:
    said = {
        "generation": line["generation"],
        "days left": line["days_left"],
        "since": line["since"],
        "last": None if line["last_outcome"] == "stored" else line["last_outcome"],
    }
    return ", ".join([line["state"], *(f"{name} {value}" for name, value in said.items() if value is not None)])
