"""One round of polls: what several triggers ask at the same moment, put into few calls."""

from __future__ import annotations

from asyncio import Future, gather
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from airflow_provider_workfront.api.changes import ChangedSince
from airflow_provider_workfront.api.condition import Condition, EnoughFound, FieldStands
from airflow_provider_workfront.api.errors import ResponseError
from airflow_provider_workfront.api.filters import as_plain
from airflow_provider_workfront.api.objects import segment
from airflow_provider_workfront.api.operation import Job
from airflow_provider_workfront.api.reads import IDS_AT_ONCE, Count, Get, Search
from airflow_provider_workfront.api.request import dumps

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Iterable, Iterator

    from airflow_provider_workfront.api.operation import Record
    from airflow_provider_workfront.client import AsyncClient

Asked = Condition | ChangedSince | Job[Any]
"""What can be asked in a round."""


@dataclass(frozen=True, slots=True, eq=False)
class Poll:
    """What one trigger asks, and where it looks for the answer: a count, a record, or what a job or search gives."""

    condition: Asked
    answer: Future[Any]

    def settle(self, answer: Any) -> None:
        """Give the answer, or the error, to whoever still waits for it."""
        if self.answer.done():
            return
        if isinstance(answer, BaseException):
            self.answer.set_exception(answer)
        else:
            self.answer.set_result(answer)


async def settle_all(workfront: AsyncClient, polls: Collection[Poll]) -> None:
    """Ask Workfront what all polls ask, and settle each; an error goes to those whom it concerns."""
    try:
        await gather(*(_settled(workfront, group) for group in groups(polls)))
    except Exception as error:  # noqa: BLE001 what cannot even be grouped
        for poll in polls:
            poll.settle(error)


def groups(polls: Iterable[Poll]) -> Iterator[list[Poll]]:
    """Put together what one call answers: the same count; the same field of up to a hundred objects of a type."""
    found: dict[Hashable, list[Poll]] = {}
    for poll in polls:
        found.setdefault(_kind(poll.condition), []).append(poll)
    for group in found.values():
        objects = _by_object(group)
        for start in range(0, len(objects), IDS_AT_ONCE):
            yield [poll for same in objects[start : start + IDS_AT_ONCE] for poll in same]


def _kind(condition: Asked) -> Hashable:
    if isinstance(condition, Job):
        return repr(condition)
    code = segment(condition.obj_code)
    if isinstance(condition, FieldStands):
        own_call = condition.obj_id if condition.obj_id.startswith("$$") else ""  # such as $$USER: no ID to search for
        return code, condition.field, own_call
    fields = condition.fields if isinstance(condition, ChangedSince) else None
    return code, fields, dumps(as_plain(condition.filters))


def _by_object(polls: Iterable[Poll]) -> list[list[Poll]]:
    found: dict[str, list[Poll]] = {}
    for poll in polls:
        found.setdefault(_id(poll), []).append(poll)
    return list(found.values())


async def _settled(workfront: AsyncClient, group: list[Poll]) -> None:
    """Settle polls that one call can answer; what is not in the answer is asked for alone, to learn why."""
    try:
        answers = await _answered(workfront, group)
    except Exception as error:  # noqa: BLE001 whatever it is, those who wait have to learn of it
        answers = dict.fromkeys(map(_id, group), error)
    for poll in group:
        if _id(poll) in answers:
            poll.settle(answers[_id(poll)])
    missing = _by_object(poll for poll in group if _id(poll) not in answers)
    await gather(*(_settled(workfront, alone) for alone in missing))


async def _answered(workfront: AsyncClient, group: list[Poll]) -> dict[str, Any]:
    """Give the answer to each ID; a count has the empty one. A refusal of many says nothing of each: they are left."""
    condition, ids = group[0].condition, list(dict.fromkeys(map(_id, group)))
    if not isinstance(condition, FieldStands):
        return {"": await _alike(workfront, [poll.condition for poll in group])}
    if len(ids) == 1:
        return {ids[0]: await workfront.run(Get(condition.obj_code, ids[0], [condition.field]))}
    search = Search(condition.obj_code, {"ID": ids}, [condition.field], limit=len(ids))
    try:
        rows: list[Record] = await workfront.run(search)
    except ResponseError as error:
        if error.permanent:
            return {}
        raise
    return {row["ID"]: row for row in rows if row.get("ID")}


async def _alike(workfront: AsyncClient, asked: list[Asked]) -> Any:
    """Ask what is the same for all; of what has changed, since the earliest moment that one of them wants."""
    since = [each for each in asked if isinstance(each, ChangedSince)]
    job = min(since, key=lambda each: each.since).search() if since else asked[0]
    if isinstance(job, Search):
        return [row async for row in workfront.rows(job)]
    if isinstance(job, EnoughFound):
        return await workfront.run(Count(job.obj_code, job.filters))
    return await workfront.run(cast("Job[Any]", job))


def _id(poll: Poll) -> str:
    return poll.condition.obj_id if isinstance(poll.condition, FieldStands) else ""
