"""What is checked when a DAG is parsed: names of operations and arguments, never values."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime

import pytest
from airflow.sdk import DAG, BaseOperator, XComArg
from support.tasks import parameters

from airflow_provider_workfront.api.operation import Raw
from airflow_provider_workfront.api.reads import Get, Search
from airflow_provider_workfront.api.writes import Action, Copy, Delete
from airflow_provider_workfront.failures import Unworkable
from airflow_provider_workfront.operators import (
    WorkfrontGetOperator,
    WorkfrontOperator,
    WorkfrontSearchOperator,
    WorkfrontUpdateOperator,
    named,
)
from airflow_provider_workfront.operators.arguments import OPERATIONS, build, taken

SORTED = Search("PROJ", sort={"name": "asc"}, limit=5)
NAIVE = datetime.fromisoformat("2026-01-01T00:00:00")
COPY = Copy("TASK", "a", options=["clearProgress"])
RAW = Raw("PUT", "proj/a", json={"name": "x"})
NAMED = [kind for kind in vars(named).values() if isinstance(kind, type) and kind.__module__ == named.__name__]
EXAMPLES = {
    "obj_code": "PROJ",
    "obj_id": "5e29c8010027d8eb334762d4fff3ffca",
    "values": {"name": "x"},
    "query": "myWork",
    "group_by": "status",
    "aggregates": {"ID": "count"},
    "action": "markDone",
    "method": "GET",
    "endpoint": "proj/search",
    "rows": [{"ID": "a", "name": "x"}],
    "ids": ["a"],
}


def needed(operation: str) -> dict:
    return {name: EXAMPLES[name] for name, is_needed in taken(operation).items() if is_needed}


def test_an_unknown_operation_is_refused_with_a_guess():
    """At parse time, so the DAG does not even appear."""
    with pytest.raises(ValueError, match="unknown operation 'serch', did you mean 'search'"):
        WorkfrontOperator(task_id="t", operation="serch", obj_code="PROJ")


def test_an_argument_of_another_operation_is_refused_naming_both():
    """`values` would otherwise be dropped in silence."""
    with pytest.raises(TypeError, match="operation 'search' does not take argument 'values'; it takes obj_code"):
        WorkfrontOperator(task_id="t", operation="search", obj_code="PROJ", values={"name": "x"})


def test_a_missing_argument_is_refused_naming_both():
    """An update of nothing would fail hours later."""
    with pytest.raises(TypeError, match="operation 'update' needs argument 'obj_id'"):
        WorkfrontOperator(task_id="t", operation="update", obj_code="PROJ", values={"name": "x"})


@pytest.mark.parametrize(("misspelt", "guess"), [("filterz", "filters"), ("task_groups", "task_group")])
def test_a_misspelt_argument_is_refused_with_a_guess(misspelt, guess):
    """Whether it was meant for Workfront or for Airflow."""
    with pytest.raises(
        TypeError, match=f"WorkfrontSearchOperator does not take argument '{misspelt}', did you mean '{guess}'"
    ):
        WorkfrontSearchOperator(task_id="t", obj_code="PROJ", **{misspelt: {}})


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_operation_can_be_made_of_what_it_needs(operation):
    """All arguments of the API's operations are arguments of the operator, under its names."""
    made = WorkfrontOperator(task_id="t", operation=operation, **needed(operation))

    assert made.operation == operation
    assert set(taken(operation)) <= set(parameters(WorkfrontOperator))


@pytest.mark.parametrize("cls", NAMED)
def test_a_named_form_takes_all_that_its_operation_takes(cls):
    """An argument that one form forgets would be out of its reach."""
    operation = cls.__name__.removeprefix("Workfront").removesuffix("Operator").lower()

    made = cls(task_id="t", **needed(operation))

    assert made.operation == operation
    assert set(parameters(cls)) == set(taken(operation))
    assert set(made.template_fields) == {*taken(operation), "workfront_conn_id"}


@pytest.mark.parametrize("cls", NAMED)
def test_a_named_form_passes_every_argument_on(cls):
    """Arguments that are told twice get lost on the way."""
    given = {name: f"the {name}" for name in parameters(cls)}

    made = cls(task_id="t", **given)

    assert {name: getattr(made, name) for name in given} == given


