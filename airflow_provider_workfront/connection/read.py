"""Turn what a form, a JSON text or a URI says into its type, or say why not. Values are never shown."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from airflow_provider_workfront.connection.host import is_loopback

Reader = Callable[[Any], Any]

MASK = "***"  # what Airflow's API and UI show instead of a secret
TRUE, FALSE = {"true", "1", "yes", "on"}, {"false", "0", "no", "off"}
SHORTEST_BEARER, LONGEST_BEARER = 16, 254
PLAIN = re.compile(r"[\x21-\x7e]*")
PEM = re.compile(r"(-----BEGIN (?:RSA )?PRIVATE KEY-----)([A-Za-z0-9+/=\s]+)(-----END (?:RSA )?PRIVATE KEY-----)")


def text(value: object) -> str:
    """Read a text; numbers count, since a URI knows only strings and JSON authors forget quotes."""
    if isinstance(value, bool | dict | list):
        raise ValueError("must be a text")  # noqa: TRY004 the value is wrong, not the call
    return str(value).strip()


def secret(value: object) -> str:
    """Read a secret, and refuse the mask that Airflow shows in its place."""
    found = text(value)
    if found == MASK:
        raise ValueError(f"is '{MASK}', which Airflow shows instead of a secret; enter the secret itself")
    return found


def word(value: object) -> str:
    """Read what travels in a header: plain characters only."""
    return _plain(text(value))


def api_key(value: object) -> str:
    """Read a secret that travels in a header."""
    return _plain(secret(value))


def bearer(value: object) -> str:
    """Read the secret that Workfront shows with each event; fewer than 255 characters (reference 9.3)."""
    found = api_key(value)
    if not SHORTEST_BEARER <= len(found) <= LONGEST_BEARER:
        raise ValueError(
            f"must have {SHORTEST_BEARER} to {LONGEST_BEARER} characters, such as `openssl rand -hex 32` gives"
        )
    return found


def private_key(value: object) -> str:
    r"""Read a PEM key and lay out its lines anew.

    Airflow's password fields drop line breaks, and environment variables turn them into a literal \n.
    """
    match = PEM.fullmatch(secret(value).replace("\\n", "\n").strip())
    if not match:
        raise ValueError("is no unencrypted private key in PEM form (from -----BEGIN to -----END)")
    begin, body, end = match.groups()
    return "\n".join((begin, *textwrap.wrap("".join(body.split()), 64), end, ""))


def boolean(value: object) -> bool:
    """Read true or false, also as a URI writes them."""
    word = str(value).strip().lower()
    if word not in TRUE | FALSE:
        raise ValueError("must be true or false")
    return word in TRUE


def choice(*allowed: str) -> Reader:
    """Make a reader of one of these words."""
    return partial(_choice, allowed=allowed)


def number(low: float, high: float) -> Reader:
    """Make a reader of a number within these bounds."""
    return partial(_number, low=low, high=high)


def integer(low: int, high: int) -> Reader:
    """Make a reader of a whole number within these bounds."""
    return partial(_integer, low=low, high=high)


def proxy(value: object) -> str:
    """Read a proxy's address; it may hold a password, so it is never shown."""
    return _address(value, "http", "https")


def redirect_uri(value: object) -> str:
    """Read the redirect URI: as registered in Workfront, letter for letter."""
    found = _address(value, "http", "https")
    if found.startswith("http:") and not is_loopback(found):
        raise ValueError("must begin with https:// (http:// only for the own machine)")
    return found


def _plain(found: str) -> str:
    if not PLAIN.fullmatch(found):
        raise ValueError("must be plain characters without spaces or line breaks; copy it again")
    return found


def _address(value: object, *schemes: str) -> str:
    found = text(value)
    parts = urlsplit(found)
    if parts.scheme not in schemes or not parts.hostname:
        beginnings = " or ".join(f"{name}://" for name in schemes)
        raise ValueError(f"must be an address that begins with {beginnings}")
    return found


def _choice(value: object, allowed: tuple[str, ...]) -> str:
    word = str(value).strip().lower()
    if word not in allowed:
        raise ValueError(f"must be one of {', '.join(allowed)}")
    return word


def _number(value: Any, low: float, high: float) -> float:
    try:
        found = float(value)
    except (TypeError, ValueError):
        found = float("nan")
    if isinstance(value, bool) or not low <= found <= high:  # no comparison holds for NaN
        raise ValueError(f"must be a number from {low} to {high}")
    return found


def _integer(value: Any, low: int, high: int) -> int:
    try:
        found = _number(value, low, high)
    except ValueError:
        found = float("nan")
    if not found.is_integer():
        raise ValueError(f"must be a whole number from {low} to {high}")
    return int(found)
