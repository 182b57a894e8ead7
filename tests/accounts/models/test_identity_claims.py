"""What does PostgreSQL refuse about identities that nobody has verified?"""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Account, IdentityClaim, IdentityCopy, Person
from accounts.models.identity_claims import MAX_COPY_BYTES
from tests.factories import make_claim, make_delegate, make_entity, make_natural, make_person, make_staff

pytestmark = pytest.mark.django_db
REVIEWED = {"state": "rechazada", "reviewed_at": timezone.now(), "reason": "No se lee"}


def refused_by(name):
    return pytest.raises(IntegrityError, match=name)


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("identity_claim_document_well_formed", {"document_type": "TI"}),
        ("identity_claim_complete", {"first_name": ""}),
        ("identity_claim_complete", {"sex": ""}),
        ("identity_claim_issued_by_today", {"issued_on": timezone.localdate() + timedelta(days=2)}),
        ("identity_claim_reviewed_by_someone_for_a_reason", REVIEWED),
        ("identity_claim_reviewed_by_someone_for_a_reason", {"reason": "Sin revisor"}),
        ("identity_claim_reviewed_by_someone_for_a_reason", {"state": "en_revision"}),
        ("identity_claim_(state_known|reviewed)", {"state": "otro"}),
    ],
)
def test_claim_is_complete(name, fields):
    with refused_by(name):
        make_claim(**fields)


@pytest.mark.parametrize("verified_how", ["", "correo"])
def test_person_is_verified_somehow(verified_how):
    with refused_by("person_verified"):
        make_person(verified_how=verified_how)


def test_person_without_verification_is_refused():
    with refused_by("person_verified"):
        Person.objects.create(document_type="CC", document_number="1025", first_name="A", first_surname="B")


def test_login_of_a_document_is_its_verified_persons():
    with refused_by("account_of_nobody_verified_has_a_numbered_login"):
        Account.objects.create(login="CC1025000111", email="a@b.example")


@pytest.mark.parametrize(
    "account",
    [make_natural, lambda: make_delegate(make_entity()), make_staff],
    ids=["verified", "delegate", "staff"],
)
def test_claim_is_of_an_account_of_nobody_verified(account):
    with refused_by("identity_claim_fits_its_account"):
        make_claim(account=account())


def test_claim_is_verified_only_with_the_person_of_its_document():
    claim = make_claim()
    for person in (None, make_person()):
        Account.objects.filter(pk=claim.account_id).update(person=person)
        with refused_by("identity_claim_fits_its_account"), transaction.atomic():
            IdentityClaim.objects.update(state="verificada", reviewed_at=timezone.now())


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("identity_copy_small", {"content": b"x" * (MAX_COPY_BYTES + 1)}),
        ("identity_copy_kind_known", {"kind": "text/html"}),
        ("identity_copy_sha256_well_formed", {"sha256": "x"}),
    ],
)
def test_copy_is_small_and_of_a_known_kind(name, fields):
    values = {"content": b"%PDF-", "kind": "application/pdf", "sha256": "0" * 64}
    with refused_by(name):
        IdentityCopy.objects.create(claim=make_claim(), **(values | fields))
