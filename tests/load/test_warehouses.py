"""What warehouses are told: parsed as each of them reads SQL, since none can be had here."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp
from support.transfers import context, run
from support.warehouse import new_warehouse
from support.watched import served

from airflow_provider_workfront.extract.columns import Kind
from airflow_provider_workfront.failures import Unworkable
from airflow_provider_workfront.load.warehouses import WAREHOUSES, load_statements

PLACES = {
    "snowflake": ("analytics.public.projects", "@workfront/projects/2026-01-01"),
    "bigquery": ("my-project.analytics.projects", "gs://bucket/projects/2026-01-01"),
    "redshift": ("public.projects", "s3://bucket/projects/2026-01-01/"),
}
ROLE = "IAM_ROLE 'arn:aws:iam::123456789012:role/loads'"
COLUMNS = [{"name": "id", "source": "ID", "kind": "text"}] + [
    {"name": f"a_{kind.value}", "source": "x", "kind": kind.value} for kind in Kind
]
MANIFEST = {
    "file_format": "parquet",
    "written": "2026-01-01T10:00:00+00:00",
    "files": [{"name": "part-1.parquet"}, {"name": "it's-2.parquet"}],
    "columns": [*COLUMNS, {"name": "a_gone", "source": "y", "kind": "text", "gone": True}],
}
NAMES = [column["name"] for column in MANIFEST["columns"]]
DELETED = {"name": "deleted-1.jsonl", "rows": 1}


def statements(warehouse, **manifest):
    return load_statements(warehouse, MANIFEST | manifest, *PLACES[warehouse], ROLE if warehouse == "redshift" else "")


def parsed(warehouse, **manifest):
    return [sqlglot.parse_one(sql, read=warehouse) for sql in statements(warehouse, **manifest)]


@pytest.mark.parametrize("warehouse", WAREHOUSES)
def test_every_statement_is_the_warehouses_own_sql(warehouse):
    """One of each: the table, new columns, staging, the files, the merge; none is left unparsed as a mere command."""
    found = [type(statement) for statement in parsed(warehouse)]

    assert exp.Command not in found
    assert found.count(exp.Merge) == 1
    assert exp.LoadData in found if warehouse == "bigquery" else exp.Copy in found
    assert (exp.Alter in found) == (warehouse != "redshift")


@pytest.mark.parametrize("warehouse", WAREHOUSES)
def test_the_table_has_a_column_of_each_kind(warehouse):
    """And the time of the run; that of a field that is gone too, which is emptied."""
    create = parsed(warehouse)[0]

    names = [column.name.lower() for column in create.find_all(exp.ColumnDef)]
    assert create.args["exists"]
    assert names == [*NAMES, "_wf_synced_at"]
    assert WAREHOUSES[warehouse].types.keys() == set(Kind)


@pytest.mark.parametrize("warehouse", WAREHOUSES)
def test_rows_are_merged_by_their_id(warehouse):
    """Everything but the ID is updated, everything is inserted, JSON is parsed."""
    (merge,) = [statement for statement in parsed(warehouse) if isinstance(statement, exp.Merge)]

    updated, inserted = merge.args["whens"].expressions
    on = [column.name.lower() for column in merge.args["on"].find_all(exp.Column)]
    assert on == ["id", "id"]
    assert [set_.this.name.lower() for set_ in updated.args["then"].expressions] == [
        *NAMES[1:],
        "_wf_synced_at",
    ]
    assert len(inserted.args["then"].this.expressions) == len(NAMES) + 1
    assert merge.sql(warehouse).upper().count("JSON(") + merge.sql(warehouse).upper().count("JSON_PARSE(") == 2


@pytest.mark.parametrize("warehouse", WAREHOUSES)
def test_only_the_files_of_the_manifest_are_read(warehouse):
    """By name, in every column and their order; what an earlier try left in the folder is not."""
    sql = "\n".join(statements(warehouse))
    staged = [column.name.lower() for create in parsed(warehouse)[1:] for column in create.find_all(exp.ColumnDef)]

    assert sql.count("part-1.parquet") == sql.count("it\\'s-2.parquet") == 1
    assert staged[-len(MANIFEST["columns"]) :] == [column["name"] for column in MANIFEST["columns"]]


@pytest.mark.parametrize("warehouse", WAREHOUSES)
def test_new_columns_come_in_one_statement(warehouse):
    """However many there are; Redshift cannot say "unless it is there"."""
    many = [{"name": f"n{n}", "source": "x", "kind": "text"} for n in range(158)]
    found = [statement for statement in parsed(warehouse, columns=[COLUMNS[0], *many]) if type(statement) is exp.Alter]

    assert [len(alter.args["actions"]) for alter in found] == ([] if warehouse == "redshift" else [158])


@pytest.mark.parametrize("warehouse", WAREHOUSES)
def test_deleted_rows_alone_are_loaded_too(warehouse):
    """A run may find no row, and rows that are no more."""
    found = [type(statement) for statement in parsed(warehouse, files=[], deleted=DELETED)]

    assert exp.Command not in found
    assert found.count(exp.Delete) == 1
    assert exp.Delete not in [
        type(statement) for statement in parsed(warehouse, files=[], deleted={**DELETED, "rows": 0})
    ]


class Emulated:
    """PostgreSQL in the place of a warehouse: it runs what decides over rows, and files are given as rows."""

    def __init__(self, warehouse: str, cursor) -> None:
        self.warehouse, self.cursor = warehouse, cursor

    def load(self, written: str, rows: list[tuple] = (), gone: tuple[str, ...] = ()) -> None:
        """Run the statements of a manifest of these rows."""
        columns = [{"name": "id", "kind": "text"}, {"name": "name", "kind": "text"}]
        manifest = {"file_format": "parquet", "written": written, "columns": columns}
        manifest["files"] = [{"name": "part-1.parquet"}] if rows else []
        manifest["deleted"] = {"name": "deleted-1.jsonl", "rows": len(gone)}
        for sql in load_statements(self.warehouse, manifest, "projects", PLACES[self.warehouse][1], ROLE):
            self._run(sqlglot.parse_one(sql, read=self.warehouse), rows, [(obj_id,) for obj_id in gone])

    def _run(self, statement: exp.Expression, rows: list[tuple], gone: list[tuple]) -> None:
        if isinstance(statement, exp.Alter):
            return
        if isinstance(statement, (exp.Copy, exp.LoadData)):
            self._fill(statement.this, rows if "part-1" in statement.sql() else gone)
            return
        if isinstance(statement, exp.Create) and not statement.args.get("exists"):
            self._make(statement.this.this, len(statement.this.expressions))
            return
        self.cursor.execute(statement.sql("postgres").replace("TIMESTAMPLTZ", "TIMESTAMPTZ"))

    def _make(self, table: exp.Table, columns: int) -> None:
        name = table.sql("postgres")
        case = str.upper if self.warehouse == "snowflake" else str.lower
        names = (["id", "name"] if columns > 1 else ["ID" if self.warehouse == "bigquery" else "id"])[:columns]
        declared = ", ".join(f'"{n if n == "ID" else case(n)}" text' for n in names)
        self.cursor.execute(f"drop table if exists {name}")
        self.cursor.execute(f"create temporary table {name} ({declared})")

    def _fill(self, found: exp.Expression, rows: list[tuple]) -> None:
        if self.warehouse == "bigquery":
            self._make(found.this if isinstance(found, exp.Schema) else found, len(rows[0]))
        name = (found.this if isinstance(found, exp.Schema) else found).sql("postgres")
        for row in rows:
            self.cursor.execute(f"insert into {name} values ({', '.join(['%s'] * len(row))})", row)  # noqa: S608 ours

    def rows(self) -> list[tuple]:
        """Give the rows of the table."""
        table, columns = ('"PROJECTS"', '"ID", "NAME"') if self.warehouse == "snowflake" else ("projects", "id, name")
        self.cursor.execute(f"select {columns} from {table} order by 1")  # noqa: S608 ours
        return self.cursor.fetchall()


@pytest.fixture(params=WAREHOUSES)
def emulated(request, tmp_path, server):
    """Give each warehouse as PostgreSQL plays it."""
    with new_warehouse("postgresql", tmp_path, server) as made, made.opened() as opened:
        yield Emulated(request.param, opened.cursor())


def test_an_older_run_does_not_overwrite_a_later_one(emulated):
    """Load a, load b, load a again; a load that is repeated changes nothing, and deletes nothing that is newer."""
    a, b = "2026-01-01T10:00:00+00:00", "2026-01-01T11:00:00+00:00"
    emulated.load(a, [("1", "old"), ("2", "kept")])
    emulated.load(b, [("1", "new"), ("3", "b's")])
    emulated.load(a, [("1", "old"), ("2", "again")], gone=("3",))

    assert emulated.rows() == [("1", "new"), ("2", "again"), ("3", "b's")]


def test_deleted_rows_are_deleted(emulated):
    """Those that the manifest names, after its rows were merged."""
    emulated.load("2026-01-01T10:00:00+00:00", [("1", "a"), ("2", "b"), ("3", "c")])
    emulated.load("2026-01-01T11:00:00+00:00", [("2", "bb"), ("4", "passing")], gone=("1", "4"))

    assert emulated.rows() == [("2", "bb"), ("3", "c")]


@pytest.mark.parametrize("warehouse", WAREHOUSES)
def test_a_run_without_rows_makes_the_table_only(warehouse):
    """There is no file to name."""
    assert {type(statement) for statement in parsed(warehouse, files=[])} <= {exp.Create, exp.Alter}


@pytest.mark.parametrize(
    ("warehouse", "manifest", "table", "message"),
    [
        ("oracle", {}, "t", "warehouse must be one of snowflake, bigquery, redshift, not 'oracle'"),
        (
            "snowflake",
            {"file_format": "jsonl", "columns": None},
            "t",
            "a manifest of Parquet files is needed",
        ),
        ("snowflake", {}, "a..t", "is no name"),
        ("bigquery", {}, "a`b", "BigQuery takes no name such as 'a`b'"),
    ],
)
def test_what_cannot_be_loaded_is_told(warehouse, manifest, table, message):
    """In place of SQL that fails far away."""
    with pytest.raises(Unworkable, match=message):
        load_statements(warehouse, MANIFEST | manifest, table, "s3://x")


@pytest.fixture
def page(tmp_path) -> dict:
    """Give what the example of the page defines, its bucket a folder."""
    text = (Path(__file__).parents[2] / "docs/sql.md").read_text()
    (code,) = re.findall(r"^```py\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    namespace: dict = {}
    exec(code.replace('"s3://aws_default@lake"', f'"{tmp_path}"'), namespace)  # noqa: S102 it is ours
    return namespace


def test_the_example_of_the_page_makes_sql_of_real_files(page, monkeypatch):
    """From a real extraction's manifest; each statement is Snowflake's, and the stage stands for the bucket."""
    dag = page["workfront_to_snowflake"]()
    with served(monkeypatch) as simulator:
        extracted = run(dag.get_task("extract"), **context())

    made = dag.get_task("statements").python_callable(extracted)
    assert len(simulator.world.objects("PROJ")) == extracted["rows"]
    assert exp.Command not in {type(sqlglot.parse_one(sql, read="snowflake")) for sql in made}
    (copy,) = [sql for sql in made if sql.startswith("COPY")]
    assert "FROM @lake/projects/ FILES = (" in copy
    assert dag.get_task("load").upstream_task_ids == {"statements"}
