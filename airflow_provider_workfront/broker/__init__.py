"""The grant: how a refresh token that dies with each use survives, and who may renew it.

`state` is pure; `store` and `service` run where Airflow's database is; `app` serves tasks; `client` is the
tasks' side.
"""
