"""Are the Ministry's people administered by those who may, with a reason, and never so that nobody is left?"""

import threading
from dataclasses import replace

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client

from accounts.actions.staff import change_groups, close_staff, create_staff, reopen_staff
from accounts.models import Account, PasswordLink, Person
from accounts.rules import staff
from accounts.rules.second_factor import next_login_step
from mipres_admin.history.models import HistoryEntry
from mipres_admin.refusals import Refused
from tests import factories
from tests.accounts.links import link_to
from tests.cells import each_cell
from tests.history.events_staff import DETAILS, WHY

pytestmark = pytest.mark.django_db
LIST, ADD = "/admin/accounts/staffaccount/", "/admin/accounts/staffaccount/add/"


@pytest.fixture
def chief():
    return factories.make_staff("superusuario", login="JEFA")


@pytest.fixture
def helper():
    return factories.make_staff("soporte", login="AYUDA")


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


def test_the_first_log_in_of_a_new_account_asks_for_a_second_factor(chief):
    account = made(chief)
    new = {"new": "una frase del todo nueva", "confirmation": "una frase del todo nueva"}
    assert Client().post(link_to(account), new).status_code == 302
    account.refresh_from_db()
    assert account.check_password(new["new"])
    assert next_login_step(account) == "enrol"


def test_a_person_whom_the_portal_knows_is_taken_as_he_is(chief):
    person = factories.make_person(first_name="ANA", first_surname="Perez", email="ana@correo.example")
    account = made(chief, document_number=person.document_number)
    assert (account.person, account.person.email) == (person, "ana@correo.example")


def test_a_new_person_does_not_get_the_address_of_the_ministry(chief):
    assert made(chief).person.email == ""


def test_a_double_click_makes_one_account_and_one_link(chief):
    client = client_of(chief)
    assert client.post(ADD, typed()).url == client.post(ADD, typed()).url
    assert HistoryEntry.objects.filter(event="staff.created").count() == 1


@each_cell(
    ("fields", "message"),
    [
        ({"login": ""}, "Ingrese el usuario."),
        ({"login": "á"}, "El usuario debe tener de 3 a 40 letras"),
        ({"login": "ADMIPS900123456"}, "forma de los de delegados"),
        ({"login": "cc1025000777"}, "forma de los de delegados"),
        ({"document_number": "1 \0"}, "El documento debe tener"),
        ({"first_name": ""}, "Ingrese el primer nombre."),
        ({"email": "x"}, "El correo electrónico debe tener"),
        ({"groups": []}, "Ingrese al menos un grupo."),
        ({"groups": ["todos"]}, "Los grupos deben ser de los de la lista"),
        ({"reason": " "}, "Ingrese el motivo."),
    ],
)
def test_a_mistake_is_explained_and_makes_nothing(chief, fields, message):
    page = client_of(chief).post(ADD, typed(**fields))
    assert message in page.text
    assert not Account.objects.filter(email="aperez@minsalud.example").exists()
    assert not Person.objects.filter(document_number="1025000777").exists()


def test_a_login_that_exists_is_refused(chief, helper):
    assert refusal_of(made, chief, login=helper.login) == staff.LOGIN_TAKEN


def test_a_document_that_the_portal_knows_with_other_names_is_refused(chief):
    person = factories.make_person(first_name="Beatriz")
    assert refusal_of(made, chief, document_number=person.document_number) == staff.OTHER_NAMES


def test_a_person_has_one_account_of_the_ministry(chief):
    made(chief)
    assert refusal_of(made, chief, login="OTRA") == staff.HAS_ONE


def test_the_deceased_get_none(chief):
    person = factories.make_person(first_surname="Pérez", deceased_on="2026-01-01")
    assert refusal_of(made, chief, document_number=person.document_number) == staff.DECEASED


# ---------------------------------------------------------------- groups


