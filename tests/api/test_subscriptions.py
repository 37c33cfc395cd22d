"""Event subscriptions as values: requests, answers, checked filters."""

import pytest

from airflow_provider_workfront.api.event_filters import checked_filters, event_code, same_filters
from airflow_provider_workfront.api.request import Repeat
from airflow_provider_workfront.api.subscriptions import (
    ROOT,
    ChangeVersion,
    CreateSubscription,
    DeleteSubscription,
    GetSubscription,
    Subscription,
    SubscriptionPage,
)

URL = "https://airflow.example.com/workfront/events/workfront_default"
TOKEN = "a-bearer-token-of-events"


def single(**values):
    """One filter in full."""
    return {"fieldName": "status", "comparison": "eq", "state": "newState", "fieldValue": "CUR"} | values


def test_a_subscription_is_posted_with_nothing_that_is_not_set():
    """Workfront refuses fields that it does not know; types and events are spelt its way."""
    request = CreateSubscription("issue", "update", URL, TOKEN).request()

    assert (request.method, request.path, request.repeat) == ("POST", ROOT, Repeat.IDEMPOTENT)
    assert request.json == {"objCode": "OPTASK", "eventType": "UPDATE", "url": URL, "authToken": TOKEN}


def test_a_subscription_is_posted_with_all_that_is_set():
    """Filters travel in full; base64 is text."""
    filters = [{"fieldName": "status", "fieldValue": "CUR"}]
    made = CreateSubscription("PROJ", "UPDATE", URL, TOKEN, "p1", filters, "or", base64_encoding=True)

    assert made.request().json == {
        "objCode": "PROJ",
        "eventType": "UPDATE",
        "url": URL,
        "authToken": TOKEN,
        "objId": "p1",
        "filters": [single()],
        "filterConnector": "OR",
        "base64Encoding": True,
    }


def test_a_token_is_in_no_repr():
    """Neither in that of the operation nor in that of its request."""
    made = CreateSubscription("PROJ", "UPDATE", URL, TOKEN)

    assert TOKEN not in f"{made!r} {made.request()!r}"


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"obj_code": "PROJECTS"}, "did you mean PROJ"),
        ({"obj_code": "XYZZY"}, "there are approval"),
        ({"event_type": "CHANGED"}, "one of CREATE, UPDATE, DELETE"),
        ({"url": "http://airflow.example.com"}, "begins with https://"),
        ({"url": ""}, "begins with https://"),
        ({"auth_token": ""}, "1 to 254 characters"),
        ({"auth_token": "x" * 255}, "1 to 254 characters"),
        ({"obj_id": "a/b"}, "is not the ID"),
        ({"filters": [single()], "filter_connector": "NOT"}, "one of AND, OR"),
    ],
)
def test_what_workfront_would_refuse_is_not_sent(values, said):
    """The message names what is wrong and what there is; never the token."""
    usual = {"obj_code": "PROJ", "event_type": "UPDATE", "url": URL, "auth_token": TOKEN}

    with pytest.raises(ValueError, match=said):
        CreateSubscription(**usual | values).request()


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000/events", "http://localhost/events", "http://[::1]/events"])
def test_events_may_go_to_this_machine_without_tls(url):
    """So that the simulator can be used."""
    assert CreateSubscription("PROJ", "UPDATE", url, TOKEN).request().json["url"] == url


@pytest.mark.parametrize("code", ["PROJ", "proj", " Proj "])
def test_an_object_code_is_taken_in_any_case(code):
    """Workfront wants capitals for some and small letters for others."""
    assert (event_code(code), event_code("APPROVAL_STAGE")) == ("PROJ", "approval_stage")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("status", "must be a list"),
        ({"fieldName": "status"}, "must be a list"),
        (["status"], 'must be a dict like {"fieldName": "status", "fieldValue": "CUR"}, not str'),
        ([{"status": "CUR"}], 'needs a fieldName, as {"fieldName": "status"'),
        ([single(value="CUR")], "has no value"),
        ([single(comparison="equals")], "one of eq, ne"),
        ([single(state="before")], "one of newState, oldState"),
        ([{"fieldName": "status"}], "needs a fieldValue"),
        ([{"type": "group", "filters": [single()]}], "2 to 5 filters, not 1"),
        ([{"type": "group", "filters": [single()] * 6}], "2 to 5 filters, not 6"),
        ([{"type": "group", "filters": [single()] * 2, "connector": "XOR"}], "one of AND, OR"),
        ([{"type": "group", "members": []}], "has no members"),
        ([{"type": "group", "filters": [{"type": "group"}] * 2}], "needs a fieldName"),
        ([{"type": "group", "filters": [single()] * 2}] * 11, "too many"),
    ],
)
def test_a_filter_that_would_never_match_is_refused(given, said):
    """Workfront takes it in silence (reference 9.4)."""
    with pytest.raises((TypeError, ValueError), match=said):
        checked_filters(given, "PROJ", "UPDATE")


