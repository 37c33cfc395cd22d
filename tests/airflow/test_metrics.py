"""What a task tells Airflow's metrics."""

from __future__ import annotations

from support.metrics import received

from airflow_provider_workfront.hooks import WorkfrontHook
from airflow_provider_workfront.simulator import Fault


def test_the_calls_of_a_task_arrive_as_metrics(simulator):
    """Calls, refusals, waits and renewals, once the client is closed, with the connection's ID."""
    from airflow.sdk._shared.observability.metrics import stats

    simulator.faults.plan([Fault("429", path="api")])
    with received(stats) as lines_of:
        with WorkfrontHook().get_conn() as workfront:
            workfront.count("PROJ")
        lines = sorted(lines_of(5))

    said = {line.split(",")[0].removeprefix("airflow.").removesuffix(".workfront_default"): line for line in lines}
    assert set(said) == {
        "workfront.call_duration",
        "workfront.calls",
        "workfront.rate_limited",
        "workfront.session_renewals",
        "workfront.waits",
    }
    assert all("conn_id=workfront_default" in line for line in lines)
    assert all(".workfront_default," in line for line in lines)
    assert ":2|c" in said["workfront.calls"]
    assert ":1|c" in said["workfront.rate_limited"]
    assert float(said["workfront.waits"].split(":")[1].split("|")[0]) > 0


def test_metrics_that_cannot_be_sent_fail_no_task(simulator, caplog):
    """Whatever backend the deployment has: its error becomes a line in the log."""
    from airflow.sdk._shared.observability.metrics import base_stats_logger, stats

    stats.initialize(factory=broken, export_legacy_names=False)
    try:
        with WorkfrontHook().get_conn() as workfront:
            assert workfront.count("PROJ") == 8
    finally:
        stats.initialize(factory=base_stats_logger.NoStatsLogger, export_legacy_names=False)

    assert "Metrics of connection 'workfront_default' were not sent: RuntimeError" in caplog.text


def broken():
    """A backend that cannot even be made."""
    raise RuntimeError
