"""A registry ends roles, in a browser: the delegate reads it on the home, sees who and why, and opens the person."""

import os

import pytest
from django.test import Client
from playwright.sync_api import expect

from tests import factories
from tests.journeys.conftest import DESKTOP, PHONE
from tests.roles.registry_loads import Ministry

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def session(tmp_path):
    """The session cookie of a delegate in whose IPS a sede was closed, a doctor died and a plaza became shorter."""
    entity = factories.make_entity(name="Clínica del Río S.A.S.")
    delegate, closed, sede = factories.make_delegate(entity), factories.make_sede(entity), factories.make_sede(entity)
    dead, intern = factories.make_user(first_name="Jesús", first_surname="Ñáñez"), factories.make_user("SSO")
    for user, place in ((factories.make_user(), closed), (factories.make_user(), closed), (dead, sede), (intern, sede)):
        factories.make_assignment(user, place, "Rol_Prescriptor", delegate)
    ministry = Ministry(tmp_path)
    ministry.reps(sede)
    ministry.deceased(dead.person)
    ministry.plazas((intern, sede, -9, 60))
    client = Client()
    client.force_login(delegate)
    return client.cookies["sesion"].value


@pytest.mark.parametrize(("scripts", "viewport"), [(True, DESKTOP), (False, PHONE), (True, PHONE)])
def test_a_delegate_reads_what_registries_ended(open_page, live_server, judge, session, scripts, viewport):
    page = open_page(scripts=scripts, viewport=viewport)
    page.context.add_cookies([{"name": "sesion", "value": session, "url": live_server.url}])
    page.goto("/")
    judge.read(page, scripts=scripts)
    picture(page, viewport, "home")
    page.get_by_role("link", name="2 roles, Sede cerrada en el REPS").click()
    expect(page.get_by_role("status")).to_have_text("Registros encontrados: 2")
    judge.read(page, scripts=scripts)
    page.get_by_role("link", name="Quitar filtros").click()
    expect(page.get_by_role("status")).to_have_text("Registros encontrados: 4")
    judge.read(page, scripts=scripts)
    picture(page, viewport, "list")
    page.get_by_role("link", name="Jesús Ñáñez").click()
    expect(page.get_by_role("heading", name="Roles que terminó un registro oficial")).to_be_visible()
    judge.read(page, scripts=scripts)
    picture(page, viewport, "user")
    page.goto("/usuarios/?estado=terminados")
    judge.read(page, scripts=scripts)
    picture(page, viewport, "users")


def picture(page, viewport, name):
    folder = os.environ.get("MIPRES_PICTURES")
    if folder:
        page.screenshot(path=f"{folder}/{name}-{viewport['width']}.png", full_page=True)
