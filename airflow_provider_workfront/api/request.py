"""Requests and answers as values, and how a request is put on the wire."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import parse_qsl, quote, urljoin, urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST_TARGET = 8000
"""Bytes of request target above which a call becomes a POST; the CDN refuses 8,892 (reference 3.4)."""

RAW = ":$,/@!*'()~?"  # reference 3.3: `:` and `$` stay raw in keys; the others need no encoding in a query
OVERRIDE = "method"
"""The parameter by which Workfront carries out another method than the one that is sent (reference 3.4)."""
FORM = (("content-type", "application/x-www-form-urlencoded"),)
JSON = (("content-type", "application/json"),)


class Repeat(Enum):
    """How often a call may reach Workfront."""

    ALWAYS = "a read"
    IDEMPOTENT = "a write that may be repeated: field update, delete"
    NEVER = "a write that must happen once: create, copy, action, bulk"


class Source(Protocol):
    """What a file is sent from, piece by piece: a binary file, or what reads like one."""

    def read(self, size: int = -1, /) -> bytes:
        """Give so many bytes, none at the end."""

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Go to a place: to the beginning before each try, to the end to learn the size."""

    def tell(self) -> int:
        """Give the place."""


class Sink(Protocol):
    """What a file is received into, piece by piece: a binary file, or what writes like one."""

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Go to the beginning; `truncate` follows, before the first piece of each try."""

    def truncate(self) -> int:
        """Forget what was written."""

    def write(self, data: bytes, /) -> int:
        """Take in a piece."""

    def tell(self) -> int:
        """Give the number of bytes written."""


@dataclass(frozen=True, slots=True)
class Part:
    """The one file of a multipart upload; a file object is rewound before it is sent again."""

    name: str
    file_name: str
    content: bytes | Source = field(repr=False)


@dataclass(frozen=True, slots=True)
class Request:
    """One call, before it has a host.

    `path` lies below the API root (``proj/search``), below the host (``/document/download``), or is a URL.
    """

    method: str
    path: str
    params: tuple[tuple[str, str], ...] = ()
    json: object = field(default=None, repr=False)
    form: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    repeat: Repeat = Repeat.NEVER
    slow: bool = False
    anonymous: bool = False
    part: Part | None = None
    into: Sink | None = field(default=None, repr=False)
    """Where a good answer's body goes instead of `Response.body`."""
    takes_pages: bool = False
    """Whether the body that goes there may be HTML; else that is an error page, such as one to log in."""
    within: float | None = None
    """Seconds that the whole answer may take, over and above the time limits of connecting and reading."""
    sliced: bool = False
    """Whether the rows of a good answer stay JSON text (`api/slices.py`)."""
    check: Request | None = field(default=None, repr=False)
    """The read that shows whether this write happened."""

    def __post_init__(self) -> None:
        if not self.anonymous and names_method(self.path, (*self.params, *(() if self.is_batch else self.form))):
            raise ValueError(
                "`method` cannot be a parameter: Workfront would carry out that method instead of "
                f"{self.method} - call the operation that you mean, or give its method to request"
            )

    @property
    def is_batch(self) -> bool:
        """Tell whether this carries other calls, each with a method of its own (reference 5.9)."""
        return urlsplit(self.path).path.rstrip("/").rpartition("/")[2].lower() == "batch"

    @property
    def is_read(self) -> bool:
        """Tell whether Workfront only reads for it, whatever it is sent as."""
        if not self.is_batch:
            return self.method == "GET"
        carried = (*parse_qsl(self.path.partition("?")[2]), *self.params, *self.form)
        uris = [value for name, value in carried if name == "uri"]
        return bool(uris) and all(methods_in(uri) == {"GET"} for uri in uris)

    @property
    def label(self) -> str:
        """Name the call in a message: method and path, without parameters."""
        url = urlsplit(self.path)
        return f"{self.method} {url.netloc}{url.path}"


