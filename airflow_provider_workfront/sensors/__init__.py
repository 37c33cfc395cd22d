"""Sensors: they wait until Workfront is as a DAG wants it."""

from airflow_provider_workfront.sensors.object import WorkfrontObjectSensor
from airflow_provider_workfront.sensors.search import WorkfrontSearchSensor

__all__ = ["WorkfrontObjectSensor", "WorkfrontSearchSensor"]
