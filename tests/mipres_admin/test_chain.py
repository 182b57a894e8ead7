"""Does verify_history find whatever a superuser does to the history behind the portal's back?"""

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
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
def acts():
    delegate = make_delegate(make_entity())
    for number in range(5):
        with transaction.atomic():
            record(by=delegate, event=Event.HISTORY_DOWNLOADED, obj=delegate, after={"number": number})
    return list(HistoryEntry.objects.order_by("id"))


def as_superuser(statement, *tables):
    """What nobody can do but who may alter the tables."""
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(statement)


def kinds():
    return [wrong.kind for wrong in chain.discrepancies()]


@pytest.fixture(autouse=True)
def guarded_again():
    yield
    with connection.cursor() as cursor:
        for table in (HISTORY, LINKS, SEALS):
            cursor.execute(f"SELECT tgname FROM pg_trigger WHERE tgrelid = '{table}'::regclass AND NOT tgisinternal")
            for (name,) in cursor.fetchall():
                cursor.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")


def day_before(days=1):
    """Yesterday's history: the same acts, linked as they were, one day earlier."""
    as_superuser(f"UPDATE {LINKS} SET day = day - {days}", LINKS)


def test_an_untouched_history_is_whole(acts):
    assert chain.discrepancies() == []


def test_every_act_has_its_link(acts):
    assert list(HistoryLink.objects.values_list("entry_id", flat=True)) == [act.pk for act in acts]


def test_an_act_that_rolls_back_leaves_no_link(acts):
    with transaction.atomic():
        record(by=None, event=Event.HISTORY_DOWNLOADED, obj=acts[0])
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
def test_a_changed_act_is_found(acts, change):
    as_superuser(f"UPDATE {HISTORY} SET {change} WHERE id = {acts[2].pk}", HISTORY)
    assert [(wrong.kind, wrong.entry_id) for wrong in chain.discrepancies()] == [("changed", acts[2].pk)]


def test_a_deleted_act_is_found(acts):
    as_superuser(f"DELETE FROM {HISTORY} WHERE id = {acts[2].pk}", HISTORY)
    assert kinds() == ["deleted"]


def test_an_act_deleted_with_its_link_is_found(acts):
    as_superuser(f"DELETE FROM {HISTORY} WHERE id = {acts[2].pk}", HISTORY)
    as_superuser(f"DELETE FROM {LINKS} WHERE entry_id = {acts[2].pk}", LINKS)
    assert kinds() == ["unlinked"]


def test_an_inserted_act_is_found(acts):
    columns = "event, object_type, object_id, before, after, reason, request_id"
    as_superuser(f"INSERT INTO {HISTORY} ({columns}) VALUES ('x', 'x', '1', '{{}}', '{{}}', '', '')", HISTORY)
    assert kinds() == ["inserted"]


def test_a_chain_computed_anew_breaks_the_seal_of_its_day(acts):
    day_before()
    chain.seal_past_days()
    as_superuser(f"UPDATE {HISTORY} SET event = 'other' WHERE id = {acts[4].pk}", HISTORY)
    as_superuser(
        f"UPDATE {LINKS} SET sha256 = encode(sha256(convert_to((SELECT sha256 FROM {LINKS} WHERE id = 4), 'UTF8') || "
        f"(SELECT history_content(e) FROM {HISTORY} e WHERE id = {acts[4].pk})), 'hex') WHERE id = 5",
        LINKS,
    )
    assert kinds() == ["resealed"]


def rewritten_from(number):
    """The chain, computed anew as the portal's own function does it, from one link to the last."""
    for link in range(number, HistoryLink.objects.count() + 1):
        before = f"coalesce((SELECT sha256 FROM {LINKS} WHERE id = {link} - 1), '')"
        content = f"(SELECT history_content(e) FROM {HISTORY} e WHERE e.id = {LINKS}.entry_id)"
        anew = f"encode(sha256(convert_to({before}, 'UTF8') || {content}), 'hex')"
        as_superuser(f"UPDATE {LINKS} SET sha256 = {anew} WHERE id = {link}", LINKS)


def test_a_whole_tail_written_anew_fits_until_it_meets_the_seal(acts):
    as_superuser(f"UPDATE {HISTORY} SET event = 'other' WHERE id = {acts[1].pk}", HISTORY)
    day_before()
    rewritten_from(2)
    assert kinds() == []  # of a day that is not sealed only a head that was kept outside tells


def test_a_whole_tail_written_anew_before_the_last_seal_is_found(acts):
    day_before()
    chain.seal_past_days()
    as_superuser(f"UPDATE {HISTORY} SET event = 'other' WHERE id = {acts[1].pk}", HISTORY)
    rewritten_from(2)
    assert kinds() == ["resealed"]


def test_an_act_inserted_with_its_link_in_a_sealed_day_is_found(acts):
    day_before()
    chain.seal_past_days()
    values = "now(), 'x', 'x', '1', '{}', '{}', '', ''"
    columns = "(at, event, object_type, object_id, before, after, reason, request_id)"
    as_superuser(f"INSERT INTO {HISTORY} {columns} VALUES ({values})", HISTORY)
    as_superuser(
        f"INSERT INTO {LINKS} SELECT 6, (SELECT max(id) FROM {HISTORY}), day, 6, sha256 FROM {LINKS} WHERE id = 5",
        LINKS,
    )
    rewritten_from(6)
    assert kinds() == ["resealed"]


