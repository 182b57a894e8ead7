"""Does the admin say whether an account may log in, as the log-in itself answers?"""

from datetime import date, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from accounts.actions.login_and_password import open_session
from accounts.actions.ministry_interventions import suspend_account
from accounts.models import Account
from accounts.security.login_limits import locked_until
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin_client(client, ministry):
    client.force_login(ministry)
    return client


@pytest.fixture
def locked(delegate, settings):
    for _ in range(settings.LOGIN_FAILURES_ALLOWED):
        with pytest.raises(ValidationError):
            open_session(login=delegate.login, password="no es")
    return delegate


def state(client, account):
    """What "Puede ingresar" says on the account's page, which is what the list says."""
    page = client.get(reverse("admin:accounts_account_change", args=[account.pk]))
    shown = page.context["adminform"].model_admin.state(page.context["original"])
    assert shown in page.text
    assert shown in client.get(reverse("admin:accounts_account_changelist"), {"q": account.login}).text
    return shown


def test_an_account_that_may_log_in(admin_client, delegate):
    assert state(admin_client, delegate) == "Sí"


def test_a_locked_account_cannot_log_in_until_it_is_free(admin_client, ministry, locked, settings):
    free = timezone.localtime(locked_until([locked])[locked.pk])
    assert f"demasiados intentos fallidos, hasta el {free:%Y-%m-%d %H:%M}" in state(admin_client, locked)
    with time_machine.travel(free + timedelta(seconds=1)):
        admin_client.force_login(ministry)
        assert state(admin_client, locked) == "Sí"


@pytest.mark.parametrize(
    ("why", "shown"),
    [
        ("inactive", "No: cuenta inactiva"),
        ("deceased", "No: figura como fallecido"),
        ("entity", "No: entidad inactiva"),
        ("suspended", "No: suspendida por el Ministerio"),
    ],
)
def test_the_admin_and_the_login_agree_on_why_not(admin_client, ministry, delegate, why, shown):
    if why == "inactive":
        Account.objects.filter(pk=delegate.pk).update(is_active=False)
    elif why == "deceased":
        type(delegate.person).objects.update(deceased_on=date(2026, 5, 3))
    elif why == "entity":
        type(delegate.entity).objects.update(is_active=False)
    else:
        suspend_account(by=ministry, account=delegate, reason="Se investiga")
    assert state(admin_client, delegate) == shown
    with pytest.raises(ValidationError, match="Credenciales inválidas"):
        open_session(login=delegate.login, password=PASSWORD)
    page = admin_client.get(reverse("admin:accounts_account_action", args=[delegate.pk, "ver-como"]))
    assert shown.removeprefix("No: ") in page.text


def test_an_account_without_password_cannot_log_in(admin_client, delegate):
    delegate.set_unusable_password()
    delegate.save()
    assert state(admin_client, delegate) == "No: no ha asignado su contraseña"
