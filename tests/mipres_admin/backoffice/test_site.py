"""Do the pages of the admin hold to the portal's rules: no inline script or style, Spanish, the Ministry's order?"""

import html
import re

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from tests import factories
from tests.mipres_admin.busy import failed_mail
from tests.tokens.helpers import make_token
from tokens.signing.keys import public_keys

pytestmark = pytest.mark.django_db
ENGLISH = r">\s*(?:Add|Change|Delete|View|Save|Search|Filter|Run|Close|History|Home|Show counts|Welcome)\b"


@pytest.fixture
def staff(ministry):
    client = Client()
    client.force_login(ministry)
    return client


@pytest.fixture
def things(delegate):
    public_keys.clear()
    failed_mail()
    return {"portaltoken": make_token(delegate).row, "entityregistration": factories.make_registration()}


def pages(staff, things):
    """The first page, the page of each app, each list, each page to add, and the pages of some things."""
    yield staff.get(reverse("admin:index"))
    for label in {model._meta.app_label for model in admin.site._registry}:
        yield staff.get(reverse("admin:app_list", args=[label]))
    for model in admin.site._registry:
        stem = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        yield staff.get(reverse(f"{stem}_changelist"))
        page = staff.get(reverse(f"{stem}_add"))
        if page.status_code == 200:
            yield page
    for name, thing in things.items():
        stem = f"admin:{thing._meta.app_label}_{name}"
        yield staff.get(reverse(f"{stem}_change", args=[thing.pk]))
    yield staff.get(reverse("admin:tokens_portaltoken_action", args=[things["portaltoken"].pk, "revocar"]))
    yield staff.get(reverse("admin:tokens_portaltoken_history", args=[things["portaltoken"].pk]))


def inline(text):
    """What the policy of the portal forbids in a page."""
    found = re.findall(r"<[^>]+\sstyle\s*=[^>]*>|<style\b[^>]*>|<[^>]+\son[a-z]+\s*=[^>]*>", text)
    return found + [script for script in re.findall(r"<script\b[^>]*>", text) if "src=" not in script]


def test_no_page_has_inline_styles_scripts_or_handlers_and_all_are_in_spanish(staff, things):
    for page in pages(staff, things):
        where = page.wsgi_request.path
        assert page.status_code == 200, where
        assert inline(page.text) == [], where
        assert re.findall(ENGLISH, page.text) == [], where
        assert '<html lang="es-co"' in page.text, where
        assert "style-src 'self'" in page.headers["Content-Security-Policy"], where


def test_the_header_says_who_it_is_and_leads_to_the_portal(staff, ministry):
    text = staff.get("/admin/").text
    assert f"<strong>{ministry.login}</strong>" in text
    for name, words in (("home", "Ver el sitio"), ("change_password", "Cambiar contraseña")):
        assert f'<a href="{reverse(name)}">{words}</a>' in text
    assert f'method="post" action="{reverse("logout")}"' in text


def test_the_apps_come_in_the_ministrys_order_and_words(staff):
    names = [app["name"] for app in staff.get("/admin/").context["app_list"]]
    assert names == [
        name
        for name in (
            "Representantes y delegados",
            "Personas y cuentas",
            "Usuarios y roles",
            "Entidades y sedes",
            "Registros oficiales",
            "Tokens y servicios web",
            "Historia del portal",
            "Correo",
            "Tareas del portal",
            "Grupos y permisos",
        )
        if name in names
    ]
    assert len(names) >= 4


def test_the_page_of_an_app_has_its_name(staff):
    assert "<h1>Tokens y servicios web</h1>" in staff.get("/admin/tokens/").text
    assert staff.get("/admin/nada/").status_code == 404


def test_a_person_without_permissions_is_told_so(db):
    account = factories.Account.objects.create_user(
        "MINSALUD03", factories.PASSWORD, email="x@minsalud.example", is_staff=True
    )
    client = Client()
    client.force_login(account)
    assert "No cuenta con permiso" in html.unescape(client.get("/admin/").text)


@pytest.mark.parametrize(
    ("said", "meant"), [("View", "Ver"), ("Run", "Ejecutar"), ("- Select an option -", "- Elija una opción -")]
)
def test_what_django_leaves_in_english_is_translated(said, meant):
    from django.utils.translation import gettext

    with override("es-co"):
        assert gettext(said) == meant
