"""Both clients against the simulator: a whole Workfront, and its troubles."""

import io
import json
from contextlib import ExitStack

import pytest
from clients import AT_ONCE, LoggedIn, blocking, on_a_loop, simulated

from airflow_provider_workfront.api import errors
from airflow_provider_workfront.api.call import Retry
from airflow_provider_workfront.api.pages import After
from airflow_provider_workfront.api.query import USER, any_of, custom, exists, field, outer
from airflow_provider_workfront.api.reads import Count, Get, Search
from airflow_provider_workfront.auth.session import ApiKeySession
from airflow_provider_workfront.client import open_async_client, open_client
from airflow_provider_workfront.simulator import Options, Simulator
from airflow_provider_workfront.simulator.faults import Fault
from airflow_provider_workfront.simulator.http import running

SEED = 4711


@pytest.fixture(params=[blocking, on_a_loop])
def open_on(request):
    """Open a client on a simulator; both kinds, one after the other."""
    with ExitStack() as stack:
        yield lambda simulator, **options: stack.enter_context(
            request.param(simulated(simulator), options.pop("session", LoggedIn(simulator)), **options)
        )


def test_a_search_finds_every_row_once(open_on):
    """Though the simulator shuffles what is not sorted."""
    simulator = Simulator(Options(projects=2500))
    client = open_on(simulator)
    found = [row["ID"] for row in client.search("PROJ", fields=["name"])]
    assert len(found) == len(set(found)) == client.count("PROJ") > 2500
    assert client.stats.calls == 4


def test_filters_of_every_kind_agree(open_on):
    """Dict and builder say the same; counts follow."""
    client = open_on(Simulator(Options(projects=200)))
    by_dict = list(client.search("PROJ", {"status": ["CUR", "PLN"], "name": {"cicontains": "a"}}))
    built = field("status").isin("CUR", "PLN") & field("name").cicontains("a")
    assert by_dict == list(client.search("PROJ", built)) != []
    assert client.count("PROJ", built) == len(by_dict)
    apart = {row["ID"] for status in ("CUR", "PLN") for row in client.search("PROJ", field("status").eq(status))}
    either = any_of(field("status").eq("CUR"), field("status").eq("PLN"))
    assert {row["ID"] for row in client.search("PROJ", either)} == apart
    named = field("name").cicontains("a")
    assert sorted(row["ID"] for row in client.search("PROJ", either & named)) == [row["ID"] for row in by_dict]


def test_exists_finds_rows_by_what_points_to_them(open_on):
    """The tasks that somebody is assigned to."""
    client = open_on(Simulator())
    assigned = {row["taskID"] for row in client.search("ASSGN", fields=["taskID"]) if row["taskID"]}
    found = client.search("TASK", exists("ASSGN", field("taskID").eq(outer("ID"))))
    assert {row["ID"] for row in found} == assigned != set()
    mine = list(client.search("USER", field("ID").eq(USER)))
    assert mine == [client.get("USER", "$$USER")]


def test_a_very_long_query_travels_in_a_body(open_on):
    """The simulator refuses an address of more than 8,892 bytes, as the CDN does."""
    client = open_on(Simulator(Options(projects=400)))
    ids = [row["ID"] for row in client.search("PROJ")]
    assert len(ids) * 36 > 9000
    assert [row["ID"] for row in client.search("PROJ", {"ID": ids})] == ids
    assert [row["ID"] for row in client.get("PROJ", ids[::-1])] == ids[::-1]


def test_an_object_lives_and_dies(open_on):
    """Created, changed, copied, counted, deleted."""
    client = open_on(Simulator())
    made = client.create("PROJ", {"name": "Grün & Söhne / 100 %"}, fields=["name", "status"])
    assert made["name"] == "Grün & Söhne / 100 %"
    assert client.update("PROJ", made["ID"], {"name": "New"}, fields=["name"])["name"] == "New"
    copied = client.copy("PROJ", made["ID"], {"name": "Copy"})
    assert client.count("PROJ", {"name": ["New", "Copy"]}) == 2
    assert client.delete("PROJ", copied["ID"]) is True
    with pytest.raises(errors.NotFoundError, match="recycle bin"):
        client.get("PROJ", copied["ID"])


