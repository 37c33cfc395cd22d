"""Both clients: what they send, how they wait and renew, and what they refuse."""

import asyncio
import inspect
import io
import json
import logging
import threading
import time
from contextlib import ExitStack
from dataclasses import replace

import httpx
import pytest
from clients import API_ROOT, AT_ONCE, HOST, Sessions, blocking, on_a_loop

from airflow_provider_workfront.api import errors
from airflow_provider_workfront.api.call import Send, Wait
from airflow_provider_workfront.api.reads import Count, Search
from airflow_provider_workfront.api.request import Request
from airflow_provider_workfront.auth.session import Credential
from airflow_provider_workfront.client import AsyncClient, Client, HttpOptions, open_async_client, open_client
from airflow_provider_workfront.client.http import lost, settings
from airflow_provider_workfront.client.pace import Lane, Limiter, Pace
from airflow_provider_workfront.client.stats import Progress, Stats


@pytest.fixture(params=[blocking, on_a_loop])
def client_of(request):
    """Open a client on a function that answers; both kinds, one after the other."""
    with ExitStack() as stack:
        yield lambda handler, session=None, **options: stack.enter_context(request.param(handler, session, **options))


class Workfront:
    """A little Workfront: answers what it is told, and remembers what it was asked."""

    def __init__(self, *answers):
        self.answers, self.asked = list(answers), []

    def __call__(self, request):
        self.asked.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, httpx.Response) else httpx.Response(200, json={"data": answer})


def failure(status, message):
    return httpx.Response(status, json={"error": {"class": "c", "message": message}})


def refused():
    return failure(401, "You are not currently logged in.")


def busy():
    return failure(429, "too many")


GONE = httpx.ReadError("reset")


def test_a_call_carries_the_session(client_of):
    """In the header that Workfront wants, below the API root."""
    workfront = Workfront({"ID": "1"})
    assert client_of(workfront).get("PROJ", "1", fields=["name"]) == {"ID": "1"}
    (asked,) = workfront.asked
    assert str(asked.url) == f"{API_ROOT}/proj/1?fields=name"
    assert asked.headers["sessionID"] == "s1"


def test_the_session_is_asked_for_once(client_of):
    """And kept for the next calls."""
    session, workfront = Sessions(), Workfront(1, 2)
    client = client_of(workfront, session)
    client.request("GET", "a")
    client.request("GET", "b")
    assert session.given == 1


def test_a_refused_session_is_renewed_once(client_of):
    """The call is replayed with the new one, which is kept."""
    session, workfront = Sessions(), Workfront(refused(), [], [])
    client = client_of(workfront, session)
    client.request("GET", "a")
    client.request("GET", "b")
    assert [asked.headers["sessionID"] for asked in workfront.asked] == ["s1", "s2", "s2"]
    assert client.stats.renewals == 1


def test_every_verb_is_offered_by_both_clients():
    """Under the same names."""
    verbs = {name for name in dir(Client) if not name.startswith("_")}
    assert verbs == {name for name in dir(AsyncClient) if not name.startswith("_")}
    assert verbs >= {
        *("search", "get", "count", "report", "named_query", "metadata", "create", "update", "delete", "copy"),
        *("action", "batch", "bulk_create", "bulk_update", "bulk_delete", "upload", "download", "request"),
    }


def test_a_verb_has_the_signature_of_its_operation():
    """Editors and readers see names, not stars."""
    client = Client(httpx.Client(transport=httpx.MockTransport(Workfront())), Sessions(), api_root=API_ROOT)
    assert list(inspect.signature(client.create).parameters) == ["obj_code", "values", "fields"]
    assert list(inspect.signature(client.bulk_delete).parameters) == ["obj_code", "ids", "force", "raise_on_error"]
    assert "Change the given fields" in client.update.__doc__
    assert "Delete many objects" in client.bulk_delete.__doc__
    assert Client.search is not None
    assert Client.bulk_create is not None
    client.close()


