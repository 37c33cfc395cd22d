"""The notifier, as Airflow calls and awaits it: what reaches Workfront, and that nothing else is touched."""

from __future__ import annotations

import asyncio
import inspect
import json
import re
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from airflow.sdk import DAG
from airflow.sdk.configuration import conf
from airflow.sdk.log import mask_secret

from airflow_provider_workfront.notifications import WorkfrontNotifier
from airflow_provider_workfront.simulator.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.watched import WatchedSimulator

TASK = SimpleNamespace(task_id="load", state="failed", log_url="https://airflow/log")
FAILED = {
    "dag": DAG("nightly", schedule=None),
    "ti": TASK,
    "run_id": "r1",
    "exception": ValueError("no rows"),
    "params": {"n": 7},
}
STORY = "DAG nightly, task load, run r1: failed\nhttps://airflow/log\n\nValueError: no rows"


def called(context: dict[str, Any], **arguments: Any) -> None:
    """Notify as callbacks do."""
    WorkfrontNotifier(**arguments)(context)


def awaited(context: dict[str, Any], **arguments: Any) -> None:
    """Notify as the triggerer does."""

    async def notified() -> None:
        await WorkfrontNotifier(**arguments, context=context)

    asyncio.run(notified())


@pytest.fixture(params=[called, awaited])
def notified(request) -> Callable[..., None]:
    """Both ways come to the same."""
    return request.param


@pytest.fixture
def project(simulator) -> str:
    return simulator.world.id_of("PROJ", "Help Desk")


def comments(simulator: WatchedSimulator, obj_id: str) -> list[str]:
    """Show what was said about an object."""
    return [note["noteText"] for note in simulator.world.objects("NOTE").values() if note["objID"] == obj_id]


def issues(simulator: WatchedSimulator) -> list[dict[str, Any]]:
    """Show the issues that notifiers opened."""
    return [row for row in simulator.world.objects("OPTASK").values() if "airflow" in str(row.get("extRefID"))]


# -- what is done


def test_a_failure_becomes_a_comment(notified, simulator, project):
    """Without a text it tells what happened; with one, that, and its templates know the context."""
    before = comments(simulator, project)

    notified(FAILED, obj_code="PROJ", obj_id=project)
    notified(FAILED, obj_code="PROJ", obj_id=project, text="{{ ti.task_id }}: {{ exception }} ({{ params.n }})")

    assert comments(simulator, project)[len(before) :] == [STORY, "load: no rows (7)"]


def test_a_success_becomes_a_value(notified, simulator, project):
    """And nothing is said, unless there is a text."""
    before = comments(simulator, project)

    notified(FAILED, obj_code="PROJ", obj_id=project, values={"description": "Loaded by {{ run_id }}"})
    assert simulator.world.objects("PROJ")[project]["description"] == "Loaded by r1"
    assert comments(simulator, project) == before

    notified(FAILED, obj_code="PROJ", obj_id=project, values={"description": "Again"}, text="Loaded")
    assert simulator.world.objects("PROJ")[project]["description"] == "Again"
    assert comments(simulator, project) == [*before, "Loaded"]


def test_failures_of_a_dag_become_one_issue(notified, simulator, project):
    """Repeats are comments on it; fields of the issue are templates too."""
    for error in ("no rows", "no rows again"):
        context = FAILED | {"exception": ValueError(error)}
        notified(context, project_id="Help Desk", values={"priority": "{{ 1 + 2 }}"}, mention="dana@acme.example")

    (issue,) = issues(simulator)
    assert (issue["name"], issue["extRefID"]) == ("Airflow: nightly", "airflow:nightly")
    assert (issue["projectID"], issue["priority"], issue["description"]) == (project, 3, STORY)
    (comment,) = comments(simulator, issue["ID"])
    assert comment.endswith("no rows again")


def test_issues_are_told_apart_as_wished(notified, simulator):
    """One for each task, say."""
    for task in ("load", "check"):
        context = FAILED | {"ti": SimpleNamespace(task_id=task)}
        key = {"issue_key": "airflow/{{ dag.dag_id }}/{{ ti.task_id }}", "issue_name": "{{ ti.task_id }} fails"}
        notified(context, project_id="Help Desk", **key)

    assert [issue["extRefID"] for issue in issues(simulator)] == ["airflow/nightly/load", "airflow/nightly/check"]
    assert [issue["name"] for issue in issues(simulator)] == ["load fails", "check fails"]


def test_a_notifier_may_be_shared(simulator, project):
    """Tasks of `dag.test()`, for one, have the same object from `default_args`: each gets its own texts."""
    shared = WorkfrontNotifier(obj_code="PROJ", obj_id=project, text="{{ ti.task_id }} failed")
    before = comments(simulator, project)

    for task in ("load", "check"):
        shared(FAILED | {"ti": SimpleNamespace(task_id=task)})

    assert comments(simulator, project)[len(before) :] == ["load failed", "check failed"]


def test_a_secret_is_not_passed_on(notified, simulator, project):
    """What Airflow masks in logs is masked in Workfront, where more people read; a long text is cut."""
    mask_secret("hunter2-of-the-warehouse")
    before = comments(simulator, project)

    error = f"login with hunter2-of-the-warehouse refused {'x' * 5000}"
    notified(FAILED | {"exception": error}, obj_code="PROJ", obj_id=project)

    (said,) = comments(simulator, project)[len(before) :]
    assert "login with *** refused" in said
    assert len(said) == 4000


