"""Is a call with this bearer token authorized, and what is recorded about it? One SQL statement per call.

The signature is checked first, without the database; then one statement reads the token's current state, so that
a revocation counts from its commit on. A call with a valid token counts for its entity; a call with an invalid one
counts for the caller's address, never for the entity.
"""

import hashlib
import secrets
import time
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from entities.models import EntityKind
from mipres_admin.origin import origin
from tokens.scopes import REGIMEN, REQUIRED_SCOPE, Scope, Service, scope_label
from tokens.services import limits
from tokens.services.errors import BadToken, CallRefused
from tokens.signing import jwts

UNKNOWN = "El token no existe en este portal. Use el que se genera en «Generar Token»."
REVOKED = "El token fue revocado el {}. Use el vigente o genere uno nuevo en «Generar Token»."
REPLACED = "El token fue reemplazado por otro y valió hasta el {}. Use el nuevo."
FOREIGN_NIT = (
    "El token no es del NIT de la dirección. Escriba el NIT de la entidad del token, sin dígito de verificación."
)
INACTIVE = "La entidad del token está inactiva en este portal. Comuníquese con Atención al usuario del Ministerio."
OUT_OF_SCOPE = "El token no da acceso a {}; su alcance es {}."
NO_TEMPORARY = "El token temporal no es ninguno de los vigentes; cada uno dura 24 horas. Pida otro con GenerarToken."

_COLUMNS = """
token.id, token.scope, token.issued_at, token.expires_at, token.superseded_at IS NOT NULL AS superseded,
COALESCE(token.ends_at, token.expires_at) AS ends_at, token.revoked_at,
entity.id AS entity_id, entity.nit, entity.name, entity.kind,
entity.is_active AND (entity.kind <> 'PPN' OR death_in_the_registries(entity.identification_type, entity.nit) IS NULL)
    AS is_active,
statement_timestamp() AS now
"""
LOOK_UP = f"""
SELECT {_COLUMNS} FROM tokens_portaltoken token JOIN entities_entity entity ON entity.id = token.entity_id
WHERE token.jti = %(jti)s
"""
ISSUE_TEMPORARY = f"""
WITH token AS MATERIALIZED ({LOOK_UP}),
issued AS (
    INSERT INTO tokens_temporarytoken (digest, token_id, service, issued_at, expires_at)
    SELECT %(digest)s, id, %(service)s, now, now + interval '24 hours' FROM token
    WHERE revoked_at IS NULL AND ends_at > now AND is_active AND nit = %(nit)s
    AND %(scope)s = ANY (string_to_array(scope, ' '))
)
SELECT * FROM token
"""
LOOK_UP_TEMPORARY = f"""
SELECT {_COLUMNS} FROM tokens_temporarytoken temporary JOIN tokens_portaltoken token ON token.id = temporary.token_id
JOIN entities_entity entity ON entity.id = token.entity_id
WHERE temporary.digest = %(digest)s AND temporary.expires_at > statement_timestamp()
"""
RECORD_USE = """
INSERT INTO tokens_tokenuse AS used (token_id, at, service, address)
VALUES (%(token)s, %(now)s, %(service)s, %(address)s)
ON CONFLICT (token_id) DO UPDATE SET at = EXCLUDED.at, service = EXCLUDED.service, address = EXCLUDED.address
WHERE used.at < EXCLUDED.at - interval '59 seconds'
"""
# in small batches, so that no call waits long
DELETE_EXPIRED = """
DELETE FROM tokens_temporarytoken WHERE digest IN (
    SELECT digest FROM tokens_temporarytoken WHERE expires_at <= now() LIMIT 5000 FOR UPDATE SKIP LOCKED
)
"""

entity_limit = limits.Limit(
    "tokens.services.limits.entity",
    settings.SERVICE_CALLS_PER_MINUTE,
    30,
    f"La entidad hizo más de {settings.SERVICE_CALLS_PER_MINUTE} llamadas en un minuto. Espere {{seconds}} segundos.",
)
address_limit = limits.Limit(
    "tokens.services.limits.address",
    settings.SERVICE_BAD_TOKENS_PER_MINUTE,
    1,
    "Desde esta dirección llegaron demasiados tokens que no valen. Espere {seconds} segundos y use el token bueno.",
)


@dataclass(frozen=True)
class TokenDetails:
    """The state of a token and its entity in the database at the moment of the call."""

    token: int
    scope: str
    issued_at: datetime
    expires_at: datetime
    superseded: bool
    ends_at: datetime
    revoked_at: datetime | None
    entity: int
    nit: str
    name: str
    kind: str
    is_active: bool
    now: datetime

    @property
    def regimen(self) -> str | None:
        """C or S for an EPS, None for the others."""
        return REGIMEN.get(self.kind)

    @property
    def kind_name(self) -> str:
        """The Spanish name of the entity's kind."""
        return str(EntityKind(self.kind).label)


def day(moment: datetime) -> str:
    """The day of a moment in Colombia, YYYY-MM-DD."""
    return timezone.localdate(moment).isoformat()


