"""Rejected rows are kept in the input's own form, and can be given to the same task again."""

from __future__ import annotations

import csv
import io
import json
import logging
import re
import resource
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from airflow.sdk.io import attach
from fsspec.implementations.memory import MemoryFileSystem
from hypothesis import given, settings
from hypothesis import strategies as st

from airflow_provider_workfront.api.errors import WorkfrontError
from airflow_provider_workfront.failures import Unworkable
from airflow_provider_workfront.writing.inputs import STILL, Broken, Form, file_input
from airflow_provider_workfront.writing.rejects import check_writable, rejects
from airflow_provider_workfront.writing.row import InputRow

TEXTS = st.text(st.characters(codec="utf-8"))
NAMES = st.lists(TEXTS.filter(lambda name: name and not re.search("^workfront_|[;\t]", name)), min_size=1, unique=True)
JSONS = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.decimals(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda part: st.lists(part, max_size=3) | st.dictionaries(TEXTS, part, max_size=3),
    max_leaves=5,
)


@pytest.fixture(autouse=True)
def _store_in_memory() -> None:
    """Register `memory://`, as a provider registers `s3://`."""
    attach("memory", fs=MemoryFileSystem())


def put(path, content):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(path)


def rejected(path, like, reason="no", out=None):
    """Reject every row of an input."""
    with rejects(path, like) as file:
        for row in like.rows():
            file.add(row, row.reason if isinstance(row, Broken) else reason)
    return file_input(out or path)


def theirs(found):
    """Give the values of all rows but for our columns; of broken ones the text."""
    own = {"workfront_error", "workfront_raw"}
    return [
        row.raw if isinstance(row, Broken) else {k: v for k, v in row.values.items() if k not in own}
        for row in found.rows()
    ]


def reasons(found):
    return [row.values["workfront_error"] for row in found.rows()]


def test_csv_stays_csv(tmp_path):
    """The same columns in the same order, and the reason behind them."""
    like = file_input(put(tmp_path / "in.csv", 'b,a\r\n1,"x, ""y"""\r\n2,\r\n'))

    found = rejected(f"{tmp_path}/out.csv", like, "Group 'X' does not exist")

    assert (tmp_path / "out.csv").read_bytes() == (
        b"b,a,workfront_error\r\n"
        b"1,\"x, \"\"y\"\"\",Group 'X' does not exist\r\n"
        b"2,,Group 'X' does not exist\r\n"
    )  # fmt: skip
    assert theirs(found) == theirs(like)


def test_the_mark_by_which_excel_knows_utf_8_is_kept(tmp_path):
    """Else it would show other letters than before."""
    like = file_input(put(tmp_path / "in.csv", "\ufeffä\nü\n"))
    rejected(f"{tmp_path}/out.csv", like)

    assert (tmp_path / "out.csv").read_text("utf-8") == "\ufeffä,workfront_error\nü,no\n"


def test_a_name_that_begins_like_the_mark_stays_as_it_is(tmp_path):
    """The first of both is taken away when it is read."""
    like = file_input(put(tmp_path / "in.csv", '"\ufeffa"\n1\n'))

    assert theirs(rejected(f"{tmp_path}/out.csv", like)) == theirs(like) == [{"\ufeffa": "1"}]


def test_json_lines_stay_json_lines(tmp_path):
    """With every digit, and half a character as the escape that it was."""
    like = file_input(put(tmp_path / "in.jsonl", '{"a":0.10,"b":{"c":[1.50,null]}}\n{"a":"ü \\ud83d"}\n'))

    found = rejected(f"{tmp_path}/out.jsonl", like)

    assert (tmp_path / "out.jsonl").read_text("utf-8") == (
        '{"a":0.10,"b":{"c":[1.50,null]},"workfront_error":"no"}\n{"a":"ü \\ud83d","workfront_error":"no"}\n'
    )
    assert theirs(found) == theirs(like)


