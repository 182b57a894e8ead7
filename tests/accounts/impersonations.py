"""How does a test impersonate a delegate? As the Ministry does, in the admin."""

from datetime import timedelta

from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from accounts.models import Account, Impersonation
from mipres_admin.history.models import HistoryEntry
from tests import factories

WHY = "Pidió ayuda por teléfono"


def page_of(account):
    return f"/admin/accounts/account/{account.pk}/acto/ver-como/"


def client_of(account, **fields):
    client = Client(**fields)
    client.force_login(account)
    return client


def impersonate(client, account):
    return client.post(page_of(account), {"reason": WHY}, follow=True)


def ends_because(why):
    impersonation = Impersonation.objects.get()
    row = HistoryEntry.objects.get(event="impersonation.ended")
    return impersonation.end == why and row.after["end"] == why and impersonation.ended_at <= impersonation.ends_at


BAND = "Está viendo el portal como"


STOP = "/ver-como/dejar/"


def staff_with(*codenames):
    account = Account.objects.create_user("SOPORTE1", factories.PASSWORD, email="s@minsalud.example", is_staff=True)
    account.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return account


def run_out():
    now = timezone.now()
    Impersonation.objects.update(started_at=now - timedelta(minutes=31), ends_at=now - timedelta(minutes=1))


def lose_permission():
    Account.objects.filter(is_staff=True).update(is_superuser=False)


def suspend():
    Account.objects.filter(is_staff=False).update(is_active=False)