def test_a_batch_carries_reads_and_writes(open_on):
    """Each result in its place."""
    client = open_on(Simulator())
    project = client.create("PROJ", {"name": "Batch"})["ID"]
    count, got = client.batch([Count("PROJ", {"name": "Batch"}), Get("PROJ", project)])
    assert (count, got["ID"]) == (1, project)


def test_a_report_groups(open_on):
    """The counts add up."""
    client = open_on(Simulator(Options(projects=50)))
    groups = client.report("PROJ", ["status"], {"ID": "count"})
    assert sum(group["count_ID"] for group in groups.values()) == client.count("PROJ")


def test_a_file_goes_up_and_comes_down(open_on):
    """Byte by byte the same."""
    client = open_on(Simulator())
    project = client.create("PROJ", {"name": "Files"})["ID"]
    content = bytes(range(256)) * 500
    document = client.upload("PROJ", project, "data.bin", io.BytesIO(content))
    into = io.BytesIO()
    got = client.download(document["ID"], into)
    assert (into.getvalue(), got.name, got.size) == (content, "data.bin", len(content))


def test_misspelt_names_get_proposals(open_on):
    """From the metadata of the type in question."""
    client = open_on(Simulator())
    with pytest.raises(errors.InvalidRequestError, match=r"did you mean name\?|did you mean name,"):
        list(client.search("PROJ", fields=["nmae"]))
    with pytest.raises(errors.InvalidRequestError, match="did you mean"):
        list(client.search("PROJCT"))
    with pytest.raises(errors.InvalidRequestError, match="collection of its parent"):
        list(client.search("NONWKD"))


def test_a_session_that_ends_mid_search_is_renewed(open_on):
    """No row is lost for it."""
    simulator = Simulator(Options(projects=4500), faults=(Fault("expire", path="proj/search", skip=1),))
    client = open_on(simulator)
    rows = list(client.search("PROJ"))
    assert len({row["ID"] for row in rows}) == len(rows) == client.count("PROJ")
    assert client.stats.renewals == 1


def test_an_api_key_is_a_session_too(open_on):
    """In its own header; a wrong one is not tried twice."""
    simulator = Simulator()
    assert open_on(simulator, session=ApiKeySession(simulator.credentials["api_key"])).count("PROJ") > 0
    with pytest.raises(errors.TokenError, match="API key"):
        open_on(simulator, session=ApiKeySession("wrong")).count("PROJ")


@pytest.mark.parametrize(
    "trouble", ["429", "500", "502", "503", "html200", "reset", "truncate", "garbage", "badgzip", "302"]
)
def test_a_read_outlives_every_trouble(open_on, trouble):
    """Each comes twice, except those that look like a dead session."""
    times = 1 if trouble in {"302", "html200"} else 2
    simulator = Simulator(Options(projects=100), faults=(Fault(trouble, path="proj/search", times=times),))
    client = open_on(simulator)
    assert len(list(client.search("PROJ"))) == client.count("PROJ")


@pytest.mark.parametrize("trouble", ["502", "503", "reset", "truncate", "garbage", "badgzip"])
def test_a_write_is_never_made_twice(open_on, trouble):
    """The answer was lost after the write: the error says so, and one project is there."""
    simulator = Simulator(faults=(Fault(trouble, path="/proj", method="POST", when="after"),))
    client = open_on(simulator)
    with pytest.raises(errors.OutcomeUnknownError):
        client.create("PROJ", {"name": "Once"})
    assert client.count("PROJ", {"name": "Once"}) == 1


@pytest.mark.parametrize("trouble", ["reset", "503", "truncate"])
def test_a_delete_whose_answer_is_lost_succeeds(open_on, trouble):
    """The second one finds nothing left."""
    simulator = Simulator(faults=(Fault(trouble, method="DELETE", when="after"),))
    client = open_on(simulator)
    project = client.create("PROJ", {"name": "Gone"})["ID"]
    assert client.delete("PROJ", project) is True


