"""Does the second factor stand between the password and every page, for whom it must?"""

import re
import threading
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import connections
from django.test import Client
from django.utils import timezone

from accounts.actions import second_factor as actions
from accounts.models import Account, AuthenticatorApp, Passkey, RecoveryCode, SecondFactorPolicy
from accounts.security.secrets import new_seed, recovery_codes, totp_key, written_key
from accounts.security.webauthn import site_of
from entities.models import EntityKind
from mipres_admin.access.declarations import declared, own_patterns
from mipres_admin.history.models import HistoryEntry
from mipres_admin.refusals import Refused
from tests import factories
from tests.accounts.login_page import is_logged_in, log_in
from tests.mipres_admin.test_access import TABLE, address
from tests.undone import undone

pytestmark = pytest.mark.django_db

STEP = "/ingresar/segundo-factor/"
NOON = "2026-11-20T12:00:00-05:00"
PUBLIC = {pattern.name for pattern in own_patterns() if getattr(declared(pattern.callback), "who", "") == "public"}


def acts():
    return list(HistoryEntry.objects.order_by("id").values_list("event", flat=True))


def halfway(account, **fields):
    client = Client(**fields)
    log_in(client, account.login)
    return client


def text(response):
    return response.content.decode()


@pytest.fixture
def app(delegate):
    return factories.make_app(delegate)


@pytest.fixture
def codes(delegate, app):
    seed = new_seed()
    actions.create_recovery_codes(by=delegate, seed=seed)
    return recovery_codes(seed)


# ---------------------------------------------------------------- nothing opens in between


WITH_AND_WITHOUT = ("delegate with an app", "ministry with an app", "ministry without")


@pytest.fixture
def in_between(request, delegate, ministry):
    """A client whose password was right and whose second factor is missing."""
    account = delegate if request.param.startswith("delegate") else ministry
    if request.param.endswith("app"):
        factories.make_app(account)
    return account, halfway(account)


@pytest.mark.parametrize("in_between", WITH_AND_WITHOUT, indirect=True)
def test_no_page_opens_before_the_second_factor(in_between, subtests):
    account, client = in_between
    own = {"second_factor"} | (
        set() if factories.AuthenticatorApp.objects.usable_by(account) else {"enrol_totp", "enrol_passkey"}
    )
    for name in sorted(set(TABLE) - PUBLIC - own):
        with subtests.test(name), undone(client):
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


def test_without_the_middleware_that_judges_sessions_no_page_opens(delegate_client, settings):
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "AccountSessionMiddleware" not in name]
    assert delegate_client.get("/").status_code == 403
    assert delegate_client.get("/admin/").status_code == 403


def test_who_must_prove_a_factor_can_not_add_another_instead(delegate, app):
    client = halfway(delegate)
    assert client.get("/seguridad/aplicacion/").url == STEP
    assert client.get("/seguridad/llave/").url == STEP


def test_a_stranger_is_led_to_the_log_in(client):
    assert client.get(STEP).url == "/ingresar/"


def test_after_ten_minutes_the_password_counts_no_more(delegate, app, time_machine):
    time_machine.move_to(NOON, tick=False)
    client = halfway(delegate)
    time_machine.shift(timedelta(minutes=11))
    assert client.post(STEP, {"code": factories.code_of(app)}).url == "/ingresar/"


def test_another_password_ends_what_is_in_between(delegate, app):
    client = halfway(delegate)
    delegate.set_password("otra frase larga y tranquila")
    delegate.save()
    assert client.post(STEP, {"code": factories.code_of(app)}).url == "/ingresar/"


def test_an_account_that_is_switched_off_in_between_stays_out(delegate, app):
    client = halfway(delegate)
    Account.objects.filter(pk=delegate.pk).update(is_active=False)
    assert client.post(STEP, {"code": factories.code_of(app)}).url == "/ingresar/"


# ---------------------------------------------------------------- the app


def test_the_code_of_the_app_opens_the_session(delegate, app):
    client = halfway(delegate)
    assert client.post(STEP, {"code": factories.code_of(app)}).url == "/"
    assert is_logged_in(client)
    assert acts() == ["session.mfa_required", "session.opened"]
    assert HistoryEntry.objects.latest("id").after == {"factor": "totp"}


def test_the_key_of_the_session_changes_at_each_step(delegate, app, client):
    client.get("/ingresar/")
    keys = [client.session.session_key]
    log_in(client, delegate.login)
    keys.append(client.session.session_key)
    client.post(STEP, {"code": factories.code_of(app)})
    keys.append(client.session.session_key)
    assert len(set(keys)) == 3


