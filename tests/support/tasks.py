"""Operators as the task runner treats them, without a task runner."""

from __future__ import annotations

import inspect
import re
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


def parameters(cls: type) -> list[str]:
    """Name an operator's own arguments."""
    return [name for name in inspect.signature(cls.__init__).parameters if name not in {"self", "kwargs"}]


def disagreement(cls: type[BaseOperator]) -> set[str]:
    """Name the arguments that attribute, template field and docs disagree about, or that hide one of Airflow's."""
    names = parameters(cls)
    made = cls(task_id="t", **{name: f"the {name}" for name in names}, workfront_conn_id="other")
    whole = {*names, "workfront_conn_id"}
    lost = {name for name in names if getattr(made, name) != f"the {name}"}
    documented = set(re.findall(r":param (\w+):", cls.__doc__ or ""))
    hiding = {*dir(BaseOperator), *vars(BaseOperator(task_id="t"))} & {*names, "object_url"}
    return lost | hiding | (whole ^ set(made.template_fields)) | (whole ^ documented)
