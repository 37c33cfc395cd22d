"""From fields and metadata to columns."""

import pytest

from airflow_provider_workfront.extract.columns import Kind
from airflow_provider_workfront.extract.planned import planned
from airflow_provider_workfront.failures import Unworkable


def field(kind, *flags, label=""):
    return {"label": label, "fieldType": kind, "flags": list(flags)}


def link(code):
    return {"typeObjCode": code, "label": f"to {code}"}


PROJECT = {
    "name": "Project",
    "fields": {
        "ID": field("string"),
        "name": field("string", label="Name"),
        "ownerID": field("string"),
        "sponsorID": field("string"),
        "plannedStartDate": field("dateTime"),
        "budgetedStartDate": field("date"),
        "percentComplete": field("double", "PERCENT"),
        "budget": field("double", "CURRENCY"),
        "rate": field("java.math.BigDecimal"),
        "workRequired": field("int"),
        "durationMinutes": field("int"),
        "workRequiredExpression": field("string", "DYNAMIC", "LAZY_READ"),
        "personal": field("boolean"),
        "auditTypes": field("string[]"),
        "workPerDate": field("map"),
        "novel": field("com.attask.Novel"),
        "secret": field("string", "WRITE_ONLY"),
    },
    "references": {"owner": link("USER"), "category": link("CTGY"), "resource": link("NONAME")},
    "collections": {"tasks": link("TASK"), "hours": link("HOUR")},
    "search": {"notes": field("string")},
    "custom": {
        "Vendor": {"type": "string"},
        "Budget 2026 (EUR)": {"type": "double"},
        "Go live": {"type": "dateTime"},
        "Day": {"type": "date"},
    },
}
USER = {
    "name": "User",
    "fields": {"ID": field("string"), "name": field("string"), "title": field("string"), "password": field("string")},
    "references": {"manager": link("USER")},
    "custom": {"Badge": {"type": "string"}},
}
USER["fields"]["password"]["flags"] = ["WRITE_ONLY"]
TASK = {
    "name": "Task",
    "fields": {"ID": field("string"), "status": field("string")},
    "references": {"assignedTo": link("USER")},
    "custom": {"Ticket": {"type": "string"}},
}
RELATED = {
    "USER": USER,
    "TASK": TASK,
    "HOUR": {"name": "Hour", "fields": {"hours": field("double")}},
    "NONAME": {"name": "Resource", "fields": {"ID": field("string")}},
}


def plan(*fields, parameters=None, obj_code="PROJ", metadata=PROJECT):
    return planned(obj_code, list(fields), metadata, parameters, RELATED)


def brief(columns):
    return {column.name: (column.source, column.kind) for column in columns.columns[1:-1]}


def test_id_is_first_and_the_rescued_last():
    """Whatever was asked for."""
    assert plan("name").names == ("id", "name", "_wf_rescued")
    assert plan("name", "ID").names == ("id", "name", "_wf_rescued")
    assert plan("name").fields == ("ID", "name")


@pytest.mark.parametrize("fields", [None, "", [], "*", ["*"]])
def test_without_fields_all_plain_ones_are_read(fields):
    """A subset of Workfront's own choosing has no types to rely on."""
    columns = planned("PROJ", fields, PROJECT)

    assert columns.fields == ("ID", "*")
    expected = PROJECT["fields"].keys() - {"workRequiredExpression", "secret"}
    assert {column.source for column in columns.columns if column.source} == expected


@pytest.mark.parametrize("fields", ["name, DE:Vendor", '["name", "DE:Vendor"]', ("name", "DE:Vendor", "name")])
def test_fields_come_in_every_form(fields):
    """As everywhere: a comma list, JSON, a list."""
    assert planned("PROJ", fields, PROJECT).fields == ("ID", "name", "DE:Vendor")


@pytest.mark.parametrize("fields", [{"name": 1}, ["name", 1], 7, "[name"])
def test_fields_that_are_none_are_refused(fields):
    """For good."""
    with pytest.raises(Unworkable, match="fields"):
        planned("PROJ", fields, PROJECT)


def test_kinds_follow_the_metadata():
    """Money is exact, whatever type it claims; an unknown type is text, which takes all."""
    kinds = {column.source: column.kind for column in plan("*", "workRequiredExpression").columns}

    assert kinds["name"] is Kind.TEXT
    assert kinds["plannedStartDate"] is Kind.INSTANT
    assert kinds["budgetedStartDate"] is Kind.DATE
    assert kinds["percentComplete"] is Kind.NUMBER
    assert kinds["budget"] is kinds["rate"] is Kind.DECIMAL
    assert kinds["workRequired"] is Kind.INTEGER
    assert kinds["personal"] is Kind.BOOLEAN
    assert kinds["auditTypes"] is Kind.LIST
    assert kinds["workPerDate"] is Kind.JSON
    assert kinds["novel"] is kinds["workRequiredExpression"] is Kind.TEXT


