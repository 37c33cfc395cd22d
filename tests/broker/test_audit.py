"""What is told of each refresh: who, which generation, how it ended, how long; and nothing that is secret."""

from __future__ import annotations

import logging
from contextlib import contextmanager

import pytest
from airflow._shared.observability.metrics import stats
from airflow._shared.observability.metrics.base_stats_logger import NoStatsLogger, StatsLogger
from airflow.sdk import BaseNotifier
from support.broker_world import NOT_SENT, SERVER_ERROR, Endpoint, granted, refused
from support.metrics import received

from airflow_provider_workfront.api.errors import ReauthorizationRequired, TokenError
from airflow_provider_workfront.broker.audit import AirflowWatch, Attempted, Ended, LogWatch
from airflow_provider_workfront.broker.service import Broker, Times

HEARD: list[object] = []
BROKEN = "no function"


def function(context):
    """A user's function."""
    HEARD.append(context)


class Templated(BaseNotifier):
    """A user's notifier, with a template as those of Slack and SMTP have."""

    template_fields = ("text",)

    def __init__(self) -> None:
        super().__init__()
        self.text = "{{ conn_id }}: {{ reason }}, see {{ url }}"

    def notify(self, context):  # noqa: ARG002 the notifier's interface
        HEARD.append(self.text)


notifier = Templated()


class Listening(LogWatch):
    """Keeps what it hears."""

    def __init__(self) -> None:
        self.attempts: list[Attempted] = []
        self.ends: list[Ended] = []

    def attempted(self, event):
        super().attempted(event)
        self.attempts.append(event)

    def ended(self, event):
        super().ended(event)
        self.ends.append(event)


def watched(world) -> tuple[Broker, Listening]:
    """A broker and who listens to it."""
    watch = Listening()
    return Broker(world.broker()._adoption, Times(repeats=(0.1,)), watch), watch


@pytest.mark.parametrize(
    ("answers", "outcome", "tries"),
    [
        ([granted(1)], "stored", 1),
        ([SERVER_ERROR, granted(1)], "stored", 2),
        ([SERVER_ERROR, SERVER_ERROR], "ambiguous", 2),
        ([NOT_SENT, NOT_SENT], "not sent", 2),
        ([refused("invalid_client")], "misconfigured", 1),
        ([refused()], "reauthorize", 1),
    ],
)
def test_each_end_is_told_once(world, caplog, answers, outcome, tries):
    """With the task that asked, the generation and the tries; the log line shows no token."""
    broker, watch = watched(world)
    with caplog.at_level(logging.DEBUG):
        try:
            world.ask(broker, Endpoint(answers), who="dag.task try 1")
        except TokenError:
            assert outcome != "stored"

    (event,) = watch.attempts
    assert (event.outcome, event.tries, event.who, event.fence) == (outcome, tries, "dag.task try 1", 1)
    assert event.generation == (outcome == "stored")
    assert f"for dag.task try 1: {outcome}, generation" in caplog.text
    assert not any(token in caplog.text for token in ("R0", "R1", "A1"))


def test_a_pasted_token_that_gives_way_is_no_alarm(world):
    """It is reverted, and nobody is woken up."""
    broker, watch = watched(world)
    world.ask(broker, Endpoint([granted(1)]))
    world.edit(seed="P0")
    world.ask(broker, Endpoint([refused(), granted(2)]))

    assert [event.outcome for event in watch.attempts][:2] == ["stored", "reverted"]
    assert not watch.ends


def test_the_end_of_a_grant_is_told_once(world):
    """However many ask afterwards."""
    broker, watch = watched(world)
    for _ in range(3):
        with pytest.raises(TokenError):
            world.ask(broker, Endpoint([refused()]))

    (end,) = watch.ends
    assert (end.conn_id, end.url) == ("wf", "https://airflow/wf")


def eventually(condition) -> None:
    """Wait for another thread."""
    import threading

    for _ in range(200):
        if condition():
            return
        threading.Event().wait(0.02)
    raise AssertionError("nothing came")