def test_a_crowd_of_refusals_is_waited_out(open_on):
    """A third of all calls is refused, and still everything arrives."""
    simulator = Simulator(Options(projects=300, fault_rate=0.3, fault_kind="429", seed=SEED))
    client = open_on(simulator, retry=Retry(tries=30, tries_refused=30, base=0.0))
    for _ in range(10):
        assert len(list(client.search("PROJ"))) == client.count("PROJ"), f"seed {SEED}"
    assert client.stats.refusals > 0


def test_custom_fields_are_read_and_written_by_name(open_on):
    """Own ones, and through a reference."""
    client = open_on(Simulator())
    names = client.metadata("PROJ")["custom"]
    number = next(name for name, kind in names.items() if kind["type"] in {"double", "int", "number"})
    form = names[number]["categories"][0]["ID"]
    project = client.create("PROJ", {"name": "Custom", "categoryID": form, f"DE:{number}": 42})["ID"]
    assert client.get("PROJ", project, [f"DE:{number}"])[f"DE:{number}"] == 42
    assert [row["ID"] for row in client.search("PROJ", custom(number).eq(42) & field("name").eq("Custom"))] == [project]
    task = client.create("TASK", {"name": "t", "projectID": project})["ID"]
    through = custom(number, through="project").eq(42) & field("projectID").eq(project)
    assert [row["ID"] for row in client.search("TASK", through)] == [task]


def test_small_pages_are_chosen_when_collections_are_large(open_on):
    """The simulator counts nested objects, as Workfront does."""
    simulator = Simulator(Options(projects=60, tasks=900, max_objects=300))
    client = open_on(simulator)
    rows = list(client.search("PROJ", fields=["tasks"]))
    assert len({row["ID"] for row in rows}) == len(rows) == client.count("PROJ")


@pytest.mark.parametrize("trouble", ["reset", "truncate", "badgzip"])
def test_a_real_socket_is_outlived_too(trouble):
    """What httpx makes of a connection that breaks differs from what a test makes up."""
    faults = (Fault(trouble, path="proj/search", times=2), Fault(trouble, path="/proj", method="POST", when="after"))
    simulator = Simulator(Options(projects=300), faults=faults)
    with running(simulator) as server:
        client = open_client(LoggedIn(simulator), api_root=f"{server.url}/attask/api/v21.0", retry=AT_ONCE)
        with client:
            assert len(list(client.search("PROJ"))) == client.count("PROJ")
            with pytest.raises(errors.OutcomeUnknownError):
                client.create("PROJ", {"name": "Once"})
            assert client.count("PROJ", {"name": "Once"}) == 1


@pytest.mark.parametrize("trouble", ["reset", "truncate", "badgzip"])
async def test_a_real_socket_is_outlived_on_a_loop(trouble):
    """As in blocking code."""
    simulator = Simulator(Options(projects=300), faults=(Fault(trouble, path="proj/search", times=2),))
    with running(simulator) as server:
        root = f"{server.url}/attask/api/v21.0"
        async with open_async_client(LoggedIn(simulator), api_root=root, retry=AT_ONCE) as client:
            assert len([row async for row in client.search("PROJ")]) == await client.count("PROJ")


def test_slices_are_the_rows_of_the_pages(open_on):
    """The same rows in the same order, with the same values, not decoded."""
    simulator = Simulator(Options(projects=2500))
    client = open_on(simulator)
    search = Search("PROJ", fields=["name", "owner:name", "DE:Budget Cap"])
    rows = [row for page in client.pages(search) for row in page]
    cut = [row for page in client.slices(search) for row in page]
    assert [json.loads(bytes(row.text)) for row in cut] == rows
    assert [row.obj_id for row in cut] == [row["ID"] for row in rows]


def test_a_read_of_slices_goes_on_where_another_ended(open_on):
    """As a task does that was killed in between."""
    client = open_on(Simulator(Options(projects=4500)))
    whole = [row.obj_id for page in client.slices(Search("PROJ")) for row in page]
    tail = [row.obj_id for page in client.slices(Search("PROJ"), After(2000, tuple(whole[1940:2000]))) for row in page]
    assert tail == whole[2000:]
