"""The operators of event subscriptions, as a task carries them out; the token stays secret."""

import json
import logging
import re
from dataclasses import replace

import pytest
from airflow.sdk.exceptions import AirflowFailException
from support.receiver import receiving
from support.tasks import disagreement, run
from support.watched import served

from airflow_provider_workfront.api.errors import ConnectionSettingsError, TokenError
from airflow_provider_workfront.hooks import WorkfrontHook
from airflow_provider_workfront.operators import (
    WorkfrontCreateOperator,
    WorkfrontDeleteSubscriptionOperator,
    WorkfrontEnsureSubscriptionOperator,
    WorkfrontListSubscriptionsOperator,
    WorkfrontUpdateOperator,
    WorkfrontUpgradeSubscriptionsOperator,
)
from airflow_provider_workfront.simulator import Options

OPERATORS = [
    WorkfrontDeleteSubscriptionOperator,
    WorkfrontEnsureSubscriptionOperator,
    WorkfrontListSubscriptionsOperator,
    WorkfrontUpgradeSubscriptionsOperator,
]
URL = "https://airflow.example.com/workfront/events/workfront_default"
TOKEN = "tell-nobody-of-this-token"
ID = "a" * 32


@pytest.fixture
def simulator(monkeypatch):
    """Serve a small world; its connection has a token of events."""
    with served(monkeypatch, Options(event_api_keys=True, event_time_scale=0.0001), events_token=TOKEN) as simulator:
        yield simulator


def ensure(**arguments):
    """Ensure a subscription to changes of projects, with other arguments as told."""
    given = {"obj_code": "PROJ", "event_type": "UPDATE", "url": URL, **arguments}
    return run(WorkfrontEnsureSubscriptionOperator(task_id="t", **given), ids=["x"], url=URL)


def listed(**arguments):
    """List subscriptions."""
    return run(WorkfrontListSubscriptionsOperator(task_id="t", **arguments))


@pytest.mark.parametrize("cls", OPERATORS)
def test_arguments_are_templates_with_one_name_and_a_line_each(cls):
    """Attribute, argument, template field and Airflow's docs agree; nothing of Airflow's own is hidden."""
    assert disagreement(cls) == set()


def test_a_misspelt_argument_is_refused_when_the_dag_is_parsed():
    """With a guess at what was meant."""
    with pytest.raises(TypeError, match="did you mean 'filters'"):
        WorkfrontEnsureSubscriptionOperator(task_id="t", obj_code="PROJ", event_type="UPDATE", filter="x")


@pytest.mark.usefixtures("simulator")
def test_a_subscription_is_ensured_listed_upgraded_and_ended():
    """Each of them twice: the second time there is nothing left to do."""
    made, again = ensure(), ensure()
    (row,) = listed()
    upgraded = run(WorkfrontUpgradeSubscriptionsOperator(task_id="t"))
    ended = [run(WorkfrontDeleteSubscriptionOperator(task_id="t", subscription_ids=made["id"])) for _ in range(2)]

    assert made == {"id": row["id"], "outcome": "created", "replaced": [], "url": URL}
    assert again == {**made, "outcome": "kept"}
    assert (row["obj_code"], row["event_type"], row["url"], row["version"]) == ("PROJ", "UPDATE", URL, "v2")
    assert (upgraded, ended, listed()) == ([], [[made["id"]], []], [])


@pytest.mark.usefixtures("simulator")
def test_templates_may_make_the_filters():
    """As JSON text, as templates leave it."""
    filters = '[{"fieldName": "status", "fieldValue": "{{ url }}"}]'
    ensure(filters=filters, base64_encoding="true", url="{{ url }}")
    (row,) = listed()

    assert (row["filters"][0]["fieldValue"], row["base64_encoding"]) == (URL, True)


@pytest.mark.usefixtures("simulator")
def test_other_filters_replace_a_subscription(capsys):
    """The old one is gone, and its ID told."""
    made = ensure()
    replaced = ensure(filters=[{"fieldName": "status", "comparison": "changed"}])

    assert (replaced["outcome"], replaced["replaced"], len(listed())) == ("replaced", [made["id"]], 1)
    assert f"replaced, in place of {made['id']}" in "".join(capsys.readouterr())


@pytest.mark.usefixtures("simulator")
def test_the_list_may_be_narrowed_by_address():
    """Other tools have subscriptions, too."""
    ensure()
    ensure(url="https://other.example.com/hook")

    assert [row["url"] for row in listed(url="https://airflow.example.com")] == [URL]


@pytest.mark.usefixtures("simulator")
def test_without_an_address_events_come_to_this_airflow(monkeypatch):
    """Where its users reach it; without that the task says what is missing."""
    monkeypatch.setenv("AIRFLOW__API__BASE_URL", "https://airflow.example.com/prod/")
    assert ensure(url=None)["url"] == "https://airflow.example.com/prod/workfront/events/workfront_default"

    monkeypatch.setenv("AIRFLOW__API__BASE_URL", "/")
    with pytest.raises(AirflowFailException, match=r"url is missing, and \[api\] base_url"):
        ensure(url=None)


def test_events_arrive_with_the_token_of_the_connection(simulator):
    """From the operator's subscription to a receiver, after an update by another operator."""
    project = simulator.world.id_of("PROJ", "Help Desk")
    with receiving() as receiver:
        made = ensure(url=receiver.url)
        run(WorkfrontUpdateOperator(task_id="t", obj_code="PROJ", obj_id=project, values={"name": "New name"}))
        request = receiver.request()

    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert json.loads(request.body)["subscriptionId"] == made["id"]


