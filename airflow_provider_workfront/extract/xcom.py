"""Rows for XCom, which is a row of Airflow's own database: a few, or none and a reason."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.failures import Unworkable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from airflow.sdk import Context

MOST_ROWS = 1_000
MOST_BYTES = 1_000_000


def within_bounds(rows: Iterable[dict[str, Any]], what: str, total: Callable[[], int]) -> list[dict[str, Any]]:
    """Collect rows, and stop reading at the first one too many.

    `what` names the search in the message; `total` is asked only then, to say how many rows there are.
    """
    kept: list[dict[str, Any]] = []
    size = 0
    for row in rows:
        size += len(json.dumps(row))
        if len(kept) == MOST_ROWS or size > MOST_BYTES:
            raise Unworkable(_too_much(what, len(kept), total()))
        kept.append(row)
    return kept


def _too_much(what: str, kept: int, total: int) -> str:
    measure = "more than 1,000" if kept == MOST_ROWS else f"and the first {kept + 1:,} exceed 1 MB of JSON"
    size = f"{total:,} rows match, {measure}" if total > 1 else "the result exceeds 1 MB of JSON"
    return (
        f"{what}: {size}, which is too much for XCom - set output_path to write "
        "them to a file (JSON Lines), or ask for less with filters, fields or limit"
    )


def push_result(context: Context, result: Mapping[str, Any], *, multiple_outputs: bool) -> None:
    """Push the result of a run that is about to fail: Airflow pushes only what a task returns.

    Tasks downstream with a trigger rule such as ``all_done`` find it as if the task had succeeded.
    """
    ti = context["ti"]
    for name, value in {"return_value": dict(result), **(result if multiple_outputs else {})}.items():
        ti.xcom_push(name, value)
