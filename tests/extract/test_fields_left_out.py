"""Fields that are left out of a star: those that Workfront refuses to read, and those that the user does not want."""

from __future__ import annotations

import json
from urllib.parse import unquote_plus

import pytest
from airflow.sdk.exceptions import AirflowFailException
from support.transfers import Kept, context, rows, run

from airflow_provider_workfront.api.errors import InvalidRequestError
from airflow_provider_workfront.extract.columns import RESCUED
from airflow_provider_workfront.extract.discover import MOST_UNREADABLE, discover
from airflow_provider_workfront.failures import Unworkable
from airflow_provider_workfront.simulator import Simulator
from airflow_provider_workfront.transfers import ObjectStorageToWorkfrontOperator, WorkfrontToObjectStorageOperator

REFUSAL = {"error": {"class": "java.lang.IllegalArgumentException", "message": "APIModel V21_0 does not support field"}}


class Refusing(Simulator):
    """Describes custom fields that it refuses to read."""

    def __init__(self, *unreadable):
        super().__init__()
        self.unreadable, self.searches = unreadable, 0

    def answer(self, request):
        """Refuse a search that asks for one of them."""
        asked = unquote_plus(request.target) + unquote_plus(bytes(request.body).decode())
        if "/proj/search" not in asked:
            return super().answer(request)
        self.searches += 1
        answer = super().answer(request)
        if any(name in asked for name in self.unreadable):
            body = json.dumps(REFUSAL).encode()
            return type(answer)(422, (("content-type", "application/json"),), body)
        return answer


def customs(columns):
    """Give the custom fields that are asked for."""
    return [name for name in columns.fields if name.startswith("DE:")]


def test_a_field_that_cannot_be_read_is_left_out_of_the_star(connect, caplog):
    """And named in the log with what Workfront said; all others are read."""
    everything = customs(discover(connect(Simulator()), "PROJ", ["DE:*"]))
    simulator = Refusing("DE:Region", "DE:Markets")

    columns = discover(connect(simulator), "PROJ", ["name", "DE:*"])

    assert customs(columns) == [name for name in everything if name not in {"DE:Region", "DE:Markets"}]
    assert not {"de_region", "de_markets"} & set(columns.names)
    assert "the custom field 'DE:Region' is left out" in caplog.text
    assert "'DE:Markets' is left out" in caplog.text
    assert "does not support field" in caplog.text
    assert simulator.searches <= 4 * len(everything)
    simulator.searches = 0
    discover(connect(simulator), "PROJ", ["name", "DE:Vendor Name"])
    assert simulator.searches == 0


def test_a_field_that_was_named_itself_is_never_left_out(connect):
    """Who asks for it shall hear of it, when the rows are read."""
    columns = discover(connect(Refusing("DE:Region")), "PROJ", ["DE:*", "DE:Region"])
    assert "DE:Region" in customs(columns)


def test_where_nothing_can_be_read_it_is_not_the_fields(connect):
    """The error is told as it came, after two calls."""
    simulator = Refusing("proj")
    with pytest.raises(InvalidRequestError):
        discover(connect(simulator), "PROJ", ["DE:*"])
    assert simulator.searches == 2


def test_where_too_many_cannot_be_read_it_is_an_error(connect):
    """A table without most of its columns is none."""
    simulator = Refusing("DE:")
    world = simulator.world
    form = next(form for form in world.objects("CTGY").values() if form["catObjCode"] == "PROJ")
    for number in range(MOST_UNREADABLE):
        row = world.add("PARAM", {"name": f"Field {number}", "dataType": "TEXT"})
        world.add("CTGYPA", {"categoryID": form["ID"], "parameterID": row["ID"]})
    with pytest.raises(InvalidRequestError, match="does not support field"):
        discover(connect(simulator), "PROJ", ["DE:*"])


@pytest.mark.parametrize(
    ("fields", "unwanted"),
    [
        (["*", "-description"], {"description"}),
        (["*", "-description", "-status", "DE:*", "-DE:Region"], {"description", "status", "DE:Region"}),
        ("*,-description", {"description"}),
        (["-description"], {"description"}),
        (["*", "owner", "-owner"], {"owner"}),
        (["*", "owner:*", "-owner:title"], {"owner:title"}),
        (["tasks:*", "-tasks:name"], {"tasks:name"}),
    ],
)
def test_fields_are_left_out_by_a_minus(connect, fields, unwanted):
    """Workfront is not asked for them, and they have no column."""
    client = connect(Simulator())
    columns = discover(client, "PROJ", fields)

    assert not unwanted & {*columns.fields, *(column.source for column in columns.columns)}
    assert not any(name.startswith("-") for name in columns.fields)
    assert len(columns.fields) + len(columns.names) > 8
    row = next(client.search("PROJ", fields=columns.fields))
    assert not unwanted & row.keys()
    assert columns.values(row)[RESCUED] is None


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        (["*", "-descripton"], "-descripton: Project has no such field, did you mean description"),
        (["name", "-status"], "-status: it is not asked for"),
        (["*", "-ID"], "-ID: the ID is always read"),
        (["*", "DE:*", "-DE:*"], r"-DE:\*: name the fields"),
    ],
)
def test_a_minus_that_leaves_nothing_out_is_refused(connect, fields, told):
    """Misspelt, it would let through what was to be kept out."""
    with pytest.raises(Unworkable, match=told):
        discover(connect(Simulator()), "PROJ", fields)


@pytest.mark.parametrize("typed", [False, True])
@pytest.mark.parametrize("name", ["Cost ", "Cost\u00a0", " Cost"])
def test_a_field_with_blanks_at_its_ends_is_written_filtered_and_extracted(simulator, tmp_path, name, typed):
    """By its exact name, beside one that differs in the blanks alone."""
    world = simulator.world
    form = next(form for form in world.objects("CTGY").values() if form["name"] == "Project Intake")
    for each in ("Cost", name):
        row = world.add("PARAM", {"name": each, "label": each, "dataType": "TEXT", "displayType": "TEXT"})
        world.add("CTGYPA", {"categoryID": form["ID"], "parameterID": row["ID"]})
    project = world.id_of("PROJ", "Website Relaunch")
    (tmp_path / "in.csv").write_text(f"id,a,b\n{project},plain,blank\n")
    columns = {"id": "ID", "a": "DE:Cost", "b": f"DE:{name}"}
    written = {"path": f"file://{tmp_path}/in.csv", "report_path": f"file://{tmp_path}/rep", "columns": columns}
    load = ObjectStorageToWorkfrontOperator(task_id="w", obj_code="PROJ", key="ID", mode="update", **written)
    assert run(load, **context(), task_state_store=Kept())["updated"] == 1

    for number, fields in enumerate((["name", "DE:*", "-DE:Region"], [f"DE:{name}"])):
        arguments = {"filters": {f"DE:{name}": "blank"}, "fields": fields, "typed": typed}
        path = f"file://{tmp_path}/{number}"
        read = WorkfrontToObjectStorageOperator(task_id="r", obj_code="PROJ", output_path=path, **arguments)
        (row,) = rows(run(read, **context()))
        assert "blank" in row.values()
        assert ("plain" in row.values()) == (number == 0)
        assert not {"DE:Region", "de_region"} & row.keys()


def test_a_misspelt_minus_fails_the_task_for_good(simulator, tmp_path):
    """Raw rows too."""
    task = WorkfrontToObjectStorageOperator(
        task_id="t", obj_code="PROJ", output_path=f"file://{tmp_path}", fields=["*", "-descripton"]
    )
    with pytest.raises(AirflowFailException, match="did you mean description"):
        run(task, **context())
