"""Asking Workfront, here the simulator, what there is."""

import pytest

from airflow_provider_workfront.extract.columns import RESCUED, Kind
from airflow_provider_workfront.extract.contract import agreed
from airflow_provider_workfront.extract.discover import AT_ONCE, discover
from airflow_provider_workfront.failures import Unworkable
from airflow_provider_workfront.simulator import Options, Simulator
from airflow_provider_workfront.simulator.faults import Fault


class Watched(Simulator):
    """Remembers what was asked."""

    def __init__(self, options=None):
        super().__init__(options)
        self.asked = []

    def answer(self, request):
        """Answer as ever."""
        self.asked.append(request.target.partition("/v21.0/")[2].partition("?")[0])
        return super().answer(request)


def renamed(simulator, old, new):
    """Rename a custom field as an administrator does; the values stay with it."""
    parameter = simulator.world.parameter(old)
    simulator.world.update("PARAM", parameter["ID"], {"name": new})


def test_every_kind_of_custom_field_is_found(connect):
    """Typed from its definition: metadata and definitions are asked for once."""
    simulator = Watched()

    columns = discover(connect(simulator), "PROJ", ["DE:*"])

    assert {column.name: column.kind for column in columns.columns} == {
        "id": Kind.TEXT,
        "de_budget_cap": Kind.DECIMAL,
        "de_budget_per_head": Kind.NUMBER,
        "de_channels": Kind.LIST,
        "de_executive_sponsor": Kind.TEXT,
        "de_executive_sponsor_name": Kind.TEXT,
        "de_go_live": Kind.INSTANT,
        "de_headcount": Kind.NUMBER,
        "de_markets": Kind.LIST,
        "de_region": Kind.TEXT,
        "de_risk_level": Kind.TEXT,
        "de_summary": Kind.TEXT,
        "de_summary_plain": Kind.TEXT,
        "de_vendor_name": Kind.TEXT,
        RESCUED: Kind.JSON,
    }
    assert columns.columns[1].label == "Budget cap"
    assert columns.columns[1].identity == simulator.world.parameter("Budget Cap")["ID"]
    assert list(dict.fromkeys(simulator.asked)) == ["proj/metadata", "proj/search", "param/search"]
    assert simulator.asked.count("proj/search") == 1  # a row, to see that all can be read


@pytest.mark.parametrize("options", [Options(), Options(lookups_as_objects=True, omit_empty_custom=True)])
def test_the_rows_of_a_search_fit_their_columns(connect, options):
    """Of several types, with all that they have; both shapes of a looked-up object; nothing has to be rescued."""
    client = connect(Simulator(options))
    for obj_code in ("PROJ", "TASK", "OPTASK", "USER", "HOUR", "DOCU", "PARAM"):
        columns = discover(client, obj_code, ["*", "DE:*"])
        rows = [columns.values(row) for row in client.search(obj_code, fields=columns.fields)]
        assert rows
        assert {row[RESCUED] for row in rows} == {None}
        filled = {name for row in rows for name, value in row.items() if value is not None}
        assert len(filled) > 5
        if obj_code == "PROJ":
            assert {name for name in columns.names if name.startswith("de_")} <= filled
            (sponsor, name) = next(
                (row["de_executive_sponsor"], row["de_executive_sponsor_name"])
                for row in rows
                if row["de_executive_sponsor"]
            )
            assert client.get("USER", sponsor)["name"] == name


def test_types_on_the_way_are_described_once(connect):
    """However many paths lead through them; a secondary type cannot be asked, and is taken as it comes."""
    simulator = Watched()
    fields = ["project:owner:title", "project:owner", "assignedTo:name", "project:DE:Vendor Name", "assignments:status"]

    columns = discover(connect(simulator), "TASK", fields)

    described = [path for path in simulator.asked if path.endswith("metadata")]
    assert sorted(described) == ["assgn/metadata", "proj/metadata", "task/metadata", "user/metadata"]
    assert columns.names == (
        "id",
        "project_owner_title",
        "project_owner_id",
        "project_owner_name",
        "assigned_to_name",
        "project_de_vendor_name",
        "assignments",
        RESCUED,
    )
    rows = [columns.values(row) for row in connect(simulator).search("TASK", fields=columns.fields)]
    assert {row["project_de_vendor_name"] for row in rows} >= {"Northwind & Söhne"}
    assert any(row["assignments"] not in (None, "[]") for row in rows)


def test_a_misspelt_field_is_refused_before_any_row_is_read(connect):
    """With the names spelt alike."""
    simulator = Watched()

    with pytest.raises(Unworkable, match=r"DE:Regoin: Project has no such field, did you mean DE:Region"):
        discover(connect(simulator), "PROJ", ["name", "DE:Regoin"])

    assert simulator.asked == ["proj/metadata"]


def test_many_definitions_are_asked_for_in_chunks(connect):
    """More than fit one question."""
    simulator = Watched()
    world = simulator.world
    form = next(form for form in world.objects("CTGY").values() if form["catObjCode"] == "PROJ")
    for number in range(2 * AT_ONCE):
        row = world.add("PARAM", {"ID": f"{number:032d}", "name": f"Field, {number}", "dataType": "CURC"})
        world.add("CTGYPA", {"ID": f"{number:032d}", "categoryID": form["ID"], "parameterID": row["ID"]})

    columns = discover(connect(simulator), "PROJ", ["DE:*"])

    assert simulator.asked.count("param/search") == 3 * 2  # each search confirms its end
    made = [column for column in columns.columns if column.name.startswith("de_field_")]
    assert len(made) == 2 * AT_ONCE
    assert {column.kind for column in made} == {Kind.DECIMAL}


def test_who_may_not_read_definitions_goes_without(connect, caplog):
    """The types come from the metadata then, and the log says so."""
    simulator = Simulator(faults=(Fault("403", path="param/search"),))

    columns = discover(connect(simulator), "PROJ", ["DE:Budget Cap"])

    assert columns.columns[1].kind is Kind.NUMBER
    assert "definitions of custom fields may not be read" in caplog.text


def test_a_field_asked_for_by_its_old_name_is_found_under_the_new(connect):
    """The mapping knows its ID; its column stays."""
    simulator = Simulator()
    client = connect(simulator)
    mapping = agreed(None, discover(client, "PROJ", ["DE:Region", "DE:Vendor Name"])).mapping
    renamed(simulator, "Region", "Area")

    columns = discover(client, "PROJ", ["DE:Region", "DE:Vendor Name"], mapping)

    assert columns.fields == ("ID", "DE:Area", "DE:Vendor Name")
    assert agreed(mapping, columns).columns.names == ("id", "de_region", "de_vendor_name", RESCUED)


def test_a_field_that_was_removed_is_left_out(connect):
    """Though it is still asked for by name; the contract says what becomes of its column."""
    simulator = Simulator()
    client = connect(simulator)
    mapping = agreed(None, discover(client, "PROJ", ["DE:Region", "DE:Vendor Name"])).mapping
    parameter = simulator.world.parameter("Region")
    for row in list(simulator.world.find("CTGYPA", parameterID=parameter["ID"])):
        simulator.world.remove("CTGYPA", row["ID"])

    columns = discover(client, "PROJ", ["DE:Region", "DE:Vendor Name"], mapping)

    assert columns.fields == ("ID", "DE:Vendor Name")
    with pytest.raises(Unworkable, match="DE:Region is no longer there"):
        agreed(mapping, columns, "freeze")
