"""What is known of the fields that a table fills: kinds, values and references, as Workfront describes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from airflow_provider_workfront.api.errors import InvalidRequestError, NotFoundError, PermissionDeniedError
from airflow_provider_workfront.api.everyday.errand import nearest
from airflow_provider_workfront.api.logs import get_logger
from airflow_provider_workfront.extract.columns import Kind
from airflow_provider_workfront.extract.discover import Asked, Definitions
from airflow_provider_workfront.extract.fields import Leaf
from airflow_provider_workfront.extract.naming import CUSTOM
from airflow_provider_workfront.extract.planned import columns_of
from airflow_provider_workfront.writing.choices import Choices, choices_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

log = get_logger(__name__)

OWN_VALUES = {
    ("PROJ", "status"): "projectStatuses",
    ("TASK", "status"): "taskStatuses",
    ("OPTASK", "status"): "opTaskStatuses",
    ("OPTASK", "severity"): "opTaskSeverities",
}
"""Named queries for values that a customer may add, which the metadata lacks (reference 4.11 and 10.4)."""
_OUT = ", so leave the column out"
_LOCKED = {"ID": "Workfront gives the IDs: leave the column out, or make it the key"}
NOT_WRITTEN = {"CALC": "it is calculated" + _OUT, "DTXT": "it holds no value" + _OUT}  # reference 6.4
UNKNOWN = "?"
"""The type of a looked-up object whose field does not say it."""

Record = dict[str, Any]


class Describing(Asked, Protocol):
    """What is needed of a client."""

    @property
    def named_query(self) -> Callable[..., Any]:
        """Ask a query that has a name."""


@dataclass(frozen=True, slots=True)
class FieldType:
    """One field: what it holds, and why it cannot be written, if so.

    `refers_to` is the type of the object whose ID it holds. `shape` tells apart what is of one kind: ``rich`` text,
    and a ``collection``.
    """

    name: str
    kind: Kind
    unit: str = ""
    refers_to: str = ""
    shape: str = ""
    choices: Choices | None = None
    refusal: str = ""


def field_types(client: Describing, obj_code: str, names: Iterable[str]) -> tuple[dict[str, FieldType], dict[str, str]]:
    """Describe fields by name; of those that there are not, say why."""
    names = list(dict.fromkeys(names))
    metadata = client.metadata(obj_code)
    definitions = Definitions(client)
    custom = [name.removeprefix(CUSTOM) for name in names if name.startswith(CUSTOM)]
    parameters = definitions.by_name(custom)
    types = {}
    for name in names:
        if name.startswith(CUSTOM):
            found = _custom(name, metadata, parameters.get(name.removeprefix(CUSTOM)))
        else:
            found = _native(client, name, metadata)
        if found:
            types[name] = found
    wrong = {name: _why(name, metadata) for name in names if name not in types}
    return types, wrong | _labels(definitions, wrong)


def _native(client: Describing, name: str, metadata: Mapping[str, Any]) -> FieldType | None:
    code, known = str(metadata.get("objCode")), (metadata.get("fields") or {}).get(name)
    if (metadata.get("collections") or {}).get(name):
        return FieldType(name, Kind.JSON, shape="collection")
    if known is None:
        return None
    column = next(columns_of(Leaf(name, "fields", known, code), {}))
    link = (metadata.get("references") or {}).get(name.removesuffix("ID")) if name.endswith("ID") else None
    choices = choices_of(name, column.kind, known, _own_values(client, code, name))
    is_locked = "READ_ONLY" in (known.get("flags") or ())
    refusal = _LOCKED.get(name, "Workfront lets nobody write it" + _OUT if is_locked else "")
    refers_to = str((link or {}).get("typeObjCode") or "")
    return FieldType(name, column.kind, column.unit, refers_to, choices=choices, refusal=refusal)


def _custom(name: str, metadata: Mapping[str, Any], parameter: Mapping[str, Any] | None) -> FieldType | None:
    """Describe a custom field; one that stands on no form we know of may be on one that is not seen."""
    short = name.removeprefix(CUSTOM)
    listed = metadata.get("custom") or {}
    if short not in listed and parameter is None:
        return None
    known, parameter = listed.get(short) or {}, parameter or {}
    first, *more = columns_of(Leaf(name, "custom", known), {short: parameter})
    refers_to = UNKNOWN if first.part == "id" else ""
    is_rich = any(column.part == "plain" for column in more) and parameter.get("dataType") != "HTML"
    choices = None if refers_to else choices_of(name, first.kind, known)
    refusal = NOT_WRITTEN.get(str(parameter.get("displayType")), "")
    return FieldType(name, first.kind, first.unit, refers_to, "rich" if is_rich else "", choices, refusal)


def _own_values(client: Describing, code: str, name: str) -> list[Record]:
    if (code, name) not in OWN_VALUES:
        return []
    try:
        found: list[Record] = client.named_query("CSTEM", OWN_VALUES[code, name], fields=["value", "label"])
    except (InvalidRequestError, NotFoundError, PermissionDeniedError) as error:
        log.warning("The customer's own values of %s cannot be read, only Workfront's are known: %s", name, error)
        return []
    return found


def _why(name: str, metadata: Mapping[str, Any]) -> str:
    """Say why a name is no field to write, and which ones are spelt alike."""
    plain = metadata.get("fields") or {}
    if ":" in name and not name.startswith(CUSTOM):
        return "it is a field of another object: write that one in a run of its own"
    if f"{name}ID" in plain:
        return f"it is an object: write its ID: {name}ID"
    if name in (metadata.get("search") or {}):
        return "it can be filtered by, not written"
    customs = [CUSTOM + custom for custom in metadata.get("custom") or {}]
    writable = [each for each, known in plain.items() if "READ_ONLY" not in (known.get("flags") or ())]
    known = [*customs, *writable, *(metadata.get("collections") or {})]
    return f"{metadata.get('name')} has no such field{nearest(name, known)}"


def _labels(definitions: Definitions, wrong: Mapping[str, str]) -> dict[str, str]:
    """Find the fields that were given by their label: written they are by their name (reference 5.10)."""
    labels = [name.removeprefix(CUSTOM) for name in wrong if name.startswith(CUSTOM)]
    named = definitions.labelled(labels)
    return {f"{CUSTOM}{label}": f"that is its label, its name is {CUSTOM}{name}" for label, name in named.items()}
