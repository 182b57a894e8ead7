"""What may another server learn about a token, and which may it revoke? (RFC 7662, RFC 7009)

A server sees the tokens that share a scope with it, and of their scopes the shared ones; every other token is
"not active". It may revoke any token that it has, like anyone who finds one (`leak_reports.py`).
"""

import hashlib
import hmac
import re
from datetime import datetime
from typing import Any

from django.conf import settings

from entities.models import Entity
from roles.models import death_of
from tokens.actions import revoke_and_notify
from tokens.models import PortalToken, ServerClient, TemporaryToken
from tokens.scopes import REGIMEN, Scope
from tokens.services import limits
from tokens.services.client_verifier import AUDIENCE, ISSUER
from tokens.services.errors import BadToken
from tokens.signing import jwts

REASON = "Revocado por el servidor {}"
# Prescripción takes the portal token itself, never a temporary one
_TEMPORARY_SCOPES = (Scope.SUMINISTROS, Scope.FACTURACION)
_CLIENT_ID = re.compile(r"srv-[0-9a-f]{16}")

client_limit = limits.Limit(
    "tokens.services.limits.client",
    settings.CLIENT_CALLS_PER_MINUTE,
    100,
    f"Un servidor puede hacer {settings.CLIENT_CALLS_PER_MINUTE} llamadas por minuto. Espere {{seconds}} segundos.",
)
address_limit = limits.Limit(
    "tokens.services.limits.client_address",
    settings.CLIENT_FAILURES_PER_MINUTE,
    1,
    "Demasiadas credenciales malas desde su red. Espere {seconds} segundos.",
)


class UnknownClient(Exception):
    """The credentials are not those of a current client server."""


def clear_caches() -> None:
    """Drop the leases of the limits in this process (for tests)."""
    client_limit.clear()
    address_limit.clear()


def authenticate(client_id: str, secret: str) -> ServerClient:
    """The server of these credentials; raises UnknownClient, or TooManyCalls (429).

    Wrong credentials count for their address, valid calls for their server: neither uses up another's limit.
    """
    well_formed = _CLIENT_ID.fullmatch(client_id)
    client = ServerClient.objects.current().filter(client_id=client_id).first() if well_formed else None
    digest = _digest(secret)
    if not hmac.compare_digest(client.digest if client else "", digest) or client is None:
        address_limit.acquire()
        raise UnknownClient
    client_limit.acquire(str(client.pk))
    return client


# ---------------------------------------------------------------- introspection


def _claims(
    entity: Entity, scope: list[str], *, kind: str, issued_at: datetime, expires_at: datetime
) -> dict[str, Any]:
    regimen = REGIMEN.get(entity.kind)
    return {
        "active": True,
        "scope": " ".join(scope),
        "tipo": kind,
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": str(entity.pk),
        "nit": entity.nit,
        **({"regimen": regimen} if regimen else {}),
        "iat": int(issued_at.timestamp()),
        "exp": int(expires_at.timestamp()),
    }


def _portal_token(token: str, shared: list[str]) -> dict[str, Any] | None:
    try:
        jti = jwts.read(token)["jti"]
    except BadToken:
        return None
    active = (
        PortalToken.objects.current().alias(died_on=death_of("entity__")).filter(entity__is_active=True, died_on=None)
    )
    row = active.filter(jti=jti).select_related("entity").first()
    scope = [name for name in row.scope.split() if name in shared] if row else []
    if row is None or not scope:
        return None
    claims = _claims(row.entity, scope, kind="portal", issued_at=row.issued_at, expires_at=row.end)
    return claims | {"jti": row.jti}


def _temporary_token(token: str, shared: list[str]) -> dict[str, Any] | None:
    active = TemporaryToken.objects.current().alias(died_on=death_of("token__entity__")).filter(died_on=None)
    row = active.filter(digest=_digest(token), token__entity__is_active=True).select_related("token__entity").first()
    scope = [name for name in row.token.scope.split() if name in shared and name in _TEMPORARY_SCOPES] if row else []
    if row is None or not scope:
        return None
    end = min(row.expires_at, row.token.end)
    return _claims(row.token.entity, scope, kind="temporal", issued_at=row.issued_at, expires_at=end)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def introspect(*, client: ServerClient, token: str) -> dict[str, Any]:
    """The response of RFC 7662 §2.2: only {"active": false} when the token is not valid, or not for this server.

    It does not count as a use of the token.
    """
    shared = client.scope.split()
    return _portal_token(token, shared) or _temporary_token(token, shared) or {"active": False}


# ---------------------------------------------------------------- revocation


def revoke(*, client: ServerClient, token: str) -> None:
    """Revoke a token, and e-mail its delegates if it is a portal token; ignore anything else (RFC 7009 §2.2)."""
    TemporaryToken.objects.filter(digest=_digest(token)).delete()
    row = jwts.find(token)
    if row is not None:
        revoke_and_notify(by=None, token=row, reason=REASON.format(client), template="token_revoked")
