"""What does PostgreSQL refuse about accounts?"""

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError

from accounts.models import Account
from tests.factories import PASSWORD, make_person

pytestmark = pytest.mark.django_db


def refused_by(name):
    return pytest.raises(IntegrityError, match=name)


def test_a_login_is_upper_case():
    with refused_by("account_login_well_formed"):
        Account.objects.create(login="admips1", email="a@b.example")


@pytest.mark.parametrize(
    "email", ["", "soporte", "so porte@x.example", "soporte@x", "sop\u200borte@x.example", "soporté@x.example"]
)
def test_createsuperuser_refuses_an_email_that_takes_no_mail(email, monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    with pytest.raises(CommandError):
        call_command("createsuperuser", login="JEFA", email=email, interactive=False)
    with pytest.raises(ValidationError, match="El correo electrónico"):
        Account.objects.create_superuser("JEFA", PASSWORD, email=email)
    assert not Account.objects.exists()


def test_a_delegate_is_a_person(ips):
    with refused_by("account_delegate_is_a_person_and_not_staff"):
        Account.objects.create(login="ADMIPS1", entity=ips, email="a@b.example")


def test_a_delegate_is_never_staff(ips):
    with refused_by("account_delegate_is_a_person_and_not_staff"):
        Account.objects.create(login="ADMIPS1", entity=ips, person=make_person(), is_staff=True, email="a@b.example")
