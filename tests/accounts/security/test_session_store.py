"""Sessions of nobody end after an hour, those of a person when the portal says."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from accounts.jobs import forget_expired

pytestmark = pytest.mark.django_db


def test_the_session_of_an_open_log_in_page_is_deleted_after_an_hour():
    Client().get("/ingresar/")
    left = Session.objects.get().expire_date - timezone.now()
    assert timedelta(minutes=59) < left <= timedelta(hours=1)
    Session.objects.update(expire_date=timezone.now())
    forget_expired()
    assert not Session.objects.exists()


def test_the_session_of_a_person_is_kept_longer(client, delegate):
    client.force_login(delegate)
    assert Session.objects.get().expire_date - timezone.now() > timedelta(hours=12)
