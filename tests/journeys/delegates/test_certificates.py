"""A constancia in a browser: the delegate generates it, and somebody without account verifies it on a phone."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from tests import factories
from tests.journeys.conftest import DESKTOP, PHONE

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def held(db):
    """A doctor with a role, and the session cookie of the delegate who gave it."""
    entity = factories.make_entity(name="Clínica del Río S.A.S.")
    delegate = factories.make_delegate(entity)
    user = factories.make_user(first_name="Jesús", first_surname="Ñáñez", document_number="1025000111")
    start = timezone.now() - timedelta(days=30)
    factories.make_assignment(user, factories.make_sede(entity), "Rol_Prescriptor", delegate, starts_at=start)
    client = Client()
    client.force_login(delegate)
    return user, client.cookies["sesion"].value


@pytest.mark.parametrize(("scripts", "viewport"), [(True, DESKTOP), (False, PHONE)], ids=["desktop", "phone-no-js"])
def test_a_constancia_from_generation_to_verification(open_page, live_server, judge, held, scripts, viewport):
    user, session = held
    page = open_page(scripts=scripts, viewport=viewport)
    page.context.add_cookies([{"name": "sesion", "value": session, "url": live_server.url}])
    page.goto(f"/usuarios/{user.public_id}/")
    page.get_by_role("link", name="Constancia").click()
    judge.read(page, scripts=scripts)
    with page.expect_download() as downloaded:
        page.get_by_role("button", name="Generar constancia").click()
    name = downloaded.value.suggested_filename
    page.reload()
    judge.read(page, scripts=scripts)
    code = name.removeprefix("constancia-").removesuffix(".pdf")
    expect(page.get_by_role("link", name=code)).to_be_visible()
    verify(open_page(scripts=True, viewport=PHONE), judge, code)


def verify(page, judge, code):
    page.goto("/verificar/")
    judge.read(page)
    page.get_by_label("Código de verificación").fill(code.lower().replace("-", " "))
    page.get_by_role("button", name="Verificar").click()
    expect(page.get_by_role("heading", level=1, name="La constancia existe")).to_be_visible()
    expect(page.get_by_text("CC ******0111")).to_be_visible()
    judge.read(page)
