"""How the broker reads a request and writes an error."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi.responses import JSONResponse

if TYPE_CHECKING:
    from fastapi import Request

LONGEST_BODY = 16_384
NO_STORE = {"Cache-Control": "no-store"}


async def body_of(request: Request) -> bytes | None:
    """Read the body, but no more of it than a request can have."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LONGEST_BODY:
            return None
    return body


def error_answer(
    status: int, kind: str, message: str, *, headers: dict[str, str] | None = None, **more: Any
) -> JSONResponse:
    """Give the answer that says what is wrong."""
    content = {"error": {"kind": kind, "message": message, **more}}
    return JSONResponse(content, status_code=status, headers=NO_STORE | (headers or {}))
