"""What happened lately? Things for the dashboard to count, as the portal would have left them."""

from datetime import timedelta

from django.utils import timezone

from mipres_admin.history.models import HistoryEntry
from mipres_admin.outbox.models import OutgoingMail


def event(name: str, *, days_ago: float = 0, times: int = 1, after: object = None) -> None:
    """So many events of a kind, recorded so many days ago."""
    at = timezone.now() - timedelta(days=days_ago)
    for _ in range(times):
        HistoryEntry.objects.create(event=name, at=at, object_type="x", object_id="1", before={}, after=after or {})


def failed_mail(**fields: object) -> OutgoingMail:
    """A mail that the portal gave up."""
    defaults = {"template": "sign_up", "recipient": "ana@correo.example", "subject": "x", "state": "failed"}
    return OutgoingMail.objects.create(**(defaults | {"given_up_at": timezone.now()} | fields))
