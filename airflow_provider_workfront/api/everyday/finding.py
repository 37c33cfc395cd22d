"""Find the objects that an errand names: by ID, by name, by e-mail address, by a key of their own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.api.everyday.errand import CannotBeDone, nearest
from airflow_provider_workfront.api.filters import Fields, named_fields
from airflow_provider_workfront.api.objects import object_type
from airflow_provider_workfront.api.readback import same
from airflow_provider_workfront.api.reads import Get, Search

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from airflow_provider_workfront.api.call import Retry
    from airflow_provider_workfront.api.operation import Record, Steps

MOST_SHOWN = 20
MOST_COMPARED = 2000
"""Names that are read to guess what was meant: one page, since a large Workfront has more than a guess is worth."""
_ID = re.compile(r"[0-9a-f]{32}", re.IGNORECASE)  # reference 4.1


def read(obj_code: str, obj_id: str, fields: Sequence[str], retry: Retry) -> Steps[Record]:
    """Read fields of one object."""
    record: Record = yield from Get(obj_code, obj_id, fields).steps(retry)
    return record


def id_named(obj_code: str, given: str, retry: Retry, prefer: Mapping[str, Any] | None = None) -> Steps[str]:
    """Give the ID of an object that is given by ID or by name; of several, the one with what is preferred."""
    if _ID.fullmatch(given):
        return given
    prefer = prefer or {}
    found = yield from Search(obj_code, {"name": given}, ["name", *prefer]).steps(retry)
    preferred = [row for row in found if all(row.get(field) == value for field, value in prefer.items())]
    chosen = preferred if len(preferred) == 1 else found
    if len(chosen) > 1:
        raise CannotBeDone(f"{len(chosen)} objects {_what(obj_code)} are named {given!r}, give the ID: {_ids(chosen)}")
    if not chosen:
        others = yield from Search(obj_code, fields=["name"], limit=MOST_COMPARED).steps(retry)
        names = sorted({str(row["name"]) for row in others if row.get("name")})
        raise CannotBeDone(f"no {_what(obj_code)} is named {given!r}{nearest(given, names)}")
    return str(chosen[0]["ID"])


def users(given: Sequence[str], retry: Retry) -> Steps[list[str]]:
    """Give the IDs of users, each given by ID or by e-mail address."""
    addresses = [each.strip() for each in given if "@" in each]
    asked = list(dict.fromkeys([*addresses, *map(str.lower, addresses)]))
    search = Search("USER", {"emailAddr": asked}, ["emailAddr", "isActive"])
    rows = (yield from search.steps(retry)) if asked else []
    found = {address: _user(address, rows) for address in addresses}
    return list(dict.fromkeys(found.get(each.strip(), each) for each in given))


def by_key(obj_code: str, key: str, value: Any, fields: Fields, retry: Retry) -> Steps[Record | None]:
    """Give the one object whose key has this value, or None."""
    names = list(dict.fromkeys([*named_fields(fields), key]))
    rows = yield from Search(obj_code, {key: value}, names).steps(retry)
    found = [row for row in rows if same(value, row.get(key))]
    if len(found) > 1:
        raise CannotBeDone(f"{len(found)} {_what(obj_code)} have {key} {value!r}: {_ids(found)}")
    return found[0] if found else None


def check_found(found: Mapping[str, Any], asked: Mapping[str, Any], reference: str) -> None:
    """Refuse what has a reference and is another thing than what is asked for: two tasks use the same reference.

    What a connection does not see of it is not compared. Raises CannotBeDone.
    """
    others = [f"{name} {found[name]}, not {value}" for name, value in asked.items() if _differs(value, found.get(name))]
    if others:
        raise CannotBeDone(
            f"{_what(str(found.get('objCode') or 'an object'))} {found.get('ID')} has extRefID {reference!r}, and is "
            f"another one ({'; '.join(others)}): give each mapped task a reference of its own, such as "
            "{{ run_id }}/{{ ti.task_id }}/{{ ti.map_index }}"
        )


def _differs(asked: Any, found: Any) -> bool:
    return found is not None and same(asked, found) is False


def _user(address: str, rows: Sequence[Record]) -> str:
    found = [row for row in rows if str(row.get("emailAddr")).casefold() == address.casefold()]
    active = [row for row in found if row.get("isActive")]
    chosen = active if len(active) == 1 else found
    if not chosen:
        raise CannotBeDone(f"no user that this connection sees has the e-mail address {address!r}")
    if len(chosen) > 1:
        raise CannotBeDone(f"{len(chosen)} users have the e-mail address {address!r}, give the ID: {_ids(chosen)}")
    return str(chosen[0]["ID"])


def _what(obj_code: str) -> str:
    kind = object_type(obj_code)
    return f"{kind.code} ({kind.name})" if kind else obj_code


def _ids(rows: Sequence[Record]) -> str:
    return ", ".join(str(row["ID"]) for row in rows[:MOST_SHOWN])
