"""One event subscription: how it is read from a request, and how it is shown (reference 9.3)."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from airflow_provider_workfront.simulator.event_filters import JOINED
from airflow_provider_workfront.simulator.events import OBJ_CODES
from airflow_provider_workfront.simulator.http import LOOPBACK
from airflow_provider_workfront.simulator.wire import ApiError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

EVENT_TYPES = ("CREATE", "UPDATE", "DELETE")
VERSIONS = ("v1", "v2")
FIELDS = frozenset(
    ("objCode", "eventType", "url", "authToken", "objId", "filters", "filterConnector", "base64Encoding")
)
TOKEN_BELOW = 255
SHORT_TOKEN = 8


@dataclass(frozen=True)
class Subscription:
    """Hold one subscription; `version_since` is when its version was changed last."""

    id: str
    created: datetime
    obj_code: str
    event_type: str
    url: str
    token: str = field(repr=False)
    obj_id: str = ""
    filters: tuple[Any, ...] = ()
    connector: str = "AND"
    is_base64: bool = False
    version: str = "v2"
    version_since: datetime | None = None

    @cached_property
    def identity(self) -> tuple[str, ...]:
        """Give what no two may share."""
        filters = json.dumps([self.filters, self.connector], sort_keys=True)
        return (self.obj_code, self.obj_id, self.event_type, self.url, filters)


def read_subscription(body: bytes, subscription_id: str, now: datetime) -> Subscription:
    """Read a request to subscribe, or refuse it; the statuses of bad fields other than the URL are inferred."""
    given = read_object(body)
    if unknown := sorted(given.keys() - FIELDS):
        raise bad(f"Unrecognized field: {unknown[0]}")
    texts = {name: _text(given, name) for name in FIELDS - {"filters", "base64Encoding"}}
    _check(texts)
    filters = given.get("filters") or []
    if not isinstance(filters, list):
        raise bad("filters must be an array")
    return Subscription(
        id=subscription_id,
        created=now,
        obj_code=texts["objCode"],
        event_type=texts["eventType"],
        url=texts["url"],
        token=texts["authToken"],
        obj_id=texts["objId"],
        filters=tuple(filters),
        connector=texts["filterConnector"] or "AND",
        is_base64=_is_true(given, "base64Encoding"),
    )


def shown(subscription: Subscription, write: Callable[[datetime], str]) -> dict[str, Any]:
    """Show a subscription, its token masked (rule 119)."""
    since = subscription.version_since or subscription.created
    return {
        "id": subscription.id,
        "dateCreated": write(subscription.created),
        "dateModified": write(since),
        "version": subscription.version,
        "dateVersionUpdated": write(since),
        "objId": subscription.obj_id,
        "objCode": subscription.obj_code,
        "url": subscription.url,
        "eventType": subscription.event_type,
        "authToken": masked(subscription.token),
        "base64Encoding": subscription.is_base64,
        "filters": list(subscription.filters),
        "filterConnector": subscription.connector,
    }


def masked(token: str) -> str:
    """Hide a token but for its last four characters, and a short one as a whole."""
    return "*" * len(token) if len(token) <= SHORT_TOKEN else f"****{token[-4:]}"


def read_object(body: bytes) -> dict[str, Any]:
    """Read a JSON object."""
    try:
        given = json.loads(body)
    except ValueError:
        given = None
    if not isinstance(given, dict):
        raise bad("the body is no JSON object")
    return given


def bad(message: str) -> ApiError:
    """Make the refusal of a request that is wrong in itself."""
    return ApiError(400, "Bad Request", message)


def _text(given: dict[str, Any], name: str) -> str:
    value = given.get(name)
    if value is not None and not isinstance(value, str):
        raise bad(f"{name} must be a string")
    return value or ""


def _is_true(given: dict[str, Any], name: str) -> bool:
    value = given.get(name)
    if value is not None and not isinstance(value, bool):
        raise bad(f"{name} must be a boolean")
    return bool(value)


def _check(texts: dict[str, str]) -> None:
    allowed = {
        "objCode": OBJ_CODES,
        "eventType": EVENT_TYPES,
        "filterConnector": (*JOINED, ""),
    }
    for name, values in allowed.items():
        if texts[name] not in values:
            raise bad(f"{name} is not valid: {texts[name]}")
    if not texts["authToken"] or len(texts["authToken"]) >= TOKEN_BELOW:
        raise bad("authToken is required and must be shorter than 255 characters")
    if not _is_endpoint(texts["url"]):
        raise bad("url is not a valid HTTPS endpoint")


def _is_endpoint(url: str) -> bool:
    """Tell whether events may go there: HTTPS, or this machine, since a simulator's receivers rarely have TLS."""
    if re.search(r"\s", url):
        return False  # reference 0.4: a URL with a blank is refused
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port  # which raises for a port that is none
    except ValueError:
        return False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK))
