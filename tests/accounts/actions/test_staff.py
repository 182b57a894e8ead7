"""Are accounts of the Ministry created, changed, closed and reopened once, with a reason?"""

from dataclasses import replace

import pytest
from django.test import Client

from accounts.actions.staff import change_groups, close_staff, create_staff, reopen_staff
from accounts.models import Account, PasswordLink
from accounts.rules import staff
from accounts.rules.second_factor import next_login_step
from mipres_admin.history.models import HistoryEntry
from mipres_admin.outbox.models import OutgoingMail
from mipres_admin.refusals import Refused
from tests import factories
from tests.accounts.links import link_to
from tests.history.events_staff import DETAILS, WHY

pytestmark = pytest.mark.django_db
LIST, ADD = "/admin/accounts/staffaccount/", "/admin/accounts/staffaccount/add/"


def client_of(account):
    client = Client()
    client.force_login(account)
    return client


def at(account, slug):
    return f"{LIST}{account.pk}/acto/{slug}/"


def groups_of(account):
    return set(account.groups.values_list("name", flat=True))


def made(by, groups=("soporte",), **changed):
    return create_staff(by=by, details=replace(DETAILS, **changed), groups=groups, reason=WHY)


def refusal_of(act, *args, **options):
    with pytest.raises(Refused) as caught:
        act(*args, **options)
    return caught.value.refusal


# ---------------------------------------------------------------- a new account


def typed(**fields):
    return {
        "login": "aperez",
        "document_type": "CC",
        "document_number": "1025000777",
        "first_name": "Ana",
        "first_surname": "Pérez",
        "email": "aperez@minsalud.example",
        "groups": ["soporte"],
        "reason": WHY,
    } | fields


def test_a_superuser_makes_an_account_whose_holder_sets_the_password_by_mail(chief, delivered):
    page = client_of(chief).post(ADD, typed(), follow=True)
    account = Account.objects.get(login="APEREZ")
    assert "La cuenta quedó creada" in page.text
    assert (account.is_staff, account.is_superuser, groups_of(account)) == (True, False, {"soporte"})
    assert not account.has_usable_password()
    assert delivered()[0].to == ["aperez@minsalud.example"]


def test_first_log_in_of_a_staff_account_asks_for_a_factor(chief):
    account = made(chief)
    new = {"new": "una frase del todo nueva", "confirmation": "una frase del todo nueva"}
    assert Client().post(link_to(account), new).status_code == 302
    account.refresh_from_db()
    assert account.check_password(new["new"])
    assert next_login_step(account) == "enrol"


def test_known_person_is_reused_for_a_staff_account(chief):
    person = factories.make_person(first_name="ANA", first_surname="Perez", email="ana@correo.example")
    account = made(chief, document_number=person.document_number)
    assert (account.person, account.person.email) == (person, "ana@correo.example")


def test_a_new_person_does_not_get_the_address_of_the_ministry(chief):
    assert made(chief).person.email == ""


def test_a_double_click_makes_one_account_and_one_link(chief):
    client = client_of(chief)
    assert client.post(ADD, typed()).url == client.post(ADD, typed()).url
    assert HistoryEntry.objects.filter(event="staff.created").count() == 1


def test_a_login_that_exists_is_refused(chief, helper):
    assert refusal_of(made, chief, login=helper.login) == staff.LOGIN_TAKEN


def test_a_document_that_the_portal_knows_with_other_names_is_refused(chief):
    person = factories.make_person(first_name="Beatriz")
    assert refusal_of(made, chief, document_number=person.document_number) == staff.OTHER_NAMES


def test_a_person_has_one_account_of_the_ministry(chief):
    made(chief)
    assert refusal_of(made, chief, login="OTRA") == staff.HAS_ONE


def test_deceased_person_gets_no_staff_account(chief):
    person = factories.make_person(first_surname="Pérez", deceased_on="2026-01-01")
    assert refusal_of(made, chief, document_number=person.document_number) == staff.DECEASED


# ---------------------------------------------------------------- groups


def test_who_administers_staff_is_told_when_an_email_takes_no_mail(chief, helper):
    close_staff(by=chief, account=helper, reason="Se retiró")
    assert OutgoingMail.objects.get(template="staff_account").caused_by == chief.email


def test_groups_are_changed_with_a_reason_that_the_person_reads(chief, helper, delivered):
    client = client_of(chief)
    page = client.get(at(helper, "grupos"))
    assert 'value="soporte" id="id_groups_0" checked' in page.text.replace('aria-describedby="id_groups_helptext" ', "")
    data = {"groups": ["revisor"], "expected_groups": ["soporte"], "reason": WHY}
    assert "la persona fue avisada" in client.post(at(helper, "grupos"), data, follow=True).text
    assert groups_of(helper) == {"revisor"}
    (mail,) = delivered()
    assert WHY in mail.body
    assert "ahora está en: Revisor" in mail.body


def test_a_second_click_changes_nothing(chief, helper):
    change = {"groups": ["revisor"], "expected_groups": ["soporte"], "reason": WHY}
    assert change_groups(by=chief, account=helper, **change)
    assert not change_groups(by=chief, account=helper, **change)
    assert HistoryEntry.objects.filter(event="staff.groups_changed").count() == 1


def test_a_page_that_is_out_of_date_changes_nothing(chief, helper):
    change_groups(by=chief, account=helper, groups=["revisor"], expected_groups=["soporte"], reason=WHY)
    stale = {"groups": ["soporte", "cargador"], "expected_groups": ["soporte"], "reason": WHY}
    assert refusal_of(change_groups, by=chief, account=helper, **stale) == staff.CHANGED
    assert groups_of(helper) == {"revisor"}


def test_a_change_of_groups_holds_from_the_next_page_on(chief, helper):
    client = client_of(helper)
    assert client.get("/admin/tokens/portaltoken/").status_code == 200
    change_groups(by=chief, account=helper, groups=[], expected_groups=["soporte"], reason=WHY)
    assert client.get("/admin/tokens/portaltoken/").status_code == 403


# ---------------------------------------------------------------- closing and opening


def test_closing_ends_every_session_at_once(chief, helper):
    client = client_of(helper)
    assert client.get("/admin/").status_code == 200
    client_of(chief).post(at(helper, "cerrar"), {"reason": WHY})
    assert client.get("/admin/").status_code == 302
    assert not helper.sessions.current().exists()


def test_closing_ends_the_password_link(chief):
    account = made(chief)
    close_staff(by=chief, account=account, reason=WHY)
    reopen_staff(by=chief, account=account, reason=WHY)
    assert not PasswordLink.objects.filter(account=account).exists()


def test_a_closed_account_is_opened_with_its_groups(chief, helper):
    close_staff(by=chief, account=helper, reason=WHY)
    page = client_of(chief).post(at(helper, "abrir"), {"reason": WHY}, follow=True)
    helper.refresh_from_db()
    assert "quedó abierta" in page.text
    assert (helper.is_active, groups_of(helper)) == (True, {"soporte"})


@pytest.mark.parametrize("act", [close_staff, reopen_staff])
def test_closing_or_reopening_twice_is_once(chief, helper, act):
    if act is reopen_staff:
        close_staff(by=chief, account=helper, reason=WHY)
    assert act(by=chief, account=helper, reason=WHY)
    assert not act(by=chief, account=helper, reason=WHY)
