"""What does a superuser see and do in the list of the staff?"""

import pytest
from django.test import Client

from accounts.actions.staff import close_staff
from accounts.models import Account, Person
from tests import factories
from tests.cells import each_cell
from tests.history.events_staff import WHY

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


def test_all_groups_may_be_taken(chief, helper, delivered):
    client_of(chief).post(at(helper, "grupos"), {"expected_groups": ["soporte"], "reason": WHY})
    assert groups_of(helper) == set()
    assert "ya no está en ningún grupo" in delivered()[0].body


@pytest.mark.parametrize("slug", ["cerrar", "grupos"])
def test_a_closed_account_is_opened_before_anything_else(chief, helper, slug):
    close_staff(by=chief, account=helper, reason=WHY)
    assert "no hay nada que cambiar" in client_of(chief).get(at(helper, slug)).text


def test_own_staff_account_offers_no_actions(chief, helper):
    page = client_of(chief).get(f"{LIST}{chief.pk}/change/").text
    assert at(chief, "cerrar") not in page
    assert at(helper, "cerrar") in client_of(chief).get(f"{LIST}{helper.pk}/change/").text


# ---------------------------------------------------------------- the pages


def listed(client, **query):
    page = client.get(LIST, query)
    assert page.status_code == 200
    return {account.login for account in page.context["cl"].result_list}


def test_the_list_has_the_staff_alone_and_is_searched_and_filtered(chief, helper, delegate):
    client = client_of(chief)
    assert listed(client) == {"JEFA", "AYUDA"}
    Person.objects.filter(pk=helper.person_id).update(first_surname="Quiñones")
    assert listed(client, q="quinones") == {"AYUDA"}
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
