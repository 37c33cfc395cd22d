"""Several operations in one call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.api.answer import fault_in
from airflow_provider_workfront.api.errors import InvalidRequestError
from airflow_provider_workfront.api.operation import Operation
from airflow_provider_workfront.api.request import Repeat, Request, query_of, spelled_out

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Batch(Operation[list[Any]]):
    """Carry out several operations in one call, and give the result of each in order.

    A member that failed leaves its error in its place. With `atomic` all happen or none, and no results come.
    """

    members: Sequence[Operation[Any]]
    atomic: bool = False
    concurrent: bool = False

    def request(self) -> Request:
        """Post each member as a ``uri`` that names its own method (reference 5.9)."""
        requests = [member.request() for member in self.members]
        if not requests:
            raise ValueError("a batch needs at least one member")
        if wrong := [request.label for request in requests if request.form or request.path.startswith(("/", "http"))]:
            raise ValueError(f"{wrong[0]} cannot be part of a batch")
        only_reads = all(request.is_read for request in requests)
        switches = (("atomic", str(self.atomic).lower()), ("concurrent", str(self.concurrent).lower()))
        uris = tuple(("uri", _uri(request)) for request in requests)
        repeat = Repeat.ALWAYS if only_reads else Repeat.NEVER
        return Request("POST", "batch", form=(*switches, *uris), repeat=repeat, slow=True)

    def read(self, data: Any) -> list[Any]:
        """Give each member's result, or its error."""
        if not isinstance(data, list):
            return []
        return [_slot(member, slot) for member, slot in zip(self.members, data, strict=True)]


def _uri(request: Request) -> str:
    return f"/{request.path.partition('?')[0]}?{query_of(request, spelled_out(request))}"


def _slot(member: Operation[Any], slot: Any) -> Any:
    """Read a member's slot; an ``error`` in it is the likely form of a failure, documented nowhere."""
    if said := fault_in(slot):
        return InvalidRequestError(200, said.message, said.error_class, member.request().label)
    return member.read(slot["data"] if isinstance(slot, dict) and "data" in slot else slot)
