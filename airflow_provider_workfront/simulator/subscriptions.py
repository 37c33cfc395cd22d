"""The event subscription API, and who is told of a commit (rules 116 to 125)."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from airflow_provider_workfront.simulator.dates import write_datetime
from airflow_provider_workfront.simulator.delivery import Delivery, Message
from airflow_provider_workfront.simulator.derived import COMPUTED
from airflow_provider_workfront.simulator.event_filters import matches
from airflow_provider_workfront.simulator.events import Change, changes, payload, states
from airflow_provider_workfront.simulator.http import Request, Response, json_response
from airflow_provider_workfront.simulator.sessions import not_logged_in
from airflow_provider_workfront.simulator.subscription import (
    VERSIONS,
    Subscription,
    bad,
    read_object,
    read_subscription,
    shown,
)
from airflow_provider_workfront.simulator.wire import ApiError

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow_provider_workfront.simulator.clock import Clock
    from airflow_provider_workfront.simulator.world import World, Written

EVENT_ROOT = "/attask/eventsubscription/api/v1"
DEFAULT_LIMIT, MOST_LIMIT = 100, 1000
BOTH_VERSIONS_SECONDS = 300.0  # reference 9.6: after a change of version, both are delivered


class Subscriptions:
    """Keep the subscriptions of one customer; the world's lock guards them."""

    def __init__(self, world: World, clock: Clock) -> None:
        self._world = world
        self._clock = clock
        self._kept: dict[str, Subscription] = {}
        self.delivery = Delivery(world.options, clock)
        world.on_commit = self._committed

    def answer(self, request: Request, identify: Callable[[Request, str], str]) -> Response:
        """Answer one request."""
        try:
            self._refuse_others(request, identify)
            with self._world.lock:
                return self._route(request)
        except ApiError as error:
            reason = {401: "Unauthorized", 403: "Forbidden"}.get(error.status, error.class_name)
            body = {"status": error.status, "error": reason, "message": error.message}  # shape inferred
            return json_response(error.status, body)

    def _refuse_others(self, request: Request, identify: Callable[[Request, str], str]) -> None:
        has_key = "apikey" in request.headers or any(name == "apiKey" for name, _ in request.query)
        if has_key and not self._world.options.event_api_keys:
            raise not_logged_in()
        user = self._world.get("USER", identify(request, request.method)) or {}
        _, is_admin = COMPUTED["USER.isAdmin"]
        if not is_admin(self._world, user):
            raise ApiError(403, "Forbidden", "User is not a System Administrator")  # rule 116

    def _route(self, request: Request) -> Response:
        way = request.path.removeprefix(EVENT_ROOT).rstrip("/")
        routes: dict[tuple[str, str], Callable[[Request], Response]] = {
            ("POST", "/subscriptions"): self._create,
            ("GET", "/subscriptions"): self._list,
            ("GET", "/subscriptions/list"): self._old_list,
            ("PUT", "/subscriptions/version"): self._change_versions,
        }
        if route := routes.get((request.method, way)):
            return route(request)
        one = re.fullmatch(r"/subscriptions/([^/]+)(/version)?", way)
        if one is None:
            raise ApiError(404, "Not Found", "No such resource")
        return self._one(request, self._known(one[1]), one[2] or "")

    def _one(self, request: Request, found: Subscription, rest: str) -> Response:
        match request.method, rest:
            case "GET", "":
                return json_response(200, self._shown(found))
            case "DELETE", "":
                del self._kept[found.id]
                return Response(200)  # reference 9.2: 200, though the document calls it "No Content"
            case "PUT", "/version":
                version = _version(read_object(request.body))
                self._change_version(found, version)
                return json_response(200, {"id": found.id, "version": version})
            case _:
                raise ApiError(405, "Method Not Allowed", f"{request.method} is not supported")

    def _create(self, request: Request) -> Response:
        new_id = str(UUID(self._world.new_id()))
        made = read_subscription(request.body, new_id, self._world.now())
        if any(made.identity == other.identity for other in self._kept.values()):
            raise ApiError(409, "Conflict", "The subscription already exists")
        self._kept[new_id] = made
        location = f"http://{request.headers.get('host', 'localhost')}{EVENT_ROOT}/subscriptions/{new_id}"
        response = json_response(201, {"id": new_id, "version": made.version})
        return replace(response, headers={**response.headers, "location": location})

    def _list(self, request: Request) -> Response:
        page, limit = _number(request, "page", 1), _number(request, "limit", DEFAULT_LIMIT)
        if limit > MOST_LIMIT:
            raise bad(f"limit must not be greater than {MOST_LIMIT}")
        kept = list(self._kept.values())
        rows = [self._shown(each) for each in kept[(page - 1) * limit : page * limit]]
        pages = -(-len(kept) // limit)
        meta = {"page": page, "limit": limit, "page_count": pages, "total_count": len(kept)}
        return json_response(200, {"subscriptions": rows, "meta": meta})

    def _old_list(self, _request: Request) -> Response:
        return json_response(200, [_snaked(self._shown(each)) for each in self._kept.values()])

    def _change_versions(self, request: Request) -> Response:
        order = read_object(request.body)
        version, ids = _version(order), order.get("subscriptionIds")
        if order.get("allCustomerSubscriptions") is True:
            ids = list(self._kept)
        if not isinstance(ids, list) or not ids or any(each not in self._kept for each in ids):
            raise bad("subscriptionIds names no subscriptions, or unknown ones")
        for each in ids:
            self._change_version(self._kept[each], version)
        return json_response(200, {"subscription_ids": ids, "version": version})

    def _change_version(self, found: Subscription, version: str) -> None:
        if found.version != version:
            self._kept[found.id] = replace(found, version=version, version_since=self._world.now())

    def _known(self, subscription_id: str) -> Subscription:
        found = self._kept.get(subscription_id)
        if found is None:
            raise ApiError(404, "Not Found", f"No subscription with id {subscription_id}")
        return found

    def _shown(self, found: Subscription) -> dict[str, Any]:
        endpoint, write = self.delivery.endpoint(found.url), self._write
        about_url = {
            "url": found.url,
            "successes": endpoint.successes,
            "failures": endpoint.failures,
            "disabled_at": _moment(endpoint.disabled_at, write),
            "frozen_at": _moment(endpoint.frozen_at, write),
        }
        full = {**shown(found, write), "customerId": self._world.customer_id, "subscription_url": about_url}
        return full if self._world.options.camel_case_subscriptions else _snaked(full)

    def _write(self, moment: datetime) -> str:
        """Write a moment as Adobe prints it, in microseconds and without a zone, or as everywhere else."""
        if self._world.options.camel_case_subscriptions:
            return write_datetime(moment, self._world.zone(self._world.admin_id))
        return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds")

    def _committed(self, written: list[Written], user_id: str) -> None:
        """Tell the subscribers of a commit; called with the world's lock held."""
        if not self._kept:
            return
        for change in changes(self._world, written, user_id):
            for each in self._kept.values():
                if _concerns(each, change):
                    self._tell(each, change)

    def _tell(self, found: Subscription, change: Change) -> None:
        for version in self._versions(found):
            both = states(self._world, change, version)
            if matches(list(found.filters), found.connector, change.code, both):
                names = {"subscriptionId": found.id, "eventVersion": version, "subscriptionVersion": found.version}
                body = payload(change, both, names, is_base64=found.is_base64)
                self.delivery.send(Message(found.url, found.token, body))

    def _versions(self, found: Subscription) -> tuple[str, ...]:
        since, scale = found.version_since, self._world.options.event_time_scale
        is_new = since and self._world.now() - since < timedelta(seconds=BOTH_VERSIONS_SECONDS * scale)
        return VERSIONS if is_new else (found.version,)


def _concerns(found: Subscription, change: Change) -> bool:
    if found.obj_code != change.code or found.event_type != change.event_type:
        return False
    return found.obj_id in {"", change.obj_id}


def _moment(seconds: float | None, write: Callable[[datetime], str]) -> str | None:
    return None if seconds is None else write(datetime.fromtimestamp(seconds, UTC))


def _version(order: dict[str, Any]) -> str:
    version = order.get("version")
    if version not in VERSIONS:
        raise bad("version must be v1 or v2")
    return str(version)


def _number(request: Request, name: str, default: int) -> int:
    text = dict(request.query).get(name, str(default))
    if not text.isdecimal() or int(text) < 1:
        raise bad(f"{name} must be a positive number")
    return int(text)


def _snaked(full: dict[str, Any]) -> dict[str, Any]:
    """Write names as the documents print some, and the deprecated list all (reference 9.2 and 9.3 [X])."""
    return {re.sub(r"(?<=[a-z0-9])[A-Z]", lambda hit: f"_{hit[0].lower()}", name): each for name, each in full.items()}
