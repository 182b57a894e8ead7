"""Does a session end when it must, and does its holder see where else he is logged in?"""

import re
from datetime import timedelta

import pytest
from django.test import Client

from accounts.actions.sessions import end_sessions
from accounts.models import Account, AccountSession
from accounts.security.saved_forms import SAVED_FORM
from accounts.security.user_agents import device_in_words
from mipres_admin.history.models import HistoryEntry
from roles.models import RoleAssignment
from tests import factories
from tests.accounts.login_page import is_logged_in, log_in, solution

pytestmark = pytest.mark.django_db

NOON = "2026-11-20T12:00:00-05:00"
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
)


def text(response):
    return response.content.decode()


def acts():
    return list(HistoryEntry.objects.order_by("id").values_list("event", flat=True))


@pytest.fixture
def clock(time_machine):
    time_machine.move_to(NOON, tick=False)
    return time_machine


@pytest.fixture
def at_noon(clock, delegate):
    """A session that the delegate opened at noon."""
    client = Client(headers={"user-agent": CHROME})
    log_in(client, delegate.login)
    return client


# ---------------------------------------------------------------- how long


def test_twenty_minutes_without_a_request_end_the_session_and_say_so(at_noon, clock):
    clock.shift(timedelta(minutes=20))
    assert at_noon.get("/usuarios/").url == "/ingresar/?next=/usuarios/"
    assert "pasaron 20 minutos sin actividad" in text(at_noon.get("/ingresar/"))


def test_nineteen_minutes_do_not(at_noon, clock):
    for _ in range(4):
        clock.shift(timedelta(minutes=19))
        assert at_noon.get("/").status_code == 200


def test_twelve_hours_end_the_session_however_busy_it_is(at_noon, clock):
    for _ in range(4 * 12 - 1):
        clock.shift(timedelta(minutes=15))
        assert at_noon.get("/salir/").status_code == 200
    clock.shift(timedelta(minutes=15))
    assert at_noon.get("/").status_code == 302
    assert "duró 12 horas, el máximo" in text(at_noon.get("/ingresar/"))


def test_an_ended_session_has_its_end_written(at_noon, clock, delegate):
    clock.shift(timedelta(minutes=25))
    at_noon.get("/")
    assert delegate.sessions.get().ended_at is not None


def test_last_seen_is_written_once_a_minute(at_noon, clock, delegate):
    clock.shift(timedelta(seconds=59))
    at_noon.get("/")
    before = delegate.sessions.get()
    clock.shift(timedelta(seconds=1))
    at_noon.get("/")
    assert before.last_seen_at == before.started_at
    assert delegate.sessions.get().last_seen_at == before.started_at + timedelta(minutes=1)


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


def test_the_page_knows_how_long_the_session_lives(at_noon, clock):
    clock.shift(timedelta(seconds=30))
    assert 'data-left="1170" data-warn="120"' in text(at_noon.get("/"))


def test_to_continue_prolongs_the_session(at_noon, clock):
    clock.shift(timedelta(minutes=19))
    assert at_noon.post("/sesion/seguir/").json() == {"seconds": 1200}
    clock.shift(timedelta(minutes=19))
    assert at_noon.get("/").status_code == 200


def test_another_site_can_not_prolong_a_session(delegate):
    client = Client(enforce_csrf_checks=True)
    client.force_login(delegate)
    assert client.post("/sesion/seguir/").status_code == 403


def test_old_rows_go_with_the_next_log_in(at_noon, clock, delegate):
    clock.shift(timedelta(days=31))
    Client().force_login(delegate)
    assert delegate.sessions.count() == 1


# ---------------------------------------------------------------- what was sent too late


FORM = {"sede": "110010000101", "seen": "a&b<c>", "role": ["Rol_Anulador", "Rol_Ordenador"]}


@pytest.fixture
def too_late(at_noon, clock):
    clock.shift(timedelta(minutes=21))
    at_noon.post("/usuarios/activar/?opcion=x", FORM)
    return at_noon


