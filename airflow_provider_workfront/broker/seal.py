"""Encrypt what must not lie about in clear, with the Fernet key of this Airflow."""

from __future__ import annotations

import base64

from airflow.configuration import conf
from airflow.models.crypto import get_fernet
from cryptography.fernet import InvalidToken

from airflow_provider_workfront.api.errors import TokenError
from airflow_provider_workfront.broker.state import Damaged, Unreadable, decoded

NO_KEY = "no key of this process opens it; is the Fernet key rolled out everywhere?"
_NOT_ENCRYPTED = "it is not encrypted, as a process without a Fernet key writes it; has every api-server the key?"


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
    """Decrypt; raises Unreadable for what another process may have written, Damaged for anything else."""
    opened = _decrypted(text) if encrypted else text
    if is_sealed(opened):  # no key here, or a form saved by somebody who had none
        raise Unreadable(NO_KEY)
    if not encrypted and is_encrypting() and not _allows_clear_text():
        raise _in_clear(text)
    return opened


def is_sealed(text: str) -> bool:
    """Tell whether a text is well-formed Fernet: whoever has its key knows what it says."""
    try:
        raw = base64.b64decode(text.encode("ascii"), altchars=b"-_", validate=True)
    except ValueError:
        return False
    # version, 8 bytes of time, 16 to begin with, at least one block of 16, 32 that sign
    return len(raw) >= 73 and raw[0] == 0x80 and (len(raw) - 57) % 16 == 0


def _decrypted(text: str) -> str:
    try:
        return get_fernet().decrypt(text.encode()).decode()
    except InvalidToken:
        raise Unreadable(NO_KEY) if is_sealed(text) else Damaged("it is not encrypted by Fernet") from None
    except UnicodeDecodeError:
        raise Damaged("what is encrypted in it is no text") from None


def _in_clear(text: str) -> Damaged | Unreadable:
    """Tell a grant in clear from what somebody typed."""
    try:
        decoded(text)
    except Damaged:
        return Damaged("it is not encrypted")
    except Unreadable:
        pass
    return Unreadable(_NOT_ENCRYPTED)


def _allows_clear_text() -> bool:
    return bool(conf.getboolean("workfront", "allow_unencrypted", fallback=False))
