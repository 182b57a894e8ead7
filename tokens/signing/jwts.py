"""What does a portal token say, and did this portal sign it? Signing and reading of the JWT."""

import json
import re
import secrets
from datetime import UTC, datetime
from typing import Any

import jwt
from django.utils import timezone
from jwt.utils import base64url_decode

from entities.models import Entity
from tokens.models import PortalToken, SigningKey
from tokens.scopes import REGIMEN, scope_of
from tokens.services.client_verifier import ALGORITHM, AUDIENCE, ISSUER, TYPE, claims_signed_by
from tokens.services.errors import BadToken
from tokens.signing.keys import private_key_of, public_keys

MAX_LENGTH = 400  # tokens travel in URL paths and are pasted by hand
_TEMPORARY = re.compile(r"[A-Za-z0-9_-]{43}=?")
_JWT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{86}")

MALFORMED = "El token está incompleto o mal copiado. Cópielo entero, sin espacios, y llame de nuevo."
TEMPORARY = "Este es un token temporal. Aquí va el token del portal, el que se genera en «Generar Token»."
NOT_OURS = "El token no fue firmado por este portal. Use el que se genera en «Generar Token»."
EXPIRED = "El token venció el {}. Genere uno nuevo en «Generar Token»."


def new_jti() -> str:
    """A new token identifier: 96 random bits."""
    return secrets.token_urlsafe(12)


def sign(*, key: SigningKey, entity: Entity, jti: str, issued_at: datetime, expires_at: datetime) -> str:
    """The portal token: only who it is for, what for, from when and until when (moments in whole seconds).

    Raises ValueError if it came out at `MAX_LENGTH` characters or more.
    """
    regimen = REGIMEN.get(entity.kind)
    claims: dict[str, Any] = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": str(entity.pk),
        "nit": entity.nit,
        **({"regimen": regimen} if regimen else {}),
        "scope": scope_of(entity.kind),
        "iat": int(issued_at.timestamp()),
        "exp": int(expires_at.timestamp()),
        "jti": jti,
    }
    headers = {"typ": TYPE, "kid": key.kid}
    token = jwt.encode(claims, private_key_of(key), algorithm=ALGORITHM, headers=headers, sort_headers=False)
    if len(token) >= MAX_LENGTH:
        raise ValueError(f"A portal token of {len(token)} characters.")
    return token


def _header(token: str) -> dict[str, Any]:
    """The header as it is written, not verified yet."""
    try:
        header = json.loads(base64url_decode(token.partition(".")[0]))
    except (ValueError, RecursionError):
        raise BadToken(MALFORMED) from None
    if not isinstance(header, dict):
        raise BadToken(MALFORMED)
    return header


def _kid(token: str) -> str:
    """The key that the header names; the rest of the header must be exactly as we write it (no `crit`, no `jku`)."""
    if _TEMPORARY.fullmatch(token):
        raise BadToken(TEMPORARY)
    header = _header(token)
    kid = header.pop("kid", None)
    if header != {"typ": TYPE, "alg": ALGORITHM} or not isinstance(kid, str) or len(kid) != 8:
        raise BadToken(NOT_OURS)
    if len(token) >= MAX_LENGTH or not _JWT.fullmatch(token):
        raise BadToken(MALFORMED)
    return kid


def _expired(token: str, key: Any) -> BadToken:
    claims = jwt.decode(token, key, algorithms=[ALGORITHM], options={"verify_exp": False, "verify_aud": False})
    return BadToken(EXPIRED.format(timezone.localdate(datetime.fromtimestamp(claims["exp"], UTC)).isoformat()))


def read(token: str) -> dict[str, Any]:
    """The claims of a token that one of our keys signed and that has not expired.

    The algorithm is the key's, never the header's. Raises BadToken (401) with the real cause.
    """
    key = public_keys.get(_kid(token))
    if key is None:
        raise BadToken(NOT_OURS)
    try:
        return claims_signed_by(key, token)
    except jwt.ExpiredSignatureError:
        raise _expired(token, key) from None
    except jwt.InvalidTokenError:
        raise BadToken(NOT_OURS) from None


def find(token: str) -> PortalToken | None:
    """The row of a token that one of our keys signed and that has not expired; None for anything else."""
    try:
        jti = read(token)["jti"]
    except BadToken:
        return None
    return PortalToken.objects.select_related("entity").filter(jti=jti).first()
