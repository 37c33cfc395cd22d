"""The clients of Workfront: one for blocking code, one for event loops, same names."""

from airflow_provider_workfront.client.awaiting import AsyncClient, open_async_client
from airflow_provider_workfront.client.blocking import Client, open_client
from airflow_provider_workfront.client.http import HttpOptions
from airflow_provider_workfront.client.pace import Pace
from airflow_provider_workfront.client.stats import Stats

__all__ = ["AsyncClient", "Client", "HttpOptions", "Pace", "Stats", "open_async_client", "open_client"]
