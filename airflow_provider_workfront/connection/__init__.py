"""Read an Airflow connection of type `workfront`, here and nowhere else."""

from airflow_provider_workfront.connection.settings import AirflowConnection, Configuration, Settings, policy

__all__ = ["AirflowConnection", "Configuration", "Settings", "policy"]
