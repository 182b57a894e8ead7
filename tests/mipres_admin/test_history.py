"""Is the history append-only, and written only with the act?"""

import pytest
from django.db import DatabaseError, connection, transaction

from mipres_admin import history
from mipres_admin.models import HistoryEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def entry(delegate):
    return history.record(by=delegate, act="test.done", thing=delegate, before={}, after={"a": 1})


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE mipres_admin_historyentry SET act = 'other'",
        "DELETE FROM mipres_admin_historyentry",
        "TRUNCATE mipres_admin_historyentry",
    ],
)
def test_postgresql_refuses_to_rewrite_history(entry, statement):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            cursor.execute(statement)
    assert HistoryEntry.objects.get() == entry


def test_the_row_says_who_what_and_where_from(delegate):
    token = history.origin.set(history.Origin("203.0.113.7", "abc"))
    entry = history.record(by=delegate, act="test.done", thing=delegate, before={}, after={})
    history.origin.reset(token)
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
        history.record(by=delegate, act="test.done", thing=delegate, before={}, after={})


def test_every_response_names_its_request(client):
    assert len(client.get("/ingresar/").headers["X-Request-ID"]) == 32
