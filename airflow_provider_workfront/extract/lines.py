"""Rows as JSON Lines in one file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.extract.store import is_local, located, named_in_errors, whole
from airflow_provider_workfront.failures import Unworkable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from airflow.sdk import ObjectStoragePath


def target(output_path: str) -> ObjectStoragePath:
    """Give the file to write, on a store that this Airflow has a provider for."""
    if not output_path:
        raise Unworkable("output_path is empty; leave it out to return the rows through XCom")
    path = located(output_path)
    if output_path.endswith("/") or (is_local(path) and path.fs.isdir(path.path)):
        raise Unworkable(f"path {output_path} is a folder; name the file in it, such as rows.jsonl")
    return path


def write_lines(pages: Iterable[list[dict[str, Any]]], path: ObjectStoragePath) -> int:
    """Write one row a line, compressed if the name ends in `.gz`, and give the number of rows."""
    count = 0
    packed = "gzip" if path.path.endswith(".gz") else None
    with named_in_errors(path), whole(path, packed) as file:
        for rows in pages:
            lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
            file.write(lines.encode(errors="backslashreplace"))  # half an emoji becomes JSON's own escape of it
            count += len(rows)
    return count
