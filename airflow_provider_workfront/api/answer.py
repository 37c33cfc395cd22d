"""Read an answer once: into its data, or into the error that fits."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urljoin, urlsplit

from airflow_provider_workfront.api import errors
from airflow_provider_workfront.api.errors import printable
from airflow_provider_workfront.api.request import Lost, Request, Response, loads, same_origin
from airflow_provider_workfront.api.slices import sliced

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST_SNIPPET = 500
LONGEST_MESSAGE = 2000
REQUEST_TIMEOUT = 408
"""Said by what waited for Workfront or for us in vain: the call may have been carried out all the same."""
_NOT_LOGGED_IN = "not currently logged in"  # reference 2.10
_SIGN_IN = re.compile(r"log[ -]?[io]n\b|sign[ -]?in\b|saml|sso\b", re.IGNORECASE)
_MARKUP = re.compile(r"<(script|style|head)\b.*?</\1\s*>|<!--.*?-->|<[^>]*>", re.IGNORECASE | re.DOTALL)

_BY_STATUS: dict[int, type[errors.ResponseError]] = {
    401: errors.AuthenticationError,
    403: errors.PermissionDeniedError,
    404: errors.NotFoundError,
    REQUEST_TIMEOUT: errors.ServerError,
    410: errors.VersionError,
    429: errors.RateLimitError,
}


@dataclass(frozen=True, slots=True)
class Reading:
    """What an answer amounts to.

    Without `by_workfront` the error comes from the network or from something in between (a CDN's page, half
    an answer), and says nothing about whether the call was carried out.
    """

    data: Any = None
    error: errors.ResponseError | errors.TransportError | None = None
    by_workfront: bool = True


class Fault(NamedTuple):
    """What an error answer says."""

    message: str
    error_class: str = ""


def read(request: Request, answer: Response | Lost) -> Reading:
    """Read an answer, or the lack of one."""
    if isinstance(answer, Lost):
        return Reading(error=errors.TransportError(answer.reason, request.label), by_workfront=False)
    if is_content(request, answer.status, answer.headers):
        return Reading(data=answer)
    if request.sliced and 200 <= answer.status < 300 and (rows := sliced(answer.body)) is not None:
        return Reading(data=rows)
    body, broken = _decoded(answer.body)
    if 200 <= answer.status < 300 and fault_in(body) is None:
        if isinstance(body, dict) and "data" in body:
            return Reading(data=body["data"])
        if request.path.startswith(("/", "http")) and (not broken or not answer.body):
            return Reading(data=body)  # other APIs of the same host do not wrap what they answer
    said = fault_in(body)
    error = _kind(request, answer, said)(answer.status, *(said or page(answer, broken)), request.label)
    return Reading(
        error=error, by_workfront=answer.status != REQUEST_TIMEOUT and (said is not None or 300 <= answer.status < 500)
    )


def is_content(request: Request, status: int, headers: Mapping[str, str]) -> bool:
    """Tell whether a body is the file that was asked for; a page under status 200 is none, unless sent as a file."""
    if request.into is None or not 200 <= status < 300:
        return False
    is_page = "html" in headers.get("content-type", "").lower()
    return not is_page or request.takes_pages or "content-disposition" in headers


def read_answer(request: Request, answer: Response | Lost) -> Any:
    """Give the data of a good answer; raise the fitting error for any other."""
    reading = read(request, answer)
    if reading.error:
        raise reading.error
    return reading.data


def location(response: Response) -> str:
    """Give the absolute goal of a redirect, empty when there is none that can be read."""
    goal = response.headers.get("location", "")
    try:
        found = urljoin(response.url, goal) if goal else ""
        _ = urlsplit(found).port
    except ValueError:
        return ""
    return found


def page(response: Response, broken: str = "") -> Fault:
    """Say what came where JSON was due, in a few words; `broken` is why it is none."""
    if 300 <= response.status < 400:
        return Fault(f"redirected to {urlsplit(location(response)).netloc or 'nowhere'}")
    kind = response.headers.get("content-type", "").partition(";")[0].strip()
    if "json" in kind or not response.body.strip():
        why = f": {broken}" if broken and response.body.strip() else ""
        return Fault(
            f"an answer that cannot be read ({len(response.body)} bytes of {printable(kind) or 'no type'}){why}"
        )
    return Fault(f"a page instead of data: {snippet(response.body)}")


def snippet(body: bytes | bytearray) -> str:
    """Give the first words of a page, without its markup."""
    text = _MARKUP.sub(" ", body[: 40 * LONGEST_SNIPPET].decode("utf-8", "replace"))
    return printable(" ".join(text.split())[:LONGEST_SNIPPET])


def _kind(request: Request, response: Response, said: Fault | None) -> type[errors.ResponseError]:
    if _is_sign_in(request, response, said):
        return errors.AuthenticationError
    if said and said.message.lower().startswith("invalid api version"):
        return errors.VersionError
    if 400 <= response.status < 500:
        return _BY_STATUS.get(response.status, errors.InvalidRequestError)
    # old versions reported errors under status 200 (reference 8.1)
    return errors.InvalidRequestError if said and response.status < 300 else errors.ServerError


def _is_sign_in(request: Request, response: Response, said: Fault | None) -> bool:
    """Tell whether an answer says, in whatever way, that the session is not valid."""
    if 300 <= response.status < 400:
        goal = location(response)
        return bool(_SIGN_IN.search(goal)) or (request.into is None and not same_origin(goal, response.url))
    if said is None:  # a login page under status 200
        is_page = response.status == 200 and "html" in response.headers.get("content-type", "")
        return is_page and bool(_SIGN_IN.search(snippet(response.body)))
    return said.error_class.endswith(".AuthenticationException") or _NOT_LOGGED_IN in said.message.lower()


def _decoded(body: bytes | bytearray) -> tuple[Any, str]:
    """Give the data, and why there is none."""
    try:
        return loads(body), ""
    except ValueError as error:
        return None, str(error)


def fault_in(body: object) -> Fault | None:
    """Find the error in a body: the API gives an object in ``error``, the token endpoint gives true."""
    if not isinstance(body, dict) or not body.get("error"):
        return None
    error = body["error"]
    if isinstance(error, dict):
        message, error_class = error.get("message") or error.get("msgKey"), error.get("class")
    else:
        message, error_class = body.get("message") or error, body.get("type")
    return Fault(printable(str(message or "no message")[:LONGEST_MESSAGE]), printable(str(error_class or "")))
