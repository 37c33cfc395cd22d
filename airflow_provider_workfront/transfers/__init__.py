"""Operators that move data between Workfront and other systems."""

from airflow_provider_workfront.transfers.apply_plan import WorkfrontApplyPlanOperator
from airflow_provider_workfront.transfers.slices import plan_slices
from airflow_provider_workfront.transfers.to_sql import WorkfrontToSqlOperator
from airflow_provider_workfront.transfers.to_storage import WorkfrontToObjectStorageOperator
from airflow_provider_workfront.transfers.to_workfront import ObjectStorageToWorkfrontOperator, SqlToWorkfrontOperator
from airflow_provider_workfront.transfers.watermark import WATERMARKS

__all__ = [
    "WATERMARKS",
    "ObjectStorageToWorkfrontOperator",
    "SqlToWorkfrontOperator",
    "WorkfrontApplyPlanOperator",
    "WorkfrontToObjectStorageOperator",
    "WorkfrontToSqlOperator",
    "plan_slices",
]
