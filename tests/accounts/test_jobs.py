"""Does what has expired go by itself, and nothing else? (accounts.jobs)"""

from datetime import timedelta

import pytest
from captcha.models import CaptchaStore
from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts.jobs import forget_expired
from accounts.models import PasswordLink
from roles.jobs import forget_uploads
from roles.models import RoleUpload

pytestmark = pytest.mark.django_db


def make_session(when):
    Session.objects.create(session_key=f"{when}", session_data="x", expire_date=when)


def make_captcha(when):
    CaptchaStore.objects.create(challenge="A", response="a", hashkey=f"{when}", expiration=when)


def make_link(account, when):
    digest = "0" * 64 if when < timezone.now() else "1" * 64
    PasswordLink.objects.create(
        account=account, secret_hash=digest, reason="assign", created_at=when - timedelta(hours=1), expires_at=when
    )


def make_upload(account, when):
    upload = RoleUpload.objects.create(
        entity=account.entity, made_by=account, file_name="a.xlsx", sha256="0" * 64, rows=[]
    )
    RoleUpload.objects.filter(pk=upload.pk).update(made_at=when)


def test_what_has_expired_goes_and_the_rest_stays(delegate, colleague):
    past, soon = timezone.now() - timedelta(days=8), timezone.now() + timedelta(hours=1)
    for account, when in ((delegate, past), (colleague, soon)):
        make_session(when)
        make_captcha(when)
        make_link(account, when)
        make_upload(account, when)
    forget_expired()
    forget_uploads()
    kept = [model.objects.count() for model in (Session, CaptchaStore, PasswordLink, RoleUpload)]
    assert kept == [1] * 4
    assert PasswordLink.objects.get().account == colleague
