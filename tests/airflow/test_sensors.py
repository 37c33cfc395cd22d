"""The sensors, as tasks: arguments, messages, results, and what Airflow makes of a task that has to wait."""

from __future__ import annotations

import json
import os
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from airflow.sdk import DAG
from airflow.sdk.exceptions import (
    AirflowFailException,
    AirflowRescheduleException,
    AirflowSensorTimeout,
    AirflowSkipException,
    TaskDeferred,
)
from support.tasks import run

from airflow_provider_workfront.api.errors import TokenError
from airflow_provider_workfront.sensors import WorkfrontObjectSensor, WorkfrontSearchSensor
from airflow_provider_workfront.simulator.faults import Fault

EXAMPLES = Path(__file__).parents[2] / "dags_examples"
ID = "a" * 32


def search(**arguments):
    """Make a sensor that counts."""
    return WorkfrontSearchSensor(task_id="t", **{"obj_code": "PROJ", "poke_interval": 0.1} | arguments)


def watch(**arguments):
    """Make a sensor of one object."""
    return WorkfrontObjectSensor(task_id="t", **{"obj_code": "PROJ", "obj_id": ID, "field": "status"} | arguments)


def a_project(simulator, **values):
    """Give the ID of a project that has these values."""
    obj_id = next(iter(simulator.world.objects("PROJ")))
    simulator.world.update("PROJ", obj_id, values)
    return obj_id


def asked(simulator):
    """List the paths that were asked."""
    return [request.path.partition("v21.0/")[2] for request in simulator.asked]


