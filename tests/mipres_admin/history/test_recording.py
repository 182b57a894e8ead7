"""Is an event recorded with who, what and where from, and refused when it is incomplete?"""

import pytest
from django.db import transaction
from django.db.models import TextChoices

from mipres_admin.history.events import Event
from mipres_admin.history.models import HistoryEntry
from mipres_admin.history.recording import record
from mipres_admin.origin import Origin, origin
from mipres_admin.outbox.events import Event as MailEvent

pytestmark = pytest.mark.django_db


def test_row_has_actor_entity_object_and_origin(delegate):
    token = origin.set(Origin("203.0.113.7", "abc"))
    entry = record(by=delegate, event=Event.HISTORY_DOWNLOADED, obj=delegate)
    origin.reset(token)
    entry.refresh_from_db()
    assert (entry.actor, entry.entity, entry.address, entry.request_id) == (
        delegate,
        delegate.entity,
        "203.0.113.7",
        "abc",
    )
    assert (entry.object_type, entry.object_id) == ("accounts.account", str(delegate.pk))


@pytest.mark.django_db(transaction=True)
def test_event_outside_a_transaction_is_refused(delegate):
    with pytest.raises(transaction.TransactionManagementError):
        record(by=delegate, event=Event.HISTORY_DOWNLOADED, obj=delegate)


def test_every_response_has_its_request_id(client):
    assert len(client.get("/ingresar/").headers["X-Request-ID"]) == 32


# ---------------------------------------------------------------- what is refused


class Unregistered(TextChoices):
    DONE = "test.done", "Prueba"


def test_unregistered_event_is_refused(delegate):
    with pytest.raises(ValueError, match=r"No app has registered the event test\.done"):
        record(by=delegate, event=Unregistered.DONE, obj=delegate)
    assert not HistoryEntry.objects.exists()


def test_event_that_requires_a_reason_is_refused_without_one(delegate):
    with pytest.raises(ValueError, match=r"mail\.retried requires a reason"):
        record(by=delegate, event=MailEvent.MAIL_RETRIED, obj=delegate, reason=" ")
    entry = record(by=delegate, event=MailEvent.MAIL_RETRIED, obj=delegate, reason="Volvió")
    assert (entry.reason, entry.before, entry.after) == ("Volvió", {}, {})
