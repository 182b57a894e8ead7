"""How is the account of a session loaded?"""

import pytest

from accounts.backends import AccountBackend

pytestmark = pytest.mark.django_db


def test_account_comes_with_person_and_entity_in_one_query(delegate, django_assert_num_queries):
    with django_assert_num_queries(1):
        account = AccountBackend().get_user(delegate.pk)
        assert (account.person.pk, account.entity.pk) == (delegate.person_id, delegate.entity_id)


def test_inactive_account_is_not_loaded(delegate):
    delegate.is_active = False
    delegate.save()
    assert AccountBackend().get_user(delegate.pk) is None
