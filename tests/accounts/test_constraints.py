"""Does PostgreSQL itself refuse what can never be true of people, registrations, roles and accounts?"""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError
from django.utils import timezone

from accounts.models import Account, Passkey, Person, RecoveryCode, SecondFactorPolicy
from roles.models import Profession, RegisteredUser, RethusEntry, RoleAssignment, SsoPost
from tests.factories import make_app, make_assignment, make_person, make_sede, make_session, make_user

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def refused_by(name):
    return pytest.raises(IntegrityError, match=name)


def test_one_person_per_document():
    person = make_person()
    with refused_by("person_once_per_document"):
        make_person(document_number=person.document_number)


@pytest.mark.parametrize("document", [("XX", "123456"), ("CC", "12"), ("CC", "12 34"), ("TI", "123456")])
def test_a_document_is_of_a_known_type_and_well_formed(document):
    with refused_by("person_document_well_formed"):
        make_person(document_type=document[0], document_number=document[1])


def test_a_person_has_name_and_surname():
    with refused_by("person_has_name_and_surname"):
        make_person(first_surname="")


def test_a_profession_has_an_official_code():
    with refused_by("profession_code_well_formed"):
        Profession.objects.create(code="M07", name="Medicina")


def test_rethus_lists_a_profession_once_per_person():
    entry = {"document_type": "CC", "document_number": "1025000111", "profession_id": "P07", "registry_number": "1"}
    RethusEntry.objects.create(**entry)
    with refused_by("rethus_once_per_profession"):
        RethusEntry.objects.create(**entry)


def test_a_professional_without_profession_can_not_be_registered():
    with refused_by("registered_user_profession_fits_kind"):
        RegisteredUser.objects.create(person=make_person(), kind="PROF")


def test_another_user_with_a_profession_can_not_be_registered():
    with refused_by("registered_user_profession_fits_kind"):
        RegisteredUser.objects.create(person=make_person(), kind="OTRO", profession_id="P07")


def test_a_plaza_ends_after_it_starts(sede):
    with refused_by("sso_ends_after_it_starts"):
        make_post(sede, date(2026, 5, 2), date(2026, 5, 1))


def test_a_person_has_one_plaza_at_a_time(ips, sede):
    make_post(sede, date(2026, 1, 1), date(2026, 6, 30))
    with refused_by("sso_one_post_at_a_time"):
        make_post(make_sede(ips), date(2026, 6, 30), date(2026, 12, 31))


def make_post(sede, first, last):
    return SsoPost.objects.create(
        document_type="CC", document_number="1025000111", sede=sede, starts_on=first, ends_on=last
    )


def test_a_role_is_one_of_mipres(sede, delegate):
    with refused_by("assignment_role_known"):
        make_assignment(make_user(), sede, "Rol_Jefe", delegate)


def test_a_role_does_not_end_before_it_starts(sede, delegate):
    with refused_by("assignment_ends_after_it_starts"):
        make_assignment(make_user(), sede, "Rol_Anulador", delegate, starts_at=NOW, ends_at=NOW - timedelta(days=1))


def test_who_ends_a_role_leaves_the_date(sede, delegate):
    with refused_by("assignment_ended_by_only_when_ended"):
        make_assignment(make_user(), sede, "Rol_Anulador", delegate, ended_by=delegate)


def test_one_role_of_one_user_at_one_sede_never_overlaps(sede, delegate):
    user = make_user()
    make_assignment(user, sede, "Rol_Anulador", delegate, starts_at=NOW, ends_at=NOW + timedelta(days=2))
    with refused_by("assignment_no_overlap"):
        make_assignment(user, sede, "Rol_Anulador", delegate, starts_at=NOW + timedelta(days=1))


def test_a_role_may_begin_at_the_moment_the_last_one_ends(sede, delegate):
    user = make_user()
    make_assignment(user, sede, "Rol_Anulador", delegate, starts_at=NOW, ends_at=NOW + timedelta(days=2))
    make_assignment(user, sede, "Rol_Anulador", delegate, starts_at=NOW + timedelta(days=2))
    assert RoleAssignment.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_the_sede_of_a_role_is_of_the_entity_of_the_role(sede, delegate, stranger):
    with refused_by("assignment_sede_of_its_entity"):
        RoleAssignment.objects.create(
            user=make_user(), sede=sede, entity=stranger.entity, role="Rol_Anulador", created_by=delegate
        )


def test_a_login_is_upper_case():
    with refused_by("account_login_well_formed"):
        Account.objects.create(login="admips1", email="a@b.example")


def test_a_delegate_is_a_person(ips):
    with refused_by("account_delegate_is_a_person_and_not_staff"):
        Account.objects.create(login="ADMIPS1", entity=ips, email="a@b.example")


def test_a_delegate_is_never_staff(ips):
    with refused_by("account_delegate_is_a_person_and_not_staff"):
        Account.objects.create(login="ADMIPS1", entity=ips, person=make_person(), is_staff=True, email="a@b.example")


def test_people_are_sorted_by_surname_without_accents_or_case():
    make_person(first_name="José", first_surname="Muñoz")
    assert Person.objects.get().sort_name.startswith("munoz")


# ---------------------------------------------------------------- second factors and sessions


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [({"seed": "clave"}, "authenticator_app_seed_well_formed"), ({"name": ""}, "authenticatorapp_has_a_name")],
)
def test_an_authenticator_app_has_a_name_and_a_seed(delegate, fields, constraint):
    with refused_by(constraint):
        make_app(delegate, **fields)


PASSKEY = {"name": "Llave", "credential_id": "abc", "credential_hash": "0" * 64, "public_key": b"1"}


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"name": ""}, "passkey_has_a_name"),
        ({"credential_id": ""}, "passkey_credential_well_formed"),
        ({"credential_hash": "x" * 64}, "passkey_credential_well_formed"),
        ({"sign_count": -1}, "passkey_count_not_negative"),
    ],
)
def test_a_passkey_has_a_name_and_an_identifier(delegate, fields, constraint):
    with refused_by(constraint):
        Passkey.objects.create(account=delegate, **(PASSKEY | fields))


def test_a_passkey_is_of_one_account(delegate, stranger):
    Passkey.objects.create(account=delegate, **PASSKEY)
    with refused_by("credential_hash"):
        Passkey.objects.create(account=stranger, **PASSKEY)


def test_a_recovery_code_is_kept_only_as_its_hash(delegate):
    with refused_by("recovery_code_is_a_hash"):
        RecoveryCode.objects.create(account=delegate, digest="ABCD-EFGH-JKMN")


def test_a_policy_is_of_a_known_kind_of_entity():
    with refused_by("second_factor_policy_kind_known"):
        SecondFactorPolicy.objects.create(kind="XX", compulsory_from=NOW)


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"last_seen_at": NOW - timedelta(days=1)}, "account_session_seen_after_it_starts"),
        ({"ended_at": NOW - timedelta(days=1)}, "account_session_ends_after_it_starts"),
        ({"verified_by": "sms"}, "account_session_verification_known"),
        ({"device": ""}, "account_session_names_its_device"),
    ],
)
def test_a_session_has_a_device_and_times_in_order(delegate, fields, constraint):
    with refused_by(constraint):
        make_session(delegate, **fields)
