"""Plans as files, JSON Lines: a line that says what it is a plan of, one for each row, and one that ends it."""

from __future__ import annotations

import gzip
import json
import math
import zlib
from base64 import b64encode
from collections import Counter
from collections.abc import Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from hashlib import sha256
from typing import IO, TYPE_CHECKING, Any, Self, cast

from airflow_provider_workfront.api.errors import WorkfrontError
from airflow_provider_workfront.api.operation import checked_id
from airflow_provider_workfront.api.request import loads
from airflow_provider_workfront.extract.columns import Kind
from airflow_provider_workfront.extract.lines import target
from airflow_provider_workfront.extract.store import located, named_in_errors, whole
from airflow_provider_workfront.failures import Unworkable
from airflow_provider_workfront.writing.plan import MODES, Action, Step
from airflow_provider_workfront.writing.row import Rejected

if TYPE_CHECKING:
    from collections.abc import Iterator

    from airflow.sdk import ObjectStoragePath

VERSION = 1
MARK = "workfront_plan"
UNDO = "undo"
FIRST = 10
PACKED = ".gz"

_write = json.JSONEncoder(ensure_ascii=False).encode


@dataclass(frozen=True, slots=True)
class Header:
    """What a plan is of: its host, the fields and what they hold, and a fingerprint of the input."""

    host: str
    obj_code: str
    key: str | None
    mode: str
    kinds: Mapping[str, Kind | None] = field(default_factory=dict)
    input: str = ""
    made_at: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))

    @property
    def finds_by(self) -> str:
        """Name the field by which an object of unknown ID is found; empty if there is none."""
        return "" if self.key in (None, "ID") else str(self.key)

    def undo(self) -> Header:
        """Give the header of the file that takes the plan back."""
        return replace(self, mode=UNDO, made_at=datetime.now(UTC).isoformat(timespec="seconds"))

    def as_json(self) -> dict[str, Any]:
        """Write it as the first line has it."""
        fields = {name: kind and kind.value for name, kind in self.kinds.items()}
        about = {"host": self.host, "obj_code": self.obj_code, "key": self.key, "mode": self.mode}
        return {MARK: VERSION, **about, "fields": fields, "input": self.input, "made_at": self.made_at}

    @classmethod
    def of(cls, line: Mapping[str, Any]) -> Header:
        """Read the first line."""
        kinds = {name: Kind(kind) if kind else None for name, kind in line["fields"].items()}
        about = {name: _text(line[name]) for name in ("host", "obj_code", "mode", "input", "made_at")}
        if about["mode"] not in {*MODES, UNDO} or not about["obj_code"]:
            raise ValueError(about)
        return cls(**about, key=None if line["key"] is None else _text(line["key"]), kinds=kinds)