def test_parquet_stays_parquet(tmp_path):
    """The same schema, and the reason as a column of text."""
    schema = pa.schema(
        [
            pa.field("id", pa.string(), nullable=False, metadata={"source": "ID"}),
            ("money", pa.decimal128(38, 2)),
            ("when", pa.timestamp("ns", "Europe/Vienna")),
            ("kind", pa.dictionary(pa.int8(), pa.string())),
            ("list", pa.list_(pa.struct([("x", pa.int8())]))),
        ],
        metadata={"made": "by us"},
    )
    noon = datetime(2026, 3, 18, 12, tzinfo=UTC)
    rows = [
        {"id": "a", "money": Decimal("1.10"), "when": noon, "kind": "k", "list": [{"x": 1}]},
        {"id": "b", "money": None, "when": None, "kind": None, "list": None},
    ]
    pq.write_table(pa.Table.from_pylist(rows, schema), tmp_path / "in.parquet")
    like = file_input(f"{tmp_path}/in.parquet")

    found = rejected(f"{tmp_path}/out.parquet", like, "half \ud83d")

    assert theirs(found) == theirs(like) == rows
    written = pq.read_schema(tmp_path / "out.parquet")
    assert written.equals(schema.append(pa.field("workfront_error", pa.string())))
    assert written.metadata[b"made"] == b"by us"
    assert reasons(found) == [r"half \ud83d"] * 2


def test_parts_of_other_types_go_into_one_schema(tmp_path):
    """A column without a value has no type in what pandas writes."""
    pq.write_table(pa.table({"a": pa.nulls(1), "b": pa.array([1], pa.int8())}), tmp_path / "1.parquet")
    pq.write_table(pa.table({"a": ["x"], "b": pa.array([2**40])}), tmp_path / "2.parquet")
    like = file_input(f"{tmp_path}/*.parquet")

    assert theirs(rejected(f"{tmp_path}/_out.parquet", like)) == [{"a": None, "b": 1}, {"a": "x", "b": 2**40}]


def test_parts_whose_types_do_not_go_together_are_refused_before_anything_is_rejected(tmp_path):
    """There is no file that could hold both."""
    pq.write_table(pa.table({"a": [1]}), tmp_path / "1.parquet")
    pq.write_table(pa.table({"a": ["x"]}), tmp_path / "2.parquet")

    with (
        pytest.raises(Unworkable, match=r"2\.parquet: its types do not go with those before it"),
        rejects(f"{tmp_path}/_out.parquet", file_input(f"{tmp_path}/*.parquet")),
    ):
        pytest.fail("begun")


@settings(max_examples=50)
@given(data=st.data(), reason=TEXTS)
def test_rejected_csv_is_read_back_as_it_was(tmp_path_factory, data, reason):
    """Whatever the cells, the names and the reason hold."""
    folder = tmp_path_factory.mktemp("csv")
    names = data.draw(NAMES)
    rows = data.draw(st.lists(st.lists(TEXTS, min_size=len(names), max_size=len(names)), max_size=5))
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([names, *rows])
    like = file_input(put(folder / "in.csv", text.getvalue()))

    found = _or_nothing(folder / "out.csv", like, reason)

    assert found == [(dict(zip(names, row, strict=True)), reason) for row in rows]


@settings(max_examples=50)
@given(
    rows=st.lists(st.dictionaries(TEXTS.filter(lambda n: not n.startswith("workfront_")), JSONS, max_size=4)),
    reason=TEXTS,
)
def test_rejected_json_is_read_back_as_it_was(tmp_path_factory, rows, reason):
    """Every value exactly, missing apart from null."""
    folder = tmp_path_factory.mktemp("json")
    like = Rows("jsonl", rows)

    assert _or_nothing(folder / "out.jsonl", like, reason) == [(row, reason) for row in rows]


COLUMNS = {
    "text": (pa.string(), TEXTS),
    "whole": (pa.int64(), st.integers(-(2**63), 2**63 - 1)),
    "number": (pa.float64(), st.floats(allow_nan=False)),
    "money": (pa.decimal128(38, 4), st.decimals(-(10**9), 10**9, places=4, allow_nan=False)),
    "flag": (pa.bool_(), st.booleans()),
    "day": (pa.date32(), st.dates()),
    "moment": (pa.timestamp("us", "UTC"), st.datetimes(timezones=st.just(UTC))),
    "list": (pa.list_(pa.string()), st.lists(TEXTS, max_size=3)),
    "bytes": (pa.binary(), st.binary()),
}
SCHEMA = pa.schema([(name, kind) for name, (kind, _) in COLUMNS.items()])