def test_the_person_reaches_the_page_that_was_asked_for(delegate, app):
    client = Client()
    log_in(client, delegate.login, page="/ingresar/?next=/usuarios/")
    assert client.post(STEP, {"code": factories.code_of(app)}).url == "/usuarios/"


def test_the_code_may_be_written_in_groups(delegate, app):
    code = factories.code_of(app)
    assert halfway(delegate).post(STEP, {"code": f" {code[:3]} {code[3:]} "}).url == "/"


@pytest.mark.parametrize("steps", [-1, 1])
def test_the_clock_of_the_phone_may_be_half_a_minute_wrong(delegate, app, steps, time_machine):
    time_machine.move_to(NOON, tick=False)
    assert halfway(delegate).post(STEP, {"code": factories.code_of(app, steps)}).url == "/"


@pytest.mark.parametrize(
    "code", ["000000", "١٢٣٤٥٦", "12345", "1234567", "abcdef", "²²²²²²", "-12345", "x" * 41, "\x00", ""]
)
def test_another_code_is_refused_without_a_session(delegate, app, code):
    client = halfway(delegate)
    response = client.post(STEP, {"code": code})
    assert response.status_code == 200
    assert "Revise lo siguiente" in text(response)
    assert not is_logged_in(client)


def test_a_refused_code_is_history(delegate, app):
    halfway(delegate).post(STEP, {"code": "000000"})
    assert acts() == ["session.mfa_required", "factor.refused"]


def test_the_code_of_another_persons_app_is_refused(delegate, app, stranger):
    client = halfway(delegate)
    client.post(STEP, {"code": factories.code_of(factories.make_app(stranger))})
    assert not is_logged_in(client)


def test_a_code_opens_one_session_only(delegate, app):
    code = factories.code_of(app)
    halfway(delegate).post(STEP, {"code": code})
    second = halfway(delegate)
    assert "ya se usó" in text(second.post(STEP, {"code": code}))
    assert not is_logged_in(second)


@pytest.mark.django_db(transaction=True)
def test_of_two_windows_with_one_code_at_once_one_enters():
    account = factories.make_delegate(factories.make_entity())
    code, begin, answers = factories.code_of(factories.make_app(account)), threading.Barrier(4), []

    def verify_code():
        try:
            begin.wait(10)
            answers.append(actions.verify_code(account=account, code=code).value)
        except ValidationError:
            answers.append("refused")
        finally:
            connections.close_all()

    windows = [threading.Thread(target=verify_code) for _ in range(4)]
    for window in windows:
        window.start()
    for window in windows:
        window.join(20)
    assert sorted(answers) == ["refused", "refused", "refused", "totp"]


def test_five_wrong_codes_lock_the_second_factor_even_for_the_right_one(delegate, app):
    client = halfway(delegate)
    for _ in range(5):
        client.post(STEP, {"code": "000000"})
    assert "Ingreso bloqueado por seguridad" in text(client.post(STEP, {"code": factories.code_of(app)}))
    assert not is_logged_in(client)


def test_the_right_password_does_not_forgive_wrong_codes(delegate, app):
    for _ in range(5):
        halfway(delegate).post(STEP, {"code": "000000"})
    assert "bloqueado" in text(halfway(delegate).post(STEP, {"code": factories.code_of(app)}))


def test_the_lock_is_one_for_all_accounts_of_the_person(delegate, app):
    other = factories.make_delegate(factories.make_entity(), person=delegate.person)
    for _ in range(5):
        halfway(other).post(STEP, {"code": "000000"})
    assert "bloqueado" in text(halfway(delegate).post(STEP, {"code": factories.code_of(app)}))


def test_the_app_of_a_person_serves_all_accounts_of_the_person(delegate, app):
    other = factories.make_delegate(factories.make_entity(), person=delegate.person)
    assert halfway(other).post(STEP, {"code": factories.code_of(app)}).url == "/"


def test_an_account_of_the_ministry_shares_no_factor_with_a_delegate(delegate, app, ministry):
    ministry.person = delegate.person
    ministry.save()
    assert "Agregue un segundo factor" in text(halfway(ministry).get(STEP))


# ---------------------------------------------------------------- recovery codes


def test_a_recovery_code_opens_the_session_once(delegate, codes):
    first, second = halfway(delegate), halfway(delegate)
    assert first.post(STEP, {"code": codes[0]}).url == "/"
    second.post(STEP, {"code": codes[0]})
    assert not is_logged_in(second)


def test_a_recovery_code_is_read_without_dashes_in_lower_case_and_with_look_alikes(delegate, codes):
    typed = codes[0].replace("-", " ").lower().replace("0", "o").replace("1", "l")
    assert halfway(delegate).post(STEP, {"code": typed}).url == "/"


