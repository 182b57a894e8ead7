"""Does the database refuse impossible sign-ups, e-mail changes and accounts?"""

from datetime import date, timedelta

import pytest

from delegates.models import (
    EmailChange,
    PrivacyAcceptance,
    SignUp,
)
from tests.delegates.constraint_rows import NOW, refused_by
from tests.factories import (
    make_delegate,
    make_entity,
    make_natural,
    make_person,
)

pytestmark = pytest.mark.django_db


def sign_up(**fields):
    defaults = {
        "secret_sha256": "0" * 64,
        "document_type": "CC",
        "document_number": "1025000111",
        "first_name": "Ana",
        "first_surname": "Prueba",
        "sex": "F",
        "issued_on": date(2014, 5, 6),
        "email": "ana@correo.example",
        "notice_version": "1",
        "expires_at": NOW + timedelta(hours=1),
    }
    return SignUp.objects.create(**(defaults | fields))


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("sign_up_document_well_formed", {"document_type": "TI"}),
        ("sign_up_secret_is_a_hash", {"secret_sha256": "secret"}),
        ("sign_up_complete", {"email": ""}),
        ("sign_up_expires_later", {"expires_at": NOW - timedelta(days=1)}),
    ],
)
def test_sign_up_is_complete(name, fields):
    with refused_by(name):
        sign_up(**fields)


def test_a_version_of_the_notice_is_accepted_once():
    acceptance = {"account": make_natural(), "notice_version": "1", "accepted_at": NOW}
    PrivacyAcceptance.objects.create(**acceptance)
    with refused_by("privacy_notice_accepted_once"):
        PrivacyAcceptance.objects.create(**acceptance)


def test_an_acceptance_names_its_version():
    with refused_by("privacy_acceptance_names_a_version"):
        PrivacyAcceptance.objects.create(account=make_natural(), notice_version="", accepted_at=NOW)


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("email_change_secret_is_a_hash", {"secret_sha256": "secret"}),
        ("email_change_names_an_email", {"email": ""}),
    ],
)
def test_email_change_is_complete(name, fields):
    defaults = {"email": "ana@correo.example", "secret_sha256": "0" * 64, "expires_at": NOW}
    with refused_by(name):
        EmailChange.objects.create(account=make_natural(), **(defaults | fields))


def test_a_person_has_one_own_account():
    person = make_person()
    make_natural(person)
    with refused_by("account_one_natural_person"):
        make_natural(person, login="OTRO")


def test_a_person_has_one_active_account_in_an_entity():
    entity = make_entity()
    first = make_delegate(entity)
    with refused_by("account_one_active_per_person_and_entity"):
        make_delegate(entity, login="ADMIPS-2", person=first.person)


def test_a_persons_sex_is_of_the_list():
    with refused_by("person_sex_known"):
        make_person(sex="X")
