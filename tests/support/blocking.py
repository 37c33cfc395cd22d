"""Find calls that block: on the thread of an event loop each of them holds up everything else that waits there."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

ON_SOCKETS = {"connect", "recv", "recv_into", "send", "sendall", "accept"}
ANYWHERE = {("time", "sleep"), ("_socket", "getaddrinfo"), ("_socket", "gethostbyname")}


@contextmanager
def noticed() -> Iterator[list[str]]:
    """List the blocking calls of this thread: sleeps, look-ups of names, sockets that wait."""
    found: list[str] = []

    def look(_frame: Any, event: str, function: Any) -> None:
        if event == "c_call" and _blocks(function):
            found.append(function.__name__)

    sys.setprofile(look)
    try:
        yield found
    finally:
        sys.setprofile(None)


def _blocks(function: Any) -> bool:
    name, owner = getattr(function, "__name__", ""), getattr(function, "__self__", None)
    if (getattr(function, "__module__", None), name) in ANYWHERE or (
        getattr(owner, "__name__", None),
        name,
    ) in ANYWHERE:
        return True
    return name in ON_SOCKETS and hasattr(owner, "gettimeout") and owner.gettimeout() != 0
