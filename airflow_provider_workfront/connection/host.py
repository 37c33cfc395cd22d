"""Which host a connection may talk to: a token sent to a wrong one is a token given away.

Host patterns: reference 1.1 [D]. The same application serves `*.workfront.com` and `*.workfront.adobe.com`.
"""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

SUFFIXES = (".workfront.com", ".workfront.adobe.com")
NAME = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?")
EXAMPLE = "acme.my.workfront.com"
LAST_PORT = 65535


def base_url(host: str | None, schema: str | None, port: int | None, allowed_hosts: str = "") -> str:
    """Give scheme and host (`https://acme.my.workfront.com`) of what someone typed or pasted.

    An address copied from the browser is as good as a bare name: its path and query are dropped. The scheme
    may stand in the host or, where a URI puts it, in the schema; the port likewise (0 means none). Raises
    ValueError.
    """
    typed = (host or "").strip()
    if not typed:
        raise ValueError(f"is empty; enter the host of your Workfront, e.g. {EXAMPLE}")
    parts = _split(typed)
    name = (parts.hostname or "").rstrip(".")
    local = _is_loopback_name(name)
    scheme = _scheme(parts.scheme, (schema or "").lower(), local=local)
    if not local:
        _refuse_name(name, allowed_hosts)
    number = parts.port or port
    if number and not 1 <= number <= LAST_PORT:
        raise ValueError(f"has the port {number}; ports go from 1 to {LAST_PORT}")
    shown = f"[{name}]" if ":" in name else name
    return f"{scheme}://{shown}" + (f":{number}" if number and (scheme, number) != ("https", 443) else "")


def is_workfront(url: str, allowed_hosts: str = "") -> bool:
    """Say whether an address that a connection may name is Workfront's, or allowed by name."""
    return _is_allowed(urlsplit(url).hostname or "", allowed_hosts)


def is_loopback(url: str) -> bool:
    """Say whether an address points to the own machine."""
    return _is_loopback_name(urlsplit(url).hostname or "")


def _split(typed: str) -> SplitResult:
    try:
        parts = urlsplit(typed if "://" in typed else f"//{typed}")
        _ = parts.port
    except ValueError:
        raise ValueError(f"is not a host; enter it as e.g. {EXAMPLE}") from None
    if parts.username is not None or parts.password is not None:
        raise ValueError("must not hold a user or a password; enter them as Client ID and Client Secret")
    return parts


def _scheme(typed: str, schema: str, *, local: bool) -> str:
    scheme = typed or (schema if schema in {"http", "https"} else "http" if local else "https")
    if scheme not in {"http", "https"}:
        raise ValueError(f"must begin with https:// or be a bare host, e.g. {EXAMPLE}")
    if scheme == "http" and not local:
        raise ValueError("must be reached by https; http is only for the own machine (the simulator)")
    return scheme


def _refuse_name(name: str, allowed_hosts: str) -> None:
    if name == "experience.adobe.com":  # reference 1.1 [D] domain
        raise ValueError(
            "is experience.adobe.com, which is the web page, not the API; in Workfront open Setup > System > "
            "Customer Info, read Domain there, and enter <domain>.my.workfront.adobe.com"
        )
    if not NAME.fullmatch(name):
        raise ValueError(f"is not a host name; enter it as e.g. {EXAMPLE}")
    if _is_allowed(name, allowed_hosts):
        return
    if "." not in name:
        raise ValueError(f"'{name}' is only a domain; did you mean {name}.my.workfront.com?")
    raise ValueError(
        f"'{name}' is not a Workfront host: it must end in {' or '.join(SUFFIXES)}, or be named in "
        "allowed_hosts in section [workfront] of Airflow's configuration"
    )


def _is_allowed(name: str, allowed_hosts: str) -> bool:
    listed = [entry.strip().lower().removeprefix("*") for entry in allowed_hosts.split(",")]
    if _is_ip(name):
        return name in listed
    suffixes = [*SUFFIXES, *(entry for entry in listed if entry.startswith("."))]
    return name in listed or name.endswith(tuple(suffixes))


def _is_ip(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _is_loopback_name(name: str) -> bool:
    return name == "localhost" or (_is_ip(name) and ipaddress.ip_address(name).is_loopback)