@dataclass(frozen=True, slots=True)
class Response:
    """An answer; header names are lower-case, `url` is where it came from."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes | bytearray = field(repr=False)
    url: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Lost:
    """No answer came: `sent=False` says that the request surely never reached the server."""

    reason: str
    sent: bool
    timed_out: bool = False
    final: bool = False
    """Whether another try would end the same way."""


@dataclass(frozen=True, slots=True)
class Wire:
    """A request as it travels; a multipart body is left to the HTTP library."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    body: bytes | None = field(default=None, repr=False)


def encode(request: Request, api_root: str) -> Wire:
    """Put a request into its wire form; one whose target is too long becomes a POST that names its method."""
    wire = Wire(request.method, _url(request, api_root), *_content(request))
    parts = urlsplit(wire.url)
    if len(parts.path) + 1 + len(parts.query) <= LONGEST_TARGET or request.part or request.form:
        return wire
    body = query_of(request, spelled_out(request)).encode()
    return Wire("POST", wire.url.partition("?")[0], (*request.headers, *FORM), body)


def methods_in(target: str) -> set[str]:
    """Give the methods that the parameters of a target name; Workfront carries these out (reference 3.4)."""
    pairs = parse_qsl(target.partition("?")[2], keep_blank_values=True)
    return {value.strip().upper() for name, value in pairs if name.strip().casefold() == OVERRIDE}


def names_method(path: str, params: tuple[tuple[str, str], ...]) -> bool:
    """Tell whether a parameter would have another method carried out."""
    return bool(methods_in(path)) or any(name.strip().casefold() == OVERRIDE for name, _ in params)


def spelled_out(request: Request) -> tuple[tuple[str, str], ...]:
    """Say method and body as parameters, as the method override and the batch endpoint want them."""
    updates = () if request.json is None else (("updates", dumps(request.json)),)
    return (*request.params, *updates, ("method", request.method))


def query_of(request: Request, params: tuple[tuple[str, str], ...]) -> str:
    """Join parameters to those that the path brings along."""
    return "&".join(filter(None, (request.path.partition("?")[2], urlencoded(params))))


def urlencoded(params: tuple[tuple[str, str], ...]) -> str:
    """Encode what HTTP requires and nothing more."""
    return "&".join(f"{quote(key, safe=RAW)}={quote(value, safe=RAW)}" for key, value in params)


def same_origin(url: str, other: str) -> bool:
    """Tell whether two URLs share scheme, host and port; only then may a session travel."""
    return _origin(url) == _origin(other)


def dumps(value: object) -> str:
    """Write strict, compact JSON."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def loads(body: bytes | bytearray | str) -> Any:
    """Read strict JSON: NaN and Infinity are refused, and what is nested too deeply; of equal keys the last one counts.

    :raises ValueError: if it is not JSON, with a reason that quotes nothing of it.
    """
    try:
        text = body if isinstance(body, str) else body.decode(json.detect_encoding(body), "surrogatepass")
        return _STRICT.decode(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    except UnicodeDecodeError:
        raise ValueError("it is not JSON") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"it is not JSON from character {error.pos} on") from None


def _refuse_constant(name: str) -> None:
    raise ValueError(f"it holds {name}, which is not JSON")


_STRICT = json.JSONDecoder(parse_constant=_refuse_constant)


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or {"https": 443, "http": 80}.get(parts.scheme)


def _url(request: Request, api_root: str) -> str:
    path = request.path.partition("?")[0]
    url = urljoin(api_root.rstrip("/") + "/", quote(path, safe=RAW + "%"))
    return "?".join(filter(None, (url, query_of(request, request.params))))


def _content(request: Request) -> tuple[tuple[tuple[str, str], ...], bytes | None]:
    if request.json is not None:
        return (*request.headers, *JSON), dumps(request.json).encode()
    if request.form:
        return (*request.headers, *FORM), urlencoded(request.form).encode()
    return request.headers, None
