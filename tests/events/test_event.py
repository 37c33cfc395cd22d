"""Events as Workfront writes them, both versions and both ways: what is read of them, and what never is."""

from __future__ import annotations

import base64
import json

import pytest

from airflow_provider_workfront.events.event import (
    MOST_CHANGED,
    Malformed,
    NoEvent,
    changed,
    read_event,
    state_mark,
    updated,
)

ID = "5f1a" * 8
OLD = {
    "ID": ID,
    "objCode": "PROJ",
    "name": "Secret plan",
    "status": "PLN",
    "lastUpdateDate": "2026-11-02T13:48:56.980-0600",
    "parameterValues": {"DE:Region": "EMEA", "DE:Budget": 5},
}
NEW = OLD | {"status": "CUR", "lastUpdateDate": "2026-11-02T13:50:00.123-0600"}
NEW |= {"parameterValues": {"DE:Region": ["EMEA", "APAC"], "DE:Budget": 5}}


def message(**values):
    """Write a message, with other parts as told; a part that is None is left out."""
    usual = {
        "eventType": "UPDATE",
        "subscriptionId": "1b4e28ba-2fa1-11d2-883f-0016d3cca427",
        "eventTime": {"epochSecond": 1507319336, "nano": 998000000},
        "eventVersion": "v2",
        "subscriptionVersion": "v2",
        "customerId": "c" * 32,
        "userId": "a" * 32,
        "newState": NEW,
        "oldState": OLD,
    }
    return json.dumps({name: value for name, value in (usual | values).items() if value is not None}).encode()


def as_base64(state):
    """Write a state as a subscription with `base64Encoding` gets it."""
    return base64.b64encode(json.dumps(state).encode()).decode()


def test_an_update_names_what_changed_and_no_value():
    """A DAG run is told identifiers, times and names of fields; custom ones by their `DE:` names."""
    told = read_event(message()).told("wf")

    assert told == {
        "event_type": "UPDATE",
        "obj_code": "PROJ",
        "obj_id": ID,
        "event_time": "2017-10-06T19:48:56.998000000Z",
        "changed": ["DE:Region", "lastUpdateDate", "status"],
        "changed_count": 3,
        "old": {"lastUpdateDate": "2026-11-02T19:48:56.980Z"},
        "new": {"lastUpdateDate": "2026-11-02T19:50:00.123Z"},
        "user_id": "a" * 32,
        "subscription_id": "1b4e28ba-2fa1-11d2-883f-0016d3cca427",
        "version": "v2",
        "conn_id": "wf",
    }
    assert not any(word in json.dumps(told) for word in ("Secret", "EMEA", "APAC", "CUR", "PLN"))


def test_base64_says_the_same():
    """An event differs in nothing but the way its states were written."""
    assert read_event(message(newState=as_base64(NEW), oldState=as_base64(OLD))) == read_event(message())


@pytest.mark.parametrize("empty", [{}, None, "", as_base64({}), dict.fromkeys(NEW)])
def test_what_is_new_or_gone_has_one_state(empty):
    """A creation has no old state, a deletion no new one; both are known by the other."""
    created = read_event(message(eventType="CREATE", oldState=empty))
    deleted = read_event(message(eventType="DELETE", newState=empty))

    assert (created.obj_id, created.changed, created.old, created.new) == (ID, (), "", "2026-11-02T19:50:00.123Z")
    assert (deleted.obj_id, deleted.changed, deleted.old, deleted.new) == (ID, (), "2026-11-02T19:48:56.980Z", "")
    assert deleted.marks[1] == ""


def test_one_event_has_one_mark_however_it_came():
    """Repeated, in both versions after an upgrade, of two subscriptions: still one change of one object."""
    listed = NEW | {"parameterValues": {"DE:Region": "EMEA"}}
    events = [
        read_event(body)
        for body in (
            message(),
            message(eventVersion="v1", newState=listed),
            message(subscriptionId="another"),
            message(newState=as_base64(NEW)),
        )
    ]

    assert len({event.marks for event in events}) == 1


