"""Does the dashboard of the Ministry show each person what he may see, and count what the lists behind it hold?"""

import html
import re
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.actions.login_and_password import open_session
from accounts.models import Account
from accounts.security import login_limits
from accounts.security.login_limits import locked_accounts
from mipres_admin.backoffice.charts import day_chart, last_days
from mipres_admin.backoffice.dashboard import Panel, panels_for, register
from mipres_admin.history.models import HistoryEntry
from mipres_admin.jobs.models import JobRun
from registries.models import RegistryLoad
from roles.panels import _activations
from tests import factories
from tests.mipres_admin.busy import event, failed_mail
from tests.tokens.helpers import make_token
from tests.wording import raw_words, shown
from tokens.models import PortalToken
from tokens.signing.keys import public_keys

pytestmark = pytest.mark.django_db
INDEX = "/admin/"
SEEN_WITH = {
    "accounts.view_identityclaim": {"identities"},
    "accounts.review_identityclaim": {"identities"},
    "delegates.view_entityregistration": {"registrations"},
    "delegates.review_registration": {"registrations"},
    "accounts.view_account": {"delegates", "refusals"},
    "roles.view_roleassignment": {"activations"},
    "tokens.view_portaltoken": {"tokens"},
    "registries.view_registryload": {"registries"},
    "outbox.view_outgoingmail": {"mail"},
    "jobs.view_jobrun": {"work"},
    "roles.view_profession": set(),
}


def client_of(account):
    client = Client()
    client.force_login(account)
    return client


@pytest.fixture
def staff(ministry):
    return client_of(ministry)


def official(*permissions):
    """Somebody of the Ministry with these permissions and no others."""
    account = Account.objects.create_user("MINSALUD02", factories.PASSWORD, email="x@minsalud.example", is_staff=True)
    for name in permissions:
        app, codename = name.split(".")
        account.user_permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))
    return account


def panels(client):
    return {panel.slug: panel.content for panel in client.get(INDEX).context["panels"]}


def figures(content):
    return {figure.label: figure.value for figure in content.figures}


def days_ago(days):
    return timezone.now() - timedelta(days=days)


# ---------------------------------------------------------------- who sees what


@pytest.mark.parametrize("permission", SEEN_WITH)
def test_one_permission_shows_its_own_panels_alone(permission):
    page = client_of(official(permission)).get(INDEX)
    assert {panel.slug for panel in page.context["panels"]} == SEEN_WITH[permission]
    assert set(re.findall(r'id="panel-(\w+)"', page.text)) == SEEN_WITH[permission]


def test_who_may_see_everything_sees_every_panel(staff):
    assert set(panels(staff)) == set.union(*SEEN_WITH.values())


def test_a_panel_that_is_not_shown_is_not_asked(django_assert_max_num_queries):
    account = Account.objects.get(pk=official("roles.view_profession").pk)
    account.get_all_permissions()
    with django_assert_max_num_queries(0):
        assert list(panels_for(account)) == []


def test_two_panels_can_not_have_one_name():
    with pytest.raises(ValueError, match="There is a panel named mail"):
        register(Panel("mail", "x", 1, (), lambda: None))


# ---------------------------------------------------------------- nothing yet


def test_an_empty_portal_says_so(staff):
    text = html.unescape(staff.get(INDEX).text)
    for words in (
        "Ninguna solicitud espera al Ministerio.",
        "Todavía no hay cuentas de delegados.",
        "Ningún delegado ha activado usuarios en los últimos 30 días.",
        "Ningún ingreso ha fallado en los últimos 14 días.",
        "nunca se ha cargado",
        "ninguna señal todavía",
    ):
        assert words in text


@pytest.mark.parametrize("state", ["uploaded", "cancelled", "refused"])
def test_a_file_that_was_only_uploaded_is_not_told_as_loaded(staff, state):
    marks = {"sha256": "0" * 64, "loaded_at": None, "error": "" if state == "uploaded" else "No se pudo."}
    RegistryLoad.objects.create(kind="reps", file_name="marzo.csv", state=state, **marks)
    assert "marzo.csv" not in staff.get(INDEX).text


