"""Operators: one for any operation, and a named one for each common operation."""

from airflow_provider_workfront.operators.named import (
    WorkfrontActionOperator,
    WorkfrontCopyOperator,
    WorkfrontCountOperator,
    WorkfrontCreateOperator,
    WorkfrontDeleteOperator,
    WorkfrontGetOperator,
    WorkfrontSearchOperator,
    WorkfrontUpdateOperator,
)
from airflow_provider_workfront.operators.operator import WorkfrontOperator

__all__ = [
    "WorkfrontActionOperator",
    "WorkfrontCopyOperator",
    "WorkfrontCountOperator",
    "WorkfrontCreateOperator",
    "WorkfrontDeleteOperator",
    "WorkfrontGetOperator",
    "WorkfrontOperator",
    "WorkfrontSearchOperator",
    "WorkfrontUpdateOperator",
]