@pytest.mark.parametrize(
    "values",
    [
        {"eventTime": {"epochSecond": 1507319336, "nano": 998000001}},
        {"eventTime": {"epochSecond": 1507319337, "nano": 998000000}},
        {"eventType": "DELETE"},
        {"newState": NEW | {"ID": "b" * 32}},
        {"newState": NEW | {"objCode": "TASK"}},
        {"eventTime": None},
    ],
)
def test_what_differs_is_another_event(values):
    """Another time, kind or object."""
    assert read_event(message(**values)).marks[0] != read_event(message()).marks[0]


def test_an_event_without_a_time_is_known_by_its_letters():
    """It comes again as it was; a time that is none is no time."""
    one, other = (message(eventTime=time) for time in (None, {"epochSecond": "soon"}))

    assert read_event(one).marks == read_event(one).marks != read_event(other).marks
    assert read_event(one).told("wf")["event_time"] is None


def test_the_state_has_the_mark_that_a_read_gives_it():
    """Events and reads write dates in two ways; a task that looks for what was missed has to know the state again."""
    read = updated("2026-11-02T20:50:00:123+0100")

    assert read_event(message()).marks[1] == state_mark("PROJ", ID, read)


@pytest.mark.parametrize("value", [None, 5, "", "yesterday", "2026-11-02", "9999-12-31T23:59:59.000-1400", {}])
def test_what_is_no_moment_is_no_state(value):
    """Nothing is known then of the state."""
    assert read_event(message(newState=NEW | {"lastUpdateDate": value})).marks[1] == ""


def test_of_many_fields_some_are_named_and_all_are_counted():
    """An asset event stays small, whatever has changed."""
    wide = {f"DE:{'x' * 1000}{number}": number for number in range(5000)}
    told = read_event(message(newState=NEW | {"parameterValues": wide})).told("wf")

    assert (len(told["changed"]), told["changed_count"]) == (MOST_CHANGED, 5002 + 2)
    assert len(json.dumps(told)) < 15_000


def test_a_field_that_is_empty_on_both_sides_has_not_changed():
    """Null and missing are the same."""
    assert changed({"a": None, "b": 1}, {"b": 1, "parameterValues": None}) == ()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no json",
        b"[1, 2]",
        b'"text"',
        b"\xff\xfe",
        b"[" * 100_000,
        b"1" * 10_000,
        message(newState="no base64"),
        message(newState=base64.b64encode(b"no json").decode()),
        message(newState=base64.b64encode(b"[1]").decode()),
        message(newState=[NEW]),
        message(newState={}, oldState={}),
        message(newState={"ID": ID}),
        message(newState=NEW | {"ID": "a\nforged line of a log"}),
        message(newState=NEW | {"ID": "a" * 65}),
        message(newState=NEW | {"objCode": "../PROJ"}),
        message(newState=NEW | {"objCode": 5}),
        message(eventType=None),
        message(eventType="\N{KELVIN SIGN}"),
    ],
)
def test_what_is_no_event_is_refused_without_being_shown(body):
    """Whatever comes, it is either an event, nothing, or a plain refusal."""
    with pytest.raises(Malformed) as refused:
        read_event(body)

    assert "Secret" not in str(refused.value)
    assert "forged" not in str(refused.value)


def test_an_object_that_tells_of_nothing_is_no_error():
    """The documents know no message that only tries an address, and say that such ones are sent."""
    with pytest.raises(NoEvent):
        read_event(b'{"challenge": 1}')


@pytest.mark.parametrize("name", ["userId", "subscriptionId", "eventVersion"])
@pytest.mark.parametrize("value", [5, None, "a\nb", "x" * 65, ["a"]])
def test_what_is_only_told_may_be_anything(name, value):
    """It is left out, and the event counts."""
    told = read_event(message(**{name: value})).told("wf")

    assert None in {told["user_id"], told["subscription_id"], told["version"]}
