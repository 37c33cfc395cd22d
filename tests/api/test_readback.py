"""Whether an update took place, as a read tells it."""

import pytest

from airflow_provider_workfront.api.readback import happened


@pytest.mark.parametrize(
    ("sent", "found"),
    [
        ({"name": "a"}, {"ID": "1", "name": "a", "status": "CUR"}),
        ({"isActive": True}, {"isActive": True}),
        ({"isActive": "false"}, {"isActive": False}),
        ({"budget": 10}, {"budget": "10.00"}),
        ({"owner": None}, {"owner": None}),
        ({"ownerID": ""}, {"ownerID": None}),
        ({"DE:Note": None}, {}),
        ({"when": "2024-01-01T10:00:00:000+0000"}, {"when": "2024-01-01T12:00:00:000+0200"}),
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
