"""Create one object (rules 79 to 81, 93, 100)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.simulator.defaults import DEFAULTS, check_required
from airflow_provider_workfront.simulator.editing import apply_parts
from airflow_provider_workfront.simulator.incoming import read_incoming
from airflow_provider_workfront.simulator.special import AFTER_CREATE, BEFORE_CREATE
from airflow_provider_workfront.simulator.wire import illegal

if TYPE_CHECKING:
    from airflow_provider_workfront.simulator.ledger import Ledger
    from airflow_provider_workfront.simulator.schema import ObjectType
    from airflow_provider_workfront.simulator.table import Row


def create(ledger: Ledger, kind: ObjectType, updates: dict[str, Any]) -> Row:
    """Create an object with everything that was sent along, or nothing at all."""
    if kind.code == "TASSGN":
        raise illegal("invalid objCode: null")  # reference 0.4 [T]
    incoming = read_incoming(ledger, kind, updates)
    values = {name: value for name, value in incoming.plain.items() if value is not None}
    if kind.code in BEFORE_CREATE:
        values = BEFORE_CREATE[kind.code](ledger, values, updates)
    check_required(kind, {**values, "handle": updates.get("handle")})
    row = ledger.add(kind.code, DEFAULTS.get(kind.code, {}) | values)
    if kind.code in AFTER_CREATE:
        AFTER_CREATE[kind.code](ledger, row, updates)
    apply_parts(ledger, kind, row["ID"], incoming)
    return ledger.world.objects(kind.code)[row["ID"]]
