"""Find the action that a call names, check its arguments, carry it out (rule 90)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.simulator import (
    actions_documents,
    actions_moves,
    actions_people,
    actions_records,
    actions_work,
    approvals,
    conversion,
    sharing,
)
from airflow_provider_workfront.simulator.act import Act
from airflow_provider_workfront.simulator.selection import shower
from airflow_provider_workfront.simulator.values import is_string_list, typed
from airflow_provider_workfront.simulator.view import View
from airflow_provider_workfront.simulator.wire import ApiError, illegal

if TYPE_CHECKING:
    from airflow_provider_workfront.simulator.act import Handler
    from airflow_provider_workfront.simulator.ledger import Ledger
    from airflow_provider_workfront.simulator.schema import Signature

PLAIN = frozenset({"string", "int", "boolean", "dateTime"})
HANDLERS: dict[str, Handler] = {  # `CODE.action`, or `action` alone where all types do the same
    **actions_documents.HANDLERS,
    **actions_moves.HANDLERS,
    **actions_people.HANDLERS,
    **actions_records.HANDLERS,
    **actions_work.HANDLERS,
    **approvals.HANDLERS,
    **conversion.HANDLERS,
    **sharing.HANDLERS,
}


def act(ledger: Ledger) -> Any:
    """Carry out the action of a call and give its result."""
    call = ledger.call
    signature = call.type.actions.get(call.verb)
    handler = HANDLERS.get(f"{call.type.code}.{call.verb}") or HANDLERS.get(call.verb)
    if signature is None or handler is None:
        raise illegal(f"APIModel {call.label} does not support action {call.verb} ({call.type.code})")
    if call.params.has("fields"):
        shower(View.of(ledger.world, call), call.type, call.params.get("fields"))  # reference 5.5: the source's fields
    return handler(Act(ledger, _arguments(ledger, signature)))


def _arguments(ledger: Ledger, signature: Signature) -> dict[str, Any]:
    sent = ledger.call.updates or {}
    if not isinstance(sent, dict):
        raise illegal("argument type mismatch")
    if ledger.call.params.has("options"):
        sent = {"options": ledger.call.params.get("options"), **sent}
    kinds = dict(signature.arguments)
    for name in sent:
        if name not in kinds and name not in {"ID", "objCode"}:
            raise illegal(f"action {signature.name} does not support argument named {name}")
    return {name: _argument(ledger, name, kinds[name], value) for name, value in sent.items() if name in kinds}


def _is_list(ledger: Ledger, value: Any) -> bool:
    """Take lists from JSON, and by switch repeated form keys, of which one alone is a text."""
    if ledger.call.from_json:
        return is_string_list(value)
    return ledger.options.repeated_lists


def _argument(ledger: Ledger, name: str, kind: str, value: Any) -> Any:
    if value is None or value == "":
        return None
    if kind == "string[]" and not _is_list(ledger, value):
        raise illegal("argument type mismatch")  # reference 3.3: flat form fields make no list
    if kind == "string[]":
        return value if isinstance(value, list) else [value]
    if kind == "map" and not isinstance(value, dict):
        message = "class java.lang.String cannot be cast to class java.util.Map"
        raise ApiError(422, "java.lang.ClassCastException", message)
    return typed(ledger, name, kind, value) if kind in PLAIN else value
