"""The error tree: what each error knows, says and advises."""

import copy
import pickle

import pytest

from airflow_provider_workfront.api import errors

CLASSES = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Exception)]
PERMANENT = {
    "AuthenticationError",
    "PermissionDeniedError",
    "NotFoundError",
    "VersionError",
    "InvalidRequestError",
    "OutcomeUnknownError",
    "ClientClosedError",
    "ConnectionSettingsError",
}


def test_all_errors_are_workfront_errors():
    """One `except` catches them all."""
    assert all(issubclass(kind, errors.WorkfrontError) for kind in CLASSES)


def test_the_tree_is_drawn_at_the_top_of_the_file():
    """The drawing names every class."""
    assert [kind.__name__ for kind in CLASSES if kind.__name__ not in errors.__doc__] == []


def test_what_cannot_work_is_permanent():
    """A write that may have happened counts too: a task's retry would do it twice."""
    assert {kind.__name__ for kind in CLASSES if kind.permanent} == PERMANENT


def test_a_message_says_what_was_asked_what_came_and_what_to_do():
    """In this order."""
    error = errors.PermissionDeniedError(403, "You do not have sufficient access.", "", "PUT proj/1")
    assert str(error) == (
        "PUT proj/1: 403 You do not have sufficient access"
        " - share the object with the connection's user, or raise its access level"
    )


def test_a_hint_takes_the_place_of_the_advice():
    """What is known about this very call is worth more."""
    error = errors.InvalidRequestError(422, "no field nmae", "", "GET proj/search", "did you mean name?")
    assert str(error).endswith("no field nmae - did you mean name?")


def test_a_lost_write_says_to_look_first():
    """Repeating it blindly may write twice."""
    assert "look in Workfront before you repeat it" in str(errors.OutcomeUnknownError("reset", "POST proj"))


def test_reauthorization_carries_the_address():
    """A person must know where to go."""
    error = errors.ReauthorizationRequired("the grant is dead", "https://airflow.example/workfront")
    assert error.url == "https://airflow.example/workfront"
    assert str(error).endswith("authorize again: https://airflow.example/workfront")
    assert str(errors.ReauthorizationRequired("the grant is dead")) == "the grant is dead"


def test_a_settings_error_names_connection_and_field():
    """Both are needed to mend it."""
    error = errors.ConnectionSettingsError("acme", "host", "is empty")
    assert str(error) == "connection acme, field host: is empty"


@pytest.mark.parametrize(
    "error",
    [
        errors.NotFoundError(404, "gone", "c", "GET proj/1", "hint"),
        errors.TransportError("reset", "GET proj/1"),
        errors.ReauthorizationRequired("dead", "https://a"),
        errors.ConnectionSettingsError("a", "b", "c"),
    ],
)
def test_errors_survive_the_way_between_processes(error):
    """Airflow pickles what a task raises."""
    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error)):  # noqa: S301 our own
        assert (type(twin), str(twin), vars(twin)) == (type(error), str(error), vars(error))
