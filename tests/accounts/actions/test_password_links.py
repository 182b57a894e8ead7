"""Is the link of the e-mail sent to the right people, and does it work once, within the hour? (manual v4.1 §11.8)"""

import re
import threading
from datetime import timedelta

import pytest
from django.db import connections
from django.db.models.functions import Now

from accounts.actions import password_links as actions
from accounts.actions.login_and_password import change_password
from accounts.models import Account, PasswordLink
from mipres_admin.history.models import HistoryEntry
from mipres_admin.outbox.models import OutgoingMail
from mipres_admin.refusals import Refused
from tests import factories
from tests.accounts.links import link_in, link_to

pytestmark = pytest.mark.django_db
NEW = "otra frase larga y serena"
DEAD = "Este enlace ya no sirve"


def assign(client, address, new=NEW, confirmation=None):
    return client.post(address, {"new": new, "confirmation": confirmation or new})


def fresh(account):
    return Account.objects.get(pk=account.pk)


@pytest.fixture
def newcomer(ips):
    return factories.make_delegate(ips, password=None)


# ---------------------------------------------------------------- the mail


def test_the_mail_has_the_words_of_the_manual(newcomer, delivered):
    link_to(newcomer)
    (message,) = delivered()
    assert message.to == [newcomer.email]
    assert ">Oprima AQUÍ para asignar su contraseña</a>" in message.alternatives[0].content


@pytest.mark.parametrize("reason", ["assign", "recover"])
def test_the_link_leads_to_the_portal_and_not_where_a_request_says(newcomer, delivered, settings, reason):
    settings.PUBLIC_URL = "https://mipres.example"
    link_to(newcomer, reason)
    (message,) = delivered()
    for body in (message.body, message.alternatives[0].content):
        assert re.search(r'https://mipres\.example/clave/asignar/[\w-]{43}/["\n]', body)


def test_only_a_hash_of_the_secret_is_kept(newcomer, delivered):
    secret = link_to(newcomer).split("/")[-2]
    delivered()
    rows = [*PasswordLink.objects.values(), *OutgoingMail.objects.values(), *HistoryEntry.objects.values()]
    assert secret not in str(rows)


def test_a_link_that_could_not_leave_within_the_hour_is_not_sent(newcomer, delivered):
    link_to(newcomer)
    OutgoingMail.objects.update(useful_until=Now())
    assert delivered() == []


def test_history_tells_that_a_link_was_sent(newcomer, ministry):
    actions.send_password_link(account=newcomer, reason="assign", by=ministry)
    entry = HistoryEntry.objects.get()
    assert (entry.event, entry.actor, entry.entity, entry.object_id) == (
        "password.link_sent",
        ministry,
        newcomer.entity,
        str(newcomer.pk),
    )


@pytest.mark.parametrize("who", ["account", "entity"])
def test_nothing_is_sent_to_who_may_not_enter(newcomer, who):
    thing = newcomer if who == "account" else newcomer.entity
    thing.is_active = False
    thing.save()
    with pytest.raises(Refused):
        link_to(newcomer)
    assert not OutgoingMail.objects.exists()


def test_there_is_no_third_reason(newcomer):
    with pytest.raises(ValueError, match="reason"):
        actions.send_password_link(account=newcomer, reason="reason")


# ---------------------------------------------------------------- links that do not open


def dead(response):
    return response.status_code == 410 and DEAD in response.text


def test_a_link_works_once(client, newcomer):
    address = link_to(newcomer)
    assign(client, address)
    assert dead(client.get(address))
    assert dead(assign(client, address, "una tercera frase larga"))
    assert fresh(newcomer).check_password(NEW)


def test_link_ends_when_the_password_changes_otherwise(client, delegate):
    address = link_to(delegate, "recover")
    change_password(by=delegate, old=factories.PASSWORD, new=NEW)
    assert client.get(address).status_code == 410


def test_a_newer_link_takes_the_place_of_the_older(client, newcomer):
    older, newer = link_to(newcomer), link_to(newcomer, "recover")
    assert dead(client.get(older))
    assert client.get(newer).status_code == 200


def test_the_link_of_another_account_stays(client, newcomer, stranger):
    theirs = link_to(stranger)
    link_to(newcomer)
    assert client.get(theirs).status_code == 200


def test_a_link_ends_after_an_hour(client, newcomer):
    address = link_to(newcomer)
    link = PasswordLink.objects.get()
    assert link.expires_at - link.created_at == timedelta(minutes=60)
    PasswordLink.objects.update(created_at=Now() - timedelta(minutes=60), expires_at=Now())
    assert dead(client.get(address))
    assert dead(assign(client, address))


@pytest.mark.parametrize("who", ["account", "entity"])
def test_a_link_of_who_may_not_enter_any_more_does_not_open(client, newcomer, who):
    address = link_to(newcomer)
    thing = newcomer if who == "account" else newcomer.entity
    thing.is_active = False
    thing.save()
    assert dead(assign(client, address))


@pytest.mark.django_db(transaction=True)
def test_link_used_twice_at_once_sets_one_password():
    account = factories.make_delegate(factories.make_entity(), password=None)
    secret = link_to(account).split("/")[-2]
    begin, answers = threading.Barrier(2), []

    def window(new):
        try:
            begin.wait(10)
            actions.assign_password(secret=secret, new=new)
            answers.append("assigned")
        except Refused:
            answers.append("refused")
        finally:
            connections.close_all()

    windows = [threading.Thread(target=window, args=(f"{NEW} {n}",)) for n in range(2)]
    for one in windows:
        one.start()
    for one in windows:
        one.join(20)
    assert sorted(answers) == ["assigned", "refused"]


def test_mail_text_has_the_link_on_its_own_line(newcomer, delivered):
    address = link_to(newcomer)
    assert link_in(delivered()[0].body) == address