def test_the_end_of_a_sealed_day_taken_away_with_its_links_is_found(acts):
    day_before()
    chain.seal_past_days()
    as_superuser(f"DELETE FROM {HISTORY} WHERE id >= {acts[3].pk}", HISTORY)
    as_superuser(f"DELETE FROM {LINKS} WHERE id >= 4", LINKS)
    assert kinds() == ["resealed"]


def test_a_day_taken_away_with_its_links_and_its_seal_is_missed_by_the_next(acts):
    day_before()
    chain.seal_past_days()
    with transaction.atomic():
        record(by=None, event=Event.HISTORY_DOWNLOADED, obj=acts[0])
    as_superuser(f"DELETE FROM {HISTORY} WHERE id <= {acts[4].pk}", HISTORY)
    as_superuser(f"DELETE FROM {LINKS} WHERE id <= 5", LINKS)
    as_superuser(f"DELETE FROM {SEALS}", SEALS)
    assert kinds() == ["unlinked"]


def test_a_seal_made_without_the_secret_is_found(acts):
    day_before()
    chain.seal_past_days()
    as_superuser(f"UPDATE {SEALS} SET mac = '{'0' * 64}'", SEALS)
    assert kinds() == ["unsealed"]


def test_a_seal_outlives_the_secret_that_made_it(acts, settings):
    day_before()
    chain.seal_past_days()
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another secret of the same portal, twice as good as the first one was"
    assert chain.discrepancies() == []


def test_the_day_that_is_not_over_has_no_seal(acts):
    assert chain.seal_past_days() == 0


def test_a_day_is_sealed_once(acts):
    day_before()
    assert [chain.seal_past_days(), chain.seal_past_days(), HistorySeal.objects.count()] == [1, 0, 1]


def test_a_new_day_goes_on_from_the_last_link(acts):
    day_before(2)
    with transaction.atomic():
        record(by=None, event=Event.HISTORY_DOWNLOADED, obj=acts[0])
    last = HistoryLink.objects.order_by("-id")[0]
    assert (last.position, last.day, chain.discrepancies()) == (1, timezone.localdate(), [])


def test_a_clock_that_goes_back_does_not_open_a_day_again(acts):
    tomorrow = timezone.localdate() + timedelta(days=1)
    as_superuser(f"UPDATE {LINKS} SET day = '{tomorrow}'", LINKS)
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {LINKS} ENABLE ALWAYS TRIGGER history_link_no_update_or_delete")
    with transaction.atomic():
        record(by=None, event=Event.HISTORY_DOWNLOADED, obj=acts[0])
    assert (HistoryLink.objects.order_by("-id")[0].day, chain.discrepancies()) == (tomorrow, [])


def test_twenty_acts_at_once_make_one_chain(acts):
    def act(number):
        with transaction.atomic():
            record(by=None, event=Event.HISTORY_DOWNLOADED, obj=acts[0], after={"number": number})
        connection.close()

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(act, range(20)))
    assert (HistoryLink.objects.count(), chain.discrepancies()) == (25, [])


def test_the_end_of_the_history_can_not_go_unseen_by_who_kept_the_head(acts):
    kept = chain.last_link()
    as_superuser(f"DELETE FROM {HISTORY} WHERE id = {acts[4].pk}", HISTORY)
    as_superuser(f"DELETE FROM {LINKS} WHERE id = 5", LINKS)
    with pytest.raises(CommandError, match="1 diferencias"):
        call_command("verify_history", last_link=kept, stderr=io.StringIO())


@pytest.mark.parametrize("kept", ["", "0", "5 abc", "x y", "9" * 30 + " abc"])
def test_only_a_link_of_the_chain_holds(acts, kept):
    assert chain.contains_link(kept) == (kept == "0")


def test_the_command_says_where_the_history_was_rewritten(acts):
    as_superuser(f"UPDATE {HISTORY} SET event = 'other' WHERE id = {acts[1].pk}", HISTORY)
    said = io.StringIO()
    with pytest.raises(CommandError):
        call_command("verify_history", stderr=said)
    assert f"acto {acts[1].pk}: el contenido" in said.getvalue()


def test_the_command_prints_what_to_keep(acts):
    said = io.StringIO()
    call_command("verify_history", stdout=said)
    assert chain.contains_link(said.getvalue().splitlines()[-1])


@pytest.mark.parametrize("table", [LINKS, SEALS])
@pytest.mark.parametrize("statement", ["UPDATE {} SET sha256 = sha256", "DELETE FROM {}", "TRUNCATE {}"])
def test_postgresql_refuses_to_rewrite_links_and_seals(acts, table, statement):
    day_before()
    chain.seal_past_days()
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {LINKS} ENABLE ALWAYS TRIGGER history_link_no_update_or_delete")
        cursor.execute(f"ALTER TABLE {LINKS} ENABLE ALWAYS TRIGGER history_link_no_truncate")
        with pytest.raises(Exception, match="append-only"):
            cursor.execute(statement.format(table))
