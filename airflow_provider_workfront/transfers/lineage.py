"""What OpenLineage is told of a transfer; only its provider calls this, and only then is it imported."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from airflow_provider_workfront.assets import dataset, workfront_asset

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airflow.providers.common.compat.openlineage.facet import Dataset
    from airflow.providers.common.sql.hooks.sql import DbApiHook
    from airflow.providers.openlineage.extractors import OperatorLineage
    from airflow.providers.openlineage.sqlparser import DatabaseInfo


def lineage(inputs: Sequence[Dataset], outputs: Sequence[Dataset]) -> OperatorLineage[Any, Any]:
    """Give what was read and what was written, as OpenLineage has it."""
    from airflow.providers.openlineage.extractors import OperatorLineage

    return OperatorLineage(inputs=list(inputs), outputs=list(outputs))


def of_workfront(workfront_conn_id: str, obj_code: str) -> Dataset:
    """Give the dataset of a type of objects at the host of a connection."""
    parts = urlsplit(workfront_asset(obj_code, workfront_conn_id).uri)
    return dataset(parts.netloc, parts.path)


def of_path(path: str) -> Dataset:
    """Give the dataset of a file or a folder; the connection in its address is not a part of it."""
    from airflow.providers.common.compat.openlineage.facet import Dataset

    parts = urlsplit(path)
    scheme, bucket, name = parts.scheme or "file", parts.netloc.rpartition("@")[2], parts.path.rstrip("/")
    if bucket:
        return Dataset(namespace=f"{scheme}://{bucket}", name=name.lstrip("/"))
    return Dataset(namespace=scheme, name=name)


def of_table(sql_conn_id: str, table: str, schema: str | None) -> list[Dataset]:
    """Give the dataset of a table; none if the database's hook has no name for its database in OpenLineage."""
    from airflow.providers.common.compat.openlineage.facet import Dataset
    from airflow.providers.openlineage.sqlparser import SQLParser

    hook, info = _described(sql_conn_id)
    if info is None:
        return []
    names = (info.database, schema or hook.get_openlineage_default_schema(), table)
    return [Dataset(namespace=SQLParser.create_namespace(info), name=".".join(filter(None, names)))]


def of_query(sql_conn_id: str, sql: str) -> list[Dataset]:
    """Give the datasets of the tables that a query reads, by its text alone."""
    from airflow.providers.openlineage.sqlparser import SQLParser

    hook, info = _described(sql_conn_id)
    if info is None:
        return []
    parser = SQLParser(hook.get_openlineage_database_dialect(hook.connection), hook.get_openlineage_default_schema())
    found = parser.generate_openlineage_metadata_from_sql(sql, hook, info, use_connection=False)
    return list(found.inputs)


def _described(sql_conn_id: str) -> tuple[DbApiHook, DatabaseInfo | None]:
    from airflow_provider_workfront.sql_hook import hook_of

    hook = hook_of(sql_conn_id)
    return hook, hook.get_openlineage_database_info(hook.connection)
