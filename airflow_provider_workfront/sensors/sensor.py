"""How a sensor waits: it pokes in the task, or defers and lets the triggerer poll."""

from __future__ import annotations

import inspect
import time
from abc import abstractmethod
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Never

from airflow.sdk import BaseSensorOperator, PokeReturnValue
from airflow.sdk.configuration import conf
from airflow.sdk.exceptions import AirflowSensorTimeout

from airflow_provider_workfront.api.condition import as_json
from airflow_provider_workfront.api.errors import ReauthorizationRequired, TokenError, WorkfrontError, printable
from airflow_provider_workfront.failures import Unworkable, failing_for_good
from airflow_provider_workfront.spelling import check_spelling

if TYPE_CHECKING:
    from collections.abc import Mapping

    from airflow.sdk import Context

    from airflow_provider_workfront.api.condition import Condition, Verdict
    from airflow_provider_workfront.client import Client

OF_SENSORS = tuple(inspect.signature(BaseSensorOperator.__init__).parameters)


class WorkfrontSensor(BaseSensorOperator):
    """Wait for a condition in Workfront."""

    template_fields_renderers = dict.fromkeys(("filters", "fields"), "json")
    ui_color = "#fbe3cf"

    def __init__(
        self, *, workfront_conn_id: str = "workfront_default", deferrable: bool | None = None, **kwargs: Any
    ) -> None:
        own = (*self.template_fields, "deferrable", *OF_SENSORS)
        check_spelling(type(self), (name for name in kwargs if name not in OF_SENSORS), own)
        super().__init__(**kwargs)
        self.workfront_conn_id = workfront_conn_id
        by_default = conf.getboolean("operators", "default_deferrable", fallback=False)
        self.deferrable = by_default if deferrable is None else deferrable
        self._deadline = 0.0
        self._was_answered = False

    @abstractmethod
    def _condition(self) -> Condition:
        """Make the condition of rendered arguments; raises TypeError or ValueError if there can be none."""

    @abstractmethod
    def _asked(self, workfront: Client, condition: Any) -> tuple[Verdict, Any]:
        """Ask once; give the verdict, and what the task returns if the condition holds."""

    def execute(self, context: Context) -> Any:
        """Wait; what Airflow says of `timeout`, `soft_fail` and the like goes for deferred sensors too."""
        self._deadline = time.time() + self.timeout
        return super().execute(context)

    def poke(self, context: Context) -> PokeReturnValue:
        """Ask once; a deferrable sensor waits in the triggerer if it has to wait."""
        with failing_for_good():
            condition = self._checked()
            holds, found = self._polled(condition, context)
        if self.deferrable and not holds:
            self._wait_elsewhere(condition)
        return PokeReturnValue(holds, found)

    def resume(self, context: Context, event: Mapping[str, Any] | None = None, deadline: float | None = None) -> Any:
        """Go on after the triggerer's event, which is taken for a hint only: ask again, and wait on if need be."""
        error = event.get("error") if event else None
        self._was_answered = not error
        if error:
            self.log.warning("The triggerer could not go on: %s", error)
        if deadline is not None:  # `dag.test()` forgets it
            self.timeout = max(0.0, deadline - time.time())
        return self.execute(context)

    def _checked(self) -> Condition:
        try:
            condition = self._condition()
            condition.check()
        except (TypeError, ValueError) as error:
            raise Unworkable(f"{type(self).__name__}: {error}") from error
        return condition

    def _polled(self, condition: Condition, context: Context) -> tuple[bool, Any]:
        """Ask once, and log what came of it; an outage that passes by itself is waited out like anything else."""
        from airflow_provider_workfront.hooks import WorkfrontHook

        with WorkfrontHook(self.workfront_conn_id).get_conn() as workfront:
            try:
                verdict, found = self._asked(workfront, condition)
            except ValueError as error:  # a value that cannot pass the limit
                raise Unworkable(str(error)) from error
            except WorkfrontError as error:
                if not self._passes(error, context):
                    raise
                self.log.warning("Workfront could not be asked, and will be again: %s", error)
                return False, None
        self._was_answered = True
        self.log.info("%s", printable(verdict.told))
        return verdict.holds, found

    def _passes(self, error: WorkfrontError, context: Context) -> bool:
        """Tell whether an error passes by itself: a lack of a token does, if there was one at an earlier poll."""
        if error.permanent or isinstance(error, ReauthorizationRequired):
            return False
        if not isinstance(error, TokenError) or self._was_answered:
            return True
        return self.reschedule and context["ti"].get_first_reschedule_date(context) is not None

    def _wait_elsewhere(self, condition: Condition) -> Never:
        from airflow_provider_workfront.triggers import WorkfrontConditionTrigger

        left = self._deadline - time.time()
        if left <= 0:
            raise AirflowSensorTimeout(f"{self.task_id} has waited as long as its timeout allows")
        trigger = WorkfrontConditionTrigger(
            self.workfront_conn_id,
            as_json(condition),
            self.poke_interval,
            exponential_backoff=self.exponential_backoff,
            max_wait=self.max_wait.total_seconds() if self.max_wait else None,
            deadline=self._deadline,
        )
        self.log.info(
            "Waiting in the triggerer: it asks %s, until %s at the latest, and logs what is new",
            f"every {self.poke_interval:g} s" + (" at first, then less often" if self.exponential_backoff else ""),
            datetime.fromtimestamp(self._deadline, UTC).isoformat(" ", "seconds"),
        )
        self.defer(
            trigger=trigger, method_name="resume", kwargs={"deadline": self._deadline}, timeout=timedelta(seconds=left)
        )
