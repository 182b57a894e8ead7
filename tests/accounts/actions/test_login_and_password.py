"""What does a log-in cost and record, whether or not it succeeds?"""

import re
import threading

import pytest
from django.contrib.auth.hashers import get_hasher
from django.core.exceptions import ValidationError
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.actions import login_and_password as actions
from accounts.models import Account
from mipres_admin.history.models import HistoryEntry
from mipres_admin.rate_limits.models import RateCounter
from tests import factories
from tests.accounts.login_page import PAGE, is_logged_in, log_in, solution
from tests.accounts.origins import coming_from
from tests.accounts.passwords import NEW, change, errors, fresh

pytestmark = pytest.mark.django_db


def history():
    return list(
        HistoryEntry.objects.order_by("id").values("event", "actor", "entity", "object_type", "object_id", "after")
    )


@pytest.fixture
def hashings(monkeypatch):
    """Every run of the password hasher."""
    runs = []
    hasher = type(get_hasher())
    for work in ("encode", "verify"):
        original = getattr(hasher, work)
        monkeypatch.setattr(hasher, work, lambda *args, run=original: (runs.append(run), run(*args))[1])
    return runs


@pytest.fixture
def refused(delegate):
    """Four ways not to get in: what to type."""
    inactive = factories.make_delegate(factories.make_entity(), is_active=False)
    orphan = factories.make_delegate(factories.make_entity(is_active=False))
    return {
        "no such account": {"login": "ADMIPS999999999"},
        "wrong password": {"login": delegate.login, "password": "otra cosa distinta"},
        "inactive account": {"login": inactive.login},
        "inactive entity": {"login": orphan.login},
    }


WAYS = ("no such account", "wrong password", "inactive account", "inactive entity")


@pytest.mark.parametrize("way", WAYS)
def test_refused_log_in_costs_one_hashing(client, refused, way, hashings):
    log_in(client, **refused[way])
    assert len(hashings) == 1


def queries(client, credentials):
    fields = {"login": "ADMIPS888888888", "password": factories.PASSWORD} | credentials | solution(client)
    with CaptureQueriesContext(connection) as captured:
        client.post(PAGE, fields)
    return [query["sql"].split()[0] for query in captured]


@pytest.mark.parametrize("way", WAYS)
def test_refused_log_in_costs_the_same_queries(client, refused, way):
    queries(client, {})
    assert queries(client, refused[way]) == queries(client, {})


def test_history_tells_that_a_session_was_opened(client, delegate):
    log_in(client, delegate.login)
    assert history() == [
        {
            "event": "session.opened",
            "actor": delegate.pk,
            "entity": delegate.entity_id,
            "object_type": "accounts.account",
            "object_id": str(delegate.pk),
            "after": {},
        }
    ]


def test_refused_log_in_is_recorded_without_what_was_typed(client, delegate):
    log_in(client, delegate.login, "otra cosa distinta")
    assert history() == [
        {
            "event": "session.refused",
            "actor": None,
            "entity": delegate.entity_id,
            "object_type": "accounts.account",
            "object_id": str(delegate.pk),
            "after": {"locked": False},
        }
    ]


def test_unknown_login_is_recorded_by_the_hash_of_its_counter(client, db):
    log_in(client, "ADMIPS999999999")
    (entry,) = history()
    assert (entry["object_type"], entry["entity"]) == ("rate_limits.ratecounter", None)
    assert RateCounter.objects.filter(key=entry["object_id"]).exists()


def test_log_in_writes_the_time(client, delegate):
    log_in(client, delegate.login)
    assert Account.objects.get(pk=delegate.pk).last_login is not None


def test_wrong_old_passwords_lock_the_change(delegate_client, delegate):
    for _ in range(5):
        change(delegate_client, old="x")
    assert "Ingreso bloqueado" in errors(change(delegate_client))["__all__"][0]
    log_in(client := Client(), delegate.login)
    assert is_logged_in(client)


def test_failed_log_ins_do_not_stop_the_change(delegate_client, delegate):
    for _ in range(6):
        log_in(Client(), delegate.login, "otra cosa distinta")
    assert change(delegate_client).status_code == 302


def test_stolen_session_cannot_guess_from_many_addresses_without_limit(delegate):
    answers = []
    for number in range(30):
        with coming_from(f"192.0.2.{number}"), pytest.raises(ValidationError) as refused:
            actions.confirm_password(by=delegate, password="x")
        answers.append("password" in refused.value.message_dict if hasattr(refused.value, "error_dict") else False)
    assert answers == [True] * 20 + [False] * 10


def test_a_right_old_password_forgets_the_failures(delegate_client):
    for _ in range(4):
        change(delegate_client, old="x")
    change(delegate_client, new="corta")
    assert errors(change(delegate_client, old="x")) == {"old": [actions.WRONG_OLD]}


def test_history_tells_of_a_wrong_old_password(delegate_client, delegate):
    change(delegate_client, old="x")
    entry = HistoryEntry.objects.get()
    assert (entry.event, entry.object_id, entry.entity_id) == ("password.refused", str(delegate.pk), delegate.entity_id)


def test_every_other_session_of_the_account_ends(delegate_client, delegate):
    other = Client()
    other.force_login(delegate)
    change(delegate_client)
    assert other.get("/").status_code == 302
    assert not is_logged_in(other)


def test_history_tells_that_the_password_changed_and_no_hash(delegate_client, delegate):
    change(delegate_client)
    entry = HistoryEntry.objects.get()
    assert (entry.event, entry.actor, entry.object_id) == ("password.changed", delegate, str(delegate.pk))
    assert (entry.before, entry.after) == ({}, {})


def test_password_change_is_mailed_once(delegate_client, delegate, delivered):
    change(delegate_client)
    (message,) = delivered()
    assert message.to == [delegate.email]
    assert message.subject == "Su contraseña de MIPRES fue cambiada"


@pytest.mark.parametrize("part", ["text", "html"])
def test_the_mail_says_when_from_where_and_what_to_do(delegate_client, delegate, time_machine, delivered, part):
    time_machine.move_to("2026-11-20T15:04:00-05:00", tick=False)
    change(delegate_client)
    (message,) = delivered()
    body = message.body if part == "text" else re.sub("<[^>]+>", "", message.alternatives[0].content)
    assert "Su contraseña fue cambiada el 20 de noviembre de 2026 a las 3:04 p.m. (hora de Colombia)" in body
    assert "desde la dirección 127.0.0.1." in body
    assert "Si no fue usted, comuníquese ya con nosotros." in body
    assert "018000 960020" in body


@pytest.mark.django_db(transaction=True)
def test_second_of_two_simultaneous_password_changes_is_refused():
    account = factories.make_delegate(factories.make_entity())
    begin, answers = threading.Barrier(2), []

    def change_to(new, by):
        try:
            begin.wait(10)
            actions.change_password(by=by, old=factories.PASSWORD, new=new)
            answers.append("changed")
        except ValidationError as refusal:
            answers.append(refusal.code)
        finally:
            connections.close_all()

    windows = [threading.Thread(target=change_to, args=(f"{NEW} {n}", fresh(account))) for n in range(2)]
    for window in windows:
        window.start()
    for window in windows:
        window.join(20)
    assert sorted(answers) == ["changed", "changed_elsewhere"]
