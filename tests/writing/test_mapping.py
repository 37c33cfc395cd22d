"""Mappings held against the simulator, and the rows that come of them."""

from contextlib import ExitStack
from datetime import datetime

import pytest
from clients import blocking, simulated

from airflow_provider_workfront.auth.session import ApiKeySession
from airflow_provider_workfront.extract.columns import Kind
from airflow_provider_workfront.failures import Unworkable
from airflow_provider_workfront.simulator import Simulator
from airflow_provider_workfront.simulator.faults import Fault
from airflow_provider_workfront.writing.lookups import looking_up
from airflow_provider_workfront.writing.mapping import read_mapping
from airflow_provider_workfront.writing.row import InputRow, Rejected, Wanted

COLUMNS = {
    "order": "extRefID",
    "title": "name",
    "state": "status",
    "urgency": "priority",
    "owner": "ownerID",
    "programme": {"field": "programID", "by": "name"},
    "start": {"field": "plannedStartDate", "timezone": "Europe/Berlin"},
    "budget": "budget",
    "effort": {"field": "workRequired", "unit": "hours"},
    "go live": {"field": "DE:Go Live", "format": "%d.%m.%Y"},
    "region": "DE:Region",
    "markets": {"field": "DE:Markets", "separator": ","},
    "sponsor": {"field": "DE:Executive Sponsor", "obj_code": "USER"},
    "summary": "DE:Summary",
    "notes": None,
}
GOOD = {
    "order": "E-7",
    "title": "Zürich",
    "state": "intake",
    "urgency": 3.0,
    "owner": "paula@acme.example",
    "programme": "Campaigns",
    "start": datetime(2026, 7, 1, 9),  # noqa: DTZ001 as databases give it
    "budget": "1234.50",
    "effort": "1.5",
    "go live": "31.01.2026",
    "region": "emea",
    "markets": "DE, FR",
    "sponsor": "Omar Ortiz",
    "summary": '{"blocks": [], "entityMap": {}}',
    "notes": "not written",
}


@pytest.fixture
def connect():
    """Open a client on a simulator."""
    with ExitStack() as stack:
        yield lambda simulator: stack.enter_context(
            blocking(simulated(simulator), ApiKeySession(simulator.credentials["api_key"]))
        )


@pytest.fixture
def client(connect):
    return connect(Simulator())


def converted(client, rows, columns, key="extRefID", mode="upsert", obj_code="PROJ"):
    header = list(columns or rows[0])
    mapping = read_mapping(client, obj_code, columns, header, key, mode)
    return mapping.convert([InputRow(n, row) for n, row in enumerate(rows, 1)], looking_up(client))


def reason(client, column, said, value):
    """Say why a value is refused."""
    (found,) = converted(client, [{column: value}], {column: said}, key=None, mode="insert")
    assert isinstance(found, Rejected)
    return found.reason


def test_a_row_becomes_what_is_sent(client):
    """Every kind of field, native and custom: labels, addresses, names, choices, dates, money, efforts, rich text."""
    (row,) = converted(client, [GOOD], COLUMNS)

    people = {user["name"]: user["ID"] for user in client.search("USER")}
    (programme,) = client.search("PRGM", {"name": "Campaigns"})
    assert row == Wanted(
        InputRow(1, GOOD),
        "E-7",
        {
            "name": "Zürich",
            "status": "INT",
            "priority": 3,
            "ownerID": people["Paula Planner"],
            "programID": programme["ID"],
            "plannedStartDate": "2026-07-01T09:00:00:000+0200",
            "budget": "1234.50",
            "workRequired": 90,
            "DE:Go Live": "2026-01-31",
            "DE:Region": "EMEA",
            "DE:Markets": ["DE", "FR"],
            "DE:Executive Sponsor": people["Omar Ortiz"],
            "DE:Summary": GOOD["summary"],
        },
    )


def test_what_is_sent_is_taken(client):
    """By the simulator, which refuses what Workfront would; and it is the same when it is read."""
    (row,) = converted(client, [{**GOOD, "effort": None}], {**COLUMNS, "effort": None})
    (form,) = client.search("CTGY", {"name": "Project Intake"})

    made = client.create("PROJ", {"extRefID": row.key, "categoryID": form["ID"], **row.values}, ["*", "DE:Markets"])

    assert (made["status"], made["priority"], made["DE:Markets"]) == ("INT", 3, ["DE", "FR"])
    assert made["ownerID"] == row.values["ownerID"]