class Moment:
    """As much of a task instance as a sensor asks: when it was rescheduled first."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.at = datetime.now(UTC) - timedelta(seconds=seconds)

    def get_first_reschedule_date(self, _context):
        return self.at


class Fresh:
    """A task instance that was never rescheduled."""

    def get_first_reschedule_date(self, _context):
        return None


# -- results


def test_a_search_returns_how_many_match(simulator):
    """Without bounds one is enough; text that templates make of bounds and filters is read."""
    current = sum(row["status"] == "CUR" for row in simulator.world.objects("PROJ").values())

    assert run(search(filters={"status": "CUR"})) == current
    assert run(search(filters="{{ f | tojson }}", at_most="{{ n }}"), f={"status": "NOT"}, n=0) == 0


def test_an_object_is_returned_with_its_fields(simulator):
    """The field that is waited for and those that were asked for; the link leads to the object."""
    project = a_project(simulator, status="CUR", name="Spring")
    sensor = watch(obj_id="{{ obj }}", reaches=["CUR", "CPL"], fields=["name"])

    found = run(sensor, obj=project)

    assert (found["status"], found["name"]) == ("CUR", "Spring")
    assert sensor.object_url.endswith(f"/project/{project}")


@pytest.mark.parametrize(
    ("field", "value", "wanted"),
    [
        ("status", "CUR", {"changes_from": "PLN"}),
        ("percentComplete", 60.0, {"passes": "50"}),
        ("plannedCompletionDate", datetime(2026, 12, 2, tzinfo=UTC), {"passes": datetime(2026, 12, 1, tzinfo=UTC)}),
        ("status", "CPL:A", {"reaches": "CPL", "pending": True}),
        ("status", "CPL:A", {"reaches": "CPL", "pending": "{{ 1 < 2 }}"}),
        ("status", "CPL", {"reaches": '["DED", "CPL"]'}),
    ],
)
def test_a_field_stands_as_wanted(simulator, field, value, wanted):
    """Statuses, numbers, dates, approvals: as Workfront writes them."""
    assert run(watch(obj_id=a_project(simulator, **{field: value}), field=field, **wanted))["ID"]


# -- the ways to wait


def test_poking_goes_on_until_it_holds(simulator):
    """In the task itself, as often as `poke_interval` says."""
    project = a_project(simulator, status="PLN")
    threading.Timer(0.5, simulator.world.update, ("PROJ", project, {"status": "CUR"})).start()

    assert run(watch(obj_id=project, reaches="CUR", poke_interval=0.1))["status"] == "CUR"
    assert len(simulator.asked) >= 2


def test_the_log_says_why_it_waits(simulator, capsys):
    """An approval that is due looks like the status otherwise."""
    project = a_project(simulator, status="CPL:A")

    with pytest.raises(AirflowSensorTimeout):
        run(watch(obj_id=project, reaches="CPL", pending="{{ 1 > 2 }}", timeout=0))
    assert "status is CPL:A, which waits for approval: that counts with pending=True only" in capsys.readouterr().out


def test_the_log_says_where_it_waits_and_how_long(simulator, capsys):
    """Its own log ends here: what the triggerer asks stands elsewhere."""
    with pytest.raises(TaskDeferred):
        run(search(at_least=1000, deferrable=True, timeout=86400, exponential_backoff=True))

    tomorrow = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()
    said = f"Waiting in the triggerer: it asks every 0.1 s at first, then less often, until {tomorrow} "
    assert said in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"filters": {"status": "Complete"}, "at_most": 0}, "did you mean CPL?"),
        ({"filters": {"status": "Complete"}, "timeout": 0}, "did you mean CPL?"),
        ({"filters": {"projectID": ID}, "at_most": 0}, "may not see it"),
    ],
)
def test_the_log_says_why_none_may_match(simulator, capsys, arguments, said):
    """Workfront counts 0 for a wrong value and for want of rights too: a wait for none would be over at once."""
    with suppress(AirflowSensorTimeout):
        run(search(obj_code="TASK", **arguments))

    assert said in capsys.readouterr().out.partition("No TASK matches. If that is wrong, it may be that: ")[2]


def test_a_rescheduled_sensor_gives_its_place_back(simulator):
    """And its timeout counts from the first time."""
    sensor = search(filters={"status": "NOT"}, mode="reschedule", timeout=100)

    with pytest.raises(AirflowRescheduleException):
        run(sensor, ti=Moment())
    with pytest.raises(AirflowSensorTimeout):
        run(sensor, ti=Moment(seconds=101))


def test_a_deferrable_sensor_asks_before_it_defers(simulator):
    """What holds already needs no triggerer."""
    assert run(search(deferrable=True)) == len(simulator.world.objects("PROJ"))
    assert asked(simulator) == ["proj/count"]


def deferral(sensor, **context):
    """Give what a sensor that has to wait asks of Airflow."""
    with pytest.raises(TaskDeferred) as caught:
        run(sensor, **context)
    return caught.value


def test_what_is_deferred(simulator):
    """The trigger knows the rendered condition and Airflow's own arguments; no secret, and what is left of the time."""
    sensor = search(
        filters={"status": "{{ s }}"},
        deferrable=True,
        timeout=100,
        poke_interval=7,
        exponential_backoff=True,
        max_wait=60,
    )
    deferred = deferral(sensor, s="NOT")

    arguments = deferred.trigger.serialize()[1]
    assert arguments.pop("deadline") == deferred.kwargs["deadline"]
    assert arguments == {
        "workfront_conn_id": "workfront_default",
        "condition": {"obj_code": "PROJ", "filters": {"status": "NOT"}, "at_least": 1, "at_most": None},
        "poke_interval": 7,
        "exponential_backoff": True,
        "max_wait": 60.0,
    }
    assert timedelta(seconds=90) < deferred.timeout <= timedelta(seconds=100)


@pytest.mark.parametrize("event", [None, {"error": None}, {"error": "a lie"}, {"status": "done"}])
def test_the_event_is_distrusted(simulator, event):
    """Whatever the triggerer says, the task asks; what does not hold is waited for again, in the time that is left."""
    project = a_project(simulator, status="PLN")
    sensor = watch(obj_id=project, reaches="CUR", deferrable=True, timeout=1000)
    first = deferral(sensor)

    with pytest.raises(TaskDeferred) as caught:
        sensor.resume({}, event, deadline=time.time() + 50)
    assert caught.value.timeout <= timedelta(seconds=50)
    assert first.method_name == caught.value.method_name == "resume"

    simulator.world.update("PROJ", project, {"status": "CUR"})
    assert sensor.resume({}, event, **first.kwargs)["status"] == "CUR"


