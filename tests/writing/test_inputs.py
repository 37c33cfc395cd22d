"""Rows from files: all of them, in order, numbered, with the values that the file has; and no more kept than a few."""

from __future__ import annotations

import gzip
import io
import json
import os
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from airflow.sdk.io import attach
from fsspec.implementations.memory import MemoryFileSystem
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_workfront.api.errors import WorkfrontError
from airflow_provider_workfront.api.slices import Slice
from airflow_provider_workfront.extract.encoding import raw
from airflow_provider_workfront.extract.manifest import Manifest
from airflow_provider_workfront.extract.parts import Feed, Folder
from airflow_provider_workfront.failures import Unworkable
from airflow_provider_workfront.writing.inputs import Broken, file_input
from airflow_provider_workfront.writing.reading import Csv, JsonLines
from airflow_provider_workfront.writing.zstd import CHUNK, Unpacked


@pytest.fixture(autouse=True)
def _store_in_memory() -> None:
    """Register `memory://`, as a provider registers `s3://`."""
    attach("memory", fs=MemoryFileSystem())


def put(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(path)


def values(path, file_format=None):
    """Read the values of all rows."""
    return [row.values for row in file_input(path, file_format).rows()]


def test_csv_is_read_as_text(tmp_path):
    """A mark at its beginning, quotes, line ends in cells and blank lines change nothing of the values."""
    content = '\ufeffID,name,note\r\na,"x, ""y""","1\r\n2"\r\n\r\nb,,007\r\n'
    found = file_input(put(tmp_path / "in.csv", content))

    assert found.header == ("ID", "name", "note")
    assert [(row.number, row.values) for row in found.rows()] == [
        (1, {"ID": "a", "name": 'x, "y"', "note": "1\r\n2"}),
        (2, {"ID": "b", "name": "", "note": "007"}),
    ]


def test_json_lines_keep_every_digit(tmp_path):
    """Numbers with a point are decimals, whole ones are whole however long, null is there and a missing key is not."""
    content = '{"a":0.10,"b":12345678901234567890123}\n\n{"a":null,"c":["x",{"d":true}]}\n{"a":"half \\ud83d"}'
    found = file_input(put(tmp_path / "in.jsonl", content))

    assert found.header == ("a", "b", "c")
    assert [row.values for row in found.rows()] == [
        {"a": Decimal("0.10"), "b": 12345678901234567890123},
        {"a": None, "c": ["x", {"d": True}]},
        {"a": "half \ud83d"},
    ]


def test_keys_of_later_rows_are_in_the_row_though_not_in_the_header(tmp_path):
    """The header of JSON Lines is that of the first thousand rows."""
    lines = [json.dumps({"a": number}) for number in range(1000)]
    found = file_input(put(tmp_path / "in.jsonl", "\n".join([*lines, '{"late":1}'])))

    assert found.header == ("a",)
    assert [*found.rows()][-1].values == {"late": 1}


def test_parquet_has_pythons_own_values(tmp_path):
    """Exact types; times are cut to the microsecond."""
    noon = datetime(2026, 3, 18, 12, 30, 15, 250001, tzinfo=UTC)
    table = pa.table(
        {
            "text": ["a", None],
            "money": pa.array([Decimal("1.10"), None], pa.decimal128(38, 2)),
            "day": [date(2026, 3, 18), None],
            "moment": pa.array([noon, None], pa.timestamp("us", "UTC")),
            "fine": pa.array([1_773_837_015_250_001_999, None], pa.timestamp("ns", "UTC")),
            "kind": pa.array(["x", "y"]).dictionary_encode(),
            "list": [["p", "q"], None],
            "nested": pa.array(
                [[{"t": 1_773_837_015_250_001_999}], None], pa.list_(pa.struct([("t", pa.timestamp("ns", "UTC"))]))
            ),
        }
    )
    pq.write_table(table, tmp_path / "in.parquet")

    first, second = values(str(tmp_path / "in.parquet"))
    assert first == {
        "text": "a", "money": Decimal("1.10"), "day": date(2026, 3, 18), "moment": noon, "fine": noon, "kind": "x",
        "list": ["p", "q"], "nested": [{"t": noon}],
    }  # fmt: skip
    assert second == dict.fromkeys(first) | {"kind": "y"}


@pytest.mark.parametrize(
    ("name", "pack"),
    [
        ("in.csv.gz", gzip.compress),
        ("in.CSV.GZ", lambda content: gzip.compress(content[:4]) + gzip.compress(content[4:])),
        ("in.csv.zst", zstandard.compress),
        ("in.csv.zst", lambda content: zstandard.compress(content[:4]) + zstandard.compress(content[4:])),
    ],
)
def test_what_is_packed_is_unpacked(tmp_path, name, pack):
    """By the end of its name; several parts packed one behind the other are one file."""
    assert values(put(tmp_path / name, pack(b"a,b\n1,2\n"))) == [{"a": "1", "b": "2"}]


@pytest.mark.parametrize("root", ["{}", "file://{}", "memory://inputs{}"])
def test_the_parts_of_a_folder_are_one_input(tmp_path, root):
    """In the order of their names, rows numbered on; notes and unfinished files are none."""
    root = root.format(tmp_path)
    store = MemoryFileSystem() if root.startswith("memory") else None
    for name, content in {
        "b.csv": b"y,x\n3,4\n",
        "a.csv.gz": gzip.compress(b"x,y\n1,2\n"),
        "_SUCCESS": b"",
        ".b.csv.crc": b"?",
        "_writing-c.csv": b"x,y\n5",
    }.items():
        (store.pipe(f"{root}/{name}", content) if store else put(tmp_path / name, content))

    for path in (root, f"{root}/", f"{root}/*.csv*"):
        found = [(row.number, row.values) for row in file_input(path).rows()]
        assert found == [(1, {"x": "1", "y": "2"}), (2, {"y": "3", "x": "4"})]


def test_a_pattern_finds_files_in_folders(tmp_path):
    """Also in several levels, and a name that looks like a pattern is a name if there is such a file."""
    put(tmp_path / "day=1/a.jsonl", '{"a":1}')
    put(tmp_path / "day=2/deep/b.jsonl", '{"a":2}')
    put(tmp_path / "day=2/_temporary/0/c.txt", "?")
    put(tmp_path / "x[1].jsonl", '{"a":3}')

    assert values(f"{tmp_path}/day=*/**/*.jsonl") == [{"a": 1}, {"a": 2}]
    assert values(f"{tmp_path}/x[1].jsonl") == [{"a": 3}]


def extracted(folder, key, *texts, columns=None):
    """Write rows as the operator that reads Workfront does, and give the manifest's path."""
    made = Folder(str(folder), key)
    feed = Feed([[Slice("1", text)] for text in texts], 1)
    parts = tuple(made.write(feed, raw, "a1", number) for number, _ in enumerate(texts, 1))
    known = {"calls": 1, "refusals": 0, "seconds": 0.1}
    manifest = Manifest(
        "h", "PROJ", {}, None, key, {}, parts, "jsonl", None, columns=columns, changed={}, **known
    )  # fmt: skip
    manifest.write(made.at(made.manifest), "")
    return str(folder / made.manifest)


def test_a_manifest_of_ours_names_the_parts(tmp_path):
    """Only they are read, in its order; a folder with one manifest is read by it."""
    path = extracted(tmp_path, "run-1", b'{"a":1}', b'{"a":2}')
    put(tmp_path / "deleted-run-1-a1.jsonl", '{"ID":"gone"}')

    assert values(path) == values(str(tmp_path)) == [{"a": 1}, {"a": 2}]


def test_a_folder_of_several_runs_is_not_guessed(tmp_path):
    """Their rows may be of the same objects."""
    extracted(tmp_path, "run-1", b'{"a":1}')
    extracted(tmp_path, "run-2", b'{"a":2}')

    with pytest.raises(Unworkable, match=r"holds 2 manifests, of as many runs; name one of them"):
        file_input(str(tmp_path))


def test_a_run_that_found_nothing_is_an_input_without_rows(tmp_path):
    """The columns are those of its manifest, if it has some."""
    found = file_input(extracted(tmp_path, "run-1", columns=[{"name": "id"}, {"name": "name"}]))

    assert [*found.rows()] == []
    assert found.header == ("id", "name")


@pytest.mark.parametrize("name", ["none.jsonl", "none.jsonl.gz"])
def test_an_empty_file_of_json_lines_has_no_rows(tmp_path, name):
    """Our own operators write one when they have found nothing."""
    found = file_input(put(tmp_path / name, b""))

    assert [*found.rows()] == []
    assert found.header == ()


def test_a_part_that_is_not_as_the_manifest_says_is_refused(tmp_path):
    """Something else has written there since."""
    path = extracted(tmp_path, "run-1", b'{"a":1}')
    (part,) = tmp_path.glob("part-*")
    part.write_text('{"a":1}\n{"a":2}\n')

    with pytest.raises(Unworkable, match=rf"{part.name} has 16 bytes, not the 8 of .*_manifest-run-1\.json"):
        file_input(path)


def test_a_second_pass_gives_the_same_rows(tmp_path):
    """Numbers and all."""
    found = file_input(put(tmp_path / "in.csv", "a\n1\n2\n"))

    assert [*found.rows()] == [*found.rows()]


@pytest.mark.parametrize("root", ["{}", "memory://inputs{}"])
def test_a_file_that_changed_between_passes_is_told(tmp_path, root):
    """What was looked at first is not what would be written."""
    path = f"{root.format(tmp_path)}/in.csv"
    store = MemoryFileSystem() if root.startswith("memory") else None
    (store.pipe(path, b"a\n1\n") if store else put(tmp_path / "in.csv", "a\n1\n"))
    found = file_input(path)
    before = found.fingerprint()
    assert len([*found.rows()]) == 1

    if store:
        store.pipe(path, b"a\n2\n")
    else:
        put(tmp_path / "in.csv", "a\n2\n")
        os.utime(tmp_path / "in.csv", (1, 1))

    with pytest.raises(WorkfrontError, match=r"in\.csv has changed since it was first looked at") as caught:
        next(found.rows())
    assert not caught.value.permanent
    assert file_input(path).fingerprint() != before


def test_the_fingerprint_is_that_of_the_files_and_their_format(tmp_path):
    """It stays while they stay; one more file, or another reading of them, is another input."""
    put(tmp_path / "a.jsonl", '{"a":1}')
    before = file_input(str(tmp_path)).fingerprint()

    assert file_input(str(tmp_path)).fingerprint() == before
    assert file_input(str(tmp_path), "csv").fingerprint() != before
    put(tmp_path / "b.jsonl", "")
    assert file_input(str(tmp_path)).fingerprint() != before


@pytest.mark.parametrize(("reader", "line"), [(JsonLines, b'{"a":"1"}\n'), (Csv, b"a,b,c\n")])
def test_of_a_big_file_little_is_read_ahead(reader, line):
    """No more than the buffer, whatever the size."""
    raw_file = io.BytesIO(line * 1_000_000)
    rows = iter(reader(io.BufferedReader(raw_file, 8192), "in"))

    for _ in range(100):
        next(rows)

    assert raw_file.tell() <= 8192 + 100 * len(line)


def test_of_a_big_packed_file_little_is_unpacked():
    """Neither packing has to be whole in memory."""
    content = b'{"a":"1"}\n' * 1_000_000
    packed = io.BytesIO(
        b"".join(zstandard.compress(content[at : at + 500_000]) for at in range(0, 10_000_000, 500_000))
    )
    rows = iter(JsonLines(io.BufferedReader(Unpacked(packed), 8192), "in"))

    for _ in range(100):
        next(rows)

    assert packed.tell() <= CHUNK


def test_of_a_big_parquet_file_one_row_group_is_read(tmp_path):
    """The rest of the file could even be broken."""
    path = tmp_path / "in.parquet"
    pq.write_table(pa.table({"a": [os.urandom(20).hex() for _ in range(50_000)]}), path, row_group_size=1000)
    whole = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(whole // 2)
        file.write(b"\xff" * (whole // 4))

    rows = file_input(str(path)).rows()
    assert [next(rows).number for _ in range(10_000)][-1] == 10_000
    with pytest.raises(WorkfrontError, match=r"in\.parquet cannot be read"):
        list(rows)


@given(
    content=st.binary(max_size=60) | st.text(max_size=60).map(str.encode), name=st.sampled_from(["a.jsonl", "a.csv"])
)
def test_whatever_a_file_holds_ends_in_rows_or_in_our_own_error(tmp_path_factory, content, name):
    """Nothing else escapes, and each row has its number."""
    path = put(tmp_path_factory.mktemp("any") / name, content)

    try:
        rows = [*file_input(path).rows()]
    except WorkfrontError as error:
        rows, told = [], str(error)
    else:
        told = path
    assert path in told
    if rows:
        assert [row.number for row in rows] == [*range(1, len(rows) + 1)]
        assert all(isinstance(row, Broken) or row.values is not None for row in rows)
