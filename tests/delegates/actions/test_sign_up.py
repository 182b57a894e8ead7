"""Does a sign-up open one account, whatever is sent at once, and reveal nothing?"""

import re
import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, connections
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext

from accounts.models import Account, IdentityClaim, Person
from delegates.actions import sign_up as actions
from delegates.models import PrivacyAcceptance, SignUp
from delegates.privacy_notice_version import NOTICE_VERSION
from mipres_admin.history.models import HistoryEntry
from mipres_admin.outbox import mail_links
from mipres_admin.outbox.models import OutgoingMail
from mipres_admin.refusals import Refused
from tests import factories
from tests.accounts.login_page import solution
from tests.accounts.origins import coming_from
from tests.delegates.links import MARIA
from tests.delegates.signing_up import (
    NEW,
    PAGE,
    TYPED,
    civil_entry,
    last_mail,
    link,
    matching_person,
    obstacles,
    page_text,
    provider,
    send_sign_up,
)

pytestmark = pytest.mark.django_db


UNVERIFIED = re.compile(r"CC1025000111-\d{6}")
OTHER_NEW = dict.fromkeys(NEW, "otra frase larga y serena")


def queries(client):
    fields = TYPED | solution(client)
    with CaptureQueriesContext(connection) as captured:
        client.post(PAGE, fields)
    return [query["sql"].split()[0] for query in captured]


def confirmed_at_once(*secrets):
    """What each confirmation returned or was refused with, all at the same time."""
    results, barrier = [], threading.Barrier(len(secrets))

    def confirm(secret):
        barrier.wait()
        try:
            results.append(actions.confirm_account(secret=secret, new=factories.PASSWORD).login)
        except Refused as refused:
            results.append(refused.refusal.headline)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=confirm, args=(secret,)) for secret in secrets]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(results)


def test_request_creates_no_person(client):
    assert send_sign_up(client).url == "/seguridad-social/registro/enviado/"
    assert not Person.objects.exists()
    assert SignUp.objects.get().document_number == "1025000111"


def test_mail_repeats_nothing_that_was_typed(client):
    send_sign_up(client, first_name="Publicidad")
    assert "Publicidad" not in last_mail().text + last_mail().html


def test_queries_are_the_same_with_and_without_account(client):
    send_sign_up(client)
    unknown = queries(client)
    factories.make_natural(matching_person())
    assert queries(client) == unknown


def test_secret_is_neither_in_table_nor_history(client, signed_up):
    secret = signed_up.split("/")[-2]
    stored = repr(list(SignUp.objects.values())) + repr(list(HistoryEntry.objects.values()))
    assert secret not in stored
    assert mail_links.hash_of(secret) in stored


def test_match_with_the_registro_civil_makes_a_verified_person(client, signed_up):
    civil_entry()
    assert client.post(signed_up, NEW).url == "/ingresar/"
    account = Account.objects.get()
    assert (account.login, account.email, str(account.person), account.person.verified_how) == (
        "CC1025000111",
        "maria@correo.example",
        "MARIA GABRIELA SUAREZ",
        "registro_civil",
    )
    assert PrivacyAcceptance.objects.get(account=account).notice_version == NOTICE_VERSION
    assert PrivacyAcceptance.objects.get().accepted_at == SignUp.objects.get().accepted_at
    assert HistoryEntry.objects.filter(event="sign_up.confirmed", actor=account).count() == 1
    assert not IdentityClaim.objects.exists()


@pytest.mark.parametrize("obstacle", obstacles())
def test_every_obstacle_leaves_a_claim_that_takes_nobodys_place(client, signed_up, obstacle):
    obstacles()[obstacle]()
    people = list(Person.objects.values())
    assert client.post(signed_up, NEW).url == "/ingresar/"
    account = IdentityClaim.objects.get().account
    assert UNVERIFIED.fullmatch(account.login)
    assert (account.person, account.email) == (None, "maria@correo.example")
    assert list(Person.objects.values()) == people
    assert last_mail().template == "identity_pending"


def test_claims_of_one_document_have_a_number_each(client):
    for email in ("una@correo.example", "otra@correo.example"):
        send_sign_up(client, email=email)
        client.post(link(), NEW)
    one, other = Account.objects.values_list("login", flat=True)
    assert one != other
    assert UNVERIFIED.fullmatch(one)
    assert UNVERIFIED.fullmatch(other)


