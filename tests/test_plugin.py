"""The plugin, which every component of Airflow imports and only the api-server uses."""

from __future__ import annotations

import subprocess
import sys

import pytest

from airflow_provider_workfront.plugin import WorkfrontPlugin

LOADED = "import airflow_provider_workfront.plugin, sys; print(*(name for name in sys.modules if 'workfront' in name))"


@pytest.mark.process
def test_importing_the_plugin_loads_nothing_else_of_ours():
    """Scheduler, dag-processor and triggerer read it at their start."""
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)
    loaded = done.stdout.splitlines()[-1].split()

    ours = {name.partition(".")[2] for name in loaded}
    assert ours <= {"", "plugin", "provider"}  # Airflow itself reads the last


def test_the_application_is_made_once():
    """Airflow reads the attribute more than once; there is one broker, with one memory."""
    first, second = WorkfrontPlugin.fastapi_apps, WorkfrontPlugin.fastapi_apps

    assert first[0]["app"] is second[0]["app"]
    assert first[0]["url_prefix"] == "/workfront"


def test_airflow_takes_it_for_a_plugin():
    """It is found by its entry point, with the name that the UI lists."""
    from airflow._shared.plugins_manager.plugins_manager import is_valid_plugin

    assert is_valid_plugin(WorkfrontPlugin)
