"""Does PostgreSQL itself refuse what can never be true of registrations, representations and appointments?"""

from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.utils import timezone

from delegates.models import (
    AuthorizedProfile,
    AuthorizedRole,
    EmailChange,
    PrivacyAcceptance,
    RegistrationStep,
    Representation,
    RutDocument,
    SignUp,
)
from tests.cells import each_cell
from tests.factories import (
    make_appointment,
    make_delegate,
    make_entity,
    make_natural,
    make_person,
    make_registration,
    make_sede,
)

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def refused_by(name):
    return pytest.raises(IntegrityError, match=name)


def sign_up(**fields):
    defaults = {
        "secret_sha256": "0" * 64,
        "document_type": "CC",
        "document_number": "1025000111",
        "first_name": "Ana",
        "first_surname": "Prueba",
        "sex": "F",
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
def test_a_request_for_an_account_is_whole(name, fields):
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
def test_a_change_of_e_mail_is_whole(name, fields):
    defaults = {"email": "ana@correo.example", "secret_sha256": "0" * 64, "expires_at": NOW}
    with refused_by(name):
        EmailChange.objects.create(account=make_natural(), **(defaults | fields))


@each_cell(
    ("name", "fields"),
    [
        ("registration_kind_known", {"kind": "PPN"}),
        ("registration_state_known", {"state": "perdida"}),
        ("registration_nit_well_formed", {"nit": "900.123"}),
        ("registration_complete", {"phone": ""}),
        ("registration_regimen_only_for_eps", {"kind": "EPS"}),
        ("registration_regimen_only_for_eps", {"contributivo": True}),
        ("registration_model_only_for_et", {"kind": "ET"}),
        ("registration_model_only_for_et", {"kind": "ET", "et_model": 3}),
        ("registration_model_only_for_et", {"et_model": 1}),
    ],
)
def test_a_registration_is_whole_and_fits_its_kind(name, fields):
    with refused_by(name):
        make_registration(**fields)


def test_a_person_has_one_open_registration_of_an_entity():
    first = make_registration()
    with refused_by("registration_open_once"):
        make_registration(first.applicant, nit=first.nit)


def test_a_rejected_registration_can_be_sent_again():
    first = make_registration(state="rechazada")
    make_registration(first.applicant, nit=first.nit)


@pytest.mark.parametrize("state", ["en_revision", "falta_informacion", "aprobada", "rechazada"])
def test_a_step_of_the_ministry_says_why(state):
    with refused_by("registration_step_says_why"):
        RegistrationStep.objects.create(registration=make_registration(), state=state)


def test_a_step_has_a_known_state():
    with refused_by("registration_step_state_known"):
        RegistrationStep.objects.create(registration=make_registration(), state="perdida", reason="x")


def test_a_rut_has_the_hash_of_its_bytes():
    registration = make_registration()
    with refused_by("rut_sha256_well_formed"):
        RutDocument.objects.create(
            registration=registration, content=b"%PDF", sha256="x", checks=[], uploaded_by=registration.applicant
        )


def test_an_entity_has_one_principal_representative():
    entity = make_entity()
    Representation.objects.create(entity=entity, person=make_person())
    with refused_by("entity_has_one_principal_representative"):
        Representation.objects.create(entity=entity, person=make_person())


def test_a_representation_ends_after_it_starts():
    with refused_by("representation_ends_after_it_starts"):
        Representation.objects.create(
            entity=make_entity(), person=make_person(), since=NOW, ended_at=NOW - timedelta(days=1)
        )


def test_an_authorized_role_is_offered_to_known_kinds():
    with refused_by("authorized_role_kinds_known"):
        AuthorizedRole.objects.create(code="X", name="X", kinds=["LABORATORIO"])


def test_one_profile_is_the_delegate():
    with refused_by("one_profile_is_the_delegate"):
        AuthorizedProfile.objects.create(code="X", name="X", is_delegate=True)


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("appointment_document_well_formed", {"document_number": "12 34"}),
        ("appointment_complete", {"first_name": ""}),
        ("appointment_ended_by_someone", {"ended_at": NOW + timedelta(days=1)}),
    ],
)
def test_an_appointment_is_whole(name, fields):
    with refused_by(name):
        make_appointment(make_entity(), make_natural(), **fields)


def test_an_appointment_ends_after_it_starts():
    by = make_natural()
    with refused_by("appointment_ends_after_it_starts"):
        make_appointment(make_entity(), by, ended_at=NOW - timedelta(days=1), ended_by=by)


def test_a_person_is_appointed_once_at_a_time():
    entity, by, person = make_entity(), make_natural(), make_person()
    make_appointment(entity, by, person)
    with refused_by("appointment_once_at_a_time"):
        make_appointment(entity, by, person)


@pytest.mark.django_db(transaction=True)
def test_an_appointments_sede_is_of_its_entity():
    with refused_by("appointment_sede_of_its_entity"):
        make_appointment(make_entity(), make_natural(), sede=make_sede(make_entity()))


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
