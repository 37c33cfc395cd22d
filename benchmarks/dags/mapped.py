"""The same small read as a hundred mapped tasks, by each operator; a warm-up DAG of each with four."""

from __future__ import annotations

import os
from typing import Any

import httpx
from airflow.providers.http.operators.http import HttpOperator
from airflow.providers.standard.operators.python import PythonOperator
from airflow.sdk import DAG, BaseOperator

from airflow_provider_workfront.operators import WorkfrontSearchOperator

TASKS = int(os.environ["BENCH_TASKS"])
WORKFRONT = os.environ["BENCH_URL"]
API = "/attask/api/v21.0"
KEY = {"apiKey": os.environ["BENCH_KEY"]}
PARAMS = {"fields": "name,status", "ID_Sort": "asc", "$$LIMIT": "10"}


def ask(first: int) -> list[dict[str, Any]]:
    """Do by hand what the operators do."""
    params = {**PARAMS, "$$FIRST": str(first)}
    answer = httpx.get(f"{WORKFRONT}{API}/TASK/search", params=params, headers=KEY, timeout=120)
    return list(answer.raise_for_status().json()["data"])


def ours(conn_id: str, count: int) -> BaseOperator:
    """Read ten rows with our operator."""
    read = WorkfrontSearchOperator.partial(
        task_id="read", workfront_conn_id=conn_id, obj_code="TASK", fields=["name", "status"]
    )
    return read.expand(limit=[10] * count)


def http(count: int) -> BaseOperator:
    """Read ten rows with the HTTP provider."""
    read = HttpOperator.partial(
        task_id="read",
        method="GET",
        endpoint=f"{API}/TASK/search",
        headers=KEY,
        response_filter=lambda answer: answer.json()["data"],
    )
    return read.expand(data=[{**PARAMS, "$$FIRST": "0"}] * count)


def python(count: int) -> BaseOperator:
    """Read ten rows with a function of one's own."""
    return PythonOperator.partial(task_id="read", python_callable=ask).expand(op_args=[[0]] * count)


MADE = {
    "ours_by_key": lambda count: ours("bench_by_key", count),
    "ours_by_grant": lambda count: ours("bench_by_grant", count),
    "http": http,
    "python": python,
}
for name, make in MADE.items():
    for suffix, count in (("", TASKS), ("_warm_up", 4)):
        with DAG(f"{name}{suffix}", schedule=None, max_active_tasks=64, catchup=False) as dag:
            make(count)
        globals()[dag.dag_id] = dag
