"""Turn what a form, a JSON text or a URI says into its type, or say why not. Values are never shown."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import quote, urlsplit

from airflow_provider_workfront.connection.host import LAST_PORT, is_loopback

Reader = Callable[[Any], Any]

MASK = "***"  # what Airflow's API and UI show instead of a secret
TRUE, FALSE = {"true", "1", "yes", "on"}, {"false", "0", "no", "off"}
SHORTEST_BEARER, LONGEST_BEARER = 16, 254
PROXY = re.compile(
    r"(https?)://(?:(.*)@)?(\[[0-9a-f:.]+\]|[^\s/@:?#\[\]\\%]+)(?::([0-9]+))?/?", re.IGNORECASE | re.DOTALL
)
LONE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
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
    """Read a proxy's address, and give it with user and password percent-encoded; it is never shown.

    A password may hold any character, as it is or percent-encoded: it ends at the last ``@``.
    """
    match = PROXY.fullmatch(text(value))
    if not match:
        raise ValueError(
            "must begin with http:// or https://, and be such as http://user:password@proxy.example.com:3128"
        )
    scheme, user, host, port = match.groups()
    if port is not None and not 1 <= int(port) <= LAST_PORT:
        raise ValueError(f"has a port that there is not; ports go from 1 to {LAST_PORT}")
    return f"{scheme.lower()}://{_encoded(user)}{host}" + (f":{port}" if port else "")


def _encoded(user: str | None) -> str:
    """Percent-encode user and password; what is encoded already stays."""
    if user is None:
        return ""
    name, colon, password = user.partition(":")
    return "@".join([colon.join(quote(LONE_PERCENT.sub("%25", part), safe="%") for part in (name, password)), ""])


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
    found, beginnings = text(value), " or ".join(f"{name}://" for name in schemes)
    try:
        parts = urlsplit(found)
        _ = parts.port
    except ValueError:  # its text shows a part of the address
        raise ValueError(f"must be an address that begins with {beginnings}, with a port up to {LAST_PORT}") from None
    if parts.scheme not in schemes or not parts.hostname:
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