class PlanWriter:
    """Writes a plan; under its name the file is there when it is whole. Rejected rows are counted only."""

    def __init__(self, file: IO[bytes], path: ObjectStoragePath) -> None:
        self._file = file
        self._path = path
        self.counts: Counter[str] = Counter()
        self.first: list[Step] = []
        """The first steps that change something, to be shown."""

    @classmethod
    @contextmanager
    def to(cls, plan_path: str, header: Header) -> Iterator[Self]:
        """Begin a file, packed if its name ends in `.gz`, and end it with the block."""
        path = target(plan_path)
        with ExitStack() as stack:
            with named_in_errors(path):
                file = stack.enter_context(whole(path, "gzip" if path.path.endswith(PACKED) else None))
            plan = cls(file, path)
            plan._line(header.as_json())
            yield plan
            plan._end()
            with named_in_errors(path):
                stack.close()

    def add(self, step: Step | Rejected) -> None:
        """Add what a row comes to."""
        if isinstance(step, Rejected):
            self.counts["rejected"] += 1
            return
        self.counts[step.action.value] += 1
        if step.changes and len(self.first) < FIRST:
            self.first.append(step)
        self._line(_written(step))

    def _end(self) -> None:
        """Write the last line, by which a file that was cut off can be told."""
        order = [*(action.value for action in Action), "rejected"]
        rows = sum(self.counts[action.value] for action in Action)
        self._line({"rows": rows, "counts": {name: self.counts[name] for name in order if self.counts[name]}})

    def _line(self, content: Mapping[str, Any]) -> None:
        line = f"{_write(_plain(content))}\n".encode(errors="backslashreplace")  # of half an emoji JSON's own escape
        with named_in_errors(self._path):
            self._file.write(line)


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan that was read through once, and is whole; `fingerprint` tells it from any other.

    `counts` are those of its steps, and of the rows that were rejected when it was made.
    """

    path: ObjectStoragePath
    header: Header
    counts: Mapping[str, int]
    fingerprint: str

    def steps(self) -> Iterator[Step]:
        """Give its steps, read anew."""
        for number, line in _entries(self.path):
            if "row" in line:
                yield _step(self.path, number, line, self.header)


def read_plan(plan_path: str, host: str) -> Plan:
    """Read a plan for a host; one that is not whole is refused before any of it is applied."""
    path = located(plan_path)
    header, counts, end, digest, last = None, Counter[str](), None, sha256(), 0
    for number, line in _entries(path):
        digest.update(_write(line).encode(errors="backslashreplace"))
        if header is None:
            header = _header(path, line, host)
        elif end is not None:
            raise _damaged(path, f"line {number} comes after its end")
        elif "row" in line:
            step = _step(path, number, line, header)
            if step.number <= last:  # what is done is known by these numbers
                raise _damaged(path, f"line {number} is of row {step.number}, and comes after row {last}")
            counts[step.action.value] += 1
            last = step.number
        else:
            end = line
    rows = counts.total()
    if header is None or end is None:
        raise _damaged(path, f"it breaks off after {rows:,} rows")
    if end.get("rows") != rows or not isinstance(end.get("counts"), Mapping):
        raise _damaged(path, f"it has {rows:,} rows, and its last line says {end.get('rows')}")
    rejected = {name: count for name, count in end["counts"].items() if name == "rejected"}
    return Plan(path, header, counts | Counter(rejected), digest.hexdigest()[:16])


def _header(path: ObjectStoragePath, line: Mapping[str, Any], host: str) -> Header:
    version = line.get(MARK)
    if version is None:
        raise _damaged(path, f"its first line has no {MARK}")
    if version != VERSION:
        raise Unworkable(
            f"plan {path} is of version {version}, and this provider reads {VERSION}: make the plan again, with the "
            "provider that is to apply it"
        )
    try:
        header = Header.of(line)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise _damaged(path, "its first line is not that of a plan") from error
    if str(header.host).lower() != host.lower():
        raise Unworkable(
            f"plan {path} was made for {header.host}, and the connection leads to {host}: nothing was written - apply "
            "it with a connection to its host, or make a plan with this one"
        )
    return header


def _written(step: Step) -> dict[str, Any]:
    """Write a step; what it does not have is left out."""
    line: dict[str, Any] = {"row": step.number, "action": step.action.value, "ID": step.obj_id, "key": step.key}
    line |= {"changes": dict(step.changes), "note": step.note, "input": dict(step.row)}
    return {name: value for name, value in line.items() if value or name == "row"}


def _step(path: ObjectStoragePath, number: int, line: Mapping[str, Any], header: Header) -> Step:
    try:
        changes = {name: _change(change) for name, change in _mapping(line.get("changes", {})).items()}
        obj_id, key, note = (_text(line.get(name, "")) for name in ("ID", "key", "note"))
        row = dict(_mapping(line.get("input", {})))
        if obj_id:
            checked_id(obj_id)
        step = Step(_number(line["row"]), Action(line["action"]), obj_id, key, changes, row, note)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise _damaged(path, f"line {number} is no step of a plan") from error
    is_found = step.obj_id or (step.action is Action.DELETE and step.key and header.finds_by)
    if step.action in {Action.UPDATE, Action.DELETE} and not is_found:
        raise _damaged(path, f"line {number} has no ID")
    return step


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _number(value: Any) -> int:
    """Read the number of a row: a whole one from 1 on, and not as text."""
    if type(value) is not int or value < 1:
        raise TypeError(value)
    return value


def _mapping(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise TypeError(value)
    return value


def _change(value: Any) -> tuple[Any, Any]:
    """Read the values before and after."""
    if not isinstance(value, list) or len(value) != 2:
        raise TypeError(value)
    return value[0], value[1]


def _entries(path: ObjectStoragePath) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Give each line with its number; empty ones, as an editor may leave, are none."""
    for number, text in enumerate(_lines(path), 1):
        if text.strip():
            yield number, _entry(path, number, text)


def _entry(path: ObjectStoragePath, number: int, text: bytes) -> Mapping[str, Any]:
    try:
        line = loads(text)
    except ValueError as error:
        raise _damaged(path, f"line {number} is no JSON, or is cut off") from error
    if not isinstance(line, Mapping):
        raise _damaged(path, f"line {number} is no step of a plan")
    return line


def _lines(path: ObjectStoragePath) -> Iterator[bytes]:
    try:
        with path.fs.open(path.path, "rb") as raw, _unpacked(raw, path) as file:
            yield from file
    except FileNotFoundError as error:
        raise Unworkable(f"plan {path}: there is no such file; a run with plan_only=True writes it") from error
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise _damaged(path, "it is packed, and cut off or broken") from error
    except (IsADirectoryError, PermissionError) as error:
        raise Unworkable(f"plan {path} cannot be read: {error.strerror or error}") from error
    except (ConnectionError, TimeoutError):
        raise
    except OSError as error:
        raise WorkfrontError(f"plan {path} cannot be read: {error.strerror or error}") from error


def _unpacked(raw: IO[bytes], path: ObjectStoragePath) -> AbstractContextManager[IO[bytes]]:
    return cast("IO[bytes]", gzip.open(raw)) if path.path.endswith(PACKED) else nullcontext(raw)


def _damaged(path: ObjectStoragePath, what: str) -> Unworkable:
    return Unworkable(f"{path} is not a whole plan ({what}): nothing was written - make the plan again")


def _plain(value: Any) -> Any:
    """Write what a database gives as JSON has it: dates in ISO form, decimals as text, bytes as base64."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, Mapping):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, bytes | bytearray | memoryview):
        return b64encode(value).decode()
    return str(value)