def test_groups_are_changed_with_a_reason_that_the_person_reads(chief, helper, delivered):
    client = client_of(chief)
    page = client.get(at(helper, "grupos"))
    assert 'value="soporte" id="id_groups_0" checked' in page.text.replace('aria-describedby="id_groups_helptext" ', "")
    data = {"groups": ["revisor"], "seen": ["soporte"], "reason": WHY}
    assert "la persona fue avisada" in client.post(at(helper, "grupos"), data, follow=True).text
    assert groups_of(helper) == {"revisor"}
    (mail,) = delivered()
    assert WHY in mail.body
    assert "ahora está en: Revisor" in mail.body


def test_a_second_click_changes_nothing(chief, helper):
    asked = {"groups": ["revisor"], "seen": ["soporte"], "reason": WHY}
    assert change_groups(by=chief, account=helper, **asked)
    assert not change_groups(by=chief, account=helper, **asked)
    assert HistoryEntry.objects.filter(event="staff.groups_changed").count() == 1


def test_a_page_that_is_out_of_date_changes_nothing(chief, helper):
    change_groups(by=chief, account=helper, groups=["revisor"], seen=["soporte"], reason=WHY)
    stale = {"groups": ["soporte", "cargador"], "seen": ["soporte"], "reason": WHY}
    assert refusal_of(change_groups, by=chief, account=helper, **stale) == staff.CHANGED
    assert groups_of(helper) == {"revisor"}


def test_all_groups_may_be_taken(chief, helper, delivered):
    client_of(chief).post(at(helper, "grupos"), {"seen": ["soporte"], "reason": WHY})
    assert groups_of(helper) == set()
    assert "ya no está en ningún grupo" in delivered()[0].body


def test_a_change_of_groups_holds_from_the_next_page_on(chief, helper):
    client = client_of(helper)
    assert client.get("/admin/tokens/portaltoken/").status_code == 200
    change_groups(by=chief, account=helper, groups=[], seen=["soporte"], reason=WHY)
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


@pytest.mark.parametrize("slug", ["cerrar", "grupos"])
def test_a_closed_account_is_opened_before_anything_else(chief, helper, slug):
    close_staff(by=chief, account=helper, reason=WHY)
    assert "no hay nada que cambiar" in client_of(chief).get(at(helper, slug)).text


@pytest.mark.parametrize("act", [close_staff, reopen_staff])
def test_twice_is_once(chief, helper, act):
    if act is reopen_staff:
        close_staff(by=chief, account=helper, reason=WHY)
    assert act(by=chief, account=helper, reason=WHY)
    assert not act(by=chief, account=helper, reason=WHY)


# ---------------------------------------------------------------- who may not


def test_nobody_changes_or_closes_himself(chief):
    factories.make_staff("superusuario")
    asked = {"groups": ["soporte"], "seen": ["superusuario"], "reason": WHY}
    assert refusal_of(change_groups, by=chief, account=chief, **asked) == staff.OWN
    assert refusal_of(close_staff, by=chief, account=chief, reason=WHY) == staff.OWN


def test_nobody_is_offered_to_change_or_close_himself(chief, helper):
    page = client_of(chief).get(f"{LIST}{chief.pk}/change/").text
    assert at(chief, "cerrar") not in page
    assert at(helper, "cerrar") in client_of(chief).get(f"{LIST}{helper.pk}/change/").text


@pytest.fixture
def manager(helper):
    """Somebody who manages the staff without being a superusuario: no group has that, and none will by mistake."""
    permission = Group.objects.get(name="superusuario").permissions.get(codename="manage_staff")
    helper.user_permissions.add(permission)
    return Account.objects.get(pk=helper.pk)


def test_only_a_superuser_makes_another(manager):
    assert refusal_of(made, manager, groups=["superusuario"]) == staff.ONLY_SUPERUSERS
    other = factories.make_staff()
    asked = {"groups": ["superusuario"], "seen": [], "reason": WHY}
    assert refusal_of(change_groups, by=manager, account=other, **asked) == staff.ONLY_SUPERUSERS


def test_only_a_superuser_touches_another(manager, chief, ministry):
    for account in (chief, ministry):
        assert refusal_of(close_staff, by=manager, account=account, reason=WHY) == staff.ONLY_SUPERUSERS


def test_one_of_createsuperuser_makes_superusers(ministry):
    assert groups_of(made(ministry, groups=["superusuario"])) == {"superusuario"}