@pytest.mark.parametrize(
    ("verb", "arguments", "data", "result", "asked"),
    [
        ("count", ("TASK", {"status": "NEW"}), {"count": 3}, 3, "GET /task/count"),
        ("report", ("HOUR", ["status"], {"hours": "sum"}), {"A": {}}, {"A": {}}, "GET /hour/report"),
        ("named_query", ("WORK", "myWork"), [{"ID": "1"}], [{"ID": "1"}], "GET /work/myWork"),
        ("metadata", ("PROJ",), {"fields": {}}, {"fields": {}}, "GET /proj/metadata"),
        ("create", ("PROJ", {"name": "x"}), {"ID": "1"}, {"ID": "1"}, "POST /proj"),
        ("update", ("PROJ", "1", {"name": "x"}), {"ID": "1"}, {"ID": "1"}, "PUT /proj/1"),
        ("delete", ("PROJ", "1"), {"success": True}, True, "DELETE /proj/1"),
        ("copy", ("PROJ", "1", {"name": "x"}), {"ID": "2"}, {"ID": "2"}, "POST /proj"),
        ("action", ("TASK", "1", "move", {"projectID": "2"}), {"result": None}, None, "PUT /task/1/move"),
        ("request", ("GET", "info"), {"versions": []}, {"versions": []}, "GET /info"),
    ],
)
def test_each_verb_makes_its_call(client_of, verb, arguments, data, result, asked):
    """And reads its answer."""
    workfront = Workfront(data)
    assert getattr(client_of(workfront), verb)(*arguments) == result
    (sent,) = workfront.asked
    assert f"{sent.method} {sent.url.path.removeprefix('/attask/api/v21.0')}" == asked


def test_a_search_walks_all_pages(client_of):
    """Row by row, no more pages than were drawn."""
    rows = [{"ID": f"{n:04d}"} for n in range(4500)]

    def handler(request):
        first, size = int(request.url.params["$$FIRST"]), int(request.url.params["$$LIMIT"])
        return httpx.Response(200, json={"data": rows[first : first + size]})

    client = client_of(handler)
    assert list(client.search("PROJ")) == rows
    assert client.stats.calls == 4
    assert client.stats.rows == 4500
    few = client.search("PROJ")
    assert next(few) == rows[0]
    assert client.stats.calls == 5
    assert list(client.search("PROJ", limit=3)) == rows[:3]
    assert client.stats.calls == 6
    assert [len(page) for page in client.pages(Search("PROJ", limit=2100))] == [2000, 100]


def test_a_search_shrinks_its_pages_when_they_hold_too_much(client_of):
    """Nested collections count towards the limit of one answer."""
    rows = [{"ID": f"{n:04d}"} for n in range(900)]

    def handler(request):
        first, size = int(request.url.params["$$FIRST"]), int(request.url.params["$$LIMIT"])
        if size > 600:
            return failure(422, "more than 50,000 objects")
        return httpx.Response(200, json={"data": rows[first : first + size]})

    assert list(client_of(handler).search("PROJ", fields=["tasks"])) == rows


def test_a_misspelt_field_ends_a_search_with_a_proposal(client_of):
    """It is not taken for a page that is too large."""
    message = "APIModel V21_0 does not support field nmae (Project)"
    workfront = Workfront(failure(422, message), {"fields": {"name": {}}})
    with pytest.raises(errors.InvalidRequestError, match="did you mean name"):
        list(client_of(workfront).search("PROJ", fields=["nmae"]))


def test_trouble_is_waited_out(client_of):
    """As the policy says, each wait for real."""
    workfront = Workfront(busy(), GONE, [])
    client = client_of(workfront)
    assert client.request("GET", "a") == []
    assert (client.stats.calls, client.stats.refusals) == (3, 1)


@pytest.mark.parametrize(
    "error",
    [
        httpx.ReadError("reset"),
        httpx.ReadTimeout("slow"),
        httpx.WriteError("broken pipe"),
        httpx.RemoteProtocolError("peer closed connection"),
        httpx.DecodingError("corrupt gzip"),
    ],
)
def test_a_lost_answer_leaves_a_write_unknown(client_of, error):
    """Whatever httpx calls it."""
    with pytest.raises(errors.OutcomeUnknownError):
        client_of(Workfront(error)).create("PROJ", {"name": "x"})


def test_a_corrupt_answer_is_a_lost_one(client_of):
    """Some objects are known to answer so."""
    corrupt = httpx.Response(200, headers={"content-encoding": "gzip"}, stream=httpx.ByteStream(b"no gzip"))
    assert client_of(Workfront(corrupt, [])).request("GET", "a") == []


def test_a_write_that_was_not_sent_is_sent_again(client_of):
    """It surely did not happen."""
    unsent = httpx.ConnectError("refused", request=httpx.Request("POST", API_ROOT))
    assert client_of(Workfront(unsent, {"ID": "1"})).create("PROJ", {"name": "x"}) == {"ID": "1"}


