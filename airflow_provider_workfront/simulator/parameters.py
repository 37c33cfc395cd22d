"""Where parameters come from: query string, form, JSON body (rules 10, 15 to 19)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.simulator.call import Params, is_reserved
from airflow_provider_workfront.simulator.lenient import read_json
from airflow_provider_workfront.simulator.wire import ApiError, illegal

if TYPE_CHECKING:
    from airflow_provider_workfront.simulator.http import Request
    from airflow_provider_workfront.simulator.options import Options

METHODS = frozenset({"GET", "POST", "PUT", "DELETE"})
JSON_TYPES = ("application/json", "text/plain")  # the second is Fusion's advice, reference 3.3
FORM_TYPE = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Body:
    """Hold what a request asks, its parts sorted out."""

    method: str
    params: Params
    updates: Any
    from_json: bool


def understand(request: Request, options: Options) -> Body:
    """Read the verb, the parameters and the updates of a request."""
    form = _form(request)
    override = dict([*form, *request.query]).get("method", "")
    method = (override or request.method).upper()  # rule 10
    if method not in METHODS:
        raise ApiError(400, "java.lang.UnsupportedOperationException", f"Unsupported HTTP method: {method}")
    in_query = {name for name, _ in request.query}
    pairs = (*request.query, *((name, value) for name, value in form if name not in in_query))  # rule 15
    sent = _json(request, options)
    if method == "GET":
        return Body(method, Params(pairs), None, from_json=False)
    return _with_updates(method, Params(pairs), sent, options)


def _with_updates(method: str, params: Params, sent: Any, options: Options) -> Body:
    plain = _plain(params)
    if params.has("updates"):
        if plain:
            raise illegal(  # rule 17
                f"Cannot mix 'updates' JSON parameter with non-JSON update parameter '{next(iter(plain))}'"
            )
        updates = read_json(params.get("updates"), lenient=options.lenient_json)
        return Body(method, params, updates, from_json=True)
    if isinstance(sent, dict):
        return Body(method, params, {**sent, **plain}, from_json=True)
    if sent is not None:
        return Body(method, params, sent, from_json=True)
    return Body(method, params, plain, from_json=False)


def _plain(params: Params) -> dict[str, Any]:
    """Take what names no reserved parameter for field values (rules 16 and 19); a repeated name becomes a list."""
    found: dict[str, Any] = {}
    for name in dict.fromkeys(name for name, _ in params if not is_reserved(name) and name != "ID"):
        values = params.all(name)
        found[name] = values if len(values) > 1 else values[0]
    return found


def _form(request: Request) -> list[tuple[str, str]]:
    """Read a form; a body that calls itself nothing is taken for one."""
    if request.headers.get("content-type", FORM_TYPE).startswith(FORM_TYPE):
        return request.form
    return []


def _json(request: Request, options: Options) -> Any:
    if not request.headers.get("content-type", "").startswith(JSON_TYPES) or not request.body.strip():
        return None
    return read_json(request.body.decode(errors="replace"), lenient=options.lenient_json)
