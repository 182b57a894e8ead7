"""Does a person become a delegate once, with the right login?"""

from datetime import date

import pytest
from django.db.models.functions import Now

from accounts.rules.second_factor import has_factor
from accounts.usernames import next_delegate_login
from delegates.actions import delegate_registration as actions
from entities.models import Entity, Sede
from mipres_admin.history.models import HistoryEntry
from mipres_admin.outbox.models import OutgoingMail
from mipres_admin.refusals import Refused
from roles.models import RegisteredUser
from tests import factories
from tests.delegates.registering import (
    approve,
    together,
)

pytestmark = pytest.mark.django_db
PLACE = {"phone": "6013305043", "address": "Calle 1 # 2-3", "municipality_id": "11001"}


@pytest.mark.parametrize(
    ("kind", "prefix"),
    [("IPS", "ADMIPS"), ("EPS_C", "ADMEPS"), ("EPS_S", "ADMEPSS"), ("PROV", "ADMPROV"), ("ET", "ADMET")],
)
def test_the_login_says_the_kind_and_the_nit(natural, kind, prefix):
    entity = factories.make_entity(kind)
    approve(entity)
    factories.make_appointment(entity, natural, natural.person)
    assert actions.register_delegate(by=natural, kind=kind, nit=entity.nit).login == f"{prefix}{entity.nit}"


def test_a_further_delegate_of_the_entity_gets_a_suffix(appointed, natural):
    actions.register_delegate(by=natural, kind="IPS", nit=appointed.entity.nit)
    logins = []
    for _ in range(2):
        other = factories.make_natural()
        factories.make_appointment(appointed.entity, natural, other.person)
        logins.append(actions.register_delegate(by=other, kind="IPS", nit=appointed.entity.nit).login)
    assert logins == [f"ADMIPS{appointed.entity.nit}-2", f"ADMIPS{appointed.entity.nit}-3"]


def test_a_person_appointed_again_gets_the_old_login_back(appointed, natural):
    old = actions.register_delegate(by=natural, kind="IPS", nit=appointed.entity.nit)
    old.set_password(factories.PASSWORD)
    old.is_active = False
    old.save()
    factories.make_app(old)
    told = old.email
    type(appointed).objects.update(ended_at=Now(), ended_by=natural)
    factories.make_appointment(appointed.entity, natural, natural.person, email="otra@clinica.example")
    again = actions.register_delegate(by=natural, kind="IPS", nit=appointed.entity.nit)
    assert (again.pk, again.is_active, again.has_usable_password(), again.email) == (
        old.pk,
        True,
        False,
        "otra@clinica.example",
    )
    assert not has_factor(again)
    assert HistoryEntry.objects.filter(event="delegate.reactivated").count() == 1
    assert OutgoingMail.objects.filter(recipient=told, template="delegate_email_changed").exists()


@pytest.mark.django_db(transaction=True)
def test_delegates_who_register_at_once_get_different_logins(appointed, natural):
    people = [natural, *(factories.make_natural() for _ in range(5))]
    for person in people[1:]:
        factories.make_appointment(appointed.entity, natural, person.person)
    nit = appointed.entity.nit
    calls = [lambda by=by: actions.register_delegate(by=by, kind="IPS", nit=nit) for by in people]
    assert together(*calls) == sorted([f"ADMIPS{nit}", *(f"ADMIPS{nit}-{number}" for number in range(2, 7))])


@pytest.mark.django_db(transaction=True)
def test_a_double_click_makes_one_account(appointed, natural):
    nit = appointed.entity.nit
    action = lambda: actions.register_delegate(by=natural, kind="IPS", nit=nit)  # noqa: E731
    assert together(action, action) == [f"ADMIPS{nit}", "Usted ya está registrado"]


def test_two_entities_with_one_name_share_the_numbers():
    first = factories.make_entity("PPN", nit="1025000111")
    factories.make_delegate(first)
    assert (
        next_delegate_login(factories.make_entity("PPN", nit="1025000111", identification_type="PT"))
        == "ADMPPN1025000111-2"
    )


@pytest.mark.django_db(transaction=True)
def test_a_double_click_makes_one_provider(natural):
    action = lambda: actions.register_ppn(by=natural, **PLACE)  # noqa: E731
    assert together(action, action) == [f"ADMPPN{natural.person.document_number}", "Usted ya está registrado"]
    assert Sede.objects.count() == 1
    assert RegisteredUser.objects.get().person == natural.person


def test_the_registration_of_a_provider_makes_the_person_a_user(natural):
    actions.register_ppn(by=natural, **PLACE)
    assert RegisteredUser.objects.values_list("person", "kind").get() == (natural.person_id, "OTRO")


def test_a_provider_who_is_a_professional_stays_one():
    doctor = factories.make_user()
    actions.register_ppn(by=factories.make_natural(doctor.person), **PLACE)
    assert RegisteredUser.objects.get().kind == "PROF"


@pytest.mark.parametrize("is_user", [True, False])
def test_a_deceased_person_becomes_neither_provider_nor_user(natural, is_user):
    if is_user:
        RegisteredUser.objects.create(person=natural.person, kind="OTRO")
    type(natural.person).objects.update(deceased_on=date(2026, 1, 1))
    with pytest.raises(Refused, match="fallecida"):
        actions.register_ppn(by=natural, **PLACE)
    assert (Entity.objects.exists(), RegisteredUser.objects.exists()) == (False, is_user)