def test_no_time_is_left(simulator):
    """A sensor that comes back too late has timed out."""
    with pytest.raises(AirflowSensorTimeout):
        search(filters={"status": "NOT"}, deferrable=True).resume({}, None, deadline=time.time() - 1)


@pytest.mark.parametrize(("soft_fail", "outcome"), [(False, AirflowSensorTimeout), (True, AirflowSkipException)])
def test_a_timeout_in_the_triggerer(simulator, soft_fail, outcome):
    """Airflow's own rules: failed, or skipped with `soft_fail`."""
    sensor = search(filters={"status": "NOT"}, deferrable=True, soft_fail=soft_fail)

    with pytest.raises(outcome):
        sensor.resume_execution("__fail__", {"error": "Trigger timeout"}, {})


def test_deferrable_by_default_is_airflows_setting(monkeypatch):
    """`[operators] default_deferrable`, unless the DAG says something else."""
    assert not search().deferrable
    monkeypatch.setenv("AIRFLOW__OPERATORS__DEFAULT_DEFERRABLE", "True")
    assert search().deferrable
    assert not search(deferrable=False).deferrable


# -- bad input


@pytest.mark.parametrize(
    ("sensor", "said"),
    [
        (lambda: watch(reaches="CUR"), "not found"),
        (lambda: watch(field="statos", reaches="CUR"), "statos"),
        (lambda: watch(obj_id="None", reaches="CUR"), "an ID is missing"),
        (lambda: watch(passes="soon"), "neither a number nor a date"),
        (lambda: watch(reaches="['CUR']"), "text of a list"),
        (lambda: watch(reaches="CUR", pending="maybe"), "pending must be true or false, not 'maybe'"),
        (lambda: search(filters={"statos": "CUR"}), "statos"),
        (lambda: search(filters="status=CUR"), "filters is a text"),
        (lambda: search(at_least="many"), "at_least must be a whole number"),
        (lambda: search(at_least=3, at_most=2), "no number is at least 3 and at most 2"),
    ],
)
@pytest.mark.parametrize("deferrable", [False, True])
def test_what_can_never_hold_fails_for_good(simulator, sensor, said, deferrable):
    """No waiting, no retry, and a message that says what is wrong."""
    made = sensor()
    made.deferrable = deferrable
    if made.task_type == "WorkfrontObjectSensor" and made.field == "statos":
        made.obj_id = a_project(simulator)

    with pytest.raises(AirflowFailException, match=said):
        run(made)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({}, "give one of reaches, changes_from and passes, not none"),
        ({"reaches": "CUR", "passes": 3}, "give one of"),
        ({"reaches": "CUR", "poke_intervall": 3}, "did you mean 'poke_interval'"),
        ({"reaches": "CUR", "deferable": True}, "did you mean 'deferrable'"),
    ],
)
def test_a_mistake_shows_when_the_dag_is_parsed(arguments, said):
    """And says what was probably meant."""
    with pytest.raises(TypeError, match=said):
        watch(**arguments)


def test_an_outage_is_waited_out(simulator, capsys):
    """Workfront is away for longer than the client tries: the next poke asks again, and the log says so."""
    simulator.faults.plan([Fault("reset", "count", times=4)])

    assert run(search())
    assert "Workfront could not be asked, and will be again: GET proj/count: no answer" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("ways", "outcome"),
    [
        ({"mode": "reschedule"}, AirflowRescheduleException),
        ({"deferrable": True}, TaskDeferred),
        ({"timeout": 0}, AirflowSensorTimeout),
    ],
)
def test_an_outage_is_waited_out_in_every_mode(simulator, ways, outcome):
    """As if the condition did not hold yet: nothing but the timeout ends it."""
    simulator.faults.plan([Fault("reset", "count", times=4)])

    with pytest.raises(outcome):
        run(search(**ways), ti=Moment())


