"""Encrypt what must not lie about in clear, with the Fernet key of this Airflow."""

from __future__ import annotations

from airflow.configuration import conf
from airflow.models.crypto import get_fernet
from cryptography.fernet import InvalidToken

from airflow_provider_workfront.api.errors import TokenError
from airflow_provider_workfront.broker.state import Damaged


def is_encrypting() -> bool:
    """Tell whether this Airflow has a Fernet key."""
    return bool(get_fernet().is_encrypted)


def require_encryption() -> None:
    """Raise TokenError without a Fernet key, unless `[workfront] allow_unencrypted` says otherwise."""
    if not is_encrypting() and not _allows_clear_text():
        raise TokenError(
            "a rotating refresh token is not stored without encryption: set [core] fernet_key on the api-server "
            "(or, if everybody who can read its database may have the token, [workfront] allow_unencrypted)"
        )


def sealed(text: str) -> str:
    """Encrypt; raises TokenError where nothing may be stored."""
    require_encryption()
    return get_fernet().encrypt(text.encode()).decode()


def unsealed(text: str, *, encrypted: bool) -> str:
    """Decrypt; raises Damaged for what this Airflow did not write."""
    if not encrypted:  # written by hand, or while there was no Fernet key
        if is_encrypting() and not _allows_clear_text():
            raise Damaged("it is not encrypted")
        return text
    try:
        return get_fernet().decrypt(text.encode()).decode()
    except InvalidToken:
        raise Damaged("no Fernet key of this Airflow opens it") from None


def _allows_clear_text() -> bool:
    return bool(conf.getboolean("workfront", "allow_unencrypted", fallback=False))
