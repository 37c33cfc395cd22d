"""Part files: cut to size, whole or not there, known to a retry, tidied up only when the manifest stands."""

from __future__ import annotations

import errno
import gzip
import io
import json

import pytest
from airflow.sdk.io import attach
from fsspec.implementations.memory import MemoryFileSystem
from hypothesis import given
from hypothesis import strategies as st
from support.stores import Bucket
from support.transfers import unpacked

from airflow_provider_workfront.api.errors import WorkfrontError
from airflow_provider_workfront.api.slices import Slice
from airflow_provider_workfront.extract.encoding import Edges, raw
from airflow_provider_workfront.extract.parts import KEPT_IDS, Feed, Folder, Part, Progress, run_key
from airflow_provider_workfront.extract.store import located, read_json
from airflow_provider_workfront.extract.store import names as listed
from airflow_provider_workfront.failures import Unworkable

ROWS = [Slice(f"{number:03d}", b'{"ID":"%03d"}' % number) for number in range(250)]
PROGRESS = Progress("f", "a1", {"source": "everything"})


class Refused(Exception):
    """An error as Azure's and Google's libraries raise it: of no kind of Python's, with a status."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code


@pytest.fixture(autouse=True)
def _store_in_memory() -> None:
    """Register `memory://`, as a provider registers `s3://`."""
    attach("memory", fs=MemoryFileSystem())


@pytest.fixture(params=["{}/out", "file://{}/out", "memory://parts{}/out"])
def folder(request, tmp_path) -> Folder:
    """A folder that does not exist yet, on several stores."""
    return Folder(request.param.format(tmp_path), "run-1")


def names(folder: Folder) -> set[str]:
    return set(listed(located(folder.root), ("",)))


@given(sizes=st.lists(st.integers(0, 30), max_size=9), most=st.integers(1, 40))
def test_a_feed_hands_out_every_row_once_and_in_order(sizes, most):
    """Whatever the pages and the files are; and it knows the last IDs."""
    pages, start = [], 0
    for size in sizes:
        pages.append(ROWS[start : start + size])
        start += size
    feed, files = Feed(pages, most), []
    while feed.has_more():
        files.append([row for rows in feed.next_file() for row in rows])

    assert [row for file in files for row in file] == ROWS[:start]
    assert all(len(file) == most for file in files[:-1])
    assert feed.given == start
    assert feed.last_ids == tuple(row.obj_id for row in ROWS[max(0, start - KEPT_IDS) : start])


def test_a_feed_takes_no_more_than_a_file_needs():
    """A file that is being written waits for no page of the next."""
    pages = iter([ROWS[:10], ROWS[10:20]])
    feed = Feed(pages, 10)

    assert [len(rows) for rows in feed.next_file()] == [10]
    assert next(pages) == ROWS[10:20]


@pytest.mark.parametrize("compression", [None, "gzip", "zstd"])
def test_rows_become_lines_as_they_came(tmp_path, compression):
    """Byte by byte, and packed as asked."""
    folder = Folder(str(tmp_path), "run-1", "jsonl", compression)

    part = folder.write(Feed([ROWS[:3], ROWS[3:5]], 4), raw, "a1", 1)

    path = tmp_path / part.name
    assert part == Part(path.name, 4, path.stat().st_size)
    assert part.name.endswith({None: ".jsonl", "gzip": ".jsonl.gz", "zstd": ".jsonl.zst"}[compression])
    assert unpacked(path) == b"".join(row.text + b"\n" for row in ROWS[:4])


def test_the_same_rows_give_the_same_bytes(tmp_path):
    """So that copies can be compared."""
    folder = Folder(str(tmp_path), "run-1", "jsonl", "gzip")
    parts = [folder.write(Feed([ROWS], 250), raw, attempt, 1) for attempt in "ab"]

    one, other = ((tmp_path / part.name).read_bytes() for part in parts)
    assert one == other
    assert gzip.decompress(one).count(b"\n") == 250


def test_an_unfinished_file_is_not_left(folder):
    """The error goes on."""

    def broken():
        yield ROWS[:5]
        raise ConnectionError("lost")

    with pytest.raises(ConnectionError, match="lost"):
        folder.write(Feed(broken(), 100), raw, "a1", 1)

    assert names(folder) == set()


def test_a_retry_finds_the_progress(folder):
    """Files, the last IDs, the edges, and what it took so far."""
    feed = Feed([ROWS], 100)
    part = folder.write(feed, raw, "a1", 1)
    progress = PROGRESS.with_part(part, ids=feed.last_ids, edges={"+0000": ("a", "b")}, calls=3)
    folder.keep(progress)

    assert folder.resumed("f") == progress


@pytest.mark.parametrize(
    "what", ["another fingerprint", "a file is gone", "a file is shorter", "no progress", "broken"]
)
def test_a_retry_that_cannot_go_on_begins_anew(tmp_path, what):
    """Rather than to leave something out."""
    folder = Folder(str(tmp_path), "run-1")
    part = folder.write(Feed([ROWS], 100), raw, "a1", 1)
    folder.keep(PROGRESS.with_part(part))
    if what == "a file is gone":
        (tmp_path / part.name).unlink()
    if what == "a file is shorter":
        (tmp_path / part.name).write_bytes(b"")
    if what == "no progress":
        (tmp_path / "_progress-run-1.json").unlink()
    if what == "broken":
        (tmp_path / "_progress-run-1.json").write_text("{")

    assert folder.resumed("other" if what == "another fingerprint" else "f") is None


def test_tidying_up_spares_what_belongs_to_others(folder):
    """Of this run only what its manifest names stays; files of other runs, and of the user, are not touched."""
    mine, stale = (folder.write(Feed([ROWS], 250), raw, attempt, 1).name for attempt in ("a1", "a2"))
    other = Folder(folder.root, "run-2").write(Feed([ROWS], 250), raw, "a1", 1).name
    folder.keep(PROGRESS)
    with folder.at("users.txt").open("w") as file:
        file.write("kept")

    assert set(folder.tidy([mine])) == {stale, "_progress-run-1.json"}

    assert names(folder) == {mine, other, "users.txt"}


def test_what_a_killed_try_left_is_removed(tmp_path):
    """Nobody was asked when the process was ended by force."""
    folder = Folder(str(tmp_path), "run-1")
    for name in ("_writing-part-run-1-a1-00001.jsonl.ab12", "_writing-part-run-2-a1-00001.jsonl.ab12"):
        (tmp_path / name).touch()

    folder.tidy_unfinished()

    assert names(folder) == {"_writing-part-run-2-a1-00001.jsonl.ab12"}


def test_a_large_bucket_is_listed_by_prefix():
    """A run asks for what is its own: six lists, whatever else lies in the folder."""
    store = Bucket()
    attach("memory", conn_id=store.name, fs=store)
    for number in range(20_000):
        store.store[f"/lake/part-run-{number + 5}.jsonl"] = None
    folder = Folder(f"memory://{store.name}@lake", "run-1")
    mine, stale = (folder.write(Feed([ROWS[:38]], 250), raw, attempt, 1).name for attempt in ("a1", "a2"))
    store.lists.clear()

    folder.tidy_unfinished()
    assert folder.tidy([mine]) == [stale]
    assert len(store.lists) <= 6


@pytest.mark.parametrize(
    ("error", "is_final", "words"),
    [
        (PermissionError(errno.EACCES, "Forbidden"), True, "Forbidden"),
        (FileNotFoundError("The specified bucket does not exist"), True, "bucket does not exist"),
        (Refused(404, "The specified container does not exist.\nRequestId: 1"), True, r"status 404: .* not exist\.$"),
        (Refused(503, "busy"), False, "status 503: busy"),
    ],
)
def test_what_a_store_refuses_is_one_clear_line(error, is_final, words):
    """With the path; a retry is made only where it may help."""
    store = Bucket()
    attach("memory", conn_id=store.name, fs=store)
    store.refusal = error
    folder = Folder(f"memory://{store.name}@lake", "run-1")

    with pytest.raises(WorkfrontError, match=f"@/lake/_progress-run-1.json cannot be written: .*{words}") as told:
        folder.keep(PROGRESS)
    assert isinstance(told.value, Unworkable) == is_final
    if not isinstance(error, FileNotFoundError):
        with pytest.raises(WorkfrontError, match=f"@/lake cannot be listed: .*{words}"):
            folder.tidy_unfinished()
        with pytest.raises(WorkfrontError, match=f"@/lake/x cannot be read: .*{words}"):
            read_json(folder.at("x"))


def test_a_run_has_a_name_of_its_own():
    """Readable, fit for every store, and another for each task and mapped instance."""
    key = run_key("dag", "task", "scheduled__2026-03-18T15:30:00+00:00", -1)

    assert key.startswith("scheduled__2026-03-18T15-30-00-00-00-")
    assert len({key, run_key("dag", "task", "scheduled__2026-03-18T15:30:00+00:00", 0)}) == 2
    assert len(run_key("d", "t", "x" * 300, 0)) < 100


STAMPS = ["2026-03-18T11:30:00:000-0400", "2026-03-18T15:31:00:000+0000", "2026-03-18T10:29:00:000-0500"]


def test_edges_are_found_across_offsets():
    """Half past eleven in New York comes before 15:31 in Greenwich."""
    edges = Edges("lastUpdateDate")
    edges.watch([Slice("1", json.dumps({"ID": "1", "lastUpdateDate": stamp}).encode()) for stamp in STAMPS])

    assert edges.found() == (STAMPS[2], STAMPS[1])


def test_edges_go_on_in_a_retry():
    """What was known before counts too."""
    before, after = Edges("lastUpdateDate"), None
    before.watch([Slice("1", json.dumps({"lastUpdateDate": STAMPS[2]}).encode())])
    after = Edges("lastUpdateDate", before.by_zone)
    after.watch([Slice("1", json.dumps({"lastUpdateDate": STAMPS[0]}).encode())])

    assert after.found() == (STAMPS[2], STAMPS[0])


@pytest.mark.parametrize("text", ['{"ID":"1"}', '{"lastUpdateDate":null}', '{"lastUpdateDate":{"a":1}}'])
def test_rows_without_a_date_have_no_edges(text):
    """They are for information: no row fails for want of one."""
    edges = Edges("lastUpdateDate")
    edges.watch([Slice("1", text.encode())])

    assert edges.found() == (None, None)


def test_lines_are_written_in_one_go():
    """A page is one call to the file."""
    calls = []

    class Watched(io.BytesIO):
        def write(self, data):
            calls.append(len(data))
            return super().write(data)

    with raw(Watched()) as encoder:
        encoder.write(ROWS)

    assert len(calls) == 1
