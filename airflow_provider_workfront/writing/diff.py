"""Whether Workfront shows what a row would send: what is meant is compared, not how it is written. Pure.

Text and numbers come back in several forms (reference 6.6), references as objects, instants in the offset of the user.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from airflow_provider_workfront.api.readback import same
from airflow_provider_workfront.extract.columns import Kind
from airflow_provider_workfront.extract.conversion import Misfit, as_boolean, as_date, as_text, looked_up_ids
from airflow_provider_workfront.extract.jsontext import opened
from airflow_provider_workfront.writing.row import RowReference

CUSTOM = "DE:"


def is_empty(value: Any) -> bool:
    """Tell whether a field is without a value; Workfront shows that as null, as nothing, or not at all."""
    return value is None or value in ("", [], {})


def compared(sent: Any, found: Any, kind: Kind | None = None) -> bool | None:
    """Tell whether Workfront shows what is sent; None if their forms do not tell.

    Of an object only what is sent of it is compared. Choices are compared as sets, texts to the letter; without a
    `kind` numbers written differently are the same. A day and an instant are unclear, unless the field holds days;
    so is a reference to another row.
    """
    if type(sent) is str and sent == found:  # nearly all there is to compare
        return True
    if isinstance(sent, RowReference):
        return None
    if is_empty(sent) or is_empty(found):
        return is_empty(sent) and is_empty(found)
    if is_collection(sent):
        return _same_collection(sent, found)
    if kind is Kind.JSON:
        return _same_json(sent, found)
    if isinstance(sent, Mapping):
        return _shown(sent, found)
    if isinstance(sent, list) or isinstance(found, list):
        return _same_choices(sent, found)
    return _same_single(sent, found, kind)


def _same_single(sent: Any, found: Any, kind: Kind | None) -> bool | None:
    """Compare one value, or the ID of one object."""
    if obj_id := referred(found):
        return (referred(sent) or sent) == obj_id
    return _COMPARE[kind](sent, found) if kind else _same_any(sent, found)


def sendable(found: Any, sent: Any, name: str = "") -> Any:
    """Give what Workfront shows of a field as it could be sent: references by ID, objects by the fields that are sent.

    `sent` is what the row has for the field; where that does not tell, an object of a collection is as it was read.
    """
    if isinstance(found, list):
        return _items(found, sent, name)
    if found is None:
        return [] if isinstance(sent, list) else None
    if isinstance(sent, Mapping) and isinstance(found, Mapping):
        return {key: sendable(found[key], value) for key, value in sent.items() if key in found}
    if obj_id := referred(found):
        return obj_id if isinstance(sent, str) or name.startswith(CUSTOM) else {"ID": obj_id}
    return found


def is_collection(value: Any) -> bool:
    """Tell whether a value is a list of objects."""
    return isinstance(value, list) and bool(value) and all(isinstance(item, Mapping) for item in value)


def referred(value: Any) -> str:
    """Give the ID of the object that a value stands for; a looked-up one may come as JSON text (reference 5.10)."""
    found = opened(value) if isinstance(value, str) and value.startswith("{") else value
    obj_id = found.get("ID") if isinstance(found, Mapping) else None
    return obj_id if isinstance(obj_id, str) else ""


def _items(found: list[Any], sent: Any, name: str) -> list[Any]:
    if is_collection(sent):
        keys = dict.fromkeys(key for item in sent for key in item)
        return [{key: item[key] for key in keys if key in item} for item in found if isinstance(item, Mapping)]
    if name.startswith(CUSTOM) or not is_empty(sent):
        return [referred(item) or item for item in found]
    return found


def _shown(sent: Mapping[str, Any], found: Any) -> bool | None:
    """Compare what is sent of an object; what was not read of it is unclear."""
    if not isinstance(found, Mapping):
        return None
    return _all(compared(value, found[key]) if key in found else None for key, value in sent.items())


def _same_collection(sent: list[Mapping[str, Any]], found: Any) -> bool | None:
    """Compare in any order: as many objects, and each one sent is among those found."""
    if not isinstance(found, list):
        return None
    if len(sent) != len(found):
        return False
    left, results = list(found), []
    for item in sent:
        told = [_shown(item, each) for each in left]
        if True in told:
            left.pop(told.index(True))
        results.append(_any(told))
    return _all(results)


def _same_choices(sent: Any, found: Any) -> bool | None:
    """Compare as sets: in which order Workfront gives choices back is nowhere said."""
    try:
        return set(looked_up_ids(sent) or ()) == set(looked_up_ids(found) or ())
    except Misfit:  # an object without an ID
        return _same_json(sent, found)


def _same_text(sent: Any, found: Any) -> bool:
    return as_text(sent) == as_text(found) or _same_document(sent, found)


def _same_truth(sent: Any, found: Any) -> bool | None:
    try:
        return as_boolean(sent) == as_boolean(found)
    except Misfit:
        return same(sent, found)


def _same_day(sent: Any, found: Any) -> bool | None:
    """Take an instant for a day where it is the midnight of its own offset."""
    try:
        return as_date(sent) == as_date(found)
    except Misfit:
        return same(sent, found)


def _same_any(sent: Any, found: Any) -> bool | None:
    return _same_document(sent, found) or same(sent, found)


def _same_document(sent: Any, found: Any) -> bool:
    """Compare rich texts as the JSON that they are (reference 5.10)."""
    return _is_document(sent) and _is_document(found) and _same_json(sent, found)


def _is_document(value: Any) -> bool:
    document = _opened(value)
    return isinstance(document, Mapping) and "blocks" in document


def _same_json(sent: Any, found: Any) -> bool:
    return json.dumps(_opened(sent), sort_keys=True) == json.dumps(_opened(found), sort_keys=True)


def _opened(value: Any) -> Any:
    return opened(value) if isinstance(value, str) and value.lstrip().startswith(("{", "[")) else value


def _all(results: Iterable[bool | None]) -> bool | None:
    told = list(results)
    return False if False in told else None if None in told else True


def _any(results: Iterable[bool | None]) -> bool | None:
    told = list(results)
    return True if True in told else None if None in told else False


_COMPARE: dict[Kind, Callable[[Any, Any], bool | None]] = {
    Kind.TEXT: _same_text,
    Kind.INTEGER: same,
    Kind.NUMBER: same,
    Kind.DECIMAL: same,
    Kind.BOOLEAN: _same_truth,
    Kind.DATE: _same_day,
    Kind.INSTANT: same,
    Kind.LIST: _same_choices,
    Kind.JSON: _same_json,
}
