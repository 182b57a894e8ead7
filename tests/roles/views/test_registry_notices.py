"""Do the home and Novedades de los registros show what registries ended, to its entity alone?"""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import DeceasedEntry
from roles.actions.role_assignments import activate_user, update_roles
from roles.matrix import Option
from roles.models import RoleAssignment, RoleEnding
from roles.validity import Validity
from tests.factories import make_assignment, make_user
from tests.roles.registry_loads import on
from tests.roles.views.users_pages import find

pytestmark = pytest.mark.django_db
PRESCRIPTOR, JUNTA, ANULADOR = "Rol_Prescriptor", "Rol_JuntaMedicaIPS", "Rol_Anulador"


def endings():
    return list(RoleEnding.objects.order_by("pk").values_list("cause", flat=True))


def last_day(user):
    return RoleAssignment.objects.get(user=user).last_day


def notices(client, **query):
    return client.get(reverse("registry_notices"), query)


def test_the_home_says_what_ended_and_leads_to_the_list(registries, prescriber, delegate_client):
    assert "Novedades de los registros" not in delegate_client.get(reverse("home")).text
    registries.reps()
    home = delegate_client.get(reverse("home"))
    assert "1 rol, Sede cerrada en el REPS" in home.text
    (notice,) = home.context["registry_notices"]
    matches = delegate_client.get(f"{reverse('registry_notices')}?{notice.query}")
    assert matches.context["page"].count == notice.count == 1


def test_the_home_forgets_after_thirty_days_and_the_list_does_not(registries, prescriber, delegate_client):
    registries.reps()
    long_ago = timezone.now() - timedelta(days=32)
    RoleEnding.objects.update(at=long_ago, ends_at=long_ago)
    assert "Novedades de los registros" not in delegate_client.get(reverse("home")).text
    assert notices(delegate_client).context["page"].count == 1


def test_list_shows_user_sede_cause_and_remedy(registries, prescriber, sede, delegate_client):
    registries.reps()
    text = notices(delegate_client).text
    for message in (
        str(prescriber.person),
        PRESCRIPTOR,
        sede.code,
        "Sede cerrada en el REPS",
        "en otra sede de su entidad",
    ):
        assert message in text


def test_endings_of_another_entity_are_not_listed(registries, prescriber, stranger):
    registries.reps()
    client = Client()
    client.force_login(stranger)
    assert "Novedades" not in client.get(reverse("home")).text
    assert notices(client, causa="sede").context["page"].count == 0


def test_restored_roles_are_no_notice(registries, prescriber, delegate_client):
    registries.undo(registries.reps())
    assert "Novedades de los registros" not in delegate_client.get(reverse("home")).text
    assert notices(delegate_client).context["page"].count == 0


@pytest.mark.parametrize(
    ("query", "count"),
    [({"causa": "sede"}, 1), ({"causa": "plaza"}, 0), ({"dia": on(0)}, 1), ({"dia": on(-1)}, 0), ({"causa": "x"}, 0)],
)
def test_the_list_is_filtered_by_cause_and_day(registries, prescriber, delegate_client, query, count):
    registries.reps()
    assert notices(delegate_client, **query).context["page"].count == count


def test_a_wrong_day_says_what_is_wrong(registries, prescriber, delegate_client):
    page = notices(delegate_client, dia="ayer")
    assert "debe ser una fecha, por ejemplo 2026-12-31" in page.text


def test_the_list_of_users_and_the_users_page_say_the_cause(registries, prescriber, delegate_client):
    registries.reps()
    matches = delegate_client.get(reverse("users"), {"estado": "terminados"})
    assert "Sede cerrada en el REPS" in matches.text
    assert "Roles que terminó un registro oficial" in find(delegate_client, prescriber).text
    history = delegate_client.get(reverse("user_roles", args=[prescriber.public_id]), follow=True)
    assert "Sede cerrada en el REPS" in history.text


def test_what_a_delegate_ended_has_no_cause_of_a_registry(prescriber, sede, delegate, delegate_client):
    update_roles(
        by=delegate, user=prescriber, sede=sede, option=Option.PROFESIONAL, roles=[], expected_roles=[PRESCRIPTOR]
    )
    item = RoleAssignment.objects.get()
    assert item.ended_because == ""
    assert "Roles que terminó" not in find(delegate_client, prescriber).text


@pytest.mark.parametrize("users", [2, 20])
def test_the_list_costs_few_statements_whatever_its_length(
    registries, sede, delegate, delegate_client, users, django_assert_max_num_queries
):
    for _ in range(users):
        make_assignment(make_user(), sede, PRESCRIPTOR, delegate)
    registries.reps()
    with django_assert_max_num_queries(8):
        notices(delegate_client)


def test_entries_of_the_list_are_not_needed_for_effects_to_hold(registries, prescriber):
    """Who is deceased for the portal is what counts, however it came to know."""
    prescriber.person.deceased_on = on(-1)
    prescriber.person.save()
    assert not DeceasedEntry.objects.exists()
    registries.rethus(prescriber)
    assert endings() == ["deceased"]


def test_undoing_restores_a_validity_set_by_hand(registries, user, sede, delegate):
    activate_user(
        by=delegate,
        user=user,
        sede=sede,
        option=Option.PROFESIONAL,
        roles=[ANULADOR],
        validity=Validity(None, on(30)),
    )
    registries.undo(registries.reps())
    assert last_day(user) == on(30)
