"""Is the history append-only, and are `before` and `after` always objects?"""

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import JSONField, Value

from mipres_admin.history.events import Event
from mipres_admin.history.models import HistoryEntry
from mipres_admin.history.recording import record

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
def test_postgresql_refuses_to_change_an_event(entry, statement):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            cursor.execute(statement)
    assert HistoryEntry.objects.get() == entry


@pytest.mark.parametrize("side", ["before", "after"])
@pytest.mark.parametrize("value", [[], [{"x": 1}], "texto", 5, Value(None, JSONField())])
def test_before_and_after_that_are_no_objects_are_refused(side, value):
    values = {"before": {}, "after": {}, side: value}
    with pytest.raises(IntegrityError, match="history_before_and_after_are_objects"), transaction.atomic():
        HistoryEntry.objects.create(event="x", object_type="x", object_id="1", **values)


def test_before_that_is_no_object_is_explained():
    entry = HistoryEntry(event="x", object_type="x", object_id="1", before=[1], after={})
    with pytest.raises(ValidationError, match="deben ser objetos JSON"):
        entry.validate_constraints()