def test_the_configured_function_is_called(airflow_db):
    """With connection, reason and the address to go to."""
    HEARD.clear()
    AirflowWatch(f"{__name__}.function").ended(Ended("wf", "refused", "https://airflow/wf"))

    eventually(lambda: HEARD)
    assert HEARD == [{"conn_id": "wf", "reason": "refused", "url": "https://airflow/wf"}]


def test_a_notifier_renders_its_templates_each_time(airflow_db):
    """As Airflow's own do, with the same three values; the second time too."""
    HEARD.clear()
    watch = AirflowWatch(f"{__name__}.notifier")
    for conn_id in ("one", "two"):
        watch.ended(Ended(conn_id, "refused", "https://airflow/"))
        eventually(lambda conn_id=conn_id: HEARD and conn_id in str(HEARD[-1]))

    assert HEARD == ["one: refused, see https://airflow/", "two: refused, see https://airflow/"]


@pytest.mark.parametrize("path", ["no.such.module", f"{__name__}.BROKEN"])
def test_a_notifier_that_fails_harms_nobody(airflow_db, caplog, path):
    """It is named in the log, and that is all."""
    AirflowWatch(path).ended(Ended("wf", "refused", "https://airflow/wf"))

    eventually(lambda: "reauthorize_notifier" in caplog.text)


class Raising(LogWatch):
    """A listener whose every method fails, as a metrics backend does that is not set up."""

    def attempted(self, event):
        raise RuntimeError(f"the listener's own secret, {event}")

    def ended(self, event):
        raise RuntimeError(f"the listener's own secret, {event}")


class Full(StatsLogger):
    """A metrics backend whose every call fails."""

    def incr(self, *_, **__):
        raise OSError("the backend's own secret")

    decr = gauge = timing = timer = incr


def raising(url):
    """A notifier that fails."""
    raise RuntimeError("the notifier's own secret")


@contextmanager
def metrics_that_fail():
    """Airflow's metrics go to a backend that raises."""
    stats.initialize(factory=Full, export_legacy_names=True)
    try:
        yield
    finally:
        stats.initialize(factory=NoStatsLogger, export_legacy_names=True)


ENDS = {
    "stored": [granted(1)],
    "not sent": [NOT_SENT, NOT_SENT],
    "misconfigured": [refused("invalid_client")],
    "reauthorize": [refused()],
}


@pytest.mark.parametrize("outcome", ENDS)
@pytest.mark.parametrize("watch", ["a listener", "metrics"])
def test_whoever_is_told_and_fails_fails_no_refresh(world, caplog, watch, outcome):
    """The task has the same answer, the record is the same, and the log names the failure without its text."""
    listener = Raising() if watch == "a listener" else AirflowWatch(f"{__name__}.raising")
    broker = Broker(world.broker()._adoption, Times(repeats=(0.1,)), listener)
    with metrics_that_fail():
        try:
            given = world.ask(broker, Endpoint(list(ENDS[outcome])))
        except TokenError as error:
            assert isinstance(error, ReauthorizationRequired) == (outcome == "reauthorize")  # noqa: PT017 both ways
            assert outcome != "stored"
        else:
            assert (given.access_token, outcome) == ("A1", "stored")
        eventually(lambda: "Nobody was told of Attempted" in caplog.text)
        if watch == "metrics" and outcome == "reauthorize":
            eventually(lambda: "reauthorize_notifier" in caplog.text)

    record = world.record()
    assert record.lease is None
    assert (record.generation, record.dead) == (outcome == "stored", outcome == "reauthorize")
    assert "own secret" not in caplog.text


def test_refreshes_arrive_as_metrics(airflow_db):
    """Through Airflow's own StatsD client, over a real socket."""
    with received(stats) as lines_of:
        AirflowWatch("").attempted(Attempted("wf", "", "stored", 1, 1, 1, 120, "ab", 60.0))
        lines = lines_of(4)

    assert any("workfront.token.refresh" in line and "outcome=stored" in line for line in lines)
    assert any("workfront.token.refresh_duration" in line and "120" in line for line in lines)
    assert any("workfront.token.reauthorize" in line and ":0|g" in line for line in lines)
    assert any("workfront.token.age" in line and ":60.0|g" in line for line in lines)