def test_what_depends_on_type_and_event_is_checked():
    """A new object has no old state, and four fields cannot be filtered."""
    with pytest.raises(ValueError, match="no oldState"):
        checked_filters([single(state="oldState")], "PROJ", "CREATE")
    with pytest.raises(ValueError, match="cannot filter DOCU events by groups"):
        checked_filters([single(fieldName="groups")], "DOCU", "UPDATE")


def test_filters_are_written_in_full():
    """Groups too; `changed` has no value."""
    group = {"type": "group", "connector": "or", "filters": [{"fieldName": "a", "fieldValue": 1}] * 2}
    changed = {"fieldName": "status", "fieldValue": "x", "comparison": "changed"}

    one = {"fieldName": "a", "comparison": "eq", "state": "newState", "fieldValue": 1}
    assert checked_filters([group, changed], "PROJ", "UPDATE") == [
        {"type": "group", "connector": "OR", "filters": [one, one]},
        {"fieldName": "status", "comparison": "changed", "state": "newState"},
    ]
    assert checked_filters(None, "PROJ", "UPDATE") == []


def test_filters_of_a_deletion_look_at_what_was():
    """Its newState is empty, so that the usual one would never match."""
    assert checked_filters([{"fieldName": "a", "fieldValue": 1}], "PROJ", "DELETE")[0]["state"] == "oldState"


def test_filters_are_compared_by_what_they_mean():
    """Neither order, nor defaults, nor numbers as text make a difference; everything else does."""
    some = [{"fieldName": "a", "fieldValue": 5}, {"fieldName": "b", "comparison": "changed"}]
    group = {"type": "group", "connector": "OR", "filters": some}

    assert same_filters(some, [{"fieldName": "b", "comparison": "changed"}, single(fieldName="a", fieldValue="5")])
    assert same_filters([group], [group | {"filters": some[::-1]}])
    assert not same_filters([group], [group | {"connector": "AND"}])
    assert not same_filters(some, some[:1])
    assert same_filters([single(fieldValue={"x": [True]})], [single(fieldValue={"x": ["true"]})])


@pytest.mark.parametrize(
    "data",
    [
        {
            "id": "s1",
            "objCode": "PROJ",
            "eventType": "UPDATE",
            "url": URL,
            "objId": "p1",
            "authToken": "****ents",
            "base64Encoding": True,
            "filters": [single()],
            "filterConnector": "OR",
            "version": "v2",
            "dateCreated": "2026-11-02",
            "subscription_url": {"disabled_at": "2026-11-03", "frozen_at": None},
        },
        {
            "id": "s1",
            "obj_code": "PROJ",
            "event_type": "UPDATE",
            "url": URL,
            "obj_id": "p1",
            "auth_token": "****ents",
            "base64_encoding": "true",
            "filters": [single()],
            "filter_connector": "OR",
            "version": "v2",
            "date_created": "2026-11-02",
            "subscriptionUrl": {"disabledAt": "2026-11-03"},
        },
    ],
)
def test_a_subscription_is_read_in_either_case(data):
    """Documents and clients disagree (reference 9.3 [X]); the token stays out of the record."""
    found = Subscription.of(data)

    assert found == Subscription(
        id="s1",
        obj_code="PROJ",
        event_type="UPDATE",
        url=URL,
        obj_id="p1",
        filters=(single(),),
        filter_connector="OR",
        base64_encoding=True,
        version="v2",
        date_created="2026-11-02",
        disabled_at="2026-11-03",
        masked_token="****ents",
    )
    assert "ents" not in str(found.record()).replace("events", "")


def test_a_page_says_whether_it_is_the_last():
    """By the count of pages, else by its own length."""
    one = {"id": "s1"}
    page = SubscriptionPage(1)

    assert page.request().params == (("page", "1"), ("limit", "1000"))
    assert page.read({"subscriptions": [one], "meta": {"page_count": 2}})[1] is False
    assert page.read({"subscriptions": [one], "meta": {"page_count": 1}})[1] is True
    assert page.read({"subscriptions": [one]})[1] is True
    assert page.read({"subscriptions": [one] * 1000})[1] is False


def test_single_subscriptions_have_an_address_of_their_own():
    """And their version one for several."""
    assert GetSubscription("s1").request().path == f"{ROOT}/s1"
    assert (DeleteSubscription("s1").request().method, DeleteSubscription("s1").read(None)) == ("DELETE", True)
    assert ChangeVersion(["s1"]).request().json == {"subscriptionIds": ["s1"], "version": "v2"}
    with pytest.raises(ValueError, match="is not the ID"):
        DeleteSubscription("../x").request()
