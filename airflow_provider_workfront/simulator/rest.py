"""Everything below /attask/api: which version, which object, which verb (reference 12.1)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.simulator.call import Call, Params, is_reserved
from airflow_provider_workfront.simulator.http import Request, Response
from airflow_provider_workfront.simulator.metadata import all_metadata, type_metadata
from airflow_provider_workfront.simulator.parameters import Body, understand
from airflow_provider_workfront.simulator.reads import Reads
from airflow_provider_workfront.simulator.route import Route, route, target, too_many_parts, type_of
from airflow_provider_workfront.simulator.schema import object_type
from airflow_provider_workfront.simulator.wire import UNSUPPORTED, ApiError, error_body, failure, illegal, success
from airflow_provider_workfront.simulator.writes import Writes

if TYPE_CHECKING:
    from airflow_provider_workfront.simulator.options import Options
    from airflow_provider_workfront.simulator.world import World

__all__ = ["Call", "Rest"]

READS = frozenset({"get", "search", "count", "report"})


class Rest:
    """Answer authenticated requests."""

    def __init__(self, world: World, options: Options) -> None:
        self._world = world
        self._options = options
        self._reads = Reads(world, options)
        self.writes = Writes(world, options)

    def answer(self, request: Request, user_id: str) -> Response:
        """Answer one request of one user."""
        try:
            return self._answer(request, user_id)
        except ApiError as error:
            return failure(error)

    def _answer(self, request: Request, user_id: str) -> Response:
        way = route(request.path, self._options)
        if way.parts == ("upload",):
            upload = Body("POST", Params(tuple(request.query)), None, from_json=False)
            return success(self.writes.upload(self._call(request, way, upload, user_id)))
        body = understand(request, self._options)
        if way.parts == ("batch",):
            return self._batch(request, way, body, user_id)
        root = f"http://{request.headers.get('host', 'localhost')}{way.root}"
        if way.parts == ("metadata",):
            return success(all_metadata(root, way.version))
        call = self._call(request, way, body, user_id)
        if call.method == "GET" and call.verb == "metadata":
            return success(type_metadata(self._world, call.type, root, way.version))
        return success(self._carry_out(call))

    def _call(self, request: Request, way: Route, body: Body, user_id: str) -> Call:
        is_upload = way.parts == ("upload",)
        kind = object_type("DOCU") if is_upload else type_of(way)
        obj_id, verb = ("", "") if is_upload else target(way)
        if body.method == "POST" and (obj_id or verb):
            raise too_many_parts()  # rules 10 and 11: an override takes no path that a real POST would not
        if body.method == "PUT":
            verb = verb or body.params.get("action")
        ids = (obj_id,) if obj_id else self._ids(body, verb)
        known = {"$$USER": user_id, "$$USER.ID": user_id, "$$CUSTOMER": self._world.customer_id}
        return Call(
            method=body.method,
            type=kind,
            params=body.params,
            user_id=user_id,
            version=way.version,
            label=way.label,
            verb=verb,
            ids=tuple(known.get(obj_id, obj_id) for obj_id in ids),
            updates=body.updates,
            from_json=body.from_json,
            request=request,
        )

    def _ids(self, body: Body, verb: str) -> tuple[str, ...]:
        """Read `?id=a,b`, repeated `id`, or `ID`, which in a search is a filter like any other."""
        if body.method == "GET" and verb:
            return ()
        texts = body.params.all("id") or body.params.all("ID")
        return tuple(word for text in texts for word in text.split(",") if word)

    def _carry_out(self, call: Call) -> Any:
        """Read under the world's lock; writes take it themselves, for as long as they need it."""
        if call.method == "GET":
            with self._world.lock:
                return self._read(call)
        if call.method == "PUT":
            return self._put(call)
        if call.method == "DELETE":
            _offer(call, "delete")
            _refuse_others(call)
            return self.writes.delete(call)
        _offer(call, "add")
        return self.writes.create(call)

    def _read(self, call: Call) -> Any:
        if call.ids and call.verb:
            raise too_many_parts()
        verb = call.verb or "get"
        if verb not in READS:
            return self._reads.named(call)
        _offer(call, verb)
        if verb == "search":
            return self._reads.search(call)
        if verb == "count":
            return self._reads.count(call)
        if verb == "report":
            return self._reads.report(call)
        if not call.ids:
            raise illegal("ID cannot be null")  # text inferred
        _refuse_others(call)
        return self._reads.get(call)

    def _put(self, call: Call) -> Any:
        if call.verb:
            return self.writes.action(call)
        _offer(call, "edit")
        return self.writes.update(call)

    def _batch(self, request: Request, way: Route, body: Body, user_id: str) -> Response:
        """Answer many calls in one; each URI brings its own `method` (rule 78)."""
        if body.method != "POST":
            raise ApiError(400, UNSUPPORTED, f"Unsupported HTTP method: {body.method}")
        members = [Request("GET", f"{way.root}/{uri.lstrip('/')}", request.headers) for uri in body.params.all("uri")]
        if not body.params.flag("atomic"):
            return success([self._member(member, user_id, stops=self._options.batch_stops) for member in members])
        with self._world.lock, self._world.transaction(user_id):
            for member in members:
                self._member(member, user_id, stops=True)
        return success({"success": True})

    def _member(self, request: Request, user_id: str, *, stops: bool) -> Any:
        try:
            return json.loads(self._answer(request, user_id).body)
        except ApiError as error:
            if stops:
                raise
            return {"error": error_body(error)}


def _refuse_others(call: Call) -> None:
    """Refuse parameters that would be filters elsewhere: one object is named by its ID alone; inferred."""
    for name, _ in call.params:
        if not is_reserved(name) and name != "ID":
            raise illegal(f"APIModel {call.label} does not support field {name} ({call.type.name})")


def _offer(call: Call, operation: str) -> None:
    """Refuse what the type does not offer (rule 13)."""
    if operation not in call.type.operations:
        service = operation.upper()
        raise ApiError(400, UNSUPPORTED, f"unable to find method for service endpoint type: {service}")
