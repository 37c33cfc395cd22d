"""Hold the columns of a run against those of the run before: names stay, and drift is dealt with as agreed. Pure.

What was found last time is kept in a mapping, a JSON-plain dict: column name -> where it comes from and what it is.
The words `evolve`, `freeze` and `discard` are dlt's.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, get_args

from airflow_provider_workfront.extract.columns import Column, Columns, Kind
from airflow_provider_workfront.extract.naming import shortened, split_path
from airflow_provider_workfront.extract.planned import named
from airflow_provider_workfront.failures import Unworkable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

Contract = Literal["evolve", "freeze", "discard"]
CONTRACTS: tuple[str, ...] = get_args(Contract)

Slot = tuple[tuple[str, ...], str, str]


@dataclass(frozen=True, slots=True)
class Agreement:
    """The columns to write, the mapping to keep for the next run, and what has changed, in words."""

    columns: Columns
    mapping: dict[str, Any]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Drift:
    """How what was found differs from what is known."""

    same: Mapping[str, Column]  # by known name: the same field, the same kind
    retyped: Mapping[str, Column]  # by known name: the same field, another kind
    gone: tuple[Column, ...]
    added: tuple[Column, ...]
    notes: tuple[str, ...]


def agreed(known: Mapping[str, Any] | None, found: Columns, contract: str = "evolve") -> Agreement:
    """Give the columns that a run writes; `known` is the mapping of the run before, None at the first.

    A renamed custom field keeps its column, since its ID stays. `evolve` takes every change: a field of another type
    gets a column of its own (``de_budget_text``), and the column of a field that is gone stays, empty. `freeze`
    refuses every change. `discard` keeps the known columns and reads nothing new.
    """
    if contract not in CONTRACTS:
        raise Unworkable(f"schema_contract must be one of {', '.join(CONTRACTS)}, not {contract!r}")
    if known is None:
        return _agreement(found, found.columns, ())
    columns = read_mapping(known)
    drift = _drift(columns, tuple(_recalled(columns, found.columns)))
    if contract == "freeze" and drift.notes:
        raise Unworkable(
            f"{found.obj_code} has changed, and schema_contract is freeze: {'; '.join(drift.notes)}. Undo it in "
            "Workfront, or run once with schema_contract='evolve' (take the change) or 'discard' (leave it out)"
        )
    agree = _discarded if contract == "discard" else _evolved
    return _agreement(found, agree(columns, drift), drift.notes)


def read_mapping(known: Mapping[str, Any]) -> tuple[Column, ...]:
    """Read the columns of a mapping; one that a hand has broken is refused."""
    return tuple(_read(name, entry) for name, entry in known.items())


def written_mapping(columns: Iterable[Column]) -> dict[str, Any]:
    """Write columns as a mapping."""
    return {column.name: _written(column) for column in columns}


def _agreement(found: Columns, columns: Iterable[Column], notes: tuple[str, ...]) -> Agreement:
    """Put ID first and what fits nowhere last; ask no more for what is left out."""
    ordered = tuple(sorted(columns, key=lambda column: (column.source != "ID", column.part == "rescued")))
    kept = {column.source for column in ordered if not column.gone}
    left_out = [column for column in found.columns if column.source not in kept]
    fields = tuple(path for path in found.fields if not any(_is_for(path, column) for column in left_out))
    return Agreement(Columns(found.obj_code, ordered, fields), written_mapping(ordered), notes)


def _is_for(path: str, column: Column) -> bool:
    """Tell whether a path was asked for the sake of a column; of a collection several may have been."""
    return path == column.source or (column.kind is Kind.JSON and path.startswith(f"{column.source}:"))


def _recalled(known: tuple[Column, ...], found: tuple[Column, ...]) -> Iterator[Column]:
    """Where the definition of a custom field could not be read this time, go by that of the last."""
    defined: dict[str, list[Column]] = {}
    for column in known:
        if column.identity and not column.gone:
            defined.setdefault(column.source, []).append(column)
    for column in found:
        yield from [column] if column.identity else defined.get(column.source, [column])


def _drift(known: tuple[Column, ...], found: tuple[Column, ...]) -> Drift:
    by_slot = _Known(known)
    same, retyped, added, notes = {}, {}, [], []
    for column in found:
        was = by_slot.of(column)
        if was is None:
            added.append(column)
            notes.append(f"{column.source} is new, {column.kind.value} ({column.name})")
        elif was.kind is not column.kind:
            retyped[was.name] = column
            notes.append(f"{column.source} was {was.kind.value} and is {column.kind.value} ({was.name})")
        else:
            same[was.name] = column
            notes += _moved(was, column)
    met = same.keys() | retyped.keys()
    gone = tuple(column for column in known if column.name not in met)
    left = (column for column in gone if not column.gone)
    notes += [f"{column.source} is no longer there, or no longer asked for ({column.name})" for column in left]
    return Drift(same, retyped, gone, tuple(added), tuple(notes))


def _moved(was: Column, now: Column) -> Iterator[str]:
    if was.gone:
        yield f"{now.source} is back ({was.name})"
    elif was.source != now.source:
        yield f"{was.source} is now called {now.source} ({was.name})"


def _evolved(known: tuple[Column, ...], drift: Drift) -> list[Column]:
    """Take every change: kept, back, gone, then what is new."""
    kept = [
        replace(drift.same[column.name], name=column.name) if column.name in drift.same else replace(column, gone=True)
        for column in known
    ]
    variants = [
        replace(now, name=shortened(f"{name}_{now.kind.value}", now.source)) for name, now in drift.retyped.items()
    ]
    return [*kept, *named([*variants, *drift.added], taken=[column.name for column in known])]


def _discarded(known: tuple[Column, ...], drift: Drift) -> list[Column]:
    """Keep what is known, and its kinds: what no longer fits one is rescued."""
    return [_as_known(column, drift.same.get(column.name) or drift.retyped.get(column.name)) for column in known]


def _as_known(column: Column, now: Column | None) -> Column:
    return replace(now, name=column.name, kind=column.kind) if now else replace(column, gone=True)


class _Known:
    """Finds the known column of a found one: by the field's ID, which survives a rename, or by its name."""

    def __init__(self, columns: Iterable[Column]) -> None:
        self._by_identity: dict[Slot, list[Column]] = {}
        self._by_source: dict[Slot, list[Column]] = {}
        for column in columns:
            if column.identity:
                self._by_identity.setdefault(_slot(column, column.identity), []).append(column)
            self._by_source.setdefault(_slot(column, column.source), []).append(column)

    def of(self, column: Column) -> Column | None:
        """Give the column of the same field; of several kinds that it had, the one that it has."""
        candidates = self._by_identity.get(_slot(column, column.identity), []) if column.identity else []
        if not candidates:
            named_alike = self._by_source.get(_slot(column, column.source), [])
            candidates = [was for was in named_alike if not (was.identity and column.identity)]
        alike = [was for was in candidates if was.kind is column.kind]
        present = [was for was in candidates if not was.gone]
        return next(iter([*alike, *present, *candidates]), None)


def _slot(column: Column, key: str) -> Slot:
    """Name the place of a column: which object, which field of it, and which of the field's columns."""
    return split_path(column.source)[0], key, "" if column.part == "id" else column.part


def _written(column: Column) -> dict[str, Any]:
    texts = {"source": column.source, "kind": column.kind.value, "label": column.label, "unit": column.unit}
    texts |= {"identity": column.identity, "part": column.part}
    return {key: text for key, text in texts.items() if text} | ({"gone": True} if column.gone else {})


def _read(name: str, entry: Any) -> Column:
    try:
        texts = {key: str(entry.get(key, "")) for key in ("source", "label", "unit", "identity", "part")}
        return Column(name, kind=Kind(entry["kind"]), gone=bool(entry.get("gone")), **texts)
    except (AttributeError, KeyError, ValueError) as error:
        raise Unworkable(
            f"the mapping of columns is damaged at {name!r}: {error!r}. Restore the file, or remove it to begin anew"
        ) from error
