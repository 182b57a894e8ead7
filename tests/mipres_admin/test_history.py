"""Is the history append-only, and written only with the act?"""

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import JSONField, TextChoices, Value

from mipres_admin.history.events import Event
from mipres_admin.history.models import HistoryEntry
from mipres_admin.history.recording import Origin, origin, record
from mipres_admin.outbox.events import Event as MailEvent

pytestmark = pytest.mark.django_db


@pytest.fixture
def entry(delegate):
    return record(by=delegate, event=Event.HISTORY_DOWNLOADED, obj=delegate, after={"a": 1})


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE history_historyentry SET event = 'other'",
        "DELETE FROM history_historyentry",
        "TRUNCATE history_historyentry",
    ],
)
def test_postgresql_refuses_to_rewrite_history(entry, statement):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            cursor.execute(statement)
    assert HistoryEntry.objects.get() == entry


def test_the_row_says_who_what_and_where_from(delegate):
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
def test_an_act_without_transaction_can_not_be_written(delegate):
    with pytest.raises(transaction.TransactionManagementError):
        record(by=delegate, event=Event.HISTORY_DOWNLOADED, obj=delegate)


def test_every_response_names_its_request(client):
    assert len(client.get("/ingresar/").headers["X-Request-ID"]) == 32


# ---------------------------------------------------------------- what is refused


class Unregistered(TextChoices):
    DONE = "test.done", "Prueba"


def test_an_event_that_no_app_registered_is_refused(delegate):
    with pytest.raises(ValueError, match=r"No app has registered the event test\.done"):
        record(by=delegate, event=Unregistered.DONE, obj=delegate)
    assert not HistoryEntry.objects.exists()


def test_an_event_that_requires_a_reason_is_refused_without_one(delegate):
    with pytest.raises(ValueError, match=r"mail\.retried requires a reason"):
        record(by=delegate, event=MailEvent.MAIL_RETRIED, obj=delegate, reason=" ")
    entry = record(by=delegate, event=MailEvent.MAIL_RETRIED, obj=delegate, reason="Volvió")
    assert (entry.reason, entry.before, entry.after) == ("Volvió", {}, {})


@pytest.mark.parametrize("side", ["before", "after"])
@pytest.mark.parametrize("value", [[], [{"x": 1}], "texto", 5, Value(None, JSONField())])
def test_before_and_after_are_objects_or_refused(side, value):
    values = {"before": {}, "after": {}, side: value}
    with pytest.raises(IntegrityError, match="history_before_and_after_are_objects"), transaction.atomic():
        HistoryEntry.objects.create(event="x", object_type="x", object_id="1", **values)


def test_before_that_is_no_object_is_explained():
    entry = HistoryEntry(event="x", object_type="x", object_id="1", before=[1], after={})
    with pytest.raises(ValidationError, match="deben ser objetos JSON"):
        entry.validate_constraints()
