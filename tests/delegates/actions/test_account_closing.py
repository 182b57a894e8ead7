"""What ends when a representative inactivates a delegate: their open browser, tokens, the links in their mail?"""

import re

import pytest
from django.test import Client
from django.urls import reverse

from accounts.actions.password_links import send_password_link
from accounts.models import Account, AccountSession, PasswordLink
from delegates.actions.delegate_registration import register_delegate
from delegates.models import Appointment, Representation
from delegates.rules.appointments import version
from tests import factories
from tests.tokens.helpers import make_token, validate
from tokens.models import PortalToken
from tokens.services import token_authorization
from tokens.signing.keys import public_keys

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_remembered():
    token_authorization.clear_caches()
    public_keys.clear()


@pytest.fixture
def representative(ips, sede):
    account = factories.make_natural()
    Representation.objects.create(entity=ips, person=account.person)
    return account


@pytest.fixture
def account(ips, representative):
    """A delegate who was appointed, registered in MIPRES and chose a password."""
    own = factories.make_natural()
    factories.make_appointment(ips, representative, own.person, email="delegada@clinica.example")
    account = register_delegate(by=own, kind="IPS", nit=ips.nit)
    account.set_password(factories.PASSWORD)
    account.save()
    return account


def browser_of(account):
    client = Client()
    client.force_login(account)
    return client


def page(representative, name):
    """The page of the representative that edits or inactivates their only delegate."""
    appointment = Appointment.objects.get()
    return reverse(name, args=[appointment.entity_id, appointment.public_id])


def inactivate(representative, **choice):
    return browser_of(representative).post(page(representative, "end_authorized"), choice)


def link_in(message):
    return re.search(r"https?://[^/]+(/clave/asignar/\S+)", message.body)[1]


# ---------------------------------------------------------------- at once


def test_open_browser_is_logged_out_at_the_next_click(account, representative):
    browser = browser_of(account)
    assert browser.get(reverse("users")).status_code == 200
    inactivate(representative)
    assert browser.get(reverse("users")).url.startswith(reverse("login"))


def test_form_of_an_open_browser_changes_nothing(account, representative, sede):
    browser = browser_of(account)
    inactivate(representative)
    browser.post(reverse("tokens"), {"name": "Sistemas", "days": 90})
    assert not PortalToken.objects.exists()


def test_end_of_every_session_is_recorded(account, representative):
    browser_of(account), browser_of(account)
    inactivate(representative)
    assert not AccountSession.objects.current().filter(account=account).exists()


def test_own_account_of_the_person_stays_open(account, representative):
    browser = browser_of(Account.objects.get(person=account.person, entity=None))
    inactivate(representative)
    assert browser.get(reverse("role_list")).status_code == 200


def test_password_no_longer_logs_in(account, representative):
    inactivate(representative)
    assert not Client().login(username=account.login, password=factories.PASSWORD)


# ---------------------------------------------------------------- tokens, on choice


def test_revoked_tokens_of_the_delegate_fail_at_once(account, representative):
    token = make_token(account).token
    assert validate(account.entity.nit, token).status_code == 200
    inactivate(representative, revoke_tokens="on")
    assert validate(account.entity.nit, token).status_code == 401


def test_tokens_keep_working_without_that_choice(account, representative):
    token = make_token(account).token
    inactivate(representative)
    assert validate(account.entity.nit, token).status_code == 200


def test_tokens_of_another_delegate_keep_working(account, representative, colleague):
    token = make_token(colleague).token
    inactivate(representative, revoke_tokens="on")
    assert validate(account.entity.nit, token).status_code == 200


# ---------------------------------------------------------------- mail


def test_delegate_is_notified_by_mail(account, representative, delivered):
    inactivate(representative, revoke_tokens="on")
    message = delivered()[-1]
    assert message.to == ["delegada@clinica.example"]
    assert f"Su cuenta {account.login} quedó inactiva" in message.body


def test_password_link_of_a_closed_account_opens_nothing(account, representative, delivered):
    send_password_link(account=account, reason=PasswordLink.Reason.RECOVER)
    address = link_in(delivered()[-1])
    assert Client().get(address).status_code == 200
    inactivate(representative)
    assert Client().get(address).status_code == 410


# ---------------------------------------------------------------- another e-mail


def edit(representative, email):
    appointment = Appointment.objects.get()
    typed = {"sex": "F", "email": email, "first_name": "Ana", "first_surname": "Prueba"}
    typed |= {"role": "IPS", "profile": "DELEGADO", "sede": appointment.entity.sedes.get().code}
    typed |= {"expected_version": version(appointment)}
    return browser_of(representative).post(page(representative, "edit_authorized"), typed)


def test_account_gets_the_new_email_of_the_appointment(account, representative):
    edit(representative, "nueva@clinica.example")
    account.refresh_from_db()
    assert account.email == "nueva@clinica.example"


def test_both_emails_and_those_of_the_person_are_notified(account, representative, delivered):
    before = len(delivered())
    edit(representative, "nueva@clinica.example")
    recipients = sorted(m.to[0] for m in delivered()[before:] if "cambió el correo" in m.body)
    assert recipients == sorted(["delegada@clinica.example", "nueva@clinica.example", account.person.email])


def test_link_sent_to_the_old_email_stops_working(account, representative, delivered):
    address = link_in(delivered()[-1])
    edit(representative, "nueva@clinica.example")
    assert Client().get(address).status_code == 410


def test_delegate_without_password_gets_a_link_at_the_new_email(account, representative, delivered):
    account.set_unusable_password()
    account.save()
    edit(representative, "nueva@clinica.example")
    message = next(m for m in reversed(delivered()) if "Oprima AQUÍ" in m.body)
    assert (message.to, Client().get(link_in(message)).status_code) == (["nueva@clinica.example"], 200)


def test_edit_without_new_email_keeps_the_account_email(account, representative):
    Account.objects.filter(pk=account.pk).update(email="propia@correo.example")
    edit(representative, "delegada@clinica.example")
    account.refresh_from_db()
    assert account.email == "propia@correo.example"
