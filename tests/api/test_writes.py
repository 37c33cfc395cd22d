"""Operations that change things: their requests, and how their answers are read."""

import io
import json
from datetime import UTC, datetime

import pytest

from airflow_provider_workfront.api.batch import Batch
from airflow_provider_workfront.api.bulk import BulkCreate, BulkDelete, BulkUpdate
from airflow_provider_workfront.api.call import Retry, Send
from airflow_provider_workfront.api.documents import Download, Upload
from airflow_provider_workfront.api.errors import InvalidRequestError, NotFoundError, TransportError
from airflow_provider_workfront.api.hundred import parts_of
from airflow_provider_workfront.api.operation import Raw
from airflow_provider_workfront.api.reads import Count, Get
from airflow_provider_workfront.api.request import Part, Repeat, Request, Response
from airflow_provider_workfront.api.results import BulkError, Outcome, RowResult
from airflow_provider_workfront.api.writes import Action, Copy, Create, Delete, Update


def play(job, *answers):
    """Carry a job out with these data, or whole responses, as answers; give its result and the requests."""
    steps, requests, given, answers = job.steps(Retry()), [], None, list(answers)
    while True:
        try:
            step = steps.send(given)
        except StopIteration as done:
            return done.value, requests
        assert isinstance(step, Send)
        requests.append(step.request)
        given = answers.pop(0)
        if not isinstance(given, Response):
            given = Response(200, {}, json.dumps({"data": given}).encode())


def test_an_object_is_created_from_json():
    """Other parameters stay in the query; dates are written as Workfront does."""
    values = {"name": "x", "DE:Due": datetime(2026, 1, 1, tzinfo=UTC)}
    result, requests = play(Create("PROJ", values, ["status"]), {"ID": "1"})
    assert result == {"ID": "1"}
    assert requests == [
        Request(
            "POST",
            "proj",
            (("fields", "status"),),
            json={"name": "x", "DE:Due": "2026-01-01T00:00:00:000+0000"},
            repeat=Repeat.NEVER,
        )
    ]


def test_an_update_carries_its_own_read_back():
    """It reads what was sent, and what was asked for."""
    request = Update("TASK", "t", {"name": "x", "status": "INP"}, ["status", "wbs"]).request()
    assert (request.method, request.path, request.json) == ("PUT", "task/t", {"name": "x", "status": "INP"})
    assert request.repeat is Repeat.IDEMPOTENT
    assert request.params == (("fields", "status,wbs"),)
    assert request.check == Request("GET", "task/t", (("fields", "name,status,wbs"),), repeat=Repeat.ALWAYS)


def test_an_update_of_oneself_goes_by_query():
    """`$$USER` is no path."""
    request = Update("USER", "$$USER", {"title": "x"}).request()
    assert (request.path, request.params) == ("user", (("id", "$$USER"),))
    assert request.check.params == (("id", "$$USER"), ("fields", "title"))
    assert play(Update("USER", "$$USER", {"title": "x"}), [{"ID": "u"}])[0] == {"ID": "u"}


def test_an_update_changes_something():
    """An empty one comes from a broken template."""
    with pytest.raises(ValueError, match="at least one field"):
        Update("TASK", "t", {}).request()


def test_a_delete_may_take_dependants_along():
    """And tells that it is done."""
    result, requests = play(Delete("OPTASK", "i", force=True), {"success": True})
    assert result is True
    assert requests == [Request("DELETE", "optask/i", (("force", "true"),), repeat=Repeat.IDEMPOTENT, slow=True)]
    assert play(Delete("OPTASK", "i"), {"success": False})[0] is False


def test_a_copy_overrides_and_clears():
    """Options are a JSON list in the query."""
    copy = Copy("PROJ", "p", {"name": "Copy"}, ["clearAssignments"], "name")
    assert play(copy, {"ID": "2"})[0] == {"ID": "2"}
    request = copy.request()
    assert (request.method, request.path, request.json) == ("POST", "proj", {"name": "Copy"})
    assert request.params == (("copySourceID", "p"), ("options", '["clearAssignments"]'), ("fields", "name"))


def test_an_action_sends_its_arguments_as_json():
    """Lists come through in no other form."""
    action = Action("TASK", "t", "assignMultiple", {"userIDs": ["u"], "roleIDs": []})
    result, requests = play(action, {"result": None})
    assert result is None
    assert requests == [Request("PUT", "task/t/assignMultiple", json={"userIDs": ["u"], "roleIDs": []}, slow=True)]


def test_an_action_of_the_type_has_no_id():
    """As `getUsersAvailableTime` of users; `$$USER` goes by query."""
    assert Action("USER", None, "isUserAdmin").request() == Request(
        "PUT", "user", (("action", "isUserAdmin"),), json={}, slow=True
    )
    assert Action("USER", "$$USER", "isUserAdmin").request().params == (("id", "$$USER"), ("action", "isUserAdmin"))
    assert play(Action("PROJ", "p", "calculateTimeline"), {"other": 1})[0] == {"other": 1}


