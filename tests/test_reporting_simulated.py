"""Reports of failures against the simulator: one open issue for all of them, however they come."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from clients import blocking, on_a_loop, simulated

from airflow_provider_workfront.api.errors import TransportError
from airflow_provider_workfront.api.everyday.errand import CannotBeDone
from airflow_provider_workfront.api.everyday.reporting import ReportFailure
from airflow_provider_workfront.auth.session import ApiKeySession
from airflow_provider_workfront.simulator import Simulator
from airflow_provider_workfront.simulator.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import httpx

KEY = "airflow:nightly"
REPORT = ReportFailure("Help Desk", KEY, "Airflow: nightly", "It failed.")
AGAIN = replace(REPORT, text="It failed again.")


def issues(simulator: Simulator) -> list[dict[str, Any]]:
    """Show the issues of the key."""
    return simulator.world.find("OPTASK", extRefID=KEY)


def comments(simulator: Simulator, obj_id: str) -> list[str]:
    """Show what was said about an issue."""
    return [note["noteText"] for note in simulator.world.find("NOTE", opTaskID=obj_id)]


@pytest.fixture
def simulator() -> Simulator:
    return Simulator()


def session(simulator: Simulator) -> ApiKeySession:
    return ApiKeySession(simulator.credentials["api_key"])


@pytest.fixture(params=[blocking, on_a_loop])
def client(request: pytest.FixtureRequest, simulator: Simulator) -> Iterator[Any]:
    """Both clients take the same steps."""
    with ExitStack() as stack:
        yield stack.enter_context(request.param(simulated(simulator), session(simulator)))


def test_the_first_failure_opens_an_issue(client, simulator):
    """In the project of that name, with the text as description and further fields as wished."""
    done = client.run(replace(REPORT, values={"priority": 3}))

    (issue,) = issues(simulator)
    assert (done.told, done.obj_code, done.obj_id) == ("opened", "OPTASK", issue["ID"])
    assert issue["projectID"] == simulator.world.id_of("PROJ", "Help Desk")
    assert (issue["name"], issue["description"], issue["priority"]) == ("Airflow: nightly", "It failed.", 3)
    assert comments(simulator, issue["ID"]) == []


def test_a_repeat_is_a_comment(client, simulator):
    """On the issue that is open already; whom it mentions is told."""
    for report in (REPORT, AGAIN, replace(AGAIN, mention=["dana@acme.example"])):
        done = client.run(report)

    (issue,) = issues(simulator)
    assert comments(simulator, issue["ID"]) == ["It failed again."] * 2
    assert "is open already" in done.told
    assert "1 mentioned" in done.told


def test_an_issue_is_found_where_it_was_moved(client, simulator):
    """People sort requests into projects of their own."""
    issue = client.run(REPORT).result["ID"]
    client.action("OPTASK", issue, "move", {"projectID": client.create("PROJ", {"name": "Data team"})["ID"]})

    client.run(AGAIN)

    assert len(issues(simulator)) == len(comments(simulator, issue)) == 1


def test_a_failure_after_the_end_opens_another_issue(client, simulator):
    """What was closed stays closed, and is not commented on."""
    closed = client.run(REPORT).result["ID"]
    client.update("OPTASK", closed, {"status": "CLS"})

    client.run(AGAIN)
    client.run(AGAIN)

    (opened,) = [issue["ID"] for issue in issues(simulator) if issue["ID"] != closed]
    assert (comments(simulator, closed), len(comments(simulator, opened))) == ([], 1)


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_lost_answer_opens_no_second_issue(client, simulator, when):
    """What was made without an answer is found again; what was not is for the next report."""
    simulator.faults.plan([Fault("reset", path="/optask", method="POST", when=when, times=1)])

    if when == "before":
        with pytest.raises(TransportError, match="nothing of it shows"):
            client.run(REPORT)
        client.run(AGAIN)
    else:
        assert client.run(REPORT).told == "opened"

    (issue,) = issues(simulator)
    assert comments(simulator, issue["ID"]) == []


def overtaken(simulator: Simulator) -> Callable[[httpx.Request], httpx.Response]:
    """Let another report come in between, after the look and before the issue is made."""
    inner = simulated(simulator)
    others = [AGAIN]

    def handler(request: httpx.Request) -> httpx.Response:
        if request.method == "POST" and request.url.path.endswith("/optask") and others:
            with blocking(inner, session(simulator)) as other:
                other.run(others.pop())
            simulator.clock.advance(1)  # as long as calls take where there is a network
        return inner(request)

    return handler


def test_two_reports_at_once_leave_one_issue(simulator):
    """Both found nothing; the later one takes its issue back and comments on the other."""
    with blocking(overtaken(simulator), session(simulator)) as client:
        done = client.run(REPORT)

    (issue,) = issues(simulator)
    assert (issue["description"], done.obj_id) == ("It failed again.", issue["ID"])
    assert comments(simulator, issue["ID"]) == ["It failed."]
    assert "by another report at the same moment" in done.told


def test_an_issue_that_cannot_be_taken_back_is_told(simulator):
    """The failure is reported nevertheless, and the log names the issue that is one too many."""
    simulator.faults.plan([Fault("403", path="/optask", method="DELETE", times=1)])

    with blocking(overtaken(simulator), session(simulator)) as client:
        done = client.run(REPORT)

    (second,) = [issue["ID"] for issue in issues(simulator) if issue["ID"] != done.obj_id]
    assert f"issue {second} is one too many: delete it" in done.told
    assert comments(simulator, done.obj_id) == ["It failed."]


def test_a_long_text_is_cut(client, simulator):
    """In the description as in the comment, at 4,000 characters."""
    for _ in range(2):
        client.run(replace(REPORT, text="x" * 5000))

    (issue,) = issues(simulator)
    (comment,) = comments(simulator, issue["ID"])
    assert len(issue["description"]) == len(comment) == 4000
    assert issue["description"] == comment


def test_a_project_that_is_not_there_is_named(client, simulator):
    """With what comes nearest."""
    with pytest.raises(CannotBeDone, match="Help Desk"):
        client.run(replace(REPORT, project_id="Help Desc"))

    assert issues(simulator) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"project_id": "None"}, "project_id is the ID or the name of a project"),
        ({"name": " "}, "needs a name"),
        ({"text": ""}, "needs a text"),
        ({"key": "None"}, "values need extRefID"),
        ({"values": [1]}, "values must be a dict"),
        ({"mention": [7]}, "mention are texts"),
    ],
)
def test_what_cannot_be_meant_is_refused(change, said):
    """Before anything is asked; 'None' is what a template makes of nothing."""
    with pytest.raises((TypeError, ValueError), match=said):
        replace(REPORT, **change).check()
