"""How are portal tokens issued and revoked, expiry reminders sent, and client servers created and ended?"""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.models import Account, can_log_in_q
from entities.models import Entity
from mipres_admin.database import clock
from mipres_admin.database.locks import lock, lock_rows
from mipres_admin.history.recording import record
from mipres_admin.outbox.mail import notify
from mipres_admin.refusals import Refused, refuse
from tokens.events import Event
from tokens.models import REMINDER_DAYS, PortalToken, ServerClient, TokenReminder
from tokens.rules import no_token_kind_refusal, outdated_page_refusal
from tokens.scopes import SCOPES, scope_of
from tokens.signing.jwts import new_jti, sign
from tokens.signing.keys import current_key

# ---------------------------------------------------------------- generate


@dataclass(frozen=True)
class IssuedToken:
    """A portal token and its text: None when an earlier request with the same key had issued it."""

    row: PortalToken
    token: str | None


def _supersede(entity: Entity, overlap: timedelta, now: datetime) -> list[PortalToken]:
    """End the entity's current tokens after `overlap` at the latest, and return them."""
    older = list(PortalToken.objects.visible_to(entity).filter(revoked_at__isnull=True).exclude(ends_at__lte=now))
    for token in older:
        token.superseded_at = token.superseded_at or now
        token.ends_at = min(token.end, max(now, token.issued_at) + overlap)
        token.save(update_fields=["superseded_at", "ends_at"])
    return older


def _state(token: PortalToken) -> dict[str, Any]:
    """What the history records of a token: never the token itself."""
    return {"token": str(token.public_id), "name": token.name, "until": token.end.isoformat()}


def _create_token(
    *, by: Account, entity: Entity, name: str, days: int, request_key: UUID, now: datetime
) -> IssuedToken:
    jti, key, issued_at = new_jti(), current_key(), now.replace(microsecond=0)
    expires_at = issued_at + timedelta(days=days)
    token = sign(key=key, entity=entity, jti=jti, issued_at=issued_at, expires_at=expires_at)
    row = PortalToken.objects.create(
        entity=entity,
        key=key,
        name=name,
        jti=jti,
        fingerprint=hashlib.sha256(token.encode()).hexdigest(),
        last_characters=token[-6:],
        scope=scope_of(entity.kind),
        request_key=request_key,
        issued_by=by,
        issued_at=issued_at,
        expires_at=expires_at,
    )
    return IssuedToken(row, token)


@transaction.atomic
def issue_token(
    *, by: Account, name: str, days: int, overlap: timedelta, expected_token: str, request_key: UUID
) -> IssuedToken:
    """Issue a new portal token for the entity ("Generar Token", manual v4.1 §11.1); older ones end after `overlap`.

    `expected_token` is the public id of the newest token on the page ("" for none). Raises Refused if the newest token
    is another one. A second call with the same `request_key` returns the first one's row, without the token.
    """
    entity = lock(by.require_entity(), no_key=True)
    if entity.kind not in SCOPES:
        raise Refused(no_token_kind_refusal())
    existing = PortalToken.objects.visible_to(entity).filter(request_key=request_key).first()
    if existing is not None:
        return IssuedToken(existing, None)
    refuse(outdated_page_refusal(expected_token, PortalToken.objects.visible_to(entity).newest().first()))
    now = clock.now()
    older = _supersede(entity, overlap, now)
    issued = _create_token(by=by, entity=entity, name=name, days=days, request_key=request_key, now=now)
    after = _state(issued.row) | ({"replaced": [_state(token) for token in older]} if older else {})
    record(by=by, event=Event.TOKEN_ISSUED, obj=issued.row, after=after)
    return issued


# ---------------------------------------------------------------- revoke


def _revoke(token: PortalToken, *, by: Account | None, reason: str, now: datetime) -> None:
    before = _state(token)
    token.revoked_at, token.revoked_by, token.reason = max(now, token.issued_at), by, reason
    token.save(update_fields=["revoked_at", "revoked_by", "reason"])
    after, entity = {"token": before["token"], "revoked_at": now.isoformat()}, token.entity
    record(by=by, event=Event.TOKEN_REVOKED, obj=token, entity=entity, before=before, after=after, reason=reason)


