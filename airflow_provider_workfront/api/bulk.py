"""Operations on many objects: in hundreds, several at once, with a result for each row."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.api.hundred import Hundred
from airflow_provider_workfront.api.many import Creating, Deleting, Updating
from airflow_provider_workfront.api.operation import checked_id, checked_values
from airflow_provider_workfront.api.parting import parted
from airflow_provider_workfront.api.results import BulkError, Carried, Outcome, RowResult
from airflow_provider_workfront.api.writes import refuse_what_moves

if TYPE_CHECKING:
    from airflow_provider_workfront.api.filters import Fields
    from airflow_provider_workfront.api.hundred import Write

ROWS_AT_ONCE = 100  # more is refused as a whole (reference 4.10)


class Bulk:
    """Many rows to write; `raise_on_error` raises `BulkError` if not every row was written.

    Rows are sent in batches of 100, several at once, so not in their order. When Workfront refuses a batch, what was
    written is read back, and the rest is sent in smaller parts until the bad rows stand alone; the others are written
    once.
    """

    __slots__ = ()

    obj_code: str
    raise_on_error: bool

    @property
    def label(self) -> str:
        """Name it in the log."""
        return f"{_VERBS[type(self)]} {self.obj_code}"

    @property
    @abstractmethod
    def write(self) -> Write:
        """Say how rows are sent, and seen."""

    @property
    def repeatable(self) -> bool:
        """Tell whether all rows may be given once more."""
        return True

    @abstractmethod
    def checked(self) -> Iterator[Any]:
        """Give the rows as they are sent, or say which cannot be."""

    def hundreds(self) -> list[Hundred]:
        """Give the rows in hundreds, each a job of its own; a row that cannot be sent shows before any is."""
        return [Hundred(self.write, tuple(part)) for part in parted(enumerate(self.checked()), ROWS_AT_ONCE)]

    def concluded(self, carried: list[Carried], left: Iterable[Hundred]) -> list[RowResult]:
        """Give the results of all rows, those of hundreds that were left after an error included."""
        done = [result for each in carried for result in each.results]
        done += [RowResult(index, Outcome.NOT_TRIED) for hundred in left for index, _ in hundred.rows]
        results = sorted(done, key=lambda result: result.index)
        cause = next((each.error for each in carried if each.error), None)
        if cause or (self.raise_on_error and not all(result.ok for result in results)):
            raise BulkError(self.label, results, cause, repeatable=self.repeatable)
        return results


@dataclass(frozen=True, slots=True)
class BulkCreate(Bulk):
    """Create many objects.

    `key` names a field whose value is each object's own, such as ``extRefID`` or ``DE:Order number``: an object that
    has it already is left as it is (outcome ``found``), and one whose creation was not answered is looked for during
    60 seconds; it is not sent again, and ``unknown`` if it does not show. Blanks at the ends of a key do not count.
    Without a key, rows of a batch that was not clearly answered have the outcome ``unknown``; with `atomic` a
    refused batch is surely not written (reference 5.8), but without a key Workfront gives no IDs back.
    """

    obj_code: str
    rows: Iterable[Mapping[str, Any]]
    key: str | None = None
    fields: Fields = None
    atomic: bool = False
    raise_on_error: bool = True

    @property
    def write(self) -> Creating:
        """Say how rows are sent, and seen."""
        return Creating(self.obj_code, self.key, self.fields, self.atomic)

    @property
    def repeatable(self) -> bool:
        """Only what has a key is found again."""
        return self.key is not None

    def checked(self) -> Iterator[dict[str, Any]]:
        """Give the rows; with a key, each needs a value of its own for it."""
        return _each_with_its_own(self.key, _values(self.rows)) if self.key else _values(self.rows)


@dataclass(frozen=True, slots=True)
class BulkUpdate(Bulk):
    """Change many objects, each row with its ``ID`` and the fields to change.

    A nested object or collection is replaced as a whole (reference 5.3): a row by which one would lose an object is
    refused, unless `replace_collections`. With `atomic` a hundred is written as a whole or not at all.
    """

    obj_code: str
    rows: Iterable[Mapping[str, Any]]
    fields: Fields = None
    atomic: bool = False
    replace_collections: bool = False
    raise_on_error: bool = True

    @property
    def write(self) -> Updating:
        """Say how rows are sent, and seen."""
        return Updating(self.obj_code, self.fields, self.atomic, self.replace_collections)

    def checked(self) -> Iterator[dict[str, Any]]:
        """Give the rows, each with an ID of its own: of two for one object nobody can say which comes last."""
        for row in _each_with_its_own("ID", _values(self.rows)):
            checked_id(row["ID"])
            refuse_what_moves(self.obj_code, row)
            yield row


@dataclass(frozen=True, slots=True)
class BulkDelete(Bulk):
    """Delete many objects by their IDs; `force` deletes what depends on them too. One that is gone is no error."""

    obj_code: str
    ids: Iterable[str]
    force: bool = False
    raise_on_error: bool = True

    @property
    def write(self) -> Deleting:
        """Say how rows are sent, and seen."""
        return Deleting(self.obj_code, self.force)

    def checked(self) -> Iterator[str]:
        """Give the IDs."""
        if isinstance(self.ids, Mapping | str):
            raise TypeError(f"ids must be a list of IDs, not {type(self.ids).__name__}")
        return (checked_id(obj_id) for obj_id in self.ids)


_VERBS: dict[type, str] = {BulkCreate: "create", BulkUpdate: "update", BulkDelete: "delete"}


def _values(rows: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    if isinstance(rows, Mapping | str):
        raise TypeError(f"rows must be a list of dicts, not {type(rows).__name__}")
    return (checked_values(row) for row in rows)


def _each_with_its_own(key: str, rows: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Refuse a row without a value for the key, and one whose value an earlier row has, but for blanks at its ends."""
    first: dict[str, int] = {}
    for number, row in enumerate(rows):
        if row.get(key) is None or not str(row[key]).strip():
            raise ValueError(f"row {number} has no {key}")
        at = first.setdefault(str(row[key]).strip(), number)
        if at != number:
            raise ValueError(f"rows {at} and {number} have the same {key}, {row[key]!r}")
        yield row
