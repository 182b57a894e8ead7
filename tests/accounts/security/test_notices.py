"""Does each address of a person learn of a change, and nobody else's?"""

import pytest

from accounts.actions.login_and_password import change_password
from accounts.actions.ministry_interventions import suspend_account
from accounts.models import Account
from accounts.security.notices import addresses_of, is_told_at
from mipres_admin.origin import Origin, origin
from tests import factories
from tests.accounts.second_factors import enrol

pytestmark = pytest.mark.django_db
HIJACKED = "representante@clinica.example"


@pytest.fixture
def addresses(delegate):
    """Those of the person, in the order in which they are told; the account was moved to another's mailbox."""
    delegate.email = HIJACKED
    delegate.save()
    factories.make_delegate(factories.make_entity(), person=delegate.person, email="x@hospital.example")
    factories.make_delegate(factories.make_entity(), person=delegate.person, email="X@HOSPITAL.example")
    factories.make_delegate(factories.make_entity(), person=delegate.person, email="ex@empleo.example", is_active=False)
    return [HIJACKED, delegate.person.email, "x@hospital.example"]


def test_each_address_of_a_person_is_told_once(delegate, addresses):
    assert addresses_of(delegate) == (addresses[:2], addresses[2:])


def test_the_ministrys_account_tells_its_own_address_alone(ministry, addresses, delegate):
    ministry.person = delegate.person
    assert addresses_of(ministry) == ([ministry.email], [])
    assert not [emails for emails in addresses_of(delegate) if ministry.email in emails]


def test_the_e_mail_of_a_suspended_account_is_not_proven(delegate, ministry):
    own = factories.make_natural(delegate.person)
    assert own.email in addresses_of(delegate)[0]
    suspend_account(by=ministry, account=own, reason="La abrió otra persona")
    delegate.email = HIJACKED
    assert addresses_of(delegate) == ([HIJACKED], [own.email])


def own_account(person, ministry, **fields):
    return factories.make_natural(person, email="propia@casa.example")


def suspended_own_account(person, ministry):
    suspend_account(by=ministry, account=own_account(person, ministry), reason="La abrió otra persona")


def provider(person, ministry):
    factories.make_delegate(factories.make_entity("PPN", nit=person.document_number), email="ppn@casa.example")


def inactive_provider(person, ministry):
    entity = factories.make_entity("PPN", nit=person.document_number, is_active=False)
    factories.make_delegate(entity, email="ppn@casa.example")


def staff_account(person, ministry):
    ministry.person = person
    ministry.save()


@pytest.mark.parametrize("has", [own_account, suspended_own_account, provider, inactive_provider, staff_account])
def test_condition_on_an_email_agrees_with_who_is_told(delegate, addresses, ministry, has):
    has(delegate.person, ministry)
    emails = [*Account.objects.values_list("email", flat=True), delegate.person.email.upper(), "nadie@casa.example"]
    for account in Account.objects.select_related("person"):
        told = {email.lower() for email in addresses_of(account)[0]}
        accepted = {email.lower() for email in emails if Account.objects.filter(is_told_at(email), pk=account.pk)}
        assert accepted == told


def test_a_new_factor_is_told_to_every_address_of_the_person(delegate_client, addresses, delivered):
    enrol(delegate_client)
    assert [mail.to[0] for mail in delivered()[:3]] == addresses


def test_address_of_another_entity_reads_neither_account_nor_entity_nor_origin(delegate, delegate_client, delivered):
    factories.make_delegate(factories.make_entity(), person=delegate.person, email="malo@otra.example")
    enrol(delegate_client)
    own, other = delivered()[:2]
    hidden = (delegate.login, delegate.entity.name, delegate.entity.nit, "127.0.0.1", "segundo factor (")
    assert (own.to, delegate.login in own.body, "127.0.0.1" in own.body) == ([delegate.email], True, True)
    assert other.to == ["malo@otra.example"]
    assert not [text for text in hidden if text in other.subject + other.body + other.alternatives[0].content]


def test_another_password_is_told_to_every_address_and_its_origin_to_one(delegate, addresses, delivered):
    token = origin.set(Origin("192.0.2.7", "x"))
    change_password(by=delegate, old=factories.PASSWORD, new="otra frase larga y tranquila")
    origin.reset(token)
    assert [(mail.to[0], "192.0.2.7" in mail.body) for mail in delivered()] == [
        (address, address == HIJACKED) for address in addresses
    ]


def test_a_suspension_is_told_to_every_address_of_the_person(delegate, ministry, addresses, delivered):
    suspend_account(by=ministry, account=delegate, reason="Denuncia")
    assert [mail.to[0] for mail in delivered()] == addresses
