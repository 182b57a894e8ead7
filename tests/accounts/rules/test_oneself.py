"""Does nobody of the Ministry decide about themself: their account, their person, or a mailbox of theirs?"""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.actions.ministry_interventions import reactivate_account, suspend_account
from accounts.models import Account
from accounts.rules.oneself import OWN, own_refusal
from tests.factories import make_app, make_delegate, make_entity, make_natural, make_person, make_staff

pytestmark = pytest.mark.django_db


def own_account(staff):
    return staff


def of_the_same_person(staff):
    return make_delegate(make_entity(), person=staff.person, email="trabajo@correo.example")


def with_the_same_mailbox(staff):
    return make_delegate(make_entity(), email=staff.email.upper())


def of_a_person_with_a_mailbox(staff):
    """The mailbox of a third account of the reviewer's is that of a person with another account."""
    make_natural(staff.person, email="casa@correo.example")
    return make_delegate(make_entity(), person=make_person(email="Casa@correo.example"), email="otro@correo.example")


MAKERS = [own_account, of_the_same_person, with_the_same_mailbox, of_a_person_with_a_mailbox]


@pytest.mark.parametrize("make", MAKERS)
def test_account_person_and_mailbox_are_ones_own(make):
    staff = make_staff("soporte")
    assert own_refusal(staff, make(staff)) == OWN


def test_anybody_else_is_not(delegate):
    staff = make_staff("soporte")
    assert own_refusal(staff, delegate) is None
    assert own_refusal(staff, delegate, document=("CC", "1")) is None


@pytest.mark.parametrize("make", MAKERS[1:])
@pytest.mark.parametrize("slug", ["reactivar", "retirar-segundo-factor"])
def test_nobody_helps_themself_to_log_in(ministry, make, slug):
    support = make_staff("soporte")
    account, client = make(support), Client()
    make_app(account)
    if slug == "reactivar":
        suspend_account(by=ministry, account=account, reason="Robo")
    client.force_login(support)
    page = client.get(reverse("admin:accounts_account_change", args=[account.pk]))
    address = reverse("admin:accounts_account_action", args=[account.pk, slug])
    assert (page.status_code, address in page.text) == (200, False)
    assert OWN.headline in client.get(address).text
    assert OWN.cause in client.post(address, {"reason": "Lo necesito"}, follow=True).text
    account.refresh_from_db()
    assert account.authenticatorapps.exists()
    assert account.is_suspended is (slug == "reactivar")


def test_somebody_else_helps(ministry, delegate):
    suspend_account(by=ministry, account=delegate, reason="Robo")
    assert reactivate_account(by=make_staff("soporte"), account=delegate, reason="Era un error")
    assert Account.objects.get(pk=delegate.pk).can_log_in
