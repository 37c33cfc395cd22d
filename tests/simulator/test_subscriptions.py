"""The event subscription API of the simulator (rules 116 to 120, 124, 125)."""

import re

import pytest
from support.simulated import Caller
from support.subscribed import TOKEN, ask, subscribe, subscription

from airflow_provider_workfront.simulator import Options, Request
from airflow_provider_workfront.simulator.subscriptions import EVENT_ROOT

NONE = "00000000-0000-0000-0000-000000000000"


@pytest.fixture
def caller() -> Caller:
    """A world of its own."""
    return Caller()


def test_a_subscription_is_created_at_an_address_and_has_version_2(caller):
    """Rule 117: 201, Location, ID and version, and nothing of the token."""
    answer = ask(caller, "POST", "subscriptions", subscription())

    assert (answer.status, answer.body.keys(), answer.body["version"]) == (201, {"id", "version"}, "v2")
    assert answer.headers["location"].endswith(f"{EVENT_ROOT}/subscriptions/{answer.body['id']}")


def test_only_an_administrator_may_subscribe(caller):
    """Rule 116: 403 for others, 401 without a session."""
    other = next(
        each for each in caller.world.objects("USER") if each != caller.world.admin_id and not _is_admin(caller, each)
    )
    session = caller.simulator.sessions.open(other)

    assert ask(caller, "POST", "subscriptions", subscription(), token=session).status == 403
    assert ask(caller, "GET", "subscriptions", token="gone").status == 401


def _is_admin(caller: Caller, user_id: str) -> bool:
    return bool(caller.call("GET", f"user/{user_id}", fields="isAdmin").data["isAdmin"])


@pytest.mark.parametrize(
    "values",
    [
        {"objCode": "proj"},
        {"objCode": "NOPE"},
        {"eventType": "CHANGE"},
        {"url": "http://airflow.example.com/events"},
        {"url": "nowhere"},
        {"url": "https://airflow.example.com:port/events"},
        {"url": "https://airflow.example.com:70000/events"},
        {"url": "https://[airflow.example.com/events"},
        {"authToken": ""},
        {"authToken": "x" * 255},
        {"filters": {"fieldName": "status"}},
        {"filterConnector": "XOR"},
        {"base64Encoding": "yes"},
        {"base64Encoding": "true"},
        {"url": "https://receiver.example/a b"},
        {"customerId": "mine"},
    ],
)
def test_what_is_wrong_is_refused(caller, values):
    """Reference 9.2 and 9.3: a bad URL, an unknown field, a value that no document lists."""
    assert ask(caller, "POST", "subscriptions", subscription(**values)).status == 400


def test_a_body_that_is_no_object_is_refused(caller):
    """Whoever sends a list meant something else."""
    assert ask(caller, "POST", "subscriptions", [subscription()]).status == 400


def test_the_same_subscription_twice_is_a_conflict_unless_its_filters_differ(caller):
    """Rule 117: 409 says duplicate."""
    subscribe(caller)

    assert ask(caller, "POST", "subscriptions", subscription(authToken="another-token")).status == 409
    assert ask(caller, "POST", "subscriptions", subscription(filters=[{"fieldName": "status"}])).status == 201


@pytest.mark.parametrize(("token", "shown"), [(TOKEN, "****ents"), ("12345678", "********")])
def test_a_token_is_shown_masked(caller, token, shown):
    """Rule 119: four characters of a long one, none of a short one."""
    found = ask(caller, "GET", f"subscriptions/{subscribe(caller, authToken=token)}").body

    assert (found["auth_token"], found["obj_code"], found["subscription_url"]["failures"]) == (shown, "PROJ", 0)


def test_the_list_comes_in_pages(caller):
    """Rule 118: page and limit, and how many there are."""
    made = [subscribe(caller, objId=f"{number}") for number in range(5)]
    first, last = (ask(caller, "GET", f"subscriptions?page={page}&limit=3").body for page in (1, 2))

    assert [each["id"] for each in first["subscriptions"] + last["subscriptions"]] == made
    assert last["meta"] == {"page": 2, "limit": 3, "page_count": 2, "total_count": 5}


