"""Read an Airflow connection of type `workfront`, here and nowhere else."""

from airflow_provider_workfront.connection.settings import AirflowConnection, Settings

__all__ = ["AirflowConnection", "Settings"]
