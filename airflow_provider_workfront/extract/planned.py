"""Give each field its columns, from Workfront's metadata and the definitions of custom fields. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.extract.columns import RESCUED, Column, Columns, Kind, rescue_column
from airflow_provider_workfront.extract.fields import Found, Leaf, found, names_of
from airflow_provider_workfront.extract.naming import CUSTOM, column_name, split_path, unique

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from airflow_provider_workfront.api.filters import Fields

NATIVE = {  # reference 6.5
    "string": Kind.TEXT,
    "int": Kind.INTEGER,
    "double": Kind.NUMBER,
    "boolean": Kind.BOOLEAN,
    "date": Kind.DATE,
    "dateTime": Kind.INSTANT,
    "string[]": Kind.LIST,
    "map": Kind.JSON,
    "java.lang.Boolean": Kind.BOOLEAN,
    "java.lang.Integer": Kind.INTEGER,
    "java.lang.Long": Kind.INTEGER,
    "java.lang.Double": Kind.NUMBER,
    "java.math.BigDecimal": Kind.DECIMAL,
}
CUSTOM_KINDS = {"NMBR": Kind.NUMBER, "CURC": Kind.DECIMAL, "DATE": Kind.INSTANT, "TEXT": Kind.TEXT}
MULTIPLE = frozenset({"CHCK", "MULT"})  # reference 6.4: what a PARAM is and how it is shown
LOOKUPS = {"TYAH": Kind.TEXT, "INTRNL": Kind.TEXT, "MULTINTRNL": Kind.LIST}
RICH = frozenset({"RICH", "HTML"})
HOURS = frozenset({"HOUR.hours"})  # reference 5.12

MINUTES, PERCENT, CURRENCY = "minutes", "percent", "currency"


def planned(
    obj_code: str,
    fields: Fields,
    metadata: Mapping[str, Any],
    parameters: Mapping[str, Mapping[str, Any]] | None = None,
    related: Mapping[str, Mapping[str, Any] | None] | None = None,
) -> Columns:
    """Plan the columns of a search; all plain fields if none are named.

    `parameters` are the definitions of custom fields by name (PARAM: ID, label, dataType, displayType), `related` the
    metadata of other types by code. A name that does not exist is an error that offers those spelt alike.
    """
    result = found(obj_code, names_of(fields), {**(related or {}), obj_code: metadata})
    unread = dict.fromkeys(result.wanted)  # a type nobody described: what leads there is read as it comes
    if unread:
        result = found(obj_code, names_of(fields), {**unread, **(related or {}), obj_code: metadata})
    result.refuse_wrong(obj_code)
    return typed(obj_code, result, parameters or {})


def typed(obj_code: str, result: Found, parameters: Mapping[str, Mapping[str, Any]]) -> Columns:
    """Make columns of what was found, each with a name of its own; ID comes first, what fits nowhere last."""
    leaves = [leaf for leaf in result.leaves.values() if not _is_doubled(leaf.source, result.leaves)]
    drafts = [column for leaf in leaves for column in columns_of(leaf, parameters)]
    return Columns(obj_code, (*named(drafts), rescue_column()), tuple(result.asked))


def named(drafts: Iterable[Column], taken: Iterable[str] = ()) -> Iterator[Column]:
    """Give each column a name that no other has, nor one of `taken`."""
    used = {RESCUED, *taken}
    for draft in drafts:
        name = unique(draft.name, f"{draft.source}/{draft.part}", used)
        used.add(name)
        yield replace(draft, name=name)


def _is_doubled(source: str, leaves: Mapping[str, Leaf]) -> bool:
    """Tell whether ``owner:ID`` says what ``ownerID`` says."""
    return source.endswith(":ID") and f"{source.removesuffix(':ID')}ID" in leaves


def columns_of(leaf: Leaf, parameters: Mapping[str, Mapping[str, Any]]) -> Iterator[Column]:
    """Give the columns of one value, not yet named apart: two of a rich text and of a looked-up object, else one."""
    if leaf.sort == "custom":
        name = split_path(leaf.source)[1].removeprefix(CUSTOM)
        yield from _custom(leaf, parameters.get(name) or {})
    elif leaf.sort == "collections":
        yield _column(leaf, Kind.JSON)
    else:
        yield _native(leaf)


def _native(leaf: Leaf) -> Column:
    flags = set(leaf.known.get("flags") or ())
    kind = NATIVE.get(str(leaf.known.get("fieldType")), Kind.TEXT)  # text takes what is of no known type
    if "CURRENCY" in flags and kind in {Kind.NUMBER, Kind.INTEGER}:
        kind = Kind.DECIMAL
    name = split_path(leaf.source)[1]
    return _column(leaf, kind, unit=_unit(leaf.obj_code, name, kind, flags))


def _unit(obj_code: str, name: str, kind: Kind, flags: set[str]) -> str:
    """Give the unit where the reference names one: 6.5, 6.6 and 5.12."""
    if "CURRENCY" in flags:
        return CURRENCY
    if "PERCENT" in flags:
        return PERCENT
    if f"{obj_code}.{name}" in HOURS:
        return "hours"
    is_effort = name.endswith(("Minutes", "orkRequired"))
    return MINUTES if is_effort and kind in {Kind.NUMBER, Kind.INTEGER} else ""


def _custom(leaf: Leaf, parameter: Mapping[str, Any]) -> Iterator[Column]:
    """Give the columns of a custom field: of a rich text two, of a looked-up object two."""
    data, display = str(parameter.get("dataType")), str(parameter.get("displayType"))
    about = {"label": str(parameter.get("label") or ""), "identity": str(parameter.get("ID") or "")}
    if display in LOOKUPS:
        yield _column(leaf, LOOKUPS[display], part="id", **about)
        yield _column(leaf, LOOKUPS[display], part="name", suffix="name", **about)
    elif data in RICH or display in RICH:
        yield _column(leaf, Kind.TEXT, **about)
        yield _column(leaf, Kind.TEXT, part="plain", suffix="plain", **about)
    else:
        unit = CURRENCY if data == "CURC" else ""
        yield _column(leaf, _custom_kind(leaf.known, data, display), unit=unit, **about)


def _custom_kind(known: Mapping[str, Any], data: str, display: str) -> Kind:
    """Judge by the definition; by the metadata of the object where nobody may read definitions."""
    from_metadata = NATIVE.get(str(known.get("type")), Kind.TEXT)
    if display in MULTIPLE:
        return Kind.LIST
    if data == "DATE" and from_metadata is Kind.DATE:
        return Kind.DATE
    return CUSTOM_KINDS.get(data, from_metadata)


def _column(leaf: Leaf, kind: Kind, *, unit: str = "", part: str = "", suffix: str = "", **about: str) -> Column:
    label = about.get("label") or str(leaf.known.get("label") or "")
    name, identity = column_name(leaf.source, suffix), about.get("identity", "")
    return Column(name, leaf.source, kind, label=label, unit=unit, identity=identity, part=part)
