"""The edge to httpx: clients with our settings, requests built from values, lost connections as values."""

from __future__ import annotations

import errno
import re
import ssl
from dataclasses import dataclass, field
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import IO, TYPE_CHECKING, Any, TypeVar, cast
from urllib.parse import urlsplit

import httpx

from airflow_provider_workfront import __version__
from airflow_provider_workfront.api.answer import is_content
from airflow_provider_workfront.api.errors import ConnectionSettingsError, printable
from airflow_provider_workfront.api.request import Lost, Response, encode, same_origin
from airflow_provider_workfront.client.deadline import LATE, SLOWEST, Deadline, hold, running
from airflow_provider_workfront.client.pace import ONE_BY_ONE, Pace
from airflow_provider_workfront.client.unpack import ENCODINGS, TooLong, Unpacker, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from airflow_provider_workfront.api.request import Request
    from airflow_provider_workfront.auth.session import Credential

Http = TypeVar("Http", httpx.Client, httpx.AsyncClient)

CONNECT_TIMEOUT = 10.0
READ_TIMEOUT = 120.0
SLOW_READ_TIMEOUT = 300.0  # uploads, bulk writes and actions (reference 8.5)
MOST_CONNECTIONS = 40  # more than `max_concurrency` can be: the wait for one counts against the deadline
LONGEST_ANSWER = 512 * 1024 * 1024
"""Bytes of an unpacked answer that is kept in memory; a document goes into a file, and has no bound."""
ANY = (("Accept", "*/*"),)  # a file is rarely JSON


@dataclass(frozen=True, slots=True)
class HttpOptions:
    """How to reach Workfront; what lies at `direct` (the token broker) is reached without the `proxy`."""

    timeout: float = READ_TIMEOUT
    connect: float = CONNECT_TIMEOUT
    proxy: str | None = field(default=None, repr=False)
    ca_bundle: str | None = None
    direct: str = ""
    pace: Pace = ONE_BY_ONE
    longest: int = LONGEST_ANSWER


def settings(options: HttpOptions, conn_id: str) -> dict[str, Any]:
    """Give the arguments of an httpx client, blocking or not.

    Cookies are refused: a stale session in one would compete with the header.
    """
    return {
        "timeout": httpx.Timeout(options.timeout, connect=options.connect),
        "limits": httpx.Limits(max_connections=MOST_CONNECTIONS, max_keepalive_connections=MOST_CONNECTIONS),
        "headers": {
            "User-Agent": f"airflow-provider-workfront/{__version__}",
            "Accept": "application/json",
            "Accept-Encoding": ENCODINGS,
        },
        "cookies": CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        "follow_redirects": False,
        "proxy": options.proxy,
        "mounts": {f"all://{urlsplit(options.direct).netloc}": None} if options.proxy and options.direct else None,
        "verify": _trusting(options.ca_bundle, conn_id) if options.ca_bundle else True,
    }


def _trusting(ca_bundle: str, conn_id: str) -> ssl.SSLContext:
    """Trust the authorities of this file besides the usual ones, which others on the way still need.

    One text for all faults of the file: else it tells what lies on this machine's disk.
    """
    context = httpx.create_ssl_context()
    try:
        context.load_verify_locations(cafile=ca_bundle)
    except (OSError, ValueError):  # ValueError: a null byte in the path
        problem = "cannot be used: it must name a file with PEM certificates that this process can read"
        raise ConnectionSettingsError(conn_id, "ca_bundle", problem) from None
    return context


def opened(kind: Callable[..., Http], options: HttpOptions, conn_id: str) -> Http:
    """Make an httpx client that keeps deadlines. Raises ConnectionSettingsError: nothing was sent then."""
    arguments = settings(options, conn_id)
    try:
        http = kind(**arguments)
    except (httpx.InvalidURL, ValueError, OSError):
        problem = "cannot be used as an address" if options.proxy else "is empty, and HTTPS_PROXY or the like is wrong"
        raise ConnectionSettingsError(conn_id, "proxy", problem) from None
    hold(http)
    return http


def is_home(request: Request, api_root: str) -> bool:
    """Tell whether a request goes to Workfront itself, so that the session may travel with it."""
    return not request.anonymous and same_origin(encode(request, api_root).url, api_root)


def refuse_write(request: Request, conn_id: str, *, read_only: bool) -> None:
    """Keep a read-only connection from writing."""
    if read_only and not request.is_read and not request.anonymous:
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


def deadline_of(request: Request, prepared: httpx.Request) -> Deadline:
    """Give when a call has to be over: after `within`; else after the timeout, plus the time for what travels."""
    if request.within is not None:
        return Deadline.after(request.within)
    return Deadline.after(prepared.extensions["timeout"]["read"] or float("inf"), SLOWEST)


def exchange(
    http: httpx.Client, request: Request, api_root: str, credential: Credential | None, longest: int
) -> Response:
    """Send a request and read its answer, within one deadline and at most `longest` bytes of memory."""
    prepared = build(http, request, api_root, credential)
    with running(deadline_of(request, prepared)) as deadline:
        receiver = Receiver(request, deadline, longest)
        response = http.send(prepared, stream=True)
        try:
            receiver.begin(response)
            # what a transport has read already, it has unpacked too
            for chunk in (response.content,) if response.is_stream_consumed else response.iter_raw():
                receiver.take(chunk)
            return receiver.answer(response)
        finally:
            response.close()


class Receiver:
    """Collects the body of one answer, in memory or in the file it is meant for."""

    def __init__(self, request: Request, deadline: Deadline, longest: int) -> None:
        self.request = request
        self.into = request.into
        self.body = bytearray()  # grows in its place: parts that are joined at the end would need room twice
        self._deadline = deadline
        self._longest = longest
        self._unpacker = Unpacker("", None)

    def begin(self, response: httpx.Response) -> None:
        """Make room in the file; an answer that is not the file stays in memory."""
        self.into = self.into if is_content(self.request, response.status_code, response.headers) else None
        packed = "" if response.is_stream_consumed else response.headers.get("content-encoding", "")
        self._unpacker = Unpacker(packed, None if self.into else self._longest)
        if self.into:
            self.into.seek(0)
            self.into.truncate()

    def take(self, chunk: bytes) -> None:
        """Take in a part as it came over the wire."""
        for piece in self._unpacker.feed(chunk):
            if self._deadline.is_over:
                raise httpx.ReadTimeout(self._deadline.text)
            if self.into:
                self.into.write(piece)
            else:
                self.body += piece

    def answer(self, response: httpx.Response) -> Response:
        """Give the answer as a value."""
        self._unpacker.end()
        headers = {key.lower(): value for key, value in response.headers.items()}
        return Response(response.status_code, headers, self.body, str(response.request.url))


def lost(error: httpx.RequestError) -> Lost:
    """Turn an error of httpx into the answer that none came."""
    if isinstance(error, TooLong):
        reason = f"the answer is longer than {shown(error.most)} once unpacked; ask for fewer fields or rows at once"
        return Lost(reason, sent=True, final=True)
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
    return Lost(printable(f"{type(error).__name__}: {error}".strip(": ")), sent=True)


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
        said = re.match(r"\d{3}\b", str(error))  # the number and no words: whatever answers there may be no proxy
        answered = f" (it answered {said[0]})" if said else ""
        return f"the proxy does not lead to {host}{answered}: check the connection's proxy, or HTTPS_PROXY"
    if isinstance(error, httpx.TimeoutException):
        return f"{host} does not take a connection in time: check network, proxy and allowlist"
    return f"cannot connect to {host} ({error}): check the connection's host and proxy"


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__