@settings(max_examples=50)
@given(
    rows=st.lists(st.fixed_dictionaries({name: st.none() | of for name, (_, of) in COLUMNS.items()}), max_size=4),
    reason=TEXTS,
)
def test_rejected_parquet_is_read_back_as_it_was(tmp_path_factory, rows, reason):
    """Every value, of its type."""
    folder = tmp_path_factory.mktemp("parquet")
    pq.write_table(pa.Table.from_pylist(rows, SCHEMA), folder / "in.parquet")
    like = file_input(f"{folder}/in.parquet")

    assert _or_nothing(folder / "out.parquet", like, reason) == [(row, reason) for row in rows]


def _or_nothing(path, like, reason):
    """Reject every row, read them back with their reasons; without any there is no file."""
    with rejects(str(path), like) as file:
        for row in like.rows():
            file.add(row, reason)
    assert path.exists() == bool(file.count)
    if not file.count:
        return []
    back = [dict(row.values) for row in file_input(str(path)).rows()]
    return [(row, row.pop("workfront_error")) for row in back]


class Rows:
    """An input of literal values."""

    def __init__(self, file_format, rows):
        self.file_format = file_format
        self.header = tuple(dict.fromkeys(name for row in rows for name in row))
        self.form = Form(file_format, self.header)
        self._rows = rows

    def rows(self):
        return (InputRow(number, row) for number, row in enumerate(self._rows, 1))

    def includes(self, path):  # noqa: ARG002 as of every input
        return False


NOON = datetime(2026, 1, 31, 10, tzinfo=UTC)
OF_A_QUERY = Rows(
    "sql",
    [
        {
            "t": "x",
            "d": Decimal("1E+2"),
            "b": True,
            "day": date(2026, 1, 31),
            "at": NOON,
            "n": None,
            "j": {"a": [Decimal("1.10")]},
        },
        {"t": "", "d": Decimal("NaN"), "b": False, "day": None, "at": None, "n": float("inf"), "j": b"\x00\xff"},
    ],
)


def test_rows_of_a_query_become_json_lines(tmp_path):
    """Numbers as such, what JSON has not as text."""
    with rejects(f"{tmp_path}/out", OF_A_QUERY) as file:
        for row in OF_A_QUERY.rows():
            file.add(row, "no")

    assert (tmp_path / "out").read_text() == (
        '{"t":"x","d":1E+2,"b":true,"day":"2026-01-31","at":"2026-01-31T10:00:00Z","n":null,"j":{"a":[1.10]},'
        '"workfront_error":"no"}\n'
        '{"t":"","d":"NaN","b":false,"day":null,"at":null,"n":"inf","j":"00ff","workfront_error":"no"}\n'
    )
    assert theirs(file_input(f"{tmp_path}/out", "jsonl"))[0]["d"] == Decimal(100)


def test_rows_of_a_query_become_csv_if_the_name_says_so(tmp_path):
    """Written as the extracts of this package are."""
    rejected(f"{tmp_path}/out.csv", OF_A_QUERY)

    assert (tmp_path / "out.csv").read_text() == (
        "t,d,b,day,at,n,j,workfront_error\n"
        'x,100,true,2026-01-31,2026-01-31T10:00:00Z,,"{""a"":[1.10]}",no\n'
        ",NaN,false,,,inf,00ff,no\n"
    )


@pytest.mark.parametrize(
    ("name", "content", "text"),
    [
        ("csv", 'a,b\n1,2\n"3\n\n4,5,6\n', '"3\n\n4,5,6'),
        ("jsonl", '{"a":1}\n{"b":\n', '{"b":'),
        ("csv", "a,b\n1\n", "1"),
    ],
)
def test_a_row_that_could_not_be_read_keeps_its_text(tmp_path, name, content, text):
    """And is none again when it is read back, until somebody mends it."""
    like = file_input(put(tmp_path / f"in.{name}", content))

    once = rejected(f"{tmp_path}/1.{name}", like)
    twice = rejected(f"{tmp_path}/2.{name}", once)

    assert text in theirs(like)
    assert theirs(twice) == theirs(once) == theirs(like)
    assert once.header == twice.header
    assert [row.reason for row in twice.rows() if isinstance(row, Broken)] == [STILL]


def test_a_row_of_parquet_that_could_not_be_read_keeps_its_text(tmp_path):
    """Its other columns are empty, even those that may not be."""
    schema = pa.schema([pa.field("id", pa.string(), nullable=False), ("workfront_raw", pa.string())])
    rows = [{"id": "", "workfront_raw": "x,y"}, {"id": "a", "workfront_raw": None}]
    pq.write_table(pa.Table.from_pylist(rows, schema), tmp_path / "in.parquet")
    like = file_input(f"{tmp_path}/in.parquet")

    assert theirs(rejected(f"{tmp_path}/out.parquet", like)) == theirs(like) == ["x,y", {"id": "a"}]


