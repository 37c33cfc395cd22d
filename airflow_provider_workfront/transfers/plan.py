"""What an operator was asked for: rendered, checked, and frozen."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from airflow_provider_workfront.api.filters import field_list, parameters

if TYPE_CHECKING:
    from airflow_provider_workfront.api.filters import Fields, Filters
    from airflow_provider_workfront.extract.columns import Columns
    from airflow_provider_workfront.extract.window import Asked

FORMATS = ("jsonl", "csv", "parquet")
COMPRESSIONS = ("gzip", "zstd")


@dataclass(frozen=True, slots=True)
class Plan:
    """Which rows, of which window; `target` names the watermark in every run, so templates in it are not rendered."""

    obj_code: str
    filters: Filters
    fields: Fields
    target: str
    is_typed: bool
    schema_contract: str
    incremental_field: str | None
    asked: Asked


@dataclass(frozen=True, slots=True)
class FilePlan(Plan):
    """Which rows, and as which files."""

    output_path: str
    state_path: str
    file_format: str
    compression: str | None
    rows_per_file: int
    deletions: bool
    max_delete_ratio: float

    def state(self, name: str) -> str:
        """Give the path of a file that one run leaves for the next."""
        return f"{self.state_path.rstrip('/')}/{name}"

    def fingerprint(self, host: str, cleared: int, columns: Columns | None) -> str:
        """Name what has to be the same for a retry to go on where the last try ended."""
        said = (
            [host, cleared],
            self.obj_code,
            parameters(self.filters),
            field_list(self.fields),
            [self.file_format, self.is_typed, self.compression, self.rows_per_file, self.deletions],
            [self.incremental_field, str(self.asked.since), str(self.asked.until), self.asked.full],
            columns.names if columns else None,
        )
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:16]
