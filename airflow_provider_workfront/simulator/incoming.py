"""Sort what a client sent into plain values, custom values and collections."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.simulator.derived import COMPUTED
from airflow_provider_workfront.simulator.values import plain_value
from airflow_provider_workfront.simulator.wire import illegal
from airflow_provider_workfront.simulator.world import CUSTOM

if TYPE_CHECKING:
    from airflow_provider_workfront.simulator.ledger import Ledger
    from airflow_provider_workfront.simulator.schema import ObjectType

WRAPPER = "parameterValues"
# read elsewhere, or not the client's to say; a new document brings its first version inside (reference 5.11)
SILENT = frozenset({"ID", "objCode", "customerID", "handle", "currentVersion"})


@dataclass(frozen=True, slots=True)
class Incoming:
    """Hold the values of one write, sorted by how they are stored."""

    plain: dict[str, Any] = field(default_factory=dict)
    custom: dict[str, Any] = field(default_factory=dict)
    collections: dict[str, Any] = field(default_factory=dict)
    objects: dict[str, dict[str, Any]] = field(default_factory=dict)


def read_incoming(ledger: Ledger, kind: ObjectType, updates: dict[str, Any]) -> Incoming:
    """Sort and check what was sent; read-only fields are passed over without a word."""
    incoming = Incoming()
    for name, value in _unwrapped(ledger, updates).items():
        if name in SILENT:
            continue
        if name.startswith(CUSTOM):
            incoming.custom[name] = value
        elif name in kind.collections:
            incoming.collections[name] = value
        elif name in kind.references and (value is None or isinstance(value, dict)):
            _read_reference(ledger, kind, incoming, (name, value))
        else:
            _read_plain(ledger, kind, incoming, (name, value))
    return incoming


def _unwrapped(ledger: Ledger, updates: dict[str, Any]) -> dict[str, Any]:
    """Drop the wrapper of custom values, or open it by switch (rule 101)."""
    rest = {name: value for name, value in updates.items() if name != WRAPPER}
    wrapped = updates.get(WRAPPER)
    return {**wrapped, **rest} if ledger.options.apply_parameter_values and isinstance(wrapped, dict) else rest


def _read_plain(ledger: Ledger, kind: ObjectType, incoming: Incoming, sent: tuple[str, Any]) -> None:
    name, value = sent
    stored = plain_value(ledger, kind, name, value)
    known = kind.fields[name]
    if f"{kind.code}.{name}" not in COMPUTED and not (known.is_("READ_ONLY") or known.is_("DYNAMIC")):
        incoming.plain[name] = stored


def _read_reference(ledger: Ledger, kind: ObjectType, incoming: Incoming, sent: tuple[str, Any]) -> None:
    """Take `owner: {ID}` for `ownerID`; whole objects are for those that live inside another."""
    name, value = sent
    if value is None or (set(value) <= {"ID", "objCode", "name"} and "ID" in value):
        _read_plain(ledger, kind, incoming, (f"{name}ID", value and value["ID"]))
    elif name == "queueDef":
        incoming.objects[name] = value
    else:
        raise illegal(f"{name} ({kind.name}) cannot be written; send {name}ID")