def test_a_load_that_was_undone_gives_way_to_the_one_before(staff):
    rows = {"kind": "reps", "sha256": "0" * 64}
    RegistryLoad.objects.create(**rows, file_name="febrero.csv")
    RegistryLoad.objects.create(**rows, file_name="marzo.csv", state="undone", undone_at=timezone.now())
    text = staff.get(INDEX).text
    assert "febrero.csv" in text
    assert "marzo.csv" not in text


# ---------------------------------------------------------------- each figure


@pytest.fixture
def busy(delegate):
    """Something of everything that has a list."""
    public_keys.clear()
    for state in ("enviada", "enviada", "en_revision", "falta_informacion", "aprobada"):
        factories.make_registration(state=state)
    factories.make_registration(sent_at=days_ago(9))
    for kind, days in (("IPS", 3), ("EPS_C", 20), ("PROV", 90)):
        make_token(factories.make_delegate(factories.make_entity(kind)), days=days)
    gone = make_token(factories.make_delegate(factories.make_entity("PPN"))).row
    PortalToken.objects.filter(pk=gone.pk).update(issued_at=days_ago(9), expires_at=days_ago(2))
    make_token(delegate, days=5)
    make_token(delegate, overlap=timedelta(hours=24))
    for _ in range(2):
        failed_mail()
    JobRun.objects.create(name="Sellar la historia", last_error="ValueError", last_run_at=timezone.now())


def test_each_figure_is_the_count_of_the_list_behind_its_link(staff, busy):
    contents = panels(staff).values()
    found = [*(figure for content in contents for figure in content.figures)]
    found += [bar for content in contents for chart in content.charts for bar in chart.bars]
    linked = [figure for figure in found if figure.page]
    assert len(linked) >= 10
    for figure in linked:
        listed = staff.get(f"{reverse(figure.page)}?{figure.query}")
        assert listed.status_code == 200, figure.label
        assert listed.context["cl"].result_count == figure.value, figure.label


def test_registrations_are_counted_by_state_and_by_their_clock(staff, busy):
    assert figures(panels(staff)["registrations"]) == {
        "Enviadas, sin tomar": 3,
        "En revisión": 1,
        "Esperan a la persona": 1,
        "Vencidas: más de 5 días": 1,
    }


@pytest.mark.parametrize(("days", "overdue"), [(4, 0), (5, 1)])
def test_the_sixth_day_is_too_late(staff, days, overdue):
    factories.make_registration(sent_at=days_ago(days))
    shown = panels(staff)["registrations"]
    assert figures(shown)["Vencidas: más de 5 días"] == overdue
    assert shown.facts[0].is_alarm == bool(overdue)


def test_delegates_are_the_active_accounts_of_entities(staff, delegate, colleague, stranger, ministry):
    factories.make_natural()
    Account.objects.filter(pk=stranger.pk).update(is_active=False)
    (chart,) = panels(staff)["delegates"].charts
    assert {bar.value for bar in chart.bars if "IPS" in bar.label} == {2}
    assert sum(bar.value for bar in chart.bars) == 2


def test_tokens_are_counted_by_when_they_end_unless_replaced(staff, busy):
    assert figures(panels(staff)["tokens"]) == {
        "Vencen en 7 días": 1,
        "Vencen en 30 días": 2,
        "Vencieron en los últimos 7 días": 1,
    }


def test_a_replaced_token_does_not_wait_for_a_replacement(staff, delegate):
    public_keys.clear()
    make_token(delegate, days=5)
    make_token(delegate, days=60, overlap=timedelta(hours=24))
    assert figures(panels(staff)["tokens"])["Vencen en 7 días"] == 0


def test_activations_are_counted_by_the_days_of_colombia():
    with time_machine.travel("2026-11-21T04:30:00Z", tick=False):  # still the 20th in Bogotá
        event("roles.given", times=2)
        event("roles.given", days_ago=1)
        event("roles.given", days_ago=31)
        event("roles.ended")
        (chart,) = _activations().days
    assert [(str(column.day), column.value) for column in chart.columns[-2:]] == [("2026-11-19", 1), ("2026-11-20", 2)]
    assert (len(chart.columns), chart.total) == (30, 3)


