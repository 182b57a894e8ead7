"""What does PostgreSQL refuse about registered users?"""

import pytest
from django.db import IntegrityError

from roles.models import RegisteredUser
from tests.factories import make_person

pytestmark = pytest.mark.django_db


def refused_by(name):
    return pytest.raises(IntegrityError, match=name)


def test_a_professional_without_profession_cannot_be_registered():
    with refused_by("registered_user_profession_fits_kind"):
        RegisteredUser.objects.create(person=make_person(), kind="PROF")


def test_another_user_with_a_profession_cannot_be_registered():
    with refused_by("registered_user_profession_fits_kind"):
        RegisteredUser.objects.create(person=make_person(), kind="OTRO", profession_id="P07")