@pytest.mark.parametrize("kind", [httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError])
def test_what_never_connected_was_not_sent(kind):
    """And the reason says what to look at."""
    gone = lost(kind("x", request=httpx.Request("GET", API_ROOT)))
    assert not gone.sent
    assert "acme.my.workfront.com" in gone.reason


def test_a_friendly_word_for_each_way_not_to_connect():
    """Seen from a socket that nobody listens on, and from a name that nobody has."""
    for root, words in [
        ("http://127.0.0.1:9", r"127\.0\.0\.1 refuses connections on port 9"),
        ("https://nobody.invalid", r"cannot connect to nobody\.invalid .*check the connection's host"),
    ]:
        client = open_client(Sessions(), api_root=f"{root}/attask/api/v21.0", retry=AT_ONCE)
        with client, pytest.raises(errors.TransportError, match=words):
            client.request("GET", "a")


def test_a_header_that_cannot_be_sent_is_not_quoted():
    """It may hold a secret."""
    error = httpx.LocalProtocolError("Illegal header value b's3cret'", request=httpx.Request("GET", API_ROOT))

    assert "s3cret" not in lost(error).reason


def test_a_proxy_that_refuses_is_blamed_itself():
    """The host may be fine."""
    request = httpx.Request("GET", API_ROOT)

    assert "the proxy does not lead to" in lost(httpx.ProxyError("403 Forbidden", request=request)).reason


def test_a_read_only_client_refuses_to_write(client_of):
    """Before anything is sent; reads, and batches of them, go on."""
    workfront = Workfront([], [{"data": {"count": 1}}])
    client = client_of(workfront, read_only=True)
    for write in [
        lambda: client.create("PROJ", {"name": "x"}),
        lambda: client.update("PROJ", "1", {"name": "x"}),
        lambda: client.delete("PROJ", "1"),
        lambda: client.request("PUT", "proj/1", json={}),
        lambda: client.upload("PROJ", "1", "a", b""),
    ]:
        with pytest.raises(errors.ConnectionSettingsError, match="read_only"):
            write()
    client.request("GET", "a")
    assert client.batch([Count("PROJ")]) == [1]


# hosts


def test_the_session_never_travels_to_another_host(client_of):
    """Not even when the caller names one."""
    workfront = Workfront([])
    client_of(workfront).request("GET", "https://elsewhere.example/a")
    assert "sessionID" not in workfront.asked[0].headers


def test_a_download_leaves_its_session_behind(client_of):
    """It is sent on to object storage, which has an authorization of its own."""
    storage = "https://storage.example.com/a?sig=1"
    workfront = Workfront(
        {"ID": "d", "name": "a.txt", "downloadURL": "/document/download?ID=d"},
        httpx.Response(302, headers={"location": storage}),
        httpx.Response(200, headers={"content-type": "text/plain"}, content=b"hello"),
    )
    into = io.BytesIO(b"something longer that was here before")
    got = client_of(workfront).download("d", into)
    assert (got.name, got.content_type, got.size, into.getvalue()) == ("a.txt", "text/plain", 5, b"hello")
    assert str(workfront.asked[1].url) == f"{HOST}/document/download?ID=d"
    assert [str(asked.headers.get("sessionID")) for asked in workfront.asked] == ["s1", "s1", "None"]


def test_a_download_that_broke_off_begins_anew(client_of):
    """Nothing of the first half stays in the file."""

    class Breaking(httpx.SyncByteStream, httpx.AsyncByteStream):
        def __iter__(self):
            yield b"half of somethi"
            raise httpx.ReadError("reset")

        async def __aiter__(self):
            yield b"half of somethi"
            raise httpx.ReadError("reset")

    document = {"ID": "d", "name": "a", "downloadURL": "/d"}
    workfront = Workfront(document, httpx.Response(200, stream=Breaking()), httpx.Response(200, content=b"whole"))
    into = io.BytesIO()
    client_of(workfront).download("d", into)
    assert into.getvalue() == b"whole"


def test_an_error_on_a_download_stays_out_of_the_file(client_of):
    """A page is no document."""
    into = io.BytesIO()
    with pytest.raises(errors.NotFoundError):
        client_of(Workfront({"downloadURL": "/d"}, failure(404, "gone"))).download("d", into)
    assert into.getvalue() == b""


def test_a_file_travels_as_multipart(client_of):
    """Bytes or an open file, sent again from its beginning."""
    unsent = httpx.ConnectError("refused", request=httpx.Request("POST", API_ROOT))
    workfront = Workfront(busy(), unsent, {"handle": "h"}, {"ID": "d"})
    assert client_of(workfront).upload("PROJ", "p", "a.txt", io.BytesIO(b"hello")) == {"ID": "d"}
    for asked in workfront.asked[:3]:
        assert b'name="uploadedFile"; filename="a.txt"' in asked.content
        assert b"hello" in asked.content
    assert b'"handle":"h"' in workfront.asked[3].content