@pytest.mark.parametrize("values", [[{"name": "x"}], "name=x", None])
@pytest.mark.parametrize("make", [lambda values: Create("PROJ", values), lambda values: Update("PROJ", "p", values)])
def test_values_are_a_dict(make, values):
    """A list belongs to the bulk operations."""
    with pytest.raises(TypeError, match="values must be a dict"):
        make(values).request()


@pytest.mark.parametrize(
    "operation",
    [
        Update("PROJ", "a/b", {"x": 1}),
        Delete("PROJ", ""),
        Copy("PROJ", "a?b"),
        Action("PROJ", "a", "b/c"),
        Action("PROJ", "a b", "c"),
    ],
)
def test_what_cannot_be_an_id_is_refused(operation):
    """A delete of "" would be a delete of who knows what."""
    with pytest.raises(ValueError, match="is not the ID"):
        operation.request()


# many at once


def carried(bulk, *answers):
    """Carry the first hundred of a bulk write out; give the results and the requests."""
    (hundred,) = bulk.hundreds()
    done, requests = play(hundred, *answers)
    return done.results, requests


def test_rows_are_written_in_hundreds():
    """More would be refused as a whole."""
    parts = BulkCreate("TASK", [{"name": str(n)} for n in range(250)]).hundreds()
    assert [len(part.rows) for part in parts] == [100, 100, 50]
    assert parts[2].rows[0] == (200, {"name": "200"})
    assert BulkCreate("TASK", []).hundreds() == []


def test_each_row_has_its_result():
    """In the order of the rows."""
    made = [{"ID": str(n)} for n in range(3)]
    results, (request,) = carried(BulkCreate("TASK", [{"name": str(n)} for n in range(3)], fields="name"), made)
    assert results == tuple(RowResult(n, Outcome.WRITTEN, str(n), "", made[n]) for n in range(3))
    assert (request.method, request.path, request.slow) == ("POST", "task", True)
    assert request.params == (("fields", "name"),)
    assert request.json == [{"name": "0"}, {"name": "1"}, {"name": "2"}]


def test_an_atomic_call_gives_no_rows_back():
    """Only that it was done."""
    results, (request,) = carried(
        BulkUpdate("TASK", [{"ID": "a", "name": "x"}], "name", atomic=True), {"success": True}
    )
    assert results == (RowResult(0, Outcome.WRITTEN, "a"),)
    assert request.params == (("fields", "name"), ("atomic", "true"))


def test_rows_are_deleted_by_their_ids():
    """With what depends on them, if wanted."""
    results, (request,) = carried(BulkDelete("TASK", ["a", "b"], force=True), {"success": True})
    assert [result.obj_id for result in results] == ["a", "b"]
    assert request.params == (("id", "a,b"), ("force", "true"))


@pytest.mark.parametrize("odd", [[], [{"ID": "a"}, {"ID": "b"}], ["a"], {"success": True}, None, "done"])
def test_an_answer_of_an_unknown_form_is_no_proof(odd):
    """Nothing is called written for it: it is read back."""
    results, requests = carried(BulkUpdate("TASK", [{"ID": "a", "name": "x"}]), odd, [{"ID": "a", "name": "x"}])
    assert results[0].outcome is Outcome.WRITTEN
    assert [request.method for request in requests] == ["PUT", "GET"]


@pytest.mark.parametrize(
    ("message", "parts"),
    [
        ('Invalid Parameter: status value "BAD"', [[2], [0, 1, 3, 4]]),
        ('Task with primary key value(s) "id1" not found', [[1], [0, 2, 3, 4]]),
        ('Invalid Parameter: status value "NEW"', [[0], [1], [2], [3], [4]]),  # most have it: no help
        ("no idea", [[0], [1], [2], [3], [4]]),
    ],
)
def test_refused_rows_are_parted_by_what_the_message_names(message, parts):
    """Or into ten at most, if it names nothing."""
    rows = [(n, {"ID": f"id{n}", "status": "BAD" if n == 2 else "NEW"}) for n in range(5)]
    assert [[index for index, _ in part] for part in parts_of(rows, message)] == parts


def test_an_error_sums_up_and_shows_the_first_rows():
    """Not ten thousand."""
    results = [RowResult(n, Outcome.REFUSED, f"id{n}", "422 no") for n in range(7)] + [RowResult(7, Outcome.WRITTEN)]
    told = str(BulkError("update TASK", results))
    assert told.startswith("update TASK: 1 written, 7 refused: row 0 (ID id0) refused, 422 no; row 1")
    assert told.endswith("row 4 (ID id4) refused, 422 no; and 2 more")


@pytest.mark.parametrize(
    ("repeatable", "written", "cause", "permanent"),
    [
        (True, True, None, True),  # rows were refused: they would be again
        (True, True, TransportError("away"), False),
        (True, True, NotFoundError(404, "gone"), True),
        (False, True, TransportError("away"), True),  # what is there would be made again
        (False, False, TransportError("away"), False),
    ],
)
def test_what_may_be_given_once_more(repeatable, written, cause, permanent):
    """A task's retry writes all rows again."""
    outcome = Outcome.WRITTEN if written else Outcome.NOT_TRIED
    assert BulkError("x", [RowResult(0, outcome)], cause, repeatable=repeatable).permanent is permanent