@pytest.mark.parametrize("operation", OPERATIONS)
def test_the_general_operator_keeps_every_argument(operation):
    """Attribute, argument and template field have one name, and the value arrives as it was given."""
    given = {name: f"the {name}" for name in taken(operation)}

    made = WorkfrontOperator(task_id="t", operation=operation, **given)

    assert {name: getattr(made, name) for name in given} == given
    assert set(given) <= set(made.template_fields)


@pytest.mark.parametrize("cls", [WorkfrontOperator, *NAMED])
def test_every_argument_is_documented(cls):
    """Airflow's docs are made of these lines."""
    documented = {line.split(":param ")[1].split(":")[0] for line in cls.__doc__.splitlines() if ":param " in line}

    assert documented == {*parameters(cls), "workfront_conn_id"}


def test_no_argument_shadows_an_attribute_of_airflow():
    """`params`, `output` or `dry_run` as an argument would break the operator in odd places."""
    airflows = {*dir(BaseOperator), *vars(BaseOperator(task_id="t"))}

    assert not airflows & {*parameters(WorkfrontOperator), "object_url"}


def test_values_are_not_looked_at_while_parsing():
    """They may be templates, or results that do not exist yet."""
    with DAG("d", schedule=None):
        found = WorkfrontSearchOperator(task_id="found", obj_code="{{ nonsense }}", limit="{{ 3 }}")
        got = WorkfrontGetOperator(task_id="got", obj_code="PROJ", obj_id=found.output)

    assert isinstance(got.obj_id, XComArg)
    assert got.upstream_task_ids == {"found"}


def test_templates_are_rendered_inside_dicts():
    """The names of the fields stay, their values are rendered."""
    made = WorkfrontUpdateOperator(task_id="t", obj_code="TASK", obj_id="{{ a }}", values={"name": ["{{ b }}"]})

    made.render_template_fields({"a": "id", "b": "word"})

    assert (made.obj_id, made.values) == ("id", {"name": ["word"]})


@pytest.mark.parametrize(
    ("operation", "given", "built"),
    [
        ("delete", {"obj_code": "PROJ", "obj_id": "a", "force": "True"}, Delete("PROJ", "a", force=True)),
        ("search", {"obj_code": "PROJ", "limit": "5", "sort": '{"name": "asc"}'}, SORTED),
        ("get", {"obj_code": "PROJ", "obj_id": '["a", "b"]'}, Get("PROJ", ["a", "b"])),
        ("copy", {"obj_code": "TASK", "obj_id": "a", "options": '["clearProgress"]'}, COPY),
        ("action", {"obj_code": "USER", "action": "isUserAdmin"}, Action("USER", None, "isUserAdmin")),
        ("request", {"method": "PUT", "endpoint": "proj/a", "data": '{"name": "x"}'}, RAW),
        ("request", {"method": "PUT", "endpoint": "proj/a", "data": {"name": "x"}}, RAW),
    ],
)
def test_rendered_text_becomes_what_the_api_takes(operation, given, built):
    """A template gives text; what a DAG passes as an object stays one."""
    assert build(operation, given) == built