def test_the_true_person_is_verified_after_a_strangers_claim(client, signed_up):
    client.post(signed_up, NEW)
    civil_entry()
    send_sign_up(client, email="verdadera@correo.example")
    client.post(link(), NEW)
    assert Account.objects.get(login="CC1025000111").email == "verdadera@correo.example"
    assert UNVERIFIED.fullmatch(IdentityClaim.objects.get().account.login)


def test_sixth_comparison_of_a_day_is_not_made(client, settings):
    settings.RECOVERIES_ALLOWED = 20
    civil_entry()
    for _ in range(5):
        send_sign_up(client, issued_on="2014-05-07")
        client.post(link(), NEW)
    send_sign_up(client)
    page = client.post(link(), NEW, follow=True)
    assert Account.objects.filter(login="CC1025000111").count() == 0
    assert "su identidad, por verificar" in page_text(page)


def test_the_link_serves_once(client, signed_up):
    client.post(signed_up, NEW)
    for answer in (client.get(signed_up), client.post(signed_up, OTHER_NEW)):
        assert (answer.status_code, "Este enlace ya no sirve" in page_text(answer)) == (410, True)
        assert "El enlace ya se usó" in page_text(answer)
    assert Account.objects.get().check_password(factories.PASSWORD)


@pytest.mark.parametrize("method", ["get", "post"])
def test_an_expired_link_opens_nothing(client, signed_up, method):
    SignUp.objects.update(accepted_at=Now() - timedelta(hours=2), expires_at=Now() - timedelta(seconds=1))
    assert getattr(client, method)(signed_up, NEW).status_code == 410
    assert not Account.objects.exists()


@pytest.mark.parametrize("secret", ["x", "x" * 500, "%00", "ñ"])
def test_any_other_link_opens_nothing(client, secret):
    assert client.get(f"/seguridad-social/confirmar/{secret}/").status_code == 410


def test_a_weak_password_leaves_the_link_open(client, signed_up):
    assert "Error" in page_text(client.post(signed_up, {"new": "corta", "confirmation": "corta"}))
    assert client.post(signed_up, NEW).status_code == 302


def test_existing_person_gets_the_account_and_confirmed_email(client):
    person = matching_person(email="viejo@correo.example")
    civil_entry()
    send_sign_up(client)
    client.post(link(), NEW)
    person.refresh_from_db()
    assert (Account.objects.get().person, person.email, person.second_name) == (
        person,
        "maria@correo.example",
        "GABRIELA",
    )


def test_names_that_agree_stay_as_the_portal_writes_them(client):
    matching_person(first_name="María", second_name="Gabriela", first_surname="Suárez")
    civil_entry()
    send_sign_up(client)
    client.post(link(), NEW)
    assert str(Account.objects.get().person) == "María Gabriela Suárez"


def test_previous_email_of_an_existing_person_is_notified(client):
    matching_person(email="viejo@correo.example")
    civil_entry()
    send_sign_up(client)
    client.post(link(), NEW)
    assert OutgoingMail.objects.filter(recipient="viejo@correo.example", template="own_account_verified").exists()


def test_provider_signs_up_with_the_email_that_they_proved(client):
    provider()
    civil_entry()
    send_sign_up(client)
    client.post(link(), NEW)
    assert Account.objects.get(login="CC1025000111").is_natural_person


@pytest.mark.django_db(transaction=True)
def test_link_used_twice_at_once_opens_one_account(client, signed_up):
    secret = signed_up.split("/")[-2]
    opened, refused = confirmed_at_once(secret, secret)
    assert UNVERIFIED.fullmatch(opened)
    assert refused == "Este enlace ya no sirve"
    assert Account.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_links_for_one_document_verify_one_account(client):
    civil_entry()
    secrets = []
    for _ in range(2):
        actions.request_account(applicant=MARIA)
        secrets.append(link().split("/")[-2])
    verified, claimed = confirmed_at_once(*secrets)
    assert verified == "CC1025000111"
    assert UNVERIFIED.fullmatch(claimed)
    assert Person.objects.count() == 1


def test_a_stranger_uses_up_none_of_the_owners_sign_ups(settings):
    with coming_from("198.51.100.1"):
        for _ in range(settings.RECOVERIES_ALLOWED):
            actions.request_account(applicant=replace(MARIA, first_name="Falsa"))
        with pytest.raises(ValidationError, match="demasiadas solicitudes"):
            actions.request_account(applicant=MARIA)
    with coming_from("203.0.113.9"):
        actions.request_account(applicant=MARIA)
    assert last_mail().recipient == MARIA.email
