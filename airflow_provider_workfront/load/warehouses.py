"""What warehouses are told to load the Parquet files of an extraction: text only, made from its manifest.

Written from the vendors' pages and checked by a parser; not run on a real Snowflake, BigQuery or Redshift.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.extract.columns import Kind
from airflow_provider_workfront.failures import Unworkable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

ID = "id"
SYNCED = "_wf_synced_at"
STAGING = "_wf_staging"
DELETED = "_wf_deleted"


@dataclass(frozen=True, slots=True)
class Files:
    """The files of one extraction, and how the warehouse gets at them."""

    folder: str
    names: tuple[str, ...]
    credentials: str = ""

    @property
    def addresses(self) -> list[str]:
        """Give each file's address as a literal."""
        return [_literal(f"{self.folder.rstrip('/')}/{name}") for name in self.names]


@dataclass(frozen=True, slots=True)
class Warehouse:
    """How one warehouse says what all of them can do."""

    types: Mapping[Kind, str]
    quoted: Callable[[str], str]
    parsed: str
    """The function that makes JSON of the text that a Parquet file holds."""
    stage: Callable[[str, str, Files], list[str]]
    """Make a staging table of such columns and fill it."""
    deleted: Callable[[str, str, Files], list[str]]
    """Make a table of one column, `ID` as text, and fill it with the IDs of a file of JSON Lines."""
    added: tuple[str, str] | None = None
    """How the first column and each later one is added unless it is there; None where a statement cannot say that."""
    merges_conditionally: bool = True
    """Whether a MERGE may say which of the matched rows it updates."""
    is_session_bound: bool = True
    """Whether the staging table ends with the session."""

    def table(self, name: str) -> str:
        """Quote each part of a table's name."""
        return ".".join(self.quoted(part) for part in name.split("."))


def load_statements(
    warehouse: str, manifest: Mapping[str, Any], table: str, folder: str, credentials: str = ""
) -> list[str]:
    """Give the statements that load what a manifest of Parquet files names into a table, merged by ID.

    `table` may have dots; `folder` is where the warehouse sees the manifest's folder: Snowflake's stage and path,
    ``gs://...`` or ``s3://...``. `credentials` is Redshift's clause, such as ``IAM_ROLE 'arn:aws:iam::...'``.

    Rows that a later manifest has written are left alone. The rows that the manifest says were deleted are deleted.
    """
    if warehouse not in WAREHOUSES:
        raise Unworkable(f"warehouse must be one of {', '.join(WAREHOUSES)}, not {warehouse!r}")
    if manifest.get("file_format") != "parquet" or not manifest.get("columns"):
        raise Unworkable(f"a manifest of Parquet files is needed, not of {manifest.get('file_format')!r}")
    if not all(table.split(".")):
        raise Unworkable(f"table={table!r} is no name")
    load = _Load(WAREHOUSES[warehouse], manifest["columns"], table, str(manifest["written"]))
    files = Files(folder, tuple(part["name"] for part in manifest["files"]), credentials)
    before = [load.create(), *load.widen()]
    merged = [*load.stage(files), *load.merge(), *load.tidy(STAGING)] if files.names else []
    deleted = manifest.get("deleted") or {}
    gone = load.delete(Files(folder, (deleted["name"],), credentials)) if deleted.get("rows") else []
    return [*before, *merged, *gone]


