"""Bad input: a row that cannot be read stands alone, a file that cannot be read is named, with what to do."""

from __future__ import annotations

import gzip
import subprocess
import sys

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from airflow_provider_workfront.api.errors import WorkfrontError
from airflow_provider_workfront.failures import Unworkable
from airflow_provider_workfront.writing.inputs import Broken, file_input
from airflow_provider_workfront.writing.reading import LONGEST

ROWS = b'{"a":"0123456789"}\n' * 1000


def put(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(path)


def broken(path):
    """Read all rows; give the numbers of good ones, and the text and reason of others."""
    rows = [*file_input(path).rows()]
    bad = [(row.number, row.raw, row.reason.removeprefix(path)) for row in rows if isinstance(row, Broken)]
    return [row.number for row in rows if not isinstance(row, Broken)], bad


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"a":', "not JSON: Expecting value, at sign 6"),
        ('{"a":1} {"a":2}', "not JSON: Extra data, at sign 9"),
        ("[1]", "a JSON list, where an object is due"),
        ("7", "a JSON int, where an object is due"),
        ('{"a":1,"a":2}', "not JSON that can be read: 'a' comes twice"),
        ('{"a":NaN}', "not JSON that can be read: NaN is no number"),
        ('{"a":1e99999999999999999999}', "not JSON that can be read: a number beyond all bounds"),
    ],
)
def test_a_line_that_is_no_object_stands_alone(tmp_path, line, reason):
    """With its text; those around it are read."""
    path = put(tmp_path / "in.jsonl", f'{{"a":1}}\n\n{line}\n{{"a":2}}\n')

    assert broken(path) == ([1, 3], [(2, line, f", line 3: {reason}")])


@pytest.mark.parametrize("value", ["[" * 100_000, "9" * 5000])
def test_what_json_cannot_hold_stands_alone(tmp_path, value):
    """However deep or long."""
    path = put(tmp_path / "in.jsonl", f'{{"a":{value}}}\n{{"a":2}}\n')

    good, [(number, raw, reason)] = broken(path)
    assert (good, number, raw) == ([2], 1, f'{{"a":{value}}}')
    assert "not JSON" in reason


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("1", "1 cells, where the header has 2"),
        ("1,2,3", "3 cells, where the header has 2"),
        ('"1"x,2', "',' expected after '\"'"),
        ('1,"2\n3"x', "',' expected after '\"'"),
        (
            "1\r2,3",
            "new-line character seen in unquoted field - do you need to open the file in universal-newline mode?",
        ),
    ],
)
def test_a_csv_row_that_is_none_stands_alone(tmp_path, line, reason):
    """With its text, over several lines if it has them; those around it are read."""
    path = put(tmp_path / "in.csv", f"a,b\nx,y\n{line}\nx,z\n")

    good, [(number, raw, told)] = broken(path)
    assert (good, number, raw) == ([1, 3], 2, line)
    assert told.replace(" with newline=''", "").startswith(f", line 3: {reason[:40]}")


