"""How operators run an errand: its fields are their arguments, and each is a template."""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

from airflow.sdk import BaseOperator

from airflow_provider_workfront.api.errors import printable
from airflow_provider_workfront.api.objects import browser_url
from airflow_provider_workfront.assets import tell_outlets
from airflow_provider_workfront.failures import Unworkable, failing_for_good
from airflow_provider_workfront.links import WorkfrontObjectLink
from airflow_provider_workfront.operators.remembering import Memory
from airflow_provider_workfront.operators.rendered import rendered
from airflow_provider_workfront.spelling import check_spelling

if TYPE_CHECKING:
    from collections.abc import Collection

    from airflow.sdk import BaseOperatorLink, Context

    from airflow_provider_workfront.api.everyday.errand import Done, Errand
    from airflow_provider_workfront.client import Client


def templated(errand: type[Errand]) -> tuple[str, ...]:
    """Give the template fields of an errand's operator."""
    return (*_arguments(errand), "workfront_conn_id")


class ErrandOperator(BaseOperator):
    """Run an errand in Workfront and return its result."""

    errand: ClassVar[type[Errand]]
    template_fields_renderers = dict.fromkeys(("values", "options", "fields"), "json")
    ui_color = "#fbe3cf"
    operator_extra_links: Collection[BaseOperatorLink] = (WorkfrontObjectLink(),)

    object_url = ""
    """Address of the object that the finished task dealt with, for the extra link."""

    def __init__(self, *, workfront_conn_id: str = "workfront_default", **kwargs: Any) -> None:
        check_spelling(type(self), kwargs, self.template_fields)
        super().__init__(**kwargs)
        self.workfront_conn_id = workfront_conn_id

    def execute(self, context: Context) -> Any:
        """Run it."""
        from airflow_provider_workfront.hooks import WorkfrontHook

        with failing_for_good():
            errand = self._built()
            with WorkfrontHook(self.workfront_conn_id).get_conn() as workfront:
                done = self._done(workfront, errand, context)
                self._tell(workfront, done)
                host = urlsplit(workfront.api_root).netloc
        extra = {"obj_id": done.obj_id, "conn_id": self.workfront_conn_id}
        tell_outlets(context, self.outlets, host, done.obj_code, extra)
        return done.result

    def _done(self, workfront: Client, errand: Errand, context: Context) -> Done:
        """Run the errand; a later try does what the first one meant, and not what comes next."""
        memory = Memory.of(context, self.workfront_conn_id, errand)
        meant = memory.recall()
        if meant is not None:
            return workfront.drive(errand.calls_again(meant, workfront.retry))
        if (meant := workfront.drive(errand.meant(workfront.retry))) is None:
            return workfront.run(errand)
        memory.keep(meant)
        return workfront.drive(errand.calls_again(meant, workfront.retry))

    def _built(self) -> Errand:
        """Make the errand of rendered arguments, or say which of them cannot be."""
        try:
            errand = self.errand(**self._given())
            errand.check()
        except (TypeError, ValueError) as error:
            raise Unworkable(f"{self.errand.verb}: {error}") from error
        return errand

    def _given(self) -> dict[str, Any]:
        """Give what is there; an empty text is what a template makes of an argument that is not given."""
        values = {name: getattr(self, name) for name in _arguments(self.errand)}
        given = {name: rendered(name, value) for name, value in values.items() if value not in (None, "")}
        for name, is_needed in _arguments(self.errand).items():
            if is_needed and name not in given:
                raise ValueError(f"argument {name!r} is missing: it is {values[name]!r}")
        return given

    def _tell(self, workfront: Client, done: Done) -> None:
        base_url = workfront.api_root.partition("/attask/")[0]
        self.object_url = browser_url(base_url, done.obj_code, done.obj_id) or ""
        self.log.info("Workfront %s, %s %s: %s", self.errand.verb, done.obj_code, done.obj_id, printable(done.told))


def _arguments(errand: type[Errand]) -> dict[str, bool]:
    """Give the names of an errand's arguments, and whether it needs each."""
    return {field.name: field.default is MISSING for field in fields(errand)}  # type: ignore[arg-type] # all are dataclasses
