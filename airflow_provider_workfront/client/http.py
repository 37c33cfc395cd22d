"""The edge to httpx: clients with our settings, requests built from values, lost connections as values."""

from __future__ import annotations

import errno
import ssl
import time
from dataclasses import dataclass, field
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import IO, TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

import httpx

from airflow_provider_workfront import __version__
from airflow_provider_workfront.api.answer import is_content
from airflow_provider_workfront.api.errors import ConnectionSettingsError
from airflow_provider_workfront.api.request import Lost, Repeat, Response, encode, same_origin
from airflow_provider_workfront.client.pace import ONE_BY_ONE, Pace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from airflow_provider_workfront.api.request import Request
    from airflow_provider_workfront.auth.session import Credential

CONNECT_TIMEOUT = 10.0
READ_TIMEOUT = 120.0
SLOW_READ_TIMEOUT = 300.0  # uploads, bulk writes and actions (reference 8.5)
MOST_CONNECTIONS = 20
ANY = (("Accept", "*/*"),)  # a file is rarely JSON
LATE = "no answer within the time limit"


@dataclass(frozen=True, slots=True)
class HttpOptions:
    """How to reach Workfront; what lies at `direct` (the token broker) is reached without the `proxy`."""

    timeout: float = READ_TIMEOUT
    connect: float = CONNECT_TIMEOUT
    proxy: str | None = field(default=None, repr=False)
    ca_bundle: str | None = None
    direct: str = ""
    pace: Pace = ONE_BY_ONE


def settings(options: HttpOptions, conn_id: str) -> dict[str, Any]:
    """Give the arguments of an httpx client, blocking or not.

    Cookies are refused: a stale session in one would compete with the header.
    """
    return {
        "timeout": httpx.Timeout(options.timeout, connect=options.connect),
        "limits": httpx.Limits(max_connections=MOST_CONNECTIONS, max_keepalive_connections=MOST_CONNECTIONS),
        "headers": {"User-Agent": f"airflow-provider-workfront/{__version__}", "Accept": "application/json"},
        "cookies": CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        "follow_redirects": False,
        "proxy": options.proxy,
        "mounts": {f"all://{urlsplit(options.direct).netloc}": None} if options.proxy and options.direct else None,
        "verify": _trusting(options.ca_bundle, conn_id) if options.ca_bundle else True,
    }


def _trusting(ca_bundle: str, conn_id: str) -> ssl.SSLContext:
    """Trust the authorities of this file besides the usual ones, which others on the way still need."""
    context = httpx.create_ssl_context()
    try:
        context.load_verify_locations(cafile=ca_bundle)
    except OSError as error:
        reason = error.strerror or "no certificates in it"
        raise ConnectionSettingsError(conn_id, "ca_bundle", f"{ca_bundle} cannot be used: {reason}") from None
    return context


def is_home(request: Request, api_root: str) -> bool:
    """Tell whether a request goes to Workfront itself, so that the session may travel with it."""
    return not request.anonymous and same_origin(encode(request, api_root).url, api_root)


def refuse_write(request: Request, conn_id: str, *, read_only: bool) -> None:
    """Keep a read-only connection from writing."""
    if read_only and request.repeat is not Repeat.ALWAYS and not request.anonymous:
        raise ConnectionSettingsError(conn_id, "read_only", f"{request.label} was not sent: this connection only reads")


def build(
    http: httpx.Client | httpx.AsyncClient, request: Request, api_root: str, credential: Credential | None
) -> httpx.Request:
    """Build the httpx request."""
    wire = encode(request, api_root)
    part = request.part
    timeout = http.timeout
    if request.slow:
        read = max(SLOW_READ_TIMEOUT, timeout.read or 0)
        timeout = httpx.Timeout(read, connect=timeout.connect, pool=timeout.pool)
    if request.within is not None:
        most = request.within
        timeout = httpx.Timeout(**{part: min(limit or most, most) for part, limit in timeout.as_dict().items()})
    return http.build_request(
        wire.method,
        wire.url,
        headers=[*(ANY if request.into else ()), *wire.headers, *(credential.headers if credential else ())],
        content=wire.body,
        files={part.name: (part.file_name, cast("IO[bytes] | bytes", part.content))} if part else None,
        timeout=timeout,
    )


class Receiver:
    """Collects the body of one answer, in memory or in the file it is meant for."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.into = request.into
        self.body = bytearray()  # grows in its place: parts that are joined at the end would need room twice

    def begin(self, response: httpx.Response) -> None:
        """Make room in the file; an answer that is not the file stays in memory."""
        self.into = self.into if is_content(self.request, response.status_code, response.headers) else None
        if self.into:
            self.into.seek(0)
            self.into.truncate()

    def take(self, chunk: bytes) -> None:
        """Take in a part."""
        if self.into:
            self.into.write(chunk)
        else:
            self.body += chunk

    def answer(self, response: httpx.Response) -> Response:
        """Give the answer as a value."""
        headers = {key.lower(): value for key, value in response.headers.items()}
        return Response(response.status_code, headers, self.body, str(response.request.url))


def in_time(chunks: Iterator[bytes], request: Request) -> Iterator[bytes]:
    """Pass on the parts of a body: the read timeout bounds each of them, `within` the whole."""
    began = time.monotonic()
    for chunk in chunks:
        if request.within is not None and time.monotonic() - began > request.within:
            raise httpx.ReadTimeout(LATE)
        yield chunk


def lost(error: httpx.RequestError) -> Lost:
    """Turn an error of httpx into the answer that none came."""
    not_sent = (
        httpx.ConnectError,
        httpx.ConnectTimeout,
        httpx.PoolTimeout,
        httpx.ProxyError,
        httpx.UnsupportedProtocol,
    )
    if isinstance(error, not_sent):
        return Lost(_unreachable(error), sent=False)
    if isinstance(error, httpx.TimeoutException):
        reason = "nothing came within the time limit; raise the connection's timeout if it takes longer"
        return Lost(LATE if str(error) == LATE else reason, sent=True, timed_out=True)
    if isinstance(error, httpx.LocalProtocolError):  # its text quotes headers, which hold secrets
        return Lost("LocalProtocolError: this cannot be sent by HTTP", sent=True)
    return Lost(f"{type(error).__name__}: {error}".strip(": "), sent=True)


def _unreachable(error: httpx.RequestError) -> str:
    host = error.request.url.host
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"{host} shows a certificate that is not trusted ({cause.verify_message}): set ca_bundle"
        if isinstance(cause, ssl.SSLError):
            return f"no TLS with {host} ({cause.reason or cause}): check the connection's host, port and proxy"
        if isinstance(cause, OSError) and cause.errno == errno.ECONNREFUSED:
            port = error.request.url.port or 443
            return f"{host} refuses connections on port {port}, or its proxy does: check host, port and proxy"
    if isinstance(error, httpx.ProxyError):
        return f"the proxy does not lead to {host} ({error}): check the connection's proxy, or HTTPS_PROXY"
    if isinstance(error, httpx.TimeoutException):
        return f"{host} does not take a connection in time: check network, proxy and allowlist"
    return f"cannot connect to {host} ({error}): check the connection's host and proxy"


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__
