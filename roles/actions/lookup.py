"""Look a person up by document and download lists: each is recorded, and searches are limited."""

import logging
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.models import Account
from mipres_admin.history.recording import record
from mipres_admin.rate_limits import limiter
from mipres_admin.refusals import Refusal, Refused, refuse
from roles.events import Event
from roles.models import RegisteredUser, findable_users
from roles.rules import lookup_refusal

logger = logging.getLogger(__name__)
HOUR = timedelta(hours=1)


class LookupsExceeded(Exception):
    """More people than may be looked up in this hour; `left` says how many may."""

    def __init__(self, left: int) -> None:
        super().__init__()
        self.left = left


def count_lookups(*, by: Account, number: int = 1) -> None:
    """Count so many people looked up by an account, in the transaction that looks them up.

    Raises LookupsExceeded beyond `settings.LOOKUPS_PER_HOUR` in an hour of the clock; the caller undoes the count with
    the transaction.
    """
    if not number:
        return
    allowed = settings.LOOKUPS_PER_HOUR
    key, expires_at = limiter.key_of("accounts.lookup", str(by.pk)), limiter.end_of_window(HOUR, timezone.now())
    try:
        counted = limiter.count(key, allowed=allowed, expires_at=expires_at, by=number)
    except limiter.LimitReached:
        left = 0
    else:
        left = allowed - (counted.count - number)
    if number > left:
        logger.warning("account %s reached its limit of people looked up in an hour", by.pk)
        raise LookupsExceeded(left)


def _too_many() -> Refusal:
    return Refusal(
        headline="Demasiadas búsquedas",
        cause=f"Desde su cuenta se consultaron {settings.LOOKUPS_PER_HOUR} documentos en la última hora, en pantalla o "
        "con «Cargar archivo».",
        remedy="Espere a que empiece la próxima hora y continúe. A quienes ya tienen roles en su entidad los encuentra "
        "en Consultar Usuarios, sin este límite.",
        who="Usted, como delegado.",
    )


@transaction.atomic
def look_up_user(*, by: Account, document_type: str, document_number: str) -> RegisteredUser | None:
    """The registered user of this document, or None.

    One event says who searched (never the document). Raises Refused beyond
    `settings.LOOKUPS_PER_HOUR` searches of one account in an hour of the clock, and for a document that is not the
    PPN's own, before anybody is looked for.
    """
    entity = by.require_entity()
    refuse(lookup_refusal(entity, (document_type, document_number)))
    try:
        count_lookups(by=by)
    except LookupsExceeded:
        raise Refused(_too_many()) from None
    user = (
        findable_users(entity)
        .filter(person__document_type=document_type, person__document_number=document_number)
        .first()
    )
    event = Event.USER_LOOKED_UP if user else Event.USER_NOT_FOUND
    record(by=by, event=event, obj=user or entity)
    return user


@transaction.atomic
def record_download(*, by: Account, filters: list[str], rows: int, event: Event = Event.USERS_DOWNLOADED) -> None:
    """Record that a list was downloaded: which filters were used (not their words) and how many rows."""
    after = {"filters": sorted(filters), "rows": rows}
    record(by=by, event=event, obj=by.require_entity(), after=after)