def test_the_reason_of_an_earlier_run_is_replaced(tmp_path):
    """And stays the last column; other columns of ours are left alone."""
    like = file_input(put(tmp_path / "in.csv", "a,workfront_error,workfront_id\n1,old,7\n"))

    found = rejected(f"{tmp_path}/out.csv", like, "new")

    assert found.header == ("a", "workfront_id", "workfront_error")
    assert [row.values for row in found.rows()] == [{"a": "1", "workfront_id": "7", "workfront_error": "new"}]


@pytest.mark.parametrize("path", ["{}/deep/out.csv.gz", "file://{}/out.csv.zst", "memory://rejects{}/out.csv"])
def test_a_file_is_written_on_any_store(tmp_path, path):
    """Packed as its name says, under its final name only when it is whole, and nothing beside it."""
    like = file_input(put(tmp_path / "in.csv", "a\n1\n2\n"))
    path = path.format(tmp_path)

    assert theirs(rejected(path, like)) == theirs(like)
    assert theirs(file_input(f"{path.rpartition('/')[0]}/out*")) == theirs(like)
    assert not [*tmp_path.glob("**/_writing*")]


@pytest.mark.parametrize("path", ["{}/out.jsonl", "memory://rejects{}/out.jsonl"])
def test_without_a_rejected_row_there_is_no_file(tmp_path, path, caplog):
    """One of an earlier run is left, and said to be of one."""
    path = path.format(tmp_path)
    like = Rows("jsonl", [{"a": 1}])
    with rejects(path, like) as file:
        pass
    assert file.count == 0
    assert not [*tmp_path.iterdir()]
    assert not MemoryFileSystem().exists(path)

    rejected(path, like)
    with rejects(path, like):
        pass
    assert f"Rejected rows: none; what is in {path} is of an earlier run" in caplog.text


def test_after_an_error_what_was_rejected_so_far_is_kept(tmp_path):
    """The error goes on."""
    like = Rows("jsonl", [{"a": 1}, {"a": 2}])

    def run():
        with rejects(f"{tmp_path}/out.jsonl", like) as file:
            file.add(next(like.rows()), "no")
            raise ConnectionError("lost")

    with pytest.raises(ConnectionError, match="lost"):
        run()

    assert theirs(file_input(f"{tmp_path}/out.jsonl")) == [{"a": 1}]


