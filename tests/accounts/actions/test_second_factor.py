"""Are second factors added, verified and removed once, with an event and an e-mail?"""

import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import connections

from accounts.actions import second_factor as actions
from accounts.models import Account, AuthenticatorApp, RecoveryCode
from accounts.security.secrets import new_seed, recovery_codes
from mipres_admin.history.models import HistoryEntry
from mipres_admin.refusals import Refused
from tests import factories
from tests.accounts.login_page import is_logged_in
from tests.accounts.second_factors import STEP, enrol, pending_client, remove

pytestmark = pytest.mark.django_db
NOON = "2026-11-20T12:00:00-05:00"


def events():
    return list(HistoryEntry.objects.order_by("id").values_list("event", flat=True))


# ---------------------------------------------------------------- the app


def test_the_code_of_the_app_opens_the_session(delegate, app):
    client = pending_client(delegate)
    assert client.post(STEP, {"code": factories.code_of(app)}).url == "/"
    assert is_logged_in(client)
    assert events() == ["session.mfa_required", "session.opened"]
    assert HistoryEntry.objects.latest("id").after == {"factor": "totp"}


@pytest.mark.parametrize("steps", [-1, 1])
def test_the_clock_of_the_phone_may_be_half_a_minute_wrong(delegate, app, steps, time_machine):
    time_machine.move_to(NOON, tick=False)
    assert pending_client(delegate).post(STEP, {"code": factories.code_of(app, steps)}).url == "/"


def test_a_refused_code_is_history(delegate, app):
    pending_client(delegate).post(STEP, {"code": "000000"})
    assert events() == ["session.mfa_required", "factor.refused"]


def test_the_code_of_another_persons_app_is_refused(delegate, app, stranger):
    client = pending_client(delegate)
    client.post(STEP, {"code": factories.code_of(factories.make_app(stranger))})
    assert not is_logged_in(client)


def test_a_code_opens_one_session_only(delegate, app):
    code = factories.code_of(app)
    pending_client(delegate).post(STEP, {"code": code})
    second = pending_client(delegate)
    assert "ya se usó" in second.post(STEP, {"code": code}).text
    assert not is_logged_in(second)


def code_of_new_app(account):
    return factories.code_of(factories.make_app(account))


def new_recovery_code(account):
    seed = new_seed()
    actions.create_recovery_codes(by=account, seed=seed)
    return recovery_codes(seed)[0]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("new_code", "method"), [(code_of_new_app, "totp"), (new_recovery_code, "recovery")])
def test_one_code_sent_twice_at_once_opens_one_session(new_code, method):
    account = factories.make_delegate(factories.make_entity())
    code, begin, answers = new_code(account), threading.Barrier(4), []

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
    assert sorted(answers) == sorted(["refused", "refused", "refused", method])


def test_five_wrong_codes_lock_the_second_factor_even_for_the_right_one(delegate, app):
    client = pending_client(delegate)
    for _ in range(5):
        client.post(STEP, {"code": "000000"})
    assert "Ingreso bloqueado por seguridad" in client.post(STEP, {"code": factories.code_of(app)}).text
    assert not is_logged_in(client)


def test_the_right_password_does_not_forgive_wrong_codes(delegate, app):
    for _ in range(5):
        pending_client(delegate).post(STEP, {"code": "000000"})
    assert "bloqueado" in pending_client(delegate).post(STEP, {"code": factories.code_of(app)}).text


# ---------------------------------------------------------------- recovery codes


def test_a_recovery_code_opens_the_session_once(delegate, codes):
    first, second = pending_client(delegate), pending_client(delegate)
    assert first.post(STEP, {"code": codes[0]}).url == "/"
    assert "ya se usó" in second.post(STEP, {"code": codes[0]}).text
    assert not is_logged_in(second)


def test_use_of_a_recovery_code_is_recorded_and_mailed(delegate, codes, delivered):
    pending_client(delegate).post(STEP, {"code": codes[3]})
    entry = HistoryEntry.objects.latest("id")
    assert (entry.event, entry.after) == ("session.recovered", {"codes_left": 9})
    assert "se usó un código de recuperación; quedan 9" in delivered()[-1].body


def test_a_recovery_code_of_somebody_else_is_refused(codes, stranger):
    factories.make_app(stranger)
    client = pending_client(stranger)
    client.post(STEP, {"code": codes[0]})
    assert not is_logged_in(client)


def test_new_codes_end_the_old_ones(delegate, codes):
    actions.create_recovery_codes(by=delegate, seed=new_seed())
    client = pending_client(delegate)
    client.post(STEP, {"code": codes[0]})
    assert not is_logged_in(client)


# ---------------------------------------------------------------- adding


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
    enrol(delegate_client)
    client = pending_client(delegate)
    client.post(STEP, {"code": factories.code_of(AuthenticatorApp.objects.get())})
    assert not is_logged_in(client)


def test_new_factor_is_mailed(delegate_client, delegate, delivered):
    enrol(delegate_client)
    assert delivered()[0].to == [delegate.email]
    assert "se agregó un segundo factor («Celular»)" in delivered()[0].body


# ---------------------------------------------------------------- removing


def test_removing_the_last_factor_ends_the_recovery_codes(safe_client, delegate, app):
    assert remove(safe_client, app).url == "/seguridad/"
    assert not RecoveryCode.objects.filter(account=delegate).exists()
    assert events()[-1] == "factor.removed"


@pytest.mark.django_db(transaction=True)
def test_simultaneous_removal_of_the_last_two_factors_leaves_one():
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


def test_removal_of_a_factor_is_mailed(safe_client, app, delivered):
    remove(safe_client, app)
    assert "se retiró un segundo factor («Celular»)" in delivered()[-1].body
