"""A simulator of Adobe Workfront: written from its documentation, and meaner than the original.

In process, `Simulator().answer(Request("GET", "/attask/api/v21.0/proj/search"))` answers a request as a value;
on a socket, `with running(Simulator()) as server:` serves at `server.url`;
from a shell, `python -m airflow_provider_workfront.simulator`.
"""

from airflow_provider_workfront.simulator.app import Simulator
from airflow_provider_workfront.simulator.faults import Fault
from airflow_provider_workfront.simulator.http import Request, Response, running
from airflow_provider_workfront.simulator.options import Options

__all__ = ["Fault", "Options", "Request", "Response", "Simulator", "running"]