@dataclass(frozen=True, slots=True)
class _Load:
    warehouse: Warehouse
    columns: Sequence[Mapping[str, Any]]
    name: str
    synced: str

    @property
    def table(self) -> str:
        return self.warehouse.table(self.name)

    @property
    def staging(self) -> str:
        """Name the staging table."""
        return self._beside(STAGING)

    @property
    def written(self) -> str:
        """Give the time of the run."""
        return f"CAST({_literal(self.synced)} AS {self.warehouse.types[Kind.INSTANT]})"

    def _beside(self, suffix: str) -> str:
        """Name a passing table: beside the table where it must have a place, and one for each table."""
        if self.warehouse.is_session_bound:
            return self.warehouse.quoted(suffix)
        return self.warehouse.table(f"{self.name}{suffix}")

    @property
    def _short(self) -> tuple[str, str]:
        last = self.name.rpartition(".")[2]
        staging = STAGING if self.warehouse.is_session_bound else f"{last}{STAGING}"
        return self.warehouse.quoted(last), self.warehouse.quoted(staging)

    def create(self) -> str:
        """Make the table if it is missing."""
        declared = [self._declared(column["name"], Kind(column["kind"])) for column in self.columns]
        declared.append(self._declared(SYNCED, Kind.INSTANT))
        return f"CREATE TABLE IF NOT EXISTS {self.table} (\n  {_lines(declared)}\n)"

    def widen(self) -> list[str]:
        """Add the columns that are new, in one statement."""
        new = [self._declared(column["name"], Kind(column["kind"])) for column in self.columns if column["name"] != ID]
        if not new or self.warehouse.added is None:
            return []
        first, later = self.warehouse.added
        declared = [f"{later if number else first} {column}" for number, column in enumerate(new)]
        return [f"ALTER TABLE {self.table}\n  {_lines(declared)}"]

    def stage(self, files: Files) -> list[str]:
        """Take in the files: all their columns in their order, JSON as the text that it is there."""
        kinds = ((column["name"], Kind(column["kind"])) for column in self.columns)
        declared = [self._declared(name, Kind.TEXT if kind is Kind.JSON else kind) for name, kind in kinds]
        return self.warehouse.stage(self.staging, _lines(declared), files)

    def merge(self) -> list[str]:
        """Carry the rows over by their ID, but for those that a later run has written.

        Both tables go by the last part of their names, as all three take it.
        """
        quoted, (table, staging) = self.warehouse.quoted, self._short
        pairs = [(quoted(column["name"]), self._value(column)) for column in self.columns]
        pairs.append((quoted(SYNCED), self.written))
        changed = [f"{name} = {value}" for name, value in pairs if name != quoted(ID)]
        names, values = ([pair[side] for pair in pairs] for side in (0, 1))
        stamp = f"{table}.{quoted(SYNCED)}"
        is_older, before = f" AND ({stamp} IS NULL OR {stamp} <= {self.written})", []
        if not self.warehouse.merges_conditionally:
            newer = f"SELECT {quoted(ID)} FROM {self.table} WHERE {quoted(SYNCED)} > {self.written}"  # noqa: S608 quoted
            is_older, before = "", [f"DELETE FROM {self.staging} WHERE {quoted(ID)} IN ({newer})"]  # noqa: S608 quoted
        merge = "\n".join(
            (
                f"MERGE INTO {self.table} USING {self.staging} ON {table}.{quoted(ID)} = {staging}.{quoted(ID)}",
                f"WHEN MATCHED{is_older} THEN UPDATE SET\n  {_lines(changed)}",
                f"WHEN NOT MATCHED THEN INSERT (\n  {_lines(names)}\n) VALUES (\n  {_lines(values)}\n)",  # noqa: S608 quoted
            )
        )
        return [*before, merge]

    def delete(self, file: Files) -> list[str]:
        """Take away the rows whose IDs a file of deleted objects names, but for those that a later run has written."""
        quoted, gone = self.warehouse.quoted, self._beside(DELETED)
        stamp = quoted(SYNCED)
        rows = f"{quoted(ID)} IN (SELECT {quoted('ID')} FROM {gone})"  # noqa: S608 quoted
        delete = f"DELETE FROM {self.table} WHERE {rows} AND ({stamp} IS NULL OR {stamp} <= {self.written})"  # noqa: S608 quoted
        declared = f"{quoted('ID')} {self.warehouse.types[Kind.TEXT]}"
        return [*self.warehouse.deleted(gone, declared, file), delete, *self.tidy(DELETED)]

    def tidy(self, suffix: str) -> list[str]:
        """Take away a passing table that would stay."""
        return [] if self.warehouse.is_session_bound else [f"DROP TABLE {self._beside(suffix)}"]

    def _declared(self, name: str, kind: Kind) -> str:
        return f"{self.warehouse.quoted(name)} {self.warehouse.types[kind]}"

    def _value(self, column: Mapping[str, Any]) -> str:
        value = f"{self._short[1]}.{self.warehouse.quoted(column['name'])}"
        return f"{self.warehouse.parsed}({value})" if column["kind"] == Kind.JSON.value else value


def _lines(parts: Iterable[str]) -> str:
    return ",\n  ".join(parts)


