"""Events of the simulator, from a write to a receiver on a socket (rules 121 to 124)."""

import re

import pytest
from support.receiver import receiving, unpacked
from support.simulated import Caller
from support.subscribed import TOKEN, ask, subscribe

from airflow_provider_workfront.simulator import Options
from airflow_provider_workfront.simulator.delivery import MOST_BYTES

FAST = Options(event_time_scale=0.0001)


@pytest.fixture
def caller() -> Caller:
    """A world of its own, whose retries do not take hours."""
    return Caller(FAST)


@pytest.fixture
def project(caller) -> str:
    """A project of the small world."""
    return caller.world.id_of("PROJ", "Help Desk")


def test_an_update_is_told_with_both_states(caller, project):
    """Rule 121: bearer, JSON, old and new state with every field, the user who wrote."""
    with receiving() as receiver:
        made = subscribe(caller, url=receiver.url)
        caller.call("PUT", f"proj/{project}", {"name": "New name"})
        request = receiver.request()
        receiver.came.put(request)
        event = receiver.event()

    assert (request.method, request.target) == ("POST", "/events?for=test")
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert (event["eventType"], event["subscriptionId"], event["eventVersion"]) == ("UPDATE", made, "v2")
    assert (event["newState"]["ID"], event["newState"]["objCode"]) == (project, "PROJ")
    assert (event["oldState"]["name"], event["newState"]["name"]) == ("Help Desk", "New name")
    assert event["userId"] == caller.world.admin_id
    assert event["newState"]["extRefID"] is None
    assert re.fullmatch(r"[\d-]{10}T[\d:]{8}\.\d{3}[+-]\d{4}", event["newState"]["lastUpdateDate"])
    assert event["eventTime"].keys() == {"epochSecond", "nano"}


def test_creation_and_deletion_have_one_state_each(caller):
    """Rule 121: the other is empty; a deletion tells who deleted, not who wrote last."""
    with receiving() as receiver:
        for event_type in ("CREATE", "DELETE"):
            subscribe(caller, url=receiver.url, eventType=event_type)
        made = caller.call("POST", "proj", {"name": "Short-lived"}).data["ID"]
        created = receiver.event()
        caller.world.update("PROJ", made, {"lastUpdatedByID": "somebody-else"})
        caller.call("DELETE", f"proj/{made}")
        deleted = receiver.event()

    assert (created["eventType"], created["oldState"], created["newState"]["ID"]) == ("CREATE", {}, made)
    assert (deleted["eventType"], deleted["newState"], deleted["oldState"]["ID"]) == ("DELETE", {}, made)
    assert deleted["userId"] == caller.world.admin_id


def test_one_commit_is_one_event_an_object(caller, project):
    """However often the server wrote the row meanwhile; children that went along are told, too."""
    with receiving() as receiver:
        subscribe(caller, url=receiver.url, objCode="TASK", eventType="DELETE")
        subscribe(caller, url=receiver.url, objCode="PROJ", eventType="DELETE")
        caller.call("PUT", f"proj/{project}", {"status": "CUR"})
        tasks = {row["ID"] for row in caller.world.find("TASK", projectID=project)}
        caller.call("DELETE", f"proj/{project}", force="true")
        events = receiver.events(len(tasks) + 1)

    assert {event["oldState"]["ID"] for event in events} == {project, *tasks}


def test_what_is_taken_back_is_not_told(caller):
    """Rule 95: an atomic write that fails leaves no event behind."""
    with receiving() as receiver:
        subscribe(caller, url=receiver.url, eventType="CREATE")
        rows = [{"name": "good"}, {"name": "bad", "priority": "high"}]
        assert caller.call("POST", "proj", rows, atomic="true").status == 422
        caller.call("POST", "proj", {"name": "later"})

        assert receiver.event()["newState"]["name"] == "later"


