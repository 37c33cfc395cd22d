"""Rows on the screen, in the forms that Airflow's own commands offer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.cli.process import say

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


def show(records: Sequence[Mapping[str, Any]], rows: Sequence[Mapping[str, Any]], output: str) -> None:
    """Print records as JSON or YAML with their types, or rows of texts as a table."""
    from airflow.cli.simple_table import AirflowConsole

    if output == "json":
        say(json.dumps(records))
    elif output == "yaml":
        from airflow.utils import yaml

        say(yaml.dump(records, sort_keys=False).rstrip())
    elif rows:
        AirflowConsole().print_as([_texts(row, output) for row in _even(rows)], output)


def flat(record: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Name what lies within other objects as the query does: `project:name`."""
    found: dict[str, Any] = {}
    for name, value in record.items():
        found |= flat(value, f"{prefix}{name}:") if isinstance(value, dict) and value else {f"{prefix}{name}": value}
    return found


def _even(rows: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Give each row every column: the table takes its columns from the first."""
    columns = dict.fromkeys(name for row in rows for name in row)
    return (dict.fromkeys(columns) | dict(row) for row in rows)


def _texts(row: Mapping[str, Any], output: str) -> dict[str, str]:
    return {name: _text(value, output) for name, value in row.items()}


def _text(value: Any, output: str) -> str:
    """Write one cell: on one line, and not as markup, which a table would take `[draft]` for."""
    from rich.markup import escape

    plain = "" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    line = "".join(char if char.isprintable() else " " for char in plain)
    return escape(line) if output == "table" else line
