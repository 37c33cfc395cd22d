"""Triggers: what waits in the triggerer for Workfront."""

from airflow_provider_workfront.triggers.changes import WorkfrontChangeTrigger
from airflow_provider_workfront.triggers.received import changed_ids
from airflow_provider_workfront.triggers.waiting import WorkfrontConditionTrigger

__all__ = ["WorkfrontChangeTrigger", "WorkfrontConditionTrigger", "changed_ids"]
