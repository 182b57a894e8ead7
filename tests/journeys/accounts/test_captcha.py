"""Can a person whose origin has requested too many images still log in with the one on the page?"""

import pytest
from playwright.sync_api import expect

from accounts.captcha import limits
from tests import factories
from tests.journeys.steps import captcha_answer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def no_more_captchas(monkeypatch):
    monkeypatch.setattr(limits.CAPTCHAS, "allowed", 0)
    limits.CAPTCHAS.clear()
    yield
    limits.CAPTCHAS.clear()


def test_refused_image_leaves_the_page_as_it_was(open_page, checker, delegate, no_more_captchas):
    page = open_page()
    page.goto("/ingresar/")
    page.get_by_label("Usuario").fill(delegate.login)
    page.get_by_label("Contraseña").fill(factories.PASSWORD)
    page.get_by_role("button", name="Actualizar imagen").click()
    expect(page.get_by_text("Se pidieron demasiadas imágenes")).to_be_visible()
    checker.ignore_status(429)
    checker.check(page)
    page.get_by_label("Ingrese el código de la imagen").fill(captcha_answer())
    page.get_by_role("button", name="Ingresar", exact=True).click()
    expect(page.get_by_text(delegate.entity.name).first).to_be_visible()