def test_a_quote_that_is_never_closed_keeps_the_rest_as_text(tmp_path):
    """Nothing of it is lost."""
    path = put(tmp_path / "in.csv", 'a,b\n1,2\n3,"4\n5,6\n')

    assert broken(path) == ([1], [(2, '3,"4\n5,6', ", line 3: unexpected end of data")])


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("in.csv", b"", "is empty; the first line of a CSV file names its columns"),
        ("in.csv", b"\n\n", "is empty; the first line"),
        ("in.csv", b"a,,c\n", "line 1: column 2 has no name"),
        ("in.csv", b"a,b,a\n", "line 1: the column 'a' comes twice; rename one of them"),
        ("in.csv", b'a,"b"c\n', "line 1: no header: ',' expected after"),
        ("in.csv", b"a\n1\n\xe9\n", r"line 3: byte 1 is not UTF-8 \(0xe9\); save it as UTF-8"),
        ("in.jsonl", b'{"a":1}\n{"a":"\xe9"}\n', r"line 2: byte 7 is not UTF-8 \(0xe9\)"),
        ("in.csv", b"a\n" + b'"' + b"x\n" * 8_100_000, "line 2: a cell without end .* is a quote not closed"),
        ("in.jsonl", b'[{"a":1},\n{"a":2}]', "is one JSON array; write each object in a line of its own"),
        ("in.jsonl", b'\n{\n "a": 1\n}', "has an object over several lines; write each in one line"),
        (
            "in.jsonl",
            b"  <!DOCTYPE html><html>",
            r"is a page \(HTML or XML\), not rows; was it fetched without signing in",
        ),
        ("in.csv", b"<HTML>\n", "is a page"),
        ("in.csv", b"PK\x03\x04 a workbook", "is a zip file, as Excel's are; save it as CSV UTF-8"),
        ("in.csv", gzip.compress(b"a\n", mtime=0), r"is packed by gzip; end its name in \.gz"),
        ("in.csv", zstandard.compress(b"a\n"), r"is packed by Zstandard; end its name in \.zst"),
        ("in.jsonl", b"PAR1xxxxxxxx", r"is Parquet; end its name in \.parquet"),
        ("in.jsonl", b"x" * (LONGEST + 2), "line 1: longer than 16,000,000 bytes; end each row by a line feed"),
        ("in.parquet", b"", "cannot be read as Parquet"),
        ("in.parquet", b"a,b\n1,2\n", "cannot be read as Parquet"),
        ("in.jsonl.gz", b'{"a":1}\n', "cannot be unpacked: Not a gzipped file"),
        ("in.jsonl.zst", b'{"a":1}\n', "cannot be unpacked: zstd decompress"),
        ("in.parquet.gz", b"", "Parquet packs its columns itself; write it unpacked"),
        ("in.txt", b"", "its name tells no format; set file_format to one of jsonl, csv, parquet"),
        ("manifest.json", b'{"a":1}', "is no manifest of WorkfrontToObjectStorageOperator"),
        ("_manifest-1.json", b"<html>", "is no manifest of WorkfrontToObjectStorageOperator"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_for_good(tmp_path, name, content, message):
    """Which, where in it, and what to do."""
    path = put(tmp_path / name, content)

    with pytest.raises(Unworkable, match=rf"(?s)^input {path}.*{message}"):
        [*file_input(path).rows()]


@pytest.mark.parametrize(("ending", "pack"), [("gz", gzip.compress), ("zst", zstandard.compress)])
def test_a_packed_file_that_is_cut_off_is_no_end(tmp_path, ending, pack):
    """It may still be on its way, so it is tried again; what came before is not taken for all."""
    path = put(tmp_path / f"in.jsonl.{ending}", pack(ROWS)[:-4])

    with pytest.raises(
        WorkfrontError, match=rf"in\.jsonl\.{ending} is not whole: .*wait until it is written"
    ) as caught:
        [*file_input(path).rows()]
    assert not caught.value.permanent


def test_a_damaged_packing_is_told(tmp_path):
    """Its checksum does not agree."""
    content = bytearray(gzip.compress(ROWS))
    content[-8] ^= 1

    with pytest.raises(Unworkable, match=r"cannot be unpacked: CRC check failed"):
        [*file_input(put(tmp_path / "in.jsonl.gz", bytes(content))).rows()]


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("{}/none.csv", "is not there; check the path, or what should have written it"),
        ("{}/*.csv", "matches no file"),
        ("{}/empty", "is an empty folder"),
    ],
)
def test_what_is_not_there_may_come(tmp_path, path, message):
    """So it is tried again."""
    put(tmp_path / "empty/_SUCCESS", "")
    path = path.format(tmp_path)

    with pytest.raises(WorkfrontError) as caught:
        file_input(path)
    assert str(caught.value).startswith(f"input {path} {message}")
    assert not caught.value.permanent


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("", "the path of the input is empty"),
        ("nosuch://x/y.csv", "input nosuch://x/y.csv: .*needs a provider package"),
    ],
)
def test_what_is_no_path_is_told(path, message):
    """It is misspelt, or a provider is missing."""
    with pytest.raises(Unworkable, match=message):
        file_input(path)