def test_failed_logins_are_counted_and_a_locked_account_is_told(staff, delegate, settings):
    for _ in range(settings.LOGIN_FAILURES_ALLOWED):
        for login in (delegate.login, "NADIE"):
            with pytest.raises(ValidationError):
                open_session(login=login, password="no es")
    content = panels(staff)["refusals"]
    assert figures(content) == {"Cuentas con ingresos bloqueados ahora": 1}
    assert content.days[0].total == 2 * settings.LOGIN_FAILURES_ALLOWED
    assert locked_accounts() == [delegate]


@pytest.fixture
def locked(delegate, settings):
    for _ in range(settings.LOGIN_FAILURES_ALLOWED):
        with pytest.raises(ValidationError):
            open_session(login=delegate.login, password="no es")
    assert locked_accounts() == [delegate]
    return delegate


def test_an_account_that_was_unlocked_is_not_locked(locked):
    login_limits.reset_login(locked)
    assert locked_accounts() == []


def test_an_account_whose_half_hour_is_over_is_not_locked(locked, settings):
    with time_machine.travel(timezone.now() + timedelta(minutes=settings.LOGIN_LOCK_MINUTES, seconds=1)):
        assert locked_accounts() == []


def test_the_dashboard_has_no_codes_of_the_software(staff, busy):
    assert raw_words(shown(staff.get(INDEX).text)) == []


def test_a_job_that_failed_is_named(staff, busy):
    facts = panels(staff)["work"].facts
    assert any(fact.label == "Sellar la historia" and "falló el" in fact.text and fact.is_alarm for fact in facts)


@pytest.mark.parametrize(("due", "is_alarm"), [(timedelta(hours=1), False), (-timedelta(hours=1), True)])
def test_work_that_nobody_does_raises_the_alarm(staff, due, is_alarm):
    JobRun.objects.create(name="Sellar la historia", last_run_at=days_ago(0.1), due_at=timezone.now() + due)
    assert panels(staff)["work"].facts[0].is_alarm is is_alarm


def test_a_job_of_an_older_version_raises_no_alarm(staff):
    JobRun.objects.create(
        name="Sellar la historia", last_run_at=timezone.now(), due_at=timezone.now() + timedelta(hours=1)
    )
    JobRun.objects.create(name="long_gone", last_error="KeyError", last_run_at=days_ago(90), due_at=days_ago(89))
    content = panels(staff)["work"]
    assert figures(content) == {"Tareas con error": 0}
    assert not content.facts[0].is_alarm


# ---------------------------------------------------------------- drawings and cost


def test_a_day_of_one_among_thousands_can_be_seen_and_a_day_of_none_can_not():
    days = last_days(3, timezone.localdate())
    chart = day_chart("", "", {days[0]: 9_000, days[1]: 1}, days, "")
    assert [column.height for column in chart.columns] == [100, 2, 0]
    assert [column.x for column in chart.columns] == [0, 10, 20]
    assert (chart.highest.shown, chart.total_shown) == ("9.000", "9.001")


def test_every_number_of_a_chart_is_in_its_table_too(staff):
    event("roles.given", times=3)
    text = staff.get(INDEX).text
    assert f'<th scope="row">{timezone.localdate():%Y-%m-%d}</th><td>3</td>' in text


def test_the_dashboard_costs_as_many_statements_when_busy(staff, django_assert_max_num_queries, request):
    account = Account.objects.get(login="MINSALUD01")
    with django_assert_max_num_queries(16):
        list(panels_for(account))
    request.getfixturevalue("busy")
    event("session.refused", times=30)
    with django_assert_max_num_queries(16):
        list(panels_for(account))


def test_acts_are_counted_in_an_index():
    event("roles.given", times=2)
    event("session.opened", times=400)  # in a table of one page any index costs the same
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE history_historyentry")
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT count(*) FROM history_historyentry"
            " WHERE event = 'roles.given' AND at > now() - interval '1 day'"
        )
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "history_event" in plan
    today = timezone.localdate()
    assert HistoryEntry.objects.per_day(("roles.given",), last_days(1, today)) == {today: 2}
