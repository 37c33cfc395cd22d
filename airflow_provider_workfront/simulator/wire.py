"""What every answer looks like on the wire: the envelope, the errors and Workfront's JSON escapes."""

from __future__ import annotations

import json
from typing import Any

from airflow_provider_workfront.simulator.http import Response

JSON_HEADERS = {"content-type": "application/json;charset=UTF-8"}
HTML_HEADERS = {"content-type": "text/html;charset=UTF-8"}

ILLEGAL_ARGUMENT = "java.lang.IllegalArgumentException"
UNSUPPORTED = "java.lang.UnsupportedOperationException"
NOT_FOUND = "com.attask.common.RecordNotFoundException"  # inferred, reference 8.3
NO_ACCESS = "com.attask.common.InsufficientPrivilegesException"  # inferred, reference 8.3
NOT_LOGGED_IN = "com.attask.common.AuthenticationException"


class ApiError(Exception):
    """A refusal that Workfront puts into words; `extra` holds msgKey, attributes, code and the like."""

    def __init__(self, status: int, class_name: str, message: str, **extra: Any) -> None:
        super().__init__(message)
        self.status = status
        self.class_name = class_name
        self.message = message
        self.extra = extra


def illegal(message: str, **extra: Any) -> ApiError:
    """Make the error that most bad arguments get: 422 IllegalArgumentException."""
    return ApiError(422, ILLEGAL_ARGUMENT, message, **extra)


def invalid_value(field: str, value: object) -> ApiError:
    """Make the error of a value that does not fit its field."""
    return illegal(f'Invalid Parameter: {field} value "{value}"')


def not_found(label: str, obj_id: str) -> ApiError:
    """Make the error of an ID that names nothing the caller may see."""
    message = f'{label} with primary key value(s) "{obj_id}" not found'  # rule 46
    return ApiError(404, NOT_FOUND, message, title=None, msgKey="exception.norecordfound", attributes=[label], code=0)


def dumps(value: object) -> bytes:
    """Write JSON as Workfront does: `/`, `<` and all beyond ASCII escaped (rule 8)."""
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"))
    return text.replace("/", "\\/").replace("<", "\\u003c").encode("ascii")


def success(data: object) -> Response:
    """Wrap what was asked for (rule 7)."""
    return Response(200, dict(JSON_HEADERS), dumps({"data": data}))


def failure(error: ApiError) -> Response:
    """Wrap a refusal (rule 7)."""
    return Response(error.status, dict(JSON_HEADERS), dumps({"error": error_body(error)}))


def error_body(error: ApiError) -> dict[str, Any]:
    """Give the inside of an error answer."""
    return {"class": error.class_name, "message": error.message, **error.extra}


def page(status: int, title: str) -> Response:
    """Answer as a front server does, with HTML instead of JSON."""
    body = f"<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"
    return Response(status, dict(HTML_HEADERS), body.encode())
