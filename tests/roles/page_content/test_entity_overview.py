"""Is each figure of an entity the count of the list behind its link?"""

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from entities.models import Association
from mipres_admin.backoffice.charts import Figure, chart_of
from roles.page_content.entity_overview import overview_of
from tests.factories import make_assignment, make_delegate, make_entity, make_sede, make_user

pytestmark = pytest.mark.django_db
PRESCRIPTOR, ANULADOR = "Rol_Prescriptor", "Rol_Anulador"
KINDS = ("IPS", "EPS_C", "EPS_S", "PROV", "PPN", "ET")


def home_of(account):
    client = Client()
    client.force_login(account)
    return client, client.get(reverse("home"))


def figures(entity):
    return {figure.label: figure.value for figure in overview_of(entity).figures}


def bars(entity, title):
    chart = next(chart for chart in overview_of(entity).charts if chart.title == title)
    return {bar.label: (bar.value, bar.share) for bar in chart.bars}


@pytest.fixture
def staffed(delegate, sede):
    """Three prescribers, one who ends soon, and roles that do not count today."""
    now, day = timezone.now(), timedelta(days=1)
    for n in range(3):
        make_assignment(make_user(), sede, PRESCRIPTOR, delegate, ends_at=now + 10 * day if n == 0 else None)
    make_assignment(make_user(), sede, ANULADOR, delegate, ends_at=now + 90 * day)
    make_assignment(make_user(), sede, ANULADOR, delegate, starts_at=now + day)
    make_assignment(make_user(), sede, ANULADOR, delegate, starts_at=now - 9 * day, ends_at=now - day)


def test_roles_in_force_are_counted_by_role_against_the_longest_bar(ips, staffed):
    assert bars(ips, "Usuarios por rol") == {PRESCRIPTOR: (3, 100), ANULADOR: (1, 33)}


def test_roles_that_end_in_thirty_days_are_counted(ips, staffed):
    assert figures(ips) == {"Roles activos": 4, "Vencen en 30 días": 1, "Sedes abiertas": 1}


def test_another_entitys_roles_do_not_count(stranger, staffed):
    assert figures(stranger.entity)["Roles activos"] == 0


def test_bar_of_one_among_thousands_is_visible():
    chart = chart_of("", "", [Figure("a", 90_000), Figure("b", 1), Figure("c", 0)])
    assert [bar.share for bar in chart.bars] == [100, 1, 0]


def test_numbers_are_written_as_in_colombia():
    assert Figure("a", 577_000).shown == "577.000"


@pytest.mark.parametrize("kind", ["EPS_C", "EPS_S"])
def test_an_eps_sees_its_network_of_today_by_kind(kind):
    eps, now = make_entity(kind), timezone.now()
    for member in ("IPS", "IPS", "PROV"):
        Association.objects.create(owner=eps, member=make_entity(member))
    gone = make_entity("IPS")
    Association.objects.create(owner=eps, member=gone, starts_at=now - timedelta(days=9), ends_at=now)
    assert bars(eps, "Red asociada") == {
        "IPS": (2, 100),
        "Proveedores": (1, 50),
        "Proveedores Persona Natural": (0, 0),
        "Profesionales independientes": (0, 0),
    }


def test_a_territorial_entity_sees_how_many_eps_s_it_has():
    entity = make_entity("ET")
    Association.objects.create(owner=entity, member=make_entity("EPS_S"))
    assert figures(entity) == {"EPS-Subsidiado": 1}


def test_a_provider_sees_its_open_and_disabled_sedes():
    provider = make_entity("PROV")
    make_sede(provider, code="PROV000001")
    make_sede(provider, code="PROV000002")
    make_sede(provider, code="PROV000003", closed_on=timezone.localdate())
    assert bars(provider, "Sedes") == {"Habilitadas": (2, 100), "Deshabilitadas": (1, 50)}


def test_each_figure_is_the_count_of_the_list_behind_its_link(delegate, staffed):
    client, page = home_of(delegate)
    overview = page.context["overview"]
    shown = [*overview.figures, *(bar for chart in overview.charts for bar in chart.bars)]
    linked = [figure for figure in shown if figure.page]
    assert len(linked) == 4
    for figure in linked:
        matches = client.get(reverse(figure.page), parse_qs(figure.query)).context["page"].count
        assert matches == figure.value, figure.label


def test_a_providers_bars_lead_to_its_sedes():
    provider = make_entity("PROV")
    make_sede(provider, code="PROV000001")
    client, page = home_of(make_delegate(provider))
    links = re.findall(r'href="(/sedes/\?[^"]+)"', page.text)
    counts = [client.get(link).context["page"].count for link in links]
    assert [urlsplit(link).query for link in links] == ["estado=habilitadas", "estado=deshabilitadas"]
    assert counts == [1, 0]


@pytest.mark.parametrize("kind", KINDS)
def test_the_figures_cost_three_statements(kind, django_assert_max_num_queries):
    entity = make_entity(kind)
    with django_assert_max_num_queries(3):
        overview_of(entity)
