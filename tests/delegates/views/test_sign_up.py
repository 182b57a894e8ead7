"""Do the pages of a sign-up answer the same to people with and without an account?"""

import re
import statistics
import time
from dataclasses import replace

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from accounts.models import Account
from delegates.actions import sign_up as actions
from delegates.models import SignUp
from delegates.privacy_notice_version import NOTICE_VERSION
from mipres_admin.outbox.models import OutgoingMail
from tests import factories
from tests.accounts.login_page import log_in
from tests.accounts.origins import client_at
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
    send_sign_up,
)

pytestmark = pytest.mark.django_db


def test_the_link_goes_to_the_address_that_was_typed(client, signed_up):
    assert last_mail().recipient == "maria@correo.example"


def test_person_with_account_is_notified_at_its_email(client):
    account = factories.make_natural(matching_person(email="de-siempre@correo.example"))
    send_sign_up(client)
    mail = OutgoingMail.objects.get(recipient="de-siempre@correo.example")
    assert account.login in mail.text
    assert "confirmar" not in mail.text + mail.html


def test_silence_tells_a_stranger_of_no_account(client):
    factories.make_natural(matching_person(email="de-siempre@correo.example"))
    send_sign_up(client)
    assert OutgoingMail.objects.filter(recipient="maria@correo.example").get().template == "sign_up"


def test_person_with_account_at_that_address_gets_no_link(client):
    factories.make_natural(matching_person(email="MARIA@correo.example"))
    send_sign_up(client)
    assert OutgoingMail.objects.get().template == "sign_up_known"


def test_page_is_the_same_with_and_without_account(client):
    unknown = send_sign_up(client)
    factories.make_natural(matching_person())
    again = send_sign_up(client)
    assert (unknown.status_code, unknown.url, unknown.content) == (again.status_code, again.url, again.content)


def test_time_is_the_same_with_and_without_account(client, settings):
    settings.RECOVERIES_ALLOWED = settings.RECOVERIES_ALLOWED_PER_ADDRESS = 10_000
    stranger = replace(MARIA, document_number="1025000999")
    factories.make_natural(matching_person())

    def waited(who):
        start = time.perf_counter()
        actions.request_account(applicant=who)
        return time.perf_counter() - start

    waited(MARIA), waited(stranger)
    times = [(waited(MARIA), waited(stranger)) for _ in range(60)]
    ratio = statistics.median(a for a, _ in times) / statistics.median(b for _, b in times)
    assert 0.75 < ratio < 1.33


def test_another_image_checks_nothing_and_keeps_what_was_typed(client):
    page = page_text(client.post(PAGE, TYPED | {"actualizar": "si"}))
    assert "Revise lo siguiente" not in page
    assert 'value="maria@correo.example"' in page


def typed_email(email):
    return {"email": email, "email_confirmation": email}


def test_requests_with_the_same_data_are_limited(client, settings):
    settings.RECOVERIES_ALLOWED = 2
    send_sign_up(client), send_sign_up(client)
    assert "demasiadas solicitudes con estos datos" in page_text(send_sign_up(client))
    assert SignUp.objects.count() == 2
    assert send_sign_up(client_at("198.51.100.9")).status_code == 302


def test_strangers_with_a_document_keep_nobody_from_signing_up(client, settings):
    settings.RECOVERIES_ALLOWED = 2
    for last in range(9):
        send_sign_up(client_at(f"198.51.100.{last}"), **typed_email(f"mallory{last}@ladron.example"))
    assert send_sign_up(client).status_code == 302
    assert last_mail().recipient == TYPED["email"]


def test_strangers_with_a_mailbox_keep_nobody_from_signing_up(client, settings):
    settings.RECOVERIES_ALLOWED = 2
    for number in range(12):
        send_sign_up(client_at(f"198.51.100.{number // 2}"), document_number=f"10250002{number:02}")
    assert send_sign_up(client).status_code == 302
    assert last_mail().recipient == TYPED["email"]


def test_mails_to_a_mailbox_are_few_from_all_networks(settings):
    settings.RECOVERIES_ALLOWED = 5
    for number in range(25):
        send_sign_up(client_at(f"198.51.100.{number // 5}"), document_number=f"10250002{number:02}")
    assert OutgoingMail.objects.filter(recipient=TYPED["email"]).count() == 5 + 10


def test_strangers_with_a_document_flood_nobody_who_has_an_account(client, settings):
    settings.RECOVERIES_ALLOWED = 2
    factories.make_natural(matching_person(email="de-siempre@correo.example"))
    for last in range(4):
        send_sign_up(client_at(f"198.51.100.{last}"), **typed_email(f"mallory{last}@ladron.example"))
    mails = OutgoingMail.objects.filter(recipient="de-siempre@correo.example")
    assert mails.count() == 2
    send_sign_up(client, **typed_email("de-siempre@correo.example"))
    assert mails.count() == 3


def test_requests_to_an_email_are_limited_across_documents(client, settings):
    settings.RECOVERIES_ALLOWED = 2
    for number in ("1025000201", "1025000202", "1025000203"):
        send_sign_up(client, document_number=number)
    assert SignUp.objects.count() == 2


def test_a_link_scanner_changes_nothing(client, signed_up):
    for _ in range(3):
        page = Client().get(signed_up)
    assert "Elija su contraseña" in page_text(page)
    assert not Account.objects.exists()
    assert page.headers["Referrer-Policy"] == "strict-origin"


def test_the_new_account_logs_in_and_sees_its_roles(client, signed_up):
    civil_entry()
    client.post(signed_up, NEW)
    log_in(client, "CC1025000111")
    assert "Mi lista de roles" in page_text(client.get("/", follow=True))


def test_unverified_account_logs_in_and_sees_its_identity(client, signed_up):
    page = page_text(client.post(signed_up, NEW, follow=True))
    login = Account.objects.get().login
    assert login in page
    log_in(client, login)
    assert "Falta la copia de su documento" in page_text(client.get("/", follow=True))


def test_pages_of_every_obstacle_are_the_same_bytes(settings):
    settings.RECOVERIES_ALLOWED = 100
    pages = set()
    for make in obstacles().values():
        with transaction.atomic():
            make()
            actions.request_account(applicant=MARIA)
            page = page_text(Client().post(link(), NEW, follow=True))
            pages.add(re.sub(r'(value|src|href|content)="[^"]*"|CC1025000111-\d{6}', "", page))
            transaction.set_rollback(True)
    assert len(pages) == 1


def test_the_notice_says_its_version(client):
    page = page_text(client.get(reverse("privacy_notice")))
    assert NOTICE_VERSION in page
    assert "Superintendencia de Industria y Comercio" in page
