"""Can a delegate generate a constancia, and somebody without account verify it, in a browser?"""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests import factories
from tests.journeys.page_checker import DESKTOP, PHONE

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def user(delegate, sede):
    """A doctor with a role."""
    user = factories.make_user(first_name="Jesús", first_surname="Ñáñez", document_number="1025000111")
    start = timezone.now() - timedelta(days=30)
    factories.make_assignment(user, sede, "Rol_Prescriptor", delegate, starts_at=start)
    return user


@pytest.mark.parametrize(("scripts", "viewport"), [(True, DESKTOP), (False, PHONE)], ids=["desktop", "phone-no-js"])
def test_a_constancia_from_generation_to_verification(open_page, checker, delegate, user, scripts, viewport):
    page = open_page(delegate, scripts=scripts, viewport=viewport)
    page.goto(f"/usuarios/{user.public_id}/")
    page.get_by_role("link", name="Constancia").click()
    checker.check(page)
    for _ in range(2):  # the page stays after a download, and its button works again
        with page.expect_download() as downloaded:
            page.get_by_role("button", name="Generar constancia").click()
    name = downloaded.value.suggested_filename
    page.reload()
    checker.check(page)
    code = name.removeprefix("constancia-").removesuffix(".pdf")
    expect(page.get_by_role("link", name=code)).to_be_visible()
    verify(open_page(scripts=True, viewport=PHONE), checker, code)


def verify(page, checker, code):
    page.goto("/verificar/")
    checker.check(page)
    page.get_by_label("Código de verificación").fill(code.lower().replace("-", " "))
    page.get_by_role("button", name="Verificar").click()
    expect(page.get_by_role("heading", level=1, name="La constancia existe")).to_be_visible()
    expect(page.get_by_text("CC ******0111")).to_be_visible()
    checker.check(page)
