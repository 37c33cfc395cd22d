"""`airflow workfront fields` and `query`: what a person finds out before writing a DAG."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING

import pytest
import yaml
from support.pages import fences
from support.site import Site, site_with
from support.typed import parsed

from airflow_provider_workfront.cli.asking import filters_of, sort_of
from airflow_provider_workfront.cli.described import LONGEST, fields_of
from airflow_provider_workfront.cli.table import flat, show
from airflow_provider_workfront.simulator import Options
from airflow_provider_workfront.simulator.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def site(airflow_db, monkeypatch) -> Iterator[Site]:
    """A simulator and the connections `wf` (OAuth2) and `workfront_default` (API key) to it."""
    monkeypatch.setenv("_AIRFLOW_PROCESS_CONTEXT", "server")
    with site_with(Options()) as made:
        key = {"auth": "api_key", "api_key": made.simulator.credentials["api_key"], "refresh_token": ""}
        made.connect("workfront_default", extra=key)
        yield made


@pytest.fixture
def airflow(site, capsys):
    """Run a command as typed; give what it prints and where errors go. No secret is in either."""

    def run(*words: str) -> tuple[str, str]:
        try:
            (args := parsed(*words)).func(args)
        finally:
            out, err = capsys.readouterr()
            assert [secret for secret in site.simulator.given if secret in out + err] == []
        return out, err

    return run


# -- what is typed


@pytest.mark.parametrize(
    ("typed", "filters"),
    [
        (["status=CUR"], {"status": "CUR"}),
        (["status=CUR", "status=PLN"], {"status": ["CUR", "PLN"]}),
        (["name:cicontains=web"], {"name": {"cicontains": "web"}}),
        (["project:name=Web"], {"project:name": "Web"}),
        (["project:name:cicontains=web"], {"project:name": {"cicontains": "web"}}),
        (["DE:Budget Cap:gt=5"], {"DE:Budget Cap": {"gt": "5"}}),
        (["DE:Region=EMEA"], {"DE:Region": "EMEA"}),
        (["name=a=b"], {"name": "a=b"}),
        (["name="], {"name": ""}),
        (["status:in=CUR,PLN"], {"status": {"in": ["CUR", "PLN"]}}),
        (["status:in=CUR", "status:in=PLN"], {"status": {"in": ["CUR", "PLN"]}}),
        (["entryDate:between=2026-01-01,2026-02-01"], {"entryDate": {"between": ["2026-01-01", "2026-02-01"]}}),
        (["description:isnull"], {"description": {"isnull": True}}),
        (["description:notblank="], {"description": {"notblank": True}}),
        (["ownerID=$$USER.ID", "OR:1:status=CUR"], {"ownerID": "$$USER.ID", "OR:1:status": "CUR"}),
        ([], {}),
    ],
)
def test_conditions_become_filters(typed, filters):
    """The last word after a colon is a modifier only if Workfront has such a modifier."""
    assert filters_of(typed) == filters


@pytest.mark.parametrize("typed", [["status"], ["=CUR"], ["name:cicontains"], ["name=a", "name:cicontains=b"]])
def test_what_is_no_condition_is_refused(typed):
    """Naming what was typed."""
    with pytest.raises(ValueError, match="-f"):
        filters_of(typed)


@pytest.mark.parametrize(
    ("typed", "sort"),
    [
        ("", {}),
        ("name", {"name": "asc"}),
        ("name:desc", {"name": "desc"}),
        ("project:name:desc, name", {"project:name": "desc", "name": "asc"}),
    ],
)
def test_a_sort_is_read(typed, sort):
    """A direction stands last."""
    assert sort_of(typed) == sort


def test_metadata_becomes_fields():
    """Fields, custom fields with forms, and what leads elsewhere; long lists of values are cut in tables only."""
    values = [{"value": str(number), "label": f"N{number}"} for number in range(LONGEST + 2)]
    metadata = {
        "fields": {"status": {"label": "Status", "fieldType": "string", "possibleValues": values}, "odd": None},
        "custom": {"Size": {"type": "string", "categories": [{"name": "F1"}, {"name": "F2"}]}},
        "references": {"owner": {"label": "Owner", "typeObjCode": "USER"}},
        "collections": {"tasks": {"label": "Tasks", "typeObjCode": "TASK"}},
    }
    odd, status, size, owner, tasks = fields_of(metadata, {"Size": "Story size"})

    assert (odd.label, odd.type) == ("", "")
    assert status.row()["values"].endswith("5=N5, ... 2 more")
    assert len(status.record()["values"]) == LONGEST + 2
    assert size.row() == {"name": "DE:Size", "label": "Story size", "type": "string", "values": "", "forms": "F1, F2"}
    assert (owner.type, tasks.type) == ("one USER", "many TASK")
    assert [known.is_like("SIZE") for known in (size, owner)] == [True, False]
    assert status.is_like("stat")


def test_nested_objects_become_columns():
    """Named as a query names them."""
    row = {"name": "a", "owner": {"name": "b", "role": {"ID": "1"}}, "tasks": [1], "none": None, "empty": {}}

    assert flat(row) == {
        "name": "a", "owner:name": "b", "owner:role:ID": "1", "tasks": [1], "none": None, "empty": {},
    }  # fmt: skip


def test_rows_of_a_table_need_not_have_the_same_fields(capsys):
    """An issue without an owner has no `owner:name`: the columns are those of all rows."""
    rows = [{"name": "a", "owner": None}, {"name": "b", "owner:name": "c"}]
    show(rows, rows, "plain")

    head, first, second = capsys.readouterr().out.splitlines()
    assert head.split() == ["name", "owner", "owner:name"]
    assert (first.split(), second.split()) == (["a"], ["b", "c"])


# -- fields


def test_fields_are_found_by_name_or_label(airflow):
    """In any case; custom ones with type and form."""
    out, _ = airflow("fields", "PROJ", "--like", "BUDGET CAP", "--json")

    assert json.loads(out) == [
        {"name": "DE:Budget Cap", "label": "Budget cap", "type": "double", "values": [], "forms": ["Project Intake"]}
    ]
    (ticket,) = json.loads(airflow("fields", "TASK", "--like", "ticket number", "--json")[0])
    assert ticket["name"] == "DE:Ticket"


def test_fields_have_their_values(airflow):
    """Those of an enum, and the options of a custom field."""
    out, _ = airflow("fields", "PROJ", "-o", "json")
    found = {known["name"]: known for known in json.loads(out)}

    assert found["status"]["values"][0] == "CUR=Current"
    assert found["DE:Region"]["values"] == ["EMEA=EMEA", "AMER=AMER", "APAC=APAC"]
    assert found["owner"]["type"] == "one USER"


@pytest.mark.parametrize("output", ["table", "plain"])
def test_fields_as_a_table(airflow, output):
    """Long lists of values are cut."""
    out, _ = airflow("fields", "proj", "--like", "status", "-o", output)

    (line,) = [text for text in out.splitlines() if text.startswith("status ")]
    assert "CUR=Current" in line
    assert "... 3 more" in line


def test_an_unknown_type_gets_near_matches(airflow):
    """In one line."""
    with pytest.raises(SystemExit, match=r"^GET projj/metadata: 422 Unknown object type: projj - did you mean PROJ"):
        airflow("fields", "PROJJ")
    with pytest.raises(SystemExit, match="is not an object code"):
        airflow("fields", "PROJ/1")


def test_nothing_like_it(airflow):
    """It is said, and is an error."""
    with pytest.raises(SystemExit, match="No field of PROJ has 'xyzzy' in its name or label"):
        airflow("fields", "PROJ", "--like", "xyzzy")


def test_without_the_right_to_read_labels_the_names_remain(site, airflow):
    """The fields themselves are what counts."""
    site.simulator.faults.plan([Fault("403", path="/param/search")])

    (found,) = json.loads(airflow("fields", "PROJ", "--like", "budget cap", "--json")[0])
    assert (found["name"], found["label"]) == ("DE:Budget Cap", "")


# -- query


def test_a_query_shows_workfronts_own_choice_of_fields(airflow):
    """Five rows, unless told otherwise, with their types."""
    found = json.loads(airflow("query", "TASK", "-o", "json")[0])

    assert len(found) == 5
    assert {"name", "status", "percentComplete", "wbs"} <= found[0].keys()
    assert isinstance(found[0]["percentComplete"], float)


def test_a_query_filters_sorts_and_limits(airflow):
    """All at once, nested fields too."""
    words = ("-f", "project:name:cicontains=web", "-f", "status=NEW", "-f", "status=INP")
    more = ("--fields", "name,status,project:name", "--sort", "name:desc", "--limit", "3")
    found = json.loads(airflow("query", "TASK", *words, *more, "-o", "json")[0])

    names = [row["name"] for row in found]
    assert len(names) == 3
    assert names == sorted(names, reverse=True)
    assert {row["status"] for row in found} <= {"NEW", "INP"}
    assert {row["project"]["name"] for row in found} == {"Website Relaunch"}


def test_a_query_as_yaml(airflow):
    """Numbers stay numbers."""
    (found,) = yaml.safe_load(airflow("query", "PROJ", "--limit", "1", "-o", "yaml")[0])

    assert isinstance(found["percentComplete"], float)


@pytest.mark.parametrize("output", ["table", "plain"])
def test_a_query_as_a_table_shows_names_as_they_are(site, airflow, output):
    """A name may look like markup, hold a line break or an escape sequence; rows need not have the same fields."""
    world = site.simulator.world
    project = next(iter(world.objects("PROJ")))
    world.update("PROJ", project, {"name": "[draft] [/x] one\ntwo\x1b[31m"})

    out, _ = airflow("query", "PROJ", "-f", f"ID={project}", "--fields", "name,owner:name,DE:Region", "-o", output)
    assert "[draft] [/x] one two [31m" in out
    assert "owner:name" in out


def test_an_empty_answer_gets_a_hint(airflow):
    """Beside the output, which a program may read; a value that is no value of the field is named."""
    out, err = airflow("query", "PROJ", "-f", "status=Current", "-o", "json")

    assert json.loads(out) == []
    assert "may not see it" in err
    assert "status: 'Current' is none of Workfront's own values, which are CUR=Current" in err


def test_an_empty_answer_without_filters_gets_the_hint_alone(site, airflow):
    """The user sees nothing."""
    world = site.simulator.world
    world.hidden[world.admin_id] = set(world.objects("PROJ"))

    out, err = airflow("query", "PROJ")
    assert out == ""
    assert "Nothing was found" in err
    assert "none of" not in err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["query", "PROJ", "--conn-id", "nope"], "no connection 'nope'"),
        (["query", "PROJJ"], "did you mean PROJ"),
        (["query", "PROJ", "--fields", "nmae"], "did you mean name"),
        (["query", "PROJ", "-f", "name:cicontains"], "field=value"),
        (["query", "PROJ", "-f", "name:cicontains=a", "-f", "name:cicontains=b"], "takes one value"),
        (["query", "PROJ", "--sort", "nmae:desc"], "did you mean name"),
    ],
)
def test_errors_are_one_line(airflow, words, told):
    """No traceback, and an exit code."""
    with pytest.raises(SystemExit) as ended:
        airflow(*words)

    assert told in str(ended.value.code)
    assert "\n" not in str(ended.value.code)


@pytest.mark.parametrize("words", [["--limit", "0"], ["--limit", "many"], ["-o", "xml"]])
def test_wrong_options_are_refused(words):
    """By Airflow's own parser."""
    with pytest.raises(SystemExit):
        parsed("query", "PROJ", *words)


def test_the_grant_is_used_as_tasks_use_it(site, airflow):
    """The first command refreshes once, the second does not; the record holds what is alive."""
    for _ in range(2):
        assert airflow("query", "PROJ", "--conn-id", "wf", "--limit", "1")[0]

    stats = site.simulator.stats()
    assert (stats["refreshes"], stats["reuse"]) == (1, 0)
    assert site.stored()["read_only"] is True


def test_a_lost_authorization_is_told(site, airflow):
    """With the place to go to."""
    site.connect(extra={"refresh_token": "dead"})

    with pytest.raises(SystemExit, match="has to be authorized again"):
        airflow("query", "PROJ", "--conn-id", "wf")


# -- the page


@pytest.mark.parametrize("command", ["fields", "query"])
def test_the_page_shows_what_is_printed(airflow, command):
    """What is typed there is run."""
    (page,) = [fence.text for fence in fences("commands.md") if fence.text.startswith(f"$ airflow workfront {command}")]
    typed, *shown = page.splitlines()

    out, _ = airflow(*shlex.split(typed)[3:])
    assert shown == [text.rstrip() for text in out.rstrip().splitlines()]