@pytest.mark.usefixtures("simulator")
def test_the_token_may_be_the_password_of_another_connection(monkeypatch):
    """For a receiver that is none of this Airflow's."""
    monkeypatch.setenv("AIRFLOW_CONN_RECEIVER", json.dumps({"conn_type": "http", "password": "another-token"}))
    with receiving() as receiver:
        ensure(url=receiver.url, event_type="CREATE", token_conn_id="receiver")
        run(WorkfrontCreateOperator(task_id="t", obj_code="PROJ", values={"name": "New"}))

        assert receiver.request().headers["authorization"] == "Bearer another-token"


@pytest.mark.usefixtures("simulator")
def test_the_token_is_seen_nowhere(caplog, capsys):
    """Not in the log at its finest, not in what the task returns, not in its rendered fields."""
    caplog.set_level(logging.DEBUG)
    operator = WorkfrontEnsureSubscriptionOperator(task_id="t", obj_code="PROJ", event_type="UPDATE", url=URL)
    shown = [run(operator), listed(), {name: getattr(operator, name) for name in operator.template_fields}]

    written = capsys.readouterr().out
    assert "UPDATE of PROJ" in written
    assert TOKEN not in caplog.text + written + str(shown) + str(vars(operator))
    assert TOKEN[-4:] not in str(listed())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"obj_code": "PROJECTS"}, "did you mean PROJ"),
        ({"event_type": "CHANGE"}, "one of CREATE, UPDATE, DELETE"),
        ({"url": "http://airflow.example.com"}, "begins with https://"),
        ({"filters": [{"fieldName": "status", "fieldValue": "CUR", "comparison": "is"}]}, "one of eq, ne"),
        ({"filters": {"fieldName": "status"}}, "filters must be a list"),
        ({"filters": "[{'fieldName': 'status'}]"}, "write `| tojson`"),
        ({"base64_encoding": "maybe"}, "must be true or false"),
        ({"token_conn_id": "empty"}, "connection empty has no password"),
    ],
)
def test_an_argument_that_cannot_be_fails_for_good_before_anything_is_sent(simulator, monkeypatch, arguments, said):
    """And says what there is instead."""
    monkeypatch.setenv("AIRFLOW_CONN_EMPTY", json.dumps({"conn_type": "http"}))

    with pytest.raises(AirflowFailException, match=re.escape(said)):
        ensure(**arguments)
    assert simulator.asked == []


def test_who_is_no_administrator_fails_for_good(simulator):
    """No retry makes one of him."""
    simulator.world.update("USER", simulator.world.admin_id, {"accessLevelID": None})

    with pytest.raises(AirflowFailException, match="system administrator"):
        ensure()


@pytest.mark.parametrize(("given", "said"), [({}, "is empty"), ({"events_token": "short"}, "16 to 254 characters")])
def test_a_connection_without_a_good_token_says_so(monkeypatch, given, said):
    """Connection and field are named, the token is not shown."""
    with served(monkeypatch, **given), pytest.raises(AirflowFailException, match=f"events_token: .*{said}") as failed:
        ensure()

    assert "short" not in str(failed.value)


def test_an_api_key_that_opens_no_subscriptions_is_told_so(monkeypatch):
    """The documents name a session only, and so the simulator does by default."""
    with served(monkeypatch, events_token=TOKEN), pytest.raises(TokenError, match=r"subscriptions .* use OAuth2"):
        listed()


def test_a_read_only_connection_subscribes_to_nothing(monkeypatch):
    """A subscription is a change, though a list of them is none."""
    with served(monkeypatch, Options(event_api_keys=True), events_token=TOKEN, read_only=True):
        assert listed() == []
        with pytest.raises(AirflowFailException, match="only reads"):
            ensure()


def test_an_unknown_subscription_is_not_upgraded(simulator):
    """Deleting one that is gone is what was wanted; upgrading it is not."""
    with pytest.raises(AirflowFailException, match=f"no such subscription: {ID}"):
        run(WorkfrontUpgradeSubscriptionsOperator(task_id="t", subscription_ids=[ID]))
    assert all(request.method == "GET" for request in simulator.asked)


@pytest.mark.parametrize("none", ["", "[]", []])
def test_a_template_without_a_result_is_not_all_there_are(simulator, none):
    """Only who names nothing upgrades the subscriptions of other tools."""
    made = ensure()
    simulator.subscriptions._kept[made["id"]] = replace(simulator.subscriptions._kept[made["id"]], version="v1")

    assert run(WorkfrontUpgradeSubscriptionsOperator(task_id="t", subscription_ids=none)) == []
    assert run(WorkfrontUpgradeSubscriptionsOperator(task_id="t")) == [made["id"]]


def test_an_address_that_workfront_has_frozen_is_warned_of(simulator, capsys):
    """The task is done, and yet nothing will come."""
    ensure()
    simulator.subscriptions.delivery.endpoint(URL).frozen_at = 1.0
    ensure()

    assert "frozen this address" in capsys.readouterr().out


@pytest.mark.usefixtures("simulator")
def test_the_hook_gives_the_token_to_who_takes_events_in():
    """From the same field, so that both sides agree."""
    assert WorkfrontHook().events_token() == TOKEN


def test_the_hook_names_the_field_that_is_empty(monkeypatch):
    """Not every connection has events."""
    with served(monkeypatch), pytest.raises(ConnectionSettingsError, match="workfront_default, field events_token"):
        WorkfrontHook().events_token()