def test_units_follow_flags_and_names():
    """Efforts are minutes; their texts have no unit."""
    units = {column.source: column.unit for column in plan("*", "workRequiredExpression").columns if column.unit}

    assert units == {
        "percentComplete": "percent",
        "budget": "currency",
        "workRequired": "minutes",
        "durationMinutes": "minutes",
    }
    (hours,) = (column for column in plan("hours", obj_code="HOUR", metadata=RELATED["HOUR"]).columns[1:-1])
    assert hours.unit == "hours"


def test_a_reference_gives_id_and_name():
    """Two columns to join by and to read; an ID that is there anyway is not doubled."""
    assert brief(plan("owner")) == {
        "owner_id": ("owner:ID", Kind.TEXT),
        "owner_name": ("owner:name", Kind.TEXT),
    }
    assert list(brief(plan("ownerID", "owner"))) == ["owner_id", "owner_name"]
    assert brief(plan("ownerID", "owner"))["owner_id"] == ("ownerID", Kind.TEXT)
    assert list(brief(plan("resource"))) == ["resource_id"]
    assert plan("owner").fields == ("ID", "owner")


def test_nested_fields_have_the_type_of_their_object():
    """Through references, stars and custom fields included."""
    assert list(brief(plan("owner:*"))) == ["owner_id", "owner_name", "owner_title"]
    assert brief(plan("owner:manager:title")) == {"owner_manager_title": ("owner:manager:title", Kind.TEXT)}
    assert brief(plan("owner:DE:*")) == {"owner_de_badge": ("owner:DE:Badge", Kind.TEXT)}
    assert plan("owner:DE:*").fields == ("ID", "owner:DE:Badge")


@pytest.mark.parametrize(
    ("asked", "fields"),
    [
        (["tasks"], ("tasks",)),
        (["tasks:status", "tasks:assignedTo:title"], ("tasks:status", "tasks:assignedTo:title")),
        (["tasks:*"], ("tasks:*",)),
        (["tasks:assignedTo"], ("tasks:assignedTo",)),
        (["tasks:DE:*"], ("tasks:DE:Ticket",)),
    ],
)
def test_a_collection_is_one_column_of_json(asked, fields):
    """Whatever of its members was asked for."""
    assert brief(plan(*asked)) == {"tasks": ("tasks", Kind.JSON)}
    assert plan(*asked).fields == ("ID", *fields)


@pytest.mark.parametrize("path", ["parameterValues", "parameterValues:*"])
def test_all_custom_values_are_one_column_of_json(path):
    """As Workfront's own field of that name gives them."""
    assert brief(plan(path)) == {"parameter_values": ("parameterValues", Kind.JSON)}
    assert plan(path).fields == ("ID", path)


def test_a_star_of_custom_fields_is_spelt_out():
    """Workfront refuses it; a type without forms has none, and that is no mistake."""
    assert plan("DE:*").fields == ("ID", "DE:Budget 2026 (EUR)", "DE:Day", "DE:Go live", "DE:Vendor")
    assert plan("DE:*").names[1] == "de_budget_2026_eur"
    assert plan("DE:*", metadata=RELATED["HOUR"], obj_code="HOUR").fields == ("ID",)


def parameter(data, display="TEXT"):
    return {"Vendor": {"ID": "p1", "name": "Vendor", "label": "The vendor", "dataType": data, "displayType": display}}


