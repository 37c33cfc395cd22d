"""Whether an update took place, as a read tells it."""

import pytest

from airflow_provider_workfront.api.readback import happened, kinds_in


@pytest.mark.parametrize(
    ("sent", "found"),
    [
        ({"name": "a"}, {"ID": "1", "name": "a", "status": "CUR"}),
        ({"isActive": True}, {"isActive": True}),
        ({"isActive": "false"}, {"isActive": False}),
        ({"budget": "10"}, {"budget": 10.0}),
        ({"owner": None}, {"owner": None}),
        ({"ownerID": ""}, {"ownerID": None}),
        ({"DE:Note": None}, {}),
        ({"day": "2024-01-01"}, {"day": "2024-01-01"}),
    ],
)
def test_equal_fields_mean_it_happened(sent, found):
    """Forms may differ: money as text, other offsets, null for empty."""
    assert happened(sent, found) is True


@pytest.mark.parametrize(
    ("sent", "found"),
    [
        ({"name": "a"}, {"name": "b"}),
        ({"name": "a"}, {}),
        ({"name": None}, {"name": "a"}),
        ({"budget": 10}, {"budget": "11"}),
        ({"text": "7"}, {"text": "007"}),
        ({"text": 1.5}, {"text": "1.50"}),
        ({"text": "2024-01-01T10:00:00:000+0000"}, {"text": "2024-01-01T12:00:00:000+0200"}),
        ({"when": "2024-01-01T10:00:00:000+0000"}, {"when": "2024-01-01T10:00:00:000+0100"}),
        ({"name": "a", "tags": [1]}, {"name": "b", "tags": [1]}),
    ],
)
def test_a_difference_means_it_did_not(sent, found):
    """One is enough."""
    assert happened(sent, found) is False


@pytest.mark.parametrize(
    ("sent", "found"),
    [
        ({"assignments": [{"assignedToID": "1"}]}, {"assignments": [{"ID": "2"}]}),
        ({"name": "a", "queueDef": {"a": 1}}, {"name": "a", "queueDef": {"a": 1}}),
        ({"day": "2024-01-01"}, {"day": "2024-01-01T09:00:00:000+0000"}),
        ([{"ID": "1"}], {}),
        ({"name": "a"}, None),
    ],
)
def test_what_cannot_be_compared_stays_unclear(sent, found):
    """Nested objects come back in another form, days move to where the schedule begins."""
    assert happened(sent, found) is None


@pytest.mark.parametrize(
    ("sent", "found", "kind", "told"),
    [
        (10, "10.00", "java.math.BigDecimal", True),
        ("1.5", "1.50", "double", True),
        ("1.5", "1.50", "string", False),
        ("7", "007", "TEXT", False),
        ("2024-01-01T10:00:00:000+0000", "2024-01-01T12:00:00:000+0200", "dateTime", True),
        ("2024-01-01T10:00:00:000+0000", "2024-01-01T12:00:00:000+0200", "string", False),
    ],
)
def test_forms_are_judged_by_the_kind_of_the_field(sent, found, kind, told):
    """A number and a moment have several forms, a text has one."""
    assert happened({"x": sent}, {"x": found}, {"x": kind}) is told


def test_kinds_come_from_the_metadata():
    """Custom fields have their prefix."""
    metadata = {"fields": {"name": {"fieldType": "string"}}, "custom": {"Due": {"fieldType": "date"}}, "actions": {}}
    assert kinds_in(metadata) == {"name": "string", "DE:Due": "date"}
