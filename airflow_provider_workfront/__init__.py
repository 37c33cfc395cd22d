"""Adobe Workfront for Apache Airflow (unofficial; not affiliated with Adobe)."""

__version__ = "0.1.0"
