"""Is every address of the portal, while the Ministry sees it as a delegate, only to look at?"""

import re
from dataclasses import replace

import pytest
from captcha.models import CaptchaStore
from django.apps import apps
from django.db import connection
from django.test import Client

from accounts.actions.impersonation import start_impersonation
from accounts.middleware import impersonation
from accounts.models import AccountSession
from mipres_admin.access.declarations import Viewable, declared, own_patterns
from mipres_admin.history.models import HistoryEntry
from tests.cells import rolled_back
from tests.factories import make_delegate, make_entity
from tests.mipres_admin.access.test_declarations import IN, KINDS, TABLE, address

pytestmark = pytest.mark.django_db
# a stranger's link or a code of the page is another at each drawing
CHANGING = re.compile(
    r'[0-9a-f]{8}-[0-9a-f-]{27}|<input type="hidden" name="csrfmiddlewaretoken" value="\w+">|data-left="\d+"'
    # a search that is sent by POST is sent by GET where nothing may be sent
    r'|Cambiar de entidad|<form method="\w+"(?= class="card" role="search")'
)
VIEWS = {pattern.name: pattern.callback for pattern in own_patterns()}
VIEWABLE = {name: access.viewable for name, view in VIEWS.items() if (access := declared(view))}
WATCHED = [name for name in TABLE if VIEWABLE[name] is not Viewable.OWN]
# the names by a kind of delegate to whom the page opens, if there is one
BY_KIND = {
    kind: [name for name in WATCHED if next((kind for kind in KINDS if TABLE[name][1][kind] == IN), "EPS_C") == kind]
    for kind in KINDS
}
OPENING = [kind for kind in KINDS if BY_KIND[kind]]


def impersonating(ministry, delegate):
    client = Client()
    client.force_login(ministry)
    session = AccountSession.objects.get(account=ministry)
    start_impersonation(by=ministry, account=delegate, session=session, reason="Ayuda")
    return client


def everything():
    """What every table holds, as one fingerprint each: a row more, less or changed shows."""
    tables = sorted({model._meta.db_table for model in apps.get_models(include_auto_created=True)})
    parts = [f"SELECT '{name}', md5(string_agg(t::text, '' ORDER BY t::text)) FROM {name} AS t" for name in tables]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts))
        return dict(cursor.fetchall())


def main_of(page):
    found = re.search(r"<h1>.*</main>", page.text, re.S)
    return CHANGING.sub("", found[0] if found else page.text)


@pytest.mark.parametrize("kind", OPENING)
def test_impersonated_page_is_the_delegates_or_refused(kind, ministry, subtests):
    delegate, theirs = make_delegate(make_entity(kind)), Client()
    client = impersonating(ministry, delegate)
    theirs.force_login(delegate)
    for name in BY_KIND[kind]:
        with subtests.test(name), rolled_back(client), rolled_back(theirs):
            where = address(name, delegate)
            before = everything()
            page = client.get(where)
            assert everything() == before
            if VIEWABLE[name] is not Viewable.YES:
                assert page.status_code == 403
                continue
            own = theirs.get(where)
            assert (page.status_code, page.headers.get("Location")) == (own.status_code, own.headers.get("Location"))
            assert main_of(page) == main_of(own)


@pytest.mark.parametrize(
    ("method", "status"), [("post", 403), ("put", 405), ("patch", 405), ("delete", 405), ("options", 403)]
)
def test_only_safe_methods_are_allowed_during_impersonation(method, status, ministry, delegate):
    page = getattr(impersonating(ministry, delegate), method)("/usuarios/")
    assert page.status_code == status


def refused_with(view):
    """A public page that takes no POST says so to everybody."""
    access = declared(view)
    return 405 if access.who == "public" and not {"POST", "*"} & set(access.methods) else 403


@pytest.mark.parametrize("kind", OPENING)
def test_nothing_is_sent_anywhere(kind, ministry, subtests):
    delegate = make_delegate(make_entity(kind))
    client = impersonating(ministry, delegate)
    for name in BY_KIND[kind]:
        with subtests.test(name), rolled_back(client):
            where = address(name, delegate)
            before = everything()
            assert client.post(where, {"reason": "x", "mode": "todo"}).status_code == refused_with(VIEWS[name])
            assert everything() == before


def test_every_page_that_is_shown_or_downloaded_is_in_the_table():
    assert set(TABLE) >= {name for name in VIEWS if VIEWABLE[name] in (Viewable.YES, Viewable.DOWNLOAD)}
    assert sorted(name for name in WATCHED if not any(name in names for names in BY_KIND.values())) == []


def test_impersonation_refusal_names_the_delegate_and_how_to_stop(ministry, delegate):
    page = impersonating(ministry, delegate).post("/usuarios/activar/")
    assert f"<h1>Está viendo el portal como {delegate.login}</h1>" in page.text
    assert "No puede cambiar nada" in page.text
    assert 'action="/ver-como/dejar/"' in page.text
    assert page.headers["X-Frame-Options"] == "DENY"


# ---------------------------------------------------------------- what PostgreSQL itself refuses


def shown_after_all(monkeypatch, *names):
    """As if somebody had put a page among those that are shown without reading what it does."""
    for name in names:
        view = VIEWS[name]
        monkeypatch.setattr(view, "access", replace(declared(view), viewable=Viewable.YES))


@pytest.mark.parametrize("name", ["recover_password", "download_users", "enrol_passkey"])
def test_a_page_that_writes_is_refused_by_the_database_or_leaves_nothing(name, ministry, delegate, monkeypatch):
    shown_after_all(monkeypatch, name)
    client, where = impersonating(ministry, delegate), address(name, delegate)
    before = everything()
    page = client.get(where)
    assert page.status_code == (200 if name == "enrol_passkey" else 403)
    assert everything() == before


@pytest.mark.django_db(transaction=True)
def test_outside_a_test_too_nothing_is_written_and_the_next_page_works(ministry, delegate, monkeypatch):
    shown_after_all(monkeypatch, "recover_password")
    client = impersonating(ministry, delegate)
    assert "No puede cambiar nada" in client.get("/clave/recordar/").text
    assert not CaptchaStore.objects.exists()
    assert client.get("/usuarios/").status_code == 200
    assert client.post("/ver-como/dejar/").status_code == 302
    assert HistoryEntry.objects.filter(event="impersonation.ended").exists()


def test_a_file_is_not_handed_out_even_where_it_writes_nothing(ministry, delegate, monkeypatch):
    shown_after_all(monkeypatch, "upload_result")
    page = impersonating(ministry, delegate).get(address("upload_result", delegate))
    assert page.status_code == 403
    assert "No puede descargar archivos" in page.text


def test_another_error_stays_an_error(ministry, delegate, monkeypatch):
    def failing(request):
        raise impersonation.InternalError

    client = impersonating(ministry, delegate)
    client.raise_request_exception = False
    monkeypatch.setattr("roles.views.home.overview_of", failing)
    assert client.get("/").status_code == 500


def test_no_event_during_impersonation_is_the_delegates(ministry, delegate):
    client = impersonating(ministry, delegate)
    for name in ("users", "tokens", "download_users", "activate_user"):
        client.get(address(name, delegate))
        client.post(address(name, delegate), {})
    assert not HistoryEntry.objects.filter(actor=delegate).exists()


def test_keeping_the_session_alive_is_the_staffs_own(ministry, delegate):
    assert "seconds" in impersonating(ministry, delegate).post("/sesion/seguir/").json()
