"""Actions on users: API keys, rights, available time (reference 2.9 and 5.12)."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.simulator.derived import COMPUTED
from airflow_provider_workfront.simulator.editing import visible
from airflow_provider_workfront.simulator.schedule import DAY_MINUTES, WEEKDAYS
from airflow_provider_workfront.simulator.sessions import API_KEY
from airflow_provider_workfront.simulator.values import known_type
from airflow_provider_workfront.simulator.wire import illegal

if TYPE_CHECKING:
    from airflow_provider_workfront.simulator.act import Act, Handler
    from airflow_provider_workfront.simulator.table import Row

LONGEST_SPAN = 366


def _get_key(act: Act) -> str | None:
    key = _user(act).get(API_KEY)
    return None if key is None else str(key)


def _generate_key(act: Act) -> str:
    key = secrets.token_hex(16)
    act.ledger.update("USER", _user(act)["ID"], {API_KEY: key, "apiKeyCreateDate": act.ledger.world.now()})
    return key


def _clear_key(act: Act) -> str:
    act.ledger.update("USER", _user(act)["ID"], {API_KEY: None})
    return ""


def _clear_all_keys(act: Act) -> bool:
    for row in list(act.ledger.world.objects("USER").values()):
        act.ledger.update("USER", row["ID"], {API_KEY: None})
    return True


def _available_time(act: Act) -> dict[str, Any]:
    """Give the minutes of each day: eight hours on weekdays, no time off is known here."""
    first, last = act.args.get("fromDate"), act.args.get("toDate")
    if first is None or last is None or not 0 <= (last - first).days < LONGEST_SPAN:
        raise illegal("fromDate and toDate are required, in this order and within a year")
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    minutes = [DAY_MINUTES if day.weekday() < WEEKDAYS else 0 for day in days]
    users = [visible(act.ledger, "USER", user_id)["ID"] for user_id in act.strings("userIDs")]
    return {"AVL": dict.fromkeys(users, minutes), "PAVL": dict.fromkeys(users, minutes)}


def _available_actions(act: Act) -> list[str]:
    return sorted(known_type(act.text("objCode")).actions)


def _is_admin(act: Act) -> bool:
    return bool(COMPUTED["USER.isAdmin"][1](act.ledger.world, _user(act)))


def _has_any_access(act: Act) -> bool:
    return bool(_user(act).get("isActive", True))


def _permissions(act: Act) -> dict[str, bool]:
    kind = known_type(act.text("objCode"))
    return {operation: _is_admin(act) or operation == "get" for operation in kind.operations}


def _send_invitation(act: Act) -> None:
    _ = _user(act)


def _assign_token(act: Act) -> str:
    return f"{_user(act)['ID'][:8]}{secrets.token_hex(12)}"


def _user(act: Act) -> Row:
    """Give the user meant: the one of the path, else the caller."""
    return act.row if act.ledger.call.obj_id else visible(act.ledger, "USER", act.ledger.user_id)


HANDLERS: dict[str, Handler] = {
    "USER.getApiKey": _get_key,
    "USER.generateApiKey": _generate_key,
    "USER.clearApiKey": _clear_key,
    "USER.clearAllApiKeys": _clear_all_keys,
    "USER.getUsersAvailableTime": _available_time,
    "USER.getAvailableActions": _available_actions,
    "USER.isUserAdmin": _is_admin,
    "USER.hasAnyAccess": _has_any_access,
    "USER.getUserAccessPermissionsByObjCode": _permissions,
    "USER.sendInvitationEmail": _send_invitation,
    "USER.assignUserToken": _assign_token,
}
