"""The function that DAGs call to plan slices."""

from __future__ import annotations

import pytest
from airflow.sdk.exceptions import AirflowFailException

from airflow_provider_workfront.transfers.slices import plan_slices


def test_a_task_gets_its_slices_by_connection(simulator):
    """As plain filters, for `.expand`."""
    slices = plan_slices("PROJ", {"status": "CUR"}, 2)

    assert len(slices) > 1
    assert all(each["status"] == "CUR" and each["entryDate"] for each in slices)


def test_what_cannot_be_planned_is_not_tried_again(simulator):
    """No retry mends a wrong argument."""
    with pytest.raises(AirflowFailException, match="PROJ has no date nonsense to cut by"):
        plan_slices("PROJ", by="nonsense")
