"""Files of typed rows: what is read back is what was written."""

import csv
import io
import json
import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airflow_provider_workfront.extract.columns import Column, Columns, Kind
from airflow_provider_workfront.extract.formats import WRITERS, open_writer
from airflow_provider_workfront.extract.parquet import Parquet
from airflow_provider_workfront.failures import Unworkable

BUDGET = Column("budget", "DE:Budget", Kind.DECIMAL, label="Büdget", unit="currency", identity="p1")
COLUMNS = Columns(
    "PROJ",
    (Column("id", "ID", Kind.TEXT), *(Column(kind.value, kind.value, kind) for kind in Kind), BUDGET),
    ("*",),
)
NOTHING = dict.fromkeys(COLUMNS.names)
ROW = {
    "id": "1",
    "text": 'say "hi", ü\r\n',
    "integer": -7,
    "number": 0.1,
    "decimal": Decimal("12345678901234567890.10"),
    "boolean": True,
    "date": date(2026, 1, 31),
    "instant": datetime(2026, 1, 31, 10, tzinfo=UTC),
    "list": ["a", 'b"', ""],
    "json": '{"a":[1.10,null]}',
    "budget": Decimal("0.000000000000000001"),
}


def written(file_format, *pages, columns=COLUMNS):
    file = io.BytesIO()
    writer = open_writer(file_format, file, columns)
    for rows in pages:
        writer.write(rows)
    writer.close()
    return file.getvalue()


def test_json_lines_look_like_this():
    """Decimals are text, which no reader rounds; what is JSON is embedded."""
    assert written("jsonl", [ROW, {"id": "2"}]).decode().splitlines() == [
        (
            '{"id":"1","text":"say \\"hi\\", ü\\r\\n","integer":-7,"number":0.1,"decimal":"12345678901234567890.10",'
            '"boolean":true,"date":"2026-01-31","instant":"2026-01-31T10:00:00Z","list":["a","b\\"",""],'
            '"json":{"a":[1.10,null]},"budget":"0.000000000000000001"}'
        ),
        json.dumps(NOTHING | {"id": "2"}, separators=(",", ":")),
    ]


def test_csv_looks_like_this():
    """Text is quoted, null is not: it is nothing at all."""
    assert written("csv", [ROW, {"id": "2", "text": ""}]).decode() == (
        "id,text,integer,number,decimal,boolean,date,instant,list,json,budget\r\n"
        '"1","say ""hi"", ü\r\n",-7,0.1,12345678901234567890.10,true,2026-01-31,2026-01-31T10:00:00Z,'
        '"[""a"",""b\\"""",""""]","{""a"":[1.10,null]}",0.000000000000000001\r\n'
        '"2","",,,,,,,,,\r\n'
    )


def test_a_parquet_file_says_what_its_columns_are():
    """Exact types, and source, label, unit and identity of each field."""
    schema = pq.read_schema(io.BytesIO(written("parquet", [ROW])))

    assert {field.name: str(field.type) for field in schema} == {
        "id": "string",
        "text": "string",
        "integer": "int64",
        "number": "double",
        "decimal": "decimal128(38, 18)",
        "boolean": "bool",
        "date": "date32[day]",
        "instant": "timestamp[us, tz=UTC]",
        "list": "list<element: string>",
        "json": "string",
        "budget": "decimal128(38, 18)",
    }
    assert {key.decode(): value.decode() for key, value in schema.field("budget").metadata.items()} == {
        "source": "DE:Budget",
        "label": "Büdget",
        "unit": "currency",
        "kind": "decimal",
        "identity": "p1",
    }
    assert schema.metadata[b"workfront.objCode"] == b"PROJ"
    assert not schema.field("id").nullable


VALUES = {
    "text": st.text(),
    "integer": st.integers(-(2**63) + 1, 2**63 - 1),
    "number": st.floats(allow_nan=False, allow_infinity=False),
    "decimal": st.decimals(allow_nan=False, allow_infinity=False, places=18, min_value=-(10**9), max_value=10**9),
    "boolean": st.booleans(),
    "date": st.dates(),
    "instant": st.datetimes(timezones=st.just(UTC)),
    "list": st.lists(st.text(), max_size=3),
    "json": st.dictionaries(st.text(), st.integers(-(2**53), 2**53) | st.text(), max_size=3).map(json.dumps),
}
ROWS = st.lists(
    st.fixed_dictionaries(
        {"id": st.text(min_size=1)}, optional={name: st.none() | kind for name, kind in VALUES.items()}
    ),
    max_size=4,
)


def read_jsonl(content):
    rows = [json.loads(line) for line in content.decode().split("\n")[:-1]]
    for row in rows:
        row["json"] = None if row["json"] is None else json.dumps(row["json"])
    return [restored(row) for row in rows]


