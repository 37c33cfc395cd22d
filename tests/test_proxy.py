"""A connection's proxy is for Workfront; Airflow's own api-server is reached without it."""

from __future__ import annotations

import ssl
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from airflow_provider_workfront.api.call import Send
from airflow_provider_workfront.api.errors import ConnectionSettingsError
from airflow_provider_workfront.api.request import Request
from airflow_provider_workfront.auth.session import ApiKeySession
from airflow_provider_workfront.client import HttpOptions, open_client

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def listening() -> Iterator[tuple[str, list[str]]]:
    """A server that answers everything, and the targets it was asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.send_header("Content-Length", "11")
            self.end_headers()
            self.wfile.write(b'{"data": 1}')

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def get(client, url: str) -> None:
    """Send one request."""

    def steps():
        yield Send(Request("GET", url, anonymous=True))

    client.drive(steps())


def test_only_workfront_is_reached_through_the_proxy():
    """The broker's address is exempt; the rest goes where the connection says."""
    with listening() as (proxy, through_proxy), listening() as (broker, at_broker):
        options = HttpOptions(proxy=proxy, direct=f"{broker}/workfront/")
        with open_client(
            ApiKeySession("k"), api_root="http://workfront.test/attask/api/v21.0", options=options
        ) as client:
            get(client, "http://workfront.test/x")
            get(client, f"{broker}/workfront/token")

    assert through_proxy == ["http://workfront.test/x"]
    assert at_broker == ["/workfront/token"]


def test_a_ca_bundle_that_is_not_there_names_connection_and_field():
    """A path that exists on one machine only is a common mistake."""
    with pytest.raises(ConnectionSettingsError, match="connection wf, field ca_bundle"):
        open_client(
            ApiKeySession("k"), api_root="https://h/x", options=HttpOptions(ca_bundle="/nowhere.pem"), conn_id="wf"
        )


def test_a_ca_bundle_adds_to_the_usual_authorities(tmp_path):
    """The broker's certificate is not Workfront's: both must be trusted."""
    import certifi

    from airflow_provider_workfront.client.http import settings

    first = certifi.contents().split("-----END CERTIFICATE-----")[0] + "-----END CERTIFICATE-----\n"
    (tmp_path / "ca.pem").write_text(first)

    context = settings(HttpOptions(ca_bundle=str(tmp_path / "ca.pem")), "wf")["verify"]

    assert isinstance(context, ssl.SSLContext)
    assert len(context.get_ca_certs()) > 20