def test_only_what_was_subscribed_to_is_told(caller, project):
    """By type, by object, and by filter."""
    other = caller.world.id_of("PROJ", "Website Relaunch")
    with receiving() as receiver:
        filters = [{"fieldName": "status", "comparison": "changed"}]
        subscribe(caller, url=receiver.url, objId=project, filters=filters)
        caller.call("POST", "proj", {"name": "another"})
        caller.call("PUT", f"proj/{other}", {"status": "ONH"})
        caller.call("PUT", f"proj/{project}", {"name": "Renamed"})
        caller.call("PUT", f"proj/{project}", {"status": "ONH"})
        event = receiver.event()

    assert (event["newState"]["ID"], event["newState"]["name"], event["newState"]["status"]) == (
        project,
        "Renamed",
        "ONH",
    )


def test_states_may_come_as_base64(caller, project):
    """Rule 122."""
    with receiving() as receiver:
        subscribe(caller, url=receiver.url, base64Encoding=True)
        caller.call("PUT", f"proj/{project}", {"name": "New name"})

        assert unpacked(receiver.event()["newState"])["name"] == "New name"


def test_custom_fields_stand_among_the_parameter_values(caller):
    """Reference 9.6: version 1 shows a list of one as its member, version 2 always a list."""
    row = next(row for row in caller.world.objects("PROJ").values() if any(key.startswith("DE:") for key in row))
    caller.world.update("PROJ", row["ID"], {"DE:Channels": ["Web"]})
    with receiving() as receiver:
        made = subscribe(caller, url=receiver.url)
        caller.call("PUT", f"proj/{row['ID']}", {"name": "In version 2"})
        new = receiver.event()
        ask(caller, "PUT", f"subscriptions/{made}/version", {"version": "v1"})
        caller.simulator.clock.advance(60)
        caller.call("PUT", f"proj/{row['ID']}", {"name": "In version 1"})
        old = receiver.event()

    assert new["newState"]["parameterValues"]["DE:Channels"] == ["Web"]
    assert (old["eventVersion"], old["newState"]["parameterValues"]["DE:Channels"]) == ("v1", "Web")


def test_for_five_minutes_after_a_change_of_version_both_are_delivered(project):
    """Rule 124: the same event twice, told apart by its version only."""
    caller = Caller()
    with receiving() as receiver:
        made = subscribe(caller, url=receiver.url)
        ask(caller, "PUT", f"subscriptions/{made}/version", {"version": "v1"})
        caller.call("PUT", f"proj/{project}", {"name": "New name"})

        assert {event["eventVersion"] for event in receiver.events(2)} == {"v1", "v2"}


@pytest.mark.parametrize("status", [500, 404, 302])
def test_what_is_not_taken_is_sent_again(caller, project, status):
    """Rule 123: anything but a 2xx; the same message comes again."""
    with receiving(answers=lambda number: status if number < 2 else 200) as receiver:
        subscribe(caller, url=receiver.url)
        caller.call("PUT", f"proj/{project}", {"name": "New name"})
        first, second, third = receiver.events(3)

    assert first == second == third


def test_a_token_is_sent_as_utf_8(caller, project):
    """Reference 9.3: any text, not only what HTTP libraries like."""
    with receiving() as receiver:
        subscribe(caller, url=receiver.url, authToken="\u20ac and \u00e9")
        caller.call("PUT", f"proj/{project}", {"name": "New name"})
        bearer = receiver.request().headers["authorization"]

    assert bearer.encode("latin-1").decode() == "Bearer \u20ac and \u00e9"


@pytest.mark.parametrize("values", [{"authToken": "two\nlines"}, {"url": "http://localhost:1/\u20ac"}])
def test_what_cannot_be_sent_has_failed(caller, project, values):
    """The others are still delivered."""
    with receiving() as receiver:
        subscribe(caller, **{"url": receiver.url} | values)
        caller.call("PUT", f"proj/{project}", {"name": "New name"})
        caller.simulator.clock.advance(60)
        caller.simulator.subscriptions.delivery.settle()

    assert caller.simulator.subscriptions.delivery.numbers()["given_up"] == 1


