"""Find which objects have some values in a field, such as a key of their own."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.api.operation import Job, Record
from airflow_provider_workfront.api.readback import same, written
from airflow_provider_workfront.api.reads import Search

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airflow_provider_workfront.api.call import Retry
    from airflow_provider_workfront.api.filters import Fields
    from airflow_provider_workfront.api.operation import Steps


@dataclass(frozen=True, slots=True)
class Owners(Job[list[list[Record]]]):
    """Give for each of some values the objects that have it in a field; `fields` must hold that field too."""

    obj_code: str
    field: str
    values: Sequence[Any]
    fields: Fields = None

    def steps(self, retry: Retry) -> Steps[list[list[Record]]]:
        """Search for all of them at once, but for those that an `in` would take apart."""
        records: dict[str, Record] = {}
        for asked in askable(self.field, [*self.values, *_trimmed(self.values)]):
            found = yield from Search(self.obj_code, {self.field: asked}, self.fields).steps(retry)
            records |= {record["ID"]: record for record in found}
        return owners(self.field, self.values, list(records.values()))


def askable(field: str, values: Sequence[Any]) -> list[list[Any]]:
    """Part values into those that one search can name and, each alone, those that it would take apart.

    In the `in` of a field of IDs a comma separates IDs, in other texts it is a sign (reference 4.4, rule 65); to which
    of them `extRefID` belongs is not said.
    """
    alone = [value for value in values if field.endswith(("ID", "IDs")) and "," in str(value)]
    together = [value for value in values if value not in alone]
    return [*([together] if together else []), *([value] for value in alone)]


def owners(field: str, values: Sequence[Any], records: Sequence[Record]) -> list[list[Record]]:
    """Give for each value the records that have it.

    A record whose value is written as one of those that are looked for belongs to that one alone, since in a text 007
    is not 7; any other to the value that is the same but for blanks at its ends, which Workfront may leave out, or
    the same number or moment.
    """
    own: defaultdict[str, list[Record]] = defaultdict(list)
    for record in records:
        own[written(record.get(field))].append(record)
    claimed = {written(value) for value in values}
    others = [record for record in records if written(record.get(field)) not in claimed]
    return [
        own.get(written(value), []) + [record for record in others if _is_same(value, record.get(field))]
        for value in values
    ]


def _is_same(value: Any, found: Any) -> bool:
    return bool(same(value, found)) or (isinstance(found, str) and written(value).strip() == found.strip() != "")


def _trimmed(values: Sequence[Any]) -> list[str]:
    """Give the texts that have blanks at their ends without them."""
    return [value.strip() for value in values if isinstance(value, str) and value != value.strip() != ""]
