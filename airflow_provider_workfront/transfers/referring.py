"""References to other rows of a plan: replaced by the IDs that those rows' objects have got."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from airflow_provider_workfront.api.owners import Owners
from airflow_provider_workfront.api.parting import parted
from airflow_provider_workfront.transfers.judging import HUNDRED, REJECTED, Verdict
from airflow_provider_workfront.writing.row import RowReference

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from airflow_provider_workfront.client import Client
    from airflow_provider_workfront.writing.plan import Step
    from airflow_provider_workfront.writing.planfile import Header


def references_of(steps: Iterable[Step]) -> list[RowReference]:
    """List the rows that steps refer to in what they send, each once."""
    values = (value for step in steps for value in step.values.values())
    return list(dict.fromkeys(value for value in values if isinstance(value, RowReference)))


def find_missing(client: Client, header: Header, steps: Sequence[Step], ids: dict[int, str]) -> None:
    """Look up the objects of rows that steps refer to, and add their IDs to `ids`.

    Needed for what an earlier try has created. Where none or several objects have the key, no ID is added.
    """
    missing = [each for each in references_of(steps) if each.number not in ids] if header.finds_by else []
    for part in parted(missing, HUNDRED):
        keys, fields = [each.key for each in part], ["ID", header.finds_by]
        read = client.begin(Owners(header.obj_code, header.finds_by, keys, fields))
        for each, records in zip(part, read.result(), strict=True):
            if len(records) == 1:
                ids[each.number] = records[0]["ID"]


def filled(steps: Iterable[Step], ids: Mapping[int, str]) -> Iterator[Step | Verdict]:
    """Put IDs in the place of references; a step that refers to a row without an object is rejected."""
    for step in steps:
        missing = next((each for each in references_of([step]) if each.number not in ids), None)
        if missing:
            yield Verdict(
                step, REJECTED, f"the row refers to row {missing.number} ({missing.key}), which was not written"
            )
        else:
            yield with_ids(step, ids)


def with_ids(step: Step, ids: Mapping[int, str]) -> Step:
    """Put in the IDs that are known."""
    if not references_of([step]):
        return step
    changes = {
        name: (before, ids.get(after.number, after) if isinstance(after, RowReference) else after)
        for name, (before, after) in step.changes.items()
    }
    return replace(step, changes=changes)
