"""What does PostgreSQL refuse about registered users?"""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from roles.models import RegisteredUser, RethusEntry
from roles.validity import today
from tests.factories import make_assignment, make_person, make_user

pytestmark = pytest.mark.django_db
OTHER_USER = {"kind": "OTRO", "profession": None, "professional_registry": ""}


def refused_by(name):
    return pytest.raises(IntegrityError, match=name)


def test_a_professional_without_profession_cannot_be_registered():
    with refused_by("registered_user_profession_fits_kind"):
        RegisteredUser.objects.create(person=make_person(), kind="PROF")


def test_another_user_with_a_profession_cannot_be_registered():
    with refused_by("registered_user_profession_fits_kind"):
        RegisteredUser.objects.create(person=make_person(), kind="OTRO", profession_id="P07")


def rethus(user, profession, **fields):
    document = {name: getattr(user.person, name) for name in ("document_type", "document_number")}
    RethusEntry.objects.create(profession_id=profession, registry_number="RM-1", **document, **fields)


@pytest.mark.parametrize(
    "entries",
    [
        {},
        {"P07": {}},
        {"P07": {"closed_on": today() + timedelta(days=1)}},
        {"P03": {"closed_on": today()}},
        {"P07": {"closed_on": today()}, "P03": {}},
    ],
)
def test_a_profession_that_rethus_has_not_closed_is_not_erased(entries):
    user = make_user()
    for profession, fields in entries.items():
        rethus(user, profession, **fields)
    with refused_by("registration_keeps_its_profession"):
        RegisteredUser.objects.filter(pk=user.pk).update(**OTHER_USER)


def test_a_profession_that_rethus_has_closed_may_go():
    user = make_user()
    rethus(user, "P07", closed_on=today())
    assert RegisteredUser.objects.filter(pk=user.pk).update(**OTHER_USER)


def test_a_registration_with_roles_changes_neither_kind_nor_profession(sede, delegate):
    user = make_user()
    make_assignment(user, sede, "Rol_Anulador", delegate)
    for change in ({"kind": "SSO"}, {"profession": "P03"}):
        with refused_by("registration_with_roles_stays"), transaction.atomic():
            RegisteredUser.objects.filter(pk=user.pk).update(**change)
