"""Which login does a new account get?"""

import re

import pytest

from accounts.models import Account
from accounts.usernames import first_delegate_login, natural_person_login, next_delegate_login, next_unverified_login
from tests import factories


def test_login_of_a_natural_person_is_the_document():
    assert natural_person_login("CC", "1025000111") == "CC1025000111"


@pytest.mark.django_db
def test_login_of_an_unverified_account_has_random_digits_that_are_free(monkeypatch):
    numbers = iter([5, 5, 7])
    monkeypatch.setattr("accounts.usernames.randbelow", lambda end: next(numbers))
    assert next_unverified_login("CC1025000111") == "CC1025000111-100005"
    Account.objects.create_user("CC1025000111-100005", email="a@b.example")
    assert next_unverified_login("CC1025000111") == "CC1025000111-100007"


@pytest.mark.django_db
def test_login_of_an_unverified_account_does_not_count_others():
    names = {next_unverified_login("CC1025000111") for _ in range(5)}
    assert len(names) > 1
    assert all(re.fullmatch(r"CC1025000111-[1-9]\d{5}", name) for name in names)


@pytest.mark.django_db
def test_logins_of_delegates_are_numbered_from_the_second_on():
    entity = factories.make_entity(nit="900123456")
    logins = [factories.make_delegate(entity).login, next_delegate_login(entity)]
    assert logins == [first_delegate_login(entity), "ADMIPS900123456-2"]
