"""`airflow workfront fields` and `query`: see what there is before a DAG is written."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from airflow.sdk.exceptions import AirflowNotFoundException

from airflow_provider_workfront.api.emptiness import needs_metadata, reasons_for_nothing
from airflow_provider_workfront.api.errors import ResponseError, WorkfrontError
from airflow_provider_workfront.cli.asking import filters_of, sort_of
from airflow_provider_workfront.cli.described import fields_of
from airflow_provider_workfront.cli.process import act_as_server, keep_output_clean, unknown
from airflow_provider_workfront.cli.table import flat, show
from airflow_provider_workfront.hooks import WorkfrontHook

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator, Mapping

    from airflow_provider_workfront.client import Client

NOTHING = "Nothing was found (`airflow workfront fields` lists names and values). Possible reasons:"


def fields(args: Namespace) -> None:
    """List name, label, type, values and forms of the fields of an object type."""
    with _opened(args.conn_id) as workfront:
        metadata = workfront.metadata(args.obj_code)
        labels = _labels(workfront) if metadata.get("custom") else {}
    found = [known for known in fields_of(metadata, labels) if known.is_like(args.like)]
    if not found:
        raise SystemExit(f"No field of {args.obj_code} has {args.like!r} in its name or label.")
    output = "json" if args.json else args.output
    show([known.record() for known in found], [known.row() for known in found], output)


def query(args: Namespace) -> None:
    """Search, and show the first rows."""
    with _opened(args.conn_id) as workfront:
        filters = filters_of(args.filter or ())
        found = list(
            workfront.search(
                args.obj_code,
                filters=filters,
                fields=args.fields or None,
                sort=sort_of(args.sort) or None,
                limit=args.limit,
            )
        )
        hint = "" if found else _why_nothing(workfront, args.obj_code, filters)
    show(found, [flat(row) for row in found], args.output)
    if hint:
        sys.stderr.write(f"{hint}\n")


@contextmanager
def _opened(conn_id: str) -> Iterator[Client]:
    """Connect as a task does; what goes wrong ends the program with one line."""
    act_as_server()
    keep_output_clean()
    try:
        with WorkfrontHook(conn_id).get_conn() as workfront:
            yield workfront
    except AirflowNotFoundException:
        raise SystemExit(unknown(conn_id)) from None
    except (WorkfrontError, ValueError) as error:
        raise SystemExit(" ".join(str(error).split())) from None


def _labels(workfront: Client) -> dict[str, str]:
    """Read what people call the custom fields (reference 10.3); who may not gets the names alone."""
    try:
        found = workfront.search("PARAM", fields=["name", "label"])
        return {row["name"]: row.get("label") or "" for row in found}
    except ResponseError:
        return {}


def _why_nothing(workfront: Client, obj_code: str, filters: Mapping[str, Any]) -> str:
    try:
        metadata = workfront.metadata(obj_code) if needs_metadata(filters) else None
    except WorkfrontError:
        metadata = None
    return "\n- ".join([NOTHING, *reasons_for_nothing(filters, metadata)])
