"""Objects that rows name by something else than their ID: looked for a hundred at a time, each value once a run."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

from airflow_provider_workfront.api.errors import InvalidRequestError, NotFoundError, PermissionDeniedError
from airflow_provider_workfront.api.everyday.errand import nearest
from airflow_provider_workfront.api.owners import askable
from airflow_provider_workfront.writing.conversion import in_digits, sent_text
from airflow_provider_workfront.writing.diff import referred
from airflow_provider_workfront.writing.fields import UNKNOWN
from airflow_provider_workfront.writing.unfit import Unfit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from airflow_provider_workfront.extract.discover import Asked

AT_ONCE = 100
MOST_COMPARED = 2000
"""Names among which the nearest ones are looked for: a page, so that it costs one call."""
MOST_NAMED = 5
IN_ANY_CASE = frozenset({"emailAddr", "username"})
_ID = re.compile(r"[0-9a-f]{32}", re.IGNORECASE)  # reference 4.1

Record = dict[str, Any]


class Question(NamedTuple):
    """Ask which object of a type has a value in a field."""

    obj_code: str
    by: str
    value: str


def reference(obj_code: str, by: str = "") -> Callable[[Any], str | Question]:
    """Give what turns a value into the ID of an object, or into the question which one it is.

    Unless it is said `by` what, an ID is taken as it is, of users an e-mail address is looked for, else a name.
    """

    def meant(value: Any) -> str | Question:
        text = referred(value) or sent_text(in_digits(value)).strip()
        if by == "ID" or not by:
            if _ID.fullmatch(text):
                return text
            if by or obj_code == UNKNOWN:
                raise Unfit("is no ID" + ("" if by else "; to find it by name, say its type: 'obj_code': 'USER'"))
        return Question(obj_code, by or ("emailAddr" if obj_code == "USER" and "@" in text else "name"), text)

    return meant


def looking_up(client: Asked) -> Lookups:
    """Give the lookups of one run."""
    return Lookups(client)


class Lookups:
    """Answers questions, and keeps the answers."""

    def __init__(self, client: Asked) -> None:
        self._client = client
        self._found: dict[Question, list[Record]] = {}
        self._refused: dict[tuple[str, str], str] = {}
        self._known: dict[tuple[str, str], list[str]] = {}

    def learn(self, questions: Iterable[Question]) -> None:
        """Ask what is not known yet, all values of a field together."""
        new: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        for question in dict.fromkeys(questions):
            if question not in self._found:
                new[question.obj_code, question.by].append(question.value)
        for (obj_code, by), values in new.items():
            for start in range(0, len(values), AT_ONCE):
                self._ask(obj_code, by, values[start : start + AT_ONCE])

    def obj_id(self, question: Question) -> str:
        """Give the ID of the one object that is meant; `learn` comes first."""
        found, (obj_code, by, _) = self._found[question], question
        if len(found) > 1:
            more = f" and {len(found) - MOST_NAMED} more" if len(found) > MOST_NAMED else ""
            ids = ", ".join(str(row["ID"]) for row in found[:MOST_NAMED])
            raise Unfit(f"is the {by} of {len(found)} {obj_code}, give the ID: {ids}{more}")
        if not found:
            refused = self._refused.get((obj_code, by))
            raise Unfit(refused or f"is the {by} of no {obj_code} that this connection sees{self._nearest(question)}")
        return str(found[0]["ID"])

    def _ask(self, obj_code: str, by: str, values: list[str]) -> None:
        asked = dict.fromkeys([*values, *(map(str.lower, values) if by in IN_ANY_CASE else ())])
        fields = [by, "isActive"] if obj_code == "USER" else [by]
        try:
            searches = [{by: values} for values in askable(by, list(asked))]
            rows = [row for filters in searches for row in self._client.search(obj_code, filters, fields)]
        except (InvalidRequestError, NotFoundError, PermissionDeniedError) as error:
            self._refused[obj_code, by] = f"cannot be looked up by {by}: {error}"
            rows = []
        by_value: defaultdict[str, list[Record]] = defaultdict(list)
        for row in rows:
            by_value[str(row.get(by)).casefold()].append(row)
        for value in values:
            self._found[Question(obj_code, by, value)] = _meant(value, by, by_value[value.casefold()])

    def _nearest(self, question: Question) -> str:
        """Name what is spelt alike."""
        obj_code, by, value = question
        if (obj_code, by) not in self._known:
            rows = self._client.search(obj_code, fields=[by], limit=MOST_COMPARED)
            self._known[obj_code, by] = sorted({str(row[by]) for row in rows if row.get(by)})
        return nearest(value, self._known[obj_code, by])


def _meant(value: str, by: str, rows: list[Record]) -> list[Record]:
    """Choose what fits best: the same to the letter, and of several users the one who is active."""
    exact = [row for row in rows if str(row.get(by)) == value] or rows
    active = [row for row in exact if row.get("isActive")]
    return active if len(active) == 1 else exact
