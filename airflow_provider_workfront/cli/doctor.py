"""`airflow workfront doctor`: what works of a connection, what does not, and what to do; spends no refresh token."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from airflow.configuration import conf

from airflow_provider_workfront.api.call import Answer, Retry
from airflow_provider_workfront.api.errors import ConnectionSettingsError
from airflow_provider_workfront.api.request import Lost
from airflow_provider_workfront.auth.session import ApiKeySession, Session
from airflow_provider_workfront.broker.client import Run
from airflow_provider_workfront.broker.session import broker_url, http_options, session_for
from airflow_provider_workfront.broker.tested import StoredSession
from airflow_provider_workfront.cli import check_connection, check_network, check_workfront
from airflow_provider_workfront.cli.finding import Finding, fail, has_failed, line, record, skip
from airflow_provider_workfront.cli.process import act_as_server, keep_output_clean, say
from airflow_provider_workfront.client import Client, open_client

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator

    from airflow_provider_workfront.connection import Settings

PATIENCE = 30.0  # seconds for an answer: a diagnosis shall not take minutes
BRIEF = Retry(tries=2, tries_unanswered=1, tries_refused=2)
OF_GRANT = ("token broker", "clock, api-server", "access token")
OF_WORKFRONT = ("user", *(f"reads {obj_code}" for obj_code in check_workfront.READ), "time zone")
OF_NETWORK = ("host", "TLS", "clock, Workfront")


def doctor(args: Namespace) -> None:
    """Check one connection; ends with 1 if anything does not work."""
    act_as_server()
    keep_output_clean()
    findings = []
    for finding in examined(args.conn_id):
        findings.append(finding)
        if not args.json:
            say(line(finding))
    if args.json:
        say(json.dumps([record(finding) for finding in findings]))
    if has_failed(findings):
        raise SystemExit(1)


def examined(conn_id: str) -> Iterator[Finding]:
    """Look at everything in order; what cannot be looked at is skipped."""
    settings, found = check_connection.connection(conn_id)
    yield found
    if settings is None:
        yield from _skipped((*OF_NETWORK, *OF_WORKFRONT), "the connection cannot be used")
        return
    today = datetime.now(UTC).date()
    yield from check_connection.settings_warnings(settings, today)
    yield check_connection.api_version(settings, today)
    yield check_connection.access(settings)
    grant_is_good = True
    if settings.auth == "oauth2":
        yield check_connection.fernet_key()
        found = check_connection.grant(settings)
        grant_is_good = found.state != "fail"
        yield found
    try:
        client = _opened(settings, ApiKeySession(""))
    except ConnectionSettingsError as error:  # a file that is not there
        yield fail("TLS", f"field {error.field}: {error.problem}", "correct it in the connection")
        yield from _skipped((*OF_GRANT, *OF_WORKFRONT), "nothing can be sent")
        return
    with client:
        yield from _from_afar(client, settings, grant_is_good=grant_is_good)


def _from_afar(client: Client, settings: Settings, *, grant_is_good: bool) -> Iterator[Finding]:
    options = http_options(settings, conf)
    found = check_network.host(settings.base_url, options)
    yield found
    information: Answer = Lost("not asked", sent=False)
    if found.state == "fail":
        yield from _skipped(("TLS", "clock, Workfront"), "the host does not resolve")
    else:
        information = check_network.information(client)
        yield check_network.reached(settings.base_url, options, information)
        yield check_network.clock("Workfront", information, time.time())
    if settings.auth == "oauth2":
        yield from _of_broker(client, settings, grant_is_good=grant_is_good)
    if isinstance(information, Lost):
        yield from _skipped(OF_WORKFRONT, "Workfront is not reached")
    else:
        yield from _of_session(settings, information, grant_is_good=grant_is_good)


def _of_broker(client: Client, settings: Settings, *, grant_is_good: bool) -> Iterator[Finding]:
    answer, said = check_network.asked_broker(client, settings, conf)
    found = check_network.broker(broker_url(conf), answer)
    yield found
    yield check_network.clock("api-server", answer, time.time())
    if found.state == "fail":
        yield skip("access token", "the token broker does not give any")
    elif not grant_is_good:
        yield skip("access token", "the grant is not good")
    else:
        yield check_network.access_token(said)


def _of_session(settings: Settings, information: Answer, *, grant_is_good: bool) -> Iterator[Finding]:
    session = _session(settings) if grant_is_good else None
    if session is None:
        yield check_workfront.version(settings.api_version, check_workfront.offered(information, {}))
        yield from _skipped(OF_WORKFRONT, "there is no access token that could be used without a refresh")
        return
    with _opened(settings, session) as workfront:
        found = check_workfront.user(workfront, has_grant=settings.auth == "oauth2")
        yield found
        known = check_workfront.session_of(workfront) if found.state == "ok" else {}
        yield check_workfront.version(settings.api_version, check_workfront.offered(information, known))
        if found.state != "ok":
            yield from _skipped(OF_WORKFRONT[1:], "Workfront does not let us in")
            return
        for obj_code in check_workfront.READ:
            yield check_workfront.visible(workfront, obj_code)
        yield check_workfront.time_zone(known)


def _session(settings: Settings) -> Session | None:
    """Give a session that costs nothing: of a grant, the access token that is stored, at the host that it is for."""
    if settings.auth != "oauth2":
        return session_for(settings, conf, Run)
    known = check_connection.stored_grant(settings)
    if known is None or not known.tokens.access or not check_connection.is_bound(known, settings):
        return None
    if not known.is_issued_under(settings.client_secret):
        return None
    return StoredSession(known)


def _opened(settings: Settings, session: Session) -> Client:
    options = http_options(settings, conf)
    return open_client(
        session,
        api_root=settings.api_root,
        options=replace(options, timeout=min(options.timeout, PATIENCE)),
        retry=BRIEF,
        read_only=True,
        conn_id=settings.conn_id,
    )


def _skipped(checks: tuple[str, ...], why: str) -> list[Finding]:
    return [skip(check, why) for check in checks]
