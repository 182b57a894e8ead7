"""Does what a session found go on in the next one of its account, for an hour, and in no other?"""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.actions import ministry_interventions, password_links
from accounts.models import Account
from delegates.actions.account_suspension import suspend_with_links
from roles.models import RoleAssignment
from tests import factories
from tests.accounts.links import link_to
from tests.accounts.login_page import is_logged_in, log_in
from tests.roles.views.users_pages import find

pytestmark = pytest.mark.django_db
ROLE = {"option": "profesional", "roles": "Rol_Anulador"}
IDLE = timedelta(minutes=21)


@pytest.fixture
def user():
    return factories.make_user()


@pytest.fixture
def page(user):
    return reverse("user_roles", args=[user.public_id])


@pytest.fixture
def expired(at_noon, clock, sede, user):
    """The browser of a delegate who found somebody, before its next request: the session is too old by a minute."""
    find(at_noon, user)
    clock.shift(IDLE)
    return at_noon


def opens(client, account, page):
    log_in(client, account.login)
    assert is_logged_in(client)
    return client.get(page).status_code == 200


def test_form_of_a_person_who_was_found_is_sent_now(expired, delegate, sede, user):
    associate = reverse("associate_user", args=[user.public_id])
    assert expired.post(associate, ROLE | {"sede": sede.code}).status_code == 302
    assert log_in(expired, delegate.login).url == "/ingresar/retomar/"
    resumed = expired.get("/ingresar/retomar/").text
    address = re.search(r'action="(/usuarios/[^"]+)"', resumed)[1]
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', resumed))
    assert "Operación exitosa" in expired.post(address, fields, follow=True).text
    assert RoleAssignment.objects.get().user == user


def test_page_of_a_person_who_was_found_goes_on(expired, delegate, page, user):
    to_log_in = expired.get(page).url
    assert user.person.document_number not in to_log_in
    assert log_in(expired, delegate.login, page=to_log_in).url == page
    assert expired.get(page).status_code == 200


def test_second_tab_goes_on_where_it_was(expired, delegate, page):
    expired.get("/usuarios/")
    second_tab = expired.get(page).url
    log_in(expired, delegate.login)
    assert expired.get(second_tab).url == page
    assert expired.get(page).status_code == 200


def test_nobody_else_is_found_after_the_session(expired, delegate):
    assert not opens(expired, delegate, reverse("user_roles", args=[factories.make_user().public_id]))


def test_second_factor_does_not_lose_what_was_found(expired, delegate, page):
    factories.make_app(delegate)
    expired.get(page)
    assert not is_logged_in(expired)
    log_in(expired, delegate.login)
    expired.force_login(delegate)
    assert expired.get(page).status_code == 200


def test_search_of_the_list_goes_on(at_noon, clock, delegate):
    address = at_noon.post(reverse("users"), {"criterio": "munoz"}).url
    clock.shift(IDLE)
    log_in(at_noon, delegate.login)
    assert 'value="munoz"' in at_noon.get(address).text


@pytest.mark.parametrize(("minutes", "is_open"), [(58, True), (60, False)])
def test_what_was_found_lasts_an_hour_after_the_session(expired, clock, delegate, page, minutes, is_open):
    clock.shift(timedelta(minutes=minutes))
    assert opens(expired, delegate, page) == is_open


def test_hour_begins_with_the_end_and_not_with_the_next_request(expired, clock, delegate, page):
    clock.shift(timedelta(minutes=50))
    expired.get(page)
    clock.shift(timedelta(minutes=10))
    assert not opens(expired, delegate, page)


# ---------------------------------------------------------------- who gets nothing


def test_colleague_in_the_same_browser_gets_nothing(expired, colleague, delegate, page):
    assert not opens(expired, colleague, page)
    expired.post("/salir/")
    assert not opens(expired, delegate, page)


def test_same_person_for_another_entity_gets_nothing(expired, delegate, page):
    second = factories.make_delegate(factories.make_entity(), person=delegate.person)
    assert not opens(expired, second, page)


def test_another_browser_gets_nothing(expired, delegate, page):
    assert not opens(Client(), delegate, page)


def test_leaving_leaves_nothing(at_noon, delegate, user, page):
    find(at_noon, user)
    at_noon.post("/salir/")
    assert not opens(at_noon, delegate, page)


def suspended(delegate, ministry):
    suspend_with_links(by=ministry, account=delegate, reason="Prueba")
    ministry_interventions.reactivate_account(by=ministry, account=delegate, reason="Prueba")


def suspended_entity(delegate, ministry):
    ministry_interventions.suspend_entity(by=ministry, entity=delegate.entity, reason="Prueba")
    ministry_interventions.reactivate_entity(by=ministry, entity=delegate.entity, reason="Prueba")


def closed_sessions(delegate, ministry):
    ministry_interventions.close_sessions(by=ministry, account=delegate, reason="Prueba")


def new_password(delegate, ministry):
    secret = link_to(delegate, "recover").split("/")[-2]
    password_links.assign_password(secret=secret, new=factories.PASSWORD + " nueva")
    delegate.set_password(factories.PASSWORD)
    delegate.save(update_fields=["password"])


@pytest.mark.parametrize("meanwhile", [suspended, suspended_entity, closed_sessions, new_password])
@pytest.mark.parametrize("noticed", [True, False])
def test_nothing_outlives_what_ended_the_sessions(expired, delegate, ministry, page, meanwhile, noticed):
    if noticed:
        expired.get(page)
    meanwhile(Account.objects.get(pk=delegate.pk), ministry)
    assert not opens(expired, delegate, page)


def test_forged_cookie_of_a_stranger_finds_nobody(expired, stranger, page):
    expired.get(page)
    thief = Client()
    thief.cookies.load({"sesion": expired.cookies["sesion"].value})
    assert not opens(thief, stranger, page)