def test_a_receiver_that_takes_too_long_has_failed(project):
    """Rule 123: five seconds, here fewer."""
    caller = Caller(Options(event_time_scale=0.0001, event_timeout_seconds=0.05))
    with receiving(delay=0.3) as receiver:
        subscribe(caller, url=receiver.url)
        caller.call("PUT", f"proj/{project}", {"name": "New name"})

        assert receiver.event() == receiver.event()


def test_the_last_retry_is_the_eleventh(caller, project):
    """Rule 123: then the event is lost, and the subscription shows the failures."""
    with receiving(answers=lambda _number: 500) as receiver:
        made = subscribe(caller, url=receiver.url)
        caller.call("PUT", f"proj/{project}", {"name": "New name"})
        receiver.event()
        caller.simulator.clock.advance(60)
        caller.simulator.subscriptions.delivery.settle()

    assert receiver.count == 12
    assert ask(caller, "GET", f"subscriptions/{made}").body["subscription_url"]["failures"] == 12


def test_a_url_that_always_fails_is_disabled_and_comes_back_with_a_good_probe(caller, project):
    """Rule 123: what came meanwhile is delivered by its retries."""
    with receiving() as receiver:
        endpoint = caller.simulator.subscriptions.delivery.endpoint(receiver.url)
        for _ in range(101):
            endpoint.note(caller.simulator.clock.now(), good=False)
        made = subscribe(caller, url=receiver.url)
        disabled = ask(caller, "GET", f"subscriptions/{made}").body["subscription_url"]["disabled_at"]
        caller.call("PUT", f"proj/{project}", {"name": "New name"})
        event = receiver.event()

    assert disabled is not None
    assert event["newState"]["name"] == "New name"


def test_what_is_larger_than_a_megabyte_is_not_delivered(caller, project):
    """Rule 123: no retry brings it."""
    with receiving() as receiver:
        subscribe(caller, url=receiver.url)
        caller.call("PUT", f"proj/{project}", {"description": "x" * MOST_BYTES})
        caller.call("PUT", f"proj/{project}", {"description": "short"})
        caller.call("PUT", f"proj/{project}", {"name": "New name"})

        assert receiver.event()["newState"]["name"] == "New name"
    assert caller.simulator.subscriptions.delivery.numbers()["oversize"] == 2


def test_an_event_may_come_twice(project):
    """Reference 9.7 [I]: nothing promises exactly one."""
    caller = Caller(Options(event_duplicate_rate=1.0, event_delay_seconds=0.01, event_jitter_seconds=0.01))
    with receiving() as receiver:
        subscribe(caller, url=receiver.url)
        caller.call("PUT", f"proj/{project}", {"name": "New name"})

        assert receiver.event() == receiver.event()


def test_nobody_is_told_of_what_happens_without_subscriptions(caller, project):
    """And a deleted subscription is told of nothing more."""
    with receiving() as receiver:
        ask(caller, "DELETE", f"subscriptions/{subscribe(caller, url=receiver.url)}")
        caller.call("PUT", f"proj/{project}", {"name": "New name"})

    assert caller.simulator.subscriptions.delivery.numbers() == {"waiting": 0, "urls": {}}


def test_a_frozen_url_is_switched_on_by_order(caller, project):
    """Reference 9.2: Workfront's own request for it is documented nowhere, so the simulator has one."""
    with receiving() as receiver:
        endpoint = caller.simulator.subscriptions.delivery.endpoint(receiver.url)
        endpoint.frozen_at = 1.0
        subscribe(caller, url=receiver.url)
        caller.call("PUT", f"proj/{project}", {"name": "Lost"})
        caller.simulator.subscriptions.delivery.settle()
        caller.control("POST", "events/enable", {"url": receiver.url})
        caller.call("PUT", f"proj/{project}", {"name": "Told"})

        assert receiver.event()["newState"]["name"] == "Told"
    assert caller.control("GET", "events")["delivered"] == 1
