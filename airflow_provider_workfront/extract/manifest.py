"""What a run has written, in one small file: it comes last, so that whoever finds it can trust the files it names."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.extract.store import write_json

if TYPE_CHECKING:
    from airflow.sdk import ObjectStoragePath

    from airflow_provider_workfront.extract.columns import Columns
    from airflow_provider_workfront.extract.parts import Part

VERSION = 1


@dataclass(frozen=True, slots=True)
class Manifest:
    """What was asked, what was written, and what it took; names of files are relative to its own folder."""

    host: str
    obj_code: str
    filters: Any
    fields: list[str] | None
    run_id: str
    window: dict[str, Any]
    files: tuple[Part, ...]
    file_format: str
    compression: str | None
    columns: list[dict[str, str]] | None
    changed: dict[str, str | None]
    calls: int
    refusals: int
    seconds: float
    deleted: dict[str, Any] | None = None
    version: int = VERSION
    written: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))

    @property
    def rows(self) -> int:
        """Count the rows."""
        return sum(part.rows for part in self.files)

    @property
    def bytes(self) -> int:
        """Count the bytes."""
        return sum(part.bytes for part in self.files)

    def write(self, path: ObjectStoragePath, text: str) -> dict[str, Any]:
        """Write it, and give what is worth passing on: its path as the user would write it, and the counts."""
        write_json(path, asdict(self) | {"rows": self.rows, "bytes": self.bytes})
        counts = {"rows": self.rows, "files": len(self.files), "bytes": self.bytes, "calls": self.calls}
        deleted = {"deleted": self.deleted["rows"]} if self.deleted else {}
        return {"manifest": text, **counts, "refusals": self.refusals, **deleted}


def described(columns: Columns | None) -> list[dict[str, str]] | None:
    """Describe the columns of typed files; rows that are as they came have none."""
    if columns is None:
        return None
    return [{**asdict(column), "kind": column.kind.value} for column in columns.columns]