@pytest.mark.parametrize("query", ["limit=1001", "limit=0", "page=x"])
def test_a_page_that_cannot_be_is_refused(caller, query):
    """Rule 118: at most a thousand."""
    assert ask(caller, "GET", f"subscriptions?{query}").status == 400


def test_the_old_list_has_names_in_snake_case(caller):
    """Rule 125: a bare array."""
    made = subscribe(caller)
    (found,) = ask(caller, "GET", "subscriptions/list").body

    assert (found["id"], found["obj_code"], found["event_type"], found["auth_token"]) == (
        made,
        "PROJ",
        "UPDATE",
        "****ents",
    )


def test_names_in_camel_case_are_a_switch():
    """Reference 0.4: Adobe prints snake_case and microseconds, a client has camelCase."""
    caller = Caller(Options(camel_case_subscriptions=True))

    assert ask(caller, "GET", f"subscriptions/{subscribe(caller)}").body["objCode"] == "PROJ"


def test_a_subscription_is_shown_as_adobe_prints_it(caller):
    """Reference 0.4: `date_created: 2024-04-11T17:10:10.305981`; base64 is a boolean."""
    found = ask(caller, "GET", f"subscriptions/{subscribe(caller, base64Encoding=True)}").body

    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}", found["date_created"])
    assert found["base64_encoding"] is True


def test_a_deleted_subscription_is_gone(caller):
    """200 with nothing in it, then 404 for everything."""
    made = subscribe(caller)
    answer = ask(caller, "DELETE", f"subscriptions/{made}")

    assert (answer.status, answer.body) == (200, None)
    assert [ask(caller, method, f"subscriptions/{made}").status for method in ("GET", "DELETE")] == [404, 404]


def test_versions_are_changed_one_by_one_several_or_all(caller):
    """Rule 124: three forms of the order."""
    one, two, three = (subscribe(caller, objId=name) for name in "abc")

    assert ask(caller, "PUT", f"subscriptions/{one}/version", {"version": "v1"}).body == {"id": one, "version": "v1"}
    several = ask(caller, "PUT", "subscriptions/version", {"subscriptionIds": [two, three], "version": "v1"})
    assert several.body == {"subscription_ids": [two, three], "version": "v1"}
    everything = ask(caller, "PUT", "subscriptions/version", {"allCustomerSubscriptions": True, "version": "v2"})
    assert everything.body["subscription_ids"] == [one, two, three]
    assert {each["version"] for each in ask(caller, "GET", "subscriptions").body["subscriptions"]} == {"v2"}


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        (f"subscriptions/{NONE}/version", {"version": "v2"}, 404),
        ("subscriptions/version", {"subscriptionIds": [NONE], "version": "v2"}, 400),
        ("subscriptions/version", {"version": "v2"}, 400),
        ("subscriptions/version", {"allCustomerSubscriptions": True, "version": "v3"}, 400),
    ],
)
def test_a_change_of_version_that_cannot_be_is_refused(caller, path, body, status):
    """Rule 124: unknown IDs, unknown versions, nothing named."""
    assert ask(caller, "PUT", path, body).status == status


@pytest.mark.parametrize(("method", "path", "status"), [("PUT", f"subscriptions/{NONE}", 404), ("GET", "nothing", 404)])
def test_there_is_no_way_to_change_a_subscription(caller, method, path, status):
    """Reference 9.2: delete and create anew."""
    assert ask(caller, method, path, {}).status == status
    assert ask(caller, "PUT", f"subscriptions/{subscribe(caller)}", {}).status == 405


def test_whether_an_api_key_opens_it_is_a_switch():
    """Reference 9.1: the documents name a session only."""
    statuses = []
    for allowed in (False, True):
        simulator = Caller(Options(event_api_keys=allowed)).simulator
        key = simulator.credentials["api_key"]
        statuses += [
            simulator.answer(Request("GET", f"{EVENT_ROOT}/subscriptions", {"apikey": key})).status,
            simulator.answer(Request("GET", f"{EVENT_ROOT}/subscriptions?apiKey={key}")).status,
        ]

    assert statuses == [401, 401, 200, 200]


def test_calls_are_counted_under_one_name(caller):
    """Or every ID would be a kind of call."""
    ask(caller, "GET", f"subscriptions/{subscribe(caller)}")

    assert caller.simulator.stats()["by_kind"] == {"subscriptions": 2}