@contextmanager
def files_of_at_most(size):
    """Limit the size of files, which is how a full disk is played here."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_a_disk_that_fills_up_meanwhile_keeps_the_rows_before(tmp_path):
    """Whole ones only; the error says how many, and the run ends rather than lose a row."""
    like = Rows("jsonl", [{"a": "x" * 1500}] * 10)

    def run():
        with rejects(f"{tmp_path}/out.jsonl", like) as file, files_of_at_most(10_000):
            for row in like.rows():
                file.add(row, "no")

    with pytest.raises(WorkfrontError) as caught:
        run()

    kept = theirs(file_input(f"{tmp_path}/out.jsonl"))
    assert 0 < len(kept) < 10
    place = rf"the temporary folder .*; the {len(kept)} rejected before it could: File too large"
    assert re.search(rf"^rejects .*/out\.jsonl: row {len(kept) + 1} could not be kept in {place}$", str(caught.value))
    assert not caught.value.permanent
    assert kept == [{"a": "x" * 1500}] * len(kept)


def test_a_row_that_found_no_room_leaves_no_half_of_it(tmp_path):
    """Whoever goes on nevertheless finds the rows before and behind it."""
    first, large, last = (InputRow(number, {"a": "x" * size}) for number, size in enumerate((10, 9000, 20), 1))

    with rejects(f"{tmp_path}/out.jsonl", Rows("jsonl", [])) as file:
        file.add(first, "no")
        with files_of_at_most(5000), pytest.raises(WorkfrontError, match="row 2 could not be kept"):
            file.add(large, "no")
        file.add(last, "no")

    assert file.count == 2
    assert theirs(file_input(f"{tmp_path}/out.jsonl")) == [first.values, last.values]


@pytest.mark.parametrize("is_alone", [True, False])
def test_a_store_that_is_full_at_the_end_tells_what_was_rejected(tmp_path, caplog, is_alone):
    """How many, the numbers and reasons of the first, and no value of any row; another error is not hidden by it."""
    like = Rows("jsonl", [{"a": "secret" * 1000}] * 12)
    path = f"{tmp_path}/out.jsonl"

    def run():
        with rejects(path, like) as file:
            for row in like.rows():
                file.add(row, f"reason {row.number}")
            limit.__enter__()
            if not is_alone:
                raise KeyError("mine")

    limit = files_of_at_most(20_000)
    try:
        with pytest.raises(WorkfrontError if is_alone else KeyError) as caught:
            run()
    finally:
        limit.__exit__(None, None, None)

    told = str(caught.value) if is_alone else caught.value.__notes__[0]
    assert told == f"rejects {path}: 12 rejected rows could not be written: File too large"
    record = next(record for record in caplog.records if record.levelno == logging.ERROR)
    assert (
        f"Rejected rows: 12, that could not be written to {path}; the first:\nrow 1: reason 1\nrow 2"
        in record.getMessage()
    )
    assert "reason 10" in caplog.text
    assert "reason 11" not in caplog.text
    assert "secret" not in caplog.text + told
    assert [*tmp_path.iterdir()] == []


def test_a_full_disk_is_told_before_anything_is_written(tmp_path):
    """Nothing was sent to Workfront yet."""
    like = Rows("jsonl", [{"a": 1}])

    with (
        files_of_at_most(100),
        pytest.raises(WorkfrontError, match=r"^rejects .*out\.jsonl cannot be written: File too large$") as caught,
        rejects(f"{tmp_path}/out.jsonl", like),
    ):
        pytest.fail("begun")
    assert not caught.value.permanent
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("", "the path of the rejects is empty"),
        ("{}", "is a folder; name the file in it, such as rejects.jsonl"),
        ("{}/new/", "is a folder; name the file in it"),
        ("{}/in.csv/out.csv", "cannot be written: File exists"),
        ("/proc/nosuch/out.csv", "cannot be written: "),
        ("nosuch://x/out.csv", "needs a provider package"),
        ("{}/in.csv", "that is part of the input; keep rejected rows elsewhere"),
        ("{}/more.csv", "that is part of the input"),
        ("{}/out.jsonl", "rejected rows are kept in the form of the input; end the name in .csv"),
    ],
)
def test_a_path_that_cannot_work_is_refused_for_good(tmp_path, path, message):
    """Before anything is written; among them a file that the next run would read as its input."""
    put(tmp_path / "in.csv", "a\n1\n")
    path = path.format(tmp_path)

    with pytest.raises(Unworkable, match=re.escape(message)), rejects(path, file_input(f"{tmp_path}/*.csv")):
        pytest.fail("begun")
    assert [file.name for file in tmp_path.iterdir()] == ["in.csv"]


@pytest.mark.parametrize("path", ["{}/rejects/out.csv", "{}/_rejects.csv", "{}/out"])
def test_what_the_input_does_not_reach_is_not_part_of_it(tmp_path, path):
    """A pattern does not look into folders, nor at names that are hidden."""
    put(tmp_path / "in.csv", "a\n1\n")

    check_writable(path.format(tmp_path), file_input(f"{tmp_path}/*.csv"))
    assert [file.name for file in tmp_path.rglob("*") if file.is_file()] == ["in.csv"]


@pytest.mark.parametrize(
    ("file_format", "path", "message"),
    [
        ("sql", "out.parquet", "end the name in .jsonl or .csv"),
        ("parquet", "out.parquet.gz", "Parquet packs its columns itself; end the name in .parquet"),
        ("parquet", "out.csv", "end the name in .parquet"),
    ],
)
def test_a_form_that_cannot_be_is_refused(tmp_path, file_format, path, message):
    """With the names that can."""
    with pytest.raises(Unworkable, match=re.escape(message)):
        check_writable(f"{tmp_path}/{path}", Rows(file_format, []))


def test_rejected_rows_are_not_kept_in_memory(tmp_path):
    """They go to a file at once: it holds them before the end."""
    like = Rows("jsonl", [{"a": "x" * 1000}] * 100)
    with rejects(f"{tmp_path}/out.jsonl", like) as file:
        for row in like.rows():
            file.add(row, "no")
        assert file._spool.tell() > 100_000

    assert len([json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]) == 100