def log_in_again(client, account):
    fields = {"login": account.login, "password": factories.PASSWORD} | solution(client)
    return client.post("/ingresar/", fields)


def test_a_form_that_came_too_late_is_not_done_and_waits(too_late, delegate):
    assert "cuando ingrese podrá enviarlo otra vez" in text(too_late.get("/ingresar/"))
    assert not RoleAssignment.objects.exists()
    assert log_in_again(too_late, delegate).url == "/ingresar/retomar/"


def test_it_comes_back_whole(too_late, delegate):
    log_in_again(too_late, delegate)
    page = text(too_late.get("/ingresar/retomar/"))
    assert 'action="/usuarios/activar/?opcion=x"' in page
    assert re.findall(r'name="(sede|seen|role)" value="([^"]*)"', page) == [
        ("sede", "110010000101"),
        ("seen", "a&amp;b&lt;c&gt;"),
        ("role", "Rol_Anulador"),
        ("role", "Rol_Ordenador"),
    ]


def test_it_waits_no_more_once_it_was_sent(too_late, delegate):
    log_in_again(too_late, delegate)
    too_late.post("/usuarios/activar/?opcion=x", FORM)
    assert SAVED_FORM not in too_late.session


def test_it_waits_also_when_another_page_met_the_end_of_the_session_first(at_noon, clock, delegate):
    clock.shift(timedelta(minutes=21))
    at_noon.post("/sesion/seguir/")
    at_noon.post("/usuarios/activar/", FORM)
    assert log_in_again(at_noon, delegate).url == "/ingresar/retomar/"


def test_a_form_of_who_never_was_in_does_not_wait(client, delegate):
    client.post("/usuarios/activar/", FORM)
    assert log_in_again(client, delegate).url == "/"


def test_it_may_be_left(too_late, delegate):
    log_in_again(too_late, delegate)
    assert too_late.post("/ingresar/retomar/").url == "/"
    assert SAVED_FORM not in too_late.session


def test_somebody_else_at_the_same_machine_does_not_see_it(too_late, stranger):
    assert log_in_again(too_late, stranger).url == "/"
    assert SAVED_FORM not in too_late.session


def test_it_waits_half_an_hour(too_late, delegate, clock):
    clock.shift(timedelta(minutes=31))
    assert log_in_again(too_late, delegate).url == "/"


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/clave/cambiar/", {"old": "secreto", "new": "secreto", "confirmation": "secreto"}),
        ("/seguridad/codigos/", {"password": "secreto"}),
        ("/salir/", {}),
        ("/usuarios/activar/", {"numero": "1" * 60_000}),
    ],
)
def test_secrets_and_endless_forms_are_never_kept(at_noon, clock, path, fields):
    clock.shift(timedelta(minutes=21))
    at_noon.post(path, fields)
    assert SAVED_FORM not in at_noon.session


def test_a_form_of_another_site_is_never_kept(delegate, clock):
    client = Client(enforce_csrf_checks=True)
    client.force_login(delegate)
    clock.shift(timedelta(minutes=21))
    client.post("/usuarios/activar/", FORM)
    assert SAVED_FORM not in client.session


# ---------------------------------------------------------------- the list


def test_the_page_names_each_session_and_marks_this_one(at_noon, delegate):
    factories.make_session(delegate, device="Safari en iPhone", address="192.0.2.7")
    factories.make_session(
        delegate, device="Edge en Windows", ended_at=delegate.sessions.get(device__startswith="C").started_at
    )
    page = text(at_noon.get("/seguridad/"))
    assert "Chrome en Windows" in page
    assert "192.0.2.7" in page
    assert "Edge" not in page
    assert page.count("Esta sesión</span>") == 1


def test_the_page_shows_no_session_of_anybody_else(at_noon, stranger):
    factories.make_session(stranger, device="Opera en Linux")
    assert "Opera" not in text(at_noon.get("/seguridad/"))