@pytest.mark.parametrize("act", [made, lambda by: close_staff(by=by, account=factories.make_staff(), reason=WHY)])
def test_whoever_may_no_longer_manage_the_staff_is_refused(helper, act):
    assert refusal_of(act, helper) == staff.NO_LONGER


def test_the_last_superuser_is_neither_closed_nor_demoted(manager, chief):
    asked = {"groups": [], "seen": ["superusuario"], "reason": WHY}
    assert refusal_of(close_staff, by=manager, account=chief, reason=WHY) == staff.LAST
    assert refusal_of(change_groups, by=manager, account=chief, **asked) == staff.LAST


def test_a_closed_superuser_does_not_count_as_one_who_remains(manager, chief):
    factories.make_staff("superusuario", is_active=False)
    assert refusal_of(close_staff, by=manager, account=chief, reason=WHY) == staff.LAST


def test_the_first_account_is_closed_once_there_is_another(chief, ministry):
    assert close_staff(by=chief, account=ministry, reason=WHY)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("demote", [False, True], ids=["close", "demote"])
def test_two_superusers_who_close_or_demote_each_other_at_once_leave_one(demote):
    one, other = factories.make_staff("superusuario"), factories.make_staff("superusuario")
    start, refused = threading.Barrier(2), []

    def act(by, account):
        try:
            start.wait(10)
            if demote:
                change_groups(by=by, account=account, groups=[], seen=["superusuario"], reason=WHY)
            else:
                close_staff(by=by, account=account, reason=WHY)
        except Refused as caught:
            refused.append(caught.refusal)
        finally:
            connection.close()

    threads = [threading.Thread(target=act, args=pair) for pair in ((one, other), (other, one))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert refused == [staff.LAST]
    left = Account.objects.filter(is_active=True, groups__name="superusuario")
    assert left.count() == 1


# ---------------------------------------------------------------- the pages


def listed(client, **query):
    page = client.get(LIST, query)
    assert page.status_code == 200
    return {account.login for account in page.context["cl"].result_list}


def test_the_list_has_the_staff_alone_and_is_searched_and_filtered(chief, helper, delegate):
    client = client_of(chief)
    assert listed(client) == {"JEFA", "AYUDA"}
    assert listed(client, q=helper.person.first_surname) == {"AYUDA"}
    assert listed(client, grupo="superusuario") == {"JEFA"}
    assert listed(client, estado="cerrada") == set()
    assert listed(client, estado="activa") == {"JEFA", "AYUDA"}
    factories.make_staff(login="SOLO")
    assert listed(client, grupo="ninguno") == {"SOLO"}


def test_the_list_tells_who_has_a_second_factor(chief, helper):
    factories.make_app(helper)
    assert listed(client_of(chief), factor="si") == {"AYUDA"}
    assert listed(client_of(chief), factor="no") == {"JEFA"}


@pytest.mark.parametrize("query", [{"grupo": "x"}, {"factor": "x"}, {"estado": "x"}, {"p": "x"}])
def test_a_filter_that_does_not_exist_breaks_nothing(chief, query):
    assert client_of(chief).get(LIST, query, follow=True).status_code == 200


def test_nobody_finds_out_a_password_through_the_list(chief):
    assert client_of(chief).get(LIST, {"password__startswith": "a"}).status_code == 400


def test_no_page_shows_a_hash(chief, helper):
    client = client_of(chief)
    for page in (LIST, f"{LIST}{helper.pk}/change/"):
        assert "argon2" not in client.get(page).text


def test_the_account_of_a_delegate_is_not_found_here(chief, delegate):
    client = client_of(chief)
    assert client.get(at(delegate, "cerrar")).status_code == 404
    client.post(at(delegate, "cerrar"), {"reason": WHY})
    delegate.refresh_from_db()
    assert delegate.is_active


def test_the_history_of_an_account_shows_the_reasons(chief, helper):
    close_staff(by=chief, account=helper, reason=WHY)
    page = client_of(chief).get(f"{LIST}{helper.pk}/history/").text
    assert "Cuenta del Ministerio cerrada" in page
    assert WHY in page