def _refusal(details: TokenDetails | None, nit: str, needed: Scope | None) -> CallRefused | None:
    """Why this token is not valid for this NIT and scope, or None."""
    if details is None:
        return BadToken(UNKNOWN)
    if details.revoked_at is not None:
        return BadToken(REVOKED.format(day(details.revoked_at)))
    if details.ends_at <= details.now:
        return BadToken((REPLACED if details.superseded else jwts.EXPIRED).format(day(details.ends_at)))
    if details.nit != nit:
        return BadToken(FOREIGN_NIT)
    if not details.is_active:
        return CallRefused(403, INACTIVE)
    if needed is not None and needed not in details.scope.split():
        return CallRefused(403, OUT_OF_SCOPE.format(needed.label, scope_label(details.scope)))
    return None


def _fetch_details(sql: str, params: dict[str, Any]) -> TokenDetails | None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        row = cursor.fetchone()
    return TokenDetails(*row) if row else None


def _counted(refusal: BadToken) -> CallRefused:
    """Count an invalid token for the caller's address; returns the refusal, or TooManyCalls."""
    try:
        address_limit.acquire()
    except limits.TooManyCalls as too_many:
        return too_many
    return refusal


# ---------------------------------------------------------------- last use


class LastUseCache:
    """The tokens whose use this process has recorded in the current minute."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self.minute, self.tokens = 0, set[int]()

    def add(self, token: int) -> tuple[bool, bool]:
        """Note a use; whether it is the first of the token in this minute, and the first of any."""
        minute = int(time.monotonic() // 60)
        is_new_minute = minute != self.minute
        if is_new_minute:
            self.minute, self.tokens = minute, set()
        is_first = token not in self.tokens
        self.tokens.add(token)
        return is_first, is_new_minute


last_uses = LastUseCache()


def clear_caches() -> None:
    """Drop the leases of the limits and the last uses in this process (for tests)."""
    last_uses.clear()
    entity_limit.clear()
    address_limit.clear()


def _record_use(details: TokenDetails, service: Service) -> None:
    """Once a minute, record when and from where the token was used, and delete expired temporary tokens."""
    is_first, is_new_minute = last_uses.add(details.token)
    used: dict[str, Any] = {
        "token": details.token,
        "now": details.now,
        "service": str(service),
        "address": origin.get().address,
    }
    with connection.cursor() as cursor:
        if is_first:
            cursor.execute(RECORD_USE, used)
        if is_new_minute:
            cursor.execute(DELETE_EXPIRED)


# ---------------------------------------------------------------- calls


def _authorize(
    sql: str, *, service: Service, nit: str, token: str, needed: Scope | None, **params: str
) -> TokenDetails:
    """Check a portal token with one statement and return its details. Raises CallRefused with the real cause."""
    try:
        claims = jwts.read(token)
    except BadToken as bad:
        raise _counted(bad) from None
    entity_limit.acquire(claims["sub"])
    with limits.place(claims["sub"]):
        details = _fetch_details(sql, {"jti": claims["jti"], "nit": nit, "scope": needed, "service": service, **params})
        refusal = _refusal(details, nit, needed)
        if isinstance(refusal, BadToken):
            entity_limit.release(claims["sub"])
            raise _counted(refusal)
        if refusal or details is None:
            raise refusal or BadToken(UNKNOWN)
        _record_use(details, service)
    return details


def validate(*, service: Service, nit: str, token: str, needed: Scope | None = None) -> TokenDetails:
    """Check a portal token for this NIT and the scope `needed`; raises CallRefused (401, 403, 429)."""
    return _authorize(LOOK_UP, service=service, nit=nit, token=token, needed=needed)


def inspect_token(token: str) -> tuple[TokenDetails, CallRefused | None]:
    """The details of a portal token, and why the services would refuse it (or None); it does not count as a call.

    Raises BadToken for a token that has expired, or that the portal did not sign or does not know.
    """
    details = _fetch_details(LOOK_UP, {"jti": jwts.read(token)["jti"]})
    if details is None:
        raise BadToken(UNKNOWN)
    return details, _refusal(details, details.nit, None)


def issue_temporary(*, service: Service, nit: str, token: str) -> str:
    """Issue a temporary token of 44 characters for a portal token; only its SHA-256 is stored.

    Raises CallRefused: 401 for a bad token, 403 outside its scope, 429.
    """
    temporary = urlsafe_b64encode(secrets.token_bytes(32)).decode()
    digest = hashlib.sha256(temporary.encode()).hexdigest()
    _authorize(ISSUE_TEMPORARY, service=service, nit=nit, token=token, needed=REQUIRED_SCOPE[service], digest=digest)
    return temporary


def validate_temporary(*, service: Service, nit: str, temporary: str) -> TokenDetails:
    """Check a temporary token for a call of Suministros or Facturación. Raises CallRefused (401, 403, 429).

    A token issued by either service is valid in both, within the scope, while its portal token is current.
    """
    digest = hashlib.sha256(temporary.encode()).hexdigest()
    details = _fetch_details(LOOK_UP_TEMPORARY, {"digest": digest})
    refusal = _refusal(details, nit, REQUIRED_SCOPE[service]) if details else BadToken(NO_TEMPORARY)
    if isinstance(refusal, BadToken):
        raise _counted(refusal)
    if refusal or details is None:
        raise refusal or BadToken(NO_TEMPORARY)
    entity_limit.acquire(str(details.entity))
    with limits.place(str(details.entity)):
        _record_use(details, service)
    return details
