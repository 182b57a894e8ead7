"""Does a delegate read on the home which roles a registry ended, whose and why, in a browser?"""

import pytest
from playwright.sync_api import expect

from tests import factories
from tests.journeys.page_checker import PHONE
from tests.roles.registry_loads import Ministry

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def delegate(tmp_path):
    """The delegate of an IPS where a sede was closed, a doctor died and a plaza became shorter."""
    entity = factories.make_entity(name="Clínica del Río S.A.S.")
    delegate, closed, sede = factories.make_delegate(entity), factories.make_sede(entity), factories.make_sede(entity)
    dead, intern = factories.make_user(first_name="Jesús", first_surname="Ñáñez"), factories.make_user("SSO")
    for user, place in ((factories.make_user(), closed), (factories.make_user(), closed), (dead, sede), (intern, sede)):
        factories.make_assignment(user, place, "Rol_Prescriptor", delegate)
    ministry = Ministry(tmp_path)
    ministry.reps(sede)
    ministry.deceased(dead.person)
    ministry.plazas((intern, sede, -9, 60))
    return delegate


@pytest.mark.parametrize("scripts", [True, False], ids=["phone", "phone-no-js"])
def test_a_delegate_reads_what_registries_ended(open_page, checker, delegate, scripts):
    page = open_page(delegate, scripts=scripts, viewport=PHONE)
    page.goto("/")
    checker.check(page)
    page.get_by_role("link", name="2 roles, Sede cerrada en el REPS").click()
    expect(page.get_by_role("status")).to_have_text("Registros encontrados: 2")
    checker.check(page)
    page.get_by_role("link", name="Quitar filtros").click()
    expect(page.get_by_role("status")).to_have_text("Registros encontrados: 4")
    checker.check(page)
    page.get_by_role("link", name="Jesús Ñáñez").click()
    expect(page.get_by_role("heading", name="Historia de los roles de Jesús Ñáñez")).to_be_visible()
    checker.check(page)
    page.goto("/usuarios/?estado=terminados")
    checker.check(page)