def test_the_use_of_a_recovery_code_is_history_and_told_by_mail(delegate, codes, delivered):
    halfway(delegate).post(STEP, {"code": codes[3]})
    entry = HistoryEntry.objects.latest("id")
    assert (entry.event, entry.after) == ("session.recovered", {"codes_left": 9})
    assert "se usó un código de recuperación para ingresar; quedan 9" in delivered()[-1].body


def test_a_recovery_code_of_somebody_else_is_refused(codes, stranger):
    factories.make_app(stranger)
    client = halfway(stranger)
    client.post(STEP, {"code": codes[0]})
    assert not is_logged_in(client)


def test_neither_codes_nor_keys_are_in_the_database(delegate, app, codes):
    digests = " ".join(RecoveryCode.objects.values_list("digest", flat=True))
    assert not any(code.replace("-", "") in digests.upper() for code in codes)
    assert totp_key(app.seed).hex() != app.seed


def test_another_secret_makes_another_key(app, settings):
    before = written_key(app.seed)
    settings.FACTOR_SECRET = "otro"
    assert written_key(app.seed) != before


def test_new_codes_end_the_old_ones(delegate, codes):
    actions.create_recovery_codes(by=delegate, seed=new_seed())
    client = halfway(delegate)
    client.post(STEP, {"code": codes[0]})
    assert not is_logged_in(client)


@pytest.fixture
def safe_client(delegate, app, codes):
    """A session of the delegate that has proven a factor."""
    client = Client()
    client.force_login(delegate)
    return client


def test_codes_are_shown_until_the_person_has_them_and_never_again(safe_client):
    safe_client.post("/seguridad/codigos/", {"password": factories.PASSWORD})
    shown = re.findall(r"<li><code>([^<]+)", text(safe_client.get("/seguridad/codigos/")))
    assert len(shown) == 10
    safe_client.post("/seguridad/codigos/", {"guardados": "si"})
    assert shown[0] not in text(safe_client.get("/seguridad/codigos/"))


def test_new_codes_need_the_password(safe_client, delegate, codes):
    response = safe_client.post("/seguridad/codigos/", {"password": "otra cosa distinta"})
    assert "La contraseña debe ser la que usa hoy" in text(response)
    assert RecoveryCode.objects.usable_by(delegate).current().count() == len(codes)
    assert acts()[-1] == "security.refused"


# ---------------------------------------------------------------- adding


def key_on(page):
    return re.search(r'code-box">([A-Z2-7 ]+)<', text(page))[1]


def enrol(client, **fields):
    page = client.get("/seguridad/aplicacion/")
    seed = client.session["totp_seed"]
    assert key_on(page) == written_key(seed)
    app = AuthenticatorApp(seed=seed)
    return client.post("/seguridad/aplicacion/", {"name": "Celular", "code": factories.code_of(app)} | fields)


def test_the_ministry_adds_its_first_app_while_it_enters(ministry):
    client = halfway(ministry)
    assert "Agregue un segundo factor" in text(client.get(STEP))
    assert enrol(client).url == "/seguridad/codigos/"
    assert client.get("/admin/").status_code == 200
    assert acts() == ["session.mfa_required", "factor.enrolled", "session.opened", "recovery_codes.created"]


def test_a_delegate_adds_an_app_with_the_password_and_stays_in(delegate_client, delegate):
    delegate.sessions.update(verified_by="")
    before = delegate_client.session.session_key
    assert enrol(delegate_client, password=factories.PASSWORD).url == "/seguridad/codigos/"
    assert delegate_client.get("/").status_code == 200
    assert delegate_client.session.session_key != before


def test_a_delegate_without_the_password_adds_nothing(delegate_client, delegate):
    enrol(delegate_client, password="otra cosa distinta")
    assert not AuthenticatorApp.objects.exists()


def test_a_wrong_code_adds_nothing_and_the_key_stays_the_same(delegate_client):
    before = key_on(delegate_client.get("/seguridad/aplicacion/"))
    response = enrol(delegate_client, password=factories.PASSWORD, code="000000")
    assert "revise que la hora de su teléfono sea automática" in text(response)
    assert key_on(response) == before
    assert not AuthenticatorApp.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_double_click_adds_one_app():
    account, seed = factories.make_natural(), new_seed()
    code, barrier = factories.code_of(AuthenticatorApp(seed=seed)), threading.Barrier(2)

    def add():
        barrier.wait()
        try:
            actions.enrol_app(by=account, name="Celular", seed=seed, code=code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=add) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert AuthenticatorApp.objects.count() == 1


