"""Files of spreadsheets and of pandas, from the file to Workfront."""

from __future__ import annotations

import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support.transfers import Kept, context, run

from airflow_provider_workfront.failures import Unworkable
from airflow_provider_workfront.simulator import Simulator, running
from airflow_provider_workfront.transfers import ObjectStorageToWorkfrontOperator
from airflow_provider_workfront.writing.inputs import file_input
from airflow_provider_workfront.writing.reading import Dialect

GERMAN = "Nr;Titel;Beginn;Budget\r\n1001;Übersicht;31.01.2026;1.234,50\r\n1002;Straße;01.02.2026;7,5\r\n"
COLUMNS = {
    "Nr": "extRefID",
    "Titel": "name",
    "Beginn": {"field": "plannedStartDate", "format": "%d.%m.%Y", "timezone": "Europe/Berlin"},
    "Budget": {"field": "budget", "decimal": ","},
}


@pytest.fixture
def site(monkeypatch):
    """Run a simulator, to which the default connection leads."""
    import json

    sim = Simulator()
    with running(sim) as server:
        extra = {"auth": "api_key", "api_key": sim.credentials["api_key"]}
        conn = {"conn_type": "workfront", "host": server.url, "extra": extra}
        monkeypatch.setenv("AIRFLOW_CONN_WORKFRONT_DEFAULT", json.dumps(conn))
        yield sim


def write(path, content, **given):
    """Write a file to Workfront, and give the counts."""
    path.write_bytes(content)
    given = {"obj_code": "PROJ", "key": "extRefID", "report_path": f"file://{path.parent}/reports"} | given
    task = ObjectStorageToWorkfrontOperator(task_id="t", path=f"file://{path}", **given)
    return run(task, **context(), task_state_store=Kept())


def written(site):
    """Give the projects with a reference of ours."""
    return {row["extRefID"]: row for row in site.world.objects("PROJ").values() if row.get("extRefID")}


def test_what_german_excel_saves_is_read_at_the_second_try(site, tmp_path):
    """The error of the first says which two arguments to set."""
    content = GERMAN.encode("cp1252")
    with pytest.raises(Exception, match=r'encoding="cp1252".*delimiter=";"'):
        write(tmp_path / "in.csv", content, columns=COLUMNS)

    assert write(tmp_path / "in.csv", content, columns=COLUMNS, encoding="cp1252", delimiter=";")["created"] == 2
    assert written(site)["1001"]["name"] == "Übersicht"
    assert float(written(site)["1001"]["budget"]) == 1234.5


def test_what_pandas_writes_keeps_its_keys(site, tmp_path):
    """Whole numbers beside a null are floats there, and none becomes an object twice."""
    columns = {"no": "extRefID", "title": "name"}
    for numbers in ([1001, 10**16], [1001.0, 1e16]):
        file = io.BytesIO()
        pq.write_table(pa.table({"no": pa.array(numbers), "title": ["a", "b"]}), file)
        counts = write(tmp_path / "in.parquet", file.getvalue(), columns=columns)

    assert (counts["unchanged"], set(written(site))) == (2, {"1001", "1" + "0" * 16})


@pytest.mark.parametrize(
    "content",
    [
        b"a;b\r\n1;x,y\r\n",
        b"a\tb\n1\tx,y\n",
        b'a,b\r1,"x,y"\r',
        b'\xef\xbb\xbfa,b\n1,"x,y"\n',
        "\ufeffa;b\r\n1;x,y\r\n".encode("utf-16-le"),
        "\ufeffa\tb\n1\tx,y\n".encode("utf-16-be"),
    ],
)
def test_signs_marks_and_line_ends_are_told_by_the_file(tmp_path, content):
    """Semicolons, tabs, CR alone, UTF-16; and rejected rows are written in the same way."""
    from airflow_provider_workfront.writing.rejects import rejects

    (tmp_path / "in.csv").write_bytes(content)
    source = file_input(f"{tmp_path}/in.csv")
    assert [row.values for row in source.rows()] == [{"a": "1", "b": "x,y"}]

    with rejects(f"{tmp_path}/out.csv", source) as taken:
        for row in source.rows():
            taken.add(row, "why")
    again = [row.values for row in file_input(f"{tmp_path}/out.csv").rows()]
    assert again == [{"a": "1", "b": "x,y", "workfront_error": "why"}]


def test_a_cell_may_be_as_long_as_a_line(tmp_path):
    """It is no open quote."""
    (tmp_path / "in.csv").write_text(f'a\n"{"y" * 1_000_000}"\n')
    assert [len(row.values["a"]) for row in file_input(f"{tmp_path}/in.csv").rows()] == [1_000_000]


@pytest.mark.parametrize("given", [{"delimiter": ";;"}, {"quotechar": ""}, {"encoding": "cp9"}, {"delimiter": '"'}])
def test_a_dialect_that_cannot_be_is_refused(tmp_path, given):
    """By its name."""
    (tmp_path / "in.csv").write_text("a\n1\n")
    with pytest.raises(Unworkable, match=next(iter(given))):
        file_input(f"{tmp_path}/in.csv", None, Dialect(**given))