def test_an_outage_when_the_triggerer_wakes_the_task_ends_no_long_wait(simulator):
    """It defers again, for the rest of its time."""
    simulator.faults.plan([Fault("reset", "count", times=4)])

    with pytest.raises(TaskDeferred):
        search(deferrable=True).resume({}, {"error": None}, deadline=time.time() + 50)


@pytest.fixture
def no_token(simulator, monkeypatch):
    """A connection whose key gives no token."""
    conn = json.loads(os.environ["AIRFLOW_CONN_WORKFRONT_DEFAULT"])
    key = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"
    extra = {"auth": "jwt", "customer_id": ID, "user_id": ID, "private_key": key}
    wrong = {"login": "client", "password": "secret", "extra": extra}
    monkeypatch.setenv("AIRFLOW_CONN_WORKFRONT_DEFAULT", json.dumps(conn | wrong))


@pytest.mark.usefixtures("no_token")
def test_a_lack_of_a_token_is_left_to_retries():
    """A wrong key would be waited for till the timeout: the first poke fails and says what to do."""
    with pytest.raises(TokenError, match="put the whole key"):
        run(search())
    with pytest.raises(TokenError, match="put the whole key"):
        run(search(mode="reschedule"), ti=Fresh())


@pytest.mark.usefixtures("no_token")
def test_a_token_that_there_was_before_is_waited_for():
    """A Workfront that is away gives none, perhaps for hours: a rescheduled sensor goes on, and one that was woken."""
    with pytest.raises(AirflowRescheduleException):
        run(search(mode="reschedule"), ti=Moment())
    with pytest.raises(TaskDeferred):
        search(deferrable=True).resume({}, {"error": None}, deadline=time.time() + 50)


@pytest.mark.usefixtures("no_token")
def test_a_token_that_the_triggerer_has_waited_for_in_vain_fails_the_task():
    """Else task and triggerer would hand the wait to each other, and nobody would learn of it."""
    with pytest.raises(TokenError, match="put the whole key"):
        search(deferrable=True).resume({}, {"error": "no token"}, deadline=time.time() + 50)


def test_sensors_stand_in_dags():
    """Attributes are named like no property of Airflow's, and each template field is one."""
    with DAG("d", schedule=None):
        first, second = watch(reaches="CUR"), WorkfrontSearchSensor(task_id="second", obj_code="TASK")
        first >> second

    assert first.downstream_task_ids == {"second"}
    for sensor in (first, second):
        assert all(hasattr(sensor, name) for name in sensor.template_fields)


# -- the example


def test_the_example_waits(airflow_db, simulator):
    """The wait for the approval goes through a trigger, and comes back when Workfront has changed."""
    from airflow.dag_processing.dagbag import DagBag

    folder = airflow_db / "dags"
    text = (EXAMPLES / "workfront_wait.py").read_text()
    (folder / "workfront_wait.py").write_text(text.replace("poke_interval=30", "poke_interval=1"))
    world = simulator.world
    project = a_project(simulator, status="CPL:A", name="Spring")
    for each in world.find("TASK", projectID=project):
        world.update("TASK", each["ID"], {"status": "CPL"})

    def finish() -> None:
        while sum(path.startswith("proj/") for path in asked(simulator)) < 2:  # by the task, by the trigger
            time.sleep(0.05)  # noqa: TID251 it watches another thread
        world.update("PROJ", project, {"status": "CPL"})

    threading.Thread(target=finish, daemon=True).start()
    dag_run = DagBag(folder).dags["workfront_wait"].test(run_conf={"project": project})

    assert dag_run.state == "success"
    assert dag_run.get_task_instance("say").xcom_pull(task_ids="say") == "Spring is CPL"
