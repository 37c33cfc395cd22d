"""Troubles to order: the fault plan (rules 113 to 115)."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, replace
from gzip import compress
from random import Random
from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.simulator.http import Response, json_response
from airflow_provider_workfront.simulator.wire import NO_ACCESS, NOT_LOGGED_IN, ApiError, failure, page

if TYPE_CHECKING:
    from airflow_provider_workfront.simulator.http import Request
    from airflow_provider_workfront.simulator.options import Options

TOKEN_PATHS = ("/integrations/oauth2/api/", "/__simulator__/ims/")

REFUSALS = {
    "400": ApiError(400, "java.lang.UnsupportedOperationException", "The operation is not supported"),
    "401": ApiError(401, NOT_LOGGED_IN, "You are not currently logged in."),
    "403": ApiError(403, NO_ACCESS, "You do not have sufficient access to edit this issue."),
    "429": ApiError(429, "com.attask.common.TooManyRequestsException", "429 Too many concurrent API requests"),
    # rule 115: quoted from Adobe's known issues
    "500": ApiError(
        500, "java.lang.NullPointerException", 'Cannot invoke "Object.getClass()" because "parentObj" is null'
    ),
}
PAGES = {
    "502": page(502, "Bad Gateway"),
    "503": page(503, "Service Unavailable"),
    "html200": page(200, "Log in to Workfront"),
    "302": Response(302, {"location": "https://experience.adobe.com/login"}),
    "error200": replace(failure(REFUSALS["500"]), status=200),  # reference 8.1: old versions did
}
TOKEN_KINDS = {
    "400": "invalid_grant",
    "401": "invalid_client",
    "403": "access_denied",
    "429": "too_many_requests",
    "500": "server_error",
}
KINDS = frozenset(
    {
        *REFUSALS,
        "502",
        "503",
        "html200",
        "302",
        "reset",
        "truncate",
        "slow",
        "error200",
        "garbage",
        "badgzip",
        "expire",
    }
)


@dataclass(frozen=True, slots=True)
class Fault:
    """Say what shall go wrong, with which requests, and how often."""

    do: str
    path: str = ""
    method: str = ""
    skip: int = 0
    times: int = 1
    delay: float = 0.0
    when: str = "before"

    def __post_init__(self) -> None:
        if self.do not in KINDS:
            raise ValueError(f"no such fault: {self.do!r}; there are {', '.join(sorted(KINDS))}")
        if self.when not in {"before", "after"}:
            raise ValueError(f"`when` is before or after, not {self.when!r}")

    @classmethod
    def of(cls, plan: dict[str, Any]) -> Fault:
        """Read one entry of a plan."""
        rest = dict(plan)
        try:
            return cls(**rest.pop("match", {}), **rest)
        except TypeError as error:
            raise ValueError(f"fault {plan!r}: {error}") from error

    def fits(self, request: Request) -> bool:
        """Tell whether this request is meant."""
        if self.method and self.method.upper() != request.method:
            return False
        if self.path == "token":
            return _is_token(request)
        if self.path == "api":
            return request.path.startswith("/attask/api")
        return self.path.lower() in request.target.lower()


def read_plan(text: str | bytes) -> list[Fault]:
    """Read a fault plan from JSON; raises ValueError."""
    plan = json.loads(text)
    if not isinstance(plan, list):
        raise ValueError("a fault plan is a JSON list")  # noqa: TRY004 - one error for all that is wrong with the text
    return [Fault.of(entry) for entry in plan]


@dataclass(slots=True)
class _Turn:
    fault: Fault
    skip: int
    times: int

    def is_due(self, request: Request) -> bool:
        """Tell whether it is this fault's turn, and count."""
        if not self.times or not self.fault.fits(request):
            return False
        if self.skip:
            self.skip -= 1
            return False
        self.times -= 1
        return True


class Faults:
    """Hold the plan and pick the fault for each request."""

    def __init__(self, options: Options, plan: list[Fault]) -> None:
        self._random = Random(options.seed)
        self._rate = options.fault_rate
        self._random_fault = Fault(options.fault_kind)
        self._lock = threading.Lock()
        self.plan(plan)

    def plan(self, plan: list[Fault]) -> None:
        """Replace the plan."""
        with self._lock:
            self._turns = [_Turn(fault, fault.skip, fault.times) for fault in plan]

    def pick(self, request: Request) -> Fault | None:
        """Give the fault whose turn it is: the first that fits, skipped as often as it wants to be."""
        with self._lock:
            for turn in self._turns:
                if turn.is_due(request):
                    return turn.fault
            if request.path.startswith("/attask/api") and self._random.random() < self._rate:
                return self._random_fault
        return None


def mistreat(fault: Fault, request: Request, response: Response | None, retry_after: int | None = None) -> Response:
    """Give the answer that a fault makes of a response, or of nothing when the request was not carried out."""
    whole = response or json_response(200, {"data": {"result": "x" * 64}})
    spoiled = _refusal(fault.do, request, retry_after) or _spoiled(fault.do, whole)
    return replace(spoiled, delay=spoiled.delay + fault.delay)


def _refusal(do: str, request: Request, retry_after: int | None) -> Response | None:
    error = REFUSALS.get(do)
    if error is None:
        return None
    if _is_token(request):
        body = {"statusCode": error.status, "error": True, "type": TOKEN_KINDS[do], "message": error.message}
        response = json_response(error.status, body)
    else:
        response = failure(error)
    if do == "429" and retry_after is not None:
        return replace(response, headers={**response.headers, "retry-after": str(retry_after)})
    return response


def _spoiled(do: str, whole: Response) -> Response:
    match do:
        case "reset" | "truncate":
            return replace(whole, fault=do)
        case "garbage":
            return replace(whole, body=b'{"data":[{"ID":', file=None)
        case "badgzip":
            packed = whole.body if "content-encoding" in whole.headers else compress(whole.body)
            headers = {**whole.headers, "content-encoding": "gzip"}
            return replace(whole, headers=headers, body=packed[: len(packed) // 2], file=None)
        case _:
            return PAGES.get(do, whole)  # "slow": the delay is all


def _is_token(request: Request) -> bool:
    return request.path.startswith(TOKEN_PATHS)
