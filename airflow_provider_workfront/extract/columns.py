"""Typed columns: from the rows that Workfront sends to the values that a warehouse holds. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import msgspec

from airflow_provider_workfront.extract.conversion import Convert, Kind, Misfit, conversion
from airflow_provider_workfront.extract.jsontext import as_json
from airflow_provider_workfront.extract.naming import split_path
from airflow_provider_workfront.failures import Unworkable

__all__ = ["RESCUED", "Column", "Columns", "Kind"]

RESCUED = "_wf_rescued"
SHOWN = 100

_FAST = msgspec.json.Decoder().decode
_EXACT = msgspec.json.Decoder(float_hook=Decimal).decode

_Reader = tuple[str, tuple[str, ...], str, Convert]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name for good, and where its values come from.

    `identity` is the ID of a custom field, which survives a rename. `part` says what the column takes of a value
    that fills several (`plain`, `id`, `name`). A column that is `gone` stays, empty: its field is no longer read.
    """

    name: str
    source: str
    kind: Kind
    label: str = ""
    unit: str = ""
    identity: str = ""
    part: str = ""
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of an object type; `fields` is what to ask Workfront for."""

    obj_code: str
    columns: tuple[Column, ...]
    fields: tuple[str, ...]
    _readers: tuple[_Reader, ...] = field(init=False, repr=False, compare=False)
    _rescues: bool = field(init=False, repr=False, compare=False)
    _is_exact: bool = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        readers = tuple(_reader(column) for column in self.columns if column.part != "rescued")
        object.__setattr__(self, "_readers", readers)  # bound once, not for each row
        object.__setattr__(self, "_rescues", any(column.part == "rescued" for column in self.columns))
        object.__setattr__(self, "_is_exact", any(column.kind is Kind.DECIMAL for column in self.columns))

    @property
    def names(self) -> tuple[str, ...]:
        """List the names."""
        return tuple(column.name for column in self.columns)

    def decode(self, text: bytes | msgspec.Raw) -> dict[str, Any]:
        """Read a row's JSON; where there is money, every number to the last digit."""
        try:
            row: dict[str, Any] = _EXACT(text) if self._is_exact else _FAST(text)
        except msgspec.DecodeError:  # half a character, which JSON can write and msgspec will not read
            row = json.loads(bytes(text), parse_float=Decimal if self._is_exact else None)
        return row

    def values(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """Give a row's typed values by column name; missing is null.

        What fits no column of its type goes into the column of rescued values; without one it is an error.
        """
        typed: dict[str, Any] = {}
        unfit: dict[str, Any] = {}
        for name, hops, key, convert in self._readers:
            value = (_reached(row, hops) if hops else row).get(key)
            if value is None:
                typed[name] = None
                continue
            try:
                typed[name] = convert(value)
            except Misfit as misfit:
                typed[name], unfit[name] = misfit.nearest, value
        if self._rescues:
            typed[RESCUED] = as_json(unfit) if unfit else None
        elif unfit:
            raise self._refused(row, unfit)
        return typed

    def _refused(self, row: Mapping[str, Any], unfit: Mapping[str, Any]) -> Unworkable:
        kinds = {column.name: column.kind.value for column in self.columns}
        told = ", ".join(f"{name} is no {kinds[name]}: {repr(value)[:SHOWN]}" for name, value in unfit.items())
        return Unworkable(f"{self.obj_code} {row.get('ID')}: {told}; add a column {RESCUED} to keep such values")


def rescue_column() -> Column:
    """Give the column that holds, by column name, what fits no column."""
    return Column(RESCUED, "", Kind.JSON, label="Values that do not fit the type of their column", part="rescued")


def _reader(column: Column) -> _Reader:
    hops, key = ((), "") if column.gone else split_path(column.source)  # no row has the key ""
    return column.name, hops, key, conversion(column.kind, column.part)


def _reached(row: Mapping[str, Any], hops: tuple[str, ...]) -> Mapping[str, Any]:
    """Follow references; behind an empty one there is nothing."""
    for hop in hops:
        row = row.get(hop) or {}
        if not isinstance(row, Mapping):
            return {}
    return row
