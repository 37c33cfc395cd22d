"""Where the files of a write go."""

import re
from pathlib import Path

import pytest

from airflow_provider_workfront.failures import Unworkable
from airflow_provider_workfront.transfers.reports import PLANNED, free_path, reports


def test_files_get_names_of_their_own_in_the_folder():
    """Which tell when they were made, and are no other task's."""
    one, other = reports("/r/", ending=".csv"), reports("/r", ending=".csv")
    assert re.fullmatch(r"/r/undo-\d{8}T\d{6}Z-[0-9a-f]{6}\.jsonl\.gz", one.undo)
    assert re.fullmatch(r"/r/rejected-\d{8}T\d{6}Z-[0-9a-f]{6}\.csv", one.rejected)
    assert re.fullmatch(r"/r/plan-\d{8}T\d{6}Z-[0-9a-f]{6}\.jsonl\.gz", one.plan or "")
    assert len({one.undo, one.rejected, one.plan, other.undo, other.rejected, other.plan}) == 6


def test_a_path_that_is_given_wins(tmp_path):
    """The folder is for the others; without one, nobody wants a plan."""
    undo, rejected = f"{tmp_path}/u.jsonl", f"{tmp_path}/r.jsonl"
    given = reports(None, undo_path=undo, rejected_path=rejected)
    assert (given.undo, given.rejected, given.plan) == (undo, rejected, None)
    assert reports(str(tmp_path), undo_path=undo).undo == undo
    assert reports(str(tmp_path), plan_path="p.jsonl").plan == "p.jsonl"


@pytest.mark.parametrize("missing", [None, "", " ", "None"])
def test_without_path_and_folder_it_says_what_to_set(missing):
    """Also where a template gave nothing."""
    with pytest.raises(Unworkable, match="undo_path is missing; set report_path: a folder"):
        reports(missing, undo_path=missing, rejected_path="r.jsonl")
    with pytest.raises(Unworkable, match="rejected_path is missing; set report_path"):
        reports(missing, undo_path="u.jsonl")


@pytest.mark.parametrize(
    ("name", "second"),
    [
        ("undo.jsonl", "undo-2.jsonl"),
        ("undo.jsonl.gz", "undo-2.jsonl.gz"),
        ("v1.2.undo.jsonl.gz", "v1.2.undo-2.jsonl.gz"),
        ("undo", "undo-2"),
        ("undo.gz", "undo-2.gz"),
    ],
)
def test_a_file_that_is_there_stays(tmp_path, name, second):
    """The next one lies beside it, and the one after that as well."""
    folder = tmp_path / "a.b"
    path = f"{folder}/{name}"
    assert free_path(path) == path
    folder.mkdir()
    (folder / name).touch()
    assert free_path(path) == f"{folder}/{second}"
    (folder / second).touch()
    assert free_path(path) == f"{folder}/{second.replace('-2', '-3')}"
    assert reports(None, undo_path=path, rejected_path="r.jsonl").undo == free_path(path)


def test_a_task_returns_the_paths_of_what_was_written(tmp_path):
    """And None for a file that there was no need for; no count is missing, so that the next task may take any."""
    files = reports(str(tmp_path), plan_path="p.jsonl")
    nothing = {"plan_path": "p.jsonl", "undo_path": None, "rejected_path": None}
    nothing |= {"unknown_path": None, "not_tried_path": None, "results_path": None}
    planned = {"rows": 3, "create": 2, "update": 0, "delete": 0, "none": 1, "rejected": 0}
    assert files.result({"create": 2, "none": 1}, PLANNED) == planned | nothing
    Path(files.undo).touch()
    result = files.result({"created": 2, "rejected": 1})
    assert (result["undo_path"], result["rejected_path"]) == (files.undo, files.rejected)
    assert (result["created"], result["updated"], result["done"]) == (2, 0, 0)
    stopped = files.result({"unknown": 1, "not tried": 1})
    assert stopped["rejected_path"] is None
    assert stopped["unknown_path"] == files.rejected.replace(".jsonl", "-unknown.jsonl")
    assert stopped["not_tried_path"] == files.rejected.replace(".jsonl", "-not-tried.jsonl")