def test_one_session_can_be_ended(at_noon, delegate):
    other = Client()
    other.force_login(delegate)
    session = delegate.sessions.get(device="Navegador desconocido")
    at_noon.post(f"/seguridad/sesiones/{session.public_id}/cerrar/")
    assert other.get("/").status_code == 302
    assert at_noon.get("/").status_code == 200
    assert acts() == ["session.opened", "session.ended"]


def test_ending_it_twice_is_once(at_noon, delegate):
    session = factories.make_session(delegate)
    for _ in range(2):
        at_noon.post(f"/seguridad/sesiones/{session.public_id}/cerrar/")
    assert acts() == ["session.opened", "session.ended"]


def test_all_others_can_be_ended(at_noon, delegate):
    others = [Client(), Client()]
    for other in others:
        other.force_login(delegate)
    at_noon.post("/seguridad/sesiones/cerrar/")
    assert [other.get("/").status_code for other in others] == [302, 302]
    assert at_noon.get("/").status_code == 200
    assert HistoryEntry.objects.latest("id").after == {"sessions": 2}


def test_another_app_can_end_all_sessions_of_an_account(at_noon, delegate, ministry):
    assert end_sessions(account=delegate, by=ministry) == 1
    assert at_noon.get("/").status_code == 302
    assert HistoryEntry.objects.latest("id").entity == delegate.entity


def test_to_end_no_session_is_not_history(delegate, ministry):
    assert end_sessions(account=delegate, by=ministry) == 0
    assert not HistoryEntry.objects.exists()


def test_another_password_ends_the_others_also_in_the_list(at_noon, delegate):
    factories.make_session(delegate)
    new = "otra frase larga y tranquila"
    at_noon.post("/clave/cambiar/", {"old": factories.PASSWORD, "new": new, "confirmation": new})
    assert delegate.sessions.current().count() == 1
    assert at_noon.get("/").status_code == 200


def test_salir_ends_the_row_too(at_noon, delegate):
    at_noon.post("/salir/")
    assert not delegate.sessions.current().exists()


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (CHROME, "Chrome en Windows"),
        (f"{CHROME} Edg/140.0.0.0", "Edge en Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox en Linux"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1",
            "Safari en iPhone",
        ),
        (
            "Mozilla/5.0 (Linux; Android 15) SamsungBrowser/28.0 Chrome/130.0 Mobile Safari/537.36",
            "Samsung Internet en Android",
        ),
        ("<script>alert(1)</script>", "Navegador desconocido"),
        ("", "Navegador desconocido"),
    ],
)
def test_the_device_is_told_in_words(agent, words):
    assert device_in_words(agent) == words


# ---------------------------------------------------------------- Cambiar de entidad


@pytest.fixture
def second(delegate):
    """Another delegate's account of the same person."""
    return factories.make_delegate(factories.make_entity(name="Clínica Segunda"), person=delegate.person)


def switch(client, account):
    return client.post("/cambiar-de-entidad/", {"cuenta": account.login})


def test_the_header_offers_another_entity_only_to_who_has_one(delegate_client, delegate):
    assert "Cambiar de entidad" not in text(delegate_client.get("/"))
    factories.make_delegate(factories.make_entity(), person=delegate.person)
    assert "Cambiar de entidad" in text(delegate_client.get("/"))


def test_the_same_person_goes_on_for_another_entity(delegate_client, delegate, second):
    before = delegate_client.session.session_key
    assert switch(delegate_client, second).url == "/"
    assert "Clínica Segunda" in text(delegate_client.get("/"))
    assert delegate_client.session.session_key != before
    assert not delegate.sessions.current().exists()


def test_nothing_that_the_first_entity_found_goes_along(delegate_client, second):
    session = delegate_client.session
    session["found_users"] = ["x"]
    session.save()
    switch(delegate_client, second)
    assert "found_users" not in delegate_client.session