def test_the_code_that_added_the_app_does_not_open_a_session_too(delegate_client, delegate):
    enrol(delegate_client, password=factories.PASSWORD)
    client = halfway(delegate)
    client.post(STEP, {"code": factories.code_of(AuthenticatorApp.objects.get())})
    assert not is_logged_in(client)


def test_a_second_factor_keeps_the_recovery_codes_of_the_first(safe_client, codes, delegate):
    assert enrol(safe_client, password=factories.PASSWORD).url == "/seguridad/"
    assert RecoveryCode.objects.usable_by(delegate).current().count() == len(codes)


def test_a_new_factor_is_told_by_mail(delegate_client, delegate, delivered):
    enrol(delegate_client, password=factories.PASSWORD)
    assert delivered()[0].to == [delegate.email]
    assert "se agregó un segundo factor («Celular»)" in delivered()[0].body


def test_sessions_that_only_gave_the_password_must_prove_the_new_factor(delegate, delegate_client):
    other = halfway(delegate)
    assert other.get("/").status_code == 200
    enrol(delegate_client, password=factories.PASSWORD)
    assert other.get("/usuarios/").url == STEP


@pytest.mark.parametrize("field", ["name", "code", "password"])
def test_null_bytes_and_long_values_are_refused(delegate_client, field):
    for value in ("\x00", "x" * 300):
        assert enrol(delegate_client, **({"password": factories.PASSWORD} | {field: value})).status_code == 200
    assert not AuthenticatorApp.objects.exists()


# ---------------------------------------------------------------- removing


def remove(client, app, password=factories.PASSWORD):
    return client.post(f"/seguridad/factores/{app.public_id}/retirar/", {"password": password})


def test_removing_the_last_factor_ends_the_recovery_codes(safe_client, delegate, app):
    assert remove(safe_client, app).url == "/seguridad/"
    assert not RecoveryCode.objects.usable_by(delegate).exists()
    assert acts()[-1] == "factor.removed"


def test_removing_needs_the_password(safe_client, app):
    remove(safe_client, app, "otra cosa distinta")
    assert AuthenticatorApp.objects.filter(pk=app.pk).exists()


def test_the_ministry_can_not_remove_its_last_factor(ministry):
    app, client = factories.make_app(ministry), Client()
    client.force_login(ministry)
    assert "Es su único segundo factor y su cuenta debe tener uno." in text(remove(client, app))
    assert AuthenticatorApp.objects.filter(pk=app.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_windows_that_remove_the_last_two_factors_one_is_refused():
    account = Account.objects.create_superuser("MINSALUD09", factories.PASSWORD, email="m@minsalud.example")
    apps, begin, answers = [factories.make_app(account), factories.make_app(account)], threading.Barrier(2), []

    def remove_one(app):
        try:
            begin.wait(10)
            actions.remove_factor(by=account, factor=app)
            answers.append("removed")
        except Refused:
            answers.append("refused")
        finally:
            connections.close_all()

    windows = [threading.Thread(target=remove_one, args=(app,)) for app in apps]
    for window in windows:
        window.start()
    for window in windows:
        window.join(20)
    assert sorted(answers) == ["refused", "removed"]


def test_removing_is_told_by_mail(safe_client, app, delivered):
    remove(safe_client, app)
    assert "se retiró un segundo factor («Celular»)" in delivered()[-1].body


def test_the_ministry_resets_the_factors_of_whoever_has_lost_them(delegate, codes):
    call_command("reset_second_factor", delegate.login.lower(), verbosity=0)
    assert is_logged_in(halfway(delegate))
    assert acts()[1] == "factors.reset"


def test_resetting_an_unknown_account_says_so(db):
    with pytest.raises(CommandError, match="ADMIPS1"):
        call_command("reset_second_factor", "ADMIPS1")


def test_the_command_shows_what_an_app_would_show(app, capsys):
    call_command("totp_code", *written_key(app.seed).split())
    assert capsys.readouterr().out.strip() == factories.code_of(app)


def test_the_command_refuses_what_is_no_key(db):
    with pytest.raises(CommandError, match="letters A to Z"):
        call_command("totp_code", "1890")


def test_the_command_does_not_run_in_production(settings):
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="phone"):
        call_command("totp_code", "AAAA")


# ---------------------------------------------------------------- the dated switch


def policy(days, kind=EntityKind.IPS):
    return SecondFactorPolicy.objects.create(kind=kind, compulsory_from=timezone.localdate() + timedelta(days=days))


POLICIES = "/admin/accounts/secondfactorpolicy/"


@pytest.fixture
def ministry_client(ministry):
    client = Client()
    client.force_login(ministry)
    return client


