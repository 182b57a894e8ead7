"""Does the chain show every change that a superuser makes to the history outside the portal?"""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from mipres_admin.history import chain
from mipres_admin.history.events import Event
from mipres_admin.history.models import HistoryEntry, HistoryLink, HistorySeal
from mipres_admin.history.recording import record
from tests.factories import make_delegate, make_entity

pytestmark = pytest.mark.django_db(transaction=True)
HISTORY, LINKS, SEALS = "history_historyentry", "history_historylink", "history_historyseal"


@pytest.fixture
def entries():
    delegate = make_delegate(make_entity())
    for number in range(5):
        with transaction.atomic():
            record(by=delegate, event=Event.HISTORY_DOWNLOADED, obj=delegate, after={"number": number})
    return list(HistoryEntry.objects.order_by("id"))


def as_superuser(statement, *tables):
    """Run a statement that only somebody who may alter the tables can run."""
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(statement)


def kinds():
    return [discrepancy.kind for discrepancy in chain.discrepancies()]


@pytest.fixture(autouse=True)
def triggers_enabled_again():
    yield
    with connection.cursor() as cursor:
        for table in (HISTORY, LINKS, SEALS):
            cursor.execute(f"SELECT tgname FROM pg_trigger WHERE tgrelid = '{table}'::regclass AND NOT tgisinternal")
            for (name,) in cursor.fetchall():
                cursor.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")


def move_back(days=1):
    """Move the whole history, with its links, some days back."""
    as_superuser(f"UPDATE {LINKS} SET day = day - {days}", LINKS)


def test_untouched_history_has_no_discrepancies(entries):
    assert chain.discrepancies() == []


def test_every_event_has_its_link(entries):
    assert list(HistoryLink.objects.values_list("entry_id", flat=True)) == [entry.pk for entry in entries]


def test_event_rolled_back_leaves_no_link(entries):
    with transaction.atomic():
        record(by=None, event=Event.HISTORY_DOWNLOADED, obj=entries[0])
        transaction.set_rollback(True)
    assert (HistoryLink.objects.count(), chain.discrepancies()) == (5, [])


@pytest.mark.parametrize(
    "change",
    [
        "event = 'other'",
        "after = '{}'",
        "actor_id = NULL",
        "at = at + interval '1 second'",
        "address = '203.0.113.9'",
        "entity_id = NULL",
        "request_id = 'x'",
        "reason = 'otro'",
    ],
)
def test_changed_event_is_found(entries, change):
    as_superuser(f"UPDATE {HISTORY} SET {change} WHERE id = {entries[2].pk}", HISTORY)
    assert [(discrepancy.kind, discrepancy.entry_id) for discrepancy in chain.discrepancies()] == [
        ("changed", entries[2].pk)
    ]


def test_deleted_event_is_found(entries):
    as_superuser(f"DELETE FROM {HISTORY} WHERE id = {entries[2].pk}", HISTORY)
    assert kinds() == ["deleted"]


def test_event_deleted_with_its_link_is_found(entries):
    as_superuser(f"DELETE FROM {HISTORY} WHERE id = {entries[2].pk}", HISTORY)
    as_superuser(f"DELETE FROM {LINKS} WHERE entry_id = {entries[2].pk}", LINKS)
    assert kinds() == ["unlinked"]


def test_inserted_event_is_found(entries):
    columns = "event, object_type, object_id, before, after, reason, request_id"
    as_superuser(f"INSERT INTO {HISTORY} ({columns}) VALUES ('x', 'x', '1', '{{}}', '{{}}', '', '')", HISTORY)
    assert kinds() == ["inserted"]


def test_recomputed_last_link_does_not_match_the_seal(entries):
    move_back()
    chain.seal_past_days()
    as_superuser(f"UPDATE {HISTORY} SET event = 'other' WHERE id = {entries[4].pk}", HISTORY)
    as_superuser(
        f"UPDATE {LINKS} SET sha256 = encode(sha256(convert_to((SELECT sha256 FROM {LINKS} WHERE id = 4), 'UTF8') || "
        f"(SELECT history_content(e) FROM {HISTORY} e WHERE id = {entries[4].pk})), 'hex') WHERE id = 5",
        LINKS,
    )
    assert kinds() == ["resealed"]


def recompute_links_from(first):
    """Compute the links again, as the portal's own function does, from one link to the last."""
    for number in range(first, HistoryLink.objects.count() + 1):
        before = f"coalesce((SELECT sha256 FROM {LINKS} WHERE id = {number} - 1), '')"
        content = f"(SELECT history_content(e) FROM {HISTORY} e WHERE e.id = {LINKS}.entry_id)"
        sha256 = f"encode(sha256(convert_to({before}, 'UTF8') || {content}), 'hex')"
        as_superuser(f"UPDATE {LINKS} SET sha256 = {sha256} WHERE id = {number}", LINKS)