# batch


def test_a_batch_carries_each_call_with_its_own_method():
    """Writes bring their updates along."""
    batch = Batch([Count("PROJ", {"DE:Note": "a&b"}), Update("TASK", "t", {"name": "x"})], concurrent=True)
    request = batch.request()
    assert (request.method, request.path, request.repeat) == ("POST", "batch", Repeat.NEVER)
    assert request.form == (
        ("atomic", "false"),
        ("concurrent", "true"),
        ("uri", "/proj/count?DE:Note=a%26b&method=GET"),
        ("uri", "/task/t?updates=%7B%22name%22:%22x%22%7D&method=PUT"),
    )


def test_a_batch_of_reads_is_a_read():
    """It may be repeated."""
    assert Batch([Count("PROJ"), Get("TASK", "t")]).request().repeat is Repeat.ALWAYS


def test_each_result_of_a_batch_is_read_by_its_member():
    """An error takes its member's place."""
    batch = Batch([Count("PROJ"), Get("TASK", "t"), Count("TASK")])
    data = [{"data": {"count": 3}}, {"error": {"class": "c", "message": "gone"}}, {"count": 4}]
    count, error, bare = play(batch, data)[0]
    assert (count, bare) == (3, 4)
    assert isinstance(error, InvalidRequestError)
    assert str(error) == "GET task/t: 200 gone"


def test_an_atomic_batch_gives_no_results():
    """Workfront says only that all happened."""
    batch = Batch([Create("PROJ", {"name": "x"})], atomic=True)
    assert play(batch, {"success": True})[0] == []
    assert batch.request().form[0] == ("atomic", "true")


def test_a_batch_has_members_that_fit():
    """At least one, and no batch within."""
    with pytest.raises(ValueError, match="at least one"):
        Batch([]).request()
    with pytest.raises(ValueError, match="cannot be part of a batch"):
        Batch([Batch([Count("PROJ")])]).request()


def test_a_batch_takes_raw_calls_too():
    """With a query of their own."""
    uri = Batch([Raw("GET", "proj/search?status=CUR")]).request().form[2][1]
    assert uri == "/proj/search?status=CUR&method=GET"


# documents


def test_a_file_is_uploaded_then_attached():
    """The handle joins the two calls."""
    upload = Upload("PROJ", "p", "a.txt", b"hello", values={"description": "d"})
    result, (first, second) = play(upload, {"handle": "h"}, {"ID": "d1"})
    assert result == {"ID": "d1"}
    assert first == Request(
        "POST", "upload", part=Part("uploadedFile", "a.txt", b"hello"), repeat=Repeat.IDEMPOTENT, slow=True
    )
    assert (second.method, second.path) == ("POST", "docu")
    assert second.json == {
        "name": "a.txt",
        "handle": "h",
        "docObjCode": "PROJ",
        "objID": "p",
        "currentVersion": {"version": "v1.0", "fileName": "a.txt"},
        "description": "d",
    }


def test_a_file_may_become_a_new_version():
    """Of the document it is uploaded to."""
    _, (_, second) = play(Upload("document", "d1", "a.txt", io.BytesIO(b"x"), "v2.0"), {"handle": "h"}, {"ID": "v"})
    assert second.path == "docv"
    assert second.json == {"handle": "h", "documentID": "d1", "version": "v2.0", "fileName": "a.txt"}


@pytest.mark.parametrize(
    ("upload", "error"),
    [
        (Upload("DOCU", "d", "a.txt", b""), "needs its version"),
        (Upload("PROJ", "p", "", b""), "name of the file"),
        (Upload("PROJ", "", "a.txt", b""), "is not the ID"),
    ],
)
def test_an_upload_is_checked_before_it_is_sent(upload, error):
    """A large file would travel in vain."""
    with pytest.raises(ValueError, match=error):
        play(upload)


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("/document/download?ID=d1", "/document/download?ID=d1"),
        ("document/download?ID=d1", "/document/download?ID=d1"),
        ("https://storage.example.com/a?sig=1", "https://storage.example.com/a?sig=1"),
    ],
)
def test_a_document_is_fetched_from_where_workfront_says(url, path):
    """The address is relative to the host, or whole."""
    into = io.BytesIO()
    into.write(b"hello")
    got = Response(200, {"content-type": "text/plain"}, b"")
    result, (_, fetch) = play(Download("d1", into), {"name": "a.txt", "downloadURL": url}, got)
    assert (result.name, result.content_type, result.size) == ("a.txt", "text/plain", 5)
    assert (fetch.path, fetch.into, fetch.repeat) == (path, into, Repeat.ALWAYS)


@pytest.mark.parametrize("url", ["", None])
def test_a_document_without_content_is_not_found(url):
    """It has no version yet."""
    with pytest.raises(NotFoundError, match="no content"):
        play(Download("d1", io.BytesIO()), {"downloadURL": url})
