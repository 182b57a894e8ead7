"""Does a request with an ended or foreign session open nothing?"""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.actions.ministry_interventions import suspend_entity
from accounts.actions.sessions import end_sessions
from accounts.models import AccountSession
from mipres_admin.access.declarations import declared, own_patterns
from tests import factories
from tests.accounts.login_page import is_logged_in
from tests.accounts.second_factors import STEP, enrol, pending_client
from tests.cells import rolled_back
from tests.mipres_admin.access.test_declarations import TABLE, address

pytestmark = pytest.mark.django_db


def test_the_key_of_an_ended_session_is_of_no_use(at_noon, delegate):
    AccountSession.objects.update(ended_at=delegate.sessions.get().started_at)
    assert at_noon.get("/usuarios/").status_code == 302
    assert not is_logged_in(at_noon)


def test_a_session_without_its_row_opens_nothing(at_noon):
    AccountSession.objects.all().delete()
    assert at_noon.get("/usuarios/").status_code == 302


def test_a_session_with_the_row_of_another_account_opens_nothing(at_noon, stranger):
    session = at_noon.session
    session["account_session"] = str(factories.make_session(stranger).public_id)
    session.save()
    assert at_noon.get("/usuarios/").status_code == 302


# ---------------------------------------------------------------- why it ended
INTRUSION = "cambie su contraseña"


def end_by_entity(account):
    suspend_entity(by=factories.make_staff(), entity=account.entity, reason="Prueba")


def end_by_death(account):
    type(account.person).objects.filter(pk=account.person_id).update(deceased_on="2026-11-01")


def end_by_closing(account):
    type(account).objects.filter(pk=account.pk).update(is_active=False)
    end_sessions(account=account, by=account)


@pytest.mark.parametrize(
    ("end", "says"),
    [
        (end_by_entity, "porque el Ministerio suspendió a su entidad"),
        (end_by_death, "figura como fallecida"),
        (end_by_closing, "su cuenta ya no está activa"),
    ],
)
def test_end_of_the_account_is_no_intrusion(end, says, delegate, delegate_client):
    delegate_client.get("/")
    end(delegate)
    page = delegate_client.get("/usuarios/", follow=True).text
    assert says in page
    assert INTRUSION not in page
    assert "continuar donde estaba" not in page
    assert says not in delegate_client.get("/ingresar/").text


def test_session_ended_from_elsewhere_still_warns(delegate, delegate_client):
    end_sessions(account=delegate, by=delegate)
    assert INTRUSION in delegate_client.get("/usuarios/", follow=True).text


@pytest.mark.django_db(transaction=True)
def test_a_locked_row_of_the_session_keeps_no_request_waiting(delegate, delegate_client):
    delegate_client.get("/")
    long_ago = timezone.now() - timedelta(minutes=9)
    delegate.sessions.update(started_at=long_ago, confirmed_at=long_ago, last_seen_at=long_ago)
    holder = connection.copy()
    with holder.cursor() as cursor, connection.cursor() as mine:
        cursor.execute("BEGIN; SELECT FROM accounts_accountsession FOR UPDATE")
        mine.execute("SET lock_timeout = '100ms'")
        assert delegate_client.get("/").status_code == 200
        mine.execute("RESET lock_timeout")
        cursor.execute("ROLLBACK")
    holder.close()


# ---------------------------------------------------------------- the cookie


@pytest.fixture
def late(at_noon):
    """Another tab's request, on its way with the key that the session had before its password was changed."""
    tab = Client()
    tab.cookies.load({"sesion": at_noon.cookies["sesion"].value})
    fields = {"old": factories.PASSWORD, "new": "una frase del todo nueva", "confirmation": "una frase del todo nueva"}
    assert at_noon.post("/clave/cambiar/", fields).status_code == 302
    return tab


def test_a_request_that_arrives_with_the_old_key_opens_nothing(late):
    assert late.get("/usuarios/").status_code == 302


def test_request_with_the_old_key_keeps_the_new_cookie(late):
    assert "sesion" not in late.get("/usuarios/").cookies


def test_leaving_takes_the_key_out_of_the_browser(at_noon):
    assert at_noon.post("/salir/").cookies["sesion"]["max-age"] == 0


PUBLIC = {pattern.name for pattern in own_patterns() if getattr(declared(pattern.callback), "who", "") == "public"}


# ---------------------------------------------------------------- nothing opens in between
WITH_AND_WITHOUT = ("delegate with an app", "ministry with an app", "ministry without")


@pytest.fixture
def in_between(request, delegate, ministry):
    """A client whose password was right and whose second factor is missing."""
    account = delegate if request.param.startswith("delegate") else ministry
    if request.param.endswith("app"):
        factories.make_app(account)
    return account, pending_client(account)


@pytest.mark.parametrize("in_between", WITH_AND_WITHOUT, indirect=True)
def test_no_page_opens_before_the_second_factor(in_between, subtests):
    account, client = in_between
    own = {"second_factor"} | (
        set() if factories.AuthenticatorApp.objects.filter(account=account) else {"enrol_totp", "enrol_passkey"}
    )
    for name in sorted(set(TABLE) - PUBLIC - own):
        with subtests.test(name), rolled_back(client):
            where = address(name, account)
            for method in (client.get, client.post):
                response = method(where)
                assert response.status_code in (302, 404)
                assert response.status_code == 404 or response.url.startswith(("/ingresar/", "/salir/", "/clave/"))
            assert not is_logged_in(client)


@pytest.mark.parametrize("in_between", WITH_AND_WITHOUT, indirect=True)
@pytest.mark.parametrize("path", ["/admin/", "/admin/auth/group/", "/admin/auth/group/add/", "/admin/jsi18n/"])
def test_the_admin_does_not_open_before_the_second_factor(path, in_between):
    response = in_between[1].get(path, follow=True)
    assert response.redirect_chain[-1][0].startswith("/ingresar/")


def test_a_session_of_the_ministry_without_factor_opens_nothing_however_it_began(ministry):
    client = Client()
    client.force_login(ministry)
    ministry.sessions.update(verified_by="")
    assert client.get("/admin/").url == STEP
    assert not is_logged_in(client)


def test_no_page_opens_without_account_session_middleware(delegate_client, settings):
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "AccountSessionMiddleware" not in name]
    assert delegate_client.get("/").status_code == 403
    assert delegate_client.get("/admin/").status_code == 403


# ---------------------------------------------------------------- adding


def test_sessions_that_only_gave_the_password_must_prove_the_new_factor(delegate, delegate_client):
    other = pending_client(delegate)
    assert other.get("/").status_code == 200
    enrol(delegate_client)
    assert other.get("/usuarios/").url == STEP
