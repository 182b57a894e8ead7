"""To which other accounts may a person change?"""

import pytest

from accounts.rules.entity_switch import NOT_YOURS, can_switch_entity, switch_refusal, switchable_accounts
from tests import factories

pytestmark = pytest.mark.django_db


def test_account_of_the_same_person_and_email_is_switchable(delegate):
    other = factories.make_delegate(factories.make_entity(), person=delegate.person, email=delegate.email)
    assert can_switch_entity(delegate)
    assert list(switchable_accounts(delegate)) == [other]
    assert switch_refusal(delegate, other) is None


def test_account_of_another_person_is_refused(delegate, stranger):
    assert not can_switch_entity(delegate)
    assert switch_refusal(delegate, stranger) == NOT_YOURS