@transaction.atomic
def revoke_token(*, by: Account | None, token: PortalToken, reason: str) -> bool:
    """Revoke a portal token: after the commit, calls with it or with its temporary tokens fail.

    Returns False if it had been revoked or had ended before. `by` is None for the portal itself. Raises Refused for an
    account that belongs neither to the token's entity nor to the Ministry.
    """
    if by is not None and not by.is_staff and by.entity_id != token.entity_id:
        raise Refused(no_token_kind_refusal())
    token, now = lock(token), clock.now()
    if not token.is_current(now):
        return False
    _revoke(token, by=by, reason=reason, now=now)
    return True


@transaction.atomic
def revoke_tokens_issued_by(*, account: Account, by: Account | None, reason: str) -> int:
    """Revoke the current tokens that an account issued, for example when its delegate is inactivated; return how many.

    Each revocation is recorded.
    """
    now = clock.now()
    tokens = lock_rows(PortalToken.objects.current(now).filter(issued_by=account).select_related("entity"))
    for token in tokens:
        _revoke(token, by=by, reason=reason, now=now)
    return len(tokens)


@transaction.atomic
def revoke_and_notify(*, by: Account | None, token: PortalToken, reason: str, template: str) -> bool:
    """Revoke a token and e-mail the entity's delegates, for a revocation that is not theirs; whether it was current."""
    if not revoke_token(by=by, token=token, reason=reason):
        return False
    for account in token.entity.accounts.filter(can_log_in_q()):
        notify(account, template, token=token, entity=token.entity, reason=reason)
    return True


# ---------------------------------------------------------------- client servers


@transaction.atomic
def create_client(
    *, by: Account, name: str, scope: Iterable[str], request_key: UUID, reason: str
) -> tuple[ServerClient, str | None]:
    """Let another server inspect tokens (RFC 7662) and revoke them (RFC 7009); returns its row and its secret.

    The secret has 256 random bits; only its SHA-256 is stored. A second call with the same `request_key` returns the
    first one's row, without the secret. `reason` is why the server needs access.
    """
    secret = secrets.token_urlsafe(32)
    fields: dict[str, Any] = {
        "client_id": f"srv-{secrets.token_hex(8)}",
        "digest": hashlib.sha256(secret.encode()).hexdigest(),
        "name": name,
        "scope": " ".join(scope),
        "created_by": by,
    }
    client, is_new = ServerClient.objects.get_or_create(request_key=request_key, defaults=fields)
    if not is_new:
        return client, None
    after = {"client_id": client.client_id, "name": client.name, "scope": client.scope}
    record(by=by, event=Event.CLIENT_CREATED, obj=client, after=after, reason=reason)
    return client, secret


@transaction.atomic
def end_client(*, by: Account, client: ServerClient, reason: str) -> bool:
    """Withdraw a server's credentials: after the commit its calls fail. Returns False if they were withdrawn before."""
    client = lock(client)
    if client.ended_at is not None:
        return False
    client.ended_at, client.ended_by, client.reason = clock.now(), by, reason
    client.save(update_fields=["ended_at", "ended_by", "reason"])
    same = {"client_id": client.client_id}
    record(by=by, event=Event.CLIENT_ENDED, obj=client, before=same, after=same, reason=reason)
    return True


# ---------------------------------------------------------------- remind


def due_reminder(token: PortalToken, now: datetime) -> int | None:
    """The reminder that is due, in days before the expiry, or None; a short token skips those longer than its life."""
    left, life = token.expires_at - now, token.expires_at - token.issued_at
    due = [days for days in REMINDER_DAYS if left <= timedelta(days=days) < life]
    return min(due) if due else None


@transaction.atomic
def _remind(token: PortalToken, days: int, now: datetime) -> bool:
    _, is_new = TokenReminder.objects.get_or_create(token=token, days=days)
    if not is_new:
        return False
    left = max(1, (token.expires_at - now).days)
    for account in token.entity.accounts.filter(can_log_in_q()):
        notify(account, "token_expiring", token=token, entity=token.entity, left=left)
    return True


def send_expiry_reminders(now: datetime | None = None) -> int:
    """E-mail the delegates of each token that expires within 30, 14, 7 or 1 days; return for how many tokens.

    Safe to call often: each reminder is sent once. Tokens that were replaced, revoked or have expired need none.
    """
    now = now or clock.now()
    soon = PortalToken.objects.expiring_within(max(REMINDER_DAYS), now).filter(entity__is_active=True)
    sent = 0
    for token in soon.select_related("entity").order_by("pk").iterator():
        days = due_reminder(token, now)
        if days is not None and _remind(token, days, now):
            sent += 1
    return sent
