"""Operations that only read: their requests, and how their answers are read."""

import json

import pytest

from airflow_provider_workfront.api.call import Retry, Send
from airflow_provider_workfront.api.errors import NotFoundError, OutcomeUnknownError, ServerError
from airflow_provider_workfront.api.operation import Raw
from airflow_provider_workfront.api.query import field
from airflow_provider_workfront.api.reads import Count, Get, Metadata, NamedQuery, Report, Search
from airflow_provider_workfront.api.request import Repeat, Request, Response
from airflow_provider_workfront.api.windows import Window
from airflow_provider_workfront.api.writes import Create, Delete, Update


def play(job, *answers):
    """Carry a job out with these data as answers; give its result and the requests."""
    steps, requests, given, answers = job.steps(Retry()), [], None, list(answers)
    while True:
        try:
            step = steps.send(given)
        except StopIteration as done:
            return done.value, requests
        assert isinstance(step, Send)
        requests.append(step.request)
        given = Response(200, {}, json.dumps({"data": answers.pop(0)}).encode())


def test_a_search_asks_for_a_page_sorted_by_id():
    """Unsorted pages would repeat and drop rows."""
    search = Search("PROJ", {"status": "CUR"}, ["name", "DE:Budget"])
    assert search.page(40, 20) == Request(
        "GET",
        "proj/search",
        (("status", "CUR"), ("fields", "name,DE:Budget"), ("ID_Sort", "asc"), ("$$FIRST", "40"), ("$$LIMIT", "20")),
        repeat=Repeat.ALWAYS,
    )


def test_a_search_takes_an_order_and_an_expression():
    """A sort of one's own replaces that by ID."""
    search = Search("issue", field("name").cicontains("web"), sort={"name": "desc"}, limit=5)
    assert search.request().path == "optask/search"
    assert search.request().params == (
        ("name", "web"),
        ("name_Mod", "cicontains"),
        ("name_Sort", "desc"),
        ("$$FIRST", "0"),
        ("$$LIMIT", "5"),
    )


@pytest.mark.parametrize(
    ("sort", "by_id"),
    [(None, True), ({"ID": "desc"}, True), ({"name": "asc"}, False), ({"name": "asc", "ID": "asc"}, False)],
)
def test_only_rows_by_id_come_with_proof(sort, by_id):
    """IDs never change, names do."""
    assert Search("PROJ", sort=sort).is_by_id is by_id


def test_a_page_is_never_larger_than_workfront_allows():
    """2,001 fails the whole call."""
    assert Search("PROJ", limit=5000).request().params[-1] == ("$$LIMIT", "2000")


def test_a_window_is_an_operation_of_its_own():
    """So that windows can be fetched like anything else."""
    search = Search("PROJ")
    assert play(Window(search, 2, 3), [{"ID": "1"}]) == ([{"ID": "1"}], [search.page(2, 3)])


@pytest.mark.parametrize("data", [{"ID": "a", "name": "x"}, [{"ID": "a", "name": "x"}]])
def test_one_object_comes_as_a_dict(data):
    """Whichever of its two forms Workfront chose."""
    result, requests = play(Get("PROJ", "a", "name"), data)
    assert result == {"ID": "a", "name": "x"}
    assert requests == [Request("GET", "proj/a", (("fields", "name"),), repeat=Repeat.ALWAYS)]


def test_an_id_with_dollars_goes_into_the_query():
    """Workfront takes `$$USER` nowhere else."""
    assert Get("USER", "$$USER").request() == Request("GET", "user", (("id", "$$USER"),), repeat=Repeat.ALWAYS)


def test_many_objects_come_in_the_order_asked():
    """Doubles included."""
    result, requests = play(Get("PROJ", ["b", "a", "b"]), [{"ID": "a"}, {"ID": "b"}])
    assert result == [{"ID": "b"}, {"ID": "a"}, {"ID": "b"}]
    assert requests[0].params == (("id", "b,a,b"),)


def test_a_list_of_one_gives_a_list():
    """Though Workfront may answer with the object alone."""
    assert play(Get("PROJ", ["a"]), {"ID": "a"})[0] == [{"ID": "a"}]


def test_no_ids_need_no_call():
    """A mapped task may well have none."""
    assert play(Get("PROJ", [])) == ([], [])


def test_very_many_objects_come_in_hundreds():
    """An answer holds 100 objects unless told otherwise."""
    ids = [f"{n:03d}" for n in range(250)]
    rows = [{"ID": obj_id} for obj_id in ids]
    result, requests = play(Get("PROJ", ids), rows[:100], rows[100:200], rows[200:])
    assert result == rows
    assert [request.params[0][1].count(",") for request in requests] == [99, 99, 49]


@pytest.mark.parametrize(("obj_id", "data"), [(["a", "b"], [{"ID": "a"}]), ("b", [])])
def test_a_missing_object_is_named(obj_id, data):
    """Whether Workfront fails or leaves it out is documented nowhere."""
    with pytest.raises(NotFoundError, match="not found: b"):
        play(Get("PROJ", obj_id), data)


