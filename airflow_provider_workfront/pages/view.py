"""Render pages: server-side templates, no third-party content, nothing that a cache or a foreign frame may keep."""

from __future__ import annotations

import secrets
from functools import cache
from typing import TYPE_CHECKING, Any

import pendulum
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

if TYPE_CHECKING:
    from collections.abc import Iterable

HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",  # the address may hold a code
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",  # Airflow shows the page inside its own
}
BAD = ("reauthorize", "failing", "cannot be used", "unreadable", "damaged")
TONES = {"active": "ok", "refreshing": "ok"} | dict.fromkeys(BAD, "bad")


def page(template: str, *, status: int = 200, targets: Iterable[str] = (), **values: Any) -> HTMLResponse:
    """Render a template; `targets` are the addresses that its forms may lead to besides ours."""
    nonce = secrets.token_urlsafe(16)
    text = _templates().get_template(template).render(nonce=nonce, **values)
    return HTMLResponse(text, status, HEADERS | {"Content-Security-Policy": _policy(nonce, targets)})


def _policy(nonce: str, targets: Iterable[str]) -> str:
    # browsers hold a form's redirect to `form-action` too, so Workfront's own hosts stand in it
    forms = " ".join(["'self'", *sorted(set(targets))])
    return (
        f"default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; form-action {forms}; "
        "frame-ancestors 'self'; base-uri 'none'"
    )


@cache
def _templates() -> Environment:
    made = Environment(
        loader=PackageLoader("airflow_provider_workfront.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"ago": ago, "tone": tone, "when": when}
    return made


def ago(seconds: float | None) -> str:
    """Say an age in words."""
    if seconds is None:
        return ""
    now = pendulum.now()
    return str(now.diff_for_humans(now.subtract(seconds=round(seconds)), absolute=True))


def when(moment: str) -> str:
    """Write a time such as 2026-01-31T09:00:00Z for people, with its age."""
    then = pendulum.parse(moment)
    assert isinstance(then, pendulum.DateTime)  # noqa: S101 a whole time was given
    return f"{then:%Y-%m-%d %H:%M} UTC ({pendulum.now().diff_for_humans(then, absolute=True)})"


def tone(state: str) -> str:
    """Give the colour of a state."""
    return TONES.get(state.partition(":")[0], "idle")
