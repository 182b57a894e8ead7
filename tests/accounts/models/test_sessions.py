"""What does PostgreSQL refuse about sessions?"""

from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.utils import timezone

from tests.factories import make_session

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def refused_by(name):
    return pytest.raises(IntegrityError, match=name)


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"last_seen_at": NOW - timedelta(days=1)}, "account_session_seen_after_it_starts"),
        ({"ended_at": NOW - timedelta(days=1)}, "account_session_ends_after_it_starts"),
        ({"verified_by": "sms"}, "account_session_verification_known"),
        ({"device": ""}, "account_session_names_its_device"),
    ],
)
def test_a_session_has_a_device_and_times_in_order(delegate, fields, constraint):
    with refused_by(constraint):
        make_session(delegate, **fields)
