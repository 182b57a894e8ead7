"""Is the intruder out of a person's account, and its owner in, once a reviewer has given it back?"""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.actions.login_and_password import open_session
from accounts.actions.second_factor import create_recovery_codes
from accounts.models import Account, KnownDevice, Person, Suspension
from accounts.rules.second_factor import factors_of
from accounts.security.secrets import new_seed
from delegates.actions.account_suspension import suspend_with_links
from delegates.actions.delegate_registration import register_ppn
from delegates.actions.personal_data import request_email_change
from delegates.models import EmailChange
from entities.models import Association
from mipres_admin.history.models import HistoryEntry
from mipres_admin.outbox.models import OutgoingMail
from roles.models import RegisteredUser
from tests import factories
from tests.accounts.links import link_in, link_to
from tests.accounts.login_page import is_logged_in, log_in
from tests.delegates.links import link_in_mail
from tests.tokens.helpers import make_token
from tokens.models import PortalToken

pytestmark = pytest.mark.django_db
OWNER, THIEF, NEW = "duena@correo.example", "ladron@correo.example", "otra frase larga y tranquila"


@pytest.fixture
def taken():
    """The account of a person in the hands of somebody else, with their mailbox, app, codes, device and session."""
    account = factories.make_natural(email=THIEF)
    factories.make_app(account)
    create_recovery_codes(by=account, seed=new_seed())
    KnownDevice.objects.create(account=account, digest="0" * 64)
    factories.make_session(account)
    return account


@pytest.fixture
def suspended(taken, ministry):
    suspend_with_links(by=ministry, account=taken, reason="Denuncia")
    return taken


def reviewing(group="revisor", **fields):
    client = Client()
    client.force_login(factories.make_staff(group, **fields))
    return client


def give_back(account, client=None, email=OWNER, **fields):
    """What a reviewer reads who gives the account back in the admin."""
    address = reverse("admin:accounts_account_action", args=[account.pk, "devolver"])
    data = {"email": email, "email_again": email, "reason": "Vino con su cédula"} | fields
    return (client or reviewing()).post(address, data, follow=True)


def is_untouched(account):
    return Account.objects.get(pk=account.pk).email == THIEF and Suspension.objects.current().exists()


def test_nothing_of_the_intruder_opens_the_account(suspended):
    assert "La cuenta se devolvió" in give_back(suspended).text
    account = Account.objects.get(pk=suspended.pk)
    assert (account.email, account.person.email, account.can_log_in) == (OWNER, OWNER, True)
    assert not account.has_usable_password()
    kept = (account.authenticatorapps, account.recovery_codes, account.known_devices, account.sessions.current())
    assert not any(rows.exists() for rows in kept)
    assert not is_logged_in(_logged_in(account, factories.PASSWORD))


def _logged_in(account, password):
    client = Client()
    log_in(client, account.login, password)
    return client


def test_the_owner_enters_by_the_link_in_the_verified_mailbox(suspended):
    give_back(suspended)
    mail = OutgoingMail.objects.get(template="password_link")
    assert mail.recipient == OWNER
    client = Client()
    client.post(link_in(mail.text), {"new": NEW, "confirmation": NEW})
    assert open_session(login=suspended.login, password=NEW) == suspended


def test_every_address_of_the_person_is_told_and_only_the_owners_gets_the_link(suspended):
    delegate = factories.make_delegate(factories.make_entity(), person=suspended.person, email="ips@correo.example")
    former = suspended.person.email
    give_back(suspended)
    told = OutgoingMail.objects.filter(template="account_given_back")
    assert set(told.values_list("recipient", flat=True)) == {OWNER, THIEF, former}
    assert OutgoingMail.objects.get(recipient=delegate.email).template == "other_account_changed"
    assert not [mail for mail in told if "d***@" in mail.text or OWNER in mail.text or "/clave/asignar/" in mail.text]


@pytest.mark.parametrize("moment", ["before", "after"])
def test_no_older_link_opens_or_moves_the_account(taken, ministry, client, moment):
    password = link_to(taken)
    request_email_change(by=taken, email="otro@ladron.example")
    confirm = link_in_mail("confirm_email")
    if moment == "after":  # kept through the suspension, as by a copy of the database
        change = EmailChange.objects.get()
        suspend_with_links(by=ministry, account=taken, reason="Denuncia")
        change.save(force_insert=True)
    else:
        suspend_with_links(by=ministry, account=taken, reason="Denuncia")
    give_back(taken)
    assert "ya no sirve" in client.get(password, follow=True).text
    client.post(client.get(confirm, follow=True).wsgi_request.path)
    assert Account.objects.get(pk=taken.pk).email == OWNER


def test_the_account_as_a_provider_comes_back_with_it(taken, ministry):
    registration = {"phone": "6013305043", "address": "Calle 1", "municipality_id": "11001"}
    provider = register_ppn(by=taken, **registration)
    provider.set_password(factories.PASSWORD)
    provider.save()
    factories.make_app(provider)
    make_token(provider)
    Association.objects.create(owner=factories.make_entity("EPS_C"), member=provider.entity)
    suspend_with_links(by=ministry, account=taken, reason="Denuncia")
    give_back(taken)
    provider.refresh_from_db()
    assert (provider.email, provider.has_usable_password(), factors_of(provider)) == (OWNER, False, [])
    assert not PortalToken.objects.current().exists()
    assert Association.objects.current().exists()
    assert RegisteredUser.objects.filter(person=taken.person).exists()
    links = OutgoingMail.objects.filter(template="password_link", recipient=OWNER)
    assert len([mail for mail in links if provider.login in mail.text]) == 1


