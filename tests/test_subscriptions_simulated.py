"""Both clients subscribe at the simulator: once, whatever happens on the way."""

from datetime import UTC, datetime

import pytest
from clients import LoggedIn, blocking, on_a_loop, simulated

from airflow_provider_workfront.api.errors import InvalidRequestError, NotFoundError, PermissionDeniedError
from airflow_provider_workfront.api.subscribing import EnsureSubscription, UpgradeSubscriptions
from airflow_provider_workfront.api.subscriptions import (
    PAGE,
    CreateSubscription,
    DeleteSubscription,
    GetSubscription,
    ListSubscriptions,
)
from airflow_provider_workfront.simulator import Fault, Options, Simulator

URL = "https://airflow.example.com/workfront/events/workfront_default"
TOKEN = "a-bearer-token-of-events"
STATUS = {"fieldName": "status", "comparison": "changed"}


@pytest.fixture(params=[blocking, on_a_loop])
def opened(request):
    """Open a client of either kind on a simulator."""
    return lambda simulator: request.param(simulated(simulator), LoggedIn(simulator))


def ensure(**values):
    """Ensure a subscription to changes of projects, with other values as told."""
    return EnsureSubscription(**{"obj_code": "PROJ", "event_type": "UPDATE", "url": URL, "auth_token": TOKEN, **values})


def test_a_subscription_is_created_once_and_kept_then(opened):
    """However often it is asked for, and however it is spelt."""
    with opened(Simulator()) as workfront:
        outcomes = [
            workfront.run(ensure(**values)) for values in ({}, {}, {"obj_code": "proj", "event_type": "update"})
        ]
        (found,) = workfront.run(ListSubscriptions())

    assert [outcome.what for outcome in outcomes] == ["created", "kept", "kept"]
    assert {outcome.subscription_id for outcome in outcomes} == {found.id}


@pytest.mark.parametrize(
    "values",
    [
        {"url": URL.replace("https", "HTTPS")},
        {"filters": [{"fieldName": "status", "comparison": "NotContains", "fieldValue": "x"}]},
        {"filters": [{"fieldName": "entryDate", "comparison": "gt", "fieldValue": datetime(2026, 1, 2, tzinfo=UTC)}]},
        {"filters": [{"type": "group", "connector": "or", "filters": [STATUS, STATUS | {"fieldName": "name"}]}]},
    ],
)
def test_what_is_spelt_in_another_way_is_kept(opened, values):
    """It is written as Workfront wants it, and found again as that."""
    with opened(Simulator()) as workfront:
        assert [workfront.run(ensure(**values)).what for _ in range(2)] == ["created", "kept"]


@pytest.mark.parametrize(
    "values",
    [
        {"filters": [STATUS]},
        {"filters": [STATUS], "filter_connector": "OR"},
        {"base64_encoding": True},
        {"auth_token": "another-bearer-token"},
    ],
)
def test_what_differs_is_replaced(opened, values):
    """Filters, connector, encoding, token: none of it can be changed in Workfront; then it is kept."""
    with opened(Simulator()) as workfront:
        before = workfront.run(ensure())
        outcome, after = (workfront.run(ensure(**values)) for _ in range(2))
        (found,) = workfront.run(ListSubscriptions())

    assert (outcome.what, outcome.replaced, outcome.subscription_id) == (
        "replaced",
        (before.subscription_id,),
        found.id,
    )
    assert after.what == "kept"


def test_subscriptions_of_others_are_left_alone(opened):
    """Another type, object, event or address is another subscription."""
    others = [{"obj_code": "TASK"}, {"obj_id": "p1"}, {"event_type": "CREATE"}, {"url": f"{URL}?for=others"}]
    with opened(Simulator()) as workfront:
        made = [workfront.run(ensure(**values)).what for values in ({}, *others)]

        assert (made, len(workfront.run(ListSubscriptions()))) == (["created"] * 5, 5)