# time


def test_an_answer_has_a_deadline_as_a_whole(client_of):
    """A server that trickles would hold a caller for ever."""

    class Trickle(httpx.SyncByteStream, httpx.AsyncByteStream):
        def __iter__(self):
            for _ in range(100):
                time.sleep(0.01)  # noqa: TID251 the slowness of the server
                yield b" "

        async def __aiter__(self):
            for _ in range(100):
                await asyncio.sleep(0.01)
                yield b" "

    class Slow:
        def acquire(self, refused):  # noqa: ARG002 the protocol has it
            answer = yield Send(Request("POST", "https://a.example/token", anonymous=True, within=0.05))
            return Credential((("sessionID", answer.reason),), 1)

    workfront = Workfront(httpx.Response(200, stream=Trickle()), [])
    client_of(workfront, Slow()).request("GET", "a")
    assert workfront.asked[1].headers["sessionID"] == "no answer within the time limit"


def test_slow_calls_get_more_time(client_of):
    """Five minutes where others have two, or what the connection says if that is more."""
    workfront = Workfront({"result": None}, [])
    client = client_of(workfront)
    client.http.timeout = httpx.Timeout(120, connect=10)
    client.action("PROJ", "1", "calculateTimeline")
    client.request("GET", "a")
    slow, quick = (asked.extensions["timeout"] for asked in workfront.asked)
    assert (slow["read"], slow["connect"], quick["read"]) == (300, 10, 120)


def test_a_session_that_has_come_to_its_end_is_not_sent(client_of):
    """Waiting for room may outlive one: a newer one is asked for, as if there were none yet."""

    class Brief(Sessions):
        def acquire(self, refused):
            credential = yield from super().acquire(refused)
            assert refused is None
            return replace(credential, stale_at=time.monotonic() + (0.05 if self.given == 1 else 60.0))

    workfront = Workfront({"result": None}, [], [])
    client = client_of(workfront, Brief())
    for _ in range(3):
        client.request("GET", "a")
        time.sleep(0.06)  # noqa: TID251 the first session's life
    assert [asked.headers["sessionID"] for asked in workfront.asked] == ["s1", "s2", "s2"]
    assert client.stats.renewals == 0


# threads, settings, logs


