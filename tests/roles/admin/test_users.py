"""Does the admin's history of a user or of a role say which role, at which sede, of which entity?"""

import pytest
from django.test import Client
from django.urls import reverse

from mipres_admin.history.models import HistoryEntry
from roles.actions.role_assignments import activate_user
from roles.models import RoleAssignment
from tests.factories import make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def given(delegate, sede, user):
    activate_user(by=delegate, user=user, sede=sede, option="profesional", roles=["Rol_Anulador"])
    return HistoryEntry.objects.latest("pk")


def history_of(group, obj):
    client = Client()
    client.force_login(make_staff(group))
    name = f"admin:{obj._meta.app_label}_{obj._meta.model_name}_history"
    page = client.get(reverse(name, args=[obj.pk])).text
    return page.partition("<tbody>")[2].partition("</tbody>")[0]


@pytest.mark.parametrize("of", ["user", "role"])
def test_history_names_role_sede_and_entity_and_leads_to_the_event(given, sede, user, of):
    table = history_of("auditor", user if of == "user" else RoleAssignment.objects.get())
    for shown in ("Roles asignados", "Rol_Anulador", str(sede), sede.entity.name, sede.entity.nit):
        assert shown in table
    assert reverse("admin:history_historyentry_change", args=[given.pk]) in table


def test_who_may_not_see_the_history_gets_no_link_to_it(given, user, sede):
    table = history_of("soporte", user)
    assert str(sede) in table
    assert "historyentry" not in table
