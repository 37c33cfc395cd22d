"""Everything that can go wrong, as one tree.

WorkfrontError
├── ResponseError             Workfront answered, and the answer is an error
│   ├── AuthenticationError       401
│   ├── PermissionDeniedError     403
│   ├── NotFoundError             404
│   ├── VersionError              410
│   ├── InvalidRequestError       400, 422 and other refusals
│   ├── RateLimitError            429
│   └── ServerError               5xx, or a page instead of data
├── TransportError            no answer came
├── OutcomeUnknownError       a write without a clear answer: it may have happened
├── TornReadError             a read of all pages that cannot be proven complete
├── TokenError                no credential to be had
│   ├── ReauthorizationRequired
│   └── BrokerUnavailable
└── ConnectionSettingsError   a field of the connection cannot work

`permanent` says that repeating the same call cannot help, or could do harm.
"""

from __future__ import annotations

import unicodedata
from typing import ClassVar


def printable(text: str) -> str:
    r"""Escape control characters, such as line breaks and terminal sequences, as ``\n`` and ``\x1b``.

    What others wrote must not forge lines of a log, nor steer the terminal it is read in.
    """
    if text.isprintable():
        return text
    return "".join(
        each if each.isprintable() or unicodedata.category(each) == "Zs" else each.encode("unicode_escape").decode()
        for each in text
    )


class WorkfrontError(Exception):
    """Fail in a way that concerns Workfront."""

    permanent: ClassVar[bool] = False

    def __str__(self) -> str:
        return printable(super().__str__())


class ResponseError(WorkfrontError):
    """Report an answer that is an error: what was asked, what Workfront said, what to do."""

    advice: ClassVar[str] = ""

    def __init__(self, status: int, message: str, error_class: str = "", request: str = "", hint: str = "") -> None:
        super().__init__(status, message, error_class, request, hint)
        self.status = status
        self.message = printable(message)
        self.error_class = printable(error_class)
        self.request = request
        self.hint = hint

    def __str__(self) -> str:
        said = f"{self.status} {self.message}".strip().rstrip(".")
        advice = self.hint or self.advice
        return printable(f"{self.request or 'Workfront'}: {said}" + (f" - {advice}" if advice else ""))


class AuthenticationError(ResponseError):
    """Report a session that Workfront refused, even after it was renewed."""

    permanent = True
    advice = "check that the connection's user is active and may use the API, then authorize again"


class PermissionDeniedError(ResponseError):
    """Report that the connection's user may not do this."""

    permanent = True
    advice = "share the object with the connection's user, or raise its access level"


class NotFoundError(ResponseError):
    """Report an object that does not exist, lies in the recycle bin, or is not visible to this user."""

    permanent = True
    advice = "check ID and object type; what is not shared, or lies in the recycle bin, is not found either"


class VersionError(ResponseError):
    """Report that the API version, or a resource in it, is gone."""

    permanent = True
    advice = "set a supported api_version in the connection"


class InvalidRequestError(ResponseError):
    """Report a request that Workfront understood and refused."""

    permanent = True


class RateLimitError(ResponseError):
    """Report that the customer runs too many API calls at once; all its tools share one limit."""

    advice = "run fewer tasks at the same time; an Airflow pool does that"


class ServerError(ResponseError):
    """Report trouble on Workfront's side, or a page where data was due."""

    advice = "try again later"


class TransportError(WorkfrontError):
    """Report that no answer came, after all tries; a write that ends so may be repeated."""

    def __init__(self, reason: str, request: str = "") -> None:
        super().__init__(reason, request)
        self.reason = printable(reason)
        self.request = request

    def __str__(self) -> str:
        return f"{self.request or 'Workfront'}: no answer: {self.reason}"


class OutcomeUnknownError(TransportError):
    """Report a write without a clear answer: it may have been carried out, so it is not repeated.

    `answered` says that Workfront itself gave an answer, so that the call is over, whatever it did.
    """

    permanent = True

    def __init__(self, reason: str, request: str = "", *, answered: bool = False) -> None:
        super().__init__(reason, request)
        self.answered = answered

    def __str__(self) -> str:
        return (
            f"{self.request or 'Workfront'}: no clear answer ({self.reason}), "
            "so the write may have happened - look in Workfront before you repeat it"
        )


class TornReadError(WorkfrontError):
    """Report that the rows changed faster than they could be read; nothing is known to be complete."""


class TokenError(WorkfrontError):
    """Report that no credential could be had."""


class ReauthorizationRequired(TokenError):
    """Ask a person to authorize the connection again, at `url`."""

    def __init__(self, message: str, url: str = "") -> None:
        super().__init__(message, url)
        self.message = printable(message)
        self.url = printable(url)

    def __str__(self) -> str:
        return f"{self.message} - authorize again: {self.url}" if self.url else self.message


class BrokerUnavailable(TokenError):
    """Report that the token broker in Airflow's api-server cannot be reached, or does not answer."""


class ConnectionSettingsError(WorkfrontError):
    """Report a field of the connection that cannot work."""

    permanent = True

    def __init__(self, conn_id: str, field: str, problem: str) -> None:
        super().__init__(conn_id, field, problem)
        self.conn_id = conn_id
        self.field = field
        self.problem = printable(problem)

    def __str__(self) -> str:
        return printable(f"connection {self.conn_id or '(unnamed)'}, field {self.field}: {self.problem}")
