"""Events that Workfront sends to this Airflow: read, stored once, and told to whoever is scheduled on them."""
