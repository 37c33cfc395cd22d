"""What the *Test* button says: who the connection acts as, learned without spending a refresh token."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from airflow_provider_workfront.api.errors import AuthenticationError, ResponseError, TokenError
from airflow_provider_workfront.auth.session import Credential, Session, Steps
from airflow_provider_workfront.broker.client import Run
from airflow_provider_workfront.broker.session import http_options, session_for
from airflow_provider_workfront.client import open_client

if TYPE_CHECKING:
    from airflow_provider_workfront.broker.state import Grant
    from airflow_provider_workfront.connection import Configuration, Settings

UNTRIED = (
    "The settings are complete. The refresh token was not tried: each use may replace it, so the first task "
    "will use it."
)

UNPROVEN = (
    "The settings are complete. The client secret is not the one that the stored token was issued under, so the token "
    "is not used with it: the first task will show whether Workfront takes the secret."
)


@dataclass(frozen=True, slots=True)
class StoredSession:
    """Give the access token that is stored, and nothing newer."""

    grant: Grant

    def acquire(self, refused: Credential | None) -> Steps:
        """Give the stored token once."""
        yield from ()
        if refused:
            raise TokenError(
                "Workfront does not take the stored access token any more. The next task will refresh it; "
                "testing does not spend the refresh token"
            )
        return Credential((("sessionID", self.grant.tokens.access),), self.grant.generation)


def tested(settings: Settings, conf: Configuration, *, in_server: bool) -> tuple[bool, str]:
    """Ask Workfront who the connection's credential belongs to, if there is one that costs nothing."""
    if settings.auth != "oauth2":
        return _asked(settings, session_for(settings, conf, Run), conf)
    if not in_server:
        return _asked(settings, session_for(settings, conf, Run, may_refresh=False), conf)
    grant = _grant(settings)
    if grant is None:
        return (True, UNTRIED) if settings.refresh_token else (False, "There is no refresh token yet: authorize first.")
    if grant.dead:
        return False, f"The connection has to be authorized again: {grant.notice}."
    if not grant.tokens.access:
        return True, UNTRIED
    if not grant.is_issued_under(settings.client_secret):
        return True, UNPROVEN
    return _asked(settings, StoredSession(grant), conf, f", rotation generation {grant.generation}")


def _grant(settings: Settings) -> Grant | None:
    from airflow_provider_workfront.broker.server import local_broker

    return local_broker().known(settings)


def _asked(settings: Settings, session: Session, conf: Configuration, generation: str = "") -> tuple[bool, str]:
    options = http_options(settings, conf)
    with open_client(session, api_root=settings.api_root, options=options, conn_id=settings.conn_id) as workfront:
        try:
            user = workfront.get("USER", "$$USER", fields=["name", "username"])
        except (TokenError, AuthenticationError) as error:
            return False, str(error)
        except ResponseError as error:
            if settings.is_workfront:
                raise
            where = "is not shown: the host is not Workfront's (see [workfront] allowed_hosts)"
            return False, f"{settings.host} answered {error.status}; what it said {where}."
    who = f"{user.get('name')} ({user.get('username')})"
    return True, f"Connected to {settings.host}, API {settings.api_version}, as {who}{generation}."