def _literal(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _snowflake_name(name: str) -> str:
    """Quote in capitals, which is what Snowflake takes a name without quotes for."""
    return '"' + name.upper().replace('"', '""') + '"'


def _redshift_name(name: str) -> str:
    return '"' + name.lower().replace('"', '""') + '"'


def _bigquery_name(name: str) -> str:
    if "`" in name or "\\" in name:
        raise Unworkable(f"BigQuery takes no name such as {name!r}")
    return f"`{name}`"


def _snowflake_stage(staging: str, columns: str, files: Files) -> list[str]:
    """Name the files, so that what else lies in the folder is not taken."""
    names = ", ".join(_literal(name) for name in files.names)
    how = "FILE_FORMAT = (TYPE = PARQUET USE_LOGICAL_TYPE = TRUE) MATCH_BY_COLUMN_NAME = CASE_INSENSITIVE"
    return [
        f"CREATE OR REPLACE TEMPORARY TABLE {staging} (\n  {columns}\n)",
        f"COPY INTO {staging} FROM {files.folder.rstrip('/')}/ FILES = ({names}) {how}",
    ]


def _snowflake_deleted(table: str, column: str, file: Files) -> list[str]:
    how = "FILE_FORMAT = (TYPE = JSON) MATCH_BY_COLUMN_NAME = CASE_INSENSITIVE"
    return [
        f"CREATE OR REPLACE TEMPORARY TABLE {table} ({column})",
        f"COPY INTO {table} FROM {file.folder.rstrip('/')}/ FILES = ({_literal(file.names[0])}) {how}",
    ]


def _bigquery_deleted(table: str, column: str, file: Files) -> list[str]:
    """Declare all that a line has: a field without a column would be an error."""
    columns = f"{column}, `_wf_deleted_at` STRING, `_wf_reason` STRING"
    return [f"LOAD DATA OVERWRITE {table} ({columns}) FROM FILES (format = 'JSON', uris = [{file.addresses[0]}])"]


def _redshift_deleted(table: str, column: str, file: Files) -> list[str]:
    return [
        f"DROP TABLE IF EXISTS {table}",
        f"CREATE TEMPORARY TABLE {table} ({column})",
        f"COPY {table} FROM {file.addresses[0]} {file.credentials} FORMAT AS JSON 'auto ignorecase'",
    ]


def _bigquery_stage(staging: str, columns: str, files: Files) -> list[str]:
    found = f"format = 'PARQUET', enable_list_inference = true, uris = [{', '.join(files.addresses)}]"
    return [f"LOAD DATA OVERWRITE {staging} (\n  {columns}\n) FROM FILES ({found})"]


def _redshift_stage(staging: str, columns: str, files: Files) -> list[str]:
    """Copy file by file: an address there is a prefix, and columns are taken by their place."""
    copies = [
        f"COPY {staging} FROM {address} {files.credentials} FORMAT AS PARQUET SERIALIZETOJSON"
        for address in files.addresses
    ]
    return [f"DROP TABLE IF EXISTS {staging}", f"CREATE TEMPORARY TABLE {staging} (\n  {columns}\n)", *copies]


WAREHOUSES = {
    "snowflake": Warehouse(
        types={
            Kind.TEXT: "VARCHAR",
            Kind.INTEGER: "BIGINT",
            Kind.NUMBER: "DOUBLE",
            Kind.DECIMAL: "NUMBER(38, 18)",
            Kind.BOOLEAN: "BOOLEAN",
            Kind.DATE: "DATE",
            Kind.INSTANT: "TIMESTAMP_LTZ",
            Kind.LIST: "ARRAY",
            Kind.JSON: "VARIANT",
        },
        quoted=_snowflake_name,
        parsed="PARSE_JSON",
        stage=_snowflake_stage,
        deleted=_snowflake_deleted,
        added=("ADD COLUMN IF NOT EXISTS", "IF NOT EXISTS"),
    ),
    "bigquery": Warehouse(
        types={
            Kind.TEXT: "STRING",
            Kind.INTEGER: "INT64",
            Kind.NUMBER: "FLOAT64",
            Kind.DECIMAL: "BIGNUMERIC",
            Kind.BOOLEAN: "BOOL",
            Kind.DATE: "DATE",
            Kind.INSTANT: "TIMESTAMP",
            Kind.LIST: "ARRAY<STRING>",
            Kind.JSON: "JSON",
        },
        quoted=_bigquery_name,
        parsed="PARSE_JSON",
        stage=_bigquery_stage,
        deleted=_bigquery_deleted,
        added=("ADD COLUMN IF NOT EXISTS", "ADD COLUMN IF NOT EXISTS"),
        is_session_bound=False,
    ),
    "redshift": Warehouse(
        types={
            Kind.TEXT: "VARCHAR(65535)",
            Kind.INTEGER: "BIGINT",
            Kind.NUMBER: "DOUBLE PRECISION",
            Kind.DECIMAL: "DECIMAL(38, 18)",
            Kind.BOOLEAN: "BOOLEAN",
            Kind.DATE: "DATE",
            Kind.INSTANT: "TIMESTAMPTZ",
            Kind.LIST: "SUPER",
            Kind.JSON: "SUPER",
        },
        quoted=_redshift_name,
        parsed="JSON_PARSE",
        stage=_redshift_stage,
        deleted=_redshift_deleted,
        merges_conditionally=False,
    ),
}
