"""How far a host can be reached from here, for whoever wants to know what is wrong with a connection."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from airflow_provider_workfront.api.call import Answer, Send
from airflow_provider_workfront.api.request import Lost

if TYPE_CHECKING:
    from collections.abc import Generator

    from airflow_provider_workfront.api.request import Request, Response
    from airflow_provider_workfront.client.http import HttpOptions


def proxy_of(url: str, options: HttpOptions) -> str:
    """Name host and port of the proxy that leads to a URL, never its password; an empty text if none does."""
    parts = urlsplit(url)
    named = options.proxy or ("" if proxy_bypass(parts.netloc) else _from_environment(parts.scheme))
    return urlsplit(named if "://" in named else f"//{named}").netloc.rpartition("@")[2]


def addresses_of(url: str) -> list[str]:
    """Ask the resolver for a URL's host; raises OSError if there is no such host."""
    found = socket.getaddrinfo(urlsplit(url).hostname, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def once(request: Request) -> Generator[Send, Response | Lost | None, Answer]:
    """Send a request as it is and once only: whatever comes is the answer."""
    return (yield Send(request)) or Lost("nothing was sent", sent=False)


def _from_environment(scheme: str) -> str:
    """Read what httpx reads too."""
    proxies = getproxies()
    return proxies.get(scheme) or proxies.get("all") or ""
