"""The way of one column into its field: which options it may have, and what converts its values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.api.errors import InvalidRequestError, NotFoundError, PermissionDeniedError
from airflow_provider_workfront.api.everyday.errand import nearest
from airflow_provider_workfront.api.hints import did_you_mean
from airflow_provider_workfront.api.objects import object_type, resembling
from airflow_provider_workfront.extract.columns import Kind
from airflow_provider_workfront.extract.naming import CUSTOM
from airflow_provider_workfront.writing import conversion
from airflow_provider_workfront.writing.columns import CONSTRAINTS, UNITS, Target
from airflow_provider_workfront.writing.diff import is_empty
from airflow_provider_workfront.writing.fields import UNKNOWN, Describing, FieldType
from airflow_provider_workfront.writing.lookups import reference

if TYPE_CHECKING:
    from airflow_provider_workfront.writing.choices import Choices
    from airflow_provider_workfront.writing.conversion import Convert

PLAIN: dict[Kind, Convert] = {
    Kind.TEXT: conversion.sent_text,
    Kind.INTEGER: conversion.sent_integer,
    Kind.NUMBER: conversion.sent_number,
    Kind.DECIMAL: conversion.sent_decimal,
    Kind.BOOLEAN: conversion.sent_boolean,
    Kind.LIST: conversion.sent_text,  # each of its items
    Kind.JSON: conversion.sent_map,
}
NUMBERS = frozenset({Kind.INTEGER, Kind.NUMBER, Kind.DECIMAL})
SHAPES: dict[str, Convert] = {"rich": conversion.sent_rich_text, "collection": conversion.sent_objects}


@dataclass(frozen=True, slots=True)
class Way:
    """A column, its field, and what turns a value into what is sent."""

    column: str
    field: str
    convert: Convert
    keeps_empty: bool = False
    is_many: bool = False
    constraint: str = ""
    """A constraint by which the date is pinned; its column fills `constraintDate`."""

    def filled(self, value: Any) -> dict[str, Any]:
        """Give the field with what is sent; text of spaces is empty, and what is empty clears the field."""
        if is_empty(value) or (isinstance(value, str) and not value.strip()):
            return {} if self.keeps_empty or self.constraint else {self.field: [] if self.is_many else None}
        pinned = {"taskConstraint": self.constraint} if self.constraint else {}
        return {self.field: self.convert(value), **pinned}


def way_of(target: Target, known: FieldType, *, is_key: bool = False) -> Way:
    """Give the way of a column."""
    is_many = known.kind is Kind.LIST or known.shape == "collection"
    convert = _convert(target, known)
    convert = conversion.as_key(convert) if is_key else convert
    field = "constraintDate" if target.constraint else target.field
    return Way(target.column, field, convert, target.empty == "keep", is_many, target.constraint)


def problem_of(client: Describing, target: Target, known: FieldType) -> str:
    """Say which option does not fit the field, or what it names that there is not; nothing if all is well."""
    if target.constraint and CONSTRAINTS[target.constraint] != known.name:
        return f"constraint {target.constraint} pins {CONSTRAINTS[target.constraint]} of a TASK, not {known.name}"
    allowed = _allowed(known)
    if unfit := [name for name in target.given() if name not in allowed]:
        also = f", which takes {', '.join(sorted(allowed))}" if allowed else ""
        return f"{' and '.join(unfit)} is not for a field of kind {_told(known)}{also}"
    if target.obj_code and not object_type(target.obj_code):
        return f"there is no type {target.obj_code}, {did_you_mean(resembling(target.obj_code))}".rstrip(", ")
    if target.by in {"", "ID"}:
        return ""
    code = target.obj_code or known.refers_to
    return "by needs the type of the objects: obj_code" if code == UNKNOWN else _unknown_by(client, code, target.by)


def _allowed(known: FieldType) -> set[str]:
    allowed = {"by"} if known.refers_to else set()
    allowed |= {"obj_code"} if known.refers_to == UNKNOWN else set()
    allowed |= {"separator"} if known.kind is Kind.LIST else set()
    allowed |= {"format"} if known.kind in {Kind.DATE, Kind.INSTANT} else set()
    allowed |= {"constraint"} if known.name in CONSTRAINTS.values() else set()
    allowed |= {"timezone"} if known.kind is Kind.INSTANT else set()
    allowed |= {"decimal"} if known.kind in NUMBERS and not known.refers_to else set()
    return allowed | ({"unit"} if known.unit in UNITS else set())


def _told(known: FieldType) -> str:
    return "reference" if known.refers_to else known.shape or known.kind.value


def _unknown_by(client: Describing, obj_code: str, by: str) -> str:
    """Say that a type has no such field; one that cannot be described may have it."""
    try:
        metadata = client.metadata(obj_code)
    except (InvalidRequestError, NotFoundError, PermissionDeniedError):
        return ""
    names = [*(metadata.get("fields") or {}), *(CUSTOM + name for name in metadata.get("custom") or {})]
    return "" if by in names else f"{obj_code} has no field {by} to be found by{nearest(by, names)}"


def _convert(target: Target, known: FieldType) -> Convert:
    """Give what converts a value."""
    convert = _single(target, known)
    if known.choices:
        convert = _chosen(known.choices, convert)
    if target.unit:
        convert = conversion.scaled(convert, UNITS[target.unit], UNITS[known.unit])
    if target.decimal == ",":
        convert = conversion.with_comma(convert)
    return conversion.each_of(convert, target.separator) if known.kind is Kind.LIST else convert


def _single(target: Target, known: FieldType) -> Convert:
    if known.refers_to:
        return reference(target.obj_code or known.refers_to, target.by)
    if known.kind is Kind.INSTANT:
        return conversion.instant_reader(target.format, target.timezone)
    if known.kind is Kind.DATE:
        return conversion.day_reader(target.format)
    return SHAPES.get(known.shape) or PLAIN[known.kind]


def _chosen(choices: Choices, convert: Convert) -> Convert:
    """Give what looks a value or a label up before it is converted; a whole number is written in digits alone."""

    def sent_choice(value: Any) -> Any:
        return convert(choices.value(conversion.sent_text(conversion.in_digits(value)).strip()))

    return sent_choice
