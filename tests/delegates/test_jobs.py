"""Are expired sign-ups and e-mail changes deleted?"""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from delegates.jobs import forget_expired
from delegates.models import EmailChange, SignUp
from tests.delegates.own_data import change_link, request_change

pytestmark = pytest.mark.django_db


def test_expired_sign_ups_are_deleted(client, signed_up):
    forget_expired()
    assert SignUp.objects.count() == 1
    SignUp.objects.update(accepted_at=Now() - timedelta(hours=2), expires_at=Now() - timedelta(seconds=1))
    forget_expired()
    assert not SignUp.objects.exists()


def test_expired_email_change_changes_nothing_and_is_deleted(rosa_client, rosa):
    request_change(rosa_client)
    EmailChange.objects.update(expires_at=Now() - timedelta(seconds=1))
    assert rosa_client.post(change_link()).status_code == 410
    forget_expired()
    assert not EmailChange.objects.exists()