def test_of_two_with_other_filters_one_is_left(opened):
    """Both went to the same address, so one of them is from before."""
    with opened(Simulator()) as workfront:
        ids = [
            workfront.run(CreateSubscription("PROJ", "UPDATE", URL, TOKEN, filters=filters))
            for filters in ([STATUS], None)
        ]
        outcome = workfront.run(ensure())

        assert (outcome.what, outcome.subscription_id, outcome.replaced) == ("kept", ids[1], (ids[0],))


@pytest.mark.parametrize("do", ["reset", "503", "truncate"])
def test_a_lost_answer_does_not_subscribe_twice(opened, do):
    """The repetition is told that it exists, and finds it."""
    simulator = Simulator(faults=(Fault(do, path="eventsubscription", method="POST", when="after"),))
    with opened(simulator) as workfront:
        outcome = workfront.run(ensure())
        (found,) = workfront.run(ListSubscriptions())

    assert outcome.subscription_id == found.id


def test_a_session_that_dies_is_renewed(opened):
    """As for every other call."""
    simulator = Simulator(faults=(Fault("expire", path="eventsubscription", method="POST"),))
    with opened(simulator) as workfront:
        assert workfront.run(ensure()).what == "created"


def test_who_is_no_administrator_is_told_so(opened):
    """The advice names what is needed, not sharing."""
    simulator = Simulator()
    simulator.world.update("USER", simulator.world.admin_id, {"accessLevelID": None})

    with opened(simulator) as workfront, pytest.raises(PermissionDeniedError, match="system administrator"):
        workfront.run(ensure())


def test_a_plain_creation_says_that_there_is_one(opened):
    """409, with Workfront's own words."""
    with opened(Simulator()) as workfront:
        create = CreateSubscription("PROJ", "UPDATE", URL, TOKEN)
        workfront.run(create)

        with pytest.raises(InvalidRequestError, match="already exists") as refused:
            workfront.run(create)

    assert refused.value.status == 409


def test_one_is_read_and_deleted(opened):
    """Then it is not found, and the message says where to look."""
    with opened(Simulator()) as workfront:
        made = workfront.run(ensure()).subscription_id
        read, deleted = workfront.run(GetSubscription(made)), workfront.run(DeleteSubscription(made))

        assert (read.id, deleted) == (made, True)
        with pytest.raises(NotFoundError, match="list them"):
            workfront.run(DeleteSubscription(made))


def test_all_pages_are_read(opened):
    """A customer may have more subscriptions than a page holds."""
    simulator = Simulator(Options(camel_case_subscriptions=True))
    with opened(simulator) as workfront:
        made = [
            workfront.run(CreateSubscription("PROJ", "UPDATE", URL, TOKEN, f"p{number}")) for number in range(PAGE + 1)
        ]

        assert [each.id for each in workfront.run(ListSubscriptions())] == made


def test_only_what_is_outdated_is_upgraded(opened):
    """A change of version doubles events for five minutes, so what is new stays untouched."""
    with opened(Simulator()) as workfront:
        ids = [workfront.run(ensure(obj_id=name)).subscription_id for name in "ab"]
        changed = [
            workfront.run(upgrade)
            for upgrade in (UpgradeSubscriptions(ids[:1], "v1"), UpgradeSubscriptions(), UpgradeSubscriptions())
        ]

        assert changed == [ids[:1], ids[:1], []]
        with pytest.raises(ValueError, match="no such subscription: nothing"):
            workfront.run(UpgradeSubscriptions(["nothing"]))


@pytest.mark.parametrize(("state", "said"), [("disabled_at", "disabled"), ("frozen_at", "frozen")])
def test_an_address_that_workfront_has_given_up_is_told(opened, state, said):
    """A subscription that is kept and yet brings nothing would puzzle everybody."""
    simulator = Simulator()
    with opened(simulator) as workfront:
        workfront.run(ensure())
        setattr(simulator.subscriptions.delivery.endpoint(URL), state, 1.0)

        assert said in workfront.run(ensure()).trouble