def test_a_mapping_tells_of_its_fields(client):
    """Their kinds, the key's included; which are written; what a new object lacks."""
    mapping = read_mapping(client, "issue", {"nr": "extRefID", "name": "name"}, ["nr", "name"], "extRefID", "upsert")

    assert mapping.kinds == {"extRefID": Kind.TEXT, "name": Kind.TEXT}
    assert mapping.fields == ("name",)
    assert mapping.missing == ("projectID",)
    update = read_mapping(client, "OPTASK", None, ["extRefID", "severity", "DE:Affected Systems"], "extRefID", "update")
    assert (update.kinds["severity"], update.kinds["DE:Affected Systems"]) == (Kind.INTEGER, Kind.LIST)
    assert update.missing == ()


def test_a_bad_value_rejects_its_row_and_no_other(client):
    """All that is wrong with the row is told, by column, with the value and what would fit."""
    bad = GOOD | {"state": "Currnet", "budget": "1,234.50", "owner": "paulo@acme.example", "markets": "DE,XX"}

    first, second, third = converted(client, [GOOD, bad, GOOD], COLUMNS)

    assert (type(first), type(third)) == (Wanted, Wanted)
    assert second.row.number == 2
    for told in (
        'column state: "Currnet" is none of its values - did you mean Current?',
        'column budget: "1,234.50" is no amount; write it as 1234.50',
        'column owner: "paulo@acme.example" is the emailAddr of no USER that this connection sees - did you mean paula',
        'column markets: "DE,XX" has "XX", which is none of its values (known are DE, FR, UK, US, JP)',
    ):
        assert told in second.reason


def test_objects_in_a_list_are_found_one_by_one(connect):
    """A field that holds several looked-up objects takes their names; one that is not found is named."""
    simulator = Simulator()
    simulator.world.update("PARAM", simulator.world.parameter("Channels")["ID"], {"displayType": "MULTINTRNL"})
    client = connect(simulator)
    said = {"field": "DE:Channels", "obj_code": "USER"}

    found, lost = converted(
        client, [{"who": "Omar Ortiz; dana@acme.example"}, {"who": "Omar Ortiz;Nobody"}], {"who": said}, None, "insert"
    )

    people = {user["name"]: user["ID"] for user in client.search("USER")}
    assert found.values == {"DE:Channels": [people["Omar Ortiz"], people["Dana Desai"]]}
    assert 'column who: "Omar Ortiz;Nobody" has "Nobody", which is the name of no USER' in lost.reason


@pytest.mark.parametrize("empty", [None, "", "  ", []])
def test_an_empty_value_clears_its_field(client, empty):
    """Unless it shall be kept; a column that the row has not says nothing of it."""
    columns = {"order": "extRefID", "title": {"field": "name", "empty": "keep"}, "m": "DE:Markets", "b": "budget"}

    cleared, untouched = converted(client, [{"order": "1", "title": empty, "m": empty, "b": empty}, {}], columns)

    assert cleared.values == {"DE:Markets": [], "budget": None}
    assert (untouched.key, untouched.values) == (None, {})


def test_a_collection_is_sent_as_a_list_of_objects(client):
    """From JSON Lines as it is, from a table as JSON."""
    people = [{"assignedToID": "u1"}, {"assignedToID": "u2"}]
    columns = {"ID": "ID", "assignments": "assignments"}
    task = "0" * 32

    rows = [{"ID": task, "assignments": value} for value in (people, '[{"assignedToID": "u1"}]', "Paula", "")]
    *good, bad, none = converted(client, rows, columns, "ID", "update", "TASK")

    assert [row.values["assignments"] for row in good] == [people, people[:1]]
    assert "is no list of objects" in bad.reason
    assert none.values == {"assignments": []}


def test_to_delete_the_key_is_enough(client):
    """What else is mapped need not be in the input."""
    mapping = read_mapping(client, "PROJ", COLUMNS, ["order"], "extRefID", "delete")

    (row,) = mapping.convert([InputRow(1, {"order": 7})], looking_up(client))

    assert (row.key, row.values) == ("7", {})
    assert read_mapping(client, "PROJ", None, ["ID", "more"], "ID", "delete").fields == ()


def test_a_misspelt_key_is_told_with_the_right_one(client):
    """Its column is there, and says it rightly."""
    with pytest.raises(Unworkable, match=r"no column gives the key, extRefId - did you mean extRefID\?"):
        read_mapping(client, "PROJ", {"a": "extRefID", "b": "name"}, ["a", "b"], "extRefId", "upsert")