@pytest.mark.parametrize(
    ("data", "display", "expected"),
    [
        ("TEXT", "TEXT", [("de_vendor", Kind.TEXT, "", "")]),
        ("TEXT", "SLCT", [("de_vendor", Kind.TEXT, "", "")]),
        ("TEXT", "RDIO", [("de_vendor", Kind.TEXT, "", "")]),
        ("TEXT", "CHCK", [("de_vendor", Kind.LIST, "", "")]),
        ("NMBR", "MULT", [("de_vendor", Kind.LIST, "", "")]),
        ("NMBR", "CALC", [("de_vendor", Kind.NUMBER, "", "")]),
        ("CURC", "TEXT", [("de_vendor", Kind.DECIMAL, "", "currency")]),
        ("DATE", "TEXT", [("de_vendor", Kind.INSTANT, "", "")]),
        ("TEXT", "TYAH", [("de_vendor", Kind.TEXT, "id", ""), ("de_vendor_name", Kind.TEXT, "name", "")]),
        ("TEXT", "INTRNL", [("de_vendor", Kind.TEXT, "id", ""), ("de_vendor_name", Kind.TEXT, "name", "")]),
        ("TEXT", "MULTINTRNL", [("de_vendor", Kind.LIST, "id", ""), ("de_vendor_name", Kind.LIST, "name", "")]),
        ("RICH", "RICH", [("de_vendor", Kind.TEXT, "", ""), ("de_vendor_plain", Kind.TEXT, "plain", "")]),
        ("HTML", "TXTA", [("de_vendor", Kind.TEXT, "", ""), ("de_vendor_plain", Kind.TEXT, "plain", "")]),
        ("NOVEL", "NOVEL", [("de_vendor", Kind.TEXT, "", "")]),
    ],
)
def test_custom_fields_follow_their_definition(data, display, expected):
    """And carry its ID, which survives a rename, and its label."""
    columns = plan("DE:Vendor", parameters=parameter(data, display)).columns[1:-1]

    assert [(column.name, column.kind, column.part, column.unit) for column in columns] == expected
    assert {(column.label, column.identity, column.source) for column in columns} == {("The vendor", "p1", "DE:Vendor")}


def test_without_definitions_the_metadata_must_do():
    """Not everybody may read them."""
    assert {name: kind for name, (_, kind) in brief(plan("DE:*")).items()} == {
        "de_budget_2026_eur": Kind.NUMBER,
        "de_day": Kind.DATE,
        "de_go_live": Kind.INSTANT,
        "de_vendor": Kind.TEXT,
    }


def test_a_date_that_the_metadata_knows_to_be_a_day_is_one():
    """Of a definition alone nobody can tell."""
    definition = {"Day": {"ID": "p1", "dataType": "DATE", "displayType": "TEXT"}}

    assert brief(plan("DE:Day", parameters=definition)) == {"de_day": ("DE:Day", Kind.DATE)}


def test_names_that_would_be_the_same_are_told_apart():
    """By a mark that only the field decides, so another day it is the same."""
    metadata = {"name": "Project", "custom": {name: {"type": "string"} for name in ("Budget (EUR)", "Budget EUR")}}

    names = plan("DE:*", metadata=metadata).names[1:-1]

    assert names == ("de_budget_eur", plan("DE:*", metadata=metadata).names[2])
    assert names[1].startswith("de_budget_eur_")


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("nmae", "nmae: Project has no such field, did you mean name?"),
        ("OwnerId", r"did you mean ownerID, owner"),
        ("Vendor", "Vendor: Project has no such field, did you mean DE:Vendor?"),
        ("DE:Vendr", "DE:Vendr: Project has no such field, did you mean DE:Vendor?"),
        ("DE:xxxxxxx", "DE:xxxxxxx: Project has no such field$"),
        ("ownr:name", "ownr:name: Project has no such field, did you mean owner?"),
        ("owner:titel", "owner:titel: User has no such field, did you mean title?"),
        ("tasks:statis", "tasks:statis: Task has no such field, did you mean status?"),
        ("name:ID", "name:ID: it leads to no other object"),
        ("notes", "notes: it can be filtered by, not read"),
        ("secret", "secret: it can be written, not read"),
    ],
)
def test_a_wrong_name_is_told_with_those_spelt_alike(path, told):
    """Before any row is read."""
    with pytest.raises(Unworkable, match=told):
        plan("name", path)


def test_all_wrong_names_are_told_at_once():
    """Nobody wants to find them one run after another."""
    with pytest.raises(Unworkable, match=r"fields of PROJ cannot be read - nmae: .*; statsu: "):
        plan("nmae", "statsu", "DE:Vendor")


def test_what_leads_to_an_unknown_type_is_read_as_it_comes():
    """Its names cannot be checked, and Workfront will."""
    columns = planned("PROJ", ["category:name", "category", "tasks:status", "owner:*"], PROJECT)

    assert brief(columns) == {
        "category_name": ("category:name", Kind.TEXT),
        "category_id": ("category:ID", Kind.TEXT),
        "tasks": ("tasks", Kind.JSON),
        "owner": ("owner", Kind.JSON),
    }
    assert columns.fields == ("ID", "category:name", "category", "tasks:status", "owner:*")


def test_objcode_may_be_asked_for():
    """Every answer has it, though the metadata does not list it."""
    assert brief(plan("objCode")) == {"obj_code": ("objCode", Kind.TEXT)}
