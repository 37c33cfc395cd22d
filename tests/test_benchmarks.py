"""The benches with a few rows: whether they work and check what they claim to, not what they find."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

BENCHMARKS = Path(__file__).resolve().parents[1] / "benchmarks"


@pytest.fixture(autouse=True)
def _importable(monkeypatch):
    """Import the scripts as they import each other."""
    monkeypatch.syspath_prepend(BENCHMARKS)


@pytest.mark.process
@pytest.mark.parametrize("bench", ["extract", "torn", "memory"])
def test_a_bench_runs_and_tells(tmp_path, bench):
    """In quick mode: tables on the terminal, figures kept, a page; ours loses and doubles nothing."""
    command = [sys.executable, str(BENCHMARKS / "bench.py"), "--quick", "--only", bench, "--folder", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    kept = json.loads((tmp_path / "quick" / f"{bench}.json").read_text())
    ours = [row for table in kept["tables"] for row in table["rows"] if row["client"].startswith("ours")]
    assert ours
    assert {(row.get("lost"), row.get("doubled")) for row in ours} == {("0", "0")}
    page = (tmp_path / "quick" / "benchmarks.md").read_text()
    assert all(f"| {row['client']} |" in page and row["client"] in done.stdout for row in ours)
    assert f"ONLY={bench}`: 1 run," in page


@pytest.mark.parametrize(("first", "size"), [(0, 2000), (1980, 2000), (3999, 1), (4990, 2000), (5000, 10)])
def test_a_page_is_cut_from_its_blocks(first, size):
    """It has the rows of its offsets, each as long as every other, and ends where the rows end."""
    import rows

    body = b"".join(rows.page(first, size, 5000))
    ids = list(rows.expected_ids(5000))

    assert [row["ID"] for row in json.loads(body)["data"]] == ids[first : first + size]
    assert ids == sorted(set(ids))
    assert len(body) == max(len('{"data":[]}'), len('{"data":[]}') - 1 + rows.ROW * len(ids[first : first + size]))


def test_the_server_refuses_what_is_beyond_its_cap():
    """With 429, which it counts; its own paths are no calls."""
    from measure import served, told_by

    with served("server.py", "--rows", 10, "--cap", 0) as url:
        answer = httpx.get(f"{url}/attask/api/v21.0/TASK/count", headers={"apiKey": "k"})
        told = told_by(url, "stats")

    assert answer.status_code == 429
    assert (told["calls"], told["refused"], told["peak"]) == (1, 1, 0)


@pytest.mark.parametrize(("target", "status"), [("count", 401), ("search?apiKey=k&name=x", 400), ("metadata", 404)])
def test_the_server_does_not_pass_over_what_it_does_not_know(target, status):
    """Or a client could get by with less than it asked for."""
    from measure import served

    with served("server.py", "--rows", 10) as url:
        assert httpx.get(f"{url}/attask/api/v21.0/TASK/{target}").status_code == status


def test_what_is_missing_or_written_twice_is_found(tmp_path):
    """By its ID, in one file or in several."""
    import rows
    from measure import verified

    ids = list(rows.expected_ids(4))
    lines = [f'{{"ID": "{obj_id}", "name": "x"}}\n' for obj_id in (*ids[:2], ids[1])]
    (tmp_path / "one.jsonl").write_text("".join(lines[:1]))
    (tmp_path / "two.jsonl").write_text("".join(lines[1:]))

    assert verified(tmp_path, set(ids)) == {"lost": 2, "doubled": 1}


def test_a_line_that_is_no_row_is_an_error(tmp_path):
    """Such as one that was cut off."""
    from measure import verified

    (tmp_path / "rows.jsonl").write_text('{"ID": "0000000007bc5009c534e37f6e9a74fe", "na\n')

    with pytest.raises(ValueError, match="no row"):
        verified(tmp_path / "rows.jsonl", set())


@pytest.mark.parametrize("count", [1, 1999, 2000, 3979, 3980, 3981, 9000])
def test_the_lossless_floor_is_what_a_read_needs(tmp_path, count):
    """As many calls as ours sends when nothing is asked for in advance."""
    from extract import lossless_calls
    from measure import served, told_by
    from ours import blocking

    with served("server.py", "--rows", count) as url:
        blocking(first=1, most=1)(url, tmp_path / "rows.jsonl")
        assert told_by(url, "stats")["calls"] == lossless_calls(count)


def test_every_client_tells_how_it_is_set_up():
    """The page lists them."""
    from reader import chosen, readers

    assert all(each.told for each in readers().values())
    assert {"extract", "torn", "memory", "bulk"} == {bench for each in readers().values() for bench in each.benches}
    assert all(chosen(bench, quick=True) for bench in ("extract", "torn", "memory", "bulk"))
