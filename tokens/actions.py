"""Generate, replace and revoke portal tokens, warn of their end, let servers ask: each deed once, and written down."""

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
from roles.actions.role_assignments import tenant
from tokens.events import Event
from tokens.models import REMINDER_DAYS, PortalToken, ServerClient, TokenReminder
from tokens.rules import not_yours_refusal, stale_refusal
from tokens.scopes import SCOPES, scope_of
from tokens.signing.jwts import new_jti, sign
from tokens.signing.keys import current_key

# ---------------------------------------------------------------- generate


@dataclass(frozen=True)
class Issued:
    """A token that was generated, and the token itself: None when this very request had generated it before."""

    row: PortalToken
    token: str | None


def _supersede(entity: Entity, overlap: timedelta, now: datetime) -> list[PortalToken]:
    """End every token of the entity after `overlap` at the latest; those that were in force until now."""
    older = list(PortalToken.objects.visible_to(entity).filter(revoked_at__isnull=True).exclude(ends_at__lte=now))
    for token in older:
        token.superseded_at = token.superseded_at or now
        token.ends_at = min(token.end, max(now, token.issued_at) + overlap)
        token.save(update_fields=["superseded_at", "ends_at"])
    return older


def _state(token: PortalToken) -> dict[str, Any]:
    """What history keeps of a token: never the token itself, only which one and until when."""
    return {"token": str(token.public_id), "name": token.name, "until": token.end.isoformat()}


def _make(*, by: Account, entity: Entity, name: str, days: int, request_key: UUID, now: datetime) -> Issued:
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
        made_by=by,
        issued_at=issued_at,
        expires_at=expires_at,
    )
    return Issued(row, token)


@transaction.atomic
def issue_token(*, by: Account, name: str, days: int, overlap: timedelta, seen: str, request_key: UUID) -> Issued:
    """Generate the entity's new portal token ("Generar Token", manual v4.1 §11.1); older ones end after `overlap`.

    `seen` is the public id of the newest token that the page showed ("" for none): when it is another by now, Refused
    is raised and nothing is saved. `request_key` is the page's own: a repeated click finds what the first one made,
    and the token itself comes back only once.
    """
    entity = lock(tenant(by), no_key=True)
    if entity.kind not in SCOPES:
        raise Refused(not_yours_refusal())
    made = PortalToken.objects.visible_to(entity).filter(request_key=request_key).first()
    if made is not None:
        return Issued(made, None)
    refuse(stale_refusal(seen, PortalToken.objects.visible_to(entity).newest().first()))
    now = clock.now()
    older = _supersede(entity, overlap, now)
    issued = _make(by=by, entity=entity, name=name, days=days, request_key=request_key, now=now)
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
    """Revoke a portal token: from the commit on every call with it, or with its temporary tokens, fails.

    Returns whether there was something to revoke: not when it had been revoked or had ended. `by` is None for the
    portal itself; whoever is neither of the token's entity nor of the Ministry is refused (Refused).
    """
    if by is not None and not by.is_staff and by.entity_id != token.entity_id:
        raise Refused(not_yours_refusal())
    held = lock(token)
    now = clock.now()
    if not held.is_in_force(now):
        return False
    _revoke(held, by=by, reason=reason, now=now)
    return True


@transaction.atomic
def revoke_tokens_made_by(*, account: Account, by: Account | None, reason: str) -> int:
    """Revoke every token in force that an account generated, for example when its delegate is inactivated.

    Returns how many; each has its row of history.
    """
    now = clock.now()
    made = PortalToken.objects.current(now).filter(made_by=account)
    tokens = lock_rows(made.select_related("entity"))
    for token in tokens:
        _revoke(token, by=by, reason=reason, now=now)
    return len(tokens)


@transaction.atomic
def revoke_and_notify(*, by: Account | None, token: PortalToken, reason: str, template: str) -> bool:
    """Revoke a token that its entity did not ask to end, and mail the entity's delegates; whether it was in force."""
    if not revoke_token(by=by, token=token, reason=reason):
        return False
    for account in token.entity.accounts.filter(can_log_in_q()):
        notify(account, template, token=token, entity=token.entity, reason=reason)
    return True


# ---------------------------------------------------------------- other servers


@transaction.atomic
def make_client(
    *, by: Account, name: str, scope: Iterable[str], request_key: UUID, reason: str
) -> tuple[ServerClient, str | None]:
    """Let another server ask about tokens (RFC 7662) and end them (RFC 7009): its row, and its secret this once.

    The secret has 256 random bits and only its SHA-256 is kept. A repeated click (`request_key`) finds what the first
    one made, without the secret. `reason` is why the server needs it.
    """
    secret = secrets.token_urlsafe(32)
    fields: dict[str, Any] = {
        "client_id": f"srv-{secrets.token_hex(8)}",
        "digest": hashlib.sha256(secret.encode()).hexdigest(),
        "name": name,
        "scope": " ".join(scope),
        "made_by": by,
    }
    client, is_new = ServerClient.objects.get_or_create(request_key=request_key, defaults=fields)
    if not is_new:
        return client, None
    after = {"client_id": client.client_id, "name": client.name, "scope": client.scope}
    record(by=by, event=Event.CLIENT_MADE, obj=client, after=after, reason=reason)
    return client, secret


@transaction.atomic
def end_client(*, by: Account, client: ServerClient, reason: str) -> bool:
    """Take a server's credentials back: from the commit on its calls fail. Whether they were in force."""
    held = lock(client)
    if held.ended_at is not None:
        return False
    held.ended_at, held.ended_by, held.reason = clock.now(), by, reason
    held.save(update_fields=["ended_at", "ended_by", "reason"])
    same = {"client_id": held.client_id}
    record(by=by, event=Event.CLIENT_ENDED, obj=held, before=same, after=same, reason=reason)
    return True


# ---------------------------------------------------------------- warn


def due_reminder(token: PortalToken, now: datetime) -> int | None:
    """The reminder that is due by now, in days before the expiry, or None; a short token skips those before it."""
    left, life = token.expires_at - now, token.expires_at - token.issued_at
    due = [days for days in REMINDER_DAYS if left <= timedelta(days=days) < life]
    return min(due) if due else None


@transaction.atomic
def _remind(token: PortalToken, days: int, now: datetime) -> bool:
    """Warn the entity's delegates once; whether this call did."""
    _, is_new = TokenReminder.objects.get_or_create(token=token, days=days)
    if not is_new:
        return False
    left = max(1, (token.expires_at - now).days)
    for account in token.entity.accounts.filter(can_log_in_q()):
        notify(account, "token_expiring", token=token, entity=token.entity, left=left)
    return True


def send_expiry_reminders(now: datetime | None = None) -> int:
    """Mail the delegates of each token that expires within 30, 14, 7 or 1 days, once for each; how many tokens.

    Can be called as often as one likes. Tokens that were replaced, revoked or have expired need no warning.
    """
    now = now or clock.now()
    soon = PortalToken.objects.expiring_within(max(REMINDER_DAYS), now).filter(entity__is_active=True)
    sent = 0
    for token in soon.select_related("entity").order_by("pk").iterator():
        days = due_reminder(token, now)
        if days is not None and _remind(token, days, now):
            sent += 1
    return sent
