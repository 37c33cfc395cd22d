"""What is told of each refresh: who, which generation, how it ended, how long; and nothing that is secret."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from dataclasses import replace

import pytest
from airflow._shared.observability.metrics import stats
from airflow._shared.observability.metrics.base_stats_logger import NoStatsLogger, StatsLogger
from airflow.sdk import BaseNotifier
from support.broker_world import NOT_SENT, SERVER_ERROR, Endpoint, granted, refused
from support.metrics import received

from airflow_provider_workfront.api.errors import ReauthorizationRequired, TokenError
from airflow_provider_workfront.broker.audit import AirflowWatch, Attempted, Ended, LogWatch, Standing, metric
from airflow_provider_workfront.broker.expiry import DAY
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
        self.soon: list[Ended] = []
        self.standings: list[Standing] = []

    def attempted(self, event):
        super().attempted(event)
        self.attempts.append(event)

    def ended(self, event):
        super().ended(event)
        self.ends.append(event)

    def ending(self, event):
        super().ending(event)
        self.soon.append(event)

    def stands(self, standing):
        self.standings.append(standing)


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
    assert HEARD == [{"conn_id": "wf", "reason": "refused", "url": "https://airflow/wf", "days_left": 0}]


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

    ended = ending = stands = attempted


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
        eventually(lambda: "Nobody was told of Standing" in caplog.text)
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
        AirflowWatch("").stands(Standing("wf", days_left=6.9))
        lines = lines_of(6)

    assert any("workfront.token.refresh.wf.stored" in line and "outcome=stored" in line for line in lines)
    assert any("workfront.token.refresh_duration.wf" in line and "120" in line for line in lines)
    assert any("workfront.token.age.wf" in line and ":60.0|g" in line for line in lines)
    assert any("workfront.token.reauthorize.wf" in line and ":0|g" in line for line in lines)
    assert any("workfront.token.failing.wf" in line and ":0|g" in line for line in lines)
    assert any("workfront.token.days_left.wf" in line and ":6|g" in line for line in lines)
    assert all("conn_id=wf" in line for line in lines)


def test_without_tags_the_name_says_which_connection(world):
    """Airflow's default StatsD drops tags: another connection's refresh leaves this one's gauge alone."""
    from airflow._shared.observability.metrics import stats

    world.connections["other"] = replace(world.connections["wf"], conn_id="other", seed="X0")
    broker = Broker(world.broker()._adoption, Times(), AirflowWatch(""))
    with received(stats, tagged=False) as lines_of:
        with pytest.raises(TokenError):
            world.ask(broker, Endpoint([refused()]))
        world.ask(broker, Endpoint([granted(1)]), "other")
        lines = lines_of(8)

    gauges = [line for line in lines if "reauthorize." in line]
    assert gauges == ["airflow.workfront.token.reauthorize.wf:1|g", "airflow.workfront.token.reauthorize.other:0|g"]


def test_names_of_metrics_are_plain_and_stay_apart():
    """Dots would be levels for StatsD; IDs that differ only in such characters are told apart."""
    assert metric("calls", "wf-eu_1") == "workfront.calls.wf-eu_1"
    names = {metric("calls", conn_id) for conn_id in ("wf.eu", "wf eu", "wf_eu")}
    assert len(names) == 3
    assert all(name.startswith("workfront.calls.wf_eu") and name.isascii() for name in names)
    assert len(metric("calls", "x" * 250)) < 130


def test_each_change_says_how_the_authorization_stands(world):
    """Refreshed, failing, refused, and authorized by a person."""
    from airflow_provider_workfront.auth.token import Token

    broker, watch = watched(world)
    world.edit(absolute_days=90)
    world.ask(broker, Endpoint([granted(1)]))
    for answers in ([refused("invalid_client")], [refused()]):
        ripe(world)
        with pytest.raises(TokenError):
            world.ask(broker, Endpoint(answers), refused=1)
    now = world.store.read("any").now
    broker.take(world.connections["wf"], Token("A5", "R5", 3600), now)

    assert [(each.needs_person, each.is_failing) for each in watch.standings] == [
        (False, False),
        (False, True),
        (True, False),
        (False, False),
    ]
    assert {round(each.days_left) for each in watch.standings} == {90}


def ripe(world, **changes) -> None:
    """Let the cool-down be over, or change the record otherwise."""
    from airflow_provider_workfront.broker.store import record_key

    found = world.store.read(record_key("wf"))
    assert world.store.swap(record_key("wf"), found.cipher, replace(found.value, **{"cooldown_until": 0.0} | changes))


def test_people_are_warned_once_in_each_band(world):
    """30, 14, 7 and 1 days before the end, whichever process is asked, however often; a new consent begins again."""
    brokers = [watched(world) for _ in range(2)]
    world.edit(absolute_days=100)
    world.ask(brokers[0][0], Endpoint([granted(1)]))
    now = world.store.read("any").now
    for days in (31, 30, 29, 20, 14, 10, 7, 2, 1, 0.5, -2):
        ripe(world, began_at=now - (100 - days) * DAY)
        for broker, _ in brokers:
            world.ask(broker, Endpoint([]))

    soon = brokers[0][1].soon + brokers[1][1].soon
    assert [event.days_left for event in soon] == [30, 14, 7, 1]
    assert {event.url for event in soon} == {"https://airflow/wf"}
    assert "authorize again before. Do it now." in soon[2].reason
    ripe(world, began_at=now)
    world.ask(brokers[0][0], Endpoint([]))
    assert world.record().warned == 0


def test_using_a_connection_is_no_reason_to_warn_of_inactivity(world):
    """Each refresh begins the days of inactivity again."""
    broker, watch = watched(world)
    world.edit(inactivity_days=14)
    world.ask(broker, Endpoint([granted(1)]))
    now = world.store.read("any").now
    for number in (2, 3):
        issued = replace(world.record().tokens, issued_at=now - 10 * DAY, expires_at=now - 9 * DAY)
        ripe(world, tokens=issued)
        world.ask(broker, Endpoint([granted(number)]))
    assert not watch.soon

    ripe(world, tokens=replace(world.record().tokens, issued_at=now - 8 * DAY, expires_at=None))
    broker.report(world.connections["wf"])  # nobody uses it: the hourly look finds it
    broker.report(world.connections["wf"])
    assert [event.days_left for event in watch.soon] == [6]