def test_an_unknown_format_is_refused(tmp_path):
    """With those that there are."""
    with pytest.raises(Unworkable, match="file_format must be one of jsonl, csv, parquet, not 'xlsx'"):
        file_input(str(tmp_path), "xlsx")


def test_folders_in_a_folder_are_not_left_out_silently(tmp_path):
    """Half of the rows may lie there."""
    put(tmp_path / "a.jsonl", "{}")
    put(tmp_path / "more/b.jsonl", "{}")

    with pytest.raises(Unworkable, match=rf"holds folders \(more\); use a pattern, as {tmp_path}/\*\*/\*\.jsonl"):
        file_input(str(tmp_path))


def test_files_of_several_formats_are_not_mixed(tmp_path):
    """A pattern tells which are meant."""
    put(tmp_path / "a.jsonl", "{}")
    put(tmp_path / "b.csv", "a\n")

    with pytest.raises(Unworkable, match=r"holds files of several formats: .*a\.jsonl, .*b\.csv; use a pattern"):
        file_input(str(tmp_path))


def test_parts_with_other_columns_are_refused(tmp_path):
    """A column that is missing in one would pass for empty cells."""
    put(tmp_path / "a.csv", "x,y\n1,2\n")
    put(tmp_path / "b.csv", "x,z\n1,2\n")

    with pytest.raises(
        Unworkable, match=r"b\.csv has other columns than .*a\.csv, it differs in y, z; write them alike"
    ):
        [*file_input(str(tmp_path)).rows()]


def test_parquet_with_a_column_twice_is_refused(tmp_path):
    """One of them would win."""
    pq.write_table(pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["a", "a"]), tmp_path / "in.parquet")

    with pytest.raises(Unworkable, match="the column 'a' comes twice"):
        _ = file_input(f"{tmp_path}/in.parquet").header


def test_a_value_that_python_cannot_hold_is_told(tmp_path):
    """As a day in the year 20,000."""
    pq.write_table(pa.table({"a": pa.array([568_971_000_000_000_000], pa.timestamp("us"))}), tmp_path / "in.parquet")

    with pytest.raises(Unworkable, match=r"in\.parquet cannot be read as Parquet: "):
        [*file_input(f"{tmp_path}/in.parquet").rows()]


def test_a_file_that_may_not_be_read_is_told_for_good(tmp_path):
    """A folder where a file was, here; no retry opens it."""
    path = put(tmp_path / "in.csv", "a\n")
    found = file_input(path)
    (tmp_path / "in.csv").unlink()
    (tmp_path / "in.csv").mkdir()

    with pytest.raises(Unworkable, match=r"in\.csv cannot be read: Is a directory"):
        _ = found.header


@pytest.mark.process
@pytest.mark.parametrize(
    ("module", "name", "message"),
    [
        ("pyarrow", "in.parquet", "Parquet needs pyarrow .*install airflow-provider-workfront[parquet]"),
        ("zstandard", "in.csv.zst", "files that end in .zst: install airflow-provider-workfront[zstd]"),
    ],
)
def test_what_is_not_installed_is_named(tmp_path, module, name, message):
    """Both are extras, and imported by nothing else."""
    path = put(tmp_path / name, b"")
    code = f"""
import sys
sys.modules["{module}"] = None
from airflow_provider_workfront.writing.inputs import file_input
try:
    list(file_input({path!r}).rows())
except Exception as error:
    print(type(error).__name__, error)
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    before, _, after = message.partition(".*")
    assert before in run.stdout
    assert after in run.stdout