def test_recomputed_links_of_an_unsealed_day_are_not_found(entries):
    as_superuser(f"UPDATE {HISTORY} SET event = 'other' WHERE id = {entries[1].pk}", HISTORY)
    move_back()
    recompute_links_from(2)
    assert kinds() == []  # without a seal, only an earlier last link shows it


def test_recomputed_links_of_a_sealed_day_are_found(entries):
    move_back()
    chain.seal_past_days()
    as_superuser(f"UPDATE {HISTORY} SET event = 'other' WHERE id = {entries[1].pk}", HISTORY)
    recompute_links_from(2)
    assert kinds() == ["resealed"]


def test_event_inserted_with_its_link_in_a_sealed_day_is_found(entries):
    move_back()
    chain.seal_past_days()
    values = "now(), 'x', 'x', '1', '{}', '{}', '', ''"
    columns = "(at, event, object_type, object_id, before, after, reason, request_id)"
    as_superuser(f"INSERT INTO {HISTORY} {columns} VALUES ({values})", HISTORY)
    as_superuser(
        f"INSERT INTO {LINKS} SELECT 6, (SELECT max(id) FROM {HISTORY}), day, 6, sha256 FROM {LINKS} WHERE id = 5",
        LINKS,
    )
    recompute_links_from(6)
    assert kinds() == ["resealed"]


def test_end_of_a_sealed_day_deleted_with_its_links_is_found(entries):
    move_back()
    chain.seal_past_days()
    as_superuser(f"DELETE FROM {HISTORY} WHERE id >= {entries[3].pk}", HISTORY)
    as_superuser(f"DELETE FROM {LINKS} WHERE id >= 4", LINKS)
    assert kinds() == ["resealed"]


def test_day_deleted_with_links_and_seal_leaves_the_next_unlinked(entries):
    move_back()
    chain.seal_past_days()
    with transaction.atomic():
        record(by=None, event=Event.HISTORY_DOWNLOADED, obj=entries[0])
    as_superuser(f"DELETE FROM {HISTORY} WHERE id <= {entries[4].pk}", HISTORY)
    as_superuser(f"DELETE FROM {LINKS} WHERE id <= 5", LINKS)
    as_superuser(f"DELETE FROM {SEALS}", SEALS)
    assert kinds() == ["unlinked"]


def test_seal_forged_without_the_secret_is_found(entries):
    move_back()
    chain.seal_past_days()
    as_superuser(f"UPDATE {SEALS} SET mac = '{'0' * 64}'", SEALS)
    assert kinds() == ["unsealed"]


def test_seal_of_a_former_secret_is_valid(entries, settings):
    move_back()
    chain.seal_past_days()
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another secret of the same portal, twice as good as the first one was"
    assert chain.discrepancies() == []


def test_today_is_not_sealed(entries):
    assert chain.seal_past_days() == 0


def test_day_is_sealed_once(entries):
    move_back()
    assert [chain.seal_past_days(), chain.seal_past_days(), HistorySeal.objects.count()] == [1, 0, 1]


def test_new_day_starts_at_position_one(entries):
    move_back(2)
    with transaction.atomic():
        record(by=None, event=Event.HISTORY_DOWNLOADED, obj=entries[0])
    last = HistoryLink.objects.order_by("-id")[0]
    assert (last.position, last.day, chain.discrepancies()) == (1, timezone.localdate(), [])


def test_clock_that_goes_back_does_not_reopen_a_day(entries):
    tomorrow = timezone.localdate() + timedelta(days=1)
    as_superuser(f"UPDATE {LINKS} SET day = '{tomorrow}'", LINKS)
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {LINKS} ENABLE ALWAYS TRIGGER history_link_no_update_or_delete")
    with transaction.atomic():
        record(by=None, event=Event.HISTORY_DOWNLOADED, obj=entries[0])
    assert (HistoryLink.objects.order_by("-id")[0].day, chain.discrepancies()) == (tomorrow, [])


def test_concurrent_events_make_one_chain(entries):
    def entry(number):
        with transaction.atomic():
            record(by=None, event=Event.HISTORY_DOWNLOADED, obj=entries[0], after={"number": number})
        connection.close()

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(entry, range(20)))
    assert (HistoryLink.objects.count(), chain.discrepancies()) == (25, [])


@pytest.mark.parametrize("link", ["", "0", "5 abc", "x y", "9" * 30 + " abc"])
def test_contains_link_is_true_only_for_links(entries, link):
    assert chain.contains_link(link) == (link == "0")


@pytest.mark.parametrize("table", [LINKS, SEALS])
@pytest.mark.parametrize("statement", ["UPDATE {} SET sha256 = sha256", "DELETE FROM {}", "TRUNCATE {}"])
def test_postgresql_refuses_to_change_links_and_seals(entries, table, statement):
    move_back()
    chain.seal_past_days()
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {LINKS} ENABLE ALWAYS TRIGGER history_link_no_update_or_delete")
        cursor.execute(f"ALTER TABLE {LINKS} ENABLE ALWAYS TRIGGER history_link_no_truncate")
        with pytest.raises(Exception, match="append-only"):
            cursor.execute(statement.format(table))
