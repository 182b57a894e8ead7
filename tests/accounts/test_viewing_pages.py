"""Is every address of the portal, while the Ministry sees it as a delegate, only to look at?"""

import re

import pytest
from captcha.models import CaptchaStore
from django.apps import apps
from django.db import connection
from django.test import Client

from accounts.actions.viewing import start_viewing
from accounts.security.models import AccountSession
from accounts.viewing import middleware, rules
from mipres_admin.models import HistoryEntry
from tests.cast import make_delegate, make_entity
from tests.mipres_admin.test_access import IN, KINDS, TABLE, address

pytestmark = pytest.mark.django_db
# a stranger's link or a code of the page is another at each drawing
CHANGING = re.compile(
    r'[0-9a-f]{8}-[0-9a-f-]{27}|name="csrfmiddlewaretoken" value="\w+"|data-left="\d+"|Cambiar de entidad'
)
WATCHED = [name for name in TABLE if name not in rules.OWN]


def who_opens(name):
    """A kind of delegate to whom the page opens, if there is one."""
    row = TABLE[name][1]
    kind = next((kind for kind in KINDS if row[kind] == IN), "EPS_C")
    return make_delegate(make_entity(kind))


def seeing(ministry, delegate):
    client = Client()
    client.force_login(ministry)
    session = AccountSession.objects.get(account=ministry)
    start_viewing(by=ministry, account=delegate, session=session, reason="Ayuda")
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


@pytest.mark.parametrize("name", WATCHED)
def test_a_page_is_what_the_delegate_sees_or_is_refused(name, ministry):
    delegate = who_opens(name)
    where, client, theirs = address(name, delegate), seeing(ministry, delegate), Client()
    theirs.force_login(delegate)
    before = everything()
    page = client.get(where)
    assert everything() == before
    if name in rules.SHOWN:
        own = theirs.get(where)
        assert (page.status_code, page.headers.get("Location")) == (own.status_code, own.headers.get("Location"))
        assert main_of(page) == main_of(own)
    else:
        assert page.status_code == 403


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options"])
def test_only_looking_is_looking(method, ministry, delegate):
    page = getattr(seeing(ministry, delegate), method)("/usuarios/")
    assert page.status_code == 403


@pytest.mark.parametrize("name", WATCHED)
def test_nothing_is_sent_anywhere(name, ministry):
    delegate = who_opens(name)
    where, client = address(name, delegate), seeing(ministry, delegate)
    before = everything()
    assert client.post(where, {"reason": "x", "mode": "todo"}).status_code == 403
    assert everything() == before


def test_every_page_that_is_shown_exists_and_no_download_is_one():
    assert set(TABLE) >= rules.SHOWN | rules.DOWNLOADS
    assert not rules.SHOWN & (rules.DOWNLOADS | rules.OWN)


def test_the_page_that_refuses_says_who_is_seen_and_how_to_stop(ministry, delegate):
    page = seeing(ministry, delegate).post("/usuarios/activar/")
    assert f"<h1>Está viendo el portal como {delegate.login}</h1>" in page.text
    assert "No puede cambiar nada" in page.text
    assert 'action="/ver-como/dejar/"' in page.text
    assert page.headers["X-Frame-Options"] == "DENY"


# ---------------------------------------------------------------- what PostgreSQL itself refuses


def shown_after_all(monkeypatch, *names):
    """As if somebody had put a page among those that are shown without reading what it does."""
    monkeypatch.setattr(rules, "SHOWN", rules.SHOWN | set(names))
    monkeypatch.setattr(rules, "DOWNLOADS", rules.DOWNLOADS - set(names))


@pytest.mark.parametrize("name", ["recover_password", "download_users", "enrol_passkey"])
def test_a_page_that_writes_is_refused_by_the_database_or_leaves_nothing(name, ministry, delegate, monkeypatch):
    shown_after_all(monkeypatch, name)
    client, where = seeing(ministry, delegate), address(name, delegate)
    before = everything()
    page = client.get(where)
    assert page.status_code == (200 if name == "enrol_passkey" else 403)
    assert everything() == before


@pytest.mark.django_db(transaction=True)
def test_outside_a_test_too_nothing_is_written_and_the_next_page_works(ministry, delegate, monkeypatch):
    shown_after_all(monkeypatch, "recover_password")
    client = seeing(ministry, delegate)
    assert "No puede cambiar nada" in client.get("/clave/recordar/").text
    assert not CaptchaStore.objects.exists()
    assert client.get("/usuarios/").status_code == 200
    assert client.post("/ver-como/dejar/").status_code == 302
    assert HistoryEntry.objects.filter(event="view_as.ended").exists()


def test_a_file_is_not_handed_out_even_where_it_writes_nothing(ministry, delegate, monkeypatch):
    shown_after_all(monkeypatch, "upload_result")
    page = seeing(ministry, delegate).get(address("upload_result", delegate))
    assert page.status_code == 403
    assert "No puede descargar archivos" in page.text


def test_another_error_stays_an_error(ministry, delegate, monkeypatch):
    def failing(request):
        raise middleware.InternalError

    client = seeing(ministry, delegate)
    client.raise_request_exception = False
    monkeypatch.setattr("accounts.views.session.overview_of", failing)
    assert client.get("/").status_code == 500


def test_no_act_is_ever_the_delegates(ministry, delegate):
    client = seeing(ministry, delegate)
    for name in ("users", "tokens", "download_users", "activate_user"):
        client.get(address(name, delegate))
        client.post(address(name, delegate), {})
    assert not HistoryEntry.objects.filter(actor=delegate).exists()


def test_keeping_the_session_alive_is_the_staffs_own(ministry, delegate):
    assert "seconds" in seeing(ministry, delegate).post("/sesion/seguir/").json()
