"""`airflow workfront authorize`: a person's consent where there is no Airflow UI, stored as that stores it."""

from __future__ import annotations

import getpass
import sys
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from airflow_provider_workfront.cli.process import act_as_server, keep_output_clean, say, unknown

if TYPE_CHECKING:
    from argparse import Namespace

    from airflow_provider_workfront.connection import Settings

WITHIN = 600  # seconds for a person to log in and to consent
AGAIN = "Nothing was stored. Run the command again; where the address holds no state, paste the code alone."
SEEN = b"<!doctype html><title>Workfront</title><p>The answer has arrived: see the terminal, and close this page.</p>"


def authorize(args: Namespace) -> None:
    """Print where to go, take the code that comes back, and store the grant."""
    act_as_server()
    keep_output_clean()
    from airflow_provider_workfront.api.errors import WorkfrontError
    from airflow_provider_workfront.broker.server import settings_of
    from airflow_provider_workfront.pages.flow import Refusal

    try:
        settings = settings_of(args.conn_id)
        if settings is None:
            raise SystemExit(unknown(args.conn_id))
        _authorize(settings, args.listen)
    except Refusal as refusal:
        raise SystemExit(f"{refusal.title}. {refusal.happened} {AGAIN}") from None
    except WorkfrontError as error:
        raise SystemExit(str(error)) from None


def _authorize(settings: Settings, port: int | None) -> None:
    from airflow_provider_workfront.broker import authorization
    from airflow_provider_workfront.broker.server import pages
    from airflow_provider_workfront.broker.trail import commander
    from airflow_provider_workfront.pages.flow import Flow, check_tenant, code_of

    goal = f"http://127.0.0.1:{port}/callback" if port else settings.redirect_uri or f"{pages()}callback"
    flow = Flow.begun(settings.conn_id, "", goal, pkce=settings.pkce)
    address = authorization.consent_url(settings, goal, flow.state, flow.pkce)
    say("Open this address, log in to Workfront as the user whom Airflow shall act as, and allow access:\n")
    say(f"  {address}\n")
    say(f"(One of the redirect URLs of Workfront's OAuth2 application has to be {goal})\n")
    query = _heard(goal) if port else _told(flow.state)
    code = code_of(query, flow, "")
    check_tenant(query, settings.host, settings.conn_id)
    done = authorization.authorized(settings, code, goal, flow.pkce, commander())
    say(f"Connection {settings.conn_id!r} is authorized: it acts as {done.user} from now on.")
    if done.before:
        say(f"Before, it acted as {done.before}.")


def _told(state: str) -> dict[str, str]:
    """Ask for the address that Workfront led to, or for the code alone, which a person vouches for."""
    from airflow_provider_workfront.pages.flow import answer_in

    say("Then copy the whole address that the browser is led to, within two minutes, whatever the page there says.")
    text = (getpass.getpass("Address (not shown): ") if sys.stdin.isatty() else sys.stdin.readline()).strip()
    query = answer_in(text)
    return query if len(query) > 1 else query | {"state": state}


def _heard(goal: str) -> dict[str, str]:
    """Listen until the browser comes."""
    from http.server import BaseHTTPRequestHandler, HTTPServer

    parts = urlsplit(goal)
    heard: list[dict[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        timeout = 5  # browsers open connections that they do not use

        def do_GET(self) -> None:
            came = urlsplit(self.path)
            is_it = came.path == parts.path
            if is_it:
                heard.append(dict(parse_qsl(came.query)))
            self.send_response(200 if is_it else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Referrer-Policy", "no-referrer")
            self.end_headers()
            self.wfile.write(SEEN if is_it else b"")

        def log_message(self, *_: Any) -> None:
            """Say nothing: the address holds a code."""

    until = time.monotonic() + WITHIN
    try:
        server = HTTPServer((str(parts.hostname), parts.port or 80), Handler)
    except (OSError, ValueError) as error:
        raise SystemExit(f"Nobody can listen at {goal}: {error}. Choose another port.") from None
    say(f"Waiting at {goal} for the browser to come back ...")
    with server:
        while not heard and time.monotonic() < until:
            server.timeout = max(0.1, until - time.monotonic())
            server.handle_request()
    if not heard:
        raise SystemExit(f"Nobody came within {WITHIN // 60} minutes: run the command again.")
    return heard[0]