@pytest.mark.parametrize(
    ("operation", "given", "says"),
    [
        ("delete", {"obj_code": "PROJ", "obj_id": "a", "force": "perhaps"}, "force must be true or false"),
        ("delete", {"obj_code": "PROJ", "obj_id": "a", "force": 5}, "force must be true or false, not int"),
        ("search", {"obj_code": 5}, "obj_code must be a text, not int"),
        ("search", {"obj_code": "PROJ", "sort": ["name"]}, "sort must be a dict, not list"),
        ("search", {"obj_code": "PROJ", "sort": {"name": 1}}, "sort directions are .* not name: 1"),
        ("search", {"obj_code": "PROJ", "fields": 5}, "fields must be a list of names, not int"),
        ("search", {"obj_code": "PROJ", "filters": {1: "x"}}, "filters are named by fields, not by 1"),
        ("search", {"obj_code": "PROJ", "filters": {"budget": float("nan")}}, "budget: nan is not a number"),
        ("search", {"obj_code": "PROJ", "filters": {"entryDate": NAIVE}}, "entryDate: .*time zone"),
        ("search", {"obj_code": "PROJ", "limit": 1.5}, "limit must be a whole number above 0, not 1.5"),
        ("search", {"obj_code": "PROJ", "output_path": 5}, "output_path must be a text, not int"),
        ("update", {"obj_code": "PROJ", "obj_id": "a", "values": {"name": object()}}, "name: object cannot be written"),
        ("create", {"obj_code": "PROJ", "values": {"budget": float("inf")}}, "budget: inf is not a number"),
        ("create", {"obj_code": "PROJ", "values": {"name": "\ud800"}}, "name holds characters that are no text"),
        ("get", {"obj_code": "PROJ", "obj_id": "None"}, "an ID is missing"),
        ("get", {"obj_code": "PROJ", "obj_id": ".."}, "'..' is not the ID of an object"),
        ("get", {"obj_code": "PROJ", "obj_id": "a%2Fb"}, "'a%2Fb' is not the ID of an object"),
        ("report", {"obj_code": "PROJ", "group_by": 5, "aggregates": {}}, "group_by must be a list, not int"),
        ("report", {"obj_code": "PROJ", "group_by": "status", "aggregates": ["ID"]}, "aggregates must be a dict"),
        ("named_query", {"obj_code": "WORK", "query": "q", "arguments": [1]}, "arguments must be a dict, not list"),
        ("copy", {"obj_code": "PROJ", "obj_id": "a", "options": 5}, "options must be a list, not int"),
        ("request", {"method": 5, "endpoint": "proj"}, "method must be a text, not int"),
        (
            "update",
            {"obj_code": "PROJ", "obj_id": "a", "values": "[1]"},
            "values is a text, and not the JSON of a dict",
        ),
        ("update", {"obj_code": "PROJ", "obj_id": "a", "values": {}}, "at least one field"),
        ("get", {"obj_code": "PROJ", "obj_id": "a/b"}, "'a/b' is not the ID of an object"),
        ("search", {"obj_code": "PROJ", "limit": True}, "limit must be a whole number above 0"),
        ("request", {"method": "HEAD", "endpoint": "proj"}, "'HEAD' is not a method"),
    ],
)
def test_a_value_that_cannot_work_is_named(operation, given, says):
    """Before any connection is opened."""
    with pytest.raises(Unworkable, match=f"^{operation}.*{says}"):
        build(operation, given)


@pytest.mark.parametrize("condition", ["['CUR', 'PLN']", '["CUR"]', {"in": "['CUR']"}])
def test_a_list_that_a_template_made_a_text_is_refused(condition):
    """Workfront would look for just this text, find nothing, and nobody would know."""
    with pytest.raises(Unworkable, match=r"search PROJ: filters: status is the text of a list.*tojson"):
        build("search", {"obj_code": "PROJ", "filters": {"status": condition}})


def test_mapping_checks_names_when_the_operator_is_made():
    """`.partial()` makes no operator, so what is missing there may come with the expansion."""
    with DAG("d", schedule=None):
        mapped = WorkfrontOperator.partial(task_id="t", operation="update", obj_code="TASK").expand_kwargs(
            [{"obj_id": "a", "values": {"status": "INP"}}]
        )

    made = mapped.unmap({"obj_id": "a", "values": {"status": "INP"}})

    assert (made.operation, made.obj_code, made.obj_id) == ("update", "TASK", "a")
    with pytest.raises(TypeError, match="operation 'update' needs argument 'values'"):
        mapped.unmap({"obj_id": "a"})


def test_partial_refuses_an_argument_nobody_knows():
    """Airflow reads the names from the signature."""
    with pytest.raises(TypeError, match="unexpected keyword argument 'filterz'"):
        WorkfrontSearchOperator.partial(task_id="t", filterz={})


def test_importing_the_operators_is_light():
    """Each parse of each DAG file pays for it: client, hook and broker are loaded when a task runs."""
    code = (
        "import sys; import airflow_provider_workfront.operators;"
        "print(*(name for name in sys.modules if name.startswith('airflow_provider_workfront')))"
    )
    ours = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    heavy = {"client", "hooks", "broker", "connection", "auth", "simulator"}
    assert not {name.split(".")[1] for name in ours.split() if "." in name} & heavy
