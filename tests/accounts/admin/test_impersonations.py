"""Who of the Ministry may impersonate a delegate from the admin, and see the list?"""

import pytest

from accounts.actions.impersonation import start_impersonation
from accounts.models import Account, AccountSession, Impersonation
from tests.accounts.impersonations import BAND, STOP, WHY, client_of, impersonate, page_of, staff_with

pytestmark = pytest.mark.django_db


# ---------------------------------------------------------------- beginning


def test_impersonation_page_warns_asks_reason_and_opens_the_delegates_home(staff_client, delegate):
    assert "La persona recibe un correo" in staff_client.get(page_of(delegate)).text
    assert "Ingrese el motivo." in staff_client.post(page_of(delegate), {"reason": " "}).text
    assert not Impersonation.objects.exists()
    page = impersonate(staff_client, delegate)
    assert page.redirect_chain == [("/", 302)]
    assert f"{BAND} {delegate.login}" in page.text
    assert "quedan 30 minutos" in page.text
    assert page.context["request"].user == delegate


def test_the_delegates_page_in_the_admin_offers_it(staff_client, delegate):
    where = f"/admin/accounts/account/{delegate.pk}/change/"
    assert page_of(delegate) in staff_client.get(where).text
    Account.objects.filter(pk=delegate.pk).update(is_active=False)
    assert page_of(delegate) not in staff_client.get(where).text


def test_staff_without_the_permission_neither_see_nor_learn_who_exists(delegate):
    client = client_of(staff_with("view_account"))
    assert client.get(page_of(delegate)).status_code == 403
    assert client.post(page_of(delegate), {"reason": WHY}).status_code == 403
    assert client.post("/admin/accounts/account/999999/acto/ver-como/", {"reason": WHY}).status_code == 403
    assert not Impersonation.objects.exists()


def test_staff_with_the_permission_see(delegate):
    assert BAND in impersonate(client_of(staff_with("view_account", "impersonate_delegate")), delegate).text


def test_delegate_cannot_impersonate(delegate_client, colleague):
    assert delegate_client.post(page_of(colleague), {"reason": WHY}).status_code == 403
    assert not Impersonation.objects.exists()


def test_beginning_and_stopping_need_the_token_of_the_form(ministry, delegate):
    client = client_of(ministry, enforce_csrf_checks=True)
    assert client.post(page_of(delegate), {"reason": WHY}).status_code == 403
    assert not Impersonation.objects.exists()
    session = AccountSession.objects.get(account=ministry)
    start_impersonation(by=ministry, account=delegate, session=session, reason=WHY)
    assert client.post(STOP).status_code == 403
    assert Impersonation.objects.not_ended().exists()


# ---------------------------------------------------------------- the Ministry's list of them


def test_the_admin_lists_them_and_changes_none(impersonating):
    impersonation = Impersonation.objects.get()
    assert WHY in impersonating.get("/admin/accounts/impersonation/").text
    assert impersonating.get(f"/admin/accounts/impersonation/{impersonation.pk}/change/").status_code == 200
    assert impersonating.get(f"/admin/accounts/impersonation/{impersonation.pk}/delete/").status_code == 403
