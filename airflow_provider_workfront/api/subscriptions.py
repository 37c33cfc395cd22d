"""Event subscriptions: who is told of changes in Workfront, by HTTP (reference 9).

They live beside the API, below a root of their own, and only a system administrator may use them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from airflow_provider_workfront.api.call import Retry, call
from airflow_provider_workfront.api.errors import NotFoundError, PermissionDeniedError
from airflow_provider_workfront.api.event_filters import (
    CONNECTORS,
    EVENT_TYPES,
    Filter,
    checked_filters,
    event_code,
    one_of,
)
from airflow_provider_workfront.api.operation import Job, Operation, R_co, Record, Steps, checked_id
from airflow_provider_workfront.api.request import Repeat, Request

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ROOT = "/attask/eventsubscription/api/v1/subscriptions"
PAGE = 1000  # reference 9.2: the most that a page holds
VERSIONS = ("v1", "v2")
LONGEST_TOKEN = 254
ONLY_ADMINISTRATORS = "event subscriptions need a connection whose user is a system administrator in Workfront"


@dataclass(frozen=True, slots=True)
class Subscription:
    """One subscription as Workfront shows it; the token is masked, and dates are as they came."""

    id: str
    obj_code: str
    event_type: str
    url: str
    obj_id: str = ""
    filters: tuple[Any, ...] = ()
    filter_connector: str = "AND"
    base64_encoding: bool = False
    version: str = ""
    date_created: str = ""
    disabled_at: str = ""
    frozen_at: str = ""
    masked_token: str = field(default="", repr=False)

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Subscription:
        """Read one; documents and clients disagree on the case of names, so both are read [X]."""
        about_url = _first(data, "subscriptionUrl", "subscription_url") or {}
        return cls(
            id=str(data["id"]),
            obj_code=str(_first(data, "objCode", "obj_code") or ""),
            event_type=str(_first(data, "eventType", "event_type") or ""),
            url=str(data.get("url") or ""),
            obj_id=str(_first(data, "objId", "obj_id") or ""),
            filters=tuple(data.get("filters") or ()),
            filter_connector=str(_first(data, "filterConnector", "filter_connector") or "AND"),
            base64_encoding=str(_first(data, "base64Encoding", "base64_encoding") or "").lower() == "true",
            version=str(data.get("version") or ""),
            date_created=str(_first(data, "dateCreated", "date_created") or ""),
            disabled_at=str(_first(about_url, "disabledAt", "disabled_at") or ""),
            frozen_at=str(_first(about_url, "frozenAt", "frozen_at") or ""),
            masked_token=str(_first(data, "authToken", "auth_token") or ""),
        )

    def record(self) -> Record:
        """Give it as plain data, without the token."""
        names = [name for name in self.__dataclass_fields__ if name != "masked_token"]
        return {name: getattr(self, name) for name in names} | {"filters": list(self.filters)}


class Administration(Operation[R_co]):
    """An operation that Workfront refuses to all but administrators; the refusal says so."""

    __slots__ = ()

    def steps(self, retry: Retry) -> Steps[R_co]:
        """Carry it out."""
        request = self.request()
        try:
            data = yield from call(request, retry)
        except PermissionDeniedError as error:
            error.hint = ONLY_ADMINISTRATORS
            raise
        except NotFoundError as error:
            error.hint = error.hint or "there is no such subscription; list them to see which there are"
            raise
        return self.understood(request, data)


@dataclass(frozen=True, slots=True)
class CreateSubscription(Administration[str]):
    """Subscribe to events of a type of object, or of one object, and give the new subscription's ID.

    Events go to `url` with `auth_token` as bearer. One that exists already is refused with status 409
    (InvalidRequestError), so it may be tried again after a lost answer.
    """

    obj_code: str
    event_type: str
    url: str
    auth_token: str = field(repr=False)
    obj_id: str = ""
    filters: Sequence[Filter] | None = None
    filter_connector: str = "AND"
    base64_encoding: bool = False

    def request(self) -> Request:
        """Post it; Workfront refuses fields that it does not know."""
        code, event_type = event_code(self.obj_code), one_of("event_type", self.event_type, EVENT_TYPES)
        body: dict[str, Any] = {
            "objCode": code,
            "eventType": event_type,
            "url": checked_url(self.url),
            "authToken": checked_token(self.auth_token),
        }
        if self.obj_id:
            body["objId"] = checked_id(self.obj_id)
        if filters := checked_filters(self.filters, code, event_type):
            body["filters"] = filters
            body["filterConnector"] = one_of("filter_connector", self.filter_connector, CONNECTORS)
        if self.base64_encoding:
            body["base64Encoding"] = True
        return Request("POST", ROOT, json=body, repeat=Repeat.IDEMPOTENT)

    def read(self, data: Any) -> str:
        """Give the ID."""
        return str(data["id"])


@dataclass(frozen=True, slots=True)
class SubscriptionPage(Administration[tuple[tuple[Subscription, ...], bool]]):
    """Give one page of the subscriptions, the first being 1, and whether it is the last."""

    number: int

    def request(self) -> Request:
        """Ask for the page."""
        params = (("page", str(self.number)), ("limit", str(PAGE)))
        return Request("GET", ROOT, params, repeat=Repeat.ALWAYS)

    def read(self, data: Any) -> tuple[tuple[Subscription, ...], bool]:
        """Give the subscriptions; without a count of pages, one that is not full is the last."""
        found = tuple(Subscription.of(each) for each in data["subscriptions"])
        pages = _first(data.get("meta") or {}, "page_count", "pageCount")
        return found, len(found) < PAGE if pages is None else self.number >= int(pages)


@dataclass(frozen=True, slots=True)
class ListSubscriptions(Job[list[Subscription]]):
    """Give all subscriptions of the customer, those of other tools too."""

    def steps(self, retry: Retry) -> Steps[list[Subscription]]:
        """Read page after page; one that brings nothing new is the last in any case."""
        found: dict[str, Subscription] = {}
        number, is_last = 1, False
        while not is_last:
            page, is_last = yield from SubscriptionPage(number).steps(retry)
            fresh = {each.id: each for each in page if each.id not in found}
            found |= fresh
            number, is_last = number + 1, is_last or not fresh
        return list(found.values())


@dataclass(frozen=True, slots=True)
class GetSubscription(Administration[Subscription]):
    """Give one subscription."""

    subscription_id: str

    def request(self) -> Request:
        """Ask for it."""
        return Request("GET", _path(self.subscription_id), repeat=Repeat.ALWAYS)

    def read(self, data: Any) -> Subscription:
        """Give what came."""
        return Subscription.of(data)


@dataclass(frozen=True, slots=True)
class DeleteSubscription(Administration[bool]):
    """End a subscription; NotFoundError if there is none."""

    subscription_id: str

    def request(self) -> Request:
        """Delete it."""
        return Request("DELETE", _path(self.subscription_id), repeat=Repeat.IDEMPOTENT)

    def read(self, data: Any) -> bool:  # noqa: ARG002 the answer is empty
        """Tell that it is gone."""
        return True


@dataclass(frozen=True, slots=True)
class ChangeVersion(Administration[list[str]]):
    """Change the version of these subscriptions and give their IDs.

    For five minutes afterwards Workfront delivers each event in both versions.
    """

    subscription_ids: Sequence[str]
    version: str = "v2"

    def request(self) -> Request:
        """Put the version."""
        ids = [checked_id(each) for each in self.subscription_ids]
        body = {"subscriptionIds": ids, "version": one_of("version", self.version, VERSIONS)}
        return Request("PUT", f"{ROOT}/version", json=body, repeat=Repeat.IDEMPOTENT)

    def read(self, data: Any) -> list[str]:
        """Give the IDs."""
        return [str(each) for each in _first(data, "subscriptionIds", "subscription_ids") or ()]


def checked_url(url: str) -> str:
    """Refuse an address to which Workfront would not deliver: it wants HTTPS."""
    parts = urlsplit(url.strip()) if isinstance(url, str) else urlsplit("")
    if parts.scheme == "https" and parts.hostname:
        return parts.geturl()
    if parts.scheme == "http" and parts.hostname and _is_this_machine(parts.hostname):
        return parts.geturl()  # for the simulator
    raise ValueError(f"url is {url!r}: events go to an address that begins with https://, with a trusted certificate")


def checked_token(token: str) -> str:
    """Refuse a token that Workfront would not take, without showing it."""
    if not isinstance(token, str) or not token.strip() or len(token) > LONGEST_TOKEN:
        raise ValueError(f"the bearer token of events must be a text of 1 to {LONGEST_TOKEN} characters")
    return token


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _path(subscription_id: str) -> str:
    return f"{ROOT}/{checked_id(subscription_id)}"


def _first(data: Mapping[str, Any], *names: str) -> Any:
    return next((data[name] for name in names if data.get(name) is not None), None)
