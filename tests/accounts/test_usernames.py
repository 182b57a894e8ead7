"""Which login does a new account get?"""

import pytest

from accounts.usernames import first_delegate_login, natural_person_login, next_delegate_login
from tests import factories


def test_login_of_a_natural_person_is_the_document():
    assert natural_person_login("CC", "1025000111") == "CC1025000111"


@pytest.mark.django_db
def test_logins_of_delegates_are_numbered_from_the_second_on():
    entity = factories.make_entity(nit="900123456")
    logins = [factories.make_delegate(entity).login, next_delegate_login(entity)]
    assert logins == [first_delegate_login(entity), "ADMIPS900123456-2"]
