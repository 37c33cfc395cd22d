"""Comments and hours (reference 5.12)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.api.everyday.errand import Done, Errand, code_of, texts
from airflow_provider_workfront.api.everyday.finding import by_key, check_found, id_named, users
from airflow_provider_workfront.api.everyday.planting import FOUND, check_key, once
from airflow_provider_workfront.api.operation import checked_id
from airflow_provider_workfront.api.writes import Create

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airflow_provider_workfront.api.call import Retry
    from airflow_provider_workfront.api.operation import Steps

LONGEST_NOTE = 4000
"""Characters; the pages of Workfront take more (Adobe's known issues of 2022)."""
CUT = "…"
HOUR_KEYS = {"PROJ": "projectID", "TASK": "taskID", "OPTASK": "opTaskID"}
HOUR_FIELDS = ("hours", "entryDate", "ownerID", "hourTypeID", "status")


@dataclass(frozen=True, slots=True)
class Comment(Errand):
    """Comment on an object, and give the note; whom it mentions (IDs or e-mail addresses) Workfront tells.

    A text that is too long is refused, or cut with `truncate`.
    """

    obj_code: str
    obj_id: str
    text: str
    notify: str | Sequence[str] | None = None
    reply_to: str | None = None
    is_private: bool | None = None
    truncate: bool = False

    verb = "comment"

    def check(self) -> None:
        """Refuse an empty text, and one that Workfront would not take."""
        code_of(self.obj_code)
        checked_id(self.obj_id)
        if self.reply_to is not None:
            checked_id(self.reply_to)
        for user in texts(self.notify, "notify"):
            checked_id(user)
        if not isinstance(self.text, str) or not self.text.strip():
            raise TypeError(f"a comment needs a text, not {self.text!r}")
        if len(self.text) > LONGEST_NOTE and not self.truncate:
            raise ValueError(
                f"the text has {len(self.text):,} characters, and Workfront takes {LONGEST_NOTE:,} through its API: "
                "shorten it, attach it as a document, or set truncate=True"
            )

    def calls(self, retry: Retry) -> Steps[Done]:
        """Look up who is mentioned, then comment: one call makes the note and its mentions."""
        code = code_of(self.obj_code)
        mentioned = yield from users(texts(self.notify, "notify"), retry)
        text = shortened(self.text)
        values: dict[str, Any] = {"noteObjCode": code, "objID": self.obj_id, "noteText": text}
        values |= {"parentNoteID": self.reply_to} if self.reply_to else {}
        values |= {} if self.is_private is None else {"isPrivate": self.is_private}
        values |= {"tags": [{"objObjCode": "USER", "objID": user} for user in mentioned]} if mentioned else {}
        note = yield from Create("NOTE", values, ["noteObjCode", "objID", "threadID", "entryDate"]).steps(retry)
        told = f"note {note.get('ID')}, {len(mentioned)} mentioned" + (
            "" if text == self.text else ", the text was cut"
        )
        return Done(note, told, code, self.obj_id)


@dataclass(frozen=True, slots=True)
class LogHours(Errand):
    """Log hours on a project, a task or an issue, and give the entry.

    `owner_id` is an ID or an e-mail address, `hour_type_id` an ID or a name. With an `ext_ref_id` of its own, the
    entry is made once: one that has it is given as it is. One on another object or day, or of other hours, is a
    conflict.
    """

    obj_code: str
    obj_id: str
    hours: float | Decimal | str
    entry_date: date | str
    hour_type_id: str | None = None
    owner_id: str | None = None
    description: str | None = None
    ext_ref_id: str | None = None

    verb = "log hours"

    def check(self) -> None:
        """Refuse another type, no time at all, and a day that is none."""
        code_of(self.obj_code, HOUR_KEYS, "an entry of hours")
        checked_id(self.obj_id)
        if self.owner_id is not None:
            checked_id(self.owner_id)
        _number(self.hours)
        _day(self.entry_date)
        check_key({"extRefID": self.ext_ref_id}, None if self.ext_ref_id is None else "extRefID")

    def calls(self, retry: Retry) -> Steps[Done]:
        """Look for the entry, the owner and the type, then log."""
        code, key = code_of(self.obj_code), "extRefID" if self.ext_ref_id else None
        fields = [*HOUR_FIELDS, HOUR_KEYS[code]]
        if key and (entry := (yield from by_key("HOUR", key, self.ext_ref_id, fields, retry))):
            asked = {HOUR_KEYS[code]: self.obj_id, "hours": _number(self.hours), "entryDate": _day(self.entry_date)}
            check_found(entry, asked, str(self.ext_ref_id))
            return Done(entry, FOUND, code, self.obj_id)
        owner = (yield from users([self.owner_id], retry))[0] if self.owner_id else None
        kind = (yield from id_named("HOURT", self.hour_type_id, retry)) if self.hour_type_id else None
        values = {
            HOUR_KEYS[code]: self.obj_id,
            "hours": _number(self.hours),
            "entryDate": _day(self.entry_date),
            "ownerID": owner,
            "hourTypeID": kind,
            "description": self.description,
            "extRefID": self.ext_ref_id,
        }
        given = {name: value for name, value in values.items() if value is not None}
        entry = yield from once(Create("HOUR", given, HOUR_FIELDS), key, retry)
        return Done(entry, f"entry {entry.get('ID')}", code, self.obj_id)


def shortened(text: str) -> str:
    """Cut a text where a note must end."""
    return text if len(text) <= LONGEST_NOTE else text[: LONGEST_NOTE - len(CUT)] + CUT


def _number(hours: float | Decimal | str) -> float:
    try:
        number = float(Decimal(str(hours)))
    except InvalidOperation:
        number = math.nan
    if isinstance(hours, bool) or not 0 < number < math.inf:
        raise ValueError(f"hours must be a number above 0, not {hours!r}")
    return number


def _day(given: date | str) -> str:
    """Write the day of an entry: a pure date (reference 6.7)."""
    if isinstance(given, date) and not isinstance(given, datetime):
        return given.isoformat()
    try:
        return date.fromisoformat(str(given).strip()).isoformat()
    except ValueError:
        raise ValueError(f"entry_date is a day such as 2026-11-25, without a time, not {given!r}") from None
