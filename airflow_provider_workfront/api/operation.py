"""What can be asked of Workfront, as a value: its request, and how its answer is read."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from airflow_provider_workfront.api.call import Answer, Retry, Step, call
from airflow_provider_workfront.api.errors import OutcomeUnknownError, ServerError
from airflow_provider_workfront.api.objects import segment
from airflow_provider_workfront.api.request import Repeat, Request
from airflow_provider_workfront.api.values import plain, text

if TYPE_CHECKING:
    from airflow_provider_workfront.api.filters import Params

_ID = re.compile(r"[^\s/?#,&%]+")

Record = dict[str, Any]
R_co = TypeVar("R_co", covariant=True)
T = TypeVar("T")
Steps = Generator[Step, Answer | None, T]


class Job(ABC, Generic[R_co]):
    """Something to do in Workfront, in one call or several."""

    __slots__ = ()

    @abstractmethod
    def steps(self, retry: Retry) -> Steps[R_co]:
        """Carry it out; arguments are checked here, once templates are rendered."""


class Operation(Job[R_co]):
    """Something to ask of Workfront in one call: frozen data that makes its request and reads its answer."""

    __slots__ = ()

    @abstractmethod
    def request(self) -> Request:
        """Make the request."""

    @abstractmethod
    def read(self, data: Any) -> R_co:
        """Read the data of a good answer."""

    def steps(self, retry: Retry) -> Steps[R_co]:
        """Carry it out."""
        request = self.request()
        return self.understood(request, (yield from call(request, retry)))

    def understood(self, request: Request, data: Any) -> R_co:
        """Read the data of a good answer; of a shape that nobody expects, it says nothing about a write."""
        try:
            return self.read(data)
        except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
            reason = f"an answer of an unknown form ({type(data).__name__})"
            if request.repeat is Repeat.ALWAYS:
                raise ServerError(200, reason, "", request.label) from error
            raise OutcomeUnknownError(reason, request.label) from error


@dataclass(frozen=True, slots=True)
class Raw(Operation[Any]):
    """Make any call: `path` lies below the API root, or below the host when it starts with a slash.

    A write is not repeated after a lost answer, unless `repeat` says that it may be. A parameter `method`, by which
    Workfront would carry out another method, is refused.
    """

    method: str
    path: str
    params: Mapping[str, Any] | None = None
    json: Any = None
    repeat: Repeat | None = None

    def request(self) -> Request:
        """Make the request."""
        method = self.method.upper()
        if method not in {"GET", "POST", "PUT", "DELETE"}:
            raise ValueError(f"{self.method!r} is not a method of Workfront: GET, POST, PUT or DELETE")
        request = Request(method, self.path, query(self.params), json=plain(self.json))
        return replace(request, repeat=self.repeat or (Repeat.ALWAYS if request.is_read else Repeat.NEVER))

    def read(self, data: Any) -> Any:
        """Give the data as it came."""
        return data


def record(data: object) -> Record:
    """Read one object; raises TypeError for anything else: `dict` would make one of a list of texts."""
    if not isinstance(data, dict):
        raise TypeError(f"an object is due, not {type(data).__name__}")
    return data


def records(data: object) -> list[Record]:
    """Read a list of objects; raises TypeError for anything else."""
    if not isinstance(data, list):
        raise TypeError(f"a list of objects is due, not {type(data).__name__}")
    return [record(row) for row in data]


def query(params: Mapping[str, Any] | None) -> Params:
    """Write parameters as they are; a list repeats one."""
    pairs = []
    for key, value in (params or {}).items():
        values = value if isinstance(value, list | tuple) else [value]
        pairs += [(key, text(item, key)) for item in values]
    return tuple(pairs)


def address(obj_code: str, obj_id: str) -> tuple[str, Params]:
    """Give the path of one object; IDs such as ``$$USER`` go into ``?id=`` (reference 4.1)."""
    found = checked_id(obj_id)
    if found.startswith("$$"):
        return segment(obj_code), (("id", found),)
    return f"{segment(obj_code)}/{found}", ()


def checked_id(obj_id: str) -> str:
    """Refuse what cannot be an ID, before it becomes another path."""
    if not isinstance(obj_id, str):
        raise TypeError(f"an ID is text, not {type(obj_id).__name__}")
    if not _ID.fullmatch(obj_id) or not obj_id.strip("."):
        raise ValueError(f"{obj_id!r} is not the ID of an object; a search by name gives it")
    if obj_id == "None":
        raise ValueError("an ID is missing: 'None' is what a template makes of a task without a result")
    return obj_id


def checked_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """Write the values of one object as JSON; a list belongs to the bulk operations."""
    if not isinstance(values, Mapping):
        raise TypeError(f"values must be a dict of field and value, not {type(values).__name__}")
    written: dict[str, Any] = plain(values)
    return written


def checked_rows(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Write the values of several objects as JSON."""
    if isinstance(rows, Mapping | str):
        raise TypeError(f"rows must be a list of dicts, not {type(rows).__name__}")
    return [checked_values(row) for row in rows]