def test_threads_renew_together_once():
    """All were refused with the same session; the second sees that there is a newer one."""
    barrier = threading.Barrier(8)
    seen = threading.local()

    def handler(request):
        if not getattr(seen, "waited", False):
            seen.waited = True
            barrier.wait(5)
        good = request.headers["sessionID"] != "s1"
        return httpx.Response(200, json={"data": []}) if good else refused()

    session = Sessions()
    with blocking(handler, session, lane=Lane(pace=Pace(8, 8))) as client:
        threads = [threading.Thread(target=client.request, args=("GET", "a")) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
    assert session.given == 2


async def test_tasks_on_a_loop_renew_together_once():
    """As threads do."""
    session = Sessions()

    def handler(request):
        good = request.headers["sessionID"] != "s1"
        return httpx.Response(200, json={"data": []}) if good else refused()

    http = httpx.AsyncClient(transport=httpx.MockTransport(handler))
    async with AsyncClient(http, session, api_root=API_ROOT) as client:
        await asyncio.gather(*(client.request("GET", "a") for _ in range(8)))
    assert session.given == 2


async def test_a_search_on_a_loop_is_an_async_iterator():
    """`async for row in workfront.search(...)`."""
    http = httpx.AsyncClient(transport=httpx.MockTransport(Workfront([{"ID": "1"}], [{"ID": "1"}])))
    async with AsyncClient(http, Sessions(), api_root=API_ROOT) as client:
        assert [row async for row in client.search("PROJ")] == [{"ID": "1"}]


def test_a_session_that_cannot_be_had_is_the_error(client_of):
    """The call is not made."""

    class Dead:
        def acquire(self, refused):  # noqa: ARG002 the protocol has it
            yield from ()
            raise errors.ReauthorizationRequired("the grant is dead", "https://airflow.example/workfront")

    workfront = Workfront()
    with pytest.raises(errors.ReauthorizationRequired):
        client_of(workfront, Dead()).request("GET", "a")
    assert workfront.asked == []


def test_our_clients_refuse_cookies_and_redirects():
    """A stale session in a cookie would compete with the header."""

    def handler(request):
        assert "cookie" not in request.headers
        return httpx.Response(200, json={"data": 1}, headers={"set-cookie": "attask=s3cret; Path=/"})

    own = settings(HttpOptions(timeout=60), "wf")
    with httpx.Client(**own | {"transport": httpx.MockTransport(handler)}) as http:
        client = Client(http, Sessions(), api_root=API_ROOT)
        assert [client.request("GET", "a"), client.request("GET", "a")] == [1, 1]
        assert http.timeout == httpx.Timeout(60, connect=10)
        assert not http.follow_redirects
        assert http.headers["user-agent"].startswith("airflow-provider-workfront/")


async def test_clients_with_connections_of_their_own_open_and_close():
    """A proxy's password is not shown."""
    open_client(Sessions(), api_root=API_ROOT, options=HttpOptions(proxy="http://u:s3cret@proxy:3128")).close()
    await open_async_client(Sessions(), api_root=API_ROOT).close()
    assert "s3cret" not in repr(HttpOptions(proxy="http://u:s3cret@proxy:3128"))


def test_a_long_search_tells_how_far_it_is(caplog):
    """Every few seconds, not every page."""
    caplog.set_level(logging.INFO, "airflow_provider_workfront")
    stats = Stats()
    progress = Progress("GET proj/search", stats)
    progress.add(2000)
    progress.told -= 10
    progress.add(1500)
    silent = Progress("", Stats())
    silent.told -= 10
    silent.add(1)  # whoever reads slices tells of it himself
    assert [record.message for record in caplog.records] == ["GET proj/search: 3500 rows so far"]
    assert stats.rows == 3500


def test_a_long_pause_is_told(caplog):
    """A task that waits for room at Workfront shall not look as if it hung."""
    caplog.set_level(logging.INFO, "airflow_provider_workfront")
    stats = Stats("Workfront acme", refusals=7)
    stats.wait(1.0)
    stats.wait(12.0)
    told = "Workfront acme: tries again in 12 s (7 calls refused with 429 so far)"
    assert [record.message for record in caplog.records] == [told]
    assert stats.paused == 13.0


def test_one_line_sums_up_what_was_done(client_of):
    """For the log of a task."""
    client = client_of(Workfront(busy(), {"ID": "1"}))
    client.get("PROJ", "1")
    assert str(client.stats).startswith("2 calls, 0 rows, 1 refused (429), 0 session renewals, 0.")


def test_pauses_are_counted(client_of):
    """For the metrics: what a task waited before it tried again, or for a token."""
    client = client_of(Workfront())
    client.drive(pause for pause in (Wait(0.01), Wait(0.02)))
    assert client.stats.paused == pytest.approx(0.03)


def test_no_secret_reaches_the_log(client_of, caplog):
    """At any level."""
    caplog.set_level(logging.DEBUG)
    workfront = Workfront(refused(), GONE, [])
    client_of(workfront, read_only=False).request("GET", "a")
    assert "s1" not in caplog.text
    assert "s2" not in caplog.text
    assert json.loads(workfront.asked[0].content or b"{}") == {}


def test_a_wrong_search_fails_where_it_is_written():
    """Not when somebody takes the first row, which may be elsewhere."""
    with open_client(Sessions(), api_root=API_ROOT) as client, pytest.raises(ValueError, match="modifier"):
        client.search("PROJ", {"name": {"cicontain": "x"}})


def test_a_read_that_fails_waits_for_the_calls_under_way():
    """Else connections would be closed under them, and some be left open."""
    open_now, most, at_end = 0, 0, []
    lock = threading.Lock()

    def handler(request):
        nonlocal open_now, most
        with lock:
            open_now += 1
            most = max(most, open_now)
        first = int(request.url.params["$$FIRST"])
        if first:
            time.sleep(0.05 if first < 2000 else 0.3)  # noqa: TID251 the first to come is the one that fails
        with lock:
            open_now -= 1
        if 0 < first < 2000:
            return httpx.Response(403, json={"error": {"message": "no"}})
        return httpx.Response(200, json={"data": [{"ID": f"{first + number}"} for number in range(2000)]})

    def read(client):
        try:
            list(client.slices(Search("PROJ")))
        finally:
            at_end.append(open_now)

    with blocking(handler, lane=Lane(Limiter(), Pace(4, 4))) as client, pytest.raises(errors.PermissionDeniedError):
        read(client)
    assert (most, at_end) == (4, [0])
