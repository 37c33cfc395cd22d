"""Operators that move data between Workfront and other systems."""

from airflow_provider_workfront.transfers.slices import plan_slices
from airflow_provider_workfront.transfers.to_sql import WorkfrontToSqlOperator
from airflow_provider_workfront.transfers.to_storage import WorkfrontToObjectStorageOperator
from airflow_provider_workfront.transfers.watermark import WATERMARKS

__all__ = ["WATERMARKS", "WorkfrontToObjectStorageOperator", "WorkfrontToSqlOperator", "plan_slices"]