def test_a_secret_is_in_no_field_either(notified, simulator, project):
    """Templates of names and values may hold the error too."""
    mask_secret("hunter2-of-the-warehouse")
    context = FAILED | {"exception": "login with hunter2-of-the-warehouse"}

    notified(context, obj_code="PROJ", obj_id=project, values={"description": "{{ exception }}"})
    notified(context, project_id=project, issue_name="{{ exception }}", values={"url": "{{ exception }}"})
    told = [json.loads(request.body) for request in simulator.asked if request.method in {"PUT", "POST"}]

    assert "hunter2" not in json.dumps(told)
    assert told[0]["description"] == told[1]["name"] == told[1]["url"] == "login with ***"


def test_whoever_has_left_keeps_nobody_from_hearing(notified, simulator, project, caplog):
    """A mention that cannot be is left out, and the log says so."""
    notified(FAILED, obj_code="PROJ", obj_id=project, mention="gone@acme.example")

    assert comments(simulator, project)[-1] == STORY
    assert "no user that this connection sees has the e-mail address 'gone@acme.example'" in caplog.text


# -- what goes wrong


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"obj_code": "PROJ", "obj_id": "f" * 32}, "404"),
        ({"obj_code": "PROJ", "obj_id": "{{ nothing.at_all }}"}, "who calls knows dag, ti, params, exception"),
        ({"obj_code": "PROJ", "obj_id": "{{ none }}"}, "ID is missing"),
        ({"obj_code": "PROJ", "obj_id": "f" * 32, "workfront_conn_id": "nowhere"}, "nowhere"),
        ({"project_id": "Helpdesk"}, "did you mean Help Desk"),
        ({"obj_code": "PROJ", "obj_id": "f" * 32, "values": [1]}, "values must be a dict"),
    ],
)
def test_what_goes_wrong_is_told_to_the_log_only(notified, simulator, caplog, arguments, said):
    """The task has failed for another reason, or has succeeded: both stay so."""
    notified(FAILED, **arguments)

    (record,) = [record for record in caplog.records if "was not notified" in record.message]
    assert said in record.message
    assert f"doctor {arguments.get('workfront_conn_id', 'workfront_default')}" in record.message


def test_trouble_at_workfront_is_told_too(notified, simulator, project, caplog):
    """A write without an answer is not repeated."""
    simulator.faults.plan([Fault("reset", path="/note", method="POST", when="after", times=9)])

    notified(FAILED, obj_code="PROJ", obj_id=project)

    (record,) = [record for record in caplog.records if "was not notified" in record.message]
    assert "may have happened" in record.message
    assert comments(simulator, project)[-1:] == [STORY]


def test_a_workfront_that_hangs_holds_nobody_up(simulator, project, caplog):
    """Airflow kills a task whose callbacks take long, and would try again what had failed for good."""
    simulator.faults.plan([Fault("slow", path="/note", delay=2, times=9)])
    notifier = WorkfrontNotifier(obj_code="PROJ", obj_id=project)
    notifier.longest = 0.2

    notifier(FAILED)

    (record,) = [record for record in caplog.records if "was not notified" in record.message]
    assert "no end within 0.2 s, and what was begun may have been written" in record.message
    assert WorkfrontNotifier.longest < conf.getint("core", "task_success_overtime")


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"obj_code": "PROJ"},
        {"obj_id": "f" * 32},
        {"obj_code": "PROJ", "obj_id": "f" * 32, "project_id": "Help Desk"},
    ],
)
def test_what_cannot_be_meant_is_refused_at_once(arguments):
    """When the DAG is parsed: later nobody would see it."""
    with pytest.raises(ValueError, match="takes obj_code and obj_id, or project_id"):
        WorkfrontNotifier(**arguments)


def test_every_argument_is_a_template_and_documented():
    """Airflow's docs are made of these lines."""
    names = [name for name in inspect.signature(WorkfrontNotifier).parameters if name != "context"]

    assert set(WorkfrontNotifier.template_fields) == set(names)
    assert re.findall(r":param (\w+):", WorkfrontNotifier.__doc__) == names


# -- in Airflow


def test_a_missed_deadline_is_told_by_the_triggerer(simulator, project):
    """Airflow keeps the class's path and its arguments, and awaits what they make."""
    from airflow.sdk import AsyncCallback
    from airflow.triggers.callback import CallbackTrigger

    kept = AsyncCallback(WorkfrontNotifier, kwargs={"obj_code": "PROJ", "obj_id": project}).serialize()
    context = {"dag_run": {"dag_id": "nightly", "dag_run_id": "r1"}, "deadline": {"deadline_time": "06:00"}}
    path, kwargs = json.loads(json.dumps([kept["path"], {**kept["kwargs"], "context": context}]))

    async def events() -> list[str]:
        return [event.payload["state"] async for event in CallbackTrigger(path, kwargs).run()]

    assert asyncio.run(events()) == ["running", "success"]
    assert comments(simulator, project)[-1] == "DAG nightly, run r1: missed its deadline, 06:00"
