"""Check the JWT of a machine-to-machine application (rule 35). Apart, because PyJWT takes long to load."""

from __future__ import annotations

import jwt

from airflow_provider_workfront.simulator.grants import TokenError


def user_of(token: str, public_keys: tuple[str, ...], customer_id: str) -> str:
    """Give the user ID that a JWT speaks for, if one of the application's keys signed it."""
    for key in public_keys:
        try:
            claims = jwt.decode(
                token,
                key,
                algorithms=["RS256"],
                issuer=customer_id,
                options={"require": ["exp", "iss", "sub"]},
            )
        except jwt.InvalidSignatureError:
            continue
        except jwt.PyJWTError as error:
            raise TokenError(401, "invalid_grant", f"The JWT is refused: {error}") from error
        return str(claims["sub"])
    raise TokenError(401, "invalid_grant", "No public key of this application verifies the JWT.")
