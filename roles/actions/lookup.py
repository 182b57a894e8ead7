"""Look a person up by document and download lists: each is recorded, and searches are limited."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.models import Account
from mipres_admin.history.recording import record
from mipres_admin.rate_limits import limiter
from mipres_admin.refusals import Refusal, Refused
from roles.events import Event
from roles.models import RegisteredUser

HOUR = timedelta(hours=1)


def _too_many() -> Refusal:
    return Refusal(
        headline="Demasiadas búsquedas",
        cause=f"Desde su cuenta se hicieron {settings.LOOKUPS_PER_HOUR} búsquedas por documento en la última hora.",
        remedy="Espere unos minutos y continúe. Para activar a muchas personas use «Cargar archivo» en Consultar "
        "Usuarios.",
        who="Usted, como delegado.",
    )


def _count(by: Account) -> None:
    key, expires_at = limiter.key_of("accounts.lookup", str(by.pk)), limiter.end_of_window(HOUR, timezone.now())
    try:
        limiter.count(key, allowed=settings.LOOKUPS_PER_HOUR, expires_at=expires_at)
    except limiter.LimitReached:
        raise Refused(_too_many()) from None


@transaction.atomic
def look_up_user(*, by: Account, document_type: str, document_number: str) -> RegisteredUser | None:
    """The registered user of this document, or None.

    One event says who searched (never the document). Raises Refused beyond
    `settings.LOOKUPS_PER_HOUR` searches of one account in an hour of the clock.
    """
    entity = by.require_entity()
    _count(by)
    user = RegisteredUser.objects.filter(
        person__document_type=document_type, person__document_number=document_number
    ).first()
    event = Event.USER_LOOKED_UP if user else Event.USER_NOT_FOUND
    record(by=by, event=event, obj=user or entity)
    return user


@transaction.atomic
def record_download(*, by: Account, filters: list[str], rows: int, event: Event = Event.USERS_DOWNLOADED) -> None:
    """Record that a list was downloaded: which filters were used (not their words) and how many rows."""
    after = {"filters": sorted(filters), "rows": rows}
    record(by=by, event=event, obj=by.require_entity(), after=after)
