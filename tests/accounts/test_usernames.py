"""Which login does a new account get?"""

import pytest

from accounts.models import Account
from accounts.usernames import first_delegate_login, natural_person_login, next_delegate_login, next_unverified_login
from tests import factories


def test_login_of_a_natural_person_is_the_document():
    assert natural_person_login("CC", "1025000111") == "CC1025000111"


@pytest.mark.django_db
def test_logins_of_unverified_accounts_are_numbered_and_leave_the_documents_free():
    assert next_unverified_login("CC1025000111") == "CC1025000111-1"
    Account.objects.create_user("CC1025000111-1", email="a@b.example")
    Account.objects.create_user("CC10250001112-1", email="a@b.example")
    assert next_unverified_login("CC1025000111") == "CC1025000111-2"


@pytest.mark.django_db
def test_logins_of_delegates_are_numbered_from_the_second_on():
    entity = factories.make_entity(nit="900123456")
    logins = [factories.make_delegate(entity).login, next_delegate_login(entity)]
    assert logins == [first_delegate_login(entity), "ADMIPS900123456-2"]