def test_both_entities_have_it_in_their_history(delegate_client, delegate, second):
    switch(delegate_client, second)
    rows = HistoryEntry.objects.order_by("id").values_list("event", "entity", "object_id")
    assert list(rows) == [
        ("session.switched", delegate.entity_id, str(delegate.pk)),
        ("session.switched", second.entity_id, str(second.pk)),
    ]


def test_the_natural_person_is_an_account_too(delegate_client, delegate):
    natural = factories.make_natural(delegate.person)
    assert "Persona natural" in text(delegate_client.get("/cambiar-de-entidad/"))
    assert switch(delegate_client, natural).url == "/"
    assert delegate_client.session["_auth_user_id"] == str(natural.pk)


def never(delegate, case):
    person = {"person": delegate.person}
    if case == "another person":
        return factories.make_delegate(factories.make_entity())
    if case == "inactive account":
        return factories.make_delegate(factories.make_entity(), is_active=False, **person)
    if case == "inactive entity":
        return factories.make_delegate(factories.make_entity(is_active=False), **person)
    if case == "another e-mail":
        return factories.make_delegate(factories.make_entity(), email="otra@clinica.example", **person)
    if case == "the same account":
        return delegate
    return Account.objects.create_superuser("MINSALUD02", factories.PASSWORD, email="m@b.example", **person)


@pytest.mark.parametrize(
    "case",
    ["another person", "inactive account", "inactive entity", "another e-mail", "the same account", "the Ministry's"],
)
def test_nobody_changes_to_an_account_that_is_not_his_to_use(delegate_client, delegate, case):
    account = never(delegate, case)
    assert f'value="{account.login}"' not in text(delegate_client.get("/cambiar-de-entidad/"))
    assert switch(delegate_client, account).status_code == 404
    assert delegate_client.session["_auth_user_id"] == str(delegate.pk)


def test_the_header_does_not_offer_an_account_of_another_e_mail(delegate_client, delegate):
    never(delegate, "another e-mail")
    assert "Cambiar de entidad" not in text(delegate_client.get("/"))


def test_accounts_without_person_share_nothing(ministry):
    Account.objects.create_user("SIN-PERSONA", factories.PASSWORD, email="s@b.example")
    client = Client()
    client.force_login(ministry)
    assert "No tiene otras cuentas activas" in text(client.get("/cambiar-de-entidad/"))


@pytest.mark.parametrize("login", ["", "\x00", "x" * 500])
def test_a_login_that_can_not_exist_is_not_found(delegate_client, second, login):
    assert delegate_client.post("/cambiar-de-entidad/", {"cuenta": login}).status_code == 404


def test_the_other_account_asks_for_the_factor_that_it_needs(delegate, second):
    from tests.accounts.test_second_factor import policy

    policy(0, second.entity.kind)
    delegate.entity.kind = "PROV"
    delegate.entity.save()
    client = Client()
    log_in(client, delegate.login)
    assert switch(client, second).url == "/ingresar/segundo-factor/"
    assert not is_logged_in(client)
    assert client.get("/usuarios/").status_code == 302


def test_a_proven_factor_goes_along(delegate_client, second):
    factories.make_app(second)
    switch(delegate_client, second)
    assert delegate_client.get("/usuarios/").status_code == 200
    assert second.sessions.get().verified_by == "totp"


def test_a_second_tab_of_the_first_entity_saves_nothing(delegate, second):
    client = Client(enforce_csrf_checks=True)
    client.force_login(delegate)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', text(client.get("/cambiar-de-entidad/")))[1]
    client.post("/cambiar-de-entidad/", {"cuenta": second.login, "csrfmiddlewaretoken": token})
    stale = client.post("/usuarios/activar/", {"csrfmiddlewaretoken": token})
    assert stale.status_code == 403


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


def test_and_does_not_take_the_new_key_out_of_the_browser(late):
    assert "sesion" not in late.get("/usuarios/").cookies


def test_leaving_takes_the_key_out_of_the_browser(at_noon):
    assert at_noon.post("/salir/").cookies["sesion"]["max-age"] == 0
