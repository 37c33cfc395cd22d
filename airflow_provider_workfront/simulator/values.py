"""Turn what a client sent into what a row holds, or refuse it (reference 5.3 and 6.6)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.simulator.dates import read_date, read_datetime
from airflow_provider_workfront.simulator.schema import find_type, object_type
from airflow_provider_workfront.simulator.schema.enums import VALUES
from airflow_provider_workfront.simulator.wire import illegal, invalid_value, not_found

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, tzinfo

    from airflow_provider_workfront.simulator.ledger import Ledger
    from airflow_provider_workfront.simulator.schema import ObjectType

RANGES: dict[str, tuple[Any, Any]] = {  # reference 0.4
    **{f"{code}.percentComplete": (0, 100) for code in ("PROJ", "TASK", "OPTASK")},
    "QUED.isPublic": (0, 4),
}
BOOLEANS = {"true": True, "false": False}
ID_LENGTH = 32


def known_type(code: str) -> ObjectType:
    """Find the type that a value names."""
    kind = find_type(code)
    if kind is None:
        raise illegal(f"Unknown object type: {code}")  # rule 5
    return kind


def plain_value(ledger: Ledger, kind: ObjectType, name: str, value: Any) -> Any:
    """Give the value to store in a field; null and the empty string clear it."""
    field = kind.field(name, ledger.call.version)
    if field is None:
        raise illegal(f"APIModel {ledger.call.label} does not support field {name} ({kind.name})")  # rule 55
    if value is None or value == "":
        if name == "name":
            raise illegal("Name is required and cannot be empty")  # reference 0.4 [T]
        return None
    stored = typed(ledger, name, field.kind, value)
    low, high = RANGES.get(f"{kind.code}.{name}", (None, None))
    if low is not None and not low <= stored <= high:
        raise invalid_value(name, value)
    if name.endswith("ID"):
        _check_reference(ledger, kind, name, stored)
    return _chosen(ledger, kind, name, stored)


def typed(ledger: Ledger, name: str, kind: str, value: Any) -> Any:
    """Convert to a type of the metadata; numbers and booleans may come as strings (reference 3.3)."""
    try:
        if kind in READERS:
            return _day(READERS[kind](str(value), ledger.world.zone(ledger.user_id)))
        convert: Callable[[Any], Any] = CONVERSIONS.get(kind, _text)
        return convert(value)
    except (ValueError, TypeError, KeyError) as error:
        raise invalid_value(name, value) from error


def string_list(value: Any) -> list[str]:
    """Read a list of strings: JSON's own, a JSON text, or one bare value."""
    if isinstance(value, str):
        value = json.loads(value) if value.startswith("[") else [value]
    if not isinstance(value, list):
        raise TypeError(f"no list: {value!r}")
    return [str(each) for each in value]


def is_string_list(value: Any) -> bool:
    """Tell whether a value is a list of strings and nothing else."""
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _check_reference(ledger: Ledger, kind: ObjectType, name: str, obj_id: str) -> None:
    """Refuse an ID that names nothing."""
    code = kind.references.get(name.removesuffix("ID"))
    if code is None or ledger.world.get(code, obj_id) is not None:
        return
    if len(obj_id) != ID_LENGTH:
        raise invalid_value(name, obj_id)  # gotcha 26: ownerID value "null"
    raise not_found(object_type(code).label, obj_id)


def _chosen(ledger: Ledger, kind: ObjectType, name: str, value: Any) -> Any:
    """Hold a value against the codes of its field: those of the metadata and the tenant's own (reference 6.4)."""
    own = {row["value"] for row in ledger.world.find("CSTEM", enumClass=f"{name.upper()}_{kind.code}")}
    codes = own | VALUES.get(f"{kind.code}.{name}", {}).keys()
    text = str(value).removesuffix(":A") if name == "status" else str(value)  # `:A` waits for an approval
    if codes and text not in codes:
        raise invalid_value(name, value)
    return value


def _text(value: Any) -> str:
    if isinstance(value, dict | list):
        raise TypeError("no text")
    return json.dumps(value) if isinstance(value, bool) else str(value)


def _whole(value: Any) -> int:
    number = _real(value)
    if number != int(number):
        raise ValueError("no whole number")
    return int(number)


def _real(value: Any) -> float:
    if isinstance(value, bool):
        raise TypeError("no number")
    return float(value)


def _truth(value: Any) -> bool:
    return value if isinstance(value, bool) else BOOLEANS[str(value).lower()]


def _day(found: date | None) -> date:
    if found is None:
        raise ValueError("no date")
    return found


def _map(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError("no map")
    return value


CONVERSIONS: dict[str, Callable[[Any], Any]] = {
    "int": _whole,
    "double": _real,
    "boolean": _truth,
    "string[]": string_list,
    "map": _map,
}

READERS: dict[str, Callable[[str, tzinfo], date | None]] = {"date": read_date, "dateTime": read_datetime}
