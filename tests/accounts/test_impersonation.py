"""Does the Ministry see the portal as a delegate only when it may, for half an hour, and with everybody told?"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import IntegrityError, connection
from django.test import Client
from django.utils import timezone

from accounts.actions.impersonation import end_expired_impersonations, end_impersonation, start_impersonation
from accounts.models import Account, AccountSession, Impersonation
from mipres_admin.history.models import HistoryEntry
from mipres_admin.refusals import Refused
from tests import factories

pytestmark = pytest.mark.django_db
WHY = "Pidió ayuda por teléfono"
BAND = "Está viendo el portal como"
STOP = "/ver-como/dejar/"


def page_of(account):
    return f"/admin/accounts/account/{account.pk}/acto/ver-como/"


def client_of(account, **fields):
    client = Client(**fields)
    client.force_login(account)
    return client


def see(client, account):
    return client.post(page_of(account), {"reason": WHY}, follow=True)


def staff_with(*codenames):
    account = Account.objects.create_user("SOPORTE1", factories.PASSWORD, email="s@minsalud.example", is_staff=True)
    account.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return account


def acts():
    return list(
        HistoryEntry.objects.filter(event__startswith="impersonation.").order_by("pk").values_list("event", flat=True)
    )


@pytest.fixture
def staff(ministry):
    return client_of(ministry)


@pytest.fixture
def seeing(staff, delegate):
    see(staff, delegate)
    return staff


def make_impersonation(ministry: Account, delegate: Account, **fields: Any) -> Impersonation:
    now = timezone.now()
    defaults: dict[str, Any] = {
        "staff": ministry,
        "account": delegate,
        "entity": delegate.entity,
        "session": factories.make_session(ministry),
        "reason": WHY,
        "started_at": now,
        "ends_at": now + timedelta(minutes=30),
    }
    return Impersonation.objects.create(**(defaults | fields))


# ---------------------------------------------------------------- what can never be false


def refused_by(name):
    return pytest.raises(IntegrityError, match=name)


def test_nobody_sees_himself(delegate):
    with refused_by("impersonation_of_somebody_else"):
        make_impersonation(delegate, delegate)


def test_a_impersonation_says_why(ministry, delegate):
    with refused_by("impersonation_says_why"):
        make_impersonation(ministry, delegate, reason="")


@pytest.mark.parametrize("minutes", [-1, 0, 31])
def test_a_impersonation_lasts_half_an_hour_at_most(ministry, delegate, minutes):
    now = timezone.now()
    with refused_by("impersonation_half_an_hour_at_most"):
        make_impersonation(ministry, delegate, started_at=now, ends_at=now + timedelta(minutes=minutes))


@pytest.mark.parametrize(("minutes", "end"), [(None, "time"), (5, ""), (-5, "stopped"), (31, "time"), (5, "porque")])
def test_an_ended_impersonation_ended_in_time_and_says_why(ministry, delegate, minutes, end):
    ended_at = None if minutes is None else timezone.now() + timedelta(minutes=minutes)
    with refused_by("impersonation_ended_in_time_and_says_why"):
        make_impersonation(ministry, delegate, ended_at=ended_at, end=end)


def test_a_session_sees_one_delegate_at_a_time(ministry, delegate, colleague):
    impersonation = make_impersonation(ministry, delegate)
    with refused_by("impersonation_one_at_a_time_in_a_session"):
        make_impersonation(ministry, colleague, session=impersonation.session)


def test_a_impersonation_names_the_entity_of_its_delegate(ministry, delegate, stranger):
    with refused_by("impersonation_account_of_its_entity"):
        make_impersonation(ministry, delegate, entity=stranger.entity)
        connection.check_constraints()


def test_nobody_without_entity_is_seen(ministry):
    with pytest.raises(IntegrityError, match="entity_id"):
        make_impersonation(ministry, factories.make_natural())


def test_a_impersonation_outlives_the_row_of_its_session(ministry, delegate):
    impersonation = make_impersonation(ministry, delegate)
    AccountSession.objects.all().delete()
    impersonation.refresh_from_db()
    assert impersonation.session is None
    assert end_expired_impersonations() == 1


# ---------------------------------------------------------------- beginning


def test_the_page_warns_asks_why_and_leads_to_what_the_delegate_sees(staff, delegate):
    assert "La persona recibe un correo" in staff.get(page_of(delegate)).text
    assert "Ingrese el motivo." in staff.post(page_of(delegate), {"reason": " "}).text
    assert not Impersonation.objects.exists()
    page = see(staff, delegate)
    assert page.redirect_chain == [("/", 302)]
    assert f"{BAND} {delegate.login}" in page.text
    assert "quedan 30 minutos" in page.text
    assert page.context["request"].user == delegate


def test_the_delegates_page_in_the_admin_offers_it(staff, delegate):
    where = f"/admin/accounts/account/{delegate.pk}/change/"
    assert page_of(delegate) in staff.get(where).text
    Account.objects.filter(pk=delegate.pk).update(is_active=False)
    assert page_of(delegate) not in staff.get(where).text


def test_it_is_written_down_for_the_entity_and_told_to_the_person(seeing, ministry, delegate, delivered):
    row = HistoryEntry.objects.get(event="impersonation.started")
    assert (row.actor, row.entity, row.reason) == (ministry, delegate.entity, WHY)
    (mail,) = delivered()
    assert mail.to == [delegate.email]
    assert WHY in mail.body
    assert ministry.login not in mail.body


def test_a_double_click_begins_one_impersonation_with_one_mail(staff, delegate, delivered):
    see(staff, delegate)
    assert see(staff, delegate).redirect_chain == [("/", 302)]
    assert acts() == ["impersonation.started"]
    assert len(delivered()) == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_clicks_at_once_one_begins(ministry, delegate):
    session, start = factories.make_session(ministry), Barrier(2)

    def click(_):
        try:
            start.wait()
            return start_impersonation(by=ministry, account=delegate, session=session, reason=WHY)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(click, range(2))) == [False, True]
    assert acts() == ["impersonation.started"]


def test_another_delegate_waits_until_this_one_is_left(seeing, colleague, delegate):
    page = see(seeing, colleague)
    assert f"ya está viendo el portal como {delegate.login}" in page.text
    assert Impersonation.objects.get().account == delegate


def natural(**_: Any) -> Account:
    return factories.make_natural()


def suspended(entity: Any) -> Account:
    return factories.make_delegate(entity, is_active=False)


def of_an_inactive_entity(**_: Any) -> Account:
    return factories.make_delegate(factories.make_entity(is_active=False))


def of_the_ministry(**_: Any) -> Account:
    return Account.objects.create_superuser("MINSALUD02", factories.PASSWORD, email="o@minsalud.example")


@pytest.mark.parametrize("who", [natural, suspended, of_an_inactive_entity, of_the_ministry])
def test_only_delegates_who_can_enter_are_seen(ministry, ips, who: Callable[..., Account]):
    with pytest.raises(Refused, match="Solo se puede ver el portal como un delegado"):
        start_impersonation(by=ministry, account=who(entity=ips), session=factories.make_session(ministry), reason=WHY)
    assert not Impersonation.objects.exists()


def test_staff_without_the_permission_neither_see_nor_learn_who_exists(delegate):
    client = client_of(staff_with("view_account"))
    assert client.get(page_of(delegate)).status_code == 403
    assert client.post(page_of(delegate), {"reason": WHY}).status_code == 403
    assert client.post("/admin/accounts/account/999999/acto/ver-como/", {"reason": WHY}).status_code == 403
    assert not Impersonation.objects.exists()


def test_staff_with_the_permission_see(delegate):
    assert BAND in see(client_of(staff_with("view_account", "impersonate_delegate")), delegate).text


def test_the_action_itself_refuses_who_may_not(delegate, colleague):
    for by in (staff_with("view_account"), colleague):
        with pytest.raises(Refused, match="no tiene el permiso"):
            start_impersonation(by=by, account=delegate, session=factories.make_session(by), reason=WHY)


def test_a_delegate_can_not_begin(delegate_client, colleague):
    assert delegate_client.post(page_of(colleague), {"reason": WHY}).status_code == 403
    assert not Impersonation.objects.exists()


def test_staff_who_have_not_proven_the_second_factor_see_nothing(seeing, delegate):
    AccountSession.objects.update(verified_by="")
    assert BAND not in seeing.get("/usuarios/", follow=True).text


def test_beginning_and_stopping_need_the_token_of_the_form(ministry, delegate):
    client = client_of(ministry, enforce_csrf_checks=True)
    assert client.post(page_of(delegate), {"reason": WHY}).status_code == 403
    assert not Impersonation.objects.exists()
    session = AccountSession.objects.get(account=ministry)
    start_impersonation(by=ministry, account=delegate, session=session, reason=WHY)
    assert client.post(STOP).status_code == 403
    assert Impersonation.objects.not_ended().exists()


# ---------------------------------------------------------------- while it goes on


def test_a_second_tab_sees_the_same_and_the_admin_stays_the_staffs_own(seeing, ministry, delegate):
    page = seeing.get("/usuarios/")
    assert page.context["request"].user == delegate
    admin = seeing.get("/admin/")
    assert admin.context["request"].user == ministry
    assert "Fuera de la administración está viendo el portal como" in admin.text


def test_another_session_of_the_same_staff_sees_nothing(seeing, ministry):
    assert BAND not in client_of(ministry).get("/").text


@pytest.mark.parametrize("where", ["/", "/no-existe/", "/sedes/", "/seguridad/"])
def test_every_page_announces_it(seeing, where):
    assert BAND in seeing.get(where).text


def test_the_session_of_the_staff_is_not_touched(seeing):
    session = seeing.session
    session["new_token"] = {"id": "x", "sealed": "x"}
    session["saved_form"] = {"path": "/usuarios/activar/", "fields": [], "account": 0, "at": 0}
    session.save()
    before = dict(session)
    seeing.get("/tokens/")
    seeing.post("/usuarios/activar/", {})
    assert dict(seeing.session) == before


def test_what_the_staff_found_elsewhere_is_not_the_delegates(seeing):
    user, session = factories.make_user(), seeing.session
    session["found_users"] = [str(user.public_id)]
    session.save()
    assert seeing.get(f"/usuarios/{user.public_id}/").status_code == 404


def test_who_is_seen_notices_nothing_in_his_own_session(seeing, delegate_client):
    assert BAND not in delegate_client.get("/").text


# ---------------------------------------------------------------- the end


def test_stopping_leads_back_to_the_account(seeing, ministry, delegate):
    page = seeing.post(STOP, follow=True)
    assert page.redirect_chain == [(f"/admin/accounts/account/{delegate.pk}/change/", 302)]
    assert f"Dejó de ver el portal como {delegate.login}" in page.text
    row = HistoryEntry.objects.get(event="impersonation.ended")
    assert (row.actor, row.entity, row.reason) == (ministry, delegate.entity, WHY)
    assert seeing.get("/usuarios/").status_code == 403


def test_stopping_twice_is_once(seeing):
    seeing.post(STOP)
    assert seeing.post(STOP).url == "/"
    assert acts() == ["impersonation.started", "impersonation.ended"]


def test_opening_the_address_of_the_stop_ends_nothing(seeing):
    assert seeing.get(STOP).url == "/"
    assert Impersonation.objects.not_ended().exists()


def test_who_may_not_list_accounts_is_led_home(delegate):
    client = client_of(staff_with("impersonate_delegate"))
    session = AccountSession.objects.get()
    start_impersonation(by=session.account, account=delegate, session=session, reason=WHY)
    assert client.post(STOP).url == "/"


def ends_because(why):
    impersonation = Impersonation.objects.get()
    row = HistoryEntry.objects.get(event="impersonation.ended")
    return impersonation.end == why and row.after["end"] == why and impersonation.ended_at <= impersonation.ends_at


def run_out():
    now = timezone.now()
    Impersonation.objects.update(started_at=now - timedelta(minutes=31), ends_at=now - timedelta(minutes=1))


def lose_permission():
    Account.objects.filter(is_staff=True).update(is_superuser=False)


def suspend():
    Account.objects.filter(is_staff=False).update(is_active=False)


def close_the_entity():
    entity = Impersonation.objects.get().entity
    entity.is_active = False
    entity.save()


@pytest.mark.parametrize(
    ("happens", "why", "said"),
    [
        (run_out, "time", "se acabó el tiempo"),
        (lose_permission, "staff", "dejó de tener ese permiso"),
        (suspend, "account", "dejó de poder ingresar"),
        (close_the_entity, "account", "dejó de poder ingresar"),
    ],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_it_ends_by_itself_and_says_so(seeing, happens, why, said, method):
    happens()
    page = getattr(seeing, method)("/usuarios/activar/", follow=True)
    assert page.redirect_chain == [("/", 302)]
    assert said in page.text
    assert BAND not in page.text
    assert ends_because(why)
    assert HistoryEntry.objects.get(event="impersonation.ended").actor is None


def test_the_admin_says_so_too(seeing):
    run_out()
    page = seeing.get("/admin/")
    assert page.status_code == 200
    assert "se acabó el tiempo" in page.text


def test_leaving_ends_it(seeing, ministry):
    page = seeing.post("/salir/", follow=True)
    assert "Usted ha salido del portal." in page.text
    assert ends_because("session")
    assert HistoryEntry.objects.get(event="session.closed").actor == ministry


def test_a_session_that_is_closed_elsewhere_ends_it(seeing):
    AccountSession.objects.update(ended_at=timezone.now())
    assert seeing.get("/usuarios/").url.startswith("/ingresar/")
    assert ends_because("session")


def test_an_idle_session_ends_it(seeing):
    long_ago = timezone.now() - timedelta(minutes=21)
    AccountSession.objects.update(started_at=long_ago, last_seen_at=long_ago)
    assert seeing.get("/usuarios/").url.startswith("/ingresar/")
    assert ends_because("session")


@pytest.mark.parametrize(("happens", "why"), [(run_out, "time"), (lose_permission, "staff"), (suspend, "account")])
def test_what_nobody_comes_back_to_is_ended_by_the_worker(seeing, happens, why):
    assert end_expired_impersonations() == 0
    happens()
    assert end_expired_impersonations() == 1
    assert ends_because(why)


def test_ending_twice_writes_one_row(seeing):
    impersonation = Impersonation.objects.get()
    assert end_impersonation(impersonation=impersonation, by=None, why="time")
    assert not end_impersonation(impersonation=impersonation, by=None, why="time")
    assert acts() == ["impersonation.started", "impersonation.ended"]


# ---------------------------------------------------------------- what the entity sees


def test_the_delegate_and_his_colleagues_read_of_it_and_strangers_do_not(seeing, delegate, colleague, stranger):
    seeing.post(STOP)
    assert "vio el portal como usted" in client_of(delegate).get("/").text
    theirs = client_of(colleague).get("/").text
    assert f"vio el portal como el usuario {delegate.login}" in theirs
    assert WHY in theirs
    assert "vio el portal" not in client_of(stranger).get("/").text


def test_after_thirty_days_it_is_history(ministry, delegate):
    long_ago = timezone.now() - timedelta(days=31)
    make_impersonation(ministry, delegate, started_at=long_ago, ends_at=long_ago + timedelta(minutes=5))
    assert "vio el portal" not in client_of(delegate).get("/").text


def test_many_are_told_in_few_lines(ministry, delegate):
    for _ in range(5):
        make_impersonation(ministry, delegate)
    page = client_of(delegate).get("/").text
    assert page.count("vio el portal como usted") == 3
    assert "Hubo más" in page


# ---------------------------------------------------------------- the Ministry's list of them


def test_the_admin_lists_them_and_changes_none(seeing):
    impersonation = Impersonation.objects.get()
    assert WHY in seeing.get("/admin/accounts/impersonation/").text
    assert seeing.get(f"/admin/accounts/impersonation/{impersonation.pk}/change/").status_code == 200
    assert seeing.get(f"/admin/accounts/impersonation/{impersonation.pk}/delete/").status_code == 403
