"""What is loaded when a DAG is parsed: the operators that it names, and little else."""

from __future__ import annotations

import subprocess
import sys

import pytest

from airflow_provider_workfront import operators


def loaded(code: str) -> set[str]:
    """Give the modules of ours that a piece of code loads, by their names within the package."""
    code += "; import sys; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    ours = (name.partition("airflow_provider_workfront.") for name in run.stdout.splitlines()[-1].split())
    return {name for before, _, name in ours if name and not before}


def test_a_dag_loads_the_operators_that_it_uses():
    """A search needs no everyday work, no documents and no subscriptions; nothing needs a client before it runs."""
    found = loaded("from airflow_provider_workfront.operators import WorkfrontSearchOperator")

    assert "operators.named" in found
    assert [name for name in found if name.startswith(("api.everyday", "api.subscr", "client", "events"))] == []


def test_every_operator_is_found_where_it_is():
    """By its name, and by `import *`; what is not there is said as Python says it."""
    star: dict[str, type] = {}
    exec("from airflow_provider_workfront.operators import *", star)  # noqa: S102 it cannot stand in a function

    assert [name for name in operators.__all__ if star[name].__name__ != name] == []
    assert dir(operators) == operators.__all__
    with pytest.raises(AttributeError, match="has no attribute 'WorkfrontSerchOperator'"):
        _ = operators.WorkfrontSerchOperator