@pytest.mark.parametrize("obj_id", ["", " ", "a/b", "a?b=c", "a,b", ["a", ""], ["a", "$$USER"]])
def test_what_cannot_be_an_id_is_refused(obj_id):
    """It would ask for something else: an empty one for all."""
    with pytest.raises(ValueError, match=r"ID|alone"):
        Get("PROJ", obj_id).request()


@pytest.mark.parametrize("obj_id", [5, [None], {"ID": "a"}])
def test_an_id_is_text(obj_id):
    """A row passed for its ID is found at once."""
    with pytest.raises((TypeError, ValueError)):
        Get("PROJ", obj_id).request()


def test_a_count_is_a_number():
    """Out of its wrapper."""
    result, requests = play(Count("TASK", {"status": "NEW"}), {"count": 147})
    assert result == 147
    assert requests == [Request("GET", "task/count", (("status", "NEW"),), repeat=Repeat.ALWAYS)]


def test_a_report_groups_and_aggregates():
    """As Workfront's own example does."""
    report = Report("HOUR", ["project:name", "status"], {"hours": "sum"}, {"ownerID": "u"}, rollup=True)
    data = {"First Project": {"sum_hours": 15}}
    assert play(report, data)[0] == data
    assert report.request().params == (
        ("ownerID", "u"),
        ("project:name_1_GroupBy", "true"),
        ("status_2_GroupBy", "true"),
        ("hours_AggFunc", "sum"),
        ("$$ROLLUP", "true"),
    )
    assert Report("PROJ", "status", {"ID": "dcount"}).request().params == (
        ("status_1_GroupBy", "true"),
        ("ID_AggFunc", "dcount"),
    )


def test_an_unknown_aggregate_is_refused():
    """With the known ones."""
    with pytest.raises(ValueError, match="unknown aggregate median: avg, count"):
        Report("HOUR", ["status"], {"hours": "median"}).request()


def test_a_named_query_takes_arguments():
    """It always gives rows, though one shows a bare object."""
    named = NamedQuery("CSTEM", "projectGroupStatuses", {"groupID": "g"}, ["value"])
    result, requests = play(named, {"ID": "c"})
    assert result == [{"ID": "c"}]
    assert requests == [
        Request("GET", "cstem/projectGroupStatuses", (("groupID", "g"), ("fields", "value")), repeat=Repeat.ALWAYS)
    ]


def test_metadata_is_of_one_type_or_of_all():
    """The former lists custom fields too."""
    assert play(Metadata("PROJ"), {"fields": {}})[0] == {"fields": {}}
    assert [Metadata("Project").request().path, Metadata().request().path] == ["proj/metadata", "metadata"]


def test_any_call_can_be_made():
    """Reads are repeated, writes are not unless told."""
    raw = Raw("get", "proj/search", {"status": ["CUR", "PLN"], "isComplete": False})
    assert raw.request() == Request(
        "GET",
        "proj/search",
        (("status", "CUR"), ("status", "PLN"), ("isComplete", "false")),
        repeat=Repeat.ALWAYS,
    )
    assert Raw("PUT", "proj/a", json={"name": "x"}).request().repeat is Repeat.NEVER
    assert Raw("PUT", "proj/a", repeat=Repeat.IDEMPOTENT).request().repeat is Repeat.IDEMPOTENT
    assert play(raw, {"any": 1})[0] == {"any": 1}


def test_a_method_is_one_of_workfronts():
    """The others are answered with an error about the URI."""
    with pytest.raises(ValueError, match="PATCH"):
        Raw("PATCH", "proj/a").request()


@pytest.mark.parametrize(
    ("operation", "data"),
    [
        (Count("PROJ"), None),
        (Count("PROJ"), [1]),
        (Search("PROJ"), None),
        (Get("PROJ", ["a"]), [None]),
        (Report("PROJ", "a", {}), 5),
    ],
)
def test_an_answer_of_another_form_is_trouble_of_the_server(operation, data):
    """It says so, instead of failing somewhere inside."""
    with pytest.raises(ServerError, match="an answer of an unknown form"):
        play(operation, data)


@pytest.mark.parametrize(
    "operation", [Create("PROJ", {"name": "x"}), Update("PROJ", "a", {"name": "x"}), Delete("PROJ", "a")]
)
@pytest.mark.parametrize("data", [None, [1], 5])
def test_an_answer_of_another_form_leaves_a_write_unknown(operation, data):
    """It was accepted, so it must not be repeated."""
    with pytest.raises(OutcomeUnknownError, match="may have happened"):
        play(operation, data)


def test_spaces_in_a_list_of_fields_do_no_harm():
    """Workfront would look for a field that begins with one."""
    assert ("fields", "name,status") in Search("PROJ", fields="name, status").request().params


@pytest.mark.parametrize("obj_id", [None, 5])
def test_get_wants_an_id_and_says_what_to_write_instead(obj_id):
    """None is what a task before left undone."""
    with pytest.raises(TypeError, match=r"an ID or a list of IDs.*search\(\.\.\.\)"):
        next(Get("PROJ", obj_id).steps(Retry()))
