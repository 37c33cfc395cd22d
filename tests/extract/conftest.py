"""A client that talks to a simulator in process."""

from contextlib import ExitStack

import pytest
from clients import blocking, simulated

from airflow_provider_workfront.auth.session import ApiKeySession


@pytest.fixture
def connect():
    """Open a client on a simulator."""
    with ExitStack() as stack:
        yield lambda simulator: stack.enter_context(
            blocking(simulated(simulator), ApiKeySession(simulator.credentials["api_key"]))
        )