def test_all_that_is_wrong_with_a_mapping_is_one_error(client):
    """Misspelt, another object's, read-only, calculated, options of another kind of field; with what was meant."""
    columns = {
        "a": "nmae",
        "b": "owner",
        "c": "DE:Regoin",
        "d": "DE:Vendor",
        "e": "owner:name",
        "f": "allApprovedHours",
        "g": "DE:Budget per Head",
        "h": "isComplete",
        "i": {"field": "description", "by": "name", "format": "%Y"},
        "j": {"field": "ownerID", "by": "emial"},
        "k": {"field": "DE:Executive Sponsor", "by": "name"},
        "l": {"field": "DE:Executive Sponsor", "obj_code": "USERS"},
        "m": {"field": "plannedCompletionDate", "separator": ";"},
        "n": "ID",
        "name": "name",
    }

    with pytest.raises(Unworkable) as caught:
        read_mapping(client, "PROJ", columns, list(columns)[:-1], "extRefID", "upsert")

    told = str(caught.value)
    for problem in (
        "rows cannot be written to PROJ: ",
        "column name: the input has no such column",
        "no column gives the key, extRefID",
        "a -> nmae: Project has no such field - did you mean name",
        "b -> owner: it is an object: write its ID: ownerID",
        "c -> DE:Regoin: Project has no such field - did you mean DE:Region",
        "d -> DE:Vendor: that is its label, its name is DE:Vendor Name",
        "e -> owner:name: it is a field of another object",
        "f -> allApprovedHours: Workfront lets nobody write it, so leave the column out",
        "g -> DE:Budget per Head: it is calculated",
        "h -> isComplete: it can be filtered by, not written",
        "i -> description: by and format is not for a field of kind text",
        "j -> ownerID: USER has no field emial to be found by - did you mean emailAddr",
        "k -> DE:Executive Sponsor: by needs the type of the objects: obj_code",
        "l -> DE:Executive Sponsor: there is no type USERS, did you mean USER",
        "m -> plannedCompletionDate: separator is not for a field of kind instant, which takes constraint",
        "n -> ID: Workfront gives the IDs: leave the column out, or make it the key",
    ):
        assert problem in told


def test_a_key_need_not_be_writable_to_be_found_by(client):
    """To create, it must be."""
    column = {"hours": "allApprovedHours"}
    assert read_mapping(client, "PROJ", column, ["hours"], "allApprovedHours", "update").key == "allApprovedHours"
    with pytest.raises(Unworkable, match="lets nobody write it"):
        read_mapping(client, "PROJ", column, ["hours"], "allApprovedHours", "upsert")


@pytest.mark.parametrize(
    ("key", "why"),
    [
        ("DE:Markets", "several values"),
        ("DE:Go Live", "holds a date"),
        ("plannedCompletionDate", "holds a date"),
        ("DE:Executive Sponsor", "in another form"),
        ("DE:Summary", "in another form"),
    ],
)
def test_what_no_object_can_be_found_by_is_no_key(client, key, why):
    """Or each run would create its objects anew."""
    with pytest.raises(Unworkable, match=why):
        read_mapping(client, "PROJ", {"k": key}, ["k"], key, "upsert")


def test_a_custom_field_that_no_form_shows_may_be_written(client):
    """Whether the object has its form is known when it is written."""
    assert read_mapping(client, "PROJ", {"t": "DE:Ticket"}, ["t"], None, "insert").kinds == {"DE:Ticket": Kind.TEXT}


def test_a_status_of_a_group_is_taken_by_its_value(client):
    """No list has it; its label is not known."""
    (row,) = converted(client, [{"status": "CRV"}], {"status": "status"}, None, "insert")

    assert row.values == {"status": "CRV"}
    assert "is none of its values" in reason(client, "status", "status", "Creative Review")


@pytest.mark.parametrize(
    ("said", "value", "told"),
    [
        ({"field": "ownerID", "by": "ID"}, "Paula", 'column x: "Paula" is no ID'),
        ("DE:Executive Sponsor", "Omar Ortiz", "is no ID; to find it by name, say its type"),
        ("ownerID", ["a"], 'column x: ["a"] is no text'),
        ("DE:Go Live", "soon", 'column x: "soon" is no date'),
        ("priority", float("inf"), "is no text"),
        ("name", "x" * 99 + "\ud83d", "... holds characters that are no text"),
    ],
)
def test_a_reason_names_the_value_and_what_would_fit(client, said, value, told):
    """Shortened, in one line."""
    assert told in reason(client, "x", said, value)


def test_who_may_not_read_definitions_and_statuses_goes_without(connect, caplog):
    """Kinds come from the metadata then, and statuses are Workfront's own; the log says so."""
    faults = tuple(Fault("403", path=path) for path in ("param/search", "cstem/projectStatuses"))
    client = connect(Simulator(faults=faults))

    (row,) = converted(
        client,
        [{"DE:Budget Cap": "12.5", "status": "Current"}],
        {"DE:Budget Cap": "DE:Budget Cap", "status": "status"},
        None,
        "insert",
    )

    assert row.values == {"DE:Budget Cap": 12.5, "status": "CUR"}
    assert "The customer's own values of status cannot be read" in caplog.text
