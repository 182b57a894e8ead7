"""Which certificates does PostgreSQL refuse?"""

from datetime import date, datetime

import pytest
import time_machine
from django.db import DatabaseError, IntegrityError, transaction

from roles.actions.certificates import issue_certificate
from roles.models import Certificate
from tests.factories import make_assignment, make_user

pytestmark = pytest.mark.django_db
PRESCRIPTOR, ANULADOR, EXCLUSIONES = "Rol_Prescriptor", "Rol_Anulador", "Rol_PrescriptorExclusiones"
PAST = date(2026, 5, 3)


@pytest.fixture(autouse=True)
def noon():
    """A fixed moment in Colombia; sessions and assignments live in it too."""
    with time_machine.travel(datetime.fromisoformat("2026-11-21T12:00:00-05:00"), tick=False):
        yield


@pytest.fixture
def user(db):
    return make_user(first_name="José", first_surname="Muñoz", document_number="1025000111")


def at(text):
    return datetime.fromisoformat(f"{text}-05:00")


def give_role(user, sede, role, by, starts="2026-01-01T08:00", ends=None):
    return make_assignment(user, sede, role, by, starts_at=at(starts), ends_at=ends and at(ends))


@pytest.fixture
def issued(delegate, user, sede):
    give_role(user, sede, PRESCRIPTOR, delegate, ends="2026-06-01T00:00")
    return issue_certificate(by=delegate, user=user, as_of=PAST)


@pytest.mark.parametrize("change", [{"as_of": date(2026, 5, 2)}, {"content": {}}, {"code": "0" * 28}])
def test_issued_certificate_cannot_be_changed(issued, change):
    with pytest.raises(DatabaseError, match="immutable"), transaction.atomic():
        Certificate.objects.update(**change)


def test_issued_certificate_cannot_be_deleted(issued):
    with pytest.raises(DatabaseError, match="immutable"), transaction.atomic():
        issued.delete()


@pytest.mark.parametrize(
    ("constraint", "wrong"),
    [
        ("certificate_code_well_formed", {"code": "ILOU" * 4}),
        ("certificate_not_of_the_future", {"as_of": date(2026, 11, 22)}),
        ("certificate_fingerprint_well_formed", {"content_sha256": "x" * 64}),
        ("code", {}),
    ],
)
def test_postgresql_refuses_a_wrong_certificate(issued, constraint, wrong):
    fields = {
        "code": "0" * 28 if wrong else issued.code,
        "entity": issued.entity,
        "as_of": date(2026, 11, 21),
        # still the 21st in Colombia, the 22nd in UTC
        "issued_at": at("2026-11-21T23:30"),
        "issued_by": issued.issued_by,
        "content": {},
        "content_sha256": "0" * 64,
    }
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Certificate.objects.create(**(fields | wrong))