def test_the_ministry_sets_the_day_in_the_admin_and_it_is_written_down(ministry, ministry_client):
    ministry_client.post(f"{POLICIES}add/", {"kind": "EPS_C", "compulsory_from": "2027-01-31", "reason": "Circular 12"})
    entry = HistoryEntry.objects.latest("id")
    assert (entry.event, entry.actor, entry.object_id) == ("factor.policy_changed", ministry, "EPS_C")
    assert str(SecondFactorPolicy.objects.get().compulsory_from) == "2027-01-31"


def test_the_ministry_makes_it_optional_again(ministry_client):
    policy(3)
    ministry_client.post(f"{POLICIES}IPS/acto/quitar/", {"reason": "Circular 13"})
    assert not SecondFactorPolicy.objects.exists()
    last = HistoryEntry.objects.latest("id")
    assert (last.after, last.reason) == ({}, "Circular 13")


def test_the_same_day_again_is_no_change():
    policy(3)
    assert not actions.require_factor(by=None, kind="IPS", since=SecondFactorPolicy.objects.get().compulsory_from)


def test_from_its_day_on_the_factor_is_compulsory(delegate):
    policy(0)
    assert log_in(Client(), delegate.login).url == STEP


def test_until_then_it_is_announced_at_home(delegate_client):
    policy(3)
    assert "deben ingresar con un segundo factor" in text(delegate_client.get("/"))


def test_whoever_has_a_factor_reads_no_announcement(safe_client):
    policy(3)
    assert "deben ingresar con un segundo factor" not in text(safe_client.get("/"))


def test_the_switch_of_another_kind_of_entity_changes_nothing(delegate):
    policy(0, EntityKind.EPS_C)
    assert is_logged_in(halfway(delegate))


def test_an_open_session_meets_the_switch_at_its_next_page(delegate):
    client = halfway(delegate)
    policy(0)
    assert client.get("/usuarios/").url == STEP
    enrol(client)
    assert client.get("/usuarios/").status_code == 200


def test_where_it_is_compulsory_the_last_factor_can_not_be_removed(safe_client, app):
    policy(0)
    assert "su cuenta debe tener uno" in text(remove(safe_client, app))


# ---------------------------------------------------------------- passkeys (the rest in journeys/test_security.py)


GARBAGE = [
    "",
    "x",
    "[]",
    "{}",
    '{"id": 1}',
    '{"id": "\x00"}',
    '{"id": "a", "rawId": "a", "response": {}, "type": "x"}',
    "[" * 9_000,
]


@pytest.fixture
def passkey(delegate):
    return Passkey.objects.create(
        account=delegate, name="Llave", credential_id="YWJj", credential_hash="0" * 64, public_key=b"1"
    )


@pytest.mark.parametrize("answer", [*GARBAGE, "x" * 30_000])
def test_what_is_no_answer_of_a_passkey_opens_nothing(delegate, passkey, answer):
    client = halfway(delegate)
    client.get(STEP)
    assert client.post(STEP, {"answer": answer}).status_code == 200
    assert not is_logged_in(client)


@pytest.mark.parametrize("answer", GARBAGE)
def test_what_is_no_answer_of_a_passkey_adds_none(delegate_client, answer):
    delegate_client.get("/seguridad/llave/")
    fields = {"name": "Llave", "password": factories.PASSWORD, "answer": answer}
    assert delegate_client.post("/seguridad/llave/", fields).status_code == 200
    assert not Passkey.objects.exists()


def test_wrong_answers_of_passkeys_count_as_guesses(delegate, passkey, app):
    client = halfway(delegate)
    for _ in range(5):
        client.post(STEP, {"answer": "{}"})
    assert "bloqueado" in text(client.post(STEP, {"code": factories.code_of(app)}))


def test_a_challenge_is_of_use_once(delegate, passkey):
    client = halfway(delegate)
    client.get(STEP)
    first = client.session["passkey_challenge"]
    client.post(STEP, {"answer": "{}"})
    assert client.session["passkey_challenge"] != first


def test_a_numeric_address_has_no_passkeys_and_says_what_to_do(delegate_client):
    page = text(delegate_client.get("/seguridad/llave/", headers={"host": "127.0.0.1:8000"}))
    assert "no crean llaves de acceso para una dirección numérica (127.0.0.1)" in page


@pytest.mark.parametrize(
    ("host", "name"), [("mipres.example", "mipres.example"), ("localhost:8000", "localhost"), ("[::1]:8000", "[::1]")]
)
def test_a_passkey_belongs_to_the_host_name_without_port(host, name):
    assert site_of(host, secure=True).host == name
