"""Operators as the task runner treats them, without a task runner."""

from __future__ import annotations

from typing import Any

from airflow.sdk.bases.operator import BaseOperator, ExecutorSafeguard


def run(operator: BaseOperator, **context: object) -> Any:
    """Render the templates with this context, and execute."""
    operator.render_template_fields(context)
    token = ExecutorSafeguard.tracker.set(operator)
    try:
        return operator.execute(context)
    finally:
        ExecutorSafeguard.tracker.reset(token)