def test_the_account_of_a_delegate_keeps_what_its_entity_gave(suspended):
    delegate = factories.make_delegate(factories.make_entity(), person=suspended.person, email="ips@correo.example")
    give_back(suspended)
    assert open_session(login=delegate.login, password=factories.PASSWORD) == delegate
    delegate.refresh_from_db()
    assert delegate.email == "ips@correo.example"


# ---------------------------------------------------------------- refusals


def test_soporte_gives_no_account_back(suspended):
    assert give_back(suspended, reviewing("soporte")).status_code == 403
    assert is_untouched(suspended)


def test_an_account_that_is_not_suspended_is_not_given_back(taken):
    client = reviewing()
    page = client.get(reverse("admin:accounts_account_change", args=[taken.pk]))
    assert "/acto/devolver/" not in page.text
    assert "La cuenta no está suspendida" in give_back(taken, client).text
    assert Account.objects.get(pk=taken.pk).email == THIEF


def test_who_suspended_an_account_does_not_give_it_back(suspended, ministry):
    client = Client()
    client.force_login(ministry)
    assert "La devuelve otra persona" in give_back(suspended, client).text
    assert is_untouched(suspended)


@pytest.mark.parametrize("own", ["document", "e-mail"])
def test_a_reviewer_does_not_give_an_account_to_themself(suspended, own):
    fields = {"person": suspended.person} if own == "document" else {"email": "Revisor@minsalud.example"}
    client = reviewing(**fields)
    page = give_back(suspended, client, email=OWNER if own == "document" else "revisor@MINSALUD.example")
    assert "No puede decidir sobre usted mismo" in page.text
    assert is_untouched(suspended)


def test_a_reviewer_does_not_give_an_account_to_any_mailbox_of_theirs(suspended):
    reviewer = factories.make_staff("revisor")
    factories.make_delegate(factories.make_entity(), person=reviewer.person, email="ips@revisor.example")
    client = Client()
    client.force_login(reviewer)
    for own in (reviewer.person.email, "IPS@revisor.example"):
        assert "No puede decidir sobre usted mismo" in give_back(suspended, client, email=own).text
    assert is_untouched(suspended)


@pytest.fixture
def provider(ministry):
    """The suspended account of a PPN who has no other, in the hands of somebody else."""
    account = factories.make_delegate(factories.make_entity(kind="PPN"), email=THIEF)
    factories.make_app(account)
    suspend_with_links(by=ministry, account=account, reason="Denuncia")
    return account


def test_a_ppn_without_own_account_gets_theirs_back(provider):
    assert "La cuenta se devolvió" in give_back(provider).text
    account = Account.objects.get(pk=provider.pk)
    assert (account.email, account.can_log_in, account.has_usable_password(), factors_of(account)) == (
        OWNER,
        True,
        False,
        [],
    )
    assert not is_logged_in(_logged_in(account, factories.PASSWORD))
    assert OutgoingMail.objects.get(template="password_link").recipient == OWNER


def test_who_suspended_one_account_gives_neither_back(provider, ministry):
    factories.make_natural(provider.person, email=THIEF)
    own = provider.person.accounts.get(entity=None)
    suspend_with_links(by=factories.make_staff("soporte"), account=own, reason="Denuncia")
    client = Client()
    client.force_login(ministry)
    assert "La devuelve otra persona" in give_back(own, client).text
    assert is_untouched(own)


@pytest.mark.parametrize("make_account", ["delegate", "unverified"])
def test_only_the_account_of_a_verified_person_is_given_back(make_account, delegate, ministry):
    account = delegate if make_account == "delegate" else factories.make_claim().account
    suspend_with_links(by=ministry, account=account, reason="Denuncia")
    assert "Solo se devuelve la cuenta de una persona" in give_back(account).text
    assert not Account.objects.get(pk=account.pk).can_log_in


def test_the_account_of_a_deceased_person_is_not_given_back(suspended):
    Person.objects.update(deceased_on="2026-01-01")
    assert "Con la cuenta nadie podría ingresar" in give_back(suspended).text
    assert is_untouched(suspended)


@pytest.mark.parametrize(
    "fields", [{"email_again": "duema@correo.example"}, {"email_again": ""}, {"reason": " "}, {"email": "sin-arroba"}]
)
def test_a_mailbox_that_is_not_sure_gets_nothing(suspended, fields):
    assert give_back(suspended, **fields).status_code == 200
    assert is_untouched(suspended)
    assert not HistoryEntry.objects.filter(event="account.given_back").exists()


def test_a_double_click_gives_it_back_once(suspended):
    client = reviewing()
    give_back(suspended, client)
    assert "no está suspendida" in give_back(suspended, client, email="ladron2@correo.example").text
    assert Account.objects.get(pk=suspended.pk).email == OWNER