def read_csv(content):
    """Read it as any warehouse does: all that is quoted is text, nothing at all is null."""
    options = pyarrow.csv.ConvertOptions(
        column_types=dict.fromkeys(COLUMNS.names, pa.string()),
        strings_can_be_null=True,
        quoted_strings_can_be_null=False,
        null_values=[""],
    )
    parse = pyarrow.csv.ParseOptions(newlines_in_values=True)
    table = pyarrow.csv.read_csv(io.BytesIO(content), parse_options=parse, convert_options=options)
    rows = table.to_pylist()
    for row in rows:
        row["integer"] = row["integer"] and int(row["integer"])
        row["number"] = row["number"] and float(row["number"])
        row["boolean"] = row["boolean"] and row["boolean"] == "true"
        row["list"] = row["list"] and json.loads(row["list"])
    return [restored(row) for row in rows]


def restored(row):
    """Turn texts into the values for which JSON and CSV have none."""
    makers = {"decimal": Decimal, "date": date.fromisoformat, "instant": datetime.fromisoformat}
    return row | {name: make(row[name]) for name, make in makers.items() if row[name] is not None}


def read_parquet(content):
    return pq.read_table(io.BytesIO(content)).to_pylist()


@pytest.mark.parametrize(("file_format", "read"), [("jsonl", read_jsonl), ("csv", read_csv), ("parquet", read_parquet)])
@settings(max_examples=50)
@given(pages=st.lists(ROWS, max_size=3))
def test_what_is_read_back_is_what_was_written(file_format, read, pages):
    """Every value, null apart from empty, page after page."""
    content = written(file_format, *pages)

    assert read(content) == [NOTHING | row for rows in pages for row in rows]


@given(rows=ROWS)
def test_the_standard_library_reads_the_csv(rows):
    """RFC 4180, whatever the texts hold."""
    found = list(csv.DictReader(io.StringIO(written("csv", rows).decode(), newline="")))

    assert [(row["id"], row["text"]) for row in found] == [(row["id"], row.get("text") or "") for row in rows]


@pytest.mark.parametrize("file_format", WRITERS)
def test_half_a_character_is_written_as_its_escape(file_format):
    """UTF-8 has no place for it, and one row must not stop all."""
    row = ROW | {"text": "half \ud83d", "list": ["\ud83d"], "json": '{"a":"\\ud83d"}'}

    content = written(file_format, [row])

    shown = read_parquet(content)[0]["text"].encode() if file_format == "parquet" else content
    assert rb"half \ud83d" in shown
    if file_format == "jsonl":
        assert json.loads(content)["text"] == "half \ud83d"
        assert json.loads(content)["json"] == {"a": "\ud83d"}
        assert json.loads(content)["instant"] == "2026-01-31T10:00:00Z"


def test_a_file_without_rows_is_whole():
    """A header or a schema, so that readers know the columns."""
    assert written("jsonl") == b""
    assert written("csv").count(b"\r\n") == 1
    assert pq.read_table(io.BytesIO(written("parquet", []))).schema.names == list(COLUMNS.names)


def groups(pages, **limits):
    file = io.BytesIO()
    writer = Parquet(file, COLUMNS, **limits)
    for page in pages:
        writer.write(page)
    writer.close()
    found = pq.ParquetFile(file).metadata
    return [found.row_group(number).num_rows for number in range(found.num_row_groups)]


def test_row_groups_are_few_and_bounded():
    """Small pages are gathered; what is kept never exceeds a group by more than a page."""
    assert groups([[ROW] * 100] * 25, most_rows=1000) == [1000, 1000, 500]


def test_row_groups_of_large_rows_are_bounded_by_size():
    """Long texts must not fill the memory."""
    assert groups([[ROW | {"text": "x" * 100_000}] * 6] * 4, most_bytes=1_000_000) == [12, 12]


def test_the_file_stays_open():
    """Whoever opened it closes it."""
    for file_format in WRITERS:
        file = io.BytesIO()
        open_writer(file_format, file, COLUMNS).close()
        assert not file.closed


def test_an_unknown_format_is_refused():
    """With those that there are."""
    with pytest.raises(Unworkable, match="file_format must be one of jsonl, csv, parquet, not 'xlsx'"):
        open_writer("xlsx", io.BytesIO(), COLUMNS)


@pytest.mark.process
def test_parquet_without_pyarrow_says_what_to_install():
    """It is an extra, and imported by nothing else."""
    code = """
import io, sys
sys.modules["pyarrow"] = None
from airflow_provider_workfront.extract.columns import Columns
from airflow_provider_workfront.extract.formats import open_writer
open_writer("csv", io.BytesIO(), Columns("PROJ", (), ()))
try:
    open_writer("parquet", io.BytesIO(), Columns("PROJ", (), ()))
except Exception as error:
    print(type(error).__name__, error)
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert run.stdout.startswith("Unworkable file_format parquet needs pyarrow")
    assert "install airflow-provider-workfront[parquet]" in run.stdout
