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
    added: str = ""
    """How a column is added unless it is there; empty where one statement cannot say that."""
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
    return [*before, *load.stage(files), load.merge(), *load.tidy()] if files.names else before


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
        """Name the staging table: beside the table where it must have a place, and one for each table."""
        if self.warehouse.is_session_bound:
            return self.warehouse.quoted(STAGING)
        return self.warehouse.table(f"{self.name}{STAGING}")

    @property
    def _short(self) -> tuple[str, str]:
        last = self.name.rpartition(".")[2]
        staging = STAGING if self.warehouse.is_session_bound else f"{last}{STAGING}"
        return self.warehouse.quoted(last), self.warehouse.quoted(staging)

    @property
    def kept(self) -> list[Mapping[str, Any]]:
        """Leave out the columns of fields that are gone: what the table has there stays."""
        return [column for column in self.columns if not column.get("gone")]

    def create(self) -> str:
        """Make the table if it is missing."""
        declared = [self._declared(column["name"], Kind(column["kind"])) for column in self.kept]
        declared.append(self._declared(SYNCED, Kind.INSTANT))
        return f"CREATE TABLE IF NOT EXISTS {self.table} (\n  {_lines(declared)}\n)"

    def widen(self) -> list[str]:
        """Add the columns that are new."""
        how = f"ALTER TABLE {self.table} {self.warehouse.added}"
        new = [column for column in self.kept if column["name"] != ID] if self.warehouse.added else []
        return [f"{how} {self._declared(column['name'], Kind(column['kind']))}" for column in new]

    def stage(self, files: Files) -> list[str]:
        """Take in the files: all their columns in their order, JSON as the text that it is there."""
        kinds = ((column["name"], Kind(column["kind"])) for column in self.columns)
        declared = [self._declared(name, Kind.TEXT if kind is Kind.JSON else kind) for name, kind in kinds]
        return self.warehouse.stage(self.staging, _lines(declared), files)

    def merge(self) -> str:
        """Carry the rows over by their ID; both tables go by the last part of their names, as all three take it."""
        quoted, (table, staging) = self.warehouse.quoted, self._short
        pairs = [(quoted(column["name"]), self._value(column)) for column in self.kept]
        pairs.append((quoted(SYNCED), f"CAST({_literal(self.synced)} AS {self.warehouse.types[Kind.INSTANT]})"))
        changed = [f"{name} = {value}" for name, value in pairs if name != quoted(ID)]
        names, values = ([pair[side] for pair in pairs] for side in (0, 1))
        return "\n".join(
            (
                f"MERGE INTO {self.table} USING {self.staging} ON {table}.{quoted(ID)} = {staging}.{quoted(ID)}",
                f"WHEN MATCHED THEN UPDATE SET\n  {_lines(changed)}",
                f"WHEN NOT MATCHED THEN INSERT (\n  {_lines(names)}\n) VALUES (\n  {_lines(values)}\n)",  # noqa: S608 quoted
            )
        )

    def tidy(self) -> list[str]:
        """Take away a staging table that would stay."""
        return [] if self.warehouse.is_session_bound else [f"DROP TABLE {self.staging}"]

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
        added="ADD COLUMN IF NOT EXISTS",
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
        added="ADD COLUMN IF NOT EXISTS",
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
    ),
}
