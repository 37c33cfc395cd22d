"""Which arguments each operation takes: those of the API's own operations, under an operator's names."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, fields
from functools import cache
from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.api.bulk import Bulk, BulkCreate, BulkDelete, BulkUpdate
from airflow_provider_workfront.api.operation import Operation, Raw
from airflow_provider_workfront.api.reads import Count, Get, NamedQuery, Report, Search
from airflow_provider_workfront.api.writes import Action, Copy, Create, Delete, Update
from airflow_provider_workfront.failures import Unworkable
from airflow_provider_workfront.spelling import flag, like, number, without_lists_as_text

if TYPE_CHECKING:
    from collections.abc import Iterable

OPERATIONS: dict[str, type[Operation[Any] | Bulk]] = {
    "search": Search,
    "get": Get,
    "count": Count,
    "report": Report,
    "named_query": NamedQuery,
    "create": Create,
    "update": Update,
    "delete": Delete,
    "copy": Copy,
    "action": Action,
    "bulk_create": BulkCreate,
    "bulk_update": BulkUpdate,
    "bulk_delete": BulkDelete,
    "request": Raw,
}
WRITES = {"create", "update", "delete", "copy", "action", "bulk_create", "bulk_update", "bulk_delete"}
RENAMED = {"path": "endpoint", "params": "query_params", "json": "data"}  # HttpOperator's words
NOT_OFFERED = {"repeat", "raise_on_error"}
WITH_ROWS = {"search", "get", "named_query", "request"}  # their result may go to output_path instead of XCom
MAPPINGS = {"filters", "sort", "values", "arguments", "aggregates", "query_params"}
LISTS = {"options", "rows", "ids"}
NUMBERS = {"limit"}
FLAGS = {"force", "rollup", "atomic", "replace_collections"}
TEXT_OR_JSON = {"obj_id", "fields", "group_by", "data"}
TEXTS = {"obj_code", "query", "action", "method", "endpoint", "output_path", "key"}
KINDS: dict[str, type] = {
    **dict.fromkeys(MAPPINGS - {"filters"}, Mapping),
    **dict.fromkeys(LISTS | {"group_by"}, Sequence),
    **dict.fromkeys(FLAGS, bool),
    **dict.fromkeys(TEXTS, str),
}
WORDS = {Mapping: "a dict", Sequence: "a list", bool: "true or false", str: "a text"}


@cache
def taken(operation: str) -> dict[str, bool]:
    """Give the names of an operation's arguments, and whether it needs each."""
    if operation not in OPERATIONS:
        raise ValueError(f"unknown operation {operation!r}{like(operation, OPERATIONS)}")
    own = {
        RENAMED.get(argument.name, argument.name): argument.default is MISSING
        for argument in fields(OPERATIONS[operation])  # type: ignore[arg-type] # all are dataclasses
        if argument.name not in NOT_OFFERED
    }
    if operation == "action":
        own["obj_id"] = False  # without one, the action is the type's own
    return own | ({"output_path": False} if operation in WITH_ROWS else {})


def templated(operation: str) -> tuple[str, ...]:
    """Give the template fields of an operation's operator."""
    return (*taken(operation), "workfront_conn_id")


def check_names(operation: str, given: Iterable[str]) -> None:
    """Refuse an argument that the operation does not take, and the lack of one that it needs."""
    names, given = taken(operation), list(given)
    for name in given:
        if name not in names:
            raise TypeError(f"operation {operation!r} does not take argument {name!r}; it takes {_list(names)}")
    for name, needed in names.items():
        if needed and name not in given:
            raise TypeError(f"operation {operation!r} needs argument {name!r}; it takes {_list(names)}")


def build(operation: str, given: Mapping[str, Any]) -> Operation[Any] | Bulk:
    """Make the API's operation of rendered arguments, or say which of them cannot be."""
    try:
        check_names(operation, given)
        values = {name: _rendered(name, value) for name, value in given.items()}
        values.pop("output_path", None)
        if operation == "action":
            values.setdefault("obj_id", None)
        theirs = {mine: name for name, mine in RENAMED.items()}
        built = OPERATIONS[operation](**{theirs.get(name, name): value for name, value in values.items()})
        if isinstance(built, Bulk):
            built.hundreds()  # a row that cannot be sent shows here
        else:
            built.request()
    except (TypeError, ValueError) as error:
        what = " ".join(str(word) for word in (operation, given.get("obj_code")) if word)
        raise Unworkable(f"{what}: {error}") from error
    return built


def _rendered(name: str, value: Any) -> Any:
    """Read the text that a template rendered to; what a DAG passes as an object stays as it is."""
    if name in NUMBERS:
        return number(name, value)
    if not isinstance(value, str):
        return _of_kind(name, value)
    if name in FLAGS:
        return flag(name, value)
    if name in MAPPINGS:
        return _of_kind(name, _loaded(name, value, dict))
    if name in LISTS or (name in TEXT_OR_JSON and value.startswith("[")):
        return _loaded(name, value, list)
    return _loaded(name, value, dict) if name == "data" and value.startswith("{") else value


def _of_kind(name: str, value: Any) -> Any:
    """Refuse an object of a kind that the argument cannot be."""
    kind = KINDS.get(name, object)
    if not isinstance(value, kind):
        raise TypeError(f"{name} must be {WORDS[kind]}, not {type(value).__name__}")
    return without_lists_as_text(value) if name == "filters" else value


def _loaded(name: str, text: str, kind: type) -> Any:
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, kind):
        raise TypeError(
            f"{name} is a text, and not the JSON of a {kind.__name__}; pass the object itself, such as "
            "task.output, or write `| tojson` in the template"
        )
    return found


def _list(names: Iterable[str]) -> str:
    return ", ".join(names)
