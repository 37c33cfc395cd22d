"""Thirty DAGs that run when projects of one Workfront are changed: every other one has one run at a time."""

from __future__ import annotations

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG, Asset

PROJECTS = Asset("workfront://burst.my.workfront.com/PROJ")

for number in range(30):
    with DAG(f"on_burst_{number}", schedule=[PROJECTS], catchup=False, max_active_runs=1 if number % 2 else 16):
        EmptyOperator(task_id="nothing")
